"""Make a recalled loan due once the notice is over: all of it falls due the next day, unless something is past due already.

A loan that is late keeps its due days, so that its days past due and its class stay what they are; the whole of it is demanded then, and
that stands on file. The change of terms of one that is not late eases nothing and is noted as no restructuring.
"""

from dataclasses import dataclass
from datetime import date

from plimsoll.loan.book import Book, Decision, Held
from plimsoll.loan.facts import SAME_REPAYMENT, Fact, rescheduled
from plimsoll.loan.filing import NewFiling, WorkItem, body_of
from plimsoll.loan.layout import OPEN
from plimsoll.loan.terms import LOAN, DueDays
from plimsoll.monitoring.notice import late_days
from plimsoll.monitoring.recall import DUE, PRIORITY, QUEUE, READS_RECALL, find_loan, recall_of, refuse_ground, refuse_held
from plimsoll.risk.classify.trigger import NO_DIFFICULTY, TRIGGER
from plimsoll.rulebook.rules import Rules
from plimsoll.units.days import NO_STEP
from plimsoll.units.refusal import Refused

READS = f"loan+{READS_RECALL}"


@dataclass(frozen=True, slots=True)
class EnforceRecall:
    """Make a recalled loan due."""

    key: str
    customer_id: int
    on: date
    loan_id: int


def decide(book: Book, command: EnforceRecall, rules: Rules) -> Decision | Refused:
    """Let all of it fall due the next day, or, of a late loan, only say that all of it is demanded.

    Refuses customer_unknown, loan_unknown, nothing_owed, recall_missing, recall_objected, recall_waits, recall_ground_missing,
    recall_ground_unknown, plan_in_performance, recall_held, fact_does_not_fit (an account that is not late).
    """
    held = find_loan(book, command.loan_id)
    if isinstance(held, Refused):
        return held
    if held.summary.status != OPEN:
        return Refused("nothing_owed", "", f"loan {command.loan_id}")
    standing = recall_of(book.filings, command.loan_id)
    if standing is None or standing.state in ("withdrawn", "due"):
        return Refused("recall_missing", "", f"loan {command.loan_id}")
    if standing.state == "objected":
        return Refused("recall_objected", "POLICY.RECALL.NOTICE", f"loan {command.loan_id}")
    if command.on.toordinal() <= standing.due_on:
        return Refused("recall_waits", "POLICY.RECALL.NOTICE", f"until {date.fromordinal(standing.due_on)}")
    refused = refuse_ground(book, held, standing.ground, command.on, rules) or refuse_held(book)
    if refused is not None:
        return refused
    is_late = late_days((held,), command.on.toordinal()) > 0
    if not is_late and held.terms.kind != LOAN:
        return Refused("fact_does_not_fit", "", f"account {held.loan_id} of {held.product}")
    told = body_of({"loan_id": held.loan_id, "ground": standing.ground, "is_moved": not is_late})
    item = WorkItem(QUEUE, str(held.loan_id), "done", PRIORITY, "", "", "due")
    filings = (NewFiling(DUE, str(held.loan_id), told), *(() if is_late else (_no_easing(held, command.on),)))
    facts = () if is_late else ((held.loan_id, _all_due(command.on), body_of({"reason": f"recalled: {standing.ground}"})),)
    return Decision(facts=facts, filings=filings, work=(item,), messages=(("recall_due", told),), answer=told)


def _all_due(on: date) -> Fact:
    """Give the fact by which all that is unpaid falls due the next day."""
    return rescheduled(on.toordinal(), None, (0, 1), SAME_REPAYMENT, DueDays(1, NO_STEP, 0, 0, (on.toordinal() + 1,)))


def _no_easing(held: Held, on: date) -> NewFiling:
    """Give the note that the change of terms of a day is no restructuring."""
    said = {"trigger": NO_DIFFICULTY, "is_over": False, "share": "", "due_on": on.toordinal(), "reason": "recalled early"}
    return NewFiling(TRIGGER, str(held.loan_id), body_of(said))
