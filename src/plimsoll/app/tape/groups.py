"""Where the money stands by region or employer, which no tape has: the tape's balances by customer, joined with the book's blinded links.

Where somebody lives and works lies in the vault, and a tape leaves the house; so neither is a column of it. A link says only that people
belong together, so a group has a short blind for a name, and one of fewer people than may be told alike is told with the others like it.
"""

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

from sqlalchemy import select

from plimsoll.app.database.schema import link
from plimsoll.app.database.store import Store

NOT_KNOWN: Final = "not known"
NAME_LENGTH: Final = 8


def places_by_group(store: Store, owing: Iterable[tuple[Any, ...]], kind: str, on: date, least: int) -> list[tuple[Any, ...]]:
    """Give rows as `places_text` does, one a group of at least so many people who owe, by balance; and those of the others together.

    `owing` has a row a customer: id, loans, balance, loans and balance that are bad.
    """
    belongs = dict(_members(store, kind, on))
    sums: dict[str, list[int]] = {}
    for customer, *numbers in owing:
        held = sums.setdefault(belongs.get(int(customer), ""), [0] * (len(numbers) + 1))
        for place, number in enumerate((1, *numbers)):
            held[place] += number
    told: dict[str, list[int]] = {}
    for blind, (people, *numbers) in sums.items():
        name = NOT_KNOWN if not blind else f"{kind}-{blind[:NAME_LENGTH]}" if people >= least else f"groups of fewer than {least}"
        before = told.setdefault(name, [0] * len(numbers))
        told[name] = [one + more for one, more in zip(before, numbers, strict=True)]
    ordered = sorted(told.items(), key=lambda one: (-one[1][1], one[0]))
    return [(name, loans, balance, bad, bad_balance) for name, (loans, balance, bad, bad_balance) in ordered]


def _members(store: Store, kind: str, on: date) -> Iterator[tuple[int, str]]:
    """Give who belongs where at the end of a day, the earlier links of a customer first."""
    end = datetime(on.year, on.month, on.day, tzinfo=UTC) + timedelta(days=1)
    wanted = select(link.c.customer_id, link.c.blind).where(link.c.kind == kind, link.c.since < end)
    with store.engine.connect() as connection:
        for row in connection.execute(wanted.order_by(link.c.since, link.c.blind)):
            yield int(row.customer_id), str(row.blind)
