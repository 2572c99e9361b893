"""Close a plan that was kept to its end: everything is paid."""

from dataclasses import dataclass
from datetime import date

from plimsoll.collections.book_plan import over
from plimsoll.collections.plan import find_plan
from plimsoll.loan.book import Book, Decision, refuse_customer
from plimsoll.loan.filing import body_of
from plimsoll.loan.layout import PAID_OFF
from plimsoll.risk.plan.record import KEPT, PERFORMING, READS_FILE
from plimsoll.rulebook.rules import Rules
from plimsoll.units.refusal import Refused

READS = f"loan+{READS_FILE}"


@dataclass(frozen=True, slots=True)
class KeepPlan:
    """Put on record that a plan was kept."""

    key: str
    customer_id: int
    on: date
    plan_id: str
    loan_id: int


def decide(book: Book, command: KeepPlan, rules: Rules) -> Decision | Refused:  # noqa: ARG001 -- every verb is called alike
    """End the plan; refuses customer_unknown, loan_unknown, plan_unknown, plan_not_ready, plan_not_kept."""
    refused = refuse_customer(book, command.on)
    if refused is not None:
        return refused
    held = next((one for one in book.loans if one.loan_id == command.loan_id), None)
    if held is None:
        return Refused("loan_unknown", "", f"loan {command.loan_id} of customer {command.customer_id}")
    plan = find_plan(book, command.plan_id, command.loan_id, PERFORMING)
    if isinstance(plan, Refused):
        return plan
    if held.summary.status != PAID_OFF:
        return Refused("plan_not_kept", "", f"loan {command.loan_id} still owes")
    told = {"plan_id": plan.plan_id, "loan_id": plan.loan_id, "state": "kept"}
    return Decision(filings=over(plan, KEPT, {}), messages=(("plan_kept", body_of(told)),), answer=body_of(told))
