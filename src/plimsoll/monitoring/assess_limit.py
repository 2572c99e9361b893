"""Assess a limit anew once a year: ask for fresh evidence, and once it is there, or the time for it is over, review the limit.

A load line that was drawn anew, for whatever reason, is an assessment too. Nothing is cut for want of evidence alone: the limit is held.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Final

from plimsoll.loan.book import Book, Decision, Line, find_live_line
from plimsoll.loan.filing import Filing, NewFiling, WorkItem, body_of, instant_text, of_kind, read_body
from plimsoll.monitoring import review_limit
from plimsoll.monitoring.notice import ASSESS, NO_INCREASE, Done, move_policy, notice
from plimsoll.monitoring.review_limit import ReviewLimit
from plimsoll.risk.parameters import figures
from plimsoll.rulebook.rules import Rules
from plimsoll.units.refusal import Refused

ASSESSED: Final = "limit.assessed"
RULE: Final = "POLICY.LIMIT.MOVE"
READS = f"{review_limit.READS},{ASSESSED}"
QUEUE: Final = "assessment"
PRIORITY: Final = 20
ASKED, DONE = "asked", "done"


@dataclass(frozen=True, slots=True)
class AssessLimit:
    """Assess one customer's limit; what is known of over-extension, chance and warning as for `review_limit`."""

    key: str
    customer_id: int
    on: date
    over_extension: str = ""
    chance_band: str = ""
    is_warned: bool = False
    has_overdue_elsewhere: bool = False
    product: str = "cash-line"


def decide(book: Book, command: AssessLimit, rules: Rules) -> Decision | Refused:
    """Ask for evidence where the last picture is too old; review where it came, or did not come in time. Each is told to the customer.

    Refuses customer_unknown, line_missing, line_closed, assessment_not_due, assessment_waits, and what `review_limit` refuses.
    """
    line = find_live_line(book)
    if isinstance(line, Refused):
        return line
    day, last = command.on.toordinal(), standing_request(book.filings)
    if last is None:
        due = due_on(book, move_policy(rules, command.on).assess_days)
        if day < due:
            return Refused("assessment_not_due", RULE, f"on {date.fromordinal(due)}")
        return _ask(line, command, rules)
    is_fresh = book.load_line is not None and book.load_line.drawn_on >= last.on
    until: int = read_body(last)["until"]
    if not is_fresh and day <= until:
        return Refused("assessment_waits", RULE, f"until {date.fromordinal(until)}")
    return _review(book, line, command, rules, is_fresh=is_fresh)


def due_on(book: Book, assess_days: int) -> int:
    """Give the day on which a customer is to be assessed again: so long after the last assessment, load line, or the first day."""
    done = [one.on for one in of_kind(book.filings, ASSESSED, DONE)]
    drawn_on = book.load_line.drawn_on if book.load_line is not None else 0
    return max([*done, drawn_on, book.opened_on]) + assess_days


def standing_request(filings: tuple[Filing, ...]) -> Filing | None:
    """Give the request for evidence that nothing has ended yet."""
    found = of_kind(filings, ASSESSED)
    return found[-1] if found and found[-1].subject == ASKED else None


def _ask(line: Line, command: AssessLimit, rules: Rules) -> Decision:
    """Ask for fresh evidence: a message, and a place in the queue with the day by which it is waited for."""
    wait = int(figures(rules, "POLICY.LIMIT.ASSESS", command.on)["wait"])
    until = date.fromordinal(command.on.toordinal() + wait)
    item = WorkItem(
        QUEUE, "", "waiting", PRIORITY, instant_text(datetime.combine(until, time(15, 59, 59), UTC)), "", "fresh evidence asked for"
    )
    said = body_of({"customer_id": command.customer_id, "state": ASKED, "until": until.isoformat(), "currency": line.currency})
    filing = NewFiling(ASSESSED, ASKED, body_of({"until": until.toordinal()}))
    return Decision(filings=(filing,), work=(item,), messages=(("limit_assessment_asked", said),), answer=said)


def _review(book: Book, line: Line, command: AssessLimit, rules: Rules, *, is_fresh: bool) -> Decision | Refused:
    """Review by the policy, hold the limit where nothing fresh came, and end the request."""
    names = ("key", "customer_id", "on", "over_extension", "chance_band", "is_warned", "has_overdue_elsewhere", "product")
    found = review_limit.decide(book, ReviewLimit(**{name: getattr(command, name) for name in names}), rules)
    if isinstance(found, Refused):
        return found
    after = found.line or line
    filings, messages = list(found.filings), list(found.messages)
    policy = move_policy(rules, command.on)
    if not messages and not is_fresh:
        held, told = notice(line, line, Done(NO_INCREASE, "EVIDENCE_OLD", RULE), command.on, policy)
        filings.append(held)
        messages.append(("limit_held", body_of({"customer_id": command.customer_id, **told})))
    _, told = notice(line, after, Done(ASSESS, "YEARLY_LOOK", RULE), command.on, policy)
    said = body_of({"customer_id": command.customer_id, "state": DONE, "is_fresh": is_fresh, **told})
    filings.append(NewFiling(ASSESSED, DONE, body_of({"is_fresh": is_fresh, "limit_minor": after.limit_minor})))
    item = WorkItem(QUEUE, "", "done", PRIORITY, "", "", "assessed" if is_fresh else "assessed without fresh evidence")
    return found._replace(filings=tuple(filings), messages=(*messages, ("limit_assessed", said)), work=(*found.work, item), answer=said)
