"""The file of something of the house that is no customer: an agency, a package of bad debt, a tender, a funder.

It is kept as the file of a customer is (`plimsoll.loan.filing`): entries are appended and stay, numbered from 1 without a gap, and what
they mean now each department folds for itself. The subject of an entry names a part of the dossier ("bid 3"), "" the whole of it.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Final, NamedTuple

from plimsoll.loan.filing import Body, Filing, NewFiling

DOSSIERS: Final = frozenset({"agency", "bidder", "cash", "funder", "package", "shock", "tender", "throttle"})
"""The closed list of what has a dossier."""

ENTRIES: Final = frozenset(
    {
        # agencies
        "agency.registered",
        "agency.amended",
        "agency.suspended",
        "agency.resumed",
        "agency.reviewed",
        "agency.audited",
        "agency.filed",
        "agency.reconciled",
        # packages of bad loans
        "package.opened",
        "package.filled",
        "package.frozen",
        "package.withdrawn",
        "package.sold",
        "package.transferred",
        "package.returned",
        "package.valued",
        "package.paid_buyer",
        "package.conduct",
        # bidders
        "bidder.registered",
        "bidder.qualified",
        "bidder.suspended",
        # tenders
        "tender.opened",
        "tender.document",
        "tender.joined",
        "tender.deposit",
        "tender.deposit_returned",
        "tender.looked",
        "tender.asked",
        "tender.answered",
        "tender.committed",
        "tender.retracted",
        "tender.revealed",
        "tender.bid",
        "tender.left",
        "tender.decided",
        "tender.confirmed",
        "tender.paid",
        "tender.failed",
        "tender.cancelled",
        # funders
        "funder.registered",
        "funder.amended",
        "funder.assessed",
        "funder.closed",
        "funder.settled",
        "funder.reconciled",
        "throttle.set",
        # what struck an employer or a region
        "shock.told",
        # the lender's own money
        "cash.stated",
    }
)
"""The closed list of what can stand in a dossier; a department adds its entries under its own heading."""

SUBJECT_LENGTH_MAX: Final = 64


class Saying(NamedTuple):
    """What some dossiers of a kind say, that a verb reads by it: the entry, and a field of its body with a text."""

    kind: str
    entry: str
    field: str
    text: str


class Dossier(NamedTuple):
    """A dossier as a decision sees it, with the further dossiers that the verb reads; no entries: it is not there."""

    kind: str  # one of DOSSIERS
    subject: str  # which one: the name of the agency, the number of the package
    filings: tuple[Filing, ...]  # oldest first
    others: Mapping[tuple[str, str], tuple[Filing, ...]]  # by kind and subject; () for one that is not there
    actor: str
    now: datetime  # instant of the command, UTC


class Written(NamedTuple):
    """What a verb decided about a dossier: entries to be appended, and the answer. Nothing else is changed by it."""

    filings: tuple[NewFiling, ...] = ()
    answer: Body = Body("{}")
