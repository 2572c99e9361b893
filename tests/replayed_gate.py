"""Contacts on record replayed through the plain gate: every one that was made is asked again of the whole past, in order of time."""

from collections.abc import Iterable
from datetime import UTC, datetime

from plimsoll.app.zones import zone_of
from plimsoll.collections.contact import ATTEMPTED, FACT, OUTCOME, OUTCOMES
from plimsoll.collections.debtor import Attempt, Told
from plimsoll.loan.filing import Filing, read_body
from plimsoll.risk.complaint import CLOSED, FILED, RESUMED, STOPPED
from plimsoll.rulebook.rules import Rules
from tests.machine.naive_gate import NaiveGate

BEGINS = {"plan:": "plan_started", "hardship:": "hardship_opened"}
ENDS = {"plan:": "plan_broken", "hardship:": "hardship_closed"}


def breaches(filings: Iterable[Filing], rules: Rules) -> list[str]:
    """Give every contact of a customer's file that the plain gate, with the house's own rules, would not have let by."""
    gate, found = NaiveGate(rules, with_policy=True), []
    filed = sorted(filings, key=lambda one: (one.at, one.n))
    outcomes = {one.subject: read_body(one)["outcome"] for one in filed if one.kind == OUTCOME}
    for one in filed:
        said = read_body(one)
        if one.kind == ATTEMPTED:
            attempt = _attempt(said, one.at, OUTCOMES.get(outcomes.get(one.subject, ""), ""))
            rule = gate.refused(attempt._replace(outcome=""))
            if rule:
                found.append(f"{one.subject} at {one.at}: {rule}")
            gate.past.append(attempt)
            if outcomes.get(one.subject) == "wrong_number":
                gate.past.append(Told("wrong_number", "", one.at, number=said["number"]))
        told = _told(one, said)
        if told is not None:
            gate.past.append(told)
    return found


def promises_disturbed(filings: Iterable[Filing]) -> list[str]:
    """Give every contact of collection that was made while a promise was waited for."""
    found, until = [], 0
    for one in filings:
        if one.kind == "promise.made":
            until = read_body(one)["waits_until"]
        elif one.kind.startswith("promise."):
            until = 0
        elif one.kind == ATTEMPTED and read_body(one)["purpose"] == "collect" and one.on <= until:
            found.append(one.subject)
    return found


def _attempt(said: dict, at: datetime, outcome: str) -> Attempt:
    zone = UTC if said["zone"][:1] in "+-" else zone_of(said["zone"])
    if zone is UTC:
        at_zone = datetime.fromisoformat(f"2026-01-01T00:00:00{said['zone']}").tzinfo
        assert at_zone is not None
        zone = at_zone
    return Attempt(
        said["channel"], "", said["to"], said["person"], said["number"], said["by"], at, zone, said["country"], said["purpose"], outcome
    )


def _told(one: Filing, said: dict) -> Told | None:
    if one.kind == FACT:
        return Told(said["fact"], "", one.at, said["person"], said["number"], said["about"])
    if one.kind in (FILED, CLOSED):
        return Told("complained" if one.kind == FILED else "complaint_closed", "", one.at, subject=one.subject)
    if one.kind in (STOPPED, RESUMED):
        names = BEGINS if one.kind == STOPPED else ENDS
        fact = next((name for prefix, name in names.items() if one.subject.startswith(prefix)), "")
        return Told(fact, "", one.at) if fact else None
    return None
