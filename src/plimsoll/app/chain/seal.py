"""Seal what is on record: gather what no block holds yet, hash it, and append blocks to the chain.

Commands write no more than they did: their audit rows, committed with what they changed, are read here afterwards. A block is worked out
without a lock and appended in a short transaction that looks whether the chain still ends where it ended; of two who seal at once one
starts again. So there is one chain, nothing stands in it that was not committed, and the records of a stream stand in their order.
"""

import json
from collections.abc import Collection, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection, delete, insert, text

from plimsoll.app.chain.checkpoint import write_checkpoint
from plimsoll.app.chain.digest import Header, head_of, leaf_of, linked, root_of, start_of
from plimsoll.app.chain.key import AuditKeys
from plimsoll.app.chain.read import RECORDS_A_BLOCK, Block, filled, last_block, origin_of, rows_of, some_of, write_ranges
from plimsoll.app.chain.source import ACCESS, BY_NAME, SOURCES, Range
from plimsoll.app.chain.unsealed import unsealed
from plimsoll.app.database.schema_access import access_event_waiting
from plimsoll.app.database.schema_chain import audit_block
from plimsoll.app.database.store import Store
from plimsoll.app.database.trouble import Clash, StoreTrouble

ATTEMPTS_MAX: Final = 200
CLOCK_TOLERANCE: Final = timedelta(minutes=5)
"""By so much clocks of servers may differ: a block is then dated as the one before. Where the clock is further back nothing is sealed."""
LOCK: Final = "SELECT pg_advisory_xact_lock(hashtextextended('plimsoll audit chain', 0))"
_MARK: Final = """INSERT INTO audit_sealed (source, customer_id, stream, sealed_n) VALUES (:source, :customer_id, :stream, :sealed_n)
ON CONFLICT (source, customer_id, stream) DO UPDATE SET sealed_n = excluded.sealed_n"""
_MARK_CUSTOMERS: Final = """INSERT INTO audit_sealed (source, customer_id, stream, sealed_n)
SELECT ?, CAST(r.value ->> 0 AS bigint), r.value ->> 1, CAST(r.value ->> 2 AS bigint) FROM {ranges} WHERE 1 = 1
ON CONFLICT (source, customer_id, stream) DO UPDATE SET sealed_n = excluded.sealed_n"""


class Sealed(NamedTuple):
    """What one go sealed, and where the chain ends now (0 and "" where it holds nothing)."""

    blocks: int
    records: int
    block_n: int
    seq: int
    head: str


class _Moved(Exception):
    """Somebody else appended to the chain meanwhile."""


def seal(store: Store, keys: AuditKeys | None, now: datetime, touched: Collection[int] | None = None) -> Sealed:
    """Seal everything that is committed and in no block; with keys, sign a checkpoint where the chain has grown.

    `touched` names customers to look at, so that a server need not look at all of them; None looks at everybody. What belongs to no
    customer is always looked at. Raises StoreTrouble audit_clock_back, audit_record_missing, store_busy.
    """
    assert now.tzinfo is not None, "an instant without a zone could be any"
    wanted = None if touched is None else sorted(set(touched))
    blocks = records = 0
    for _ in range(ATTEMPTS_MAX):
        try:
            for block in _run(store, wanted, now):
                blocks, records = blocks + 1, records + block.records_count
            break
        except (_Moved, Clash):
            continue
    else:
        raise StoreTrouble("store_busy", "others seal all the time")
    with store.driver() as driver:
        last = last_block(driver, store.kind)
    if keys is not None and last is not None:
        write_checkpoint(store, keys, now)
    if last is None:
        return Sealed(0, 0, 0, 0, "")
    return Sealed(blocks, records, last.block_n, last.first_seq + last.records_count - 1, last.head.hex())


def _run(store: Store, touched: Sequence[int] | None, now: datetime) -> Iterator[Block]:
    """Append block after block until nothing is left; raises _Moved where the chain is not as it was when it was looked at."""
    with store.driver() as driver:
        # The end of the chain is read before what is unsealed: whatever is sealed in between moves the end, and is noticed.
        last = last_block(driver, store.kind)
        origin = origin_of(driver, store.kind)
        for ranges in _portions(unsealed(driver, store.kind, touched)):
            block = _worked_out(driver, store.kind, ranges, last, origin, _instant(now, last))
            _append(store, block, ranges, last)
            last = block
            yield block


def _portions(ranges: Iterator[Range]) -> Iterator[list[Range]]:
    """Cut ranges into what fits a block."""
    portion: list[Range] = []
    room = RECORDS_A_BLOCK
    for one in ranges:
        rest: Range = one
        while rest.records > room:
            portion += some_of([rest], 0, room)
            rest = rest._replace(first=rest.first + room)
            yield portion
            portion, room = [], RECORDS_A_BLOCK
        portion.append(rest)
        room -= rest.records
        if room == 0:
            yield portion
            portion, room = [], RECORDS_A_BLOCK
    if portion:
        yield portion


def _instant(now: datetime, last: Block | None) -> str:
    """Give the instant of a block: never before that of the block before."""
    at = now.astimezone(UTC)
    if last is not None:
        before = datetime.fromisoformat(last.sealed_at)
        if at < before - CLOCK_TOLERANCE:
            raise StoreTrouble("audit_clock_back", f"now {at:%Y-%m-%dT%H:%M:%SZ}, the last block {last.sealed_at}")
        at = max(at, before)
    return at.strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def leaves_of(driver: Any, kind: str, ranges: Sequence[Range]) -> list[bytes]:
    """Give the leaves of the records of ranges. Raises StoreTrouble audit_record_missing where a record is not there."""
    leaves: list[bytes] = []
    for name, rows in rows_of(driver, kind, ranges):
        canonical = BY_NAME[name].canonical
        leaves += [leaf_of(canonical(row).encode()) for row in rows]
    wanted = sum(one.records for one in ranges)
    if len(leaves) != wanted:
        raise StoreTrouble("audit_record_missing", f"{wanted - len(leaves)} of {wanted} records")
    return leaves


def _worked_out(driver: Any, kind: str, ranges: Sequence[Range], last: Block | None, origin: str, sealed_at: str) -> Block:
    """Give the block that follows `last`."""
    leaves = leaves_of(driver, kind, ranges)
    block_n, first_seq = (last.block_n + 1, last.first_seq + last.records_count) if last else (1, 1)
    before = last.head if last else start_of(origin)
    root = root_of(leaves)
    header = Header(block_n, sealed_at, first_seq, len(leaves), root, before, linked(first_seq, before, leaves))
    return Block(block_n, sealed_at, first_seq, len(leaves), write_ranges(ranges), root, before, head_of(header))


def _append(store: Store, block: Block, ranges: Sequence[Range], last: Block | None) -> None:
    """Write a block with its watermarks, if the chain still ends where it ended."""
    with store.changing() as connection:
        if store.kind == "postgresql":
            connection.execute(text(LOCK))
        head = connection.execute(text("SELECT head FROM audit_block ORDER BY block_n DESC LIMIT 1")).scalar()
        if (bytes(head) if head is not None else None) != (last.head if last else None):
            raise _Moved
        at = datetime.fromisoformat(block.sealed_at)
        connection.execute(insert(audit_block).values(**block._asdict() | {"sealed_at": at}))
        _mark(connection, store.kind, ranges)


def _mark(connection: Connection, kind: str, ranges: Sequence[Range]) -> None:
    """Note how far each stream is sealed; of customers and their loans in one statement for all of a source."""
    for source in (one for one in SOURCES if one.is_of_customers):
        own = [(one.customer_id, one.stream, one.last) for one in ranges if one.source == source.name]
        if own:
            connection.exec_driver_sql(filled(kind, _MARK_CUSTOMERS), (source.name, json.dumps(own)))
    marks = [
        {"source": one.source, "customer_id": one.customer_id, "stream": one.stream, "sealed_n": one.last}
        for one in ranges
        if one.source != ACCESS and not BY_NAME[one.source].is_of_customers
    ]
    if marks:
        connection.execute(text(_MARK), marks)
    events = [one.stream for one in ranges if one.source == ACCESS]
    if events:
        connection.execute(delete(access_event_waiting).where(access_event_waiting.c.event_id.in_(events)))
