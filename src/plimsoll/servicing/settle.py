"""Settle: pay off a loan, or everything on an account, exactly, on a day."""

from dataclasses import dataclass
from datetime import date

from plimsoll.loan.book import Book, Decision
from plimsoll.loan.facts import CASH_GIVEN, Fact
from plimsoll.loan.layout import CHARGED_OFF, SETTLED
from plimsoll.loan.owed import payoff
from plimsoll.loan.state import read_state
from plimsoll.rulebook.rules import Rules
from plimsoll.servicing.find import find_held, standing_at
from plimsoll.servicing.tell import detail, recorded, tell, with_late
from plimsoll.units.money import text_of
from plimsoll.units.refusal import Refused

READS = "loan+facts"


@dataclass(frozen=True, slots=True)
class Settle:
    """Pay the payoff of the day. `ref` is the number of the payment."""

    key: str
    customer_id: int
    on: date
    loan_id: int
    ref: str = ""


def decide(book: Book, command: Settle, rules: Rules) -> Decision | Refused:
    """Pay everything off; the answer tells the cash that it takes. Refuses loan_unknown, loan_charged_off, nothing_owed.

    The cash is recorded with the fact, so that a later correction of the history cannot change what was received: what the cash then no
    longer covers is owed again, what is over becomes credit.
    """
    held = find_held(book, command.loan_id)
    if isinstance(held, Refused):
        return held
    if held.summary.status == CHARGED_OFF:
        return Refused("loan_charged_off", "", f"loan {held.loan_id}")
    standing = standing_at(held, command.on)
    if isinstance(standing, Refused):
        return standing
    state = read_state(held.terms, standing)
    if state.payoff == 0 and state.credit == 0:
        return Refused("nothing_owed", "", f"loan {held.loan_id}")
    minor = payoff(held.terms, standing)
    fact = Fact(SETTLED, command.on.toordinal(), minor, CASH_GIVEN)
    answer = recorded(held) | {"amount": text_of(minor, held.terms.currency)}
    return with_late(book, Decision(facts=((held.loan_id, fact, detail(command.ref)),), answer=tell(answer)), command.on, rules)
