"""Who an invitation is for, told before they choose a password; why one holds no more is told only to whoever has its text."""

import hmac
from datetime import datetime
from hashlib import sha256
from typing import NamedTuple

from sqlalchemy import select

from plimsoll.app.access.challenge import INVITATION
from plimsoll.app.access.invitation import PREFIX
from plimsoll.app.access.people import find
from plimsoll.app.access.standing import ACTIVE
from plimsoll.app.database.schema_access import access_challenge
from plimsoll.app.database.sheet import instant_of
from plimsoll.app.house import House
from plimsoll.units.refusal import Refused


class Invited(NamedTuple):
    """An invitation that holds: whom it is for, and until when."""

    user_id: str
    name: str
    until: datetime


def invited(house: House, text: str) -> Invited | Refused:
    """Give whom an invitation is for; nothing is changed by looking.

    Refuses invitation_refused (not known, wrong, or of somebody who is locked out: told alike), invitation_used, invitation_expired.
    """
    prefix, _, rest = text[:200].partition(".")
    challenge_id, _, secret = rest.partition(".")
    columns = access_challenge.c
    with house.store.engine.connect() as connection:
        row = connection.execute(select(access_challenge).where(columns.challenge_id == challenge_id, columns.kind == INVITATION)).first()
        is_it = row is not None and hmac.compare_digest(row.secret, sha256(secret.encode("utf-8", "replace")).digest())
        user = find(connection, row.user_id) if row is not None and is_it and prefix == PREFIX else None
    if row is None or user is None or user.state != ACTIVE:
        return Refused("invitation_refused")
    if row.used_at is not None:
        return Refused("invitation_used", "", user.user_id)
    until = instant_of(row.until)
    if until <= house.now():
        return Refused("invitation_expired", "", user.user_id)
    return Invited(user.user_id, user.name, until)
