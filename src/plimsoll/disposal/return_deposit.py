"""Return the deposit of a bidder who lost, or of a tender that was cancelled."""

from dataclasses import dataclass
from datetime import date

from plimsoll.disposal.tender import find_member, owed_back, tender_of
from plimsoll.loan.dossier import Dossier, Written
from plimsoll.loan.filing import NewFiling, body_of
from plimsoll.rulebook.rules import Rules
from plimsoll.units.money import text_of
from plimsoll.units.refusal import Refused


@dataclass(frozen=True, slots=True)
class ReturnDeposit:
    """A deposit that went back; `ref` is the number of the payment."""

    key: str
    subject: str
    on: date
    bidder: str
    amount_minor: int
    currency: str
    ref: str = ""


def decide(dossier: Dossier, command: ReturnDeposit, rules: Rules) -> Written | Refused:  # noqa: ARG001 -- every verb is called alike
    """Put it on record, exactly what is to go back.

    Refuses tender_unknown, bidder_not_in_tender, currency_must_match, deposit_not_due (the tender is not over, the bidder won, or all went
    back already), deposit_differs.
    """
    tender = tender_of(dossier.filings)
    if tender is None:
        return Refused("tender_unknown", "", dossier.subject)
    member = find_member(tender, command.bidder)
    if isinstance(member, Refused):
        return member
    if command.currency != tender.currency:
        return Refused("currency_must_match", "", f"{command.currency}, the tender in {tender.currency}")
    due = owed_back(tender, command.bidder)
    if not due:
        return Refused("deposit_not_due", "", f"{command.bidder}, {dossier.subject} is {tender.state}")
    if command.amount_minor != due:
        asked, came = (text_of(minor, tender.currency) for minor in (due, command.amount_minor))
        return Refused("deposit_differs", "", f"{came} of {asked} {tender.currency}")
    said = body_of({"minor": due, "ref": command.ref})
    return Written((NewFiling("tender.deposit_returned", command.bidder, said),), body_of({"bidder": command.bidder}))
