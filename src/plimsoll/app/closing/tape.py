"""The loan tape: where every loan stands at the end of a day, one row a loan, as columns and as Parquet.

One scan through the compiled kernel: cached states are moved to the day, loans that a later command has touched are folded again
from their facts. Cost: proportional to the loans that exist, some microseconds each. Needs the extra `fast`.
"""

import hashlib
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from plimsoll.app.closing.columns import Loans, read_loans
from plimsoll.app.closing.scan import Snapshot
from plimsoll.app.closing.shard import balances_of
from plimsoll.app.database.sheet import PARKED
from plimsoll.ledger.chart import CHART
from plimsoll.loan import classes
from plimsoll.loan.book import unpack_standing
from plimsoll.loan.columns import Ints, fits_states, move_many, split_terms, unpack_joined
from plimsoll.loan.fold import fold, go_on
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
    O_STATUS,
    O_SUSPENDED,
)
from plimsoll.loan.state import measured
from plimsoll.loan.terms import Terms
from plimsoll.rulebook.lateness import FIVE_CLASSES, OVERDUE_CLASSES
from plimsoll.units.pack import unpack
from plimsoll.units.refusal import Refused

CUSTOMERS_A_PART: Final = 50_000
EPOCH_DAY: Final = date(1970, 1, 1).toordinal()
STATUSES: Final = ("pending", "open", "paid-off", "charged-off", "parked")
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
    """Some loans at the end of a day: who and what they are, measured numbers (O_*), and balances of the day and as posted by it.

    Numbers and balances have a row a loan. Money is in minor units of the currency of the loan's offer.
    """

    day: int
    loans: Loans
    out: Ints
    balances: Ints
    posted: Ints


def scan(seen: Snapshot, day: int, *, threads: int = 1) -> Iterator[Part]:
    """Give every loan of the book that had begun by a day, in parts, customers in order."""
    for loans in _read_ahead(seen, day):
        if len(loans.loan_id):
            yield _part(seen, day, loans, threads)


def _read_ahead(seen: Snapshot, day: int) -> Iterator[Loans]:
    """Read part after part, each while the one before is worked on."""
    with ThreadPoolExecutor(1) as reader:
        coming: Future[Loans] | None = None
        for first, until in seen.bounds(CUSTOMERS_A_PART):
            ready, coming = coming, reader.submit(read_loans, seen, first, until, day)
            if ready is not None:
                yield ready.result()
        if coming is not None:
            yield coming.result()


def move_part(loans: Loans, day: int) -> Part:
    """Move some loans to a day by their states alone, none of which is of a later day: what an executor on a cluster does."""
    assert not len(loans.as_of) or int(loans.as_of.max()) <= day, "a state is of a later day"
    return _part(None, day, loans, 1)


def _part(seen: Snapshot | None, day: int, loans: Loans, threads: int) -> Part:
    """Move some loans to the day; those that have moved past it are folded again from their facts."""
    terms, is_account, _, _ = split_terms(*unpack_joined(*loans.terms))
    flat, at = unpack_joined(*loans.state)
    is_later = loans.as_of > day
    fits = fits_states(terms, is_account, flat, at)
    moved = move_many(terms, is_account, flat, at, np.where(fits, day, loans.as_of), threads=threads)
    posted_flat, _ = unpack_joined(*loans.posted)
    posted = posted_flat.reshape(-1, len(CHART))
    for place in np.flatnonzero(is_later | ~fits).tolist():
        moved.out[place] = _interpreted(seen, loans, place, day)
    for place in np.flatnonzero(is_later).tolist():
        assert seen is not None, "whoever has no book has no later states"
        posted[place] = seen.posted_until(int(loans.customer_id[place]), int(loans.loan_id[place]), day)
    return Part(day, loans, moved.out, balances_of(moved), posted)


def _interpreted(seen: Snapshot | None, loans: Loans, place: int, day: int) -> list[int]:
    """Measure one loan by the interpreted kernel: from its cached state, or, on a day before that, from the facts in force by then."""
    customer_id, loan_id, as_of = (int(column[place]) for column in (loans.customer_id, loans.loan_id, loans.as_of))
    terms = Terms.unpack(loans.offers[loans.offer[place]].rpartition(" ")[2], tuple(unpack(loans.terms.one(place))))
    if as_of <= day:
        standing = go_on(terms, unpack_standing(loans.state.one(place)), (), day)
    else:
        assert seen is not None, "whoever has no book has no later states"
        standing = fold(terms, seen.facts(customer_id, loan_id), day)
    assert not isinstance(standing, Refused), f"customer {customer_id} loan {loan_id}: facts that were accepted are refused: {standing}"
    return measured(terms, standing)


def table_of(part: Part) -> pa.Table:
    """Give a part as the tape's columns (docs/reference/tape.md)."""
    loans, late = part.loans, part.out[:, O_LATE_DAYS]
    products, currencies = zip(*(offer.rpartition(" ")[::2] for offer in loans.offers), strict=True)
    froms = [classes.SPECIAL_MENTION_FROM, classes.SUBSTANDARD_FROM, classes.DOUBTFUL_FROM, classes.LOSS_FROM]
    overdue_froms = [classes.SHORT_FROM, classes.MID_FROM, classes.LONG_FROM]
    columns: dict[str, Any] = {
        "day": pa.array(np.full(len(late), part.day - EPOCH_DAY, np.int32), pa.date32()),
        "customer_id": loans.customer_id,
        "loan_id": loans.loan_id,
        "product": _words(products, loans.offer),
        "currency": _words(currencies, loans.offer),
        "opened_on": pa.array((loans.opened_on - EPOCH_DAY).astype(np.int32), pa.date32()),
        "status": _words(STATUSES, np.where(loans.status == PARKED, STATUSES.index("parked"), part.out[:, O_STATUS])),
        "past_due_days": late.astype(np.int32),
        "bucket": np.minimum((late + classes.BUCKET_DAYS - 1) // classes.BUCKET_DAYS, classes.BUCKET_LAST).astype(np.int8),
        "overdue_class": _words(OVERDUE_CLASSES, np.searchsorted(overdue_froms, late, side="right")),
        "five_class": _words(FIVE_CLASSES, np.searchsorted(froms, late, side="right")),
        "oldest_due_on": _days(part.out[:, O_OLDEST]),
        "is_suspended": part.out[:, O_SUSPENDED].astype(bool),
    }
    columns |= {name: part.out[:, place] for name, place in NUMBERS}
    return pa.table(columns)


def _words(words: Sequence[str], places: Ints) -> pa.Array:
    """Give for each place its word."""
    return pa.array(words, pa.string()).take(pa.array(places))


def _days(days: Ints) -> pa.Array:
    """Give day numbers as dates, 0 as null."""
    return pa.array((days - EPOCH_DAY).astype(np.int32), pa.date32(), mask=days == 0)


def path_of(folder: Path, day: int) -> Path:
    """Give where the tape of a day lies: `FOLDER/day=YYYY-MM-DD/tape.parquet`."""
    return folder / f"day={date.fromordinal(day).isoformat()}" / "tape.parquet"


def digest_of(path: Path) -> str:
    """Give the SHA-256 of a file, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


class TapeWriter:
    """Writes the tape of one day to `path_of`, in place only when whole."""

    def __init__(self, folder: Path, day: int) -> None:
        self.path = path_of(folder, day)
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
