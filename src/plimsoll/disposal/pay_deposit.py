"""Take the deposit of a bidder: it comes off the price, or goes back."""

from dataclasses import dataclass
from datetime import date

from plimsoll.disposal.tender import find_member, find_tender, shown
from plimsoll.loan.dossier import Dossier, Written
from plimsoll.loan.filing import NewFiling, body_of
from plimsoll.rulebook.rules import Rules
from plimsoll.units.money import text_of
from plimsoll.units.refusal import Refused


@dataclass(frozen=True, slots=True)
class PayDeposit:
    """A deposit that came; `ref` is the number of the payment."""

    key: str
    subject: str
    on: date
    bidder: str
    amount_minor: int
    currency: str
    ref: str = ""


def decide(dossier: Dossier, command: PayDeposit, rules: Rules) -> Written | Refused:  # noqa: ARG001 -- every verb is called alike
    """Put it on record, exactly the amount asked for and before joining ends.

    Refuses tender_unknown, tender_not_ready, bidder_not_in_tender, currency_must_match, deposit_paid_already,
    deposit_differs, deposit_late.
    """
    tender = find_tender(dossier.filings, dossier.subject, "open")
    if isinstance(tender, Refused):
        return tender
    member = find_member(tender, command.bidder)
    if isinstance(member, Refused):
        return member
    if command.currency != tender.currency:
        return Refused("currency_must_match", "", f"{command.currency}, the tender in {tender.currency}")
    if member.deposit_minor:
        return Refused("deposit_paid_already", "", command.bidder)
    if dossier.now >= tender.joins_until:
        return Refused("deposit_late", "", shown(tender.joins_until))
    if command.amount_minor != tender.deposit_minor:
        asked, came = (text_of(minor, tender.currency) for minor in (tender.deposit_minor, command.amount_minor))
        return Refused("deposit_differs", "", f"{came} of {asked} {tender.currency}")
    said = body_of({"minor": command.amount_minor, "ref": command.ref})
    return Written((NewFiling("tender.deposit", command.bidder, said),), body_of({"bidder": command.bidder}))
