"""Freeze the line of a customer who is late on any loan of either product: no draw and no purchase; repayments go on."""

from dataclasses import dataclass
from datetime import date

from plimsoll.loan.book import LINE_FROZEN, Book, Decision, find_live_line
from plimsoll.loan.filing import body_of
from plimsoll.monitoring.notice import FREEZE, READS_NOTICES, Done, late_days, move_policy, notice
from plimsoll.rulebook.rules import Rules
from plimsoll.units.refusal import Refused

READS = f"every loan+file:{READS_NOTICES}"


@dataclass(frozen=True, slots=True)
class FreezeLate:
    """Freeze the customer's line because something is past due."""

    key: str
    customer_id: int
    on: date


def decide(book: Book, command: FreezeLate, rules: Rules) -> Decision | Refused:
    """Freeze the line and tell the customer; refuses customer_unknown, line_missing, line_closed, line_frozen, nothing_past_due."""
    line = find_live_line(book)
    if isinstance(line, Refused):
        return line
    if line.status == LINE_FROZEN:
        return Refused("line_frozen", "", f"customer {command.customer_id}")
    days = late_days(book.loans, command.on.toordinal())
    if days < 1:
        return Refused("nothing_past_due", "", f"customer {command.customer_id}")
    frozen = line._replace(status=LINE_FROZEN)
    filing, told = notice(line, frozen, Done(FREEZE, "PAST_DUE", "", f"{days} days"), command.on, move_policy(rules, command.on))
    said = body_of({"customer_id": command.customer_id, **told})
    return Decision(line=frozen, messages=(("line_frozen", said),), answer=said, filings=(filing,))
