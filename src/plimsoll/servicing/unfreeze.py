"""Unfreeze a line: draws and purchases are taken again."""

from dataclasses import dataclass
from datetime import date

from plimsoll.loan.book import LINE_CLOSED, LINE_FROZEN, LINE_OPEN, Book, Decision, find_line
from plimsoll.risk.plan.record import READS_PLANS, refuse_under_plan
from plimsoll.rulebook.rules import Rules
from plimsoll.servicing.tell import tell
from plimsoll.units.refusal import Refused

READS = f"line+file:{READS_PLANS}"


@dataclass(frozen=True, slots=True)
class Unfreeze:
    """Unfreeze the customer's line."""

    key: str
    customer_id: int
    on: date
    reason: str = ""


def decide(book: Book, command: Unfreeze, rules: Rules) -> Decision | Refused:  # noqa: ARG001 -- every verb is called alike
    """Open the line again and tell the customer.

    Refuses customer_unknown, line_missing, line_not_frozen, line_closed, plan_in_performance.
    """
    line = find_line(book)
    if isinstance(line, Refused):
        return line
    if line.status != LINE_FROZEN:
        return Refused("line_closed" if line.status == LINE_CLOSED else "line_not_frozen", "", f"customer {command.customer_id}")
    refused = refuse_under_plan(book.filings)
    if refused is not None:
        return refused
    told = tell({"customer_id": command.customer_id, "on": command.on.isoformat(), "reason": command.reason})
    return Decision(line=line._replace(status=LINE_OPEN), messages=(("line_unfrozen", told),), answer=told)
