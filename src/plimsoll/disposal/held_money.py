"""Money of no customer as the books have it: deposits of bidders and prices of packages, from where their dossiers stand.

As of loans: the balances of a state, by account, sum to zero, and an entry is the difference of two. When claims go over their loans book
their own shares of the price as cash, less what came in for the buyer since the cut-off; so much of the price that was held is let go then.
What is left is the buyer's until it is paid to him.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Final, NamedTuple

from plimsoll.disposal.package import Package, package_of
from plimsoll.disposal.tender import Tender, lost_deposit, tender_of
from plimsoll.loan.filing import Filing

CASH, DEPOSIT, SALE, FORFEIT = "asset.cash", "liability.deposit", "liability.sale", "income.forfeit"
NOTHING: Final[Mapping[str, int]] = {CASH: 0, DEPOSIT: 0, SALE: 0, FORFEIT: 0}


class HouseEntry(NamedTuple):
    """An entry of money that is no customer's: the day, what it was booked for, whose, and its legs in minor units, debits positive."""

    on: int
    what: str
    whose: str
    currency: str
    legs: tuple[tuple[str, int], ...]


def tender_balances(tender: Tender) -> dict[str, int]:
    """Give the balances of a tender, in minor units, debits positive; they sum to zero."""
    paid_in = sum(member.deposit_minor for member in tender.members.values())
    returned = sum(member.returned_minor for member in tender.members.values())
    winner = tender.members.get(str(tender.decision.get("winner", "")))
    won = winner.deposit_minor if winner else 0
    price = tender.decision["price_minor"] if tender.state == "paid" else 0
    lost = sum(lost_deposit(tender, bidder) for bidder in tender.members)
    used = (won if price else 0) + lost
    return {
        CASH: paid_in - returned + (price - won if price else 0),
        DEPOSIT: -(paid_in - returned - used),
        SALE: -price,
        FORFEIT: -lost,
    }


def package_balances(package: Package) -> dict[str, int]:
    """Give what a transfer and the payment to the buyer change of the price that was held, in minor units; they sum to zero."""
    if package.state != "transferred":
        return dict(NOTHING)
    gone = package.transfer["transferred_minor"] - package.transfer["passed_on_minor"] + package.paid_buyer_minor
    return {CASH: -gone, DEPOSIT: 0, SALE: gone, FORFEIT: 0}


def tender_entries(filings: Iterable[Filing]) -> Iterator[HouseEntry]:
    """Give the entries of a tender, in the order in which they were recorded."""
    held: list[Filing] = []
    before = dict(NOTHING)
    for filing in filings:
        held.append(filing)
        found = tender_of(held)
        if found is not None:
            after = tender_balances(found)
            if after != before:
                yield HouseEntry(filing.on, filing.kind, filing.subject, found.currency, _legs(before, after))
            before = after


def package_entries(filings: Iterable[Filing]) -> Iterator[HouseEntry]:
    """Give the entries of a package, in the order in which they were recorded."""
    held: list[Filing] = []
    before = dict(NOTHING)
    for filing in filings:
        held.append(filing)
        found = package_of(held)
        if found is not None:
            after = package_balances(found)
            if after != before:
                yield HouseEntry(filing.on, filing.kind, found.buyer, found.currency, _legs(before, after))
            before = after


def _legs(before: Mapping[str, int], after: Mapping[str, int]) -> tuple[tuple[str, int], ...]:
    legs = tuple((code, after[code] - before[code]) for code in after if after[code] != before[code])
    assert sum(minor for _, minor in legs) == 0, f"an entry must sum to zero: {legs}"
    return legs
