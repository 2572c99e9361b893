"""Treatments of days gone by with the money that came after them: what effects are learnt from, and what claims are held to."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Final, NamedTuple

from sqlalchemy import select

from plimsoll.app.database.schema import fact
from plimsoll.app.database.store import Store
from plimsoll.app.file import filings_on
from plimsoll.collections.assign_treatment import ASSIGNED
from plimsoll.collections.debt import CASH
from plimsoll.loan.filing import read_body

PAGE: Final = 5_000


class Treated(NamedTuple):
    """One treatment: whose, when, what it was and how it was chosen; what was late, was claimed, and came in time, in minor units."""

    customer_id: int
    day: int
    treatment: str
    how: str
    arm: str
    segment: str
    bucket: str
    channel: str
    late_minor: int
    claimed_minor: int
    came_minor: int

    @property
    def share(self) -> float:
        """Give the share of what was late that came in time, 1 at most."""
        return min(self.came_minor / self.late_minor, 1.0) if self.late_minor > 0 else 0.0


def treated(store: Store, first: date, last: date, counts: int) -> list[Treated]:
    """Give the treatments of some days, with the money that came on each day and so many after it."""
    found = [(customer_id, one.on, read_body(one)) for customer_id, one in filings_on(store, ASSIGNED, first.toordinal(), last.toordinal())]
    paid = payments(store, {customer_id for customer_id, _, _ in found}, first, last + timedelta(days=counts))
    return [
        Treated(
            customer_id,
            day,
            said["treatment"],
            said["how"],
            said["arm"],
            said["segment"],
            said["bucket"],
            said["channel"],
            said["late_minor"],
            said["claimed_minor"],
            sum(minor for on, minor in paid.get(customer_id, ()) if day <= on <= day + counts),
        )
        for customer_id, day, said in found
    ]


def payments(store: Store, customers: Iterable[int], first: date, last: date) -> Mapping[int, Sequence[tuple[int, int]]]:
    """Give the payments of customers that count on some days: day and minor units each."""
    columns, found = fact.c, defaultdict[int, list[tuple[int, int]]](list)
    ids = sorted(customers)
    with store.engine.connect() as connection:
        for start in range(0, len(ids), PAGE):
            part = ids[start : start + PAGE]
            chosen = select(columns.customer_id, columns.effective_on, columns.amount_minor).where(
                columns.customer_id.between(part[0], part[-1]),
                columns.kind.in_(CASH),
                columns.effective_on.between(first, last),
            )
            known = set(part)
            for customer_id, on, minor in connection.execute(chosen):
                if customer_id in known:
                    found[customer_id].append((on.toordinal(), minor))
    return found
