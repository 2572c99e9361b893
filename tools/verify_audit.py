#!/usr/bin/env python3
"""Check a bundle or a proof of the audit chain of a plimsoll book, away from the book and without its program.

    python verify_audit.py BUNDLE.jsonl --key PUBLIC [--anchor FILE]
    python verify_audit.py PROOF.json --key PUBLIC

Needs Python 3.11 and the package cryptography, and nothing of plimsoll. PUBLIC is the house's public key in base64, or a file with one a
line; get it from the house by another way than the bundle. A file of anchors holds checkpoints that you, or somebody you trust, kept.
Exit codes: 0 proved, 2 cannot be read, 5 not proved.

The format. A record is a line of JSON, UTF-8, keys sorted, no spaces. leaf = SHA256(00 || record). A block's root is the Merkle tree
hash of RFC 6962 over its leaves. The link runs through all records: H(n) = SHA256("plimsoll audit record v1\\0" || n || H(n-1) || leaf),
n in 8 bytes, big end first; the first record of a block takes the head of the block before for H(n-1), that of block 1
SHA256("plimsoll audit origin v1\\0" || origin). head = SHA256("plimsoll audit block v1\\0" || block || first_seq || records (8 bytes each)
|| length of sealed_at (2 bytes) || sealed_at || root || head before || link of the last record). A checkpoint is signed with Ed25519
over its text up to the empty line.
"""

import argparse
import base64
import json
import pathlib
import sys
from collections.abc import Iterator
from hashlib import sha256
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

NOTE = "plimsoll audit checkpoint v1"
NAMES = ("origin", "block", "records", "head", "root", "time")
OK, UNREADABLE, NOT_PROVED = 0, 2, 5
PUBLIC_BYTES = 32
Said = dict[str, Any]
Keys = dict[str, bytes]
Anchors = dict[int, list[Said]]


class Wrong(Exception):
    """What is not as it should be."""


def number(value: int, size: int = 8) -> bytes:
    """Give a number in bytes, big end first."""
    return int(value).to_bytes(size, "big")


def leaf_of(record: str) -> bytes:
    """Give the leaf of a record."""
    return sha256(b"\0" + record.encode()).digest()


def root_of(leaves: list[bytes]) -> bytes:
    """Give the Merkle tree hash of RFC 6962."""
    if not leaves:
        return sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    half = 1 << (len(leaves) - 1).bit_length() - 1
    return sha256(b"\1" + root_of(leaves[:half]) + root_of(leaves[half:])).digest()


def root_by_path(leaf: bytes, place: int, count: int, path: list[bytes]) -> bytes:
    """Give the root that a path leads to, by RFC 9162, 2.1.3.2."""
    last, found = count - 1, leaf
    for beside in path:
        if last == 0:
            raise Wrong("the path is too long")
        if place & 1 or place == last:
            found = sha256(b"\1" + beside + found).digest()
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            found = sha256(b"\1" + found + beside).digest()
        place, last = place >> 1, last >> 1
    if last:
        raise Wrong("the path is too short")
    return found


def head_of(header: Said) -> str:
    """Give the head that the other fields of a header make."""
    at = header["sealed_at"].encode()
    said = number(header["block"]) + number(header["first_seq"]) + number(header["records"]) + number(len(at), 2) + at
    parts = b"".join(bytes.fromhex(header[name]) for name in ("root", "before", "last"))
    return sha256(b"plimsoll audit block v1\0" + said + parts).digest().hex()


def start_of(origin: str) -> str:
    """Give what block 1 begins from."""
    return sha256(b"plimsoll audit origin v1\0" + origin.encode()).digest().hex()


def read_note(text: str) -> Said:
    """Give what a checkpoint says, as a dictionary, and hold it to the one way of writing it."""
    lines = text.split("\n")
    if lines[0] != NOTE or len(lines) != len(NAMES) + 4 or lines[-3] or lines[-1]:
        raise Wrong("not a checkpoint")
    said: Said = {}
    for name, line in zip(NAMES, lines[1:], strict=False):
        called, _, said[name] = line.partition(" ")
        if called != name:
            raise Wrong(f"a checkpoint with {called!r} where {name!r} should stand")
    called, said["key"], signature = lines[-2].split(" ")
    if called != "signature":
        raise Wrong("a checkpoint without a signature")
    said["signed"] = "".join(f"{line}\n" for line in lines[: len(NAMES) + 1]).encode()
    said["signature"] = base64.b64decode(signature, validate=True)
    return said


def check_note(note: Said, keys: Keys, header: Said, origin: str) -> None:
    """Hold a checkpoint to its signature and to the header of its block."""
    if note["origin"] != origin:
        raise Wrong(f"the checkpoint of block {note['block']} is of another book, {note['origin']}")
    public = keys.get(note["key"])
    if public is None:
        raise Wrong(f"the checkpoint of block {note['block']} is signed by an unknown key, {note['key']}")
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(note["signature"], note["signed"])
    except InvalidSignature:
        raise Wrong(f"the checkpoint of block {note['block']} has a false signature") from None
    last_seq = header["first_seq"] + header["records"] - 1
    if (note["block"], note["records"], note["head"], note["root"]) != (
        str(header["block"]),
        str(last_seq),
        header["head"],
        header["root"],
    ):
        raise Wrong(f"block {header['block']} is not what its checkpoint signs")


def check_headers(headers: list[Said], origin: str) -> None:
    """Hold headers to their own heads and to each other."""
    for at, header in enumerate(headers):
        if head_of(header) != header["head"]:
            raise Wrong(f"block {header['block']} is not what its head says")
        if header["block"] == 1 and (header["before"], header["first_seq"]) != (start_of(origin), 1):
            raise Wrong("block 1 does not begin this book")
        if at:
            before = headers[at - 1]
            goes_on = (before["block"] + 1, before["first_seq"] + before["records"], before["head"])
            if (header["block"], header["first_seq"], header["before"]) != goes_on or header["sealed_at"] < before["sealed_at"]:
                raise Wrong(f"block {header['block']} does not follow block {before['block']}")


def check_block(header: Said, leaves: list[bytes]) -> None:
    """Hold a block to its leaves."""
    if len(leaves) != header["records"]:
        raise Wrong(f"block {header['block']} has {len(leaves)} records, not {header['records']}")
    if root_of(leaves).hex() != header["root"]:
        raise Wrong(f"a record of block {header['block']} is not what was sealed")
    link = bytes.fromhex(header["before"])
    for seq, leaf in enumerate(leaves, header["first_seq"]):
        link = sha256(b"plimsoll audit record v1\0" + number(seq) + link + leaf).digest()
    if link.hex() != header["last"]:
        raise Wrong(f"the records of block {header['block']} do not follow each other")


def check_bundle(first: Said, lines: Iterator[str], keys: Keys, anchors: Anchors) -> str:
    """Prove a bundle; give in words what was proved."""
    origin = first["origin"]
    header: Said | None = None
    leaves: list[bytes] = []
    noted = withheld = total = 0
    for line in lines:
        said = json.loads(line)
        if "block" in said:
            if header is not None:
                check_block(header, leaves)
                total += len(leaves)
            before, header, leaves = header, dict(said["block"]), []
            if before is None and header["block"] != first["first_block"]:
                raise Wrong(f"the bundle begins with block {header['block']}, not {first['first_block']}")
            check_headers([before, header] if before else [header], origin)
            for note in anchors.pop(header["block"], ()):
                check_note(note, keys, header, origin)
        elif header is None:
            raise Wrong("a record before the first block")
        elif "checkpoint" in said:
            check_note(read_note(said["checkpoint"]), keys, header, origin)
            noted = header["block"]
        else:
            withheld += "leaf" in said
            leaves.append(leaf_of(said["record"]) if "record" in said else bytes.fromhex(said["leaf"]))
    if header is None:
        raise Wrong("the bundle holds no block")
    check_block(header, leaves)
    cut = [block for block in anchors if block > header["block"]]
    if cut:
        raise Wrong(f"the bundle ends at block {header['block']}, and block {max(cut)} was anchored")
    if not noted:
        raise Wrong("no checkpoint: nothing says whose this is")
    told = f"{total + len(leaves)} records in blocks {first['first_block']} to {header['block']} of {origin}, signed up to block {noted}"
    return told + (f"; {withheld} records withheld" if withheld else "")


def check_proof(proof: Said, keys: Keys, anchors: Anchors) -> str:
    """Prove one record; give in words what was proved."""
    header = proof["headers"][0]
    place = proof["seq"] - header["first_seq"]
    if not 0 <= place < header["records"]:
        raise Wrong("the record is not of this block")
    path = [bytes.fromhex(beside) for beside in proof["path"]]
    if root_by_path(leaf_of(proof["record"]), place, header["records"], path).hex() != header["root"]:
        raise Wrong("the record is not in the tree of its block")
    check_headers(proof["headers"], proof["origin"])
    if not proof["checkpoint"]:
        raise Wrong("no checkpoint covers the record yet")
    last = proof["headers"][-1]
    for note in (read_note(proof["checkpoint"]), *anchors.get(last["block"], ())):
        check_note(note, keys, last, proof["origin"])
    return f"record {proof['seq']} of {proof['origin']}, sealed {header['sealed_at']}, signed with block {last['block']}: {proof['record']}"


def read_keys(given: list[str]) -> Keys:
    """Read public keys: base64, or files with one a line."""
    lines = [line for one in given for line in (pathlib.Path(one).read_text("utf-8").split() if pathlib.Path(one).is_file() else [one])]
    publics = [base64.b64decode(line, validate=True) for line in lines]
    if any(len(public) != PUBLIC_BYTES for public in publics):
        raise ValueError(f"a public key has {PUBLIC_BYTES} bytes")
    return {sha256(public).hexdigest()[:16]: public for public in publics}


def read_anchors(path: str) -> Anchors:
    """Read a file of checkpoints, by block."""
    found: Anchors = {}
    for part in pathlib.Path(path).read_text("utf-8").split(NOTE + "\n")[1:] if path else ():
        note = read_note(f"{NOTE}\n{part.rstrip(chr(10))}\n")
        found.setdefault(int(note["block"]), []).append(note)
    return found


def main() -> int:
    """Check what is named; give the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("file", help="a bundle or a proof")
    parser.add_argument("--key", action="append", required=True, help="public key in base64, or a file of them")
    parser.add_argument("--anchor", default="", help="a file of checkpoints kept outside")
    asked = parser.parse_args()
    try:
        keys, anchors = read_keys(asked.key), read_anchors(asked.anchor)
        with pathlib.Path(asked.file).open(encoding="utf-8") as file:
            first = json.loads(file.readline())
            if first["format"] == "plimsoll audit proof 1":
                told = check_proof(first, keys, anchors)
            elif first["format"] == "plimsoll audit bundle 1":
                told = check_bundle(first, file, keys, anchors)
            else:
                raise ValueError(f"format {first['format']!r}")
    except Wrong as wrong:
        print(f"NOT proved: {wrong}", file=sys.stderr)
        return NOT_PROVED
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as unreadable:
        print(f"cannot be read: {type(unreadable).__name__}: {unreadable}", file=sys.stderr)
        return UNREADABLE
    print(f"Proved: {told}")
    return OK


if __name__ == "__main__":
    sys.exit(main())
