"""Set a line's limit and sub-limits: raise or lower them. Below what is in use nothing more can be taken until some is repaid."""

from dataclasses import dataclass, replace
from datetime import date

from plimsoll.loan.book import Book, Decision
from plimsoll.rulebook.rules import Rules
from plimsoll.servicing.find import CLOSED, find_line
from plimsoll.servicing.limits import Limits, refuse_limits
from plimsoll.servicing.open_account import PAY_LATER
from plimsoll.servicing.open_line import CASH_LINE
from plimsoll.servicing.tell import tell
from plimsoll.units.money import text_of
from plimsoll.units.refusal import Refused

READS = "line"


@dataclass(frozen=True, slots=True)
class SetLimit:
    """Set the limit and both sub-limits."""

    key: str
    customer_id: int
    on: date
    currency: str
    limit_minor: int
    cash_limit_minor: int
    later_limit_minor: int
    cash_product: str = CASH_LINE
    later_product: str = PAY_LATER
    reason: str = ""


def decide(book: Book, command: SetLimit, rules: Rules) -> Decision | Refused:
    """Change the limits and tell the customer.

    Refuses customer_unknown, line_missing, line_closed, currency_must_match, limit_out_of_range, and what the products refuse.
    """
    line = find_line(book)
    if isinstance(line, Refused):
        return line
    if line.status == CLOSED:
        return Refused("line_closed", "", f"customer {command.customer_id}")
    if line.currency != command.currency:
        return Refused("currency_must_match", "", f"{command.currency}, the line in {line.currency}")
    limits = Limits(
        command.currency,
        command.limit_minor,
        command.cash_limit_minor,
        command.later_limit_minor,
        command.cash_product,
        command.later_product,
    )
    refused = refuse_limits(limits, rules, command.on)
    if refused is not None:
        return refused
    changed = replace(
        line, limit_minor=command.limit_minor, cash_limit_minor=command.cash_limit_minor, later_limit_minor=command.later_limit_minor
    )
    told = {
        "customer_id": command.customer_id,
        "on": command.on.isoformat(),
        "limit_before": text_of(line.limit_minor, line.currency),
        "limit": text_of(changed.limit_minor, line.currency),
        "currency": line.currency,
        "reason": command.reason,
    }
    return Decision(line=changed, messages=(("limit_changed", tell(told)),), answer=tell(told))
