"""A shard of the close on PostgreSQL: read as columns in one row, written by one guarded UPDATE and COPY, no object a row on the way.

Nothing is locked while the loans are worked on. The UPDATE takes a loan only if nobody has moved it since it was read; what it did not
take is left out of everything else that is written, and stays on the agenda. Needs the extra `fast`.
"""

import struct
from collections.abc import Sequence

# ruff: noqa: S608 -- every name is written here, every value is a parameter.
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final, TypeAlias

import numpy as np
import numpy.typing as npt
import psycopg
from psycopg.adapt import Dumper
from psycopg.pq import Format

from plimsoll.app.closing.shard import Joined, Shard, Stamped, Turned
from plimsoll.app.database.binary import TID, array_of, numbers_of
from plimsoll.app.database.driver_postgres import OPEN_STATUSES, Connection, troubles
from plimsoll.loan.columns import Ints
from plimsoll.loan.layout import O_CREDIT, O_FEE, O_INTEREST, O_NEXT_DAY, O_OLDEST, O_PENALTY, O_PRINCIPAL, O_STATUS

EPOCH_DAY: Final = date(2000, 1, 1).toordinal()
EPOCH: Final = datetime(2000, 1, 1, tzinfo=UTC)
COPY_HEAD: Final = b"PGCOPY\n\xff\r\n\0" + bytes(8)
COPY_END: Final = b"\xff\xff"
MESSAGE: Final = struct.Struct(">hiqiiihiqii")
SIZE: Final = struct.Struct(">i")

_DAY: Final = "{} - DATE '0001-01-01' + 1"
_READ: Final = f"""
SELECT array_agg(customer_id), array_agg(loan_id), array_agg(place), array_agg(facts_count), array_agg(entries_count),
    array_agg(in_use_minor), array_agg(last_on), array_agg(next_on), string_agg(offer, E'\\n'),
    string_agg(posted, ''), array_agg(octet_length(posted)), string_agg(state, ''), array_agg(octet_length(state)),
    string_agg(terms, ''), array_agg(octet_length(terms))
FROM (
    SELECT st.customer_id, st.loan_id, st.ctid AS place, st.facts_count, st.entries_count, st.in_use_minor,
        {_DAY.format("st.last_on")} AS last_on, {_DAY.format("st.next_on")} AS next_on, lo.product || ' ' || lo.currency AS offer,
        st.posted, st.state, lo.terms
    FROM loan_state st JOIN loan lo ON lo.customer_id = st.customer_id AND lo.loan_id = st.loan_id
    WHERE st.next_on = ANY(ARRAY[{{days}}]::date[]) AND st.customer_id BETWEEN {{first}} AND {{last}}
        AND lo.customer_id BETWEEN {{first}} AND {{last}}
    ORDER BY st.customer_id, st.loan_id
) AS found
"""
"""Written with its numbers, so that it is planned for them: a few due loans of many customers, or all of some."""
_STORED: Final = "DATE '0001-01-01' + (nullif({}, 0) - 1)"
_TURN: Final = f"""
UPDATE loan_state AS st SET
    principal_minor = s.principal, interest_minor = s.interest, penalty_minor = s.penalty, fee_minor = s.fee, credit_minor = s.credit,
    facts_count = s.facts_count, entries_count = s.entries_count, last_on = {_STORED.format("s.last_on")}, as_of = $20,
    oldest_due = {_STORED.format("s.oldest_due")}, next_on = {_STORED.format("s.next_on")}, status = s.status,
    posted = substr($16::bytea, s.posted_at, s.posted_size), state = substr($17::bytea, s.state_at, s.state_size)
FROM unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $18, $19, $21, $22, $23) AS s(
    customer_id, loan_id, principal, interest, penalty, fee, credit, facts_read, next_read, facts_count, entries_count, last_on,
    oldest_due, next_on, status, posted_at, posted_size, state_at, state_size, place)
WHERE st.ctid = s.place AND st.customer_id = s.customer_id AND st.loan_id = s.loan_id
    AND st.facts_count = s.facts_read AND st.next_on = {_STORED.format("s.next_read")}
"""
_TAKEN: Final = """
SELECT array_agg(taken.place) FROM unnest($1, $2) WITH ORDINALITY AS taken(customer_id, loan_id, place)
JOIN loan_state st ON st.customer_id = taken.customer_id AND st.loan_id = taken.loan_id
WHERE st.xmin = pg_current_xact_id()::xid
"""
BEGIN: Final = "BEGIN; SET LOCAL max_parallel_workers_per_gather = 0; SET LOCAL work_mem = '64MB'; SET LOCAL random_page_cost = 1.1"
"""The shards themselves are what is worked on side by side."""
_RULES: Final = "INSERT INTO rulebook (rules_id, digest, first_used_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING"
_CHECKPOINT: Final = (
    "INSERT INTO close_shard (closed_on, shard, done_at, loans_count, facts_count, entries_count, parked_count, sums) "
    "VALUES ($1, $2, $3, $4, $5, $6, 0, '{}')"
)
_COPY: Final = "COPY {} FROM STDIN (FORMAT BINARY)"
_JOURNAL: Final = _COPY.format("journal (customer_id, loan_id, entry_n, account, command_n, minor, recorded_at, posted_on, currency)")
_OUTBOX: Final = _COPY.format("outbox (customer_id, command_n, n, created_at, delivered_at, kind, payload)")
_FACT: Final = _COPY.format(
    "fact (customer_id, loan_id, n, command_n, amount_minor, a, b, rules_id, recorded_at, effective_on, kind, more, detail)"
)


class Longs(bytes):
    """An array of int8 as PostgreSQL takes it in binary."""


class Wholes(bytes):
    """An array of int4 as PostgreSQL takes it in binary."""


class Shorts(bytes):
    """An array of int2 as PostgreSQL takes it in binary."""


class Places(bytes):
    """An array of tid as PostgreSQL takes it in binary."""


class _LongsDumper(Dumper):
    format = Format.BINARY
    oid = 1016

    def dump(self, obj: Any) -> bytes:
        """Give the bytes as they are."""
        return bytes(obj)


class _WholesDumper(_LongsDumper):
    oid = 1007


class _ShortsDumper(_LongsDumper):
    oid = 1005


class _PlacesDumper(_LongsDumper):
    oid = 1010


DUMPERS: Final = ((Longs, _LongsDumper), (Wholes, _WholesDumper), (Shorts, _ShortsDumper), (Places, _PlacesDumper))
ELEMENTS: Final = {Longs: 20, Wholes: 23, Shorts: 21, Places: TID}


Field: TypeAlias = tuple[str, Any]
"""A column of a COPY: the type of its values in bytes (as NumPy writes it), and the values; "" for NULL."""


class PostgresShards:
    """Reads and writes shards on one connection in autocommit mode."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.cursor = psycopg.RawCursor(connection)
        for kind, dumper in DUMPERS:
            self.cursor.adapters.register_dumper(kind, dumper)

    def read(self, first: int, last: int, due_days: Sequence[int]) -> Shard:
        """Begin a transaction, and read the loans of customers from `first` to `last` that are due on one of these days; lock none."""
        days = ", ".join(f"'{date.fromordinal(day)}'" for day in due_days)
        with troubles():
            self.cursor.execute(BEGIN)
            found = self._columns(_READ.format(days=days, first=int(first), last=int(last)), ())
        customer, loan, row, facts_count, entries_count, in_use, last_on, next_on = (numbers_of(column) for column in found[:8])
        posted, state, terms = (Joined(found[at], numbers_of(found[at + 1])) for at in (9, 11, 13))
        offers = found[8].decode().split("\n") if found[8] else []
        return Shard(customer, loan, row, facts_count, entries_count, in_use, last_on, next_on, offers, posted, state, terms)

    def write(self, turned: Turned, night: Stamped) -> Turned:
        """Write what became of a shard with its checkpoint, and commit; give it without the loans that somebody moved meanwhile."""
        with troubles():
            turned = self._take(turned, night)
            self._copy(_JOURNAL, _legs(turned, night))
            self._copy(_FACT, _facts(turned, night))
            self._copy(_OUTBOX, _messages(turned, night))
            self.cursor.execute(_RULES, (night.rules_id, night.digest, night.at))
            counts = (len(turned.loan_id), len(turned.facts), turned.entries())
            self.cursor.execute(_CHECKPOINT, (date.fromordinal(night.day), night.shard, night.at, *counts))
        with troubles(is_committing=True):
            self.cursor.execute("COMMIT")
        return turned

    def rollback(self) -> None:
        """Leave nothing behind."""
        if self.connection.info.transaction_status in OPEN_STATUSES:
            self.cursor.execute("ROLLBACK")

    def _columns(self, statement: str, parameters: tuple[Any, ...]) -> list[bytes]:
        """Run a statement that gives one row of arrays and joined blobs; give them as the server sends them, b"" for none."""
        self.cursor.execute(statement, parameters, binary=True, prepare=False)
        found = self.cursor.pgresult
        assert found is not None
        return [found.get_value(0, at) or b"" for at in range(found.nfields)]

    def _take(self, turned: Turned, night: Stamped) -> Turned:
        """Change the states; give those loans that nobody has moved since they were read."""
        if not len(turned.loan_id):
            return turned
        # Planned each time, for the tables as they are.
        self.cursor.execute(_TURN, _turning(turned, night.day), prepare=False)
        if self.cursor.rowcount == len(turned.loan_id):
            return turned
        (places,) = self._columns(_TAKEN, (_array(Longs, turned.customer_id), _array(Longs, turned.loan_id)))
        kept = np.zeros(len(turned.loan_id), np.bool_)
        kept[numbers_of(places) - 1] = True
        return turned.take(kept)

    def _copy(self, statement: str, rows: bytes) -> None:
        if rows:
            with self.cursor.copy(statement) as copy:
                copy.write(COPY_HEAD + rows + COPY_END)


def _turning(turned: Turned, day: int) -> tuple[Any, ...]:
    """Give the parameters of `_TURN`."""
    out = turned.out
    amounts = [_array(Longs, out[:, place]) for place in (O_PRINCIPAL, O_INTEREST, O_PENALTY, O_FEE, O_CREDIT)]
    counts = [turned.facts_read, turned.next_on_read, turned.facts_count, turned.entries_count, turned.last_on]
    days = [out[:, O_OLDEST], out[:, O_NEXT_DAY]]
    posted, state = ((b"".join(blobs), np.array([len(one) for one in blobs])) for blobs in (turned.posted, turned.state))
    placed = [np.cumsum(sizes) - sizes + 1 for _, sizes in (posted, state)]
    return (
        _array(Longs, turned.customer_id),
        _array(Longs, turned.loan_id),
        *amounts,
        *(_array(Wholes, column) for column in (*counts, *days)),
        _array(Shorts, out[:, O_STATUS]),
        posted[0],
        state[0],
        *(_array(Wholes, column) for column in (placed[0], posted[1])),
        date.fromordinal(day),
        *(_array(Wholes, column) for column in (placed[1], state[1])),
        _array(Places, turned.row),
    )


def _array(kind: type[bytes], values: Ints) -> bytes:
    """Give numbers as an array that the driver sends as it is."""
    return kind(array_of(values, ELEMENTS[kind]))


def _rows(count: int, fields: Sequence[Field]) -> npt.NDArray[Any]:
    """Give rows of fixed width as COPY takes them in binary: the count of fields, then the size and value of each."""
    types: list[tuple[str, str]] = [("count", ">i2")]
    for number, (width, _) in enumerate(fields):
        types += [(f"size{number}", ">i4")] + ([(f"value{number}", width)] if width else [])
    rows = np.empty(count, types)
    rows["count"] = len(fields)
    for number, (width, values) in enumerate(fields):
        rows[f"size{number}"] = np.dtype(width).itemsize if width else -1
        if width:
            rows[f"value{number}"] = values
    return rows


def _legs(turned: Turned, night: Stamped) -> bytes:
    """Give the rows of `journal`."""
    place = turned.leg_place
    fields = (
        (">i8", turned.customer_id[place]),
        (">i8", turned.loan_id[place]),
        (">i4", turned.entries_count[place]),
        (">i2", turned.leg_account),
        (">i4", night.number),
        (">i8", turned.leg_minor),
        (">i8", _microseconds(night.at)),
        (">i4", night.day - EPOCH_DAY),
        ("S3", np.array(turned.currency, "S3")[place]),
    )
    return bytes(_rows(len(place), fields).tobytes())


def _facts(turned: Turned, night: Stamped) -> bytes:
    """Give the rows of `fact`."""
    place = np.array([one.place for one in turned.facts], np.int64)
    facts = np.array([(one.n, *one.fact[:5]) for one in turned.facts], np.int64).reshape(-1, 6)
    fields = (
        (">i8", turned.customer_id[place]),
        (">i8", turned.loan_id[place]),
        (">i4", facts[:, 0]),
        (">i4", night.number),
        (">i8", facts[:, 3]),
        (">i8", facts[:, 4]),
        (">i8", facts[:, 5]),
        (">i8", night.rules_id),
        (">i8", _microseconds(night.at)),
        (">i4", facts[:, 2] - EPOCH_DAY),
        (">i2", facts[:, 1]),
        ("", None),
        ("", None),
    )
    return bytes(_rows(len(place), fields).tobytes())


def _messages(turned: Turned, night: Stamped) -> bytes:
    """Give the rows of `outbox`."""
    customers = turned.customer_id.tolist()
    at = _microseconds(night.at)
    parts: list[bytes] = []
    for place, n, kind, payload in turned.messages:
        said, told = kind.encode(), payload.encode()
        parts += (MESSAGE.pack(7, 8, customers[place], 4, night.number, 2, n, 8, at, -1, len(said)), said, SIZE.pack(len(told)), told)
    return b"".join(parts)


def _microseconds(at: datetime) -> int:
    """Give an instant as PostgreSQL counts it."""
    return (at - EPOCH) // timedelta(microseconds=1)
