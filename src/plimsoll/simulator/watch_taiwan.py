"""Early warning on the Taiwan card panel: clean account-months, their signals, and what became of them, by the protocol of the house.

A unit is a client in May, June or July who is not late, uses the card (status 0 or -1) and was never late since April. The event is a
first status of 2 or more in the next three months; September is the last, so July sees two of them. Status 1 is no event: the panel
hardly knows it before September, where it is something else. Sex, age, marriage and education are never read.
"""

from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np

from plimsoll.monitoring.signals import NO_USE, Months, Values, from_months
from plimsoll.risk.hazard.spells import Spells, table_of
from plimsoll.risk.score.table import Flags, Table
from plimsoll.simulator.taiwan_panel import FIRST_MISSED, Client

FIRST, LAST = 1, 3
"""May and July, counted from April."""
HORIZON: Final = 3


class Watched(NamedTuple):
    """Account-months with their signals as columns, what became of them, and which are units: clean, in use, never late before."""

    table: Table
    spells: Spells
    is_clean: Flags

    def units(self) -> tuple[Table, Spells]:
        """Give the units alone: those that warnings can be about."""
        chosen = np.flatnonzero(self.is_clean)
        columns = [column[chosen] for column in self.spells]
        return self.table.take(chosen), Spells(*columns)


def watch(clients: Sequence[Client]) -> Watched:
    """Give the account-months of a panel that were in use: the clean ones, and those of the late, which only teach."""
    signals: list[Values] = []
    rows: list[tuple[int, ...]] = []
    for month in range(FIRST, LAST + 1):
        for client in clients:
            until = client.statuses[: month + 1]
            if until[-1] == NO_USE:
                continue
            signals.append(from_months(Months(client.limit_minor, client.bills[: month + 1], client.payments[: month + 1], until)))
            rows.append((client.customer_id, month, *_after(client, month), int(max(until) <= 0)))
    columns = np.array(rows, np.int64).reshape(-1, 6).T
    return Watched(table_of(signals, "taiwan"), Spells(*columns[:5]), columns[5] > 0)


def _after(client: Client, month: int) -> tuple[int, int, int]:
    """Give after how many months the client was late and had paid off, 0 for not, and how many months were seen."""
    statuses = client.statuses[month + 1 : month + 1 + HORIZON]
    bills = client.bills[month + 1 : month + 1 + HORIZON]
    late = next((k for k, status in enumerate(statuses, 1) if status >= FIRST_MISSED), 0)
    paid_off = zip(statuses, bills, strict=True)
    out = next((k for k, (status, bill) in enumerate(paid_off, 1) if status == NO_USE and bill <= 0), 0)
    return late, out, len(statuses)
