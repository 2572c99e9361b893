"""Object to what was done to one's limit: within some days of the notice a person has to look at it again."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time

from plimsoll.loan.book import Book, Decision, refuse_customer
from plimsoll.loan.filing import NewFiling, WorkItem, body_of, instant_text, of_kind
from plimsoll.monitoring.notice import OBJECTION, RAISE, READS_NOTICES, last_notice, move_policy, object_until
from plimsoll.rulebook.rules import Rules
from plimsoll.units.refusal import Refused

READS = f"line+file:{READS_NOTICES}"
QUEUE = "limit_objection"
PRIORITY = 50


@dataclass(frozen=True, slots=True)
class ObjectToLimit:
    """Object to the last notice; the borrower's words lie in the vault under `reference`."""

    key: str
    customer_id: int
    on: date
    reference: str = ""


def decide(book: Book, command: ObjectToLimit, rules: Rules) -> Decision | Refused:
    """Put the objection on file and before a person.

    Refuses customer_unknown, limit_notice_missing, objection_exists, objection_too_late.
    """
    refused = refuse_customer(book, command.on)
    if refused is not None:
        return refused
    last = last_notice(book.filings)
    if last is None or last.subject == RAISE:
        return Refused("limit_notice_missing", "", f"customer {command.customer_id}")
    subject = str(last.n)
    if of_kind(book.filings, OBJECTION, subject):
        return Refused("objection_exists", "", f"notice of {date.fromordinal(last.on)}")
    until = object_until(last)
    if command.on.toordinal() > until:
        return Refused("objection_too_late", "POLICY.LIMIT.MOVE", f"until {date.fromordinal(until)}")
    due = date.fromordinal(command.on.toordinal() + move_policy(rules, command.on).object_days)
    at = instant_text(datetime.combine(due, time(15, 59, 59), UTC))
    filing = NewFiling(OBJECTION, subject, body_of({"reference": command.reference, "action": last.subject}))
    item = WorkItem(QUEUE, subject, "open", PRIORITY, at, "", f"{last.subject} of {date.fromordinal(last.on)}")
    return Decision(filings=(filing,), work=(item,), answer=body_of({"notice": last.n, "due_on": due.isoformat()}))
