"""Demand that a person looks at a decision which only a machine has taken: the borrower's right (PIPL Art. 24), without a reason."""

from dataclasses import dataclass
from datetime import date

from plimsoll.loan.book import Book, Decision
from plimsoll.loan.filing import body_of
from plimsoll.origination.application import DECLINED, DEMAND, OFFERED, READS_APPLICATION, filed
from plimsoll.origination.case import find_case, instant_of
from plimsoll.origination.queue import demanded
from plimsoll.rulebook.rules import Rules
from plimsoll.units.refusal import Refused

READS = READS_APPLICATION


@dataclass(frozen=True, slots=True)
class DemandReview:
    """Ask for a person."""

    key: str
    customer_id: int
    on: date
    application_id: str
    reason: str = ""


def decide(book: Book, command: DemandReview, rules: Rules) -> Decision | Refused:
    """Bring the case to a person, ahead of those that the engine referred; the offer of the machine, if there is one, waits with it.

    Refuses review_by_person (a person has decided already), and customer_unknown, application_unknown, application_not_ready.
    """
    found = find_case(book, command.application_id, command.on, DECLINED, OFFERED)
    if isinstance(found, Refused):
        return found
    if found.opinion is not None:
        return Refused("review_by_person", "", f"{found.application_id} by {found.opinion.actor}")
    item = demanded(found, instant_of(book), rules, command.on)
    return Decision(
        filings=(filed(DEMAND, command.application_id, {"reason": command.reason}),),
        work=(item,),
        answer=body_of({"application_id": command.application_id, "decided_by": item.due_at}),
    )
