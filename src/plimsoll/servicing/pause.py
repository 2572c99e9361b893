"""Pause: an interest holiday, in which neither interest nor penalty accrues."""

from dataclasses import dataclass
from datetime import date

from plimsoll.loan.book import Book, Decision
from plimsoll.loan.facts import Fact
from plimsoll.loan.layout import PAUSED
from plimsoll.rulebook.rules import Rules
from plimsoll.servicing.find import find_held
from plimsoll.servicing.tell import detail, recorded, tell
from plimsoll.units.refusal import Refused

READS = "loan"


@dataclass(frozen=True, slots=True)
class Pause:
    """Let nothing accrue on the days `[from_on, until_on)`, of those from the day of the agreement on."""

    key: str
    customer_id: int
    on: date
    loan_id: int
    from_on: date
    until_on: date
    reason: str = ""


def decide(book: Book, command: Pause, rules: Rules) -> Decision | Refused:  # noqa: ARG001 -- every verb is called alike
    """Record the holiday; refuses loan_unknown, pause_malformed (empty, or while another has not ended)."""
    held = find_held(book, command.loan_id)
    if isinstance(held, Refused):
        return held
    if command.until_on <= max(command.from_on, command.on):
        return Refused("pause_malformed", "", f"from {command.from_on} until {command.until_on}, agreed on {command.on}")
    fact = Fact(PAUSED, command.on.toordinal(), 0, command.until_on.toordinal(), command.from_on.toordinal())
    return Decision(facts=((held.loan_id, fact, detail("", command.reason)),), answer=tell(recorded(held)))
