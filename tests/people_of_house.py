"""A house with people in it, for tests: a clock that is set, passwords that cost little, a sign-in that is a function."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path
from types import MappingProxyType

import pyotp
import pytest
from sqlalchemy import update

from plimsoll.app.access import grant, invitation, people
from plimsoll.app.access.one_time import sealed_seed
from plimsoll.app.access.policy import HashCost
from plimsoll.app.access.principal import Principal
from plimsoll.app.access.session import SignedIn
from plimsoll.app.access.sign_in import From, sign_in
from plimsoll.app.database.opening import create_store, open_store
from plimsoll.app.database.schema_access import access_user
from plimsoll.app.database.store import Store
from plimsoll.app.house import SANDBOX, House
from plimsoll.app.keyring import VARIABLE, Keyring, write_keyring
from plimsoll.app.vault import Vault
from plimsoll.rulebook.rules import Rules, load
from plimsoll.units.refusal import Refused

AT = datetime(2026, 8, 16, 1, tzinfo=UTC)
PASSWORD = "seven boats at low water"
CHEAP = HashCost(memory=64, passes=1, lanes=1)
KEYRING = Keyring("first", {"first": bytes(range(32))}, bytes(range(32, 64)))
ROOT = Principal("root-of-tests", ("tenant_admin",))
BOSS = Principal("boss", ("tenant_admin",))
SEED = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


class Clock:
    """An instant that is moved by hand."""

    def __init__(self, at: datetime = AT) -> None:
        self.at = at

    def __call__(self) -> datetime:
        return self.at

    def go(self, **ahead: float) -> None:
        self.at += timedelta(**ahead)


@cache
def cheap_rules() -> Rules:
    """The rulebook with passwords that cost next to nothing to hash."""
    rules = load()
    rule = rules.rules["POLICY.IDENTITY.PASSWORD.HASH"]
    rows = tuple(replace(row, value=MappingProxyType(CHEAP._asdict())) for row in rule.tracks[""])
    cheap = replace(rule, tracks={"": rows})
    return replace(rules, rules={**rules.rules, rule.key: cheap})


def house_of(store: Store, clock: Clock, *, mode: str = SANDBOX, rules: Rules | None = None) -> House:
    return House(store, rules or cheap_rules(), Vault(store, KEYRING), mode, clock)


def settle(house: House, user_id: str, *roles: str, password: str = PASSWORD, **more: str) -> Principal:
    """Register a user with roles and a password, and give who they are."""
    made = people.register(house, ROOT, people.NewUser(user_id, f"the {user_id}", **more))
    assert isinstance(made, people.User), made
    for role in roles:
        given = grant.give(house, ROOT, user_id, role, "for a test")
        assert isinstance(given, grant.Grant), given
    if password:
        invited = invitation.invite(house, ROOT, user_id)
        assert isinstance(invited, invitation.Invitation), invited
        assert isinstance(invitation.accept(house, invited.text, password), people.User)
    return Principal(user_id, roles, more.get("unit", ""), more.get("party", ""))


def enter(house: House, user_id: str, password: str = PASSWORD, **place: str) -> SignedIn:
    """Sign somebody in by their password."""
    begun = sign_in(house, user_id, password, From(**place))
    assert isinstance(begun, SignedIn), begun
    return begun


def code_at(seed: str, at: datetime) -> str:
    """The one-time code of a seed at an instant."""
    return pyotp.TOTP(seed).at(at)


def code(found: object) -> str:
    """The code of a refusal."""
    assert isinstance(found, Refused), found
    return found.code


@pytest.fixture
def clock() -> Clock:
    """A clock that is set."""
    return Clock()


@pytest.fixture
def house(store: Store, clock: Clock) -> Iterator[House]:
    """A house with nobody in it yet, on each database. Taken into a file of tests by its name: `house = people_of_house.house`."""
    with house_of(store, clock) as made:
        yield made


@contextmanager
def house_on_disk(folder: Path, patch: pytest.MonkeyPatch, enrolled: str, *roles: str, on: date) -> Iterator[House]:
    """A house whose keys the environment names, as commands find it, with somebody who has roles and a one-time code."""
    url = f"sqlite:///{folder / 'book.db'}"
    create_store(url).close()
    write_keyring(folder / "keys.json", KEYRING, is_new=True)
    patch.setenv(VARIABLE, str(folder / "keys.json"))
    with open_store(url) as store, house_of(store, Clock(datetime.now(UTC))) as made:
        settle(made, enrolled, *roles)
        with store.changing() as connection:
            sealed = sealed_seed(KEYRING, enrolled, SEED)
            connection.execute(update(access_user).where(access_user.c.user_id == enrolled).values(one_time=sealed))
        store.move_open_day(on)
        yield made


def secrets_of(folder: Path, digits: str) -> str:
    """A file with the password and a one-time code, as commands take it."""
    path = folder / "secrets"
    path.write_text(f"{PASSWORD}\n{digits}\n", "utf-8")
    return str(path)
