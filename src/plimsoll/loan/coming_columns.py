"""Columns of loans through the compiled kernel: what each asks for by day. Needs the extra `fast`."""

from typing import NamedTuple

import numpy as np

from plimsoll.loan.columns import KERNEL, Ints, Scratch, States, share
from plimsoll.loan.layout import S_DAY, S_ROWS, S_SIZE

BILLS_APART = 28
"""Days between two bills, at the least."""


class Coming(NamedTuple):
    """What loans ask for, a row a loan, in minor units: what fell due; how many due days are to come, which, and what of each."""

    past: Ints
    counts: Ints
    days: Ints
    minors: Ints


def coming_many(states: States, day: int, until: int, *, threads: int = 1) -> Coming:
    """Give what open loans ask for through a day as they stand on one not before their states: as `collections.owing.owing_of` of each."""
    count, starts = len(states.terms), states.at[:-1]
    months = max(int((day - states.flat[starts + S_DAY]).max(initial=0)), 0) // BILLS_APART
    rows_most = int((states.flat[starts + S_ROWS] + states.flat[starts + S_SIZE]).max(initial=0)) + months + 3
    plans_most = int(states.flat[starts + S_SIZE + 1].max(initial=0)) + 1
    found = Coming(*(np.zeros(count, np.int64) for _ in range(2)), *(np.zeros((count, rows_most), np.int64) for _ in range(2)))

    def work(low: int, high: int) -> None:
        room = Scratch(rows_most, plans_most)
        KERNEL["coming_range"](
            low,
            high,
            states.terms,
            states.is_account,
            states.flat,
            states.at,
            day,
            until,
            room.s,
            room.rows,
            room.plans,
            room.lots,
            found.past,
            found.counts,
            found.days,
            found.minors,
        )

    share(count, work, threads)
    return found
