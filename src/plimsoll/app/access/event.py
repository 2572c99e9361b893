"""What is on record about using the doors: who signed in, who was given what, who saw whose personal data. It only grows."""

import json
import secrets
from collections.abc import Mapping
from datetime import datetime
from itertools import count
from typing import Any, Final

from sqlalchemy import Connection, insert

from plimsoll.app.database.schema_access import access_event, access_event_waiting

NUMBERS: Final = count()
NOBODY: Final = "nobody"
"""The actor of what was tried by somebody who was not recognised."""
HOUSE: Final = "house"
"""The actor of what the house does by itself: a lock that ran out, a borrower's first sign-in."""


def record(
    connection: Connection,
    at: datetime,
    actor: str,
    action: str,
    subject: str,
    customer_id: int = 0,
    reason: str = "",
    body: Mapping[str, Any] | None = None,
) -> str:
    """Put one event on record in the caller's transaction, to be sealed into the chain of audit, and give its id.

    `action` is a word such as signed_in, role_granted, viewed; `subject` what it was done to, "" for nothing in particular;
    `customer_id` whose personal data were seen or changed, 0 for nobody's. `body` holds no personal data and no secret.
    """
    assert actor, "an event has an actor"
    assert action, "an event has an action"
    event_id = new_id("ev", at)
    said = json.dumps(body or {}, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    connection.execute(insert(access_event).values((event_id, at, actor, action, subject, customer_id, reason, said)))
    connection.execute(insert(access_event_waiting).values((event_id,)))
    return event_id


def new_id(prefix: str, at: datetime) -> str:
    """Give an id that nobody can guess and that sorts by the instant: milliseconds, the order within this process, 64 bits of chance."""
    return f"{first_id(prefix, at)}{next(NUMBERS) & 0xFFFF:04x}{secrets.token_hex(8)}"


def first_id(prefix: str, at: datetime) -> str:
    """Give what sorts before every id of the millisecond of an instant and after every one of those before."""
    return f"{prefix}_{int(at.timestamp() * 1000):012x}"
