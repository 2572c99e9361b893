"""Retract a sealed bid while bids are taken; afterwards it binds. A called bid binds at once."""

from dataclasses import dataclass
from datetime import date

from plimsoll.disposal.tender import SEALED, find_paid_up, find_tender, shown
from plimsoll.loan.dossier import Dossier, Written
from plimsoll.loan.filing import NewFiling, body_of
from plimsoll.rulebook.rules import Rules
from plimsoll.units.refusal import Refused


@dataclass(frozen=True, slots=True)
class RetractBid:
    """Retract the bid of a bidder."""

    key: str
    subject: str
    on: date
    bidder: str


def decide(dossier: Dossier, command: RetractBid, rules: Rules) -> Written | Refused:  # noqa: ARG001 -- every verb is called alike
    """Put it on record.

    Refuses tender_unknown, tender_not_ready, bidder_not_in_tender, tender_format_other, deposit_missing, bid_unknown, bid_binds.
    """
    tender = find_tender(dossier.filings, dossier.subject, "open")
    if isinstance(tender, Refused):
        return tender
    member = find_paid_up(tender, command.bidder, SEALED)
    if isinstance(member, Refused):
        return member
    if not member.hash:
        return Refused("bid_unknown", "", command.bidder)
    if dossier.now >= tender.closes_at:
        return Refused("bid_binds", "", shown(tender.closes_at))
    return Written((NewFiling("tender.retracted", command.bidder, body_of({})),), body_of({"bidder": command.bidder}))
