"""Commit a sealed bid: its hash is published, so that nobody can look at it before, or change it after."""

from dataclasses import dataclass
from datetime import date

from plimsoll.disposal.bidder import KIND as BIDDER
from plimsoll.disposal.bidder import is_qualified
from plimsoll.disposal.tender import SEALED, find_paid_up, find_tender, shown
from plimsoll.loan.dossier import Dossier, Written
from plimsoll.loan.filing import NewFiling, body_of
from plimsoll.rulebook.rules import Rules
from plimsoll.units.refusal import Refused


@dataclass(frozen=True, slots=True)
class CommitBid:
    """A sealed bid as its SHA-256 (`tender.hash_of` says of what)."""

    key: str
    subject: str
    on: date
    bidder: str
    hash: str


def others(command: CommitBid) -> tuple[tuple[str, str], ...]:
    """Give the dossier of the bidder, which it reads: who lost its qualification since it joined bids no more."""
    return ((BIDDER, command.bidder),)


def decide(dossier: Dossier, command: CommitBid, rules: Rules) -> Written | Refused:  # noqa: ARG001 -- every verb is called alike
    """Put it on record while bids are taken.

    Refuses tender_unknown, tender_not_ready, bidder_not_in_tender, tender_format_other, deposit_missing, bidder_not_qualified,
    bid_malformed, bid_early, bid_late, bid_exists (retract it first), bid_copied (the hash of another).
    """
    tender = find_tender(dossier.filings, dossier.subject, "open")
    if isinstance(tender, Refused):
        return tender
    member = find_paid_up(tender, command.bidder, SEALED)
    if isinstance(member, Refused):
        return member
    if not is_qualified(dossier.others[BIDDER, command.bidder], dossier.now.toordinal()):
        return Refused("bidder_not_qualified", "", command.bidder)
    if len(command.hash) != 64 or set(command.hash) - set("0123456789abcdef"):
        return Refused("bid_malformed", "", "64 hexadecimal digits")
    if dossier.now < tender.bids_from:
        return Refused("bid_early", "", shown(tender.bids_from))
    if dossier.now >= tender.closes_at:
        return Refused("bid_late", "", shown(tender.closes_at))
    if member.hash:
        return Refused("bid_exists", "", command.bidder)
    if any(one.hash == command.hash for one in tender.members.values()):
        return Refused("bid_copied", "", command.bidder)
    said = body_of({"hash": command.hash})
    return Written((NewFiling("tender.committed", command.bidder, said),), body_of({"bidder": command.bidder, "hash": command.hash}))
