"""The arithmetic of the chain: hashes of records, the tree over a block, the link from record to record and from block to block.

A record's leaf is `SHA256(00 || record)` and a block's tree is that of RFC 6962. The link is linear:
`H(n) = SHA256(domain || n || H(n-1) || leaf)`, so that order and number of all records hang together even where the text of one is
withheld. A block's head closes over the last link, the tree and the instant of sealing, and the next block begins from it.
`tools/verify_audit.py` says all this again by itself.
"""

from collections.abc import Sequence
from hashlib import sha256
from typing import Final, NamedTuple

RECORD_DOMAIN: Final = b"plimsoll audit record v1\0"
BLOCK_DOMAIN: Final = b"plimsoll audit block v1\0"
ORIGIN_DOMAIN: Final = b"plimsoll audit origin v1\0"
LEAF, NODE = b"\0", b"\1"
EMPTY_ROOT: Final = sha256(b"").digest()


class Header(NamedTuple):
    """What the head of a block closes over."""

    block_n: int
    sealed_at: str
    """Instant, UTC, as records write it."""
    first_seq: int
    records_count: int
    root: bytes
    before: bytes
    """Head of the block before; of block 1 the start that the book's origin gives."""
    last: bytes
    """Link of the last record."""


def leaf_of(record: bytes) -> bytes:
    """Give the leaf of a record."""
    return sha256(LEAF + record).digest()


def start_of(origin: str) -> bytes:
    """Give what the first block of a book begins from."""
    return sha256(ORIGIN_DOMAIN + origin.encode()).digest()


def linked(first_seq: int, before: bytes, leaves: Sequence[bytes]) -> bytes:
    """Give the link of the last of some records, numbered from `first_seq`, that follow the head `before`."""
    link = before
    for seq, leaf in enumerate(leaves, first_seq):
        link = sha256(RECORD_DOMAIN + seq.to_bytes(8, "big") + link + leaf).digest()
    return link


def head_of(header: Header) -> bytes:
    """Give the head of a block."""
    numbers = b"".join(number.to_bytes(8, "big") for number in (header.block_n, header.first_seq, header.records_count))
    said = numbers + len(header.sealed_at).to_bytes(2, "big") + header.sealed_at.encode()
    return sha256(BLOCK_DOMAIN + said + header.root + header.before + header.last).digest()


def root_of(leaves: Sequence[bytes]) -> bytes:
    """Give the Merkle tree hash of RFC 6962 over leaves."""
    if not leaves:
        return EMPTY_ROOT
    level = list(leaves)
    while len(level) > 1:
        level = _level_above(level)
    return level[0]


def path_of(leaves: Sequence[bytes], place: int) -> list[bytes]:
    """Give the inclusion path (RFC 6962, 2.1.1) of the leaf at `place`, nearest first."""
    level, path = list(leaves), []
    while len(level) > 1:
        beside = place ^ 1
        if beside < len(level):
            path.append(level[beside])
        level, place = _level_above(level), place >> 1
    return path


def root_by_path(leaf: bytes, place: int, count: int, path: Sequence[bytes]) -> bytes | None:
    """Give the root that an inclusion path leads to (RFC 9162, 2.1.3.2); None where the path has another length than the tree asks for."""
    if not 0 <= place < count:
        return None
    last, found = count - 1, leaf
    for beside in path:
        if last == 0:
            return None
        if place & 1 or place == last:
            found = sha256(NODE + beside + found).digest()
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            found = sha256(NODE + found + beside).digest()
        place, last = place >> 1, last >> 1
    return found if last == 0 else None


def _level_above(level: list[bytes]) -> list[bytes]:
    """Pair the hashes of a level; an odd last one rises as it is."""
    above = [sha256(NODE + level[at] + level[at + 1]).digest() for at in range(0, len(level) - 1, 2)]
    if len(level) & 1:
        above.append(level[-1])
    return above
