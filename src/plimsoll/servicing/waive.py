"""Waive: forgive penalty, interest or fee that is owed on a day."""

from dataclasses import dataclass
from datetime import date

from plimsoll.loan.book import Book, Decision
from plimsoll.loan.facts import COMPONENTS, Fact
from plimsoll.loan.layout import WAIVED
from plimsoll.rulebook.rules import Rules
from plimsoll.servicing.find import find_with_money
from plimsoll.servicing.tell import detail, recorded, tell
from plimsoll.units.refusal import Refused

READS = "loan"


@dataclass(frozen=True, slots=True)
class Waive:
    """Forgive an amount of each component, 0 for none."""

    key: str
    customer_id: int
    on: date
    loan_id: int
    currency: str
    penalty_minor: int = 0
    interest_minor: int = 0
    fee_minor: int = 0
    reason: str = ""


def decide(book: Book, command: Waive, rules: Rules) -> Decision | Refused:  # noqa: ARG001 -- every verb is called alike
    """Record one fact for each component; refuses loan_unknown, currency_must_match, amount_must_be_positive.

    The kernel refuses more than is owed of a component: waiver_exceeds_owed.
    """
    asked = {"penalty": command.penalty_minor, "interest": command.interest_minor, "fee": command.fee_minor}
    least = min(asked.values())
    held = find_with_money(book, command.loan_id, least if least < 0 else sum(asked.values()), command.currency)
    if isinstance(held, Refused):
        return held
    on, said = command.on.toordinal(), detail("", command.reason)
    facts = [(held.loan_id, Fact(WAIVED, on, minor, COMPONENTS[name]), said) for name, minor in asked.items() if minor > 0]
    return Decision(facts=tuple(facts), answer=tell({"facts": [recorded(held, n) for n in range(len(facts))]}))
