"""Open a line again that was frozen because something was past due: once all is paid, and after clean cycles."""

from dataclasses import dataclass
from datetime import date

from plimsoll.loan.book import LINE_FROZEN, LINE_OPEN, Book, Decision, find_live_line
from plimsoll.loan.filing import body_of
from plimsoll.monitoring.notice import FREEZE, READS_NOTICES, THAW, Done, last_notice, move_policy, notice, refuse_unclean
from plimsoll.risk.plan.record import READS_PLANS, refuse_under_plan
from plimsoll.rulebook.rules import Rules
from plimsoll.units.refusal import Refused

READS = f"every loan+file:{READS_NOTICES},{READS_PLANS}"


@dataclass(frozen=True, slots=True)
class UnfreezeCured:
    """Open the customer's line again after a cure."""

    key: str
    customer_id: int
    on: date


def decide(book: Book, command: UnfreezeCured, rules: Rules) -> Decision | Refused:
    """Open the line and tell the customer; a line that a person froze for another reason stays as it is.

    Refuses customer_unknown, line_missing, line_closed, line_not_frozen, freeze_not_ours, still_past_due, cycles_not_clean,
    plan_in_performance.
    """
    line = find_live_line(book)
    if isinstance(line, Refused):
        return line
    if line.status != LINE_FROZEN:
        return Refused("line_not_frozen", "", f"customer {command.customer_id}")
    last = last_notice(book.filings, (FREEZE, THAW))
    if last is None or last.subject != FREEZE:
        return Refused("freeze_not_ours", "", f"customer {command.customer_id}")
    policy = move_policy(rules, command.on)
    refused = refuse_under_plan(book.filings) or refuse_unclean(book, command.on, policy.thaw)
    if refused is not None:
        return refused
    opened = line._replace(status=LINE_OPEN)
    filing, told = notice(line, opened, Done(THAW, "CURED", "POLICY.LIMIT.MOVE"), command.on, policy)
    said = body_of({"customer_id": command.customer_id, **told})
    return Decision(line=opened, messages=(("line_unfrozen", said),), answer=said, filings=(filing,))
