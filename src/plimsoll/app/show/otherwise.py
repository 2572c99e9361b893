"""What a loan would become if it were repaid, prepaid or rescheduled on a day: both schedules, and what that costs or saves.

The departments decide as they would, on what the book holds, and nothing of it is written.
"""

from dataclasses import dataclass
from datetime import date
from typing import Final

from plimsoll.app.closing.scan import snapshot
from plimsoll.app.database.store import Store
from plimsoll.app.posting import want_of
from plimsoll.app.show.days import on_day
from plimsoll.app.show.held import book_in
from plimsoll.app.show.loan import Seen, seen_on
from plimsoll.app.show.schedule import TO_COME, Schedule, schedule_of
from plimsoll.app.wiring import WIRING
from plimsoll.loan.book import Book
from plimsoll.loan.layout import S_RECEIVED
from plimsoll.loan.terms import LOAN, begun_on
from plimsoll.rulebook.rules import Rules
from plimsoll.servicing.prepay import Prepay
from plimsoll.servicing.repay import Repay
from plimsoll.servicing.reschedule import Reschedule
from plimsoll.servicing.settle import Settle
from plimsoll.units.refusal import Refused

KEY: Final = "what-if"
PREPAY, SETTLE, RESCHEDULE, REPAY = "prepay", "settle", "reschedule", "repay"


@dataclass(frozen=True, slots=True)
class BesideRow:
    """What a day asks for as the loan stands, and as it would stand, in minor units; None where it asks for nothing."""

    due_on: date
    now_minor: int | None
    then_minor: int | None


@dataclass(frozen=True, slots=True)
class Otherwise:
    """A loan as it stands and as it would stand from a day on, amounts in minor units.

    `pay_now_minor` and `pay_then_minor` are all that would still be paid from the day on, with what is paid on it; `saved_minor` is their
    difference: interest, fees and penalty that would never be asked for, below nought where it costs more.
    """

    customer_id: int
    loan_id: int
    currency: str
    on: date
    what: str
    paid_minor: int
    rows: tuple[BesideRow, ...]
    pay_now_minor: int
    pay_then_minor: int
    saved_minor: int
    ends_now: date | None
    ends_then: date | None


def prepaid(store: Store, rules: Rules, customer_id: int, loan_id: int, on: date, amount_minor: int, currency: str) -> Otherwise | Refused:
    """Give what paying an amount on a day would come to; what is enough for all of it pays off exactly.

    Refuses loan_unknown, fact_does_not_fit (an account), as_of_before_disbursement, and what prepay and settle refuse.
    """
    asked = Prepay(KEY, customer_id, on, loan_id, amount_minor, currency)
    found = _otherwise(store, rules, asked, PREPAY)
    if isinstance(found, Refused) and found.code == "prepays_everything":
        return _otherwise(store, rules, Settle(KEY, customer_id, on, loan_id), SETTLE)
    return found


def repaid(store: Store, rules: Rules, customer_id: int, loan_id: int, on: date, amount_minor: int, currency: str) -> Otherwise | Refused:
    """Give what repaying an amount on a day would come to: what is due first, then as the product says. Refuses as `prepaid` and repay."""
    return _otherwise(store, rules, Repay(KEY, customer_id, on, amount_minor, currency, loan_id), REPAY)


def rescheduled(
    store: Store, rules: Rules, customer_id: int, loan_id: int, on: date, instalments: int, repayment: str = ""
) -> Otherwise | Refused:
    """Give what another number of instalments from a day on would come to. Refuses as `prepaid`, and what reschedule refuses."""
    return _otherwise(store, rules, Reschedule(KEY, customer_id, on, loan_id, None, repayment, instalments), RESCHEDULE)


def _otherwise(store: Store, rules: Rules, command: Prepay | Settle | Reschedule | Repay, what: str) -> Otherwise | Refused:
    verb = WIRING[type(command)]
    want = want_of(command, verb.reads)._replace(with_facts=True)
    with snapshot(store) as seen:
        book: Book | None = book_in(seen, want)
    held = None if book is None else next((one for one in book.loans if one.loan_id == command.loan_id), None)
    if book is None or held is None:
        return Refused("loan_unknown", "", f"loan {command.loan_id} of customer {command.customer_id}")
    if held.terms.kind != LOAN:
        return Refused("fact_does_not_fit", "", f"loan {command.loan_id} is an account and has bills")
    if command.on.toordinal() < max(begun_on(held.terms), held.summary.as_of):
        return Refused("as_of_before_disbursement", "", f"loan {command.loan_id} stands at {on_day(held.summary.as_of)}")
    decided = verb.decide(book, command, rules)
    if isinstance(decided, Refused):
        return decided
    day = command.on.toordinal()
    new = tuple(fact for loan_id, fact, _ in decided.facts if loan_id == command.loan_id)
    now = seen_on(command.customer_id, held, day)
    then = seen_on(command.customer_id, held, day, (*now.facts, *new))
    return _beside(now, then, what, command.on)


def _beside(now: Seen, then: Seen, what: str, on: date) -> Otherwise:
    before, after = schedule_of(now), schedule_of(then)
    paid = then.standing.s[S_RECEIVED] - now.standing.s[S_RECEIVED]
    held, kept = now.state.credit, then.state.credit
    stands, would = _asked(before, held), _asked(after, kept)
    rows = tuple(BesideRow(day, stands.get(day), would.get(day)) for day in sorted(stands.keys() | would.keys()))
    pay_now = before.left_minor + before.to_come_minor + now.state.penalty - held
    pay_then = paid + after.left_minor + after.to_come_minor + then.state.penalty - kept
    return Otherwise(
        now.customer_id,
        now.held.loan_id,
        before.currency,
        on,
        what,
        paid,
        rows,
        pay_now,
        pay_then,
        pay_now - pay_then,
        max(stands, default=None),
        max(would, default=None),
    )


def _asked(found: Schedule, credit: int) -> dict[date, int]:
    """Give what is still asked for by due day, once the borrower's own money that is kept for it is used."""
    told: dict[date, int] = {}
    for one in found.lines:
        minor = one.total_minor if one.status == TO_COME else one.left_minor
        minor, credit = max(minor - credit, 0), max(credit - minor, 0)
        if minor:
            told[one.due_on] = told.get(one.due_on, 0) + minor
    return told
