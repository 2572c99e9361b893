"""One day of the house's tape, as columns: what treasury settles and measures by."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any, Final, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from plimsoll.app.closing.tape import EPOCH_DAY
from plimsoll.app.treasury.shares import Id
from plimsoll.treasury.settle import KINDS, Sums
from plimsoll.units.refusal import Malformed

Ints: TypeAlias = npt.NDArray[np.int64]
Flags: TypeAlias = npt.NDArray[np.bool_]
WORDS: Final = ("currency", "product", "status")
NUMBERS: Final = (
    "customer_id", "loan_id", "past_due_days", "principal_minor", "principal_past_due_minor", "credit_minor", "disbursed_minor",
    "received_minor", "refunded_minor", "recovered_minor", "interest_paid_minor", "penalty_paid_minor", "fee_paid_minor",
    "charged_off_minor",
)  # fmt: skip


class TapeDay(NamedTuple):
    """The loans of one day: their ids, words and numbers by column of the tape, and what flowed since each began, a column a kind."""

    day: date
    ids: list[Id]
    words: Mapping[str, list[str]]
    numbers: Mapping[str, Ints]
    flows: Ints
    opened_on: Ints

    def sums(self, place: int) -> Sums:
        """Give what flowed since one loan began."""
        return Sums(*self.flows[place].tolist())

    def of(self, currency: str) -> Flags:
        """Tell which loans are in a currency."""
        return np.array([one == currency for one in self.words["currency"]], bool)


def tape_file(folder: Path, day: date) -> Path:
    """Give where the tape of a day stands."""
    return folder / f"day={day.isoformat()}" / "tape.parquet"


def read_day(folder: Path, day: date) -> TapeDay:
    """Read the tape of a day. Raises Malformed tape_day_missing, tape_file_unfinished, tape_column_missing, tape_loan_twice."""
    path = tape_file(folder, day)
    if not path.is_file():
        raise Malformed("tape_day_missing", day.isoformat(), file=str(path))
    try:
        schema = pq.read_schema(path)
        missing = [name for name in (*WORDS, *NUMBERS, "opened_on") if name not in schema.names]
        if missing:
            raise Malformed("tape_column_missing", ", ".join(missing), file=str(path))
        table = pq.read_table(path, columns=[*WORDS, *NUMBERS, "opened_on"], partitioning=None)
    except pa.ArrowInvalid as wrong:
        raise Malformed("tape_file_unfinished", str(wrong).partition("\n")[0], file=str(path)) from None
    numbers = {name: table.column(name).to_numpy().astype(np.int64) for name in NUMBERS}
    ids = list(zip(numbers["customer_id"].tolist(), numbers["loan_id"].tolist(), strict=True))
    if len(set(ids)) < len(ids):
        raise Malformed("tape_loan_twice", day.isoformat(), file=str(path))
    words: dict[str, list[str]] = {name: table.column(name).to_pylist() for name in WORDS}
    opened: Any = table.column("opened_on").cast(pa.int32()).to_numpy()
    return TapeDay(day, ids, words, numbers, _flows(numbers), opened.astype(np.int64) + EPOCH_DAY)


def _flows(found: Mapping[str, Ints]) -> Ints:
    """Give what flowed since each loan began, a column for each of KINDS.

    Principal is what came in and what merchants gave back, less what went to interest, penalty and fee, and less credit not used yet.
    """
    paid = {kind: found[f"{kind}_paid_minor"] for kind in ("interest", "penalty", "fee")}
    principal = found["received_minor"] + found["refunded_minor"] - sum(paid.values()) - found["credit_minor"]
    columns = {"disbursed": found["disbursed_minor"], "principal": principal, **paid, "recovered": found["recovered_minor"]}
    return np.column_stack([columns[kind] for kind in KINDS])


def month_ends(folder: Path, through: date) -> list[date]:
    """Give the last day of each month of which the tape has one, up to and with a day, oldest first."""
    last: dict[tuple[int, int], date] = {}
    for day in days_there(folder):
        if day <= through:
            last[day.year, day.month] = day
    return list(last.values())


def days_there(folder: Path) -> Sequence[date]:
    """Give the days of which there is a tape, oldest first."""
    return sorted(_days(folder))


def _days(folder: Path) -> Iterator[date]:
    for path in folder.glob("day=*/tape.parquet"):
        try:
            yield date.fromisoformat(path.parent.name.removeprefix("day="))
        except ValueError:
            raise Malformed("tape_file_unfinished", path.parent.name, file=str(path)) from None
