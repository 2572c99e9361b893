"""Demand a loan back before its time: on a ground that a rule allows and the file shows, with notice and the right to object."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time

from plimsoll.loan.book import Book, Decision
from plimsoll.loan.filing import NewFiling, WorkItem, body_of, instant_text
from plimsoll.loan.layout import OPEN
from plimsoll.monitoring.recall import DEMANDED, PRIORITY, QUEUE, READS_RECALL, RULES_OF, find_loan, recall_of, refuse_ground, refuse_held
from plimsoll.risk.parameters import figures
from plimsoll.rulebook.rules import Rules
from plimsoll.units.money import text_of
from plimsoll.units.refusal import Refused

READS = f"loan+{READS_RECALL}"


@dataclass(frozen=True, slots=True)
class RecallEarly:
    """Demand one loan back; `ground` is purpose_breach, fraud, death or long_default."""

    key: str
    customer_id: int
    on: date
    loan_id: int
    ground: str
    reason: str = ""


def decide(book: Book, command: RecallEarly, rules: Rules) -> Decision | Refused:
    """Put the demand on file and tell the borrower the ground, the day until which it is paid, and until when one may object.

    Nothing of the loan changes yet. Refuses customer_unknown, loan_unknown, nothing_owed, reasons_missing, recall_ground_unknown,
    recall_ground_missing, plan_in_performance, recall_held, recall_exists.
    """
    held = find_loan(book, command.loan_id)
    if isinstance(held, Refused):
        return held
    if held.summary.status != OPEN:
        return Refused("nothing_owed", "", f"loan {command.loan_id}")
    if not command.reason.strip():
        return Refused("reasons_missing", "", command.ground)
    refused = refuse_ground(book, held, command.ground, command.on, rules) or refuse_held(book)
    if refused is not None:
        return refused
    standing = recall_of(book.filings, command.loan_id)
    if standing is not None and standing.state != "withdrawn":
        return Refused("recall_exists", "", f"loan {command.loan_id}, {standing.state}")
    notice = int(figures(rules, "POLICY.RECALL.NOTICE", command.on)[command.ground])
    due_on = date.fromordinal(command.on.toordinal() + notice)
    said = {"ground": command.ground, "rule": RULES_OF[command.ground], "reason": command.reason}
    filed = said | {"due_on": due_on.toordinal(), "object_until": due_on.toordinal()}
    summary = held.summary
    owed = summary.principal_minor + summary.interest_minor + summary.penalty_minor + summary.fee_minor
    told = {
        **said,
        "loan_id": command.loan_id,
        "owed": text_of(owed, held.terms.currency),
        "currency": held.terms.currency,
        "due_on": due_on.isoformat(),
        "object_until": due_on.isoformat(),
    }
    item = WorkItem(
        QUEUE,
        str(command.loan_id),
        "waiting",
        PRIORITY,
        instant_text(datetime.combine(due_on, time(15, 59, 59), UTC)),
        "",
        command.ground,
    )
    filing = NewFiling(DEMANDED, str(command.loan_id), body_of(filed))
    return Decision(filings=(filing,), work=(item,), messages=(("recall_demanded", body_of(told)),), answer=body_of(told))
