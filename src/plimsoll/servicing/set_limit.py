"""Set a line's limit and sub-limits: raise or lower them. Below what is in use nothing more can be taken until some is repaid."""

from dataclasses import dataclass
from datetime import date

from plimsoll.loan.book import Book, Decision, Line, find_live_line
from plimsoll.risk.line_limits import Limits, refuse_limits, refuse_unmarked, told_limits
from plimsoll.risk.temporary_limit import LIMITS, READS_TEMPORARY, lapsed, limits_for_good, limits_until, permanent
from plimsoll.rulebook.rules import Rules
from plimsoll.servicing.load import refuse_rise
from plimsoll.servicing.open_account import PAY_LATER
from plimsoll.servicing.open_line import CASH_LINE
from plimsoll.servicing.tell import tell
from plimsoll.units.money import text_of
from plimsoll.units.refusal import Refused

READS = f"line+{READS_TEMPORARY}"


@dataclass(frozen=True, slots=True)
class SetLimit:
    """Set the limit and both sub-limits; with `until`, the first day without them, for a while, and then those before hold again."""

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
    until: date | None = None


def decide(book: Book, command: SetLimit, rules: Rules) -> Decision | Refused:
    """Change the limits and tell the customer.

    Refuses customer_unknown, line_missing, line_closed, currency_must_match, limit_out_of_range, temporary_limit_malformed, what the
    products refuse, and of a limit that rises load_line_missing and load_line_passed.
    """
    found = find_live_line(book)
    if isinstance(found, Refused):
        return found
    line, before = lapsed(book, command.on) or found, permanent(book) or found
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
    changed = found._replace(
        limit_minor=command.limit_minor,
        cash_limit_minor=command.cash_limit_minor,
        later_limit_minor=command.later_limit_minor,
    )
    refused = refuse_limits(limits, rules, command.on) or _refuse_raise(book, before, changed, limits, rules, command.on)
    if refused is not None:
        return refused
    filings = limits_for_good(book)
    if command.until is not None:
        if command.until <= command.on or any(getattr(changed, name) < getattr(before, name) for name in LIMITS):
            return Refused("temporary_limit_malformed", "", f"until {command.until}")
        filings = (limits_until(before, changed, command.until),)
    told = {
        "customer_id": command.customer_id,
        "on": command.on.isoformat(),
        "limit_before": text_of(line.limit_minor, line.currency),
        **told_limits(changed),
        "currency": line.currency,
        "until": "" if command.until is None else command.until.isoformat(),
        "reason": command.reason,
    }
    return Decision(line=changed, messages=(("limit_changed", tell(told)),), answer=tell(told), filings=filings)


def _refuse_raise(book: Book, before: Line, changed: Line, limits: Limits, rules: Rules, on: date) -> Refused | None:
    """Refuse a limit that rises above the permanent one before, without a load line where one is asked for, or above it."""
    if changed.limit_minor <= before.limit_minor:
        return None
    if book.load_line is None:
        return refuse_unmarked(limits, book.load_line, rules, on)
    return refuse_rise(changed, before, book.load_line)
