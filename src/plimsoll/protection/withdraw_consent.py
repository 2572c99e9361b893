"""Record that a person no longer agrees to a use of the data: use ends at this instant, and no reason is asked for."""

from dataclasses import dataclass
from datetime import date

from plimsoll.loan.book import Book, Decision, refuse_customer
from plimsoll.loan.filing import NewFiling, body_of
from plimsoll.risk.consent import WITHDRAWN, consent_in_force
from plimsoll.rulebook.rules import Rules
from plimsoll.units.refusal import Refused

READS = "line+file:consent.granted,consent.withdrawn"


@dataclass(frozen=True, slots=True)
class WithdrawConsent:
    """Take back the consent to one purpose."""

    key: str
    customer_id: int
    on: date
    purpose: str
    reason: str = ""


def decide(book: Book, command: WithdrawConsent, rules: Rules) -> Decision | Refused:  # noqa: ARG001 -- every verb is called alike
    """Put the withdrawal on record and tell who holds the data to stop. Refuses customer_unknown, consent_not_given."""
    assert book.now is not None, "a withdrawal counts from an instant"
    refused = refuse_customer(book, command.on)
    if refused is not None:
        return refused
    if isinstance(consent_in_force(book.filings, command.purpose, book.now), Refused):
        return Refused("consent_not_given", "", command.purpose)
    told = {"customer_id": command.customer_id, "purpose": command.purpose}
    return Decision(
        filings=(NewFiling(WITHDRAWN, command.purpose, body_of({"reason": command.reason})),),
        messages=(("stop_using", body_of(told)),),
        answer=body_of({"purpose": command.purpose}),
    )
