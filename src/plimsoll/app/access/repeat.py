"""Whether a command was done before by the same person or key: then its first answer is theirs, whatever has changed since."""

from typing import Any

from sqlalchemy import Connection, and_, select

from plimsoll.app.database.schema import audit, command, dossier_command
from plimsoll.app.wiring import DOSSIER_WIRING


def is_repeat(connection: Connection, asked: Any, actor: str) -> bool:
    """Tell whether the key of a command stands in the book as done by an actor; what it said then is compared where it is executed."""
    if not isinstance(asked.key, str):
        return False
    if type(asked) in DOSSIER_WIRING:
        done = select(dossier_command.c.key).where(dossier_command.c.key == asked.key, dossier_command.c.actor == actor)
    else:
        recorded = and_(audit.c.customer_id == command.c.customer_id, audit.c.command_n == command.c.command_n)
        done = select(command.c.key).join_from(command, audit, recorded).where(command.c.key == asked.key, audit.c.actor == actor)
    return connection.execute(done).first() is not None
