"""The months of a book as rows to train a behaviour score on: one row for each month that a customer-month was still at risk.

The hazard of being late is fitted on `late`, that of paying off on `out`, each by the commands that make every other model; `step` is how
many months ahead. A score learns from the late as well, whom no warning is about; the sample `later`, the months of the last horizon, is of
the clean alone: measured on, never learnt from. What the late did in those months is `left-out`.
"""

import csv
import gzip
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO, Final, NamedTuple

import numpy as np

from plimsoll.app.watching.book import Panel
from plimsoll.app.watching.signal_columns import signal_columns
from plimsoll.monitoring.signals import NO_USE
from plimsoll.risk.hazard.spells import STEP, Spells, at_risk
from plimsoll.risk.score.table import Flags, Floats, Ints

TRAIN, LATER, LEFT_OUT = "train", "later", "left-out"
LATE, OUT = "late", "out"
DIGITS: Final = 9


class MonthRows(NamedTuple):
    """Rows at risk of one month: the customers, the signals as columns, the steps, and whether each ended late or paid off."""

    month: int
    customer_id: Ints
    signals: dict[str, Floats]
    step: Ints
    late: Floats
    out: Floats
    is_clean: Flags


def rows_at_risk(panel: Panel, horizon: int) -> Iterator[MonthRows]:
    """Give the rows of every month of a panel after which something was seen, oldest first; of clean customers and of late ones."""
    last = panel.states.shape[1] - 1
    for month in range(1, last):
        chosen = np.flatnonzero((panel.states[:, month] > NO_USE) & (panel.limit_minor > 0))
        is_clean: Flags = np.max(panel.states[chosen, : month + 1], axis=1) <= 0
        coming = panel.states[chosen, month + 1 : month + 1 + horizon]
        seen = np.full(len(chosen), coming.shape[1])
        spells = Spells(panel.customer_id[chosen], np.full(len(chosen), month), _first(coming > 0), _first(coming == NO_USE), seen)
        rows = at_risk(spells, horizon)
        until = slice(0, month + 1)
        columns = signal_columns(
            panel.limit_minor[chosen], panel.owed[chosen, until], panel.paid[chosen, until], panel.states[chosen, until]
        )
        signals = {name: column[rows.unit] for name, column in columns.items()}
        yield MonthRows(month, spells.customer_id[rows.unit], signals, rows.step, rows.late, rows.out, is_clean[rows.unit])


def write_months(path: Path, panel: Panel, horizon: int) -> dict[str, int]:
    """Write the rows as CSV (gzip where the name ends so); give how many rows, and how many ended late and paid off."""
    months = list(rows_at_risk(panel, horizon))
    split = max((one.month for one in months), default=0) - horizon + 1
    counts = {"rows": 0, LATE: 0, OUT: 0}
    with _opened(path) as file:
        writer = csv.writer(file, lineterminator="\n")
        for at, one in enumerate(months):
            if at == 0:
                writer.writerow(["customer_id", "month", "sample", *one.signals, STEP, LATE, OUT])
            writer.writerows(_written(one, is_later=one.month >= max(split, 2)))
            counts["rows"] += len(one.step)
            counts[LATE] += int(one.late.sum())
            counts[OUT] += int(one.out.sum())
    return counts


def _written(one: MonthRows, *, is_later: bool) -> Iterator[Sequence[object]]:
    columns = [[("" if value != value else round(value, DIGITS)) for value in column.tolist()] for column in one.signals.values()]
    ends = [column.astype(np.int64).tolist() for column in (one.step, one.late, one.out)]
    samples = np.where(one.is_clean, LATER, LEFT_OUT).tolist() if is_later else [TRAIN] * len(one.step)
    for sample, row in zip(samples, zip(one.customer_id.tolist(), *columns, *ends, strict=True), strict=True):
        yield (row[0], one.month, sample, *row[1:])


def _first(flags: "np.ndarray[tuple[int, ...], np.dtype[np.bool_]]") -> Ints:
    """Give the number, from 1, of the first month that is flagged; 0 for none."""
    if not flags.shape[1]:
        return np.zeros(len(flags), np.int64)
    found: Ints = np.where(flags.any(axis=1), flags.argmax(axis=1) + 1, 0)
    return found


def _opened(path: Path) -> IO[str]:
    return gzip.open(path, "wt", encoding="utf-8", newline="") if path.suffix == ".gz" else path.open("w", encoding="utf-8", newline="")
