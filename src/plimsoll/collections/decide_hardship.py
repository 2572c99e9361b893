"""Decide on a hardship request: accept it, on figures that were checked, decline it, close it because the borrower needs it no more, or let
the protection of an accepted one lapse that came to no plan in time."""

from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from plimsoll.collections.hardship import PLAN_DAYS, asked_of, case_of, due_on, ended, find_hardship, hardship_subject, payable
from plimsoll.loan.book import Book, Decision, LoadLine, refuse_customer
from plimsoll.loan.filing import NewFiling, body_of
from plimsoll.loan.layout import OPEN
from plimsoll.loan.terms import LOAN
from plimsoll.risk.load.policy import KINDS
from plimsoll.risk.plan.affordable import Affordable
from plimsoll.risk.plan.menu import design
from plimsoll.risk.plan.owing import owed_on
from plimsoll.risk.plan.policy import plan_policy
from plimsoll.risk.plan.record import ACCEPTED, DECIDED, DECLINED, LAPSED, READS_FILE, RESUMED, Hardship, Told
from plimsoll.rulebook.rules import Rules
from plimsoll.units.money import text_of
from plimsoll.units.refusal import Refused

READS = f"open loans+{READS_FILE}"
ACCEPT, DECLINE, CLOSE, LAPSE = "accept", "decline", "close", "lapse"
OUTCOMES: Final = (ACCEPT, DECLINE, CLOSE, LAPSE)
NO_PLAN: Final = "no plan by its day"
AS_TOLD: Final = -1


@dataclass(frozen=True, slots=True)
class DecideHardship:
    """Decide with the figures that the proofs show; -1 leaves one as it was told. `known` says how the income is known."""

    key: str
    customer_id: int
    on: date
    hardship_id: str
    currency: str
    outcome: str
    reason: str = ""
    known: str = ""
    income_minor: int = AS_TOLD
    essentials_minor: int = AS_TOLD
    others_minor: int = AS_TOLD


def decide(book: Book, command: DecideHardship, rules: Rules) -> Decision | Refused:
    """Put the decision on record. An acceptance draws the load line from the figures, so that no plan passes it, and tells what fits.

    What rested until now keeps resting until the day that was promised. `lapse` lets collection go on once an accepted request has come to
    no plan within POLICY.HARDSHIP.PLAN.DAYS; the request stays, so that a plan can be made still.

    Refuses customer_unknown, hardship_unknown, hardship_not_ready, hardship_not_due (lapsed before its day, or again), decision_unknown,
    reasons_missing (not accepted without a reason), hardship_figures_absurd, currency_must_match, load_income_missing,
    load_evidence_absurd.
    """
    refused = refuse_customer(book, command.on)
    if refused is not None:
        return refused
    found = find_hardship(book, command.hardship_id)
    if isinstance(found, Refused):
        return found
    if command.outcome not in OUTCOMES:
        return Refused("decision_unknown", "", f"{command.outcome!r}; one of: {', '.join(OUTCOMES)}")
    if command.currency != found.told.currency:
        return Refused("currency_must_match", "", f"{command.currency}, told in {found.told.currency}")
    if command.outcome == LAPSE:
        return _lapsed(found, command, rules)
    if command.outcome != ACCEPT and not command.reason.strip():
        return Refused("reasons_missing")
    return _over(found, command) if command.outcome != ACCEPT else _accepted(book, found, command, rules)


def _over(found: Hardship, command: DecideHardship) -> Decision:
    """Decline or close: collection may go on."""
    filings = ended(found.hardship_id, command.reason)
    declined = NewFiling(DECIDED, found.hardship_id, _said(found.told, DECLINED, command.reason))
    return Decision(
        filings=(declined, *filings) if command.outcome == DECLINE else filings,
        work=(case_of(found, "done"),),
        messages=(_told(found, command),),
        answer=body_of({"hardship_id": found.hardship_id, "state": command.outcome, "days_late": _days_late(found, command)}),
    )


def _lapsed(found: Hardship, command: DecideHardship, rules: Rules) -> Decision | Refused:
    """Let collection go on, and put the request back before people: something is owed to a borrower whose difficulty was found."""
    if not found.accepted_on or found.lapsed_on:
        return Refused("hardship_not_due", PLAN_DAYS, f"{found.hardship_id} is {'lapsed' if found.lapsed_on else found.state}")
    last = due_on(found, rules)
    if command.on.toordinal() <= last:
        return Refused("hardship_not_due", PLAN_DAYS, f"a plan may be made until {date.fromordinal(last)}")
    said = body_of({"reason": NO_PLAN, "due_on": last})
    again = replace(found, lapsed_on=command.on.toordinal())
    return Decision(
        filings=(NewFiling(LAPSED, found.hardship_id, said), NewFiling(RESUMED, hardship_subject(found.hardship_id), said)),
        work=(case_of(replace(again, due_on=due_on(again, rules)), "open", NO_PLAN),),
        answer=body_of({"hardship_id": found.hardship_id, "state": LAPSE, "days_late": command.on.toordinal() - last}),
    )


def _accepted(book: Book, found: Hardship, command: DecideHardship, rules: Rules) -> Decision | Refused:
    """Accept on the figures that were checked, draw the load line from them, and tell what can be offered."""
    told = _checked(found.told, command)
    if told.known not in KINDS:
        return Refused("hardship_figures_absurd", "", f"{told.known!r}; one of: {', '.join(KINDS)}")
    can = payable(told, rules, command.on)
    if isinstance(can, Refused):
        return can
    on, carried = command.on.toordinal(), can.carried
    line = LoadLine(can.currency, carried.capacity_minor, carried.room_minor, carried.stress_ppb, on)
    drawn = NewFiling("load_line", hardship_subject(found.hardship_id), body_of({**line._asdict(), "reason": "hardship"}))
    answer = {
        "hardship_id": found.hardship_id,
        "state": ACCEPTED,
        "days_late": _days_late(found, command),
        "affordable": text_of(can.most_minor, can.currency),
        "offers": offers(book._replace(load_line=line), can, rules, command.on),
    }
    return Decision(
        filings=(NewFiling(DECIDED, found.hardship_id, _said(told, ACCEPTED, command.reason)), drawn),
        load_line=line,
        work=(case_of(replace(found, due_on=due_on(replace(found, accepted_on=on), rules)), "waiting"),),
        messages=(_told(found, command),),
        answer=body_of(answer),
    )


def _days_late(found: Hardship, command: DecideHardship) -> int:
    return max(command.on.toordinal() - found.due_on, 0)


def _told(found: Hardship, command: DecideHardship) -> tuple[str, str]:
    return "hardship_decided", body_of({"hardship_id": found.hardship_id, "outcome": command.outcome})


def offers(book: Book, can: Affordable, rules: Rules, on: date) -> list[dict[str, object]]:
    """Give the plan that is offered first for each open loan, taken alone, where there is one."""
    policy = plan_policy(rules, on)
    told: list[dict[str, object]] = []
    for held in book.loans:
        if held.terms.kind != LOAN or held.summary.status != OPEN:
            continue
        menu = design(owed_on(held, on.toordinal()), asked_of(book, can, held.loan_id, on.toordinal()), policy)
        if not isinstance(menu, Refused) and menu.first is not None:
            told.append({"loan_id": held.loan_id} | menu.options[menu.first].said(held.terms.currency))
    return told


def _said(told: Told, state: str, reason: str) -> str:
    return body_of(told._asdict() | {"state": state, "reason": reason})


def _checked(told: Told, command: DecideHardship) -> Told:
    """Give what was told with what the proofs show in its place."""
    figures = {name: getattr(command, name) for name in ("income_minor", "essentials_minor", "others_minor")}
    changed = {name: minor for name, minor in figures.items() if minor != AS_TOLD}
    return told._replace(**changed, known=command.known or told.known)
