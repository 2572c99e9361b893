"""State the lender's cash in hand on a day: it is no account of the book, and the ladder begins with it."""

from dataclasses import dataclass
from datetime import date

from plimsoll.loan.dossier import Dossier, Written
from plimsoll.loan.filing import NewFiling, body_of
from plimsoll.rulebook.rules import Rules
from plimsoll.treasury.cash_stated import STATED
from plimsoll.units.money import EXPONENTS, MINOR_MAX
from plimsoll.units.refusal import Refused


@dataclass(frozen=True, slots=True)
class StateCash:
    """The subject is the currency; `minor` what there is at the beginning of the day, in minor units; `source` the bank's word for it."""

    key: str
    subject: str
    on: date
    minor: int
    source: str = ""


def decide(dossier: Dossier, command: StateCash, rules: Rules) -> Written | Refused:  # noqa: ARG001 -- nothing is ruled here
    """Put it on file; a later statement for the same day takes its place. Refuses cash_malformed: no currency, below nought, too much."""
    if dossier.subject not in EXPONENTS or not 0 <= command.minor <= MINOR_MAX:
        return Refused("cash_malformed", "", f"{dossier.subject}: {command.minor}")
    said = body_of({"minor": command.minor, "source": command.source})
    return Written((NewFiling(STATED, "", said),), said)
