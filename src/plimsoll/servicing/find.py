"""Find in a customer's book what a command names, or say why it cannot be used: refusals that every verb shares."""

from datetime import date

from plimsoll.loan.book import LINE_FROZEN, LINE_OPEN, Book, Held, find_line, standing_of
from plimsoll.loan.fold import Standing, fold
from plimsoll.loan.terms import LOAN, begun_on
from plimsoll.units.refusal import Refused


def find_held(book: Book, loan_id: int) -> Held | Refused:
    """Give a loan or account of the customer; refuses customer_unknown, loan_unknown."""
    for held in book.loans:
        if held.loan_id == loan_id:
            return held
    if not book.opened_on:
        return Refused("customer_unknown", "", f"customer {book.customer_id}")
    return Refused("loan_unknown", "", f"loan {loan_id} of customer {book.customer_id}")


def find_with_money(book: Book, loan_id: int, minor: int, currency: str) -> Held | Refused:
    """Give a loan or account for a command that brings an amount; refuses currency_must_match, amount_must_be_positive too."""
    held = find_held(book, loan_id)
    if isinstance(held, Refused):
        return held
    if held.terms.currency != currency:
        return Refused("currency_must_match", "", f"{currency}, loan {loan_id} in {held.terms.currency}")
    if minor <= 0:
        return Refused("amount_must_be_positive")
    return held


def refuse_loan(held: Held) -> Refused | None:
    """Refuse a loan where only a pay-later account fits: fact_does_not_fit."""
    return Refused("fact_does_not_fit", "", f"loan {held.loan_id} of {held.product}") if held.terms.kind == LOAN else None


def refuse_account(held: Held) -> Refused | None:
    """Refuse a pay-later account where only a loan fits: fact_does_not_fit."""
    return Refused("fact_does_not_fit", "", f"account {held.loan_id} of {held.product}") if held.terms.kind != LOAN else None


def refuse_use(book: Book, currency: str) -> Refused | None:
    """Refuse to use a line that is not there, frozen, closed or in another currency.

    How much of the limit is left is asked where it is used: when the decision is posted, under the lock of the customer's row.
    """
    line = find_line(book)
    if isinstance(line, Refused):
        return line
    if line.status != LINE_OPEN:
        return Refused("line_frozen" if line.status == LINE_FROZEN else "line_closed", "", f"customer {book.customer_id}")
    if line.currency != currency:
        return Refused("currency_must_match", "", f"{currency}, the line in {line.currency}")
    return None


def refuse_before_begun(held: Held, on: date) -> Refused | None:
    """Refuse a day before the loan was handed out or the account opened: fact_before_disbursement."""
    begun = begun_on(held.terms)
    if on.toordinal() >= begun:
        return None
    return Refused("fact_before_disbursement", "", f"loan {held.loan_id} from {date.fromordinal(begun)}, not {on}")


def standing_at(held: Held, on: date) -> Standing | Refused:
    """Give where a loan stands on a day; a day before its state needs its whole history. Refuses fact_before_disbursement."""
    refused = refuse_before_begun(held, on)
    if refused is not None:
        return refused
    if on.toordinal() >= held.summary.as_of:
        return standing_of(held, on.toordinal())
    assert held.facts is not None, f"loan {held.loan_id}: a day before its state needs the history"
    return fold(held.terms, held.facts, on.toordinal())
