"""Which branch or team a customer belongs to: whoever opens a customer has it in their unit, and it can be given to another."""

from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite

from plimsoll.app.access.event import record
from plimsoll.app.access.principal import Principal
from plimsoll.app.database.schema_access import access_unit
from plimsoll.app.house import House
from plimsoll.units.refusal import Refused

PLACED: Final = "customer_placed"
LENGTH_MAX: Final = 60


def unit_of(house: House, customer_id: int) -> str:
    """Give the unit of a customer, "" for none."""
    with house.store.engine.connect() as connection:
        found = connection.execute(select(access_unit.c.unit).where(access_unit.c.customer_id == customer_id)).scalar_one_or_none()
    return found or ""


def put_in_unit(house: House, who: Principal, customer_id: int, unit: str) -> None:
    """Put a customer of no unit into one; who has one stays there."""
    with house.store.changing() as connection:
        put = _insert(house).on_conflict_do_nothing().values(customer_id=customer_id, unit=unit).returning(access_unit.c.unit)
        if connection.execute(put).first() is not None:
            record(connection, house.now(), who.actor, PLACED, unit, customer_id)


def place_in_unit(house: House, who: Principal, customer_id: int, unit: str, reason: str = "") -> Refused | None:
    """Give a customer to a unit, "" to none, and put on record where they were. Refuses unit_malformed."""
    if len(unit) > LENGTH_MAX or unit != unit.strip() or not (unit.isprintable() or not unit):
        return Refused("unit_malformed", "", unit[:LENGTH_MAX])
    before = unit_of(house, customer_id)
    new = _insert(house)
    placed = new.on_conflict_do_update(index_elements=["customer_id"], set_={"unit": unit}).values(customer_id=customer_id, unit=unit)
    with house.store.changing() as connection:
        connection.execute(placed)
        record(connection, house.now(), who.actor, PLACED, unit, customer_id, reason, {"before": before})
    return None


def _insert(house: House) -> Any:
    return (postgresql if house.store.kind == "postgresql" else sqlite).insert(access_unit)
