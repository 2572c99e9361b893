"""Put on record what the class of a loan has become, and why: every change since the last time, told anew where the past was corrected."""

from dataclasses import dataclass
from datetime import date

from plimsoll.loan.book import Book, Decision, Held, refuse_customer
from plimsoll.loan.filing import NewFiling, body_of
from plimsoll.loan.terms import begun_on
from plimsoll.risk.classify.history import history
from plimsoll.risk.classify.policy import policies_of
from plimsoll.risk.classify.record import CHANGED, READS_CLASSES, difference, recorded, to_record
from plimsoll.risk.classify.state import Change
from plimsoll.risk.classify.trigger import triggers_of
from plimsoll.rulebook.rules import Rules
from plimsoll.units.refusal import Refused

READS = f"loan+facts+{READS_CLASSES}"


@dataclass(frozen=True, slots=True)
class NoteClass:
    """Put the class of a loan on record as it stands at the end of a day."""

    key: str
    customer_id: int
    on: date
    loan_id: int


def decide(book: Book, command: NoteClass, rules: Rules) -> Decision | Refused:
    """File the changes that are not on record, from the first day on which the record differs; nothing where it says so already.

    Refuses customer_unknown, customer_not_yet_open, loan_unknown.
    """
    refused = refuse_customer(book, command.on)
    if refused is not None:
        return refused
    held = next((one for one in book.loans if one.loan_id == command.loan_id), None)
    if held is None:
        return Refused("loan_unknown", "", f"loan {command.loan_id} of customer {command.customer_id}")
    known = recorded(book.filings, held.loan_id)
    # What is on record of later days stays in force when an earlier day is asked for once more.
    through = max(command.on.toordinal(), known[-1].on if known else 0)
    changes = changes_of(book, held, through, rules)
    if isinstance(changes, Refused):
        return changes
    found = difference(known, to_record(changes))
    five_class = changes[-1].after.five_class() if changes else ""
    said = {"loan_id": held.loan_id, "five_class": five_class, "changes": 0, "is_reaged": False}
    if found is None:
        return Decision(answer=body_of(said))
    answer = body_of(said | {"changes": len(found.changes), "is_reaged": found.is_reaged})
    return Decision(filings=(NewFiling(CHANGED, str(held.loan_id), body_of(found.said())),), answer=answer)


def changes_of(book: Book, held: Held, through: int, rules: Rules) -> tuple[Change, ...] | Refused:
    """Give every change of a loan's class through a day, by its facts and by what was noted."""
    assert held.facts is not None, "a history is told from all facts"
    version = rules.product(held.product, date.fromordinal(begun_on(held.terms)))
    tolerance_days = 0 if isinstance(version, Refused) else version.tolerance_days
    return history(held.terms, held.facts, triggers_of(book.filings, held.loan_id), policies_of(rules), through, tolerance_days)
