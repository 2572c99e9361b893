"""Customer-months in a clean state and what became of each: late, paid off, or nothing within what was seen (censored).

A discrete-time hazard is fitted on one row for each month that a unit was still at risk: `step` months after it was looked at, with what
was known then. Two endings compete, so each has its own hazard; P(late within H) = sum over k of S(k-1) · late(k), with
S(k) = S(k-1) · (1 - late(k) - out(k)) (Prentice et al. 1978; Singer and Willett 1993 for the discrete form).
"""

from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

import numpy as np

from plimsoll.risk.score.split import place_of
from plimsoll.risk.score.table import NUMBER, Column, Floats, Ints, Table

STEP: Final = "step"
SALT: Final = "hazard fold"
NOT_AT_ALL: Final = 0


class Spells(NamedTuple):
    """One unit a row: whose it is, the month it was looked at, and after how many months it was late or paid off (0: not seen to be).

    `seen` is how many months after it are on record.
    """

    customer_id: Ints
    month: Ints
    late_at: Ints
    out_at: Ints
    seen: Ints

    def is_late(self, horizon: int) -> Floats:
        """Give 1.0 for units that were late within some months, whatever came between."""
        return ((self.late_at > 0) & (self.late_at <= horizon)).astype(np.float64)


class AtRisk(NamedTuple):
    """One row a unit and month at risk: the unit, the step, and whether it ended late or paid off with it."""

    unit: Ints
    step: Ints
    late: Floats
    out: Floats


def at_risk(spells: Spells, horizon: int) -> AtRisk:
    """Give the months at risk, unit by unit, up to and with the one that ends it, the horizon, or what was seen."""
    never = horizon + 1
    late, out = (np.where(at > 0, at, never) for at in (spells.late_at, spells.out_at))
    last = np.minimum(np.minimum(late, out), np.minimum(spells.seen, horizon))
    unit = np.repeat(np.arange(len(last)), last)
    step = np.arange(len(unit)) - np.repeat(np.cumsum(last) - last, last) + 1
    is_late = late[unit] == step
    return AtRisk(unit, step, is_late.astype(np.float64), ((out[unit] == step) & ~is_late).astype(np.float64))


def with_step(table: Table, units: Ints, steps: Ints) -> Table:
    """Give the rows of some units with the step as one more column."""
    rows = table.take(units)
    column = Column(STEP, NUMBER, numbers=steps.astype(np.float64), distinct=len(np.unique(steps)))
    return Table(rows.name, {**rows.columns, STEP: column}, rows.rows)


def cumulated(late: Sequence[Floats], out: Sequence[Floats]) -> Floats:
    """Give P(late within the steps) from the hazards of both endings, one column a step."""
    surviving, found = np.ones(len(late[0])), np.zeros(len(late[0]))
    for hazard, leaving in zip(late, out, strict=True):
        found += surviving * hazard
        surviving *= np.clip(1 - hazard - leaving, 0.0, 1.0)
    return found


def fold_of(customer_id: Ints, count: int) -> Ints:
    """Give each unit the fold of its customer, by a hash: all months of a customer are in one fold."""
    ids, back = np.unique(customer_id, return_inverse=True)
    return np.array([place_of(one, SALT) % count for one in ids.tolist()], np.int64)[back]


def spells_of(customer_id: Ints, month: Sequence[int], after: Sequence[tuple[int, int, int]]) -> Spells:
    """Give units as columns: whose, which month, and after how many months late, paid off, and seen."""
    ends = np.array(after, np.int64).reshape(-1, 3).T
    return Spells(customer_id, np.array(month, np.int64), *ends)


def table_of(signals: Sequence[Mapping[str, float | None]], name: str) -> Table:
    """Give signals as columns, what is not known as missing."""
    columns = {}
    for signal in signals[0] if signals else ():
        numbers = np.array([np.nan if (value := row[signal]) is None else value for row in signals], np.float64)
        columns[signal] = Column(signal, NUMBER, numbers=numbers, distinct=len(np.unique(numbers)))
    return Table(name, columns, len(signals))
