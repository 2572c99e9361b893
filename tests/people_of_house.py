"""A house with people in it, for tests: a clock that is set, passwords that cost little, a sign-in that is a function."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from types import MappingProxyType

import pyotp

from plimsoll.app.access import grant, invitation, people
from plimsoll.app.access.policy import HashCost
from plimsoll.app.access.principal import Principal
from plimsoll.app.access.session import SignedIn
from plimsoll.app.access.sign_in import From, sign_in
from plimsoll.app.house import SANDBOX, House
from plimsoll.app.keyring import Keyring
from plimsoll.app.store import Store
from plimsoll.app.vault import Vault
from plimsoll.rulebook.rules import Rules, load

AT = datetime(2026, 8, 16, 1, tzinfo=UTC)
PASSWORD = "seven boats at low water"
CHEAP = HashCost(memory=64, passes=1, lanes=1)
KEYRING = Keyring("first", {"first": bytes(range(32))}, bytes(range(32, 64)))
ROOT = Principal("root-of-tests", ("tenant_admin",))


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
