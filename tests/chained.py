"""A book in which every source of the audit chain holds something, and the hand of an owner who can change anything in it."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from sqlalchemy import Connection, text

from plimsoll.app.access.event import record
from plimsoll.app.chain.key import AuditKeys, new_keys
from plimsoll.app.chain.seal import seal
from plimsoll.app.database.schema import APPEND_ONLY
from plimsoll.app.database.store import Store
from plimsoll.app.dossier import execute_dossier
from plimsoll.app.governed import Act, Draft, register
from plimsoll.risk.score.lifecycle import MOVES
from tests.toys import NOW, Draw, Note, Open, Repay, ToyRules, run
from tests.unit.test_dossier import VERBS, Jot

LATER = NOW + timedelta(seconds=30)
RECORDS = 26
"""How many records the filled book has."""
OF_A_PAYMENT = 3
"""The command, its fact, its entry."""


def fill(store: Store) -> None:
    """Put something into every source: four customers, a dossier, a model, looks into the vault, a sign-in, closed days."""
    for number in (1, 2, 3):
        run(store, Open(f"open {number}", number))
        run(store, Draw(f"draw {number}", number, 10, 100_000))
    run(store, Repay("pay 1", 1, 5_000, 10))
    run(store, Note("note 2", 2))
    execute_dossier(store, VERBS, Jot("jot", "north"), actor="ana", now=NOW, rules=ToyRules)
    register(store, Draft("model", "application", "d1", "{}"), MOVES, Act("ana", NOW, "a first one"))
    with store.changing() as connection:
        for n in (1, 2):
            connection.execute(
                text("INSERT INTO vault_access VALUES (2, :n, :at, 'ana', 'reveal', 'phone', '', 'called back')"),
                {"at": stored(store), "n": n},
            )
        record(connection, NOW, "ana", "signed_in", "ana")
        record(connection, NOW, "ana", "viewed", "customer page", 2)
        for day in ("2026-01-14", "2026-01-15"):
            connection.execute(
                text("INSERT INTO close_run VALUES (:day, :at, :at, 1, 'done', '{\"sum\": 0}')"), {"at": stored(store), "day": day}
            )


def stored(store: Store) -> object:
    """Give the instant as a statement without types takes it."""
    return NOW if store.kind == "postgresql" else NOW.isoformat(" ", "microseconds")[:26]


def sealed(store: Store) -> AuditKeys:
    """Fill a book, seal it in two blocks, and give the key that signed."""
    keys = new_keys()
    fill(store)
    seal(store, keys, NOW)
    run(store, Repay("pay 2", 2, 6_000, 10))
    run(store, Repay("pay 3", 3, 7_000, 10))
    seal(store, keys, LATER)
    return keys


@contextmanager
def owner(store: Store) -> Iterator[Connection]:
    """Give a connection that may change rows as the owner of the database can: no walls, no keys that hold tables together."""
    with store.engine.connect() as connection:
        if store.kind == "postgresql":
            connection.execute(text("SET session_replication_role = replica"))
        else:
            connection.execute(text("PRAGMA foreign_keys = off"))
            for table in APPEND_ONLY:
                for suffix in ("no_update", "no_delete", "no_replace"):
                    connection.execute(text(f"DROP TRIGGER IF EXISTS {table.name}_{suffix}"))
        try:
            yield connection
        finally:
            connection.execute(text("RESET session_replication_role" if store.kind == "postgresql" else "PRAGMA foreign_keys = on"))


def tamper(store: Store, *statements: str) -> None:
    """Change rows as the owner of the database can."""
    with owner(store) as connection:
        for statement in statements:
            connection.execute(text(statement))
