"""Checkpoints: a short signed text that says where the chain stood. Whoever keeps one can tell whether the chain was rewritten since.

    plimsoll audit checkpoint v1
    origin plimsoll/2026-12-01T00:00:00.000000Z
    block 12
    records 10234
    head 9f3c...
    root 77ab...
    time 2026-12-01T02:11:20.000000Z

    signature 0123456789abcdef AbCd...==

The signature is that of the lines before the empty one, each with its line feed; `root` is the Merkle root of the records of that block.
"""

from base64 import b64decode, b64encode
from binascii import Error as NotBase64
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final, NamedTuple

from sqlalchemy import insert, select, text

from plimsoll.app.chain.key import AuditKeys, is_signed, key_id
from plimsoll.app.chain.read import last_block, origin_of
from plimsoll.app.database.schema_chain import audit_checkpoint
from plimsoll.app.database.store import Store

FIRST_LINE: Final = "plimsoll audit checkpoint v1"
NAMES: Final = ("origin", "block", "records", "head", "root", "time")
NOTE_LENGTH_MAX: Final = 2_000
SIGNATURE_BYTES: Final = 64
LOCK: Final = "SELECT pg_advisory_xact_lock(hashtextextended('plimsoll audit checkpoint', 0))"


class Note(NamedTuple):
    """What a checkpoint says."""

    origin: str
    block_n: int
    records: int
    head: str
    root: str
    at: str
    key: str
    """Name of the key that signed."""
    signature: bytes

    def said(self) -> bytes:
        """Give what is signed."""
        values = (self.origin, self.block_n, self.records, self.head, self.root, self.at)
        return "".join(
            f"{line}\n" for line in (FIRST_LINE, *(f"{name} {value}" for name, value in zip(NAMES, values, strict=True)))
        ).encode()

    def text(self) -> str:
        """Give the note as it is kept and anchored."""
        return f"{self.said().decode()}\nsignature {self.key} {b64encode(self.signature).decode()}\n"

    def is_signed_by(self, publics: Sequence[bytes]) -> bool:
        """Tell whether one of some public keys signed it."""
        return is_signed(publics, self.key, self.said(), self.signature)


def read_note(said: str) -> Note:
    """Read a note; raises ValueError where it is none, or written in another way than `Note.text` writes it."""
    lines = said.split("\n") if len(said) <= NOTE_LENGTH_MAX else []
    if len(lines) != len(NAMES) + 4 or lines[0] != FIRST_LINE:
        raise ValueError("not a checkpoint")
    values = []
    for name, line in zip(NAMES, lines[1:], strict=False):
        called, _, value = line.partition(" ")
        if called != name:
            raise ValueError(f"{called!r} where {name!r} should stand")
        values.append(value)
    called, key, signature = (*lines[-2].split(" "), "", "")[:3]
    try:
        origin, block_n, records, head, root, at = values
        note = Note(origin, int(block_n), int(records), head, root, at, key, b64decode(signature, validate=True))
    except NotBase64:
        raise ValueError("a signature that is not base64") from None
    if called != "signature" or len(note.signature) != SIGNATURE_BYTES or note.text() != said:
        raise ValueError("written in another way")
    return note


def write_checkpoint(store: Store, keys: AuditKeys, now: datetime) -> Note | None:
    """Sign where the chain stands and keep the note in the book; None where the last block has its checkpoint, or there is no block."""
    with store.driver() as driver:
        last = last_block(driver, store.kind)
        origin = origin_of(driver, store.kind)
    if last is None:
        return None
    at = max(now.astimezone(UTC), datetime.fromisoformat(last.sealed_at))
    records = last.first_seq + last.records_count - 1
    note = Note(
        origin, last.block_n, records, last.head.hex(), last.root.hex(), f"{at:%Y-%m-%dT%H:%M:%S.%fZ}", key_id(keys.publics[0]), b""
    )
    note = note._replace(signature=keys.sign(note.said()))
    with store.changing() as connection:
        if store.kind == "postgresql":
            connection.execute(text(LOCK))
        newest = connection.scalar(select(audit_checkpoint.c.block_n).order_by(audit_checkpoint.c.block_n.desc()).limit(1))
        if newest is not None and newest >= last.block_n:
            return None
        connection.execute(insert(audit_checkpoint).values(block_n=last.block_n, made_at=at, note=note.text()))
    return note


def notes_of(store: Store) -> list[str]:
    """Give the checkpoints of a book, oldest first, as they are kept."""
    with store.engine.connect() as connection:
        return list(connection.execute(select(audit_checkpoint.c.note).order_by(audit_checkpoint.c.block_n)).scalars())


def latest_notes(store: Store, limit: int) -> list[Note]:
    """Give at most `limit` checkpoints, the newest first. Raises ValueError where one was changed: prove the chain then."""
    wanted = select(audit_checkpoint.c.note).order_by(audit_checkpoint.c.block_n.desc()).limit(limit)
    with store.engine.connect() as connection:
        return [read_note(said) for said in connection.execute(wanted).scalars()]
