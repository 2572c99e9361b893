"""What a tender shows, and to whom: the public, a bidder, the seller. Nobody sees more than is theirs while bids are open."""

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from plimsoll.disposal.market import market_on
from plimsoll.disposal.package import Package
from plimsoll.disposal.tender import HIDDEN, SEALED, Tender, shown
from plimsoll.rulebook.rules import Rules
from plimsoll.units.money import text_of
from plimsoll.units.refusal import Refused

NOTICE: Final = (
    "cut_off", "principal", "interest", "total", "fees", "loans", "borrowers", "weighted_days_past_due", "weighted_age", "largest_borrower",
    "mean_borrower", "weighted_limit", "five_class", "written_off", "guarantee", "litigation", "notes",
)  # fmt: skip
"""What the public notice takes of the sheet."""


def public_view(name: str, tender: Tender, package: Package, rules: Rules, on: date) -> dict[str, Any]:
    """Give what everybody may see: the notice and the times; the start price only where the rules of the day publish it.

    Bids, bidders and the reserve are nobody's business; how it ended is told without the price.
    """
    market = market_on(rules, on, tender.licence)
    is_price_public = not isinstance(market, Refused) and market.is_price_public
    return {
        "tender": name,
        "package": tender.package,
        "format": tender.format,
        "currency": tender.currency,
        **_times(tender),
        "start_price": text_of(tender.start_minor, tender.currency) if is_price_public else None,
        "notice": {field: package.sheet.get(field) for field in NOTICE},
        "digest": package.digest,
        "state": "over" if tender.state not in ("open", "cancelled") else tender.state,
    }


def bidder_view(name: str, tender: Tender, package: Package, rules: Rules, on: date, bidder: str) -> dict[str, Any]:
    """Give what a bidder sees: the public view with the prices, papers, questions and answers; of bids, its own alone.

    In an ascending tender the highest call is seen, not whose it is. Once a sealed tender is decided, hashes, amounts and nonces are
    shown to all who took part, so that everybody can check the opening.
    """
    own = tender.members[bidder]
    lead = tender.lead
    told = public_view(name, tender, package, rules, on) | {
        "start_price": text_of(tender.start_minor, tender.currency),
        "reserve": "hidden" if tender.reserve_minor == HIDDEN else text_of(tender.reserve_minor, tender.currency),
        "reserve_hash": tender.reserve_hash,
        "deposit": text_of(tender.deposit_minor, tender.currency),
        "documents": dict(tender.documents),
        "questions": {key: {"text": one.text, "answer": one.answer} for key, one in tender.questions.items()},
        "own": {
            "deposit_paid": bool(own.deposit_minor),
            "looked": dict(own.looked),
            "hash": own.hash,
            "bid": text_of(own.bid_minor, tender.currency) if own.bid_minor else None,
        },
    }
    if tender.format != SEALED:
        told["increment"] = text_of(tender.increment_minor, tender.currency)
        told["highest"] = text_of(lead.minor, tender.currency) if lead else None
        told["own"]["leads"] = lead is not None and lead.bidder == bidder
    elif tender.decision:
        told["opening"] = opening(name, tender)
    return told


def opening(name: str, tender: Tender) -> list[Mapping[str, str]]:
    """Give every bid that was opened with what anybody needs to check it: the lines whose SHA-256 is the hash."""
    return [
        {
            "bidder": bidder,
            "hash": one.hash,
            "lines": "\n".join((name, bidder, str(one.bid_minor), tender.currency, one.nonce)),
            "bid": text_of(one.bid_minor, tender.currency),
        }
        for bidder, one in sorted(tender.members.items())
        if one.bid_minor
    ]


def seller_view(name: str, tender: Tender, package: Package, rules: Rules, on: date) -> dict[str, Any]:
    """Give what the seller sees: who takes part, who looked at what, the decision; of a sealed bid before its opening the hash alone."""
    return public_view(name, tender, package, rules, on) | {
        "start_price": text_of(tender.start_minor, tender.currency),
        "members": {
            bidder: {
                "joined_at": shown(one.joined_at),
                "deposit_paid": bool(one.deposit_minor),
                "looked": dict(one.looked),
                "hash": one.hash,
                "bid": text_of(one.bid_minor, tender.currency) if one.bid_minor else None,
            }
            for bidder, one in sorted(tender.members.items())
        },
        "calls": [[bid.bidder, text_of(bid.minor, tender.currency), shown(bid.at)] for bid in tender.calls],
        "questions": {key: one._asdict() for key, one in tender.questions.items()},
        "decision": dict(tender.decision),
        "state": tender.state,
    }


def _times(tender: Tender) -> dict[str, str]:
    return {
        "joins_until": shown(tender.joins_until),
        "bids_from": shown(tender.bids_from),
        "bids_until": shown(tender.closes_at),
        "opens_until": shown(tender.opens_until),
    }
