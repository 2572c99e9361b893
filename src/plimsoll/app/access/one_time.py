"""One-time codes by RFC 6238, as authenticators on phones make them: enrolled once, confirmed by a code, each code good once.

The seed is shown when it is made and never again; the book holds it sealed under the master key of the vault.
"""

import hmac
from base64 import b32decode, b32encode
from typing import Final, NamedTuple

import pyotp
from cryptography.exceptions import InvalidTag
from sqlalchemy import Column, select, update

from plimsoll.app.access.challenge import ONE_TIME_NEW, NewChallenge, put, take, use, void
from plimsoll.app.access.event import record
from plimsoll.app.access.people import find
from plimsoll.app.access.policy import challenge_lasts, drift
from plimsoll.app.access.principal import Principal
from plimsoll.app.access.recognise import forget
from plimsoll.app.database.schema_access import access_challenge, access_user
from plimsoll.app.database.store import Store
from plimsoll.app.house import House
from plimsoll.app.keyring import Keyring
from plimsoll.app.vault import seal, unseal
from plimsoll.units.refusal import Refused

STEP_S: Final = 30
ISSUER: Final = "Plimsoll"


class Enrolment(NamedTuple):
    """What an authenticator is set up with, shown once."""

    challenge_id: str
    seed: str
    """In base 32, to be typed in."""
    uri: str
    """The same as an otpauth address, for a picture that is scanned."""


def enrol(house: House, who: Principal) -> Enrolment | Refused:
    """Make a seed for oneself; it counts once `confirm` was given a code made from it.

    Refuses vault_keys_missing where the house has no keys to seal it by, second_factor_needed where another factor is there and was not
    shown just now.
    """
    if house.vault is None:
        return Refused("vault_keys_missing")
    now = house.now()
    seed = pyotp.random_base32(32)
    with house.store.changing() as connection:
        row = find(connection, who.user_id)
        if row is None:
            return Refused("absent", "", who.user_id)
        if row.one_time is not None and who.strong_at is None:
            return Refused("second_factor_needed")
        void(connection, ONE_TIME_NEW, who.user_id, now)
        sealed = sealed_seed(house.vault.keyring, who.user_id, seed)
        new = NewChallenge(ONE_TIME_NEW, sealed, now + challenge_lasts(house.rules, now), who.actor, who.user_id)
        challenge_id = put(connection, now, new)
    return Enrolment(challenge_id, seed, pyotp.TOTP(seed).provisioning_uri(name=who.user_id, issuer_name=ISSUER))


def confirm(house: House, who: Principal, challenge_id: str, code: str) -> Refused | None:
    """Let the seed count from now, if the code is one of it. Refuses code_refused."""
    if house.vault is None:
        return Refused("vault_keys_missing")
    now = house.now()
    with house.store.changing() as connection:
        row = take(connection, ONE_TIME_NEW, challenge_id, now, tries=10)
        if row is None or row.user_id != who.user_id:
            return Refused("code_refused")
        seed = opened_seed(house.vault.keyring, who.user_id, row.secret)
        step = -1 if seed is None else step_of(seed, code, int(now.timestamp()) // STEP_S, drift(house.rules, now))
        if step < 0:
            return Refused("code_refused")
        use(connection, challenge_id, now)
        of_user = access_user.c.user_id == who.user_id
        connection.execute(update(access_user).where(of_user).values(one_time=row.secret, one_time_step=step))
        record(connection, now, who.actor, "one_time_enrolled", who.user_id, who.customer_id)
    forget(house.store)
    return None


def step_of(seed: str, code: str, now: int, either_way: int) -> int:
    """Give the step of which this is the code, of those near now, the latest first; -1 where it is of none. All are compared."""
    if len(code) != 6 or not (code.isascii() and code.isdigit()):
        code = "------"
    maker, found = pyotp.HOTP(seed), -1
    for step in range(max(now - either_way, 0), now + either_way + 1):
        if hmac.compare_digest(maker.at(step), code):
            found = step
    return found


def sealed_seed(keyring: Keyring, user_id: str, seed: str) -> bytes:
    """Seal a seed under the master key in use, bound to whose it is; the name of the key stands before it."""
    name = keyring.current.encode()
    return bytes([len(name)]) + name + seal(keyring.masters[keyring.current], b32decode(seed), _place(user_id, keyring.current))


def opened_seed(keyring: Keyring, user_id: str, stored: bytes) -> str | None:
    """Give back the seed; None where the key is gone, or this was sealed for somebody else."""
    length = stored[0]
    name = stored[1 : 1 + length].decode()
    master = keyring.masters.get(name)
    if master is None:
        return None
    try:
        return b32encode(unseal(master, stored[1 + length :], _place(user_id, name))).decode()
    except InvalidTag:
        return None


def reseal_seeds(store: Store, keyring: Keyring) -> int:
    """Seal by the master key in use what another one sealed, and give how many seeds there were; before old keys are dropped."""
    count = 0
    for table, column in ((access_user, access_user.c.one_time), (access_challenge, access_challenge.c.secret)):
        key: Column[str] = next(iter(table.primary_key))
        is_seed = column.is_not(None) if table is access_user else access_challenge.c.kind == ONE_TIME_NEW
        with store.engine.connect() as connection:
            rows = connection.execute(select(key, table.c.user_id, column).where(is_seed)).all()
        for name, user_id, stored in rows:
            seed = opened_seed(keyring, user_id, stored)
            if seed is None or stored[1 : 1 + stored[0]].decode() == keyring.current:
                continue
            again = {column.name: sealed_seed(keyring, user_id, seed)}
            with store.changing() as connection:
                # Only where nobody enrolled anew meanwhile.
                count += connection.execute(update(table).where(key == name, column == stored).values(again)).rowcount
    return count


def _place(user_id: str, master: str) -> bytes:
    return f"plimsoll one-time\0{user_id}\0{master}".encode()
