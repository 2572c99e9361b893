"""How somebody stands with the house now: who they are, the roles they hold today, whether the glass is broken for them."""

from datetime import datetime
from typing import Final, NamedTuple

from sqlalchemy import Connection, select

from plimsoll.app.access.principal import Principal
from plimsoll.app.database.schema_access import access_glass, access_grant, access_user
from plimsoll.app.database.sheet import instant_of

ACTIVE, LOCKED, CLOSED = "active", "locked", "closed"
STATES: Final = (ACTIVE, LOCKED, CLOSED)
BORROWER: Final = "borrower-"
"""What the names of borrowers begin with; a customer_id of others says which customer a member of the staff is."""
BREAK_GLASS: Final = "break_glass"
"""The role that somebody has for an hour once a second person agreed."""


class Role(NamedTuple):
    """A role and the instant from which it is held no longer, None where none is set."""

    role: str
    until: datetime | None


def is_borrower(user_id: str) -> bool:
    """Tell whether a user is a borrower, who signs in by phone."""
    return user_id.startswith(BORROWER)


class Standing(NamedTuple):
    """A user as they were read: what a principal is made of."""

    user_id: str
    state: str
    unit: str
    party: str
    customer_id: int
    language: str
    roles: tuple[Role, ...]

    def principal(
        self, now: datetime, *, strong_at: datetime | None = None, narrowed: tuple[str, ...] = (), key_id: str = "", has_roles: bool = True
    ) -> Principal:
        """Give who they are at an instant; without roles where a second factor is still to come, without the glass by a key."""
        held = sorted({one.role for one in self.roles if one.until is None or now < one.until}) if has_roles else ()
        held = [role for role in held if not key_id or role != BREAK_GLASS]
        return Principal(
            user_id=self.user_id,
            roles=tuple(held),
            unit=self.unit,
            party=self.party,
            customer_id=self.customer_id,
            narrowed=narrowed,
            key_id=key_id,
            strong_at=strong_at,
            language=self.language,
        )


def read_standing(connection: Connection, user_id: str) -> Standing | None:
    """Give how a user stands; None for a stranger. What has ended is left out; what ends later says when."""
    columns, grants, glass = access_user.c, access_grant.c, access_glass.c
    user = connection.execute(select(access_user).where(columns.user_id == user_id)).first()
    if user is None:
        return None
    held = connection.execute(select(grants.role, grants.until).where(grants.user_id == user_id, grants.ended_at.is_(None)))
    roles = [Role(row.role, later(row.until)) for row in held]
    broken = connection.execute(
        select(glass.until).where(glass.user_id == user_id, glass.approved_at.is_not(None), glass.ended_at.is_(None))
    )
    roles += [Role(BREAK_GLASS, later(row.until)) for row in broken]
    return Standing(user.user_id, user.state, user.unit, user.party, user.customer_id, user.language, tuple(roles))


def later(stored: datetime | None) -> datetime | None:
    """Give an instant that may not be set."""
    return None if stored is None else instant_of(stored)
