"""Note what a loan's class goes by beside its days: refinanced, used otherwise than agreed, impaired, in no difficulty, and the like."""

from dataclasses import dataclass
from datetime import date
from typing import Final

from plimsoll.loan.book import Book, Decision, refuse_customer
from plimsoll.loan.filing import NewFiling, body_of
from plimsoll.risk.classify.trigger import ECL, TECHNICAL, TRIGGER, TRIGGERS
from plimsoll.rulebook.rules import Rules
from plimsoll.units.rate import Rate
from plimsoll.units.refusal import Refused

READS = "line"
ONE: Final = Rate(1, 1)


@dataclass(frozen=True, slots=True)
class NoteTrigger:
    """Note a trigger of a loan, or of all loans of the customer where none is named, or that it is over.

    `share` is the expected loss of `ecl`; `due_on` the due day of a technical delay, or the day of the change of terms that
    `no_difficulty` is about.
    """

    key: str
    customer_id: int
    on: date
    trigger: str
    loan_id: int = 0
    is_over: bool = False
    share: Rate | None = None
    due_on: date | None = None
    reason: str = ""

    @property
    def reads(self) -> str:
        """Look for the loan only where one is named."""
        return "loan" if self.loan_id else READS


def decide(book: Book, command: NoteTrigger, rules: Rules) -> Decision | Refused:  # noqa: ARG001 -- every verb is called alike
    """Put it on file; classes are folded from there.

    Refuses customer_unknown, customer_not_yet_open, loan_unknown, class_trigger_unknown, class_trigger_malformed (no share of 0 to 1 with
    `ecl`, no due day with a technical delay), reasons_missing.
    """
    refused = refuse_customer(book, command.on)
    if refused is not None:
        return refused
    if command.trigger not in TRIGGERS:
        return Refused("class_trigger_unknown", "", f"{command.trigger!r}; one of: {', '.join(TRIGGERS)}")
    if command.loan_id and not any(held.loan_id == command.loan_id for held in book.loans):
        return Refused("loan_unknown", "", f"loan {command.loan_id}")
    is_share_meant = command.trigger == ECL and not command.is_over
    if is_share_meant != (command.share is not None) or (command.share is not None and command.share.exceeds(ONE)):
        return Refused("class_trigger_malformed", "", f"{command.trigger} with share {command.share.text() if command.share else 'none'}")
    if command.trigger == TECHNICAL and (command.due_on is None or command.due_on > command.on):
        return Refused("class_trigger_malformed", "", f"{TECHNICAL} of due day {command.due_on}")
    if not command.reason.strip():
        return Refused("reasons_missing", "", command.trigger)
    said = {
        "trigger": command.trigger,
        "is_over": command.is_over,
        "share": command.share.text() if command.share else "",
        "due_on": command.due_on.toordinal() if command.due_on else 0,
        "reason": command.reason,
    }
    subject = str(command.loan_id) if command.loan_id else ""
    return Decision(
        filings=(NewFiling(TRIGGER, subject, body_of(said)),), answer=body_of({"trigger": command.trigger, "loan_id": command.loan_id})
    )
