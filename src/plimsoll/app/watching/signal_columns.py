"""The signals of months for a whole book at once: `plimsoll.monitoring.signals.from_months`, customer by customer, as columns.

What is not known is not a number. A test holds both to the same values.
"""

from typing import Final

import numpy as np
import numpy.typing as npt

from plimsoll.loan.columns import Ints
from plimsoll.monitoring.signals import AGAIN, AT_LIMIT, CARRIED, IN_FULL, LEAST, SOME, WINDOW
from plimsoll.risk.score.table import NUMBER, Column, Floats, Table

Grid = npt.NDArray[np.float64]
UNKNOWN: Final = float("nan")


def signal_columns(limit_minor: Ints, owed: Ints, paid: Ints, states: Ints) -> dict[str, Floats]:
    """Give every signal of source `book` as a column, a row a customer; months are columns, oldest first, limits above nought."""
    limit = np.maximum(limit_minor, 1).astype(np.float64)
    bills, got = owed[:, -WINDOW:].astype(np.float64), paid[:, -WINDOW:].astype(np.float64)
    state = states[:, -WINDOW:]
    count = bills.shape[1]
    used = bills / limit[:, None]
    nothing = np.full(len(limit), UNKNOWN)
    before = bills[:, :-1]
    is_billed = before > 0
    shares: Grid = np.where(is_billed, got[:, 1:] / np.where(is_billed, before, 1.0), UNKNOWN)
    drawn = bills[:, 1:] - before + got[:, 1:]
    pairs = np.maximum(is_billed.sum(axis=1), 1)
    has_shares = is_billed.any(axis=1)
    billed = bills.sum(axis=1)
    is_first = count == 1
    missed = ((got <= 0) & (state > 0)).sum(axis=1)
    asked = missed + (got > 0).sum(axis=1)
    looped = (state[:, 1:] == CARRIED) & (got[:, 1:] > 0) & (drawn >= AGAIN * got[:, 1:])

    def known(column: Floats) -> Floats:
        return np.where(has_shares, column, UNKNOWN)

    return {
        "limit_minor": limit_minor.astype(np.float64),
        "months_seen": np.full(len(limit), float(count)),
        "state": state[:, -1].astype(np.float64),
        "state_before": nothing if is_first else state[:, -2].astype(np.float64),
        "bill_minor": bills[:, -1],
        "paid_minor": got[:, -1],
        "utilisation": used[:, -1],
        "utilisation_before": nothing if is_first else used[:, -2],
        "utilisation_jump": nothing if is_first else used[:, -1] - used[:, -2],
        "utilisation_most": used.max(axis=1),
        "utilisation_least": used.min(axis=1),
        "utilisation_mean": used.sum(axis=1) / count,
        "full_months": (used > AT_LIMIT).sum(axis=1) / count,
        "pay_share": nothing if is_first else shares[:, -1],
        "pay_share_least": known(np.where(is_billed, shares, np.inf).min(axis=1, initial=np.inf)),
        "pay_share_most": known(np.where(is_billed, shares, -np.inf).max(axis=1, initial=-np.inf)),
        "pay_share_mean": known(np.where(is_billed, shares, 0.0).sum(axis=1) / pairs),
        "pay_step_down": known(_steps_down(shares, is_billed)),
        "low_pays": known((is_billed & (np.where(is_billed, shares, 1.0) < LEAST)).sum(axis=1) / pairs),
        "nothing_paid": np.where(asked > 0, missed / np.maximum(asked, 1), UNKNOWN),
        "pay_of_limit": got[:, -1] / limit,
        "pay_mean_minor": got.sum(axis=1) / count,
        "pay_least_minor": got.min(axis=1),
        "pay_most_minor": got.max(axis=1),
        "drawn_minor": nothing if is_first else drawn[:, -1],
        "drawn_of_limit": nothing if is_first else drawn[:, -1] / limit,
        "draw_to_repay": nothing if is_first else looped.sum(axis=1) / drawn.shape[1],
        "carried_months": (state == CARRIED).sum(axis=1) / count,
        "full_pay_months": (state == IN_FULL).sum(axis=1) / count,
        "late_months": (state > 0).sum(axis=1).astype(np.float64),
        "room_minor": limit_minor - bills[:, -1],
        "utilisation_slope": nothing if is_first else (used[:, -1] - used[:, 0]) / (count - 1),
        "utilisation_spread": used.max(axis=1) - used.min(axis=1),
        "pay_change": nothing if is_first else (got[:, -1] - got[:, -2]) / limit,
        "pay_of_bills": np.where(billed > 0, got.sum(axis=1) / np.where(billed > 0, billed, 1.0), UNKNOWN),
    }


def _steps_down(shares: Grid, is_billed: "npt.NDArray[np.bool_]") -> Floats:
    """Count steps down on the ladder full, some, minimum, less, from one bill to the next one that there was."""
    steps = np.zeros(len(shares))
    last = np.full(len(shares), -1)
    for month in range(shares.shape[1]):
        there = is_billed[:, month]
        share = np.where(there, shares[:, month], 0.0)
        rung = (share >= 1).astype(np.int64) + (share >= SOME) + (share >= LEAST)
        steps += np.where(there & (last >= 0), np.maximum(last - rung, 0), 0)
        last = np.where(there, rung, last)
    return steps


def as_table(columns: dict[str, Floats], name: str) -> Table:
    """Give columns as a table that models read; what is not a number is missing."""
    rows = len(next(iter(columns.values())))
    made = {key: Column(key, NUMBER, numbers=column, distinct=min(rows, 2)) for key, column in columns.items()}
    return Table(name, made, rows)
