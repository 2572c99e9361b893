"""A tender as its dossier tells it: its terms and times, who takes part, the data room, bids, and how it ended.

Sealed: a bidder publishes the hash of bid and nonce while bids are taken, and opens it afterwards; nobody can look before, or change
anything after. A hidden reserve of the seller is bound in the same way. Ascending: every bid is seen, and one near the end moves it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any, Final, NamedTuple

from plimsoll.loan.dossier import Saying
from plimsoll.loan.filing import Filing, read_body
from plimsoll.units.refusal import Refused

KIND: Final = "tender"
SEALED, ASCENDING = "sealed", "ascending"
FORMATS: Final = (SEALED, ASCENDING)
OVER: Final = ("no_sale", "failed", "cancelled")
"""States in which a tender has let its package go."""
HIDDEN: Final = -1
"""The reserve of a seller who has bound it without telling it."""
NONCE_LEAST, NONCE_MOST = 16, 128
RESERVE: Final = "reserve"
"""Whose bid the seller's reserve is, where it is bound."""


class Member(NamedTuple):
    """Who takes part, and how far: deposit, looks into the data room by document, the bid bound and the bid opened."""

    joined_at: datetime
    deposit_minor: int = 0
    looked: Mapping[str, int] = {}
    hash: str = ""
    bound_at: datetime | None = None
    retracted: int = 0
    bid_minor: int = 0
    nonce: str = ""
    returned_minor: int = 0


class Bid(NamedTuple):
    """A bid that counts, in minor units, and when it was made: bound, or called."""

    bidder: str
    minor: int
    at: datetime


class Question(NamedTuple):
    """A question and its answer, which everybody sees."""

    text: str
    asked_by: str
    answer: str = ""


@dataclass(frozen=True, slots=True)
class Tender:
    """Where a tender stands. Amounts in minor units."""

    package: str
    format: str
    currency: str
    licence: str
    start_minor: int
    reserve_minor: int
    reserve_hash: str
    deposit_minor: int
    increment_minor: int
    joins_until: datetime
    bids_from: datetime
    closes_at: datetime
    opens_until: datetime
    overtime: timedelta
    state: str = "open"
    documents: Mapping[str, str] = field(default_factory=dict)
    questions: Mapping[str, Question] = field(default_factory=dict)
    members: Mapping[str, Member] = field(default_factory=dict)
    calls: tuple[Bid, ...] = ()
    decision: Mapping[str, Any] = field(default_factory=dict)
    decided_by: str = ""
    decided_on: int = 0
    contract: str = ""
    confirmed_on: int = 0
    forfeited_minor: int = 0

    @property
    def lead(self) -> Bid | None:
        """Give the highest call so far."""
        return self.calls[-1] if self.calls else None

    @property
    def ends_at(self) -> datetime:
        """Give the instant from which it may be decided."""
        return self.opens_until if self.format == SEALED else self.closes_at

    def bids(self) -> list[Bid]:
        """Give the bids that count: those opened, or the highest call of each; the highest first, of equal ones the earliest."""
        if self.format == SEALED:
            found = [Bid(name, one.bid_minor, one.bound_at) for name, one in self.members.items() if one.bid_minor and one.bound_at]
        else:
            found = list({bid.bidder: bid for bid in self.calls}.values())
        return sorted(found, key=lambda bid: (-bid.minor, bid.at, bid.bidder))


def hash_of(tender: str, bidder: str, minor: int, currency: str, nonce: str) -> str:
    """Give what binds a bid: SHA-256 of the tender, who bids, amount in minor units, currency and nonce, one a line."""
    return sha256("\n".join((tender, bidder, str(minor), currency, nonce)).encode()).hexdigest()


def instant(text: str) -> datetime | None:
    """Read an instant in UTC such as 2026-11-03T09:00:00Z; None for anything else."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found.astimezone(UTC) if found.tzinfo is not None else None


def is_nonce(nonce: str) -> bool:
    """Tell whether a nonce is long enough that nobody finds the bid by trying amounts."""
    return NONCE_LEAST <= len(nonce) <= NONCE_MOST and nonce.isascii() and nonce.isprintable() and " " not in nonce


def tender_of(filings: Iterable[Filing]) -> Tender | None:
    """Give where a tender stands; None where there is none."""
    found: Tender | None = None
    for filing in filings:
        said = read_body(filing)
        if filing.kind == "tender.opened":
            found = _opened(said)
        elif found is not None:
            found = _moved(found, filing, said)
    return found


def _opened(said: dict[str, Any]) -> Tender:
    times = {name: datetime.fromisoformat(said[name]) for name in ("joins_until", "bids_from", "bids_until", "opens_until")}
    return Tender(
        package=said["package"],
        format=said["format"],
        currency=said["currency"],
        licence=said["licence"],
        start_minor=said["start_minor"],
        reserve_minor=said["reserve_minor"],
        reserve_hash=said["reserve_hash"],
        deposit_minor=said["deposit_minor"],
        increment_minor=said["increment_minor"],
        joins_until=times["joins_until"],
        bids_from=times["bids_from"],
        closes_at=times["bids_until"],
        opens_until=times["opens_until"],
        overtime=timedelta(seconds=said["overtime"]),
    )


def _moved(was: Tender, filing: Filing, said: dict[str, Any]) -> Tender:
    kind, part = filing.kind.removeprefix("tender."), filing.subject
    if kind in ("joined", "deposit", "deposit_returned", "looked", "committed", "retracted", "revealed"):
        return replace(was, members={**was.members, part: _member(was.members.get(part), kind, filing, said)})
    if kind == "bid":
        closes_at = max(was.closes_at, filing.at + was.overtime)
        return replace(was, calls=(*was.calls, Bid(part, said["minor"], filing.at)), closes_at=closes_at)
    if kind == "document":
        return replace(was, documents={**was.documents, part: said["digest"]})
    if kind == "asked":
        return replace(was, questions={**was.questions, part: Question(said["text"], said["bidder"])})
    if kind == "answered":
        return replace(was, questions={**was.questions, part: was.questions[part]._replace(answer=said["text"])})
    if kind == "decided":
        return replace(was, state=said["outcome"], decision=said, decided_by=filing.actor, decided_on=filing.on)
    if kind == "confirmed":
        return replace(was, state="confirmed", contract=said["contract"], confirmed_on=filing.on)
    if kind == "failed":
        return replace(was, state="failed", forfeited_minor=said["forfeited_minor"])
    return replace(was, state={"paid": "paid", "cancelled": "cancelled"}[kind])


def _member(was: Member | None, kind: str, filing: Filing, said: dict[str, Any]) -> Member:
    if was is None:
        return Member(filing.at)
    if kind == "deposit":
        return was._replace(deposit_minor=said["minor"])
    if kind == "deposit_returned":
        return was._replace(returned_minor=said["minor"])
    if kind == "looked":
        return was._replace(looked={**was.looked, said["document"]: was.looked.get(said["document"], 0) + 1})
    if kind == "committed":
        return was._replace(hash=said["hash"], bound_at=filing.at)
    if kind == "retracted":
        return was._replace(hash="", bound_at=None, retracted=was.retracted + 1)
    return was._replace(bid_minor=said["minor"], nonce=said["nonce"]) if kind == "revealed" else was


def find_tender(filings: Iterable[Filing], subject: str, *states: str) -> Tender | Refused:
    """Give a tender in one of some states; refuses tender_unknown, tender_not_ready."""
    found = tender_of(filings)
    if found is None:
        return Refused("tender_unknown", "", subject)
    return found if found.state in states else Refused("tender_not_ready", "", f"{subject} is {found.state}, not {' or '.join(states)}")


def lost_deposit(tender: Tender, bidder: str) -> int:
    """Give what a bidder lost of its deposit, in minor units: who bound a bid and did not open it, and a buyer who did not pay."""
    member = tender.members.get(bidder)
    if member is None or not tender.decision:
        return 0
    if bidder in tender.decision.get("deposits_lost", ()):
        return member.deposit_minor
    return tender.forfeited_minor if bidder == tender.decision["winner"] else 0


def owed_back(tender: Tender, bidder: str) -> int:
    """Give what of a bidder's deposit is to go back to it, in minor units.

    That of who lost, of everybody where the tender was cancelled, of the winner where the seller did not confirm the sale.
    """
    member = tender.members.get(bidder)
    is_buyer = bool(tender.decision) and bidder == tender.decision["winner"] and tender.state != "failed"
    if member is None or tender.state == "open" or is_buyer:
        return 0
    return member.deposit_minor - member.returned_minor - lost_deposit(tender, bidder)


def tenders_of(package: str) -> Saying:
    """Give what all tenders of a package say."""
    return Saying(KIND, "tender.opened", "package", package)


def live_tender(others: Mapping[tuple[str, str], Sequence[Filing]], package: str, but: str = "") -> str:
    """Give the tender, of the dossiers that a command reads, in which a package stands and that is not over; "" for none."""
    for (kind, subject), filings in others.items():
        found = tender_of(filings) if kind == KIND and subject != but else None
        if found is not None and found.package == package and found.state not in OVER:
            return subject
    return ""


def find_member(tender: Tender, bidder: str) -> Member | Refused:
    """Give who takes part; refuses bidder_not_in_tender."""
    found = tender.members.get(bidder)
    return found if found is not None else Refused("bidder_not_in_tender", "", bidder)


def find_paid_up(tender: Tender, bidder: str, form: str) -> Member | Refused:
    """Give who may bid in a tender of some format; refuses bidder_not_in_tender, deposit_missing, tender_format_other."""
    found = find_member(tender, bidder)
    if isinstance(found, Refused):
        return found
    if tender.format != form:
        return Refused("tender_format_other", "", tender.format)
    return found if found.deposit_minor else Refused("deposit_missing", "", bidder)


def shown(at: datetime) -> str:
    """Give an instant as messages tell it."""
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")
