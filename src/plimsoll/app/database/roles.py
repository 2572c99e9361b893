"""Let a role of PostgreSQL use a book without being able to change what was appended."""

from psycopg import errors, sql

from plimsoll.app.database.store import Store
from plimsoll.app.database.triggers import grants
from plimsoll.app.database.trouble import StoreTrouble


def grant_role(store: Store, role: str, *, is_login: bool = False) -> None:
    """Make `role` (NOLOGIN, or LOGIN with a password set elsewhere) where it is missing, and grant it what the book needs.

    It may append to facts, journal, audit and standing accruals, and neither update nor delete them. Run it as the owner of the
    tables; the programs that serve people then connect as this role or as one that has been granted it. Raises StoreTrouble
    store_rights_missing for who may not make roles or does not own the tables.
    """
    if store.address.kind != "postgresql":
        raise StoreTrouble("usage", "only PostgreSQL has roles; on SQLite the triggers alone refuse changes")
    with store.driver() as connection:
        names = [sql.Identifier(name).as_string(connection) for name in (role, connection.info.dbname)]
        try:
            with connection.transaction():
                for statement in grants(names[0], names[1], is_login=is_login):
                    connection.execute(statement.encode())
        except errors.InsufficientPrivilege as failed:
            said = failed.diag.message_primary or ""
            raise StoreTrouble("store_rights_missing", f"{connection.info.user}: {said}") from None
