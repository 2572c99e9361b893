"""Freeze a line: no draw and no purchase; repayments go on."""

from dataclasses import dataclass
from datetime import date

from plimsoll.loan.book import LINE_FROZEN, LINE_OPEN, Book, Decision, find_line
from plimsoll.rulebook.rules import Rules
from plimsoll.servicing.tell import tell
from plimsoll.units.refusal import Refused

READS = "line"


@dataclass(frozen=True, slots=True)
class Freeze:
    """Freeze the customer's line."""

    key: str
    customer_id: int
    on: date
    reason: str = ""


def decide(book: Book, command: Freeze, rules: Rules) -> Decision | Refused:  # noqa: ARG001 -- every verb is called alike
    """Freeze the line and tell the customer; refuses customer_unknown, line_missing, line_frozen, line_closed."""
    line = find_line(book)
    if isinstance(line, Refused):
        return line
    if line.status != LINE_OPEN:
        return Refused("line_frozen" if line.status == LINE_FROZEN else "line_closed", "", f"customer {command.customer_id}")
    told = tell({"customer_id": command.customer_id, "on": command.on.isoformat(), "reason": command.reason})
    return Decision(line=line._replace(status=LINE_FROZEN), messages=(("line_frozen", told),), answer=told)
