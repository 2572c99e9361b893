"""Open a sealed bid: amount and nonce, which have to give the hash that was published."""

from dataclasses import dataclass
from datetime import date

from plimsoll.disposal.tender import SEALED, find_paid_up, find_tender, hash_of, is_nonce, shown
from plimsoll.loan.dossier import Dossier, Written
from plimsoll.loan.filing import NewFiling, body_of
from plimsoll.rulebook.rules import Rules
from plimsoll.units.money import text_of
from plimsoll.units.refusal import Refused


@dataclass(frozen=True, slots=True)
class RevealBid:
    """A sealed bid, opened by its bidder."""

    key: str
    subject: str
    on: date
    bidder: str
    amount_minor: int
    currency: str
    nonce: str


def decide(dossier: Dossier, command: RevealBid, rules: Rules) -> Written | Refused:  # noqa: ARG001 -- every verb is called alike
    """Put it on record after the last bid and before the opening ends; a bid that is not opened does not count.

    Refuses tender_unknown, tender_not_ready, bidder_not_in_tender, tender_format_other, deposit_missing, currency_must_match, bid_unknown,
    bid_opened_early, bid_opened_late, bid_opened_already, bid_does_not_match, bid_too_low.
    """
    tender = find_tender(dossier.filings, dossier.subject, "open")
    if isinstance(tender, Refused):
        return tender
    member = find_paid_up(tender, command.bidder, SEALED)
    if isinstance(member, Refused):
        return member
    if command.currency != tender.currency:
        return Refused("currency_must_match", "", f"{command.currency}, the tender in {tender.currency}")
    if not member.hash:
        return Refused("bid_unknown", "", command.bidder)
    if dossier.now < tender.closes_at:
        return Refused("bid_opened_early", "", shown(tender.closes_at))
    if dossier.now >= tender.opens_until:
        return Refused("bid_opened_late", "", shown(tender.opens_until))
    if member.bid_minor:
        return Refused("bid_opened_already", "", command.bidder)
    told = hash_of(dossier.subject, command.bidder, command.amount_minor, command.currency, command.nonce)
    if told != member.hash or not is_nonce(command.nonce):
        return Refused("bid_does_not_match", "", command.bidder)
    if command.amount_minor < tender.start_minor:
        return Refused(
            "bid_too_low", "", f"{text_of(command.amount_minor, tender.currency)}, from {text_of(tender.start_minor, tender.currency)}"
        )
    said = body_of({"minor": command.amount_minor, "nonce": command.nonce})
    return Written((NewFiling("tender.revealed", command.bidder, said),), body_of({"bidder": command.bidder}))
