"""Reverse an earlier fact of a loan, also one in the middle of its history: the loan then stands as if it had never been."""

from dataclasses import dataclass
from datetime import date

from plimsoll.loan.book import Book, Decision, Held, Line, find_line
from plimsoll.loan.facts import Fact
from plimsoll.loan.layout import NOTED, REVERSED
from plimsoll.rulebook.rules import Rules
from plimsoll.servicing.find import find_held
from plimsoll.servicing.tell import detail, recorded, tell
from plimsoll.units.money import text_of
from plimsoll.units.refusal import Refused

READS = "loan+facts"


@dataclass(frozen=True, slots=True)
class Reverse:
    """Undo the fact of a number (from 1). `credit_minor` takes back credit of the customer that the same payment left."""

    key: str
    customer_id: int
    on: date
    loan_id: int
    fact: int
    credit_minor: int = 0
    currency: str = ""
    reason: str = ""


def decide(book: Book, command: Reverse, rules: Rules) -> Decision | Refused:  # noqa: ARG001 -- every verb is called alike
    """Record the reversal; the ledger posts the difference on the day it is recorded.

    Refuses loan_unknown, fact_unknown, reversal_of_reversal, already_reversed, fact_does_not_fit (a note), credit_too_small, and what a
    later fact leans on: the kernel names it.
    """
    held = find_held(book, command.loan_id)
    if isinstance(held, Refused):
        return held
    refused = _refuse_fact(held, command)
    if refused is not None:
        return refused
    line = _without_credit(book, command)
    if isinstance(line, Refused):
        return line
    fact = Fact(REVERSED, command.on.toordinal(), 0, command.fact)
    return Decision(facts=((held.loan_id, fact, detail("", command.reason)),), line=line, answer=tell(recorded(held)))


def _refuse_fact(held: Held, command: Reverse) -> Refused | None:
    """Refuse a fact that cannot be undone."""
    assert held.facts is not None, f"loan {held.loan_id}: a reversal sees the whole history"
    facts, number = held.facts, command.fact
    place = f"fact {number} of loan {held.loan_id}"
    if not 1 <= number <= len(facts) or facts[number - 1].on > command.on.toordinal():
        return Refused("fact_unknown", "", place)
    undone = {fact.a for fact in facts if fact.kind == REVERSED}
    kind = facts[number - 1].kind
    if kind in (REVERSED, NOTED):
        return Refused("reversal_of_reversal" if kind == REVERSED else "fact_does_not_fit", "", place)
    return Refused("already_reversed", "", place) if number in undone else None


def _without_credit(book: Book, command: Reverse) -> Line | Refused | None:
    """Give the line with less credit, None where none is taken back."""
    if command.credit_minor == 0:
        return None
    line = find_line(book)
    if isinstance(line, Refused):
        return line
    if command.credit_minor < 0:
        return Refused("amount_must_be_positive")
    if command.currency != line.currency:
        return Refused("currency_must_match", "", f"{command.currency}, the line in {line.currency}")
    if command.credit_minor > line.credit_minor:
        asked, kept = text_of(command.credit_minor, line.currency), text_of(line.credit_minor, line.currency)
        return Refused("credit_too_small", "", f"{asked} of {kept} {line.currency}")
    return line._replace(credit_minor=line.credit_minor - command.credit_minor)
