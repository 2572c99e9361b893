"""Execute a command on a dossier: recognise its key, let its department decide, append what it wrote; and read dossiers back.

A dossier is read without a lock. What was decided is written only if the dossier, and every other one the verb read, still counts the
commands it counted then: the counts are compared under lock, in one order for everybody. Otherwise it is read and decided again.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, Final, NamedTuple, TypeAlias

from sqlalchemy import ColumnElement, Connection, exc, insert, select, text, tuple_, update

from plimsoll.app.database.schema import dossier, dossier_command, dossier_filing
from plimsoll.app.database.sheet import Seen, instant_of
from plimsoll.app.database.store import Store
from plimsoll.app.database.trouble import Clash, StoreTrouble
from plimsoll.app.execute import ATTEMPTS_MAX, Answer, Outcome, digest_of, recognised, refuse_key, rules_number
from plimsoll.app.posting import Request
from plimsoll.loan.dossier import DOSSIERS, ENTRIES, SUBJECT_LENGTH_MAX, Dossier, Saying, Written
from plimsoll.loan.filing import BODY_LENGTH_MAX, Filing, NewFiling
from plimsoll.units.refusal import Refused

PAGE: Final = 200
RULEBOOK: Final = text("INSERT INTO rulebook (rules_id, digest, first_used_at) VALUES (:rules_id, :digest, :at) ON CONFLICT DO NOTHING")
CLASHES: Final = ("23505", "40001", "40P01")
"""States of PostgreSQL: a key is there already, two transactions cannot both be, two waited for each other."""
SQLITE_CLASHES: Final = ("SQLITE_CONSTRAINT_PRIMARYKEY", "SQLITE_CONSTRAINT_UNIQUE")

Name: TypeAlias = tuple[str, str]
"""A dossier: its kind and subject."""

Counts: TypeAlias = dict[Name, tuple[int, int]]
"""Dossiers that are there: how many commands and entries each counts."""


def no_others(_command: Any) -> tuple[Name, ...]:
    """Give the further dossiers of a verb that reads none."""
    return ()


def no_saying(_command: Any) -> Saying | None:
    """Give that a verb reads no dossiers by what they say."""
    return None


class DossierVerb(NamedTuple):
    """One line of the wiring: the name of a command, the kind of dossier it is about, what decides, which further dossiers it reads.

    These are named by the command (`others`), or found by what they say (`saying`); one that begins to say it meanwhile is seen too,
    where both commands name or are about one dossier in common.
    """

    name: str
    kind: str
    decide: Callable[[Dossier, Any, Any], Written | Refused]
    others: Callable[[Any], tuple[Name, ...]] = no_others
    saying: Callable[[Any], Saying | None] = no_saying


DossierWiring: TypeAlias = Mapping[type, DossierVerb]


@dataclass(frozen=True, slots=True)
class Asked:
    """A command on a dossier, ready to be decided on."""

    verb: DossierVerb
    command: Any
    request: Request
    own: Name
    names: tuple[Name, ...]  # its own dossier and the others it reads
    now: datetime


def execute_dossier(
    store: Store, wiring: DossierWiring, command: Any, *, actor: str, now: datetime, rules: Any, digest: bytes = b""
) -> Outcome:
    """Execute one command on a dossier durably, exactly once for its key, and give its answer; a Refused leaves nothing stored.

    Keys of dossiers are their own: the key of a command on a customer may be the same. `digest` is what a repeat is recognised by,
    b"" for the content of the command. Refuses key_missing, key_malformed, key_reused,
    command_unknown, command_in_flight, dossier_malformed, store_busy, and what the command's department refuses. Raises StoreTrouble
    where the store cannot be used; after outcome_unknown give the same command again.
    """
    assert now.tzinfo is not None, "an instant without a zone could be any"
    refused = refuse_key(command.key) or _refuse_subject(command.subject)
    if refused is not None:
        return refused
    verb = wiring.get(type(command))
    if verb is None:
        return Refused("command_unknown", detail=type(command).__name__)
    assert verb.kind in DOSSIERS, f"{verb.kind!r} is no kind of dossier"
    own = (verb.kind, command.subject)
    request = Request(verb.name, command.key, digest or digest_of(verb.name, command), actor, command.on.toordinal())
    names = (own, *sorted({*verb.others(command)} - {own}))
    asked = Asked(verb, command, request, own, names, now.astimezone(UTC))
    # Keys of dossiers are their own in this process, too.
    with store.claimed(f"{verb.kind}\n{command.key}") as is_free:
        return _attempts(store, asked, rules) if is_free else Refused("command_in_flight", detail=command.key)


def dossier_of(store: Store, kind: str, subject: str) -> tuple[Filing, ...]:
    """Give all entries of a dossier, oldest first; () where there is none."""
    with store.engine.connect() as connection:
        return _entries(connection, [(kind, subject)]).get((kind, subject), ())


def dossiers(store: Store, kind: str) -> Iterator[tuple[str, tuple[Filing, ...]]]:
    """Give the dossiers of a kind with all their entries, in the order of their subjects; read a page at a time."""
    last = ""
    while True:
        with store.engine.connect() as connection:
            wanted = select(dossier.c.subject).where(dossier.c.kind == kind, dossier.c.subject > last).order_by(dossier.c.subject)
            page = list(connection.execute(wanted.limit(PAGE)).scalars())
            found = _entries(connection, [(kind, subject) for subject in page])
        for subject in page:
            yield subject, found.get((kind, subject), ())
        if len(page) < PAGE:
            return
        last = page[-1]


def _refuse_subject(subject: Any) -> Refused | None:
    is_name = isinstance(subject, str) and 0 < len(subject) <= SUBJECT_LENGTH_MAX and subject.isprintable() and subject == subject.strip()
    return None if is_name else Refused("dossier_malformed", "", repr(subject)[: SUBJECT_LENGTH_MAX + 2])


def _attempts(store: Store, asked: Asked, rules: Any) -> Outcome:
    """Try until no other transaction wrote the same dossiers first."""
    said = ""
    for _ in range(ATTEMPTS_MAX):
        try:
            return _attempt(store, asked, rules)
        except Clash as clash:
            said = str(clash)
        except StoreTrouble as trouble:
            if trouble.code != "store_busy":
                raise
            return Refused("store_busy", detail=trouble.detail)
    return Refused("store_busy", detail=said)


def _attempt(store: Store, asked: Asked, rules: Any) -> Outcome:
    """Read, decide, and write what was decided."""
    verb, command, request = asked.verb, asked.command, asked.request
    with store.engine.connect() as connection:
        names = _names(connection, asked)
        counts = _counts(connection, names)
        entries = _entries(connection, list(names), counts)
        # The key is looked for last: where it is not there, nothing of this command stood in what was read before.
        seen = _seen(connection, request.key)
    if seen is not None:
        return recognised(seen, request)
    others = {name: entries.get(name, ()) for name in names if name != asked.own}
    seen_as = Dossier(*asked.own, entries.get(asked.own, ()), others, request.actor, asked.now)
    written = verb.decide(seen_as, command, rules)
    if isinstance(written, Refused):
        return written
    _check(written.filings, is_new=asked.own not in counts)
    with _clashes(), store.changing() as connection:
        is_same = _counts(connection, names, is_locking=True) == counts and _names(connection, asked) == names
        if not is_same or _seen(connection, request.key) is not None:
            raise Clash(f"{asked.own} was written meanwhile")
        _write(connection, asked, written, counts.get(asked.own), rules)
    return Answer(written.answer)


def _check(filings: Sequence[NewFiling], *, is_new: bool) -> None:
    """Hold a department to what can stand in a dossier."""
    assert filings or not is_new, "a dossier begins with an entry"
    for new in filings:
        assert new.kind in ENTRIES, f"{new.kind!r} is no kind of entry"
        assert new.body[:1] == "{", f"a body is a JSON object, not {new.body[:40]!r}"
        assert len(new.body.encode()) <= BODY_LENGTH_MAX, f"a {new.kind} of {len(new.body)} characters"


@contextmanager
def _clashes() -> Iterator[None]:
    """Turn what the database raises where two wrote at once into a Clash; everything is rolled back.

    Where the connection breaks while something is written nobody says what became of it: outcome_unknown, and the key will tell.
    """
    try:
        yield
    except StoreTrouble as trouble:
        if trouble.code == "store_unreachable":
            raise StoreTrouble("outcome_unknown", trouble.detail) from trouble
        raise
    except exc.DBAPIError as failed:
        driver: Any = failed.orig
        if getattr(driver, "sqlstate", None) in CLASHES or getattr(driver, "sqlite_errorname", None) in SQLITE_CLASHES:
            raise Clash(str(driver).partition("\n")[0]) from failed
        raise


def _write(connection: Connection, asked: Asked, written: Written, before: tuple[int, int] | None, rules: Any) -> None:
    """Write a command and its entries; its dossier is under lock."""
    (kind, subject), request, now = asked.own, asked.request, asked.now
    commands_count, filings_count = before or (0, 0)
    command_n, last = commands_count + 1, filings_count + len(written.filings)
    if before is None:
        row = {"kind": kind, "subject": subject, "commands_count": 1, "filings_count": last, "opened_at": now}
        connection.execute(insert(dossier).values(row))
    else:
        is_as_seen = _is(asked.own) & (dossier.c.commands_count == commands_count)
        changed = connection.execute(update(dossier).where(is_as_seen).values(commands_count=command_n, filings_count=last)).rowcount
        if changed != 1:
            raise Clash(f"{asked.own} was written meanwhile")
    name = {"kind": kind, "subject": subject, "command_n": command_n}
    said = {"key": request.key, "at": now, "actor": request.actor, "name": request.name, "digest": request.digest}
    connection.execute(insert(dossier_command).values(**name, **said, answer=written.answer))
    if written.filings:
        connection.execute(RULEBOOK, {"rules_id": rules_number(rules), "digest": rules.digest, "at": _stored(connection, now)})
        common = {"effective_on": date.fromordinal(request.on), "recorded_at": now, "actor": request.actor, "rules_id": rules_number(rules)}
        rows = [
            {**name, **common, "n": n, "entry": new.kind, "part": new.subject, "body": new.body}
            for n, new in enumerate(written.filings, filings_count + 1)
        ]
        connection.execute(insert(dossier_filing), rows)


def _is(name: Name) -> ColumnElement[bool]:
    return (dossier.c.kind == name[0]) & (dossier.c.subject == name[1])


def _names(connection: Connection, asked: Asked) -> tuple[Name, ...]:
    """Give the dossiers of a command: its own, those it names, and those that say what it reads by."""
    saying = asked.verb.saying(asked.command)
    if saying is None:
        return asked.names
    columns = dossier_filing.c
    wanted = select(columns.subject, columns.body).where(columns.kind == saying.kind, columns.entry == saying.entry)
    said = {(saying.kind, row.subject) for row in connection.execute(wanted) if json.loads(row.body).get(saying.field) == saying.text}
    return (asked.own, *sorted(said.union(asked.names) - {asked.own}))


def _counts(connection: Connection, names: Sequence[Name], *, is_locking: bool = False) -> Counts:
    """Give what dossiers count, all as of one moment; `is_locking` keeps them so until the transaction ends."""
    columns = dossier.c
    wanted = select(columns.kind, columns.subject, columns.commands_count, columns.filings_count)
    wanted = wanted.where(tuple_(columns.kind, columns.subject).in_(names)).order_by(columns.kind, columns.subject)
    rows = connection.execute(wanted.with_for_update() if is_locking else wanted)
    return {(row.kind, row.subject): (row.commands_count, row.filings_count) for row in rows}


def _entries(connection: Connection, names: Sequence[Name], counts: Counts | None = None) -> dict[Name, tuple[Filing, ...]]:
    """Give the entries of dossiers, up to what they counted where that is said: as they stood at that moment."""
    columns = dossier_filing.c
    wanted = select(dossier_filing).where(tuple_(columns.kind, columns.subject).in_(names))
    found: dict[Name, list[Filing]] = {}
    for row in connection.execute(wanted.order_by(columns.kind, columns.subject, columns.n)):
        name = (row.kind, row.subject)
        if counts is None or row.n <= counts.get(name, (0, 0))[1]:
            day = row.effective_on.toordinal()
            found.setdefault(name, []).append(Filing(row.n, row.entry, row.part, day, instant_of(row.recorded_at), row.actor, row.body))
    return {name: tuple(filings) for name, filings in found.items()}


def _seen(connection: Connection, key: str) -> Seen | None:
    columns = dossier_command.c
    row = connection.execute(select(columns.digest, columns.answer).where(columns.key == key)).first()
    return Seen(bytes(row.digest), row.answer) if row else None


def _stored(connection: Connection, at: datetime) -> object:
    """Give an instant for a statement that names no column, as the database keeps it."""
    return at if connection.dialect.name == "postgresql" else at.isoformat(" ", "microseconds")[:26]
