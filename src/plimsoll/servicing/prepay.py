"""Prepay part of a loan: what is due, and some principal before its time; the product says what the instalments become."""

from dataclasses import dataclass
from datetime import date

from plimsoll.loan.book import Book, Decision
from plimsoll.loan.facts import Fact
from plimsoll.loan.layout import CHARGED_OFF, REPAID
from plimsoll.loan.owed import dues, payoff
from plimsoll.rulebook.rules import Rules
from plimsoll.servicing.early import saved
from plimsoll.servicing.find import find_with_money, refuse_account, standing_at
from plimsoll.servicing.tell import detail, recorded, tell
from plimsoll.units.money import text_of
from plimsoll.units.refusal import Refused

READS = "loan+facts"


@dataclass(frozen=True, slots=True)
class Prepay:
    """Pay an amount above what is due and below the payoff. `ref` is the number of the payment."""

    key: str
    customer_id: int
    on: date
    loan_id: int
    amount_minor: int
    currency: str
    ref: str = ""


def decide(book: Book, command: Prepay, rules: Rules) -> Decision | Refused:  # noqa: ARG001 -- every verb is called alike
    """Take the money, and tell the interest that it saves; the product's `early` is not asked, this is a prepayment.

    Refuses loan_unknown, fact_does_not_fit, loan_charged_off, nothing_prepaid, prepays_everything.
    """
    held = find_with_money(book, command.loan_id, command.amount_minor, command.currency)
    if isinstance(held, Refused):
        return held
    refused = refuse_account(held)
    if refused is not None:
        return refused
    if held.summary.status == CHARGED_OFF:
        return Refused("loan_charged_off", "", f"loan {held.loan_id}")
    standing = standing_at(held, command.on)
    if isinstance(standing, Refused):
        return standing
    minor, ccy = command.amount_minor, command.currency
    due_minor = sum(due.minor for due in dues(standing))
    if minor <= due_minor:
        return Refused("nothing_prepaid", "", f"{text_of(minor, ccy)}; due {text_of(due_minor, ccy)} {ccy}")
    whole_minor = payoff(held.terms, standing)
    if minor >= whole_minor:
        return Refused("prepays_everything", "", f"{text_of(minor, ccy)}; payoff {text_of(whole_minor, ccy)} {ccy}")
    fact = Fact(REPAID, command.on.toordinal(), minor)
    less = saved(held.terms, standing, fact)
    if isinstance(less, Refused):
        return less
    answer = recorded(held) | {"saved": text_of(less, ccy)}
    return Decision(facts=((held.loan_id, fact, detail(command.ref)),), answer=tell(answer))
