"""Give what is needed to prove records to others without the book: a proof for one record, a bundle for a part of the chain.

A proof holds the record's text, its path in the tree of its block, the headers from its block to the next checkpoint, and the checkpoint.
A bundle holds headers and records line by line; of a record that is withheld only the leaf stands there, and the chain still holds.
`tools/verify_audit.py` checks both with nothing of this program.
"""

import json
from collections.abc import Collection, Iterator
from typing import Any, Final

from sqlalchemy import select

from plimsoll.app.chain.digest import leaf_of, linked, path_of
from plimsoll.app.chain.key import shown
from plimsoll.app.chain.read import Block, blocks_from, blocks_with, origin_of, read_ranges, rows_of
from plimsoll.app.chain.source import BY_NAME
from plimsoll.app.closing.scan import snapshot
from plimsoll.app.database.schema_chain import audit_checkpoint
from plimsoll.app.database.store import Store
from plimsoll.app.database.trouble import StoreTrouble
from plimsoll.units.refusal import Refused

PROOF: Final = "plimsoll audit proof 1"
BUNDLE: Final = "plimsoll audit bundle 1"
PAGE: Final = 50


def prove(store: Store, seq: int) -> dict[str, Any] | Refused:
    """Give the proof of the record of a number; its checkpoint is "" where none covers it yet. Refuses audit_record_unknown."""
    with snapshot(store) as seen:
        found = blocks_with(seen.driver, store.kind, seq, 1) if seq > 0 else []
        block = found[0] if found else None
        if block is None or not block.first_seq <= seq < block.first_seq + block.records_count:
            return Refused("audit_record_unknown", "", f"record {seq}")
        records = list(records_of(seen.driver, store.kind, block))
        leaves = [leaf_of(record.encode()) for record in records]
        covered = _checkpoint_from(store, block.block_n)
        until = covered[0] if covered else block.block_n
        after = blocks_from(seen.driver, store.kind, block.block_n, until - block.block_n + 1)
        headers = [told(seen.driver, store.kind, one)[0] for one in after]
        origin = origin_of(seen.driver, store.kind)
    place = seq - block.first_seq
    return {
        "format": PROOF,
        "origin": origin,
        "seq": seq,
        "record": records[place],
        "path": [beside.hex() for beside in path_of(leaves, place)],
        "headers": headers,
        "checkpoint": covered[1] if covered else "",
    }


def bundle(
    store: Store, publics: Collection[bytes], first: int = 1, last: int | None = None, withheld: Collection[str] = ()
) -> Iterator[str]:
    """Give the lines of a bundle of blocks `first` to `last`; of records of the sources `withheld` only the leaf is told."""
    with snapshot(store) as seen:
        keys = [shown(public) for public in publics]
        yield _line({"format": BUNDLE, "origin": origin_of(seen.driver, store.kind), "first_block": first, "keys": keys})
        notes = _notes(store)
        n = first
        while True:
            blocks = blocks_from(seen.driver, store.kind, n, PAGE)
            for block in blocks:
                if last is not None and block.block_n > last:
                    return
                header, records = told(seen.driver, store.kind, block)
                yield _line({"block": header})
                for record in records:
                    is_withheld = bool(withheld) and json.loads(record)["source"] in withheld
                    yield _line({"leaf": leaf_of(record.encode()).hex()} if is_withheld else {"record": record})
                if block.block_n in notes:
                    yield _line({"checkpoint": notes[block.block_n]})
            if len(blocks) < PAGE:
                return
            n = blocks[-1].block_n + 1


def records_of(driver: Any, kind: str, block: Block) -> Iterator[str]:
    """Give the text of the records of a block, as they stand in the tables. Raises StoreTrouble audit_record_missing."""
    count = 0
    for name, rows in rows_of(driver, kind, read_ranges(block.streams)):
        count += len(rows)
        yield from map(BY_NAME[name].canonical, rows)
    if count != block.records_count:
        raise StoreTrouble("audit_record_missing", f"block {block.block_n}: {block.records_count - count} of {block.records_count}")


def told(driver: Any, kind: str, block: Block) -> tuple[dict[str, Any], list[str]]:
    """Give the header of a block, with the link of its last record, and the texts of its records."""
    records = list(records_of(driver, kind, block))
    leaves = [leaf_of(record.encode()) for record in records]
    header = {
        "block": block.block_n,
        "sealed_at": block.sealed_at,
        "first_seq": block.first_seq,
        "records": block.records_count,
        "root": block.root.hex(),
        "before": block.before.hex(),
        "last": linked(block.first_seq, block.before, leaves).hex(),
        "head": block.head.hex(),
    }
    return header, records


def _checkpoint_from(store: Store, block_n: int) -> tuple[int, str] | None:
    """Give the first checkpoint that covers a block."""
    columns = audit_checkpoint.c
    wanted = select(columns.block_n, columns.note).where(columns.block_n >= block_n).order_by(columns.block_n).limit(1)
    with store.engine.connect() as connection:
        row = connection.execute(wanted).first()
    return (row.block_n, row.note) if row else None


def _notes(store: Store) -> dict[int, str]:
    with store.engine.connect() as connection:
        return {row.block_n: row.note for row in connection.execute(select(audit_checkpoint.c.block_n, audit_checkpoint.c.note))}


def _line(said: dict[str, Any]) -> str:
    return json.dumps(said, ensure_ascii=False, separators=(",", ":"))
