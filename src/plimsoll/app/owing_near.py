"""What customers owe near a day: one reading of the open loans, of which only those are worked out that can have a due day asked about."""

from collections.abc import Callable, Iterator
from functools import lru_cache
from itertools import groupby
from operator import attrgetter

from plimsoll.app.closing.scan import Packed, snapshot
from plimsoll.app.database.store import Store
from plimsoll.collections.near_due import Spoken, may_be_spoken_of
from plimsoll.collections.owing import Owing, owing_of
from plimsoll.loan.book import unpack_standing
from plimsoll.loan.fold import go_on
from plimsoll.loan.layout import OPEN
from plimsoll.loan.terms import Terms
from plimsoll.units.pack import unpack
from plimsoll.units.refusal import Refused


def owing_near(store: Store, day: int, through: int, spoken_to: Callable[[int], Spoken]) -> Iterator[tuple[int, list[Owing]]]:
    """Give what loans ask for that can have one of the due days asked about, as they stand on a day, in the order of customers.

    What falls due by `through` is given; `spoken_to` says which due days are asked about for a customer.
    """
    with snapshot(store) as seen:
        for first, until in seen.bounds():
            for customer_id, held in groupby(seen.loans(OPEN, first, until), key=attrgetter("customer_id")):
                spoken = spoken_to(customer_id)
                found = [owing for one in held for owing in _owed(one, day, through, spoken)]
                if found:
                    yield customer_id, found


def _owed(one: Packed, day: int, through: int, spoken: Spoken) -> tuple[Owing, ...]:
    """Give what one loan asks for as it stands on a day; nothing where no due day of it can be spoken of."""
    terms, flat = _unpacked(one.terms), unpack(one.state)
    if not may_be_spoken_of(terms, flat, spoken, is_behind=0 < one.next_on <= day):
        return ()
    agreed, standing = Terms.unpack(one.currency, terms), unpack_standing(one.state)
    if one.as_of < day:
        moved = go_on(agreed, standing, (), day)
        assert not isinstance(moved, Refused), "moving to a day refuses nothing"
        standing = moved
    return owing_of(one.loan_id, agreed, standing, through)


@lru_cache(maxsize=4096)
def _unpacked(terms: bytes) -> tuple[int, ...]:
    """Give the numbers of terms, which many loans share and no day changes."""
    return tuple(unpack(terms))
