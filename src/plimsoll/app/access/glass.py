"""Breaking the glass: somebody asks why, a second person agrees, for an hour there is a role for emergencies, a third looks at it after."""

from datetime import datetime
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection, Row, insert, select, update

from plimsoll.app.access.event import first_id, new_id, record
from plimsoll.app.access.people import find, refuse_reason
from plimsoll.app.access.policy import glass_lasts
from plimsoll.app.access.principal import Principal
from plimsoll.app.access.recognise import forget
from plimsoll.app.access.standing import ACTIVE, later
from plimsoll.app.database.schema_access import access_event, access_glass
from plimsoll.app.database.sheet import instant_of
from plimsoll.app.house import House
from plimsoll.units.refusal import Refused

ASKED, BROKEN, OVER, REVIEWED = "asked", "broken", "over", "reviewed"


class Glass(NamedTuple):
    """A time in which somebody may do what is for emergencies."""

    glass_id: str
    user_id: str
    reason: str
    state: str
    """asked, broken, over, reviewed."""
    asked_at: datetime
    approved_by: str
    approved_at: datetime | None
    until: datetime | None
    ended_at: datetime | None
    reviewed_by: str
    review: str


class Done(NamedTuple):
    """One thing on record that was done meanwhile."""

    at: datetime
    action: str
    subject: str
    customer_id: int
    reason: str


def ask(house: House, who: Principal, reason: str) -> Glass | Refused:
    """Ask that the glass be broken for oneself. Refuses reason_missing, absent, glass_open."""
    refused = refuse_reason(reason)
    if refused is not None:
        return refused
    now = house.now()
    with house.store.changing() as connection:
        user = find(connection, who.user_id, is_held=True)
        if user is None or user.state != ACTIVE or who.key_id:
            return Refused("absent", "", who.user_id)
        of_user = select(access_glass).where(access_glass.c.user_id == who.user_id, access_glass.c.ended_at.is_(None))
        if any(glass_of(row, now).state in (ASKED, BROKEN) for row in connection.execute(of_user)):
            return Refused("glass_open")
        asked = Glass(new_id("gl", now), who.user_id, reason.strip(), ASKED, now, "", None, None, None, "", "")
        row = (asked.glass_id, who.user_id, asked.reason, now, "", None, None, None, "", "")
        connection.execute(insert(access_glass).values(row))
        record(connection, now, who.actor, "glass_asked", asked.glass_id, reason=asked.reason)
    return asked


def agree(house: House, who: Principal, glass_id: str) -> Glass | Refused:
    """Break the glass for somebody else, from now for as long as policy says. Refuses absent, two_people_needed, glass_not_asked."""
    now = house.now()
    with house.store.changing() as connection:
        glass = _held(connection, glass_id, now)
        if isinstance(glass, Refused):
            return glass
        if glass.user_id == who.user_id:
            return Refused("two_people_needed")
        if glass.state != ASKED:
            return Refused("glass_not_asked", "", glass.state)
        until = now + glass_lasts(house.rules, now)
        values = {"approved_by": who.user_id, "approved_at": now, "until": until}
        connection.execute(update(access_glass).where(access_glass.c.glass_id == glass_id).values(values))
        record(connection, now, who.actor, "glass_broken", glass_id, reason=glass.reason, body={"user": glass.user_id})
    forget(house.store)
    return glass._replace(state=BROKEN, approved_by=who.user_id, approved_at=now, until=until)


def end(house: House, who: Principal, glass_id: str) -> Glass | Refused:
    """End it before its time: by who asked, or anybody who may agree. One that was only asked for is withdrawn, or declined.

    Refuses absent, glass_over.
    """
    now = house.now()
    with house.store.changing() as connection:
        glass = _held(connection, glass_id, now)
        if isinstance(glass, Refused):
            return glass
        if glass.state not in (ASKED, BROKEN):
            return Refused("glass_over")
        connection.execute(update(access_glass).where(access_glass.c.glass_id == glass_id).values(ended_at=now))
        record(connection, now, who.actor, "glass_ended", glass_id)
    forget(house.store)
    return glass._replace(state=OVER, ended_at=now)


def review(house: House, who: Principal, glass_id: str, words: str) -> Glass | Refused:
    """Say, as a third person, what was made of it. Refuses absent, reason_missing, two_people_needed, glass_not_over, glass_reviewed."""
    refused = refuse_reason(words)
    if refused is not None:
        return refused
    now = house.now()
    with house.store.changing() as connection:
        glass = _held(connection, glass_id, now)
        if isinstance(glass, Refused):
            return glass
        if glass.state == REVIEWED:
            return Refused("glass_reviewed")
        if glass.state != OVER or not glass.approved_by:
            return Refused("glass_not_over", "", glass.state)
        if who.user_id in (glass.user_id, glass.approved_by):
            return Refused("two_people_needed")
        values = {"reviewed_by": who.user_id, "review": words.strip()}
        connection.execute(update(access_glass).where(access_glass.c.glass_id == glass_id).values(values))
        record(connection, now, who.actor, "glass_reviewed", glass_id, reason=words.strip())
    return glass._replace(state=REVIEWED, reviewed_by=who.user_id, review=words.strip())


def glasses(house: House, *, state: str = "", limit: int = 50) -> list[Glass]:
    """Give the latest first; those in a state alone where one is named. What is over and was broken waits for a review."""
    now = house.now()
    chosen = select(access_glass).order_by(access_glass.c.asked_at.desc(), access_glass.c.glass_id)
    found = []
    with house.store.engine.connect() as connection:
        for row in connection.execute(chosen):
            glass = glass_of(row, now)
            if not state or glass.state == state:
                found.append(glass)
                if len(found) == limit:
                    break
    return found


def done_meanwhile(house: House, glass_id: str, limit: int = 500) -> list[Done] | Refused:
    """Give what is on record of the person while the glass was broken, oldest first, for who reviews it. Refuses absent."""
    now = house.now()
    columns = access_event.c
    with house.store.engine.connect() as connection:
        row = connection.execute(select(access_glass).where(access_glass.c.glass_id == glass_id)).first()
        if row is None:
            return Refused("absent", "", glass_id)
        glass = glass_of(row, now)
        if glass.approved_at is None or glass.until is None:
            return []
        last = min(glass.until, glass.ended_at or glass.until)
        # Ids sort by the instant.
        within = (columns.event_id >= first_id("ev", glass.approved_at), columns.at <= last, columns.actor == glass.user_id)
        rows = connection.execute(select(access_event).where(*within).order_by(columns.at, columns.event_id).limit(limit)).all()
    return [Done(instant_of(one.at), one.action, one.subject, one.customer_id, one.reason) for one in rows]


def glass_of(row: Row[Any], now: datetime) -> Glass:
    """Give it as it was read, with what it is now."""
    until, ended_at = later(row.until), later(row.ended_at)
    is_over = ended_at is not None or (until is not None and until <= now)
    state = REVIEWED if row.reviewed_by else OVER if is_over else BROKEN if row.approved_by else ASKED
    return Glass(
        row.glass_id, row.user_id, row.reason, state, instant_of(row.asked_at), row.approved_by, later(row.approved_at), until, ended_at,
        row.reviewed_by, row.review,
    )  # fmt: skip


STATES: Final = (ASKED, BROKEN, OVER, REVIEWED)


def _held(connection: Connection, glass_id: str, now: datetime) -> Glass | Refused:
    row = connection.execute(select(access_glass).where(access_glass.c.glass_id == glass_id).with_for_update()).first()
    return Refused("absent", "", glass_id) if row is None else glass_of(row, now)
