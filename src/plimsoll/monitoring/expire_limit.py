"""Write back the limits that hold again once a temporary limit has run out, and tell the customer; until then they lapse by themselves."""

from dataclasses import dataclass
from datetime import date

from plimsoll.loan.book import Book, Decision, find_live_line
from plimsoll.loan.filing import body_of
from plimsoll.monitoring.notice import Done, move_policy, notice
from plimsoll.risk.temporary_limit import READS_TEMPORARY, lapsed, limits_for_good
from plimsoll.rulebook.rules import Rules
from plimsoll.units.refusal import Refused

READS = f"line+{READS_TEMPORARY}"
EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class ExpireLimit:
    """End a temporary limit that has run out."""

    key: str
    customer_id: int
    on: date


def decide(book: Book, command: ExpireLimit, rules: Rules) -> Decision | Refused:
    """Set the limits that were there before; refuses customer_unknown, line_missing, line_closed, limit_not_run_out."""
    line = find_live_line(book)
    if isinstance(line, Refused):
        return line
    after = lapsed(book, command.on)
    if after is None:
        return Refused("limit_not_run_out", "", f"customer {command.customer_id}")
    filing, told = notice(line, after, Done(EXPIRED, "TEMPORARY_OVER"), command.on, move_policy(rules, command.on))
    said = body_of({"customer_id": command.customer_id, **told})
    return Decision(line=after, messages=(("limit_changed", said),), answer=said, filings=(*limits_for_good(book), filing))
