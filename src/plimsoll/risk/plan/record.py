"""Hardship and plans as the customer's file tells them: what was told, decided, proposed, approved, started, and how it ended."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any, Final, NamedTuple

from plimsoll.loan.filing import Filing, read_body
from plimsoll.risk.plan.instalments import Choice
from plimsoll.units.rate import Rate
from plimsoll.units.refusal import Refused

OPENED: Final = "hardship.opened"
DECIDED: Final = "hardship.decided"
LAPSED: Final = "hardship.lapsed"
CLOSED: Final = "hardship.closed"
PROPOSED: Final = "plan.proposed"
APPROVED: Final = "plan.approved"
STARTED: Final = "plan.started"
BROKEN: Final = "plan.broken"
KEPT: Final = "plan.kept"
STOPPED: Final = "collection.stopped"
RESUMED: Final = "collection.resumed"
READS_FILE: Final = "file:hardship,plan"
READS_PLANS: Final = "plan"
"""What a verb that gives new credit again reads of the file."""

OPEN, ACCEPTED, DECLINED = "open", "accepted", "declined"
WAITS, COUNTERED, PERFORMING = "waits", "countered", "performing"


class Told(NamedTuple):
    """What a borrower in difficulty tells of a month, in minor units; `known` as an income of the load line is known."""

    currency: str
    income_minor: int
    essentials_minor: int
    others_minor: int
    persons: int
    city_tier: str
    known: str


@dataclass(frozen=True, slots=True)
class Hardship:
    """One request. Days are day numbers; `due_on` is the last day on which a decision is in time. `state` is OPEN, ACCEPTED or over.

    `accepted_on` is 0 before it is accepted; `lapsed_on` the day on which no plan had been made in time, since when collection may go on.
    """

    hardship_id: str
    told: Told
    opened_on: int
    due_on: int
    is_paused: bool
    flags: tuple[str, ...]
    state: str = OPEN
    accepted_on: int = 0
    lapsed_on: int = 0

    @property
    def is_live(self) -> bool:
        """Tell whether plans can be made under it."""
        return self.state in (OPEN, ACCEPTED)


@dataclass(frozen=True, slots=True)
class Plan:
    """One plan of a loan. `people` are those of the house who proposed or approved it; `fact` is the number of its reschedule.

    `state` is WAITS, COUNTERED, PERFORMING, or "broken" or "kept"; `dues` are the due days once it started, `penalty_minor` what was
    owed of penalty then.
    """

    plan_id: str
    loan_id: int
    hardship_id: str
    choice: Choice
    people: tuple[str, ...]
    signed: str
    state: str
    started_on: int = 0
    fact: int = 0
    dues: tuple[int, ...] = ()
    penalty_minor: int = 0


def hardships_of(filings: Iterable[Filing]) -> dict[str, Hardship]:
    """Give every request of a customer by id, oldest first."""
    found: dict[str, Hardship] = {}
    for filing in filings:
        if filing.kind == OPENED:
            said = read_body(filing)
            told = Told(*(said[name] for name in Told._fields))
            found[filing.subject] = Hardship(filing.subject, told, filing.on, said["due_on"], said["is_paused"], tuple(said["flags"]))
        elif filing.subject in found and filing.kind == DECIDED:
            said = read_body(filing)
            told = Told(*(said[name] for name in Told._fields))
            accepted_on = filing.on if said["state"] == ACCEPTED else 0
            found[filing.subject] = replace(found[filing.subject], state=said["state"], told=told, accepted_on=accepted_on, lapsed_on=0)
        elif filing.subject in found and filing.kind == LAPSED:
            found[filing.subject] = replace(found[filing.subject], lapsed_on=filing.on)
        elif filing.subject in found and filing.kind == CLOSED:
            was = found[filing.subject]
            found[filing.subject] = replace(was, state=DECLINED if was.state == DECLINED else "closed")
    return found


def live_hardship(filings: Iterable[Filing]) -> Hardship | None:
    """Give the request under which plans can be made now, if there is one."""
    return next((one for one in hardships_of(filings).values() if one.is_live), None)


def plans_of(filings: Iterable[Filing]) -> dict[str, Plan]:
    """Give every plan of a customer by id, oldest first."""
    found: dict[str, Plan] = {}
    for filing in filings:
        if filing.kind == PROPOSED:
            found[filing.subject] = _proposed(filing, read_body(filing))
        elif filing.subject in found:
            found[filing.subject] = _moved(found[filing.subject], filing)
    return found


def plans_on(plans: Iterable[Plan], loan_id: int) -> list[Plan]:
    """Give the plans of a loan that started, oldest first."""
    return [one for one in plans if one.loan_id == loan_id and one.started_on]


def refuse_under_plan(filings: Iterable[Filing]) -> Refused | None:
    """Refuse new credit while a plan is performed: plan_in_performance."""
    going = next((one for one in plans_of(filings).values() if one.state == PERFORMING), None)
    return None if going is None else Refused("plan_in_performance", "", going.plan_id)


def said_of(choice: Choice) -> dict[str, object]:
    """Give the terms of a plan as a filing keeps them."""
    return choice._asdict() | {"rate": "" if choice.rate is None else choice.rate.text()}


def _proposed(filing: Filing, said: dict[str, Any]) -> Plan:
    terms = said["choice"]
    choice = Choice(**(terms | {"rate": Rate.parse(terms["rate"]) if terms["rate"] else None}))
    people = () if said["is_borrowers"] else (filing.actor,)
    return Plan(filing.subject, said["loan_id"], said["hardship_id"], choice, people, said["signed"], said["state"])


def _moved(was: Plan, filing: Filing) -> Plan:
    if filing.kind == APPROVED:
        return replace(was, people=(*was.people, filing.actor))
    if filing.kind == STARTED:
        said = read_body(filing)
        dues = tuple(day for day, _ in said["schedule"])
        return replace(was, state=PERFORMING, started_on=filing.on, fact=said["fact"], dues=dues, penalty_minor=said["penalty_minor"])
    if filing.kind in (BROKEN, KEPT):
        return replace(was, state=filing.kind.partition(".")[2])
    return was
