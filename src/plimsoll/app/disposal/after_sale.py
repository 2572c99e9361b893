"""Look back at a sale: how the buyer has behaved since, what came back, and whether the price was better than keeping the loans.

What the loans that went over would have brought nobody sees any more. So the seller's own estimate as of the cut-off is held against what
came since on the bad loans that were kept, and the value of keeping is corrected by as much as the estimate was wrong there.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date
from typing import NamedTuple

from plimsoll.app.closing.scan import snapshot
from plimsoll.app.database.store import Store
from plimsoll.app.disposal.backtest_recovery import BackTest, backtest
from plimsoll.app.dossier import dossier_of
from plimsoll.app.file import filings_of
from plimsoll.app.treasury.shares import last_closed
from plimsoll.disposal.candidate import cash_since
from plimsoll.disposal.conduct import Report, reports_of
from plimsoll.disposal.package import KIND, Package, Packed, find_package, shares_of
from plimsoll.disposal.value import worth_minor
from plimsoll.risk.complaint import fold_complaints
from plimsoll.rulebook.rules import Rules
from plimsoll.units.refusal import Refused


class Valued(NamedTuple):
    """What the loans that went over were worth, in minor units: owed, as kept, to a buyer as expected, as paid.

    `kept` is how the estimate of keeping did on the loans that were kept; `corrected_minor` is keeping, so corrected; None where nothing
    was expected of these by now, which tells nothing.
    """

    owed_minor: int
    keep_minor: int
    expected_minor: int
    paid_minor: int
    kept: BackTest
    corrected_minor: int | None

    def gain_minor(self) -> int | None:
        """Give what selling brought above keeping, as corrected."""
        return None if self.corrected_minor is None else self.paid_minor - self.corrected_minor


class AfterSale(NamedTuple):
    """A sale as it looks on a day. `complaints` are those that borrowers of loans that went over brought to the house since, by subject.

    `stayed_minor` is what came since the cut-off on loans that were held back or came back. What came on kept loans is known to the last
    day that is closed.
    """

    package: Package
    on: date
    gone: int
    reports: Sequence[Report]
    complaints: Mapping[str, int]
    stayed: int
    stayed_minor: int
    closed_through: date | None
    valued: Valued

    def per_10_000(self) -> int:
        """Give reports and complaints for each 10,000 loans that went over, rounded down."""
        return (len(self.reports) + sum(self.complaints.values())) * 10_000 // self.gone if self.gone else 0


def after_sale(store: Store, name: str, on: date, rules: Rules) -> AfterSale | Refused:
    """Look back on a day; refuses package_unknown, package_not_ready (nothing was transferred), transfer_backdated (the day is earlier)."""
    filings = dossier_of(store, KIND, name)
    package = find_package(filings, name, "transferred")
    if isinstance(package, Refused):
        return package
    if on.toordinal() < package.transferred_on:
        return Refused("transfer_backdated", "", f"{on}, transferred on {date.fromordinal(package.transferred_on)}")
    closed = last_closed(store)
    stays = {int(loan_id) for loan_id in package.transfer["held_back"]} | {*package.returned}
    gone = [loan for loan in package.loans if loan.loan_id not in stays]
    stayed = [loan for loan in package.loans if loan.loan_id in stays]
    return AfterSale(
        package=package,
        on=on,
        gone=len(gone),
        reports=tuple(one for one in reports_of(filings).values() if one.opened_on <= on.toordinal()),
        complaints=_complaints(store, gone, package.transferred_on, on.toordinal()),
        stayed=len(stayed),
        stayed_minor=_came(store, stayed, package.cut_off, on.toordinal()),
        closed_through=closed,
        valued=_valued(store, package, gone, _known(package, closed, on), rules),
    )


def _complaints(store: Store, gone: Sequence[Packed], since: int, until: int) -> dict[str, int]:
    """Count what the borrowers brought since the transfer about a loan that went over, or about none."""
    loans: dict[int, set[int]] = {}
    for loan in gone:
        loans.setdefault(loan.customer_id, set()).add(loan.loan_id)
    found: Counter[str] = Counter()
    for customer_id, mine in sorted(loans.items()):
        for one in fold_complaints(filings_of(store, customer_id)).values():
            if since <= one.filed_on <= until and (not one.loans or mine & {*one.loans}):
                found[one.about] += 1
    return dict(found)


def _came(store: Store, loans: Sequence[Packed], cut_off: int, until: int) -> int:
    with snapshot(store) as seen:
        return sum(cash_since(seen.facts(loan.customer_id, loan.loan_id), cut_off, until) for loan in loans)


def _known(package: Package, closed: date | None, on: date) -> date:
    """Give the day up to which it is known what came on kept loans; the cut-off where no later one is closed, which tells nothing."""
    return max(date.fromordinal(package.cut_off), min(on, closed or on))


def _valued(store: Store, package: Package, gone: Sequence[Packed], on: date, rules: Rules) -> Valued:
    kept = backtest(store, date.fromordinal(package.cut_off), on, package.currency, rules)
    keep = sum(loan.keep_minor for loan in gone)
    corrected = worth_minor(kept.came_minor / kept.expected_minor, keep) if kept.expected_minor else None
    owed, expected = (sum(getattr(loan, name) for loan in gone) for name in ("weight_minor", "price_minor"))
    loans = sorted(package.loans, key=lambda loan: loan.loan_id)
    shares = shares_of(package.price_minor, [loan.weight_minor for loan in loans])
    went = {loan.loan_id for loan in gone}
    paid = sum(share for loan, share in zip(loans, shares, strict=True) if loan.loan_id in went)
    return Valued(owed, keep, expected, paid, kept, corrected)
