"""The register of what governs decisions (models, policy tables): entered once by digest, moved by steps that stay.

What may follow on what, and who may do it, is the pure table of moves of its kind (`plimsoll.rulebook.duties`); the triggers of the
database hold the same for whoever comes another way: steps follow on each other, nobody holds two duties, the content stays as it was
entered, and the state is what the last step says. Nothing here belongs to a customer.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Final, NamedTuple
from unicodedata import normalize

from sqlalchemy import Connection, Row, Select, insert, select, text

from plimsoll.app.database.schema import artefact, artefact_step
from plimsoll.app.database.sheet import instant_of
from plimsoll.app.database.store import Store
from plimsoll.rulebook.duties import BUILD, OUSTED, Acted, Move, next_move
from plimsoll.units.refusal import Refused

LOCK: Final = "SELECT pg_advisory_xact_lock(hashtextextended('plimsoll register', 0))"
PREFIX_MIN: Final = 6
LIKE_SPECIAL: Final = "%_\\"


class Artefact(NamedTuple):
    """A model or policy table on the register: `body` is its file as text, `digest` what its own reader computes from it."""

    digest: str
    kind: str
    name: str
    state: str
    body: str
    made_by: str
    made_at: datetime


class Draft(NamedTuple):
    """What is to be entered; `name` is the place it is meant for, such as "application": one champion a kind and name."""

    kind: str
    name: str
    digest: str
    body: str


class Step(NamedTuple):
    """One step of a life, counted from 1. `evidence` is the document that it rests on, as JSON text; "" for none."""

    n: int
    verb: str
    before: str
    after: str
    duty: str
    actor: str
    at: datetime
    reason: str
    evidence: str


class Act(NamedTuple):
    """Who acts, when, why, and on what evidence (JSON text)."""

    actor: str
    at: datetime
    reason: str
    evidence: str = ""


def register(store: Store, draft: Draft, moves: Sequence[Move], act: Act) -> Artefact | Refused:
    """Enter something as a draft. Refuses artefact_exists, and what `next_move` refuses."""
    act = _tidy(act)
    first = next(move for move in moves if not move.before)
    assert first.duty == BUILD, first
    with store.changing() as connection:
        _take_turns(store, connection)
        found = next_move(moves, "", first.verb, actor=act.actor, reason=act.reason, evidence=act.evidence, acted=())
        if isinstance(found, Refused):
            return found
        if connection.execute(select(artefact.c.digest).where(artefact.c.digest == draft.digest)).first():
            return Refused("artefact_exists", "", draft.digest[:12])
        connection.execute(insert(artefact).values(**draft._asdict(), state="", made_by=act.actor, made_at=act.at))
        _write(connection, draft.digest, 1, found, act)
        return _artefact(connection.execute(_one(draft.digest)).one())


def move(store: Store, digest: str, verb: str, moves: Sequence[Move], act: Act) -> Artefact | Refused:
    """Move something one step; where the move ousts, what stood in its place leaves in the same transaction.

    Refuses artefact_unknown, and what `next_move` refuses.
    """
    assert verb != OUSTED, "nothing is ousted by hand"
    act = _tidy(act)
    with store.changing() as connection:
        _take_turns(store, connection)
        row = connection.execute(_one(digest)).first()
        if row is None:
            return Refused("artefact_unknown", "", digest[:12])
        held = _artefact(row)
        acted = [Acted(step.actor, step.duty) for step in _steps(connection, digest)]
        found = next_move(moves, held.state, verb, actor=act.actor, reason=act.reason, evidence=act.evidence, acted=acted)
        if isinstance(found, Refused):
            return found
        if found.ousts:
            _oust(connection, held, found, moves, act)
        _write(connection, digest, len(acted) + 1, found, act)
        return held._replace(state=found.after)


def _tidy(act: Act) -> Act:
    """Write a name one way, so that a blank or another form of a letter makes no second person of it."""
    return act._replace(actor=" ".join(normalize("NFKC", act.actor).split()), reason=act.reason.strip())


def _oust(connection: Connection, newcomer: Artefact, found: Move, moves: Sequence[Move], act: Act) -> None:
    """Let whatever stands in the place of `newcomer` leave it."""
    leaves = next(one for one in moves if one.verb == OUSTED and one.before == found.after)
    standing = select(artefact.c.digest).where(
        artefact.c.kind == newcomer.kind, artefact.c.name == newcomer.name, artefact.c.state == found.after
    )
    for digest in connection.execute(standing).scalars().all():
        count = len(_steps(connection, digest))
        _write(connection, digest, count + 1, leaves, act._replace(reason=f"succeeded by {newcomer.digest}", evidence=""))


def find(store: Store, kind: str, named: str) -> Artefact | Refused:
    """Find by digest or the first characters of one (at least 6). Refuses artefact_unknown, artefact_ambiguous."""
    named = named.lower()
    if len(named) < PREFIX_MIN or any(letter in named for letter in LIKE_SPECIAL):
        return Refused("artefact_unknown", "", named)
    with store.engine.connect() as connection:
        wanted = select(artefact).where(artefact.c.kind == kind, artefact.c.digest.like(f"{named}%")).limit(2)
        rows = connection.execute(wanted).all()
    if len(rows) != 1:
        return Refused("artefact_ambiguous" if rows else "artefact_unknown", "", named)
    return _artefact(rows[0])


def listed(store: Store, kind: str, *, name: str = "", state: str = "") -> tuple[Artefact, ...]:
    """Give all of a kind, oldest first; with `name` or `state` only those."""
    wanted = select(artefact).where(artefact.c.kind == kind).order_by(artefact.c.made_at, artefact.c.digest)
    if name:
        wanted = wanted.where(artefact.c.name == name)
    if state:
        wanted = wanted.where(artefact.c.state == state)
    with store.engine.connect() as connection:
        return tuple(_artefact(row) for row in connection.execute(wanted))


def steps(store: Store, digest: str) -> tuple[Step, ...]:
    """Give the steps of one thing, oldest first."""
    with store.engine.connect() as connection:
        return _steps(connection, digest)


def _take_turns(store: Store, connection: Connection) -> None:
    """Let one change of the register happen at a time; SQLite has one writer anyway."""
    if store.kind == "postgresql":
        connection.execute(text(LOCK))


def _one(digest: str) -> Select[tuple[object, ...]]:
    return select(artefact).where(artefact.c.digest == digest)


def _artefact(row: Row[tuple[object, ...]]) -> Artefact:
    return Artefact(row.digest, row.kind, row.name, row.state, row.body, row.made_by, instant_of(row.made_at))


def _steps(connection: Connection, digest: str) -> tuple[Step, ...]:
    columns = artefact_step.c
    wanted = select(artefact_step).where(columns.digest == digest).order_by(columns.n)
    return tuple(
        Step(row.n, row.verb, row.before_state, row.after_state, row.duty, row.actor, instant_of(row.at), row.reason, row.evidence)
        for row in connection.execute(wanted)
    )


def _write(connection: Connection, digest: str, n: int, made: Move, act: Act) -> None:
    """Write a step; the database moves the state along."""
    connection.execute(
        insert(artefact_step).values(
            digest=digest,
            n=n,
            verb=made.verb,
            before_state=made.before,
            after_state=made.after,
            duty=made.duty,
            actor=act.actor,
            at=act.at,
            reason=act.reason,
            evidence=act.evidence,
        )
    )
