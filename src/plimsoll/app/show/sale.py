"""Packages of bad loans and their tenders, by who looks: the seller, a bidder, the public. Of a sealed bid all see its hash alone."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from plimsoll.app.database.store import Store
from plimsoll.app.dossier import dossier_of, dossiers
from plimsoll.app.show.days import day_or_none, on_day
from plimsoll.disposal.package import KIND as PACKAGE
from plimsoll.disposal.package import Package, package_of
from plimsoll.disposal.tender import KIND as TENDER
from plimsoll.disposal.tender import SEALED, Tender, shown, tender_of
from plimsoll.disposal.tender_view import bidder_view, public_view, seller_view
from plimsoll.rulebook.rules import Rules
from plimsoll.units.refusal import Refused

SELLER, BIDDER, PUBLIC = "seller", "bidder", "public"
VIEWS: Final = (SELLER, BIDDER, PUBLIC)


@dataclass(frozen=True, slots=True)
class PackageRow:
    """A package: where it stands, what is in it, in minor units as of its cut-off, and to whom it was sold."""

    package: str
    title: str
    state: str
    cut_off: date
    currency: str
    loans: int
    borrowers: int
    weight_minor: int
    principal_minor: int
    keep_minor: int
    worth_minor: int
    """What it is worth to a buyer, as it was estimated; `keep` is what it is worth kept."""
    sha256: str
    tender: str
    buyer: str
    price_minor: int
    sold_on: date | None
    transferred_on: date | None
    returned: int


@dataclass(frozen=True, slots=True)
class TenderRow:
    """A tender in a list, as everybody may see it."""

    tender: str
    package: str
    format: str
    currency: str
    state: str
    joins_until: str
    bids_from: str
    bids_until: str
    opens_until: str
    members: int | None
    """How many take part: the seller's to know, None for everybody else."""


@dataclass(frozen=True, slots=True)
class Told:
    """One thing that a sheet or a decision tells, as text."""

    name: str
    value: str


@dataclass(frozen=True, slots=True)
class QuestionRow:
    """A question in the data room and its answer, which all who take part see; who asked is not said."""

    question: str
    text: str
    answer: str


@dataclass(frozen=True, slots=True)
class OwnBid:
    """What a bidder sees of its own part: deposit, hash and bid (decimal text, "" none), and whether it leads."""

    deposit_paid: bool
    looked: tuple[Told, ...]
    hash: str
    bid: str
    leads: bool


@dataclass(frozen=True, slots=True)
class MemberRow:
    """Who takes part, for the seller: of a sealed tender that is not decided the bid is not told."""

    bidder: str
    joined_at: str
    deposit_paid: bool
    looked: tuple[Told, ...]
    hash: str
    bid: str


@dataclass(frozen=True, slots=True)
class CallRow:
    """A call of an ascending tender, as decimal text."""

    bidder: str
    bid: str
    at: str


@dataclass(frozen=True, slots=True)
class OpenedBid:
    """A sealed bid that was opened, with the lines whose SHA-256 is its hash."""

    bidder: str
    hash: str
    lines: str
    bid: str


@dataclass(frozen=True, slots=True)
class TenderSeen:
    """A tender as somebody sees it: seller, bidder or public; amounts are decimal text, "" where that view does not tell them."""

    tender: str
    view: str
    package: str
    format: str
    currency: str
    state: str
    joins_until: str
    bids_from: str
    bids_until: str
    opens_until: str
    sha256: str
    notice: tuple[Told, ...]
    start_price: str
    reserve: str
    reserve_hash: str
    deposit: str
    increment: str
    highest: str
    documents: tuple[Told, ...]
    questions: tuple[QuestionRow, ...]
    own: OwnBid | None
    members: tuple[MemberRow, ...]
    calls: tuple[CallRow, ...]
    opening: tuple[OpenedBid, ...]
    decision: tuple[Told, ...]


def package_rows(store: Store) -> tuple[PackageRow, ...]:
    """Give every package. Rows read: their dossiers."""
    found = ((name, package_of(filings)) for name, filings in dossiers(store, PACKAGE))
    return tuple(_package(name, one) for name, one in found if one is not None)


def package_page(store: Store, name: str) -> PackageRow | Refused:
    """Give one package. Refuses package_unknown."""
    found = package_of(dossier_of(store, PACKAGE, name))
    return Refused("package_unknown", "", name) if found is None else _package(name, found)


def _package(name: str, one: Package) -> PackageRow:
    return PackageRow(
        name,
        one.title,
        one.state,
        on_day(one.cut_off),
        one.currency,
        len(one.loans),
        len({loan.customer_id for loan in one.loans}),
        one.weight_minor,
        sum(loan.principal_minor for loan in one.loans),
        sum(loan.keep_minor for loan in one.loans),
        sum(loan.price_minor for loan in one.loans),
        one.digest,
        one.tender,
        one.buyer,
        one.price_minor,
        day_or_none(one.sold_on),
        day_or_none(one.transferred_on),
        len(one.returned),
    )


def tender_rows(store: Store, *, is_seller: bool) -> tuple[TenderRow, ...]:
    """Give every tender, of each what is asked for. Rows read: their dossiers."""
    found = ((name, tender_of(filings)) for name, filings in dossiers(store, TENDER))
    return tuple(_tender(name, one, is_seller=is_seller) for name, one in found if one is not None)


def _tender(name: str, one: Tender, *, is_seller: bool) -> TenderRow:
    state = one.state if is_seller or one.state in ("open", "cancelled") else "over"
    return TenderRow(
        name,
        one.package,
        one.format,
        one.currency,
        state,
        shown(one.joins_until),
        shown(one.bids_from),
        shown(one.closes_at),
        shown(one.opens_until),
        len(one.members) if is_seller else None,
    )


def tender_seen(store: Store, name: str, view: str, rules: Rules, on: date, bidder: str = "") -> TenderSeen | Refused:
    """Give a tender by a view. Refuses tender_unknown, bidder_not_in_tender.

    What a sealed bid says is in no view before the tender is decided: the seller's has its hash alone.
    """
    assert view in VIEWS, view
    found = tender_of(dossier_of(store, TENDER, name))
    package = package_of(dossier_of(store, PACKAGE, found.package)) if found is not None else None
    if found is None or package is None:
        return Refused("tender_unknown", "", name)
    if view == BIDDER and bidder not in found.members:
        return Refused("bidder_not_in_tender", "", bidder)
    if view == SELLER:
        told = _unopened(seller_view(name, found, package, rules, on), found)
    elif view == BIDDER:
        told = bidder_view(name, found, package, rules, on, bidder)
    else:
        told = public_view(name, found, package, rules, on)
    return _seen(view, told)


def _seen(view: str, told: Mapping[str, Any]) -> TenderSeen:
    own, members = told.get("own"), told.get("members", {})
    questions: Mapping[str, Mapping[str, Any]] = told.get("questions", {})
    return TenderSeen(
        told["tender"],
        view,
        told["package"],
        told["format"],
        told["currency"],
        told["state"],
        told["joins_until"],
        told["bids_from"],
        told["bids_until"],
        told["opens_until"],
        told["digest"] or "",
        _all(told["notice"]),
        told.get("start_price") or "",
        told.get("reserve") or "",
        told.get("reserve_hash") or "",
        told.get("deposit") or "",
        told.get("increment") or "",
        told.get("highest") or "",
        _all(told.get("documents", {})),
        tuple(QuestionRow(key, str(one["text"]), str(one["answer"])) for key, one in questions.items()),
        None if own is None else OwnBid(own["deposit_paid"], _all(own["looked"]), own["hash"], own["bid"] or "", own.get("leads", False)),
        tuple(
            MemberRow(bidder, one["joined_at"], one["deposit_paid"], _all(one["looked"]), one["hash"], one["bid"] or "")
            for bidder, one in members.items()
        ),
        tuple(CallRow(*call) for call in told.get("calls", ())),
        tuple(OpenedBid(one["bidder"], one["hash"], one["lines"], one["bid"]) for one in told.get("opening", ())),
        _all(told.get("decision", {})),
    )


def _all(said: Mapping[str, Any]) -> tuple[Told, ...]:
    """Give named values as text; what is made of parts as JSON."""
    return tuple(Told(name, value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)) for name, value in said.items())


def _unopened(told: dict[str, Any], tender: Tender) -> dict[str, Any]:
    """Leave out what a sealed tender's bids say while it is not decided: one that was opened early is not shown to the seller alone."""
    if tender.format != SEALED or tender.decision:
        return told
    members = {bidder: {**said, "bid": None} for bidder, said in told["members"].items()}
    return told | {"members": members}
