"""The walls inside the database: what was appended stays, and the application role may do no more than it needs.

The statements are data, so that the migration that puts them up and the test that leans on them read the same text.
"""

from collections.abc import Sequence
from typing import Final

from sqlalchemy import Table

from plimsoll.app.database.schema import APPEND_ONLY, ERASABLE, account, command, customer, loan, metadata, rulebook

WRITTEN_ONCE: Final = (rulebook, account, customer, loan, command)
"""What nothing changes once it is there, terms of loans and answers that were given among it: the application role may only add to it."""

MESSAGE: Final = "is append-only: record a correction as another row"

POSTGRES_FUNCTION: Final = f"""
CREATE FUNCTION plimsoll_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% {MESSAGE}', TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
END $$
"""

POSTGRES_ACCEPT: Final = """
CREATE FUNCTION plimsoll_accept(fits boolean) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF NOT fits THEN
        RAISE EXCEPTION 'the limit would be passed' USING ERRCODE = 'PL001';
    END IF;
END $$
"""
"""Ends the transaction when a guarded update did not change every line it should: no round trip is spent on looking."""

POSTGRES_STILL_OPEN: Final = """
CREATE FUNCTION plimsoll_still_open(expected date) RETURNS void LANGUAGE plpgsql VOLATILE AS $$
BEGIN
    PERFORM pg_advisory_xact_lock_shared(8100965748541713516);
    IF (SELECT open_on FROM book) <> expected THEN
        RAISE EXCEPTION 'the day was closed meanwhile' USING ERRCODE = 'PL002';
    END IF;
END $$
"""
"""Ends the transaction when the open day has moved since it was read. The close takes the same lock alone, so that it waits for
whoever was told that the day is open; the day is read after the lock is held, with fresh eyes (VOLATILE).
"""


def functions(dialect: str) -> list[str]:
    """Give the statements that make what guards call."""
    return [POSTGRES_ACCEPT, POSTGRES_STILL_OPEN, POSTGRES_FUNCTION] if dialect == "postgresql" else []


def guards(dialect: str, names: Sequence[str]) -> list[str]:
    """Give the statements that make append-only tables refuse UPDATE, DELETE and (PostgreSQL) TRUNCATE, (SQLite) REPLACE."""
    if dialect == "postgresql":
        return [_postgres_guard(name) for name in names]
    return [statement for name in names for statement in _sqlite_guards(metadata.tables[name])]


def _postgres_guard(table: str) -> str:
    return (
        f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
        "FOR EACH STATEMENT EXECUTE FUNCTION plimsoll_append_only()"
    )


def _sqlite_guards(table: Table) -> list[str]:
    name = table.name
    refuse = f"BEGIN SELECT RAISE(ABORT, '{name} {MESSAGE}'); END"
    same = " AND ".join(f"{column.name} = NEW.{column.name}" for column in table.primary_key)
    # REPLACE deletes without firing the delete trigger, so a row that is there already is refused before it is replaced.
    return [
        f"CREATE TRIGGER {name}_no_update BEFORE UPDATE ON {name} {refuse}",
        f"CREATE TRIGGER {name}_no_delete BEFORE DELETE ON {name} {refuse}",
        f"CREATE TRIGGER {name}_no_replace BEFORE INSERT ON {name} WHEN EXISTS (SELECT 1 FROM {name} WHERE {same}) {refuse}",  # noqa: S608
    ]


POSTGRES_SAME_RIGHTS: Final = """
DO $$
DECLARE holder name;
BEGIN
    FOR holder IN SELECT DISTINCT grantee FROM information_schema.role_table_grants
        WHERE table_schema = 'public' AND table_name = '{like}' AND privilege_type = 'INSERT' AND grantee NOT IN ('PUBLIC', grantor)
    LOOP
        EXECUTE format('GRANT {rights} ON {table} TO %I', holder);
    END LOOP;
END $$
"""


def same_rights(table: str, like: str) -> str:
    """Give the statement (PostgreSQL) that lets whoever may write to one table write to a new one in the same way."""
    found = metadata.tables[table]
    rights = "SELECT, INSERT" + ", UPDATE" * (found not in APPEND_ONLY) + ", DELETE" * (found in ERASABLE)
    return POSTGRES_SAME_RIGHTS.format(like=like, table=table, rights=rights)


def grants(role: str, database: str, *, is_login: bool) -> list[str]:
    """Give the statements that make `role` on PostgreSQL and let it use the book: append where it appends, DELETE what the erased leave.

    `role` and `database` are quoted identifiers. TEMPORARY is for the staging table of bulk changes.
    """
    append_only = [table.name for table in (*APPEND_ONLY, *WRITTEN_ONCE)]
    changing = [table.name for table in metadata.sorted_tables if table.name not in append_only]
    return [
        f"DO $$ BEGIN CREATE ROLE {role} NOLOGIN; EXCEPTION WHEN duplicate_object THEN NULL; END $$",
        *([f"ALTER ROLE {role} LOGIN"] if is_login else []),
        f"GRANT CONNECT, TEMPORARY ON DATABASE {database} TO {role}",
        f"GRANT USAGE ON SCHEMA public TO {role}",
        f"GRANT SELECT, INSERT ON {', '.join(append_only)} TO {role}",
        f"REVOKE UPDATE ON {', '.join(append_only)} FROM {role}",
        f"GRANT SELECT, INSERT, UPDATE ON {', '.join(changing)} TO {role}",
        f"GRANT DELETE ON {', '.join(table.name for table in ERASABLE)} TO {role}",
        f"GRANT SELECT ON alembic_version TO {role}",
    ]
