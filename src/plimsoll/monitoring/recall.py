"""Early recall as the file tells it: the grounds, how each is shown, and where the recall of a loan stands.

A ground is a rule, and is shown by what is on record, never by an officer's word alone. While a plan is performed, a hardship request is
open or collection is stopped, nothing is recalled.
"""

from collections.abc import Iterable
from datetime import date
from typing import Any, Final, NamedTuple

from plimsoll.loan.book import Book, Held
from plimsoll.loan.filing import Filing, of_kind, read_body
from plimsoll.monitoring.notice import late_days
from plimsoll.risk.classify.trigger import EVASION, PURPOSE_BREACH, triggers_of
from plimsoll.risk.complaint import RESUMED, STOPPED, is_collection_stopped
from plimsoll.risk.parameters import figures
from plimsoll.risk.plan.record import live_hardship, refuse_under_plan
from plimsoll.rulebook.rules import Rules
from plimsoll.units.refusal import Refused

DEMANDED, OBJECTED, ANSWERED, DUE = "recall.demanded", "recall.objected", "recall.answered", "recall.due"
READS_RECALL: Final = f"file:recall,class.trigger,contact.fact,hardship,plan,{STOPPED},{RESUMED}"
QUEUE: Final = "recall"
PRIORITY: Final = 60
PURPOSE, FRAUD, DEATH, DEFAULT = "purpose_breach", "fraud", "death", "long_default"
RULES_OF: Final = {
    PURPOSE: "CN.RECALL.PURPOSE",
    FRAUD: "POLICY.RECALL.NOTICE",
    DEATH: "POLICY.RECALL.NOTICE",
    DEFAULT: "POLICY.RECALL.DEFAULT",
}
"""Which rule allows what."""
DIED: Final = "died"
UPHELD, REJECTED = "upheld", "rejected"


class Recall(NamedTuple):
    """The recall of a loan: why, who demanded it, until when it is paid and may be objected to, and where it stands."""

    loan_id: int
    ground: str
    demanded_by: str
    due_on: int
    object_until: int
    state: str  # "demanded", "objected", "withdrawn" or "due"


def recall_of(filings: Iterable[Filing], loan_id: int) -> Recall | None:
    """Give the last recall of a loan, None where there was none."""
    found: Recall | None = None
    for filing in filings:
        if filing.subject != str(loan_id) or not filing.kind.startswith("recall."):
            continue
        said = read_body(filing)
        if filing.kind == DEMANDED:
            found = Recall(loan_id, said["ground"], filing.actor, said["due_on"], said["object_until"], "demanded")
        elif found is not None:
            found = found._replace(state=_state(filing.kind, said))
    return found


def _state(kind: str, said: dict[str, Any]) -> str:
    if kind == OBJECTED:
        return "objected"
    if kind == DUE:
        return "due"
    return "withdrawn" if said["outcome"] == UPHELD else "demanded"


def refuse_ground(book: Book, held: Held, ground: str, on: date, rules: Rules) -> Refused | None:
    """Refuse a ground that no rule allows on a day, recall_ground_unknown, or that nothing on record shows, recall_ground_missing."""
    rule = RULES_OF.get(ground, "")
    if not rule or rules.value(rule, on) is None:
        return Refused("recall_ground_unknown", rule, f"{ground!r} on {on}; one of: {', '.join(RULES_OF)}")
    if not _is_shown(book, held, ground, on, rules):
        return Refused("recall_ground_missing", rule, ground)
    return None


def _is_shown(book: Book, held: Held, ground: str, on: date, rules: Rules) -> bool:
    if ground == DEFAULT:
        return late_days((held,), on.toordinal()) >= int(figures(rules, "POLICY.RECALL.DEFAULT", on)["days"])
    if ground == DEATH:
        return bool(of_kind(book.filings, "contact.fact", DIED))
    wanted = PURPOSE_BREACH if ground == PURPOSE else EVASION
    noted = [one for one in triggers_of(book.filings, held.loan_id) if one.trigger == wanted and one.on <= on.toordinal()]
    return bool(noted) and not noted[-1].is_over


def refuse_held(book: Book) -> Refused | None:
    """Refuse while the borrower is protected from it: plan_in_performance, recall_held."""
    refused = refuse_under_plan(book.filings)
    if refused is not None:
        return refused
    if live_hardship(book.filings) is not None:
        return Refused("recall_held", "", "a hardship request is open")
    return Refused("recall_held", "", "collection is stopped") if is_collection_stopped(book.filings) else None


def find_loan(book: Book, loan_id: int) -> Held | Refused:
    """Give a loan of the customer; refuses customer_unknown, loan_unknown."""
    if not book.opened_on:
        return Refused("customer_unknown", "", f"customer {book.customer_id}")
    found = next((held for held in book.loans if held.loan_id == loan_id), None)
    return found or Refused("loan_unknown", "", f"loan {loan_id} of customer {book.customer_id}")
