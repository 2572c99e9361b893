"""Take the price of a package: what is left of it after the deposit."""

from dataclasses import dataclass
from datetime import date

from plimsoll.disposal.tender import find_tender
from plimsoll.loan.dossier import Dossier, Written
from plimsoll.loan.filing import NewFiling, body_of
from plimsoll.rulebook.rules import Rules
from plimsoll.units.money import text_of
from plimsoll.units.refusal import Refused


@dataclass(frozen=True, slots=True)
class PayPrice:
    """The payment of the buyer."""

    key: str
    subject: str
    on: date
    amount_minor: int
    currency: str
    ref: str = ""


def decide(dossier: Dossier, command: PayPrice, rules: Rules) -> Written | Refused:  # noqa: ARG001 -- every verb is called alike
    """Put it on record, exactly what is left to pay; refuses tender_unknown, tender_not_ready, currency_must_match, price_differs."""
    tender = find_tender(dossier.filings, dossier.subject, "confirmed")
    if isinstance(tender, Refused):
        return tender
    if command.currency != tender.currency:
        return Refused("currency_must_match", "", f"{command.currency}, the tender in {tender.currency}")
    left = tender.decision["price_minor"] - tender.deposit_minor
    if command.amount_minor != left:
        asked, came = (text_of(minor, tender.currency) for minor in (left, command.amount_minor))
        return Refused("price_differs", "", f"{came} of {asked} {tender.currency}")
    said = body_of({"minor": command.amount_minor, "ref": command.ref})
    return Written((NewFiling("tender.paid", "", said),), body_of({"state": "paid"}))
