"""Read what blocks hold and what stands in them: ranges written as JSON, which both databases join against, and rows in their order."""

import json
import re
from collections.abc import Iterator, Sequence
from datetime import date
from functools import cache
from itertools import groupby
from operator import attrgetter
from typing import Any, Final, NamedTuple

from plimsoll.app.chain.source import ACCESS, BY_NAME, CLOSE, DOSSIER, DOSSIER_FILING, OF_LOANS, SOURCES, STEP, Range, Row

RECORDS_A_BLOCK: Final = 10_000
_FILLED: Final = re.compile(r"\{(\w+)(?::([^}]+))?\}")
_SQLITE: Final = {
    "ranges": "json_each(?) AS r",
    "place": "key",
    "at": "replace({}, ' ', 'T') || 'Z'",
    "hex": "lower(hex({}))",
    "day": "CAST(julianday({}) - 1721424.5 AS INTEGER)",
    "date": "({})",
}
_POSTGRES: Final = {
    "ranges": "jsonb_array_elements(CAST(? AS jsonb)) WITH ORDINALITY AS r(value, place)",
    "place": "place",
    "at": "to_char({} AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:ss.US\"Z\"')",
    "hex": "encode({}, 'hex')",
    "day": "CAST({} - DATE '0001-01-01' + 1 AS bigint)",
    "date": "CAST({} AS date)",
}


class Block(NamedTuple):
    """A block as it stands in the book."""

    block_n: int
    sealed_at: str
    first_seq: int
    records_count: int
    streams: str
    root: bytes
    before: bytes
    head: bytes


@cache
def filled(kind: str, sql: str) -> str:
    """Give a statement as a kind of database says it: {at:column} an instant as records write it, {hex:}, {day:}, {ranges}, {place}."""
    words = _POSTGRES if kind == "postgresql" else _SQLITE
    said = _FILLED.sub(lambda found: words[found[1]].format(found[2] or ""), sql)
    return said.replace("?", "%s") if kind == "postgresql" else said


def fetch(driver: Any, kind: str, sql: str, values: Sequence[object] = ()) -> list[Row]:
    """Read rows by a statement that `filled` fits to the database, on a connection of its driver."""
    said = filled(kind, sql)
    rows: list[Row] = driver.execute(said.encode() if kind == "postgresql" else said, values).fetchall()
    return rows


_BLOCKS: Final = "SELECT block_n, {at:sealed_at}, first_seq, records_count, streams, root, before, head FROM audit_block "


def last_block(driver: Any, kind: str) -> Block | None:
    """Give the newest block, None where nothing is sealed yet."""
    found = fetch(driver, kind, _BLOCKS + "ORDER BY block_n DESC LIMIT 1")
    return _block(found[0]) if found else None


def blocks_from(driver: Any, kind: str, block_n: int, limit: int) -> list[Block]:
    """Give blocks in order, from a number up."""
    return [_block(row) for row in fetch(driver, kind, _BLOCKS + "WHERE block_n >= ? ORDER BY block_n LIMIT ?", (block_n, limit))]


def blocks_with(driver: Any, kind: str, seq: int, limit: int) -> list[Block]:
    """Give blocks in order, from the one that holds the record of a number, or the first after it."""
    where = "WHERE first_seq >= (SELECT coalesce(max(first_seq), 0) FROM audit_block WHERE first_seq <= ?) ORDER BY first_seq LIMIT ?"
    return [_block(row) for row in fetch(driver, kind, _BLOCKS + where, (seq, limit))]


def _block(row: Row) -> Block:
    return Block(*row[:5], *(bytes(part) for part in row[5:]))


def origin_of(driver: Any, kind: str) -> str:
    """Give the name of a book in its chain, by the instant at which it was made."""
    made: str = fetch(driver, kind, "SELECT {at:created_at} FROM book")[0][0]
    return f"plimsoll/{made}"


def write_ranges(ranges: Sequence[Range]) -> str:
    """Write the ranges of a block; those of one source stand together, in the order of the sources."""
    return json.dumps({name: [_written(one) for one in own] for name, own in by_source(ranges)}, separators=(",", ":"), ensure_ascii=False)


def read_ranges(streams: str) -> list[Range]:
    """Read the ranges of a block. Raises ValueError, KeyError or TypeError where they were not written by `write_ranges`."""
    said = json.loads(streams)
    if not isinstance(said, dict) or [source.name for source in SOURCES if source.name in said] != list(said):
        raise ValueError("sources in another order, or unknown")
    return [_read(name, one) for name, own in said.items() for one in own]


def some_of(ranges: Sequence[Range], skip: int, count: int) -> list[Range]:
    """Give the ranges of `count` records after the first `skip`."""
    found = []
    for one in ranges:
        if count <= 0:
            break
        if skip >= one.records:
            skip -= one.records
            continue
        first = one.first + skip
        last = min(one.last, first + count - 1)
        found.append(one._replace(first=first, last=last))
        count -= last - first + 1
        skip = 0
    return found


def rows_of(driver: Any, kind: str, ranges: Sequence[Range]) -> Iterator[tuple[str, list[Row]]]:
    """Give the rows of ranges, source by source."""
    for name, own in by_source(ranges):
        yield name, read_rows(driver, kind, name, own)


def read_rows(driver: Any, kind: str, name: str, own: Sequence[Range]) -> list[Row]:
    """Give the rows of ranges of one source."""
    source, said = BY_NAME[name], json.dumps([_written(one) for one in own])
    return source.gathered(fetch(driver, kind, source.sql, (said,) * source.sql.count("{ranges}")))


def by_source(ranges: Sequence[Range]) -> Iterator[tuple[str, list[Range]]]:
    """Give ranges source by source."""
    for name, own in groupby(ranges, key=attrgetter("source")):
        yield name, list(own)


def _written(one: Range) -> list[object]:
    if one.source == ACCESS:
        return [one.stream]
    if one.source == CLOSE:
        return [date.fromordinal(one.first).isoformat(), date.fromordinal(one.last).isoformat()]
    if one.source in (DOSSIER, DOSSIER_FILING):
        kind, _, subject = one.stream.partition("/")
        return [kind, subject, one.first, one.last]
    if one.source in OF_LOANS:
        return [one.customer_id, int(one.stream), one.first, one.last]
    return [one.stream if one.source == STEP else one.customer_id, one.first, one.last]


def _read(source: str, said: list[Any]) -> Range:
    if source == ACCESS:
        return Range(source, 0, str(said[0]), 1, 1)
    if source == CLOSE:
        return Range(source, 0, "", *(date.fromisoformat(day).toordinal() for day in said))
    if source in (DOSSIER, DOSSIER_FILING):
        return Range(source, 0, f"{said[0]}/{said[1]}", int(said[2]), int(said[3]))
    if source in OF_LOANS:
        return Range(source, int(said[0]), str(int(said[1])), int(said[2]), int(said[3]))
    if source == STEP:
        return Range(source, 0, str(said[0]), int(said[1]), int(said[2]))
    return Range(source, int(said[0]), "", int(said[1]), int(said[2]))
