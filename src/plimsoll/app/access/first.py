"""The first administrator of a house: made on its machine, and only where there is none to give roles."""

from plimsoll.app.access.event import HOUSE, new_id
from plimsoll.app.access.grant import ADMINISTRATOR, Grant, administrators, put
from plimsoll.app.access.people import NewUser, User, find, get, register
from plimsoll.app.access.principal import Principal
from plimsoll.app.access.recognise import forget
from plimsoll.app.access.standing import ACTIVE
from plimsoll.app.house import House
from plimsoll.units.refusal import Refused

REASON = "the first administrator of this house"


def first(house: House, who: Principal, new: NewUser) -> User | Refused:
    """Register somebody and make them the administrator of a house that has none; a user who is there already is taken.

    Raises Malformed user_malformed. Refuses administrator_exists, user_reserved, user_closed, role_does_not_fit.
    """
    with house.store.engine.connect() as connection:
        there = administrators(connection, house.now())
    if there:
        return Refused("administrator_exists", "", ", ".join(there))
    made = register(house, who, new)
    if isinstance(made, Refused) and made.code != "user_exists":
        return made
    now = house.now()
    with house.store.changing() as connection:
        if house.store.kind == "postgresql":
            connection.exec_driver_sql("LOCK TABLE access_grant IN SHARE ROW EXCLUSIVE MODE")
        there = administrators(connection, now)
        if there:
            return Refused("administrator_exists", "", ", ".join(there))
        row = find(connection, new.user_id, is_held=True)
        assert row is not None, new.user_id
        if row.state != ACTIVE:
            return Refused("user_closed", "", new.user_id)
        if row.party:
            return Refused("role_does_not_fit", "", f"{new.user_id} acts for {row.party}")
        put(connection, Grant(new_id("gr", now), new.user_id, ADMINISTRATOR, HOUSE, now, REASON, None, None, ""), who.actor)
    forget(house.store)
    return made if isinstance(made, User) else get(house, new.user_id)
