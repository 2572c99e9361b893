"""Record what became of an adverse notice: the channel's proof that it was delivered, or that it failed."""

from dataclasses import dataclass
from datetime import date
from typing import Final

from plimsoll.loan.book import Book, Decision, refuse_customer
from plimsoll.loan.filing import NewFiling, body_of, of_kind, read_body
from plimsoll.risk.credit.on_file import DELIVERED, NOTICE, STATES
from plimsoll.rulebook.rules import Rules
from plimsoll.units.refusal import Refused

READS: Final = "line+file:adverse"


@dataclass(frozen=True, slots=True)
class ConfirmNotice:
    """Confirm one notice; `state` is delivered or failed, `proof` names where the channel's receipt is kept."""

    key: str
    customer_id: int
    on: date
    notice_id: str
    state: str = "delivered"
    proof: str = ""


def decide(book: Book, command: ConfirmNotice, rules: Rules) -> Decision | Refused:  # noqa: ARG001 -- every verb is called alike
    """Put the receipt on file; days run from the day of a delivery. What was told before is answered and not filed again.

    Refuses customer_unknown, adverse_notice_unknown, receipt_malformed (an unknown state, no proof of a delivery, a day before the notice).
    """
    refused = refuse_customer(book, command.on)
    if refused is not None:
        return refused
    sent = of_kind(book.filings, NOTICE, command.notice_id)
    if not sent:
        return Refused("adverse_notice_unknown", "", repr(command.notice_id))
    if command.state not in STATES or (command.state == STATES[0] and not command.proof) or command.on.toordinal() < sent[0].on:
        return Refused("receipt_malformed", "", f"{command.state!r} on {command.on}, proof {command.proof!r}")
    answer = body_of({"notice_id": command.notice_id, "state": command.state})
    if any(read_body(one)["state"] == command.state for one in of_kind(book.filings, DELIVERED, command.notice_id)):
        return Decision(answer=answer)
    said = body_of({"state": command.state, "proof": command.proof})
    return Decision(filings=(NewFiling(DELIVERED, command.notice_id, said),), answer=answer)
