"""What the steps of a hardship request share: its place in the queue, what can be paid, and the end that lets collection go on."""

from datetime import date
from typing import Final

from plimsoll.loan.book import Book
from plimsoll.loan.filing import NewFiling, WorkItem, body_of
from plimsoll.risk.load.means import Debt, Income, Means
from plimsoll.risk.load.policy import load_policy
from plimsoll.risk.plan.affordable import Affordable, affordable
from plimsoll.risk.plan.menu import Asked
from plimsoll.risk.plan.owing import others_minor
from plimsoll.risk.plan.record import CLOSED, RESUMED, Hardship, Told, hardships_of, live_hardship, plans_of, plans_on
from plimsoll.rulebook.rules import Rules
from plimsoll.units.refusal import Refused

QUEUE: Final = "hardship"
PLAN_DAYS: Final = "POLICY.HARDSHIP.PLAN.DAYS"
PRIORITY, PRIORITY_VULNERABLE = 20, 40
TOLD: Final = "told by the borrower"


def hardship_subject(hardship_id: str) -> str:
    """Give the name under which a request stops collection: its own, so that no complaint or plan ends it."""
    return f"hardship:{hardship_id}"


def plan_subject(plan_id: str) -> str:
    """Give the name under which a plan stops collection while it is performed."""
    return f"plan:{plan_id}"


def due_on(found: Hardship, rules: Rules) -> int:
    """Give the day by which people are to have done what a request waits for: decide, come to a plan, or look after one that lapsed."""
    since = found.lapsed_on or found.accepted_on
    if not since:
        return found.due_on
    key = "POLICY.HARDSHIP.DAYS" if found.lapsed_on else "POLICY.HARDSHIP.PLAN.DAYS"
    return since + (rules.whole(key, date.fromordinal(since)) or 0)


def case_of(found: Hardship, state: str, note: str = "") -> WorkItem:
    """Give the place of a request in the queue, due at the end of its last day as the day goes in China; the vulnerable come first."""
    due = date.fromordinal(found.due_on).isoformat() + "T15:59:59Z"
    priority = PRIORITY_VULNERABLE if found.flags else PRIORITY
    return WorkItem(QUEUE, found.hardship_id, state, priority, due, "", ", ".join((*found.flags, *((note,) if note else ()))))


def find_hardship(book: Book, hardship_id: str) -> Hardship | Refused:
    """Give a request that is not over; refuses hardship_unknown, hardship_not_ready."""
    found = hardships_of(book.filings).get(hardship_id)
    if found is None:
        return Refused("hardship_unknown", "", hardship_id)
    return found if found.is_live else Refused("hardship_not_ready", "", f"{hardship_id} is {found.state}")


def find_live(book: Book) -> Hardship | Refused:
    """Give the request under which a plan is made; refuses hardship_not_open."""
    return live_hardship(book.filings) or Refused("hardship_not_open", "", f"customer {book.customer_id}")


def payable(told: Told, rules: Rules, on: date) -> Affordable | Refused:
    """Give what can be paid a month from what was told; all debts elsewhere count as told. Refuses as `affordable` does."""
    incomes = (Income(TOLD, told.income_minor, told.known),) if told.income_minor else ()
    debts = (Debt(TOLD, False, told.others_minor),) if told.others_minor else ()
    means = Means(incomes, debts, 1.0, told.persons, told.city_tier, told.essentials_minor, told.currency)
    return affordable(means, load_policy(rules, on))


def asked_of(book: Book, can: Affordable, loan_id: int, on: int, holiday: int = 0) -> Asked:
    """Give for whom a plan of one loan is: what the other loans ask a month is taken off what can be paid, and off what is left."""
    others = others_minor(book.loans, loan_id, on, can.carried.stress_ppb)
    room = can.most_minor if book.load_line is None else min(can.most_minor, book.load_line.room_minor)
    before = len(plans_on(plans_of(book.filings).values(), loan_id))
    return Asked(max(room - others, 0), max(can.left_minor - others, 0), before, holiday)


def ended(hardship_id: str, reason: str) -> tuple[NewFiling, NewFiling]:
    """Give the filings that end a request and its stop of collection."""
    return (
        NewFiling(CLOSED, hardship_id, body_of({"reason": reason})),
        NewFiling(RESUMED, hardship_subject(hardship_id), body_of({"reason": reason})),
    )
