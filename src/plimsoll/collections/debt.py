"""What a customer owes over all loans of both products, what of it is past due, and what came in since a promise was made."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import NamedTuple

from plimsoll.loan.book import Book, Held, standing_of
from plimsoll.loan.layout import CHARGED_OFF, OPEN, RECOVERED, REPAID, REVERSED, SETTLED
from plimsoll.loan.owed import dues
from plimsoll.loan.state import read_state
from plimsoll.units.refusal import Refused

CASH: tuple[int, ...] = (REPAID, SETTLED, RECOVERED)
"""Facts whose amount is money that came. A settlement is recorded with its cash."""


class Debt(NamedTuple):
    """A debt in one currency on a day, in minor units: all that is owed with claims, what of it is past due, claims that were charged
    off, and the most days past due."""

    currency: str
    owed_minor: int
    late_minor: int
    claim_minor: int
    days: int


def debt_of(book: Book, on: date) -> Debt:
    """Give the debt on a day, in the currency in which most days are past due; loans as they stand where they stand on a later day."""
    found: dict[str, Debt] = {}
    for held in book.loans:
        one = _debt(held, on.toordinal())
        was = found.get(one.currency, Debt(one.currency, 0, 0, 0, 0))
        sums = (was.owed_minor + one.owed_minor, was.late_minor + one.late_minor, was.claim_minor + one.claim_minor)
        found[one.currency] = Debt(one.currency, *sums, max(was.days, one.days))
    usual = book.line.currency if book.line is not None else ""
    return max(found.values(), key=lambda one: (one.days, one.owed_minor, one.currency), default=Debt(usual, 0, 0, 0, 0))


def _debt(held: Held, on: int) -> Debt:
    status = held.summary.status
    if status not in (OPEN, CHARGED_OFF):
        return Debt(held.terms.currency, 0, 0, 0, 0)
    standing = standing_of(held, on)
    state = read_state(held.terms, standing)
    if status == CHARGED_OFF:
        return Debt(held.terms.currency, state.claim, state.claim, state.claim, state.past_due_days)
    late = sum(due.minor for due in dues(standing) if due.due_on < state.as_of) if state.past_due_days > 0 else 0
    return Debt(held.terms.currency, state.payoff, min(late, state.payoff), 0, state.past_due_days)


def owed_by(book: Book, currency: str, day: int) -> int:
    """Give all that will be owed in a currency on a day if nothing is paid before, in minor units."""
    return sum(_debt(held, day).owed_minor for held in book.loans if held.terms.currency == currency)


def counts_of(loans: Iterable[Held]) -> tuple[tuple[int, int], ...]:
    """Give the number of facts of each loan, by which later ones are told from them."""
    return tuple(sorted((held.loan_id, held.facts_count) for held in loans))


def received(loans: Iterable[Held], counts: Mapping[int, int], currency: str, until: int) -> int:
    """Give the money that came through a day by facts recorded after some number of each loan's; what was reversed did not come."""
    return sum(_received(held, counts.get(held.loan_id, 0), until) for held in loans if held.terms.currency == currency)


def _received(held: Held, after: int, until: int) -> int:
    assert held.facts is not None, f"loan {held.loan_id}: what came is read from its history"
    undone = {fact.a for fact in held.facts if fact.kind == REVERSED}
    came = (fact for number, fact in enumerate(held.facts, 1) if number > after and number not in undone)
    return sum(fact.amount_minor for fact in came if fact.kind in CASH and fact.on <= until)


def refuse_currency(debt: Debt, currency: str) -> Refused | None:
    """Refuse an amount in another currency than that of the debt: currency_must_match."""
    return None if currency == debt.currency else Refused("currency_must_match", "", f"{currency}, the debt is in {debt.currency}")
