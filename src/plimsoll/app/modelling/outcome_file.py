"""A file of cases with their outcomes, as models are measured on: what is good and bad, which rows count, and why others do not."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from pathlib import Path
from types import MappingProxyType
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from plimsoll.app.table_file import read_table
from plimsoll.risk.score.bins import EPOCH_DAY
from plimsoll.risk.score.choose import only_rows, outcome_of
from plimsoll.risk.score.read import Model
from plimsoll.risk.score.table import CATEGORY, DATE, Column, Flags, Table
from plimsoll.units.days import add_months
from plimsoll.units.refusal import Malformed

SEGMENT_BANDS: Final = 5
"""Bands that a column of many numbers is cut into."""

DISTINCT_FEW: Final = 12

KEPT: Final = " is kept for measuring"
"""What stands behind the split in the file of a model that was trained with one."""


class Asked(NamedTuple):
    """What is asked of a file: the column of outcomes, its values that are bad (and good, where not every other is), the rows that count
    by column, the rows from after the training as (column, value), and the column with the day of each decision, where outcomes have to
    be old enough ("" where they need not be)."""

    target: str = ""
    bad: tuple[str, ...] = ()
    good: tuple[str, ...] = ()
    only: Mapping[str, tuple[str, ...]] = MappingProxyType({})
    split: tuple[str, str] | None = None
    decided: str = ""


@dataclass(frozen=True)
class Outcomes:
    """Cases whose outcome is known: their columns, which are bad, which come from after the training, and what was left out and why."""

    table: Table
    bad: Flags
    outside: Flags | None
    sha256: str
    notes: tuple[str, ...]


def asked_of(model: Model, asked: Asked) -> Asked:
    """Give what is asked, where it does not say an outcome with that of the model's own training; raises Malformed field_missing."""
    if asked.target and asked.bad:
        return asked
    said = model.about.get("target")
    if asked.target or asked.bad or not isinstance(said, Mapping) or not said.get("column") or not said.get("bad"):
        raise Malformed("field_missing", "--target, --bad", remedy="Say both: the model file does not.")
    only = said.get("only", {})
    return asked._replace(
        target=str(said["column"]),
        bad=tuple(map(str, said["bad"])),
        good=tuple(map(str, said.get("good", ()))),
        only={name: tuple(map(str, values)) for name, values in only.items()},
    )


def trained_on(model: Model, outcomes: Outcomes, asked: Asked) -> bool:
    """Tell whether the rows that decide are, or may be, rows that the model has learnt from: the file is that of its training."""
    training = model.about.get("training")
    if not isinstance(training, Mapping) or training.get("sha256") != outcomes.sha256:
        return False
    kept = str(training.get("split", "")).removesuffix(KEPT)
    return asked.split is None or kept != "=".join(asked.split)


def read_outcomes(path: Path, asked: Asked, *, matured_before: date | None = None) -> Outcomes:
    """Read a file of outcomes; rows without an outcome, or decided on or after `matured_before`, are left out and noted.

    Raises Malformed: what `read_table` and `outcome_of` raise, column_missing, field_malformed, split_malformed.
    """
    table = read_table(path)
    for column, values in asked.only.items():
        table = only_rows(table, column, values)
    found = outcome_of(table, asked.target, asked.bad, asked.good)
    notes = [*table.notes, *found.notes]
    if found.rows_out:
        notes.append(f"{found.rows_out:,} rows have no outcome in {asked.target} and are left out")
    held, bad = found.table, found.bad == 1.0
    if matured_before is not None:
        kept = _is_matured(held, asked.decided, matured_before, notes)
        held, bad = held.take(kept), bad[kept]
    outside = None
    if asked.split is not None:
        column, value = asked.split
        outside = held.column(column).is_word([value])
        if not outside.any():
            detail = f"{value!r} in no row of {column}, which has {held.column(column).shown()}"
            raise Malformed("split_malformed", detail, file=table.name, key=column)
    return Outcomes(held, bad, outside, hashlib.sha256(path.read_bytes()).hexdigest(), tuple(notes))


def _is_matured(table: Table, decided: str, before: date, notes: list[str]) -> Flags:
    """Tell which rows were decided long enough ago."""
    column = table.column(decided)
    if column.kind != DATE:
        raise Malformed("field_malformed", f"{decided} holds no dates but, for example, {column.shown(1)}", file=table.name)
    is_old = column.numbers < before.toordinal() - EPOCH_DAY
    if not is_old.all():
        notes.append(f"{int((~is_old).sum()):,} rows were decided on {before} or later, or on no known day, and are left out")
    return is_old


def matured_before(on: date, months: int) -> date:
    """Give the first day of decision whose outcome has not had `months` months to show on a day."""
    return date.fromordinal(add_months(on.toordinal(), -months) + 1)


def groups_of(column: Column) -> tuple[npt.NDArray[np.int32], tuple[str, ...]]:
    """Give a column as places among a few names, -1 where it is missing: words, few different numbers, or bands of many."""
    if column.kind == CATEGORY:
        return column.codes, column.labels
    numbers = column.numbers
    there = np.unique(numbers[~np.isnan(numbers)])
    if len(there) <= DISTINCT_FEW:
        codes = np.where(np.isnan(numbers), -1, np.searchsorted(there, numbers)).astype(np.int32)
        return codes, tuple(f"{number:.12g}" for number in there)
    edges = np.unique(np.quantile(numbers[~np.isnan(numbers)], np.arange(1, SEGMENT_BANDS) / SEGMENT_BANDS, method="inverted_cdf"))
    codes = np.where(np.isnan(numbers), -1, np.searchsorted(edges, numbers, side="left")).astype(np.int32)
    bounds: Sequence[str] = [f"{edge:.6g}" for edge in edges]
    names = (f"to {bounds[0]}", *(f"above {low} to {high}" for low, high in pairwise(bounds)), f"above {bounds[-1]}")
    return codes, names
