"""What falls due to the lender and its funders, of a whole book in columns through the compiled kernel. Needs the extra `fast`.

The same to the minor unit as loan by loan. Cost: some microseconds for each open loan; of a funded one the reading of its shares.
"""

from collections.abc import Iterator, Mapping
from typing import Final

import numpy as np

from plimsoll.app.closing.columns import Loans, read_loans
from plimsoll.app.closing.scan import Packed, snapshot
from plimsoll.app.database.store import Store
from plimsoll.app.treasury.due import AHEAD, Due, of_loan
from plimsoll.app.treasury.shares import Holdings
from plimsoll.loan.columns import Ints, States, fits_states, split_terms, unpack_joined
from plimsoll.loan.coming_columns import coming_many
from plimsoll.loan.layout import OPEN
from plimsoll.treasury.funded import shares_on
from plimsoll.treasury.route import LENDER
from plimsoll.treasury.share import WHOLE, Share, refuse_shares

CUSTOMERS_A_PART: Final = 50_000


def due_in_columns(store: Store, held: Holdings, day: int) -> dict[str, Due]:
    """Read by currency what falls due of every open loan as it stands on a day."""
    sums: dict[str, Sums] = {}
    with snapshot(store) as seen:
        for first, until in seen.bounds(CUSTOMERS_A_PART):
            _take_part(read_loans(seen, first, until, day), held, day, sums)
    return {currency: one.due() for currency, one in sums.items()}


class Sums:
    """What falls due in one currency by days ahead, in minor units: in all, and to the lender."""

    def __init__(self) -> None:
        self.past = 0
        self.all = np.zeros(AHEAD + 1, np.int64)
        self.own = np.zeros(AHEAD + 1, np.int64)

    def due(self) -> Due:
        """Give it by days ahead, those that ask for nothing left out."""
        days = np.flatnonzero(self.all).tolist()
        return Due(
            {day: int(self.own[day]) for day in days},
            {day: int(self.all[day] - self.own[day]) for day in days},
            self.past,
        )


def _take_part(loans: Loans, held: Holdings, day: int, sums: dict[str, Sums]) -> None:
    """Add what some loans ask for."""
    places = np.flatnonzero(loans.status == OPEN)
    if not len(places):
        return
    terms, is_account, _, _ = split_terms(*unpack_joined(*loans.terms.take(places)))
    flat, at = unpack_joined(*loans.state.take(places))
    found = coming_many(States(terms, is_account, flat, at), day, day + AHEAD)
    fitting = fits_states(terms, is_account, flat, at)
    currencies = np.array([offer.rpartition(" ")[2] for offer in loans.offers])[loans.offer[places]]
    own = _own_parts(loans, places, found.minors, held, day)
    is_coming = (np.arange(found.days.shape[1]) < found.counts[:, None]) & fitting[:, None]
    for currency in sorted(set(currencies.tolist())):
        total = sums.setdefault(currency, Sums())
        mine = currencies == currency
        here = is_coming & mine[:, None]
        ahead, minors = found.days[here] - day, found.minors[here]
        is_ahead = ahead > 0
        total.past += int(found.past[mine & fitting].sum()) + int(minors[~is_ahead].sum())
        np.add.at(total.all, ahead[is_ahead], minors[is_ahead])
        np.add.at(total.own, ahead[is_ahead], own[here][is_ahead])
    for place in np.flatnonzero(~fitting).tolist():
        _add_one(_packed(loans, int(places[place]), str(currencies[place])), held, day, sums[str(currencies[place])])


def _own_parts(loans: Loans, places: Ints, minors: Ints, held: Holdings, day: int) -> Ints:
    """Give the lender's own part of what each loan asks for."""
    own = minors.copy()
    for shares, rows in _by_shares(loans, places, held, day).items():
        refuse_shares(shares, LENDER)
        here = np.array(rows)
        own[here] -= sum(minors[here] * one.ppm // WHOLE for one in shares if one.funder != LENDER)
    return own


def _by_shares(loans: Loans, places: Ints, held: Holdings, day: int) -> Mapping[tuple[Share, ...], list[int]]:
    """Give the rows of the loans that somebody beside the lender holds a part of, by the shares of the day."""
    found: dict[tuple[Share, ...], list[int]] = {}
    for row, one in enumerate(_ids(loans, places)):
        if one in held:
            found.setdefault(shares_on(held[one], day + 1), []).append(row)
    return found


def _ids(loans: Loans, places: Ints) -> Iterator[tuple[int, int]]:
    return zip(loans.customer_id[places].tolist(), loans.loan_id[places].tolist(), strict=True)


def _packed(loans: Loans, place: int, currency: str) -> Packed:
    customer_id, loan_id, as_of = (int(column[place]) for column in (loans.customer_id, loans.loan_id, loans.as_of))
    return Packed(customer_id, loan_id, currency, loans.terms.one(place), loans.state.one(place), as_of, 0)


def _add_one(one: Packed, held: Holdings, day: int, total: Sums) -> None:
    """Add a loan whose products could pass what a machine's integer holds, by the interpreted kernel."""
    for ahead, minor, own in of_loan(one, held, day):
        if ahead <= 0:
            total.past += minor
        else:
            total.all[ahead] += minor
            total.own[ahead] += own
