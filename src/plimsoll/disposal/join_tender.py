"""Join a tender: a qualified bidder agrees to secrecy, and to collect by itself without selling on."""

from dataclasses import dataclass
from datetime import date

from plimsoll.disposal.bidder import KIND as BIDDER
from plimsoll.disposal.bidder import is_qualified
from plimsoll.disposal.market import market_on
from plimsoll.disposal.tender import find_tender, shown
from plimsoll.loan.dossier import Dossier, Written
from plimsoll.loan.filing import NewFiling, body_of
from plimsoll.rulebook.rules import Rules
from plimsoll.units.refusal import Refused

NDA, NO_RESALE, CONDUCT = "nda", "no_resale", "conduct"


@dataclass(frozen=True, slots=True)
class JoinTender:
    """Join with what the bidder accepts: nda, conduct (collection by law), and no_resale where the rules of the day ask for it."""

    key: str
    subject: str
    on: date
    bidder: str
    accepts: tuple[str, ...] = ()


def others(command: JoinTender) -> tuple[tuple[str, str], ...]:
    """Give the dossier of the bidder, which it reads."""
    return ((BIDDER, command.bidder),)


def decide(dossier: Dossier, command: JoinTender, rules: Rules) -> Written | Refused:
    """Put it on record.

    Refuses tender_unknown, tender_not_ready, npl_sale_not_open, bidder_not_qualified, tender_joined_already, tender_join_late,
    tender_terms_not_accepted.
    """
    tender = find_tender(dossier.filings, dossier.subject, "open")
    if isinstance(tender, Refused):
        return tender
    market = market_on(rules, command.on, tender.licence)
    if isinstance(market, Refused):
        return market
    if not is_qualified(dossier.others[BIDDER, command.bidder], dossier.now.toordinal()):
        return Refused("bidder_not_qualified", "", command.bidder)
    if command.bidder in tender.members:
        return Refused("tender_joined_already", "", command.bidder)
    if dossier.now >= tender.joins_until:
        return Refused("tender_join_late", "", shown(tender.joins_until))
    wanted = {NDA, CONDUCT, *((NO_RESALE,) if market.is_resale_forbidden else ())}
    if wanted - set(command.accepts):
        rule = "CN.NPL.RESALE" if market.is_resale_forbidden else ""
        return Refused("tender_terms_not_accepted", rule, ", ".join(sorted(wanted - set(command.accepts))))
    said = body_of({"accepts": sorted(set(command.accepts))})
    return Written((NewFiling("tender.joined", command.bidder, said),), body_of({"bidder": command.bidder}))
