"""The loan tape: where every loan stands at the end of a day, one row a loan, as columns and as Parquet.

One scan through the compiled kernel: cached states are moved to the day, loans that a later command has touched are folded again
from their facts. Cost: proportional to the loans that exist, some microseconds each. Needs the extra `fast`.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from plimsoll.app import schema
from plimsoll.app.scan import Snapshot
from plimsoll.app.sheet import PARKED
from plimsoll.ledger.balances import balances
from plimsoll.ledger.chart import CHART
from plimsoll.loan import classes
from plimsoll.loan.columns import Folded, Ints, move_many, terms_of, unpack_many
from plimsoll.loan.facts import Fact
from plimsoll.loan.fold import fold
from plimsoll.loan.layout import (
    O_CLAIM,
    O_CREDIT,
    O_CUMULATIVE,
    O_FEE,
    O_INTEREST,
    O_INTEREST_LATE,
    O_LATE_DAYS,
    O_OLDEST,
    O_PENALTY,
    O_PRINCIPAL,
    O_PRINCIPAL_LATE,
    O_SUSPENDED,
)
from plimsoll.loan.state import measured
from plimsoll.loan.terms import Terms
from plimsoll.units.pack import unpack
from plimsoll.units.refusal import Refused

CUSTOMERS_A_PART: Final = 50_000
NUMBERS: Final = (
    ("principal_minor", O_PRINCIPAL),
    ("principal_past_due_minor", O_PRINCIPAL_LATE),
    ("interest_minor", O_INTEREST),
    ("interest_past_due_minor", O_INTEREST_LATE),
    ("penalty_minor", O_PENALTY),
    ("fee_minor", O_FEE),
    ("credit_minor", O_CREDIT),
    ("claim_minor", O_CLAIM),
    ("disbursed_minor", O_CUMULATIVE),
    ("received_minor", O_CUMULATIVE + 2),
    ("refunded_minor", O_CUMULATIVE + 3),
    ("recovered_minor", O_CUMULATIVE + 4),
    ("interest_paid_minor", O_CUMULATIVE + 5),
    ("penalty_paid_minor", O_CUMULATIVE + 6),
    ("fee_paid_minor", O_CUMULATIVE + 7),
    ("charged_off_minor", O_CUMULATIVE + 11),
)
"""Money columns of the tape, and where the kernel measures them."""


@dataclass(frozen=True, slots=True)
class Part:
    """Some loans at the end of a day: who and what they are, measured numbers, and balances of the day and as posted (loans × accounts)."""

    day: int
    customer_id: Ints
    loan_id: Ints
    opened_on: Ints
    product: list[str]
    currency: list[str]
    status: Ints
    out: Ints
    balances: Ints
    posted: Ints


def scan(seen: Snapshot, day: int, *, threads: int = 1) -> Iterator[Part]:
    """Give every loan of the book that had begun by a day, in parts, customers in order."""
    for first, until in seen.bounds(CUSTOMERS_A_PART):
        loans = seen.rows(schema.loan, ("customer_id", "loan_id", "opened_on", "product", "currency", "terms"), first, until)
        states = seen.rows(schema.loan_state, ("as_of", "status", "posted", "state"), first, until)
        assert len(loans) == len(states), f"customers from {first}: a loan without a state"
        kept = [i for i, loan in enumerate(loans) if loan[2] <= day]
        if kept:
            yield _part(seen, day, [loans[i] for i in kept], [states[i] for i in kept], threads)


def _part(seen: Snapshot, day: int, loans: Sequence[tuple[Any, ...]], states: Sequence[tuple[Any, ...]], threads: int) -> Part:
    """Move some loans to the day."""
    customer_id, loan_id, opened_on, product, currency, packed_terms = zip(*loans, strict=True)
    as_of, status, packed_posted, packed_state = zip(*states, strict=True)
    terms, is_account, _, _ = terms_of(packed_terms)
    flat, flat_at = unpack_many(packed_state)
    moved = move_many(terms, is_account, flat, flat_at, np.full(len(loans), day), threads=threads)
    posted_flat, _ = unpack_many(packed_posted)
    posted = posted_flat.reshape(len(loans), len(CHART))
    for i in [i for i, state_day in enumerate(as_of) if state_day > day]:
        facts = seen.facts(customer_id[i], loan_id[i])
        moved.out[i] = _folded(Terms.unpack(currency[i], tuple(unpack(packed_terms[i]))), facts, day)
        posted[i] = seen.posted_until(customer_id[i], loan_id[i], day)
    return Part(
        day,
        np.array(customer_id),
        np.array(loan_id),
        np.array(opened_on),
        list(product),
        list(currency),
        np.array(status, np.int64),
        moved.out,
        balances_of(moved),
        posted,
    )


def _folded(terms: Terms, facts: Sequence[Fact], day: int) -> list[int]:
    """Measure a loan on a day before its cached state, from the facts in force by that day."""
    standing = fold(terms, facts, day)
    assert not isinstance(standing, Refused), f"facts that were accepted are refused: {standing}"
    return measured(terms, standing)


def balances_of(folded: Folded) -> Ints:
    """Give the balance of each loan on each account: loans × accounts of the chart."""
    columns = balances(folded.position())
    return np.column_stack([np.asarray(column, np.int64) for column in columns])


def table_of(part: Part) -> pa.Table:
    """Give a part as the tape's columns (docs/reference/tape.md)."""
    late = part.out[:, O_LATE_DAYS]
    names = np.array(["none", "short", "mid", "long"])
    classed = np.searchsorted([classes.SHORT_FROM, classes.MID_FROM, classes.LONG_FROM], late, side="right")
    five = np.array(["normal", "special-mention", "substandard", "doubtful", "loss"])
    froms = [classes.SPECIAL_MENTION_FROM, classes.SUBSTANDARD_FROM, classes.DOUBTFUL_FROM, classes.LOSS_FROM]
    status = np.array(["pending", "open", "paid-off", "charged-off", "parked"])
    columns: dict[str, Any] = {
        "day": pa.array(np.full(len(late), part.day - date(1970, 1, 1).toordinal(), np.int32), pa.date32()),
        "customer_id": part.customer_id,
        "loan_id": part.loan_id,
        "product": part.product,
        "currency": part.currency,
        "opened_on": pa.array((part.opened_on - date(1970, 1, 1).toordinal()).astype(np.int32), pa.date32()),
        "status": status[np.where(part.status == PARKED, 4, part.out[:, 12])],
        "past_due_days": late.astype(np.int32),
        "bucket": np.minimum((late + classes.BUCKET_DAYS - 1) // classes.BUCKET_DAYS, classes.BUCKET_LAST).astype(np.int8),
        "overdue_class": names[classed],
        "five_class": five[np.searchsorted(froms, late, side="right")],
        "oldest_due_on": _days(part.out[:, O_OLDEST]),
        "is_suspended": part.out[:, O_SUSPENDED].astype(bool),
    }
    columns |= {name: part.out[:, place] for name, place in NUMBERS}
    return pa.table(columns)


def _days(days: Ints) -> pa.Array:
    """Give day numbers as dates, 0 as null."""
    return pa.array((days - date(1970, 1, 1).toordinal()).astype(np.int32), pa.date32(), mask=days == 0)


class TapeWriter:
    """Writes the tape of one day: `FOLDER/day=YYYY-MM-DD/tape.parquet`, in place only when whole."""

    def __init__(self, folder: Path, day: int) -> None:
        self.path = folder / f"day={date.fromordinal(day).isoformat()}" / "tape.parquet"
        self.unfinished = self.path.with_suffix(".unfinished")
        self.writer: pq.ParquetWriter | None = None

    def write(self, part: Part) -> None:
        """Add some loans."""
        table = table_of(part)
        if self.writer is None:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self.writer = pq.ParquetWriter(self.unfinished, table.schema, compression="zstd")
        self.writer.write_table(table)

    def finish(self) -> Path | None:
        """Put the file in place; None where the book had no loan."""
        if self.writer is None:
            return None
        self.writer.close()
        self.unfinished.replace(self.path)
        return self.path
