"""A loan that may go into a package, as the book holds it on the cut-off date: what is owed, how late, and what may keep it out."""

from collections.abc import Container, Iterable, Sequence
from datetime import date
from typing import Final, NamedTuple

from plimsoll.disposal.listed import UNKNOWN, Listed
from plimsoll.disposal.particulars import NOTHING_MORE, Particulars
from plimsoll.loan.facts import Fact
from plimsoll.loan.layout import (
    O_CLAIM,
    O_CUMULATIVE,
    O_FEE,
    O_INTEREST,
    O_PENALTY,
    O_PRINCIPAL,
    RECOVERED,
    REPAID,
    REVERSED,
    SETTLED,
)
from plimsoll.risk.litigation import NOT_SUED

HISTORY_MONTHS: Final = 36


class Owed(NamedTuple):
    """What is owed of a loan in minor units, as a list of bad loans tells it: penalty is interest."""

    principal_minor: int
    interest_minor: int
    fees_minor: int


class Candidate(NamedTuple):
    """A bad loan of the book on a cut-off date. Amounts in minor units; `history` is the cash of the last 36 months, oldest first."""

    customer_id: int
    loan_id: int
    product: str
    currency: str
    owed: Owed
    days: int
    five_class: str
    is_written_off: bool
    limit_minor: int
    disbursed_minor: int
    opened_on: int
    bad_months: int  # full months since it was 91 days past due; 0 before
    last_paid_on: int  # day number, 0 never
    history: tuple[int, ...]
    keeps_out: tuple[str, ...]  # why it may not be sold; empty: it may
    age: int = UNKNOWN
    region: str = ""
    litigation: str = NOT_SUED
    more: Particulars = NOTHING_MORE

    @property
    def weight_minor(self) -> int:
        """Give unpaid principal and interest together."""
        return self.owed.principal_minor + self.owed.interest_minor


def owed_of(out: Sequence[int]) -> Owed:
    """Give what is owed from measured numbers (O_*).

    Of a loan charged off, what was recovered since has met principal first, then interest and penalty, then fees, as it does from 91 days
    past due on; the parts add up to the claim.
    """
    if not out[O_CLAIM]:
        return Owed(out[O_PRINCIPAL], out[O_INTEREST] + out[O_PENALTY], out[O_FEE])
    principal, interest, penalty, fee = out[O_CUMULATIVE + 11 : O_CUMULATIVE + 15]
    met = principal + interest + penalty + fee - out[O_CLAIM]
    left = []
    for part in (principal, interest + penalty, fee):
        paid = min(part, met)
        met -= paid
        left.append(part - paid)
    return Owed(*left)


def cash_of(facts: Iterable[Fact]) -> list[tuple[int, int]]:
    """Give the days and amounts of the cash that came on a loan, without what was reversed, and settlements that tell no amount."""
    return [(on, minor) for _, on, minor in _cash(facts)]


def cash_since(facts: Iterable[Fact], cut_off: int, until: int, late: Container[int] = ()) -> int:
    """Give the cash that came after the cut-off date, up to and with a day, in minor units: it belongs to the buyer.

    `late` are places of facts, counted from 1, that were recorded after the package was filled: cash of the days before the cut-off among
    them came too late to be off what is sold, so it is the buyer's as well.
    """
    return sum(minor for n, on, minor in _cash(facts) if cut_off < on <= until or (on <= cut_off and n in late))


def _cash(facts: Iterable[Fact]) -> list[tuple[int, int, int]]:
    """Give place, day and amount of the cash of a loan."""
    held = list(facts)
    undone = {fact.a for fact in held if fact.kind == REVERSED}
    kinds = (REPAID, SETTLED, RECOVERED)
    return [
        (n, fact.on, fact.amount_minor) for n, fact in enumerate(held, 1) if fact.kind in kinds and n not in undone and fact.amount_minor
    ]


def history_of(cash: Iterable[tuple[int, int]], cut_off: date) -> tuple[int, ...]:
    """Give the cash of each of the 36 calendar months that end with the one of the cut-off date."""
    months = [0] * HISTORY_MONTHS
    for day, minor in cash:
        on = date.fromordinal(day)
        back = (cut_off.year - on.year) * 12 + cut_off.month - on.month
        if on <= cut_off and back < HISTORY_MONTHS:
            months[HISTORY_MONTHS - 1 - back] += minor
    return tuple(months)


def listed(one: Candidate, borrower: str, loan: str, cut_off: date) -> Listed:
    """Give a candidate as a row of a list, its borrower and itself under other names. Nothing secures it."""
    paid = date.fromordinal(one.last_paid_on) if one.last_paid_on else None
    return Listed(
        loan_id=loan,
        borrower_id=borrower,
        principal_minor=one.owed.principal_minor,
        interest_minor=one.owed.interest_minor,
        fees_minor=one.owed.fees_minor,
        days=one.days,
        age=one.age,
        limit_minor=one.limit_minor,
        five_class=one.five_class,
        is_written_off=one.is_written_off,
        guarantee="credit",
        litigation=one.litigation,
        region=one.region,
        product=one.product,
        months_since_paid=_months(paid, cut_off) if paid else UNKNOWN,
        payments_6m=sum(1 for minor in one.history[-6:] if minor),
        payments_12m=sum(1 for minor in one.history[-12:] if minor),
    )


def _months(paid: date, cut_off: date) -> int:
    return (cut_off.year - paid.year) * 12 + cut_off.month - paid.month - (cut_off.day < paid.day)
