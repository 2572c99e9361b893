"""Withdraw an application: any time before it is signed, without a reason and without harm."""

from dataclasses import dataclass
from datetime import date

from plimsoll.loan.book import Book, Decision, refuse_customer
from plimsoll.loan.filing import body_of
from plimsoll.origination.application import (
    LIVE,
    READS_APPLICATION,
    UNDER_REVIEW,
    WITHDRAW,
    WITHDRAWN,
    filed,
    find_application,
    refuse_state,
)
from plimsoll.origination.queue import case
from plimsoll.rulebook.rules import Rules
from plimsoll.units.refusal import Refused

READS = READS_APPLICATION


@dataclass(frozen=True, slots=True)
class WithdrawApplication:
    """Take an application back."""

    key: str
    customer_id: int
    on: date
    application_id: str
    reason: str = ""


def decide(book: Book, command: WithdrawApplication, rules: Rules) -> Decision | Refused:
    """End the application, and take its case off the reviewers' queue.

    Refuses customer_unknown, application_unknown, application_not_ready.
    """
    refused = refuse_customer(book, command.on)
    if refused is not None:
        return refused
    found = find_application(book.filings, command.application_id, command.on.toordinal())
    if isinstance(found, Refused):
        return found
    refused = refuse_state(found, *LIVE)
    if refused is not None:
        return refused
    return Decision(
        filings=(filed(WITHDRAW, command.application_id, {"reason": command.reason}),),
        work=(case(found, "done", rules, command.on),) if found.state in UNDER_REVIEW else (),
        answer=body_of({"application_id": command.application_id, "state": WITHDRAWN}),
    )
