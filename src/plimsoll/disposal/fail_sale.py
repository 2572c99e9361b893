"""Let a sale fail whose buyer did not pay in time: the deposit is lost to the seller."""

from dataclasses import dataclass
from datetime import date

from plimsoll.disposal.tender import find_tender
from plimsoll.loan.dossier import Dossier, Written
from plimsoll.loan.filing import NewFiling, body_of
from plimsoll.rulebook.rules import Rules
from plimsoll.units.money import text_of
from plimsoll.units.refusal import Refused


@dataclass(frozen=True, slots=True)
class FailSale:
    """The price did not come."""

    key: str
    subject: str
    on: date
    reason: str


def decide(dossier: Dossier, command: FailSale, rules: Rules) -> Written | Refused:
    """Put it on record once the days to pay have passed.

    Refuses tender_unknown, tender_not_ready, reasons_missing, price_not_late.
    """
    tender = find_tender(dossier.filings, dossier.subject, "sold", "negotiated", "confirmed")
    if isinstance(tender, Refused):
        return tender
    if not command.reason.strip():
        return Refused("reasons_missing")
    days = rules.whole("POLICY.TENDER.PAY", date.fromordinal(tender.decided_on), tender.licence) or 0
    if command.on.toordinal() <= tender.decided_on + days:
        return Refused("price_not_late", "POLICY.TENDER.PAY", f"{days} days from {date.fromordinal(tender.decided_on)}")
    said = {"reason": command.reason, "forfeited_minor": tender.deposit_minor, "bidder": tender.decision["winner"]}
    answer = {"state": "failed", "forfeited": text_of(tender.deposit_minor, tender.currency)}
    return Written((NewFiling("tender.failed", "", body_of(said)),), body_of(answer))
