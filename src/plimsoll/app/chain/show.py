"""Show what is on record: the chain in its order, or what concerns one customer, newest last."""

from collections.abc import Callable, Mapping
from typing import Final, NamedTuple

from plimsoll.app.chain.read import blocks_with, fetch, read_ranges, rows_of, some_of
from plimsoll.app.chain.source import ACCESS, AUDIT, CLOSE, DOSSIER, DOSSIER_FILING, ENTRY, FILING, LOAN, STEP, VAULT, Row
from plimsoll.app.database.store import Store

PAGE: Final = 50


class Entry(NamedTuple):
    """One record, in words."""

    seq: int
    """Its number in the chain, 0 where it is told from the tables and not from a block."""
    source: str
    at: str
    actor: str
    what: str
    """The verb, the action, the kind of filing."""
    about: str
    """The dossier, the artefact, the field, the day; "" for the customer."""
    customer_id: int
    n: int
    reason: str


def entries_after(store: Store, seq: int, limit: int) -> list[Entry]:
    """Give at most `limit` records of the chain after a number, in its order."""
    found: list[Entry] = []
    with store.driver() as driver:
        while len(found) < limit:
            blocks = blocks_with(driver, store.kind, seq + 1, PAGE)
            before = seq
            for block in blocks:
                skip = max(seq + 1 - block.first_seq, 0)
                ranges = some_of(read_ranges(block.streams), skip, limit - len(found))
                for name, rows in rows_of(driver, store.kind, ranges):
                    found += [_entry(name, row, seq + at) for at, row in enumerate(rows, 1)]
                    seq += len(rows)
                if len(found) >= limit:
                    break
            if seq == before:
                break
    return found[:limit]


_OF_CUSTOMER: Final = """SELECT * FROM (
SELECT 'audit' AS source, t.command_n AS n, {at:t.at} AS at, t.actor AS actor, t.name AS what, '' AS about, '' AS reason
    FROM audit t WHERE t.customer_id = ?
UNION ALL SELECT 'vault_access', t.n, {at:t.at}, t.actor, t.action, t.field || CASE WHEN t.ref = '' THEN '' ELSE ' ' || t.ref END, t.reason
    FROM vault_access t WHERE t.customer_id = ?
UNION ALL SELECT 'access_event', 1, {at:t.at}, t.actor, t.action, t.subject, t.reason FROM access_event t WHERE t.customer_id = ?
) AS told WHERE at < ? ORDER BY at DESC, source DESC, n DESC LIMIT ?"""
LATEST: Final = "9999"


def timeline(store: Store, customer_id: int, limit: int, before: str = LATEST) -> list[Entry]:
    """Give the newest commands of a customer, looks at their personal data and accesses before an instant, newest first."""
    with store.driver() as driver:
        rows = fetch(driver, store.kind, _OF_CUSTOMER, (customer_id, customer_id, customer_id, before, limit))
    return [Entry(0, source, at, actor, what, about, customer_id, n, reason) for source, n, at, actor, what, about, reason in rows]


Told = tuple[str, str, str, str, str, int, int]
"""Instant, actor, what, about, reason, customer, number."""
_TOLD: Final[Mapping[str, Callable[[Row], Told]]] = {
    AUDIT: lambda row: (row[2], row[3], row[4], "", "", row[0], row[1]),
    FILING: lambda row: (row[2], row[3], row[4], row[5], "", row[0], row[1]),
    LOAN: lambda row: (row[3], "", "terms" if row[2] == 1 else f"fact {row[2] - 1}", f"loan {row[1]}", "", row[0], row[2]),
    ENTRY: lambda row: (row[3], "", f"entry {row[2]}", f"loan {row[1]}", "", row[0], row[2]),
    DOSSIER: lambda row: (row[3], row[4], row[5], f"{row[0]}/{row[1]}", "", 0, row[2]),
    DOSSIER_FILING: lambda row: (row[3], row[4], row[5], f"{row[0]}/{row[1]}", "", 0, row[2]),
    STEP: lambda row: (row[2], row[3], row[4], row[0], row[8], 0, row[1]),
    VAULT: lambda row: (row[2], row[3], row[4], f"{row[5]} {row[6]}".strip(), row[7], row[0], row[1]),
    ACCESS: lambda row: (row[1], row[2], row[3], row[4], row[6], row[5], 1),
    CLOSE: lambda row: (row[3], "close", "closed", row[1], "", 0, row[0]),
}


def _entry(source: str, row: Row, seq: int) -> Entry:
    at, actor, what, about, reason, customer_id, n = _TOLD[source](row)
    return Entry(seq, source, at, actor, what, about, customer_id, n, reason)
