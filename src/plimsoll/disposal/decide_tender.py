"""Decide a tender: who buys, at what price, by the rules that stood when it was opened; or that nobody does."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import sha256

from plimsoll.disposal.bidder import KIND as BIDDER
from plimsoll.disposal.bidder import bidder_of
from plimsoll.disposal.collusion import screens
from plimsoll.disposal.tender import HIDDEN, RESERVE, Bid, Tender, find_tender, hash_of, is_nonce, shown
from plimsoll.loan.dossier import Dossier, Written
from plimsoll.loan.filing import NewFiling, body_of
from plimsoll.rulebook.rules import Rules
from plimsoll.units.money import text_of
from plimsoll.units.refusal import Refused

SOLD, NEGOTIATED, NO_SALE = "sold", "negotiated", "no_sale"
NO_BID, BELOW_RESERVE, SINGLE_BIDDER = "no_bid", "below_reserve", "single_bidder"
EARLIEST, LOT = "earliest", "lot"
FORFEIT = "forfeit"


@dataclass(frozen=True, slots=True)
class DecideTender:
    """Decide a tender; a reserve that was bound is told now, with its nonce. `bidders` names those whose dossiers are read for screens.

    `reserve_lost` says why a bound reserve cannot be told any more; then the start price is the reserve.
    """

    key: str
    subject: str
    on: date
    currency: str
    reserve_minor: int = 0
    nonce: str = ""
    bidders: tuple[str, ...] = ()
    reserve_lost: str = ""


def others(command: DecideTender) -> tuple[tuple[str, str], ...]:
    """Give the dossiers of the bidders, which it reads to see who belongs together."""
    return tuple((BIDDER, name) for name in command.bidders)


def decide(dossier: Dossier, command: DecideTender, rules: Rules) -> Written | Refused:
    """Put the outcome on record, with every bid, the reserve, what the screens saw, and whose deposit goes back.

    The highest bid wins and pays what it bid. Equal bids: the earliest, or by lot, as POLICY.TENDER.TIE says; the lot is drawn by the
    nonces that bidders bound, so nobody can steer it. One bidder alone: POLICY.TENDER.SINGLE. A bid that was bound and not opened binds
    all the same: POLICY.TENDER.UNOPENED says whether its deposit is lost. Refuses tender_unknown, tender_not_ready,
    tender_not_over, currency_must_match, reserve_does_not_match, bidder_not_in_tender (not all members are named).
    """
    tender = find_tender(dossier.filings, dossier.subject, "open")
    if isinstance(tender, Refused):
        return tender
    if dossier.now < tender.ends_at:
        return Refused("tender_not_over", "", shown(tender.ends_at))
    if command.currency != tender.currency:
        return Refused("currency_must_match", "", f"{command.currency}, the tender in {tender.currency}")
    if set(command.bidders) != set(tender.members):
        return Refused("bidder_not_in_tender", "", ", ".join(sorted(set(command.bidders) ^ set(tender.members))))
    reserve = _reserve(dossier.subject, tender, command)
    if isinstance(reserve, Refused):
        return reserve
    opened_on = date.fromordinal(dossier.filings[0].on)
    single, tie = (str(rules.value(key, opened_on, tender.licence)) for key in ("POLICY.TENDER.SINGLE", "POLICY.TENDER.TIE"))
    is_lost = rules.value("POLICY.TENDER.UNOPENED", opened_on, tender.licence) == FORFEIT
    bids = tender.bids()
    ranked = ranking(bids, tie, tender)
    outcome, why = _outcome(tender, ranked, reserve, single)
    winner = ranked[0] if outcome != NO_SALE else None
    groups = {name: _group(dossier, name) for name in tender.members}
    unopened = sorted(name for name, one in tender.members.items() if one.hash and not one.bid_minor)
    lost = unopened if is_lost else []
    said = {
        "outcome": outcome,
        "why": why,
        "winner": winner.bidder if winner else "",
        "price_minor": winner.minor if winner else 0,
        "reserve_minor": reserve,
        "reserve_nonce": command.nonce,
        "bids": [[bid.bidder, bid.minor, shown(bid.at)] for bid in ranked],
        "reserve_lost": command.reserve_lost,
        "unopened": unopened,
        "deposits_lost": lost,
        "screens": screens(tender, ranked, groups),
        "deposits_back": sorted(
            name
            for name, one in tender.members.items()
            if one.deposit_minor and name not in lost and (winner is None or name != winner.bidder)
        ),
    }
    answer = {name: said[name] for name in ("outcome", "why", "winner", "screens", "deposits_back", "deposits_lost")}
    answer |= {"price": text_of(winner.minor, tender.currency)} if winner else {}
    return Written((NewFiling("tender.decided", "", body_of(said)),), body_of(answer))


def _reserve(subject: str, tender: Tender, command: DecideTender) -> int | Refused:
    """Give the reserve; one that was bound has to be the one that was bound, and not below the start price."""
    if tender.reserve_minor != HIDDEN:
        return tender.reserve_minor
    if command.reserve_lost.strip():
        return tender.start_minor
    told = hash_of(subject, RESERVE, command.reserve_minor, tender.currency, command.nonce)
    if told != tender.reserve_hash or not is_nonce(command.nonce):
        return Refused("reserve_does_not_match", "", subject)
    return max(command.reserve_minor, tender.start_minor)


def ranking(bids: Sequence[Bid], tie: str, tender: Tender) -> list[Bid]:
    """Give the bids, the winning one first."""
    if tie != LOT:
        return sorted(bids, key=lambda bid: (-bid.minor, bid.at, bid.bidder))
    # Every nonce was bound before any was known, so the lot is nobody's choice; a called bid has none, and goes by its instant.
    seed = "\n".join(sorted(one.nonce for one in tender.members.values() if one.nonce) or [shown(bid.at) for bid in bids])
    return sorted(bids, key=lambda bid: (-bid.minor, sha256(f"{seed}\n{bid.bidder}".encode()).hexdigest()))


def _outcome(tender: Tender, ranked: Sequence[Bid], reserve: int, single: str) -> tuple[str, str]:
    """Give the outcome, and why nobody buys."""
    if not ranked:
        return NO_SALE, NO_BID
    if ranked[0].minor < reserve:
        return NO_SALE, BELOW_RESERVE
    if sum(1 for one in tender.members.values() if one.deposit_minor) == 1:
        # One who was alone from the start: no competition took place, so it is a sale by negotiation or none.
        return (NEGOTIATED, SINGLE_BIDDER) if single == "negotiate" else (NO_SALE, SINGLE_BIDDER)
    return SOLD, ""


def _group(dossier: Dossier, name: str) -> str:
    found = bidder_of(dossier.others[BIDDER, name])
    return found.group if found else ""
