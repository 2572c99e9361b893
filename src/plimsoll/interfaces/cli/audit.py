"""`plimsoll audit`: seal what is on record in a chain of blocks, sign it, keep signatures outside, and prove that nothing was changed.

The key that signs lies in the file that PLIMSOLL_AUDIT_KEY names. Who checks needs its public half only: plimsoll audit key.
"""

import json
import os
from base64 import b64encode
from pathlib import Path
from typing import Annotated

import typer

from plimsoll.app.chain.anchor import Anchored, path_of, read_anchors
from plimsoll.app.chain.anchor import anchor as write_anchor
from plimsoll.app.chain.checkpoint import Note, latest_notes, write_checkpoint
from plimsoll.app.chain.key import VARIABLE, AuditKeys, configured_keys, key_id, key_path, new_keys, read_public, shown, write_keys
from plimsoll.app.chain.prove import bundle
from plimsoll.app.chain.prove import prove as prove_record
from plimsoll.app.chain.read import origin_of
from plimsoll.app.chain.seal import seal as seal_records
from plimsoll.app.chain.show import Entry, entries_after, timeline
from plimsoll.app.chain.source import BY_NAME
from plimsoll.app.chain.verify import Verdict
from plimsoll.app.chain.verify import verify as verify_chain
from plimsoll.app.config import book_url, now
from plimsoll.app.database.opening import open_store
from plimsoll.app.database.store import Store
from plimsoll.app.database.trouble import StoreTrouble
from plimsoll.interfaces.cli.aligned import RULE, aligned
from plimsoll.interfaces.cli.exits import NOT_FOUND, USAGE, VERIFICATION_FAILED, Stop
from plimsoll.interfaces.cli.options import AsJson, Db
from plimsoll.interfaces.cli.tell import tell
from plimsoll.interfaces.serve.beside import anchor_place
from plimsoll.units.refusal import Refused

app = typer.Typer(help="Seal, sign, anchor and prove what is on record.", no_args_is_help=True, add_completion=False)

Anchor = Annotated[
    Path | None,
    typer.Option(
        "--anchor", metavar="PATH", help="File, or folder, outside the book, that keeps checkpoints. Default: $PLIMSOLL_AUDIT_ANCHOR."
    ),
]
Held = Annotated[
    Path | None,
    typer.Option("--anchor", metavar="PATH", help="File, or folder, of anchors to hold to. Default: $PLIMSOLL_AUDIT_ANCHOR."),
]
Keys = Annotated[list[str] | None, typer.Option("--key", metavar="PUBLIC", help="Public key (base64), or a file of them; may be repeated.")]


@app.command()
def keygen(
    rotate: Annotated[bool, typer.Option("--rotate", help="Put another key in place of the one in use, which stays known.")] = False,
    as_json: AsJson = False,
) -> None:
    """Make the key that signs, in the file that PLIMSOLL_AUDIT_KEY names; a key that is there is never overwritten."""
    path = _path()
    keys = new_keys(_keys() if rotate else None)
    write_keys(path, keys, is_new=not rotate)
    name, public = key_id(keys.publics[0]), shown(keys.publics[0])
    words = f"New key {name} in {path}, readable by its owner only. Its public half, for whoever checks:\n{public}"
    tell({"key": name, "file": str(path), "public": public}, words, as_json=as_json)


@app.command()
def key(as_json: AsJson = False) -> None:
    """Print the public keys, the one in use first: what others need to check signatures."""
    told = [{"key": key_id(public), "public": shown(public)} for public in _keys().publics]
    print(json.dumps(told) if as_json else "\n".join(one["public"] for one in told))


@app.command()
def seal(db: Db = "", anchor: Anchor = None, as_json: AsJson = False) -> None:
    """Seal everything that no block holds yet; with a key configured, sign, and with a place for anchors keep the signature outside."""
    with open_store(book_url(db)) as store:
        done = seal_records(store, configured_keys(), now())
        kept = _anchored(store, anchor or anchor_place())
    if as_json:
        print(json.dumps(done._asdict() | {"anchored": kept.block_n if kept else None}))
        return
    print(f"{done.records:,} records sealed in {done.blocks:,} blocks; the chain ends at block {done.block_n:,}, record {done.seq:,}.")
    if key_path() is None:
        print(f"Not signed: {VARIABLE} names no key.")
    if kept is not None:
        print(f"{kept.path}: {kept.added:,} checkpoints added, up to block {kept.block_n:,}.")


@app.command()
def checkpoint(db: Db = "", anchor: Anchor = None, as_json: AsJson = False) -> None:
    """Sign where the chain stands, and print the newest checkpoint."""
    with open_store(book_url(db)) as store:
        write_checkpoint(store, _keys(), now())
        kept = _anchored(store, anchor or anchor_place())
        newest = next(iter(latest_notes(store, 1)), None)
    if newest is None:
        raise Stop(NOT_FOUND, "nothing is sealed yet. Run: plimsoll audit seal")
    if as_json:
        said = {**newest._asdict(), "signature": b64encode(newest.signature).decode(), "note": newest.text()}
        print(json.dumps(said | {"anchored": kept.block_n if kept else None}))
        return
    print(newest.text(), end="")


@app.command("anchor")
def anchor_command(
    path: Annotated[Path, typer.Argument(metavar="PATH", help="A file, or a folder.")], db: Db = "", as_json: AsJson = False
) -> None:
    """Add new checkpoints to a file outside the book, which only grows; refuse where the chain no longer leads to the last one there."""
    with open_store(book_url(db)) as store:
        kept = _anchored(store, path)
    assert kept is not None, "it was told where"
    words = f"{kept.path}: {kept.added:,} checkpoints added, up to block {kept.block_n:,}."
    tell({**kept._asdict(), "path": str(kept.path)}, words, as_json=as_json)


@app.command()
def verify(db: Db = "", key: Keys = None, anchor: Held = None, as_json: AsJson = False) -> None:
    """Work the whole chain out again from the tables and hold it to signatures and anchors. Ends with 5 where anything was changed."""
    publics = _publics(key)
    with open_store(book_url(db)) as store:
        verdict = verify_chain(store, publics, _notes(store, anchor))
    if as_json:
        print(json.dumps(as_object(verdict), ensure_ascii=False))
    else:
        print(_told(verdict))
    if not verdict.is_proved:
        raise Stop(VERIFICATION_FAILED, "the chain is not what was sealed. Keep book, anchors and logs as they are, and report it at once")


@app.command()
def prove(
    seq: Annotated[int, typer.Argument(metavar="SEQ", help="Number of the record in the chain.")],
    db: Db = "",
) -> None:
    """Print the proof that one record is in the chain, as JSON on one line, to be checked by tools/verify_audit.py without the book."""
    with open_store(book_url(db)) as store:
        proof = prove_record(store, seq)
    if isinstance(proof, Refused):
        raise Stop(NOT_FOUND, proof.text())
    print(json.dumps(proof, ensure_ascii=False))


@app.command()
def show(
    db: Db = "",
    customer: Annotated[int, typer.Option("--customer", metavar="ID", help="Only what concerns a customer, newest first.")] = 0,
    after: Annotated[int, typer.Option("--after", metavar="SEQ", help="Begin after this record.")] = 0,
    limit: Annotated[int, typer.Option("--limit", metavar="N", min=1, max=1000, help="At most so many.")] = 50,
    as_json: AsJson = False,
) -> None:
    """Show records: those of the chain in its order, or what was done to a customer, and who looked."""
    with open_store(book_url(db)) as store:
        entries = timeline(store, customer, limit) if customer else entries_after(store, after, limit)
    if as_json:
        print(json.dumps([entry._asdict() for entry in entries], ensure_ascii=False))
    elif entries:
        names = ("seq", "source", "at", "actor", "what", "about", "customer", "n", "reason")
        print(aligned([names, RULE, *(_cells(entry) for entry in entries)], left=9))
    else:
        print("Nothing on record." if customer else "Nothing is sealed after that record. Run: plimsoll audit seal")


@app.command()
def export(
    path: Annotated[Path, typer.Argument(metavar="FILE", help="Where the bundle is written; a file that is there stays.")],
    db: Db = "",
    first: Annotated[int, typer.Option("--from", metavar="BLOCK", min=1, help="The first block.")] = 1,
    last: Annotated[int, typer.Option("--to", metavar="BLOCK", help="The last block. Default: the newest.")] = 0,
    withhold: Annotated[list[str] | None, typer.Option("--withhold", metavar="SOURCE", help="Tell only the hash of its records.")] = None,
    as_json: AsJson = False,
) -> None:
    """Write a part of the chain to a file that others can check without the book: tools/verify_audit.py FILE --key PUBLIC."""
    withheld = set(withhold or ())
    if not withheld <= set(BY_NAME):
        raise Stop(USAGE, f"--withhold: one of {', '.join(BY_NAME)}")
    keys = configured_keys()
    with open_store(book_url(db)) as store:
        count = _write(store, path, keys, first, last or None, withheld)
    words = f"{path}: {count:,} lines. Check it with: python tools/verify_audit.py {path} --key PUBLIC"
    tell({"path": str(path), "lines": count}, words, as_json=as_json)


def _write(store: Store, path: Path, keys: AuditKeys | None, first: int, last: int | None, withheld: set[str]) -> int:
    """Write a bundle for its owner alone; give how many lines."""
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as failed:
        raise Stop(USAGE, f"{path}: {failed.strerror}") from None
    count = 0
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        for line in bundle(store, keys.publics if keys else (), first, last, withheld):
            file.write(line + "\n")
            count += 1
    return count


def as_object(verdict: Verdict) -> dict[str, object]:
    """Give the verdict as an object of plain values."""
    names = ("blocks", "records", "waiting", "checkpoints", "anchors", "is_signature_checked", "unsigned", "head", "dated_back", "breaches")
    return {"proved": verdict.is_proved} | {name: getattr(verdict, name) for name in (*names, "breaches_more")}


def _told(verdict: Verdict) -> str:
    lines = [
        f"{'Proved' if verdict.is_proved else 'NOT proved'}: {verdict.records:,} records in {verdict.blocks:,} blocks.",
        f"{verdict.waiting:,} records wait to be sealed; {verdict.unsigned:,} are sealed after the last checkpoint.",
        f"{verdict.checkpoints:,} checkpoints and {verdict.anchors:,} anchors "
        + (
            "checked with their signatures." if verdict.is_signature_checked else "checked; signatures not, since no key was given (--key)."
        ),
    ]
    if verdict.dated_back:
        lines.append(f"{verdict.dated_back:,} records are dated before the one before them: look at the clocks of those days.")
    if not verdict.anchors:
        lines.append("Without --anchor nobody can tell whether the end was cut off, or all rewritten by who holds the key.")
    more = [f"and {verdict.breaches_more:,} more"] if verdict.breaches_more else []
    return "\n".join([*lines, *verdict.breaches, *more])


def _cells(entry: Entry) -> tuple[str, ...]:
    customer = str(entry.customer_id or "")
    return (str(entry.seq or ""), entry.source, entry.at, entry.actor, entry.what, entry.about, customer, str(entry.n), entry.reason)


def _path() -> Path:
    path = key_path()
    if path is None:
        raise StoreTrouble("audit_key_missing", f"{VARIABLE} is not set")
    return path


def _anchored(store: Store, place: Path | None) -> Anchored | None:
    """Keep new checkpoints in a place outside the book, None for nowhere; ends with 5 where the chain no longer leads to the last."""
    try:
        return None if place is None else write_anchor(store, place)
    except StoreTrouble as trouble:
        if trouble.code == "audit_anchor_differs":
            raise Stop(VERIFICATION_FAILED, trouble.text()) from None
        raise


def _keys() -> AuditKeys:
    _path()
    keys = configured_keys()
    assert keys is not None
    return keys


def _publics(given: list[str] | None) -> tuple[bytes, ...]:
    """Read the public keys that are given, else those of the key that is configured; () where there is neither."""
    if not given:
        keys = configured_keys()
        return keys.publics if keys else ()
    try:
        lines = [line for one in given for line in (Path(one).read_text("utf-8").split() if Path(one).is_file() else [one])]
        return tuple(read_public(line) for line in lines)
    except (ValueError, OSError):
        raise Stop(USAGE, "--key: a public key in base64, or a file with one a line") from None


def _notes(store: Store, named: Path | None) -> list[Note]:
    """Give the anchors of a book in the place that is named, or in that of the configuration, which may have none yet."""
    place = named or anchor_place()
    if place is None:
        return []
    with store.driver() as driver:
        path = path_of(place, origin_of(driver, store.kind))
    return read_anchors(path) if named or path.exists() else []
