"""Call a bid in an ascending tender: above the one before by the increment; one near the end gives everybody more time."""

from dataclasses import dataclass
from datetime import date

from plimsoll.disposal.bidder import KIND as BIDDER
from plimsoll.disposal.bidder import is_qualified
from plimsoll.disposal.tender import ASCENDING, find_paid_up, find_tender, shown
from plimsoll.loan.dossier import Dossier, Written
from plimsoll.loan.filing import NewFiling, body_of
from plimsoll.rulebook.rules import Rules
from plimsoll.units.money import text_of
from plimsoll.units.refusal import Refused


@dataclass(frozen=True, slots=True)
class CallBid:
    """A bid that everybody sees."""

    key: str
    subject: str
    on: date
    bidder: str
    amount_minor: int
    currency: str


def others(command: CallBid) -> tuple[tuple[str, str], ...]:
    """Give the dossier of the bidder, which it reads: who lost its qualification since it joined bids no more."""
    return ((BIDDER, command.bidder),)


def decide(dossier: Dossier, command: CallBid, rules: Rules) -> Written | Refused:  # noqa: ARG001 -- every verb is called alike
    """Put it on record; the answer tells until when bids are taken now.

    Refuses tender_unknown, tender_not_ready, bidder_not_in_tender, tender_format_other, deposit_missing, bidder_not_qualified,
    currency_must_match, bid_early, bid_late, bid_leads_already, bid_too_low.
    """
    tender = find_tender(dossier.filings, dossier.subject, "open")
    if isinstance(tender, Refused):
        return tender
    member = find_paid_up(tender, command.bidder, ASCENDING)
    if isinstance(member, Refused):
        return member
    if not is_qualified(dossier.others[BIDDER, command.bidder], dossier.now.toordinal()):
        return Refused("bidder_not_qualified", "", command.bidder)
    if command.currency != tender.currency:
        return Refused("currency_must_match", "", f"{command.currency}, the tender in {tender.currency}")
    if dossier.now < tender.bids_from:
        return Refused("bid_early", "", shown(tender.bids_from))
    if dossier.now >= tender.closes_at:
        return Refused("bid_late", "", shown(tender.closes_at))
    lead = tender.lead
    if lead is not None and lead.bidder == command.bidder:
        return Refused("bid_leads_already", "", command.bidder)
    least = tender.start_minor if lead is None else lead.minor + tender.increment_minor
    if command.amount_minor < least:
        return Refused("bid_too_low", "", f"{text_of(command.amount_minor, tender.currency)}, from {text_of(least, tender.currency)}")
    closes_at = max(tender.closes_at, dossier.now + tender.overtime)
    said = body_of({"minor": command.amount_minor})
    answer = {"bidder": command.bidder, "closes_at": shown(closes_at), "is_overtime": closes_at > tender.closes_at}
    return Written((NewFiling("tender.bid", command.bidder, said),), body_of(answer))
