"""Record something that the contact gate has to know of a debtor: unreachable, died, asked to stop, a contact person's refusal, …"""

from dataclasses import dataclass
from datetime import date
from typing import Final

from plimsoll.collections.contact import FACT, TELLABLE
from plimsoll.loan.book import Book, Decision, refuse_customer
from plimsoll.loan.filing import NewFiling, body_of
from plimsoll.rulebook.rules import Rules
from plimsoll.units.refusal import Refused

READS: Final = "line"
NAMES_PERSON: Final = ("refused_contact",)
NAMES_NUMBER: Final = ("wrong_number",)


@dataclass(frozen=True, slots=True)
class TellContactFact:
    """Tell a fact of those in `collections.contact.TELLABLE`. `person` is a reference into the vault, `number` a blinded number;
    `about` tells several disputes apart, `reason` says how it is known.
    """

    key: str
    customer_id: int
    on: date
    fact: str
    person: str = ""
    number: str = ""
    about: str = ""
    reason: str = ""


def decide(book: Book, command: TellContactFact, rules: Rules) -> Decision | Refused:  # noqa: ARG001 -- every verb is called alike
    """Put the fact on record; the gate knows it from this instant. Refuses customer_unknown, contact_fact_unknown, contact_malformed.

    Complaints, requests for help and plans have verbs of their own; that nothing is owed follows from the loans.
    """
    refused = refuse_customer(book, command.on)
    if refused is not None:
        return refused
    if command.fact not in TELLABLE:
        return Refused("contact_fact_unknown", "", f"{command.fact!r}; one of: {', '.join(TELLABLE)}")
    if command.fact in NAMES_PERSON and not command.person:
        return Refused("contact_malformed", "", "person: who refused")
    if command.fact in NAMES_NUMBER and not command.number:
        return Refused("contact_malformed", "", "number: which one is a stranger's")
    said = {"fact": command.fact, "person": command.person, "number": command.number, "about": command.about, "reason": command.reason}
    return Decision(filings=(NewFiling(FACT, command.fact, body_of(said)),), answer=body_of({"fact": command.fact}))
