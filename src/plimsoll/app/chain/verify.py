"""Prove the chain: work out every block again from the tables, and hold it to what was written, signed, and anchored outside.

Found are: a field of a record changed, a record deleted, added or moved, a block changed, missing or dated back, a chain that was
rewritten with the right arithmetic (by the signatures, and by anchors where the key was stolen too), and an end cut off (by anchors).
What was written in the last seconds and is in no block yet is counted, not proved.
"""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from plimsoll.app.chain.checkpoint import Note, read_note
from plimsoll.app.chain.digest import Header, head_of, leaf_of, linked, root_of, start_of
from plimsoll.app.chain.numbering import gaps, unsealed_counts
from plimsoll.app.chain.read import Block, blocks_from, fetch, origin_of, read_ranges, rows_of
from plimsoll.app.chain.source import ACCESS, BY_NAME, CLOSE, Range
from plimsoll.app.closing.scan import snapshot
from plimsoll.app.database.store import Store

PAGE: Final = 50
TOLD_MAX: Final = 100
Progress = Callable[[int], None]


@dataclass(slots=True)
class Verdict:
    """What was proved, and every breach in words."""

    blocks: int = 0
    records: int = 0
    waiting: int = 0
    """Records that no block holds yet."""
    checkpoints: int = 0
    anchors: int = 0
    is_signature_checked: bool = False
    unsigned: int = 0
    """Records after the last checkpoint."""
    head: str = ""
    dated_back: int = 0
    """Records dated before the one before them in their stream: somebody's clock went back, or a backlog was entered."""
    breaches: list[str] = field(default_factory=list)
    breaches_more: int = 0
    """Further ones that are not told."""

    @property
    def is_proved(self) -> bool:
        """Tell whether nothing was found wrong."""
        return not self.breaches

    def breach(self, said: str) -> None:
        """Put down what is wrong."""
        if len(self.breaches) < TOLD_MAX:
            self.breaches.append(said)
        else:
            self.breaches_more += 1


@dataclass(slots=True)
class _Proof:
    """How far the proof is."""

    driver: Any
    kind: str
    verdict: Verdict
    before: bytes
    notes: dict[int, list[tuple[str, Note]]]
    """What checkpoints and anchors say of blocks, each with whose word it is."""
    next_n: int = 1
    next_seq: int = 1
    sealed_at: str = ""
    marks: dict[str, dict[tuple[int, str], int]] = field(default_factory=lambda: defaultdict(dict))
    """How far each stream is sealed."""
    sealed: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    """How many records of each source are."""
    signed_seq: int = 0
    """The last record that a known key signed for, here or outside; looked at only where signatures are checked."""
    unsigned_n: int = 0
    """The first block after it, 0 for none, and when it was sealed."""
    unsigned_at: str = ""


def verify(store: Store, publics: Sequence[bytes] = (), anchors: Sequence[Note] = (), progress: Progress | None = None) -> Verdict:
    """Prove the whole chain as it stands at one moment. `publics`: keys whose signatures count, () where signatures are not checked.

    `anchors` are checkpoints kept outside the book. Changes nothing. Cost: see docs/explanation/audit.md.
    """
    verdict = Verdict(is_signature_checked=bool(publics), anchors=len(anchors))
    with snapshot(store) as seen:
        origin = origin_of(seen.driver, store.kind)
        notes = _notes(seen.driver, store.kind, verdict)
        said = [(f"checkpoint of block {note.block_n}", note) for note in notes] + [
            (f"anchor of block {one.block_n}", one) for one in anchors
        ]
        _check_kept(notes, anchors, origin, verdict)
        by_block: dict[int, list[tuple[str, Note]]] = defaultdict(list)
        for whose, note in said:
            by_block[note.block_n].append((whose, note))
            _check_note(whose, note, origin, publics, verdict)
        proof = _Proof(seen.driver, store.kind, verdict, start_of(origin), by_block)
        proof.signed_seq = max((one.records for _, one in said if one.is_signed_by(publics)), default=0) if publics else 0
        while True:
            blocks = blocks_from(seen.driver, store.kind, proof.next_n, PAGE)
            for block in blocks:
                _prove_block(proof, block)
            if progress is not None:
                progress(verdict.records)
            if len(blocks) < PAGE:
                break
        _check_end(proof, said)
        if publics:
            _check_signed(proof)
        _check_marks(proof)
        _check_counts(proof)
    signed = [note.records for note in notes]
    verdict.unsigned = verdict.records - max(signed, default=0)
    return verdict


def _notes(driver: Any, kind: str, verdict: Verdict) -> list[Note]:
    """Read the checkpoints of the book."""
    notes: list[Note] = []
    for block_n, made_at, said in fetch(driver, kind, "SELECT block_n, {at:made_at}, note FROM audit_checkpoint ORDER BY block_n"):
        verdict.checkpoints += 1
        try:
            note = read_note(said)
        except ValueError as wrong:
            verdict.breach(f"checkpoint of block {block_n}: {wrong}")
            continue
        if (note.block_n, note.at) != (block_n, made_at):
            verdict.breach(f"checkpoint of block {block_n}: the row and its note differ")
        notes.append(note)
    return notes


def _check_kept(notes: Sequence[Note], anchors: Sequence[Note], origin: str, verdict: Verdict) -> None:
    """Hold the checkpoints of the book to the anchors: what was anchored stood there, and checkpoints only grow."""
    kept = {note.block_n for note in notes}
    for one in anchors:
        if one.origin == origin and one.block_n not in kept:
            verdict.breach(f"checkpoint of block {one.block_n} is gone from the book: it was anchored")


def _check_note(whose: str, note: Note, origin: str, publics: Sequence[bytes], verdict: Verdict) -> None:
    if note.origin != origin:
        verdict.breach(f"{whose}: it is of another book, {note.origin}")
    if publics and not note.is_signed_by(publics):
        verdict.breach(f"{whose}: not signed by a known key")


def _prove_block(proof: _Proof, block: Block) -> None:
    """Work one block out again."""
    verdict, named = proof.verdict, f"block {block.block_n}"
    if block.block_n != proof.next_n:
        verdict.breach(f"block {proof.next_n} is missing")
    if block.before != proof.before:
        verdict.breach(f"{named} does not follow the block before it")
    if block.first_seq != proof.next_seq:
        verdict.breach(f"{named} begins with record {block.first_seq}, not {proof.next_seq}")
    if block.sealed_at < proof.sealed_at:
        verdict.breach(f"{named} is dated before the block before it: the clock was turned back")
    leaves = _leaves(proof, block, named)
    if leaves is not None:
        root, last = root_of(leaves), linked(block.first_seq, block.before, leaves)
        header = Header(block.block_n, block.sealed_at, block.first_seq, len(leaves), block.root, block.before, last)
        if root != block.root:
            verdict.breach(
                f"{named}: a record among {block.first_seq} to {block.first_seq + block.records_count - 1} is not what was sealed"
            )
        elif head_of(header) != block.head:
            verdict.breach(f"{named} is not what its head says")
    for whose, note in proof.notes.get(block.block_n, ()):
        last_seq = block.first_seq + block.records_count - 1
        if (note.head, note.root, note.records) != (block.head.hex(), block.root.hex(), last_seq):
            verdict.breach(f"{whose}: the block was rewritten since")
        if note.at < block.sealed_at:
            verdict.breach(f"{whose}: signed before the block was sealed")
    if not proof.unsigned_n and block.first_seq + block.records_count - 1 > proof.signed_seq:
        proof.unsigned_n, proof.unsigned_at = block.block_n, block.sealed_at
    verdict.blocks += 1
    verdict.records += block.records_count
    verdict.head = block.head.hex()
    proof.before, proof.sealed_at = block.head, block.sealed_at
    proof.next_n, proof.next_seq = block.block_n + 1, block.first_seq + block.records_count


def _leaves(proof: _Proof, block: Block, named: str) -> list[bytes] | None:
    """Give the leaves of the records that stand in the tables now; None, with the breach put down, where they are not all there."""
    try:
        ranges = read_ranges(block.streams)
    except (ValueError, KeyError, TypeError, IndexError):
        proof.verdict.breach(f"{named}: what it holds cannot be read")
        return None
    for one in ranges:
        _follow(proof, one, named)
    leaves: list[bytes] = []
    for name, rows in rows_of(proof.driver, proof.kind, ranges):
        source = BY_NAME[name]
        leaves += [leaf_of(source.canonical(row).encode()) for row in rows]
        wanted = sum(one.records for one in ranges if one.source == name)
        if len(rows) != wanted:
            proof.verdict.breach(f"{named}: {_lost(ranges, name, [source.place(row) for row in rows], wanted)}")
        _look_at_clock(proof.verdict, name, rows)
    return leaves if len(leaves) == block.records_count else None


def _lost(ranges: Sequence[Range], name: str, places: Sequence[tuple[int, str, int]], wanted: int) -> str:
    """Say which record of a source is missing, the first of them."""
    there = set(places)
    for one in ranges:
        for n in range(one.first, one.last + 1):
            if one.source == name and (one.customer_id, one.stream, n) not in there:
                whose = f"customer {one.customer_id}{f' loan {one.stream}' if one.stream else ''}" if one.customer_id else one.stream
                return f"{wanted - len(places)} records of {name} are gone, the first: {whose} {n}".replace("  ", " ")
    return f"{len(places) - wanted} records of {name} too many"


def _follow(proof: _Proof, one: Range, named: str) -> None:
    """Hold a stream to its order: each range begins where the one before it ended."""
    marks = proof.marks[one.source]
    key = (one.customer_id, one.stream)
    expected = marks.get(key, 0) + 1
    proof.sealed[one.source] += one.records
    if one.first < expected if one.source == CLOSE else one.first != expected:
        proof.verdict.breach(f"{named}: {one.source} of {one.customer_id or one.stream} goes on with {one.first}, not {expected}")
    marks[key] = one.last


def _look_at_clock(verdict: Verdict, name: str, rows: Sequence[tuple[Any, ...]]) -> None:
    """Count records dated before the one before them in their stream."""
    place, at = BY_NAME[name].place, BY_NAME[name].at
    if name == ACCESS:
        return
    last_at, last_stream = "", (-1, "")
    for row in rows:
        stream, said = place(row)[:2], row[at]
        if stream == last_stream and said < last_at:
            verdict.dated_back += 1
        last_at, last_stream = said, stream


def _check_end(proof: _Proof, said: Sequence[tuple[str, Note]]) -> None:
    """Hold the end of the chain to whatever speaks of a later block."""
    for whose, note in said:
        if note.block_n >= proof.next_n:
            proof.verdict.breach(f"{whose}: the chain ends before it, at block {proof.next_n - 1}: its end was cut off")


def _check_signed(proof: _Proof) -> None:
    """Hold the chain to being signed: a sealer with a key signs at the end of each run, so more than its last run has to be signed."""
    if proof.unsigned_n and proof.unsigned_at < proof.sealed_at:
        named = f"blocks {proof.unsigned_n} to {proof.next_n - 1}"
        proof.verdict.breach(f"{named} are signed by nobody: they were sealed without a key, or their checkpoints are gone")


def _check_marks(proof: _Proof) -> None:
    """Hold the table that says how far streams are sealed to the blocks."""
    found: dict[str, dict[tuple[int, str], int]] = defaultdict(dict)
    sealed = fetch(proof.driver, proof.kind, "SELECT source, customer_id, stream, sealed_n FROM audit_sealed")
    for source, customer_id, stream, n in sealed:
        found[source][customer_id, stream] = n
    for source in {*found, *proof.marks} - {ACCESS}:
        if found[source] != proof.marks[source]:
            wrong = {key for key in {*found[source], *proof.marks[source]} if found[source].get(key) != proof.marks[source].get(key)}
            customer_id, stream = min(wrong)
            whose = customer_id or stream
            proof.verdict.breach(f"{source}: how far {len(wrong)} streams are sealed is not what blocks say, the first: {whose}")


def _check_counts(proof: _Proof) -> None:
    """Hold what is there to what is sealed: nothing missing, nothing slipped in; count what waits."""
    for breach in gaps(proof.driver, proof.kind):
        proof.verdict.breach(breach)
    last_day = proof.marks[CLOSE].get((0, ""), 0)
    for source, left in unsealed_counts(proof.driver, proof.kind, proof.sealed, last_day).items():
        if left < 0:
            proof.verdict.breach(f"{source}: what is there is not what blocks hold and what waits for one")
        proof.verdict.waiting += max(left, 0)
