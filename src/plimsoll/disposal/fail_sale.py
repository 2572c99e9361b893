"""Let a sale fail: its buyer did not pay in time and loses the deposit, or the seller did not confirm it and the deposit goes back."""

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
    """The price did not come, or the sale was not confirmed."""

    key: str
    subject: str
    on: date
    reason: str


def decide(dossier: Dossier, command: FailSale, rules: Rules) -> Written | Refused:
    """Put it on record once the days to pay have passed, by the clock too: from the confirmation, before which nobody can pay.

    A sale that was never confirmed fails after as many days from the decision, and costs the buyer nothing.
    Refuses tender_unknown, tender_not_ready, reasons_missing, price_not_late.
    """
    tender = find_tender(dossier.filings, dossier.subject, "sold", "negotiated", "confirmed")
    if isinstance(tender, Refused):
        return tender
    if not command.reason.strip():
        return Refused("reasons_missing")
    days = rules.whole("POLICY.TENDER.PAY", date.fromordinal(tender.decided_on), tender.licence) or 0
    is_confirmed = tender.state == "confirmed"
    since = max(tender.decided_on, tender.confirmed_on)
    if min(command.on.toordinal(), dossier.now.toordinal()) <= since + days:
        return Refused("price_not_late", "POLICY.TENDER.PAY", f"{days} days from {date.fromordinal(since)}")
    forfeited = tender.deposit_minor if is_confirmed else 0
    said = {"reason": command.reason, "forfeited_minor": forfeited, "bidder": tender.decision["winner"]}
    answer = {"state": "failed", "forfeited": text_of(forfeited, tender.currency)}
    return Written((NewFiling("tender.failed", "", body_of(said)),), body_of(answer))
