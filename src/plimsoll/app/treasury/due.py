"""What borrowers have to pay by days ahead, to the lender and to its funders: read loan by loan, or in columns where that is installed."""

from collections.abc import Iterator
from dataclasses import dataclass
from importlib import import_module
from typing import Final

from plimsoll.app.closing.scan import Packed, snapshot
from plimsoll.app.database.store import Store
from plimsoll.app.treasury.shares import Holdings
from plimsoll.collections.owing import owing_of
from plimsoll.loan.book import unpack_standing
from plimsoll.loan.fold import go_on
from plimsoll.loan.layout import OPEN
from plimsoll.loan.terms import Terms, begun_on
from plimsoll.treasury.funded import shares_on
from plimsoll.treasury.route import LENDER
from plimsoll.treasury.share import split
from plimsoll.units.pack import unpack
from plimsoll.units.refusal import Refused

AHEAD: Final = 3_660
"""Days through which what falls due is read: ten years."""
IN_COLUMNS: Final = "plimsoll.app.treasury.due_columns"


@dataclass(slots=True)
class Due:
    """What borrowers have to pay by days ahead, in minor units: to the lender, to its funders; and what was due before and is not paid."""

    own: dict[int, int]
    funders: dict[int, int]
    past_minor: int = 0


def due_by_currency(store: Store, held: Holdings, day: int) -> dict[str, Due]:
    """Read what falls due of every open loan as it stands on a day. Cost: proportional to the open loans."""
    try:
        columns = import_module(IN_COLUMNS)
    except ModuleNotFoundError:
        return due_one_by_one(store, held, day)
    found: dict[str, Due] = columns.due_in_columns(store, held, day)
    return found


def due_one_by_one(store: Store, held: Holdings, day: int) -> dict[str, Due]:
    """Read the same loan by loan, with nothing but what every installation has."""
    found: dict[str, Due] = {}
    with snapshot(store) as seen:
        for first, until in seen.bounds():
            for one in seen.loans(OPEN, first, until):
                for ahead, minor, own in of_loan(one, held, day):
                    due = found.setdefault(one.currency, Due({}, {}))
                    if ahead <= 0:
                        due.past_minor += minor
                        continue
                    due.own[ahead] = due.own.get(ahead, 0) + own
                    due.funders[ahead] = due.funders.get(ahead, 0) + minor - own
    return found


def of_loan(one: Packed, held: Holdings, day: int) -> Iterator[tuple[int, int, int]]:
    """Give what one loan asks for: days ahead, minor units, the lender's part of them."""
    terms, standing = Terms.unpack(one.currency, tuple(unpack(one.terms))), unpack_standing(one.state)
    if begun_on(terms) > day:
        return
    if one.as_of < day:
        moved = go_on(terms, standing, (), day)
        assert not isinstance(moved, Refused), "moving to a day refuses nothing"
        standing = moved
    shares = shares_on(held.get((one.customer_id, one.loan_id), ()), day + 1)
    for owing in owing_of(one.loan_id, terms, standing, day + AHEAD):
        ahead = owing.due_on - day if owing.is_projected else 0
        yield ahead, owing.minor, split(owing.minor, shares, LENDER)[LENDER]
