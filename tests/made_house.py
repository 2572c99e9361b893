"""A small house to be looked at from outside: people made up, lent to for some months, closed every night; and staff with roles."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

from sqlalchemy import insert, select

from plimsoll.app.access.people import NewUser, register
from plimsoll.app.access.principal import Principal
from plimsoll.app.access.session import Begin, begin
from plimsoll.app.database.opening import create_store
from plimsoll.app.database.schema import close_run
from plimsoll.app.database.schema_access import access_grant
from plimsoll.app.house import House
from plimsoll.app.keyring import Keyring
from plimsoll.app.vault import Vault
from plimsoll.risk.lawful import lawful_rules
from plimsoll.simulator.collect_town import Collector
from plimsoll.simulator.town import Span, live, make_town

STAFF = {
    "ana": ("servicing",),
    "uma": ("underwriter_1",),
    "eve": ("underwriter_2",),
    "col": ("collector",),
    "sup": ("collections_supervisor",),
    "ris": ("risk_analyst",),
    "com": ("compliance",),
    "fin": ("finance",),
    "tre": ("treasury",),
    "ada": ("tenant_admin",),
    "ops": ("it_ops",),
    "aud": ("auditor",),
}
"""One of each role that works with pages."""


@contextmanager
def made_house(folder: Path, *, people: int = 30, months: int = 3) -> Iterator[House]:
    """Make a house in a folder with everybody of STAFF registered. Takes a second or two."""
    rules = lawful_rules()
    days = Span(months).days
    town = make_town(people, Span(months), rules, Random(4))
    with create_store(f"sqlite:///{folder / 'book.db'}") as store:
        for _ in live(store, town, days, tape=folder / "tape", chores=[Collector(town, 4, days[-20])]):
            pass
        with store.engine.connect() as connection:
            last = connection.scalar(select(close_run.c.closed_on).order_by(close_run.c.closed_on.desc()).limit(1))
        now = datetime(last.year, last.month, last.day, 4, tzinfo=UTC) + timedelta(days=1)
        vault = Vault(store, Keyring("first", {"first": bytes(range(32))}, bytes(range(32, 64))))
        with House(store, rules, vault, now=lambda: now) as house:
            for user_id, roles in STAFF.items():
                hire(house, user_id, roles)
            yield house


def hire(house: House, user_id: str, roles: tuple[str, ...], party: str = "") -> None:
    """Register somebody with roles, for a party outside the house where one is named."""
    register(house, Principal("house", ()), NewUser(user_id, user_id.title(), party=party, language="en"))
    with house.store.changing() as connection:
        for role in roles:
            given = {"grant_id": f"g-{user_id}-{role}", "user_id": user_id, "role": role, "given_by": "house", "given_at": house.now()}
            connection.execute(insert(access_grant).values(**given, reason="", ended_by=""))


def session_of(house: House, user_id: str) -> str:
    """Give the token of a session of a user in which a second factor was just shown."""
    with house.store.changing() as connection:
        return begin(connection, house, Begin(user_id, now=house.now(), strong_at=house.now())).token
