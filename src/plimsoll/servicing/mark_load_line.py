"""Mark the load line of a customer: how much the borrower can carry, as evidence has it; it is an estimate, and goes up and down."""

from dataclasses import dataclass
from datetime import date

from plimsoll.loan.book import Book, Decision, LoadLine, refuse_customer
from plimsoll.loan.filing import NewFiling, body_of
from plimsoll.rulebook.rules import Rules
from plimsoll.servicing.load import PPB
from plimsoll.servicing.tell import tell
from plimsoll.units.money import text_of
from plimsoll.units.refusal import Refused

READS = "line"


@dataclass(frozen=True, slots=True)
class MarkLoadLine:
    """Mark what may fall due in a month (`room_minor`), the principal that carries, and the monthly service of revolving principal.

    `stress_ppb` is that service in parts per 1e9 of the principal; `ref` names the assessment that the figures come from.
    """

    key: str
    customer_id: int
    on: date
    currency: str
    capacity_minor: int
    room_minor: int
    stress_ppb: int
    ref: str = ""
    reason: str = ""


def decide(book: Book, command: MarkLoadLine, rules: Rules) -> Decision | Refused:  # noqa: ARG001 -- every verb is called alike
    """Draw the line anew and put it on file; what was lent or granted before stays as it is.

    Refuses customer_unknown, customer_not_yet_open, currency_must_match, load_line_malformed.
    """
    refused = refuse_customer(book, command.on) or refuse_figures(command)
    if refused is not None:
        return refused
    if book.line is not None and book.line.currency != command.currency:
        return Refused("currency_must_match", "", f"{command.currency}, the line in {book.line.currency}")
    load_line = LoadLine(command.currency, command.capacity_minor, command.room_minor, command.stress_ppb, command.on.toordinal())
    told = {
        "capacity": text_of(load_line.capacity_minor, load_line.currency),
        "room": text_of(load_line.room_minor, load_line.currency),
        "currency": load_line.currency,
    }
    return Decision(
        load_line=load_line,
        filings=(NewFiling("load_line", command.ref, filed(load_line, command.reason)),),
        answer=tell({"customer_id": command.customer_id, **told}),
    )


def filed(load_line: LoadLine, reason: str) -> str:
    """Give the body of the filing of a load line."""
    return body_of({**load_line._asdict(), "reason": reason})


def refuse_figures(command: MarkLoadLine) -> Refused | None:
    """Refuse figures that cannot be, load_line_malformed: the capacity, weighed as revolving principal, must fit the room of a month."""
    if command.capacity_minor < 0 or command.room_minor < 0 or not 0 < command.stress_ppb <= PPB:
        return Refused("load_line_malformed", "", f"stress {command.stress_ppb} of {PPB}")
    if command.capacity_minor * command.stress_ppb > command.room_minor * PPB:
        capacity, room = (text_of(minor, command.currency) for minor in (command.capacity_minor, command.room_minor))
        return Refused("load_line_malformed", "", f"{capacity} costs more than {room} {command.currency} a month")
    return None
