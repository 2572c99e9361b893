"""Open a customer: the row that every later command locks."""

from dataclasses import dataclass
from datetime import date

from plimsoll.loan.book import Book, Decision
from plimsoll.rulebook.rules import Rules
from plimsoll.servicing.tell import tell
from plimsoll.units.refusal import Refused

READS = "line"


@dataclass(frozen=True, slots=True)
class OpenCustomer:
    """Open a customer under an id that the caller gives."""

    key: str
    customer_id: int
    on: date


def decide(book: Book, command: OpenCustomer, rules: Rules) -> Decision | Refused:  # noqa: ARG001 -- every verb is called alike
    """Open the customer; refuses customer_exists."""
    if book.opened_on:
        return Refused("customer_exists", "", f"customer {command.customer_id}")
    return Decision(customer_opened_on=command.on.toordinal(), answer=tell({"customer_id": command.customer_id}))
