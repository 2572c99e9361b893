"""Signing in: a password, then a second factor where one is enrolled. Whatever is wrong is told in the same words, after the same work.

A name that nobody has, a wrong password, a user who has to wait and one who is locked out all cost one hash, one row looked up, one
changed and one event written, and answer `sign_in_refused`.
"""

from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row, exists, select, update

from plimsoll.app.access.event import NOBODY, record
from plimsoll.app.access.one_time import STEP_S, opened_seed, step_of
from plimsoll.app.access.password import Hasher, hasher_of
from plimsoll.app.access.people import find
from plimsoll.app.access.policy import drift, hash_cost, lock
from plimsoll.app.access.rate import Limiter, RateClass, limiter_of
from plimsoll.app.access.recognise import forget, session_of, token_digest
from plimsoll.app.access.session import Begin, SignedIn, begin, end, strengthen
from plimsoll.app.access.standing import ACTIVE, later
from plimsoll.app.database.schema_access import access_passkey, access_user
from plimsoll.app.house import House
from plimsoll.units.refusal import Refused

ONE_TIME, PASSKEY = "one_time", "passkey"


class From(NamedTuple):
    """Where somebody signs in from."""

    address: str = ""
    """Of the network, "" where there is none."""
    device: str = ""
    """What the browser says it is."""
    token: str = ""
    """The session that the browser held until now, "" for none: it ends, so that nobody goes on with one that they planted."""


NOWHERE = From()


def sign_in(
    house: House, user_id: str, password: str, place: From = NOWHERE, *, hasher: Hasher | None = None, limiter: Limiter | None = None
) -> SignedIn | Refused:
    """Begin a session for who knows the password; it has no roles until the second factor it waits for was shown.

    Refuses sign_in_refused, asked_too_fast (by the address and by the name that is tried; only what fails is counted).
    """
    now = house.now()
    limits, callers = limiter or limiter_of(house), callers_of(place, user_id)
    too_fast = limits.take_all(callers, RateClass.LOGIN, now.date())
    if too_fast is not None:
        return too_fast
    with house.store.engine.connect() as connection:
        row = find(connection, user_id)
    made = hasher or hasher_of(hash_cost(house.rules, now))
    is_right = made.check(row.password if row is not None else "", password)
    renewed = made.make(password) if row is not None and is_right and made.is_old(row.password) else ""
    with house.store.changing() as connection:
        row = find(connection, user_id, is_held=True)
        if row is None or not is_right or not may_try(row, now):
            failed(connection, house, row, user_id, now, "password")
            return Refused("sign_in_refused")
        values: dict[str, Any] = {"failed_count": 0, "locked_until": None}
        if renewed:
            values["password"] = renewed
        connection.execute(update(access_user).where(access_user.c.user_id == user_id).values(values))
        begun = _begin(connection, house, row, place, now)
    limits.give_back(callers, RateClass.LOGIN)
    forget(house.store)
    return begun


def show_one_time(house: House, token: str, code: str, place: From = NOWHERE, *, limiter: Limiter | None = None) -> SignedIn | Refused:
    """Show a one-time code in a session; it goes on under a new token, strong from now. A code is good once.

    Refuses not_recognised, session_ended, code_refused, asked_too_fast, vault_keys_missing.
    """
    if house.vault is None:
        return Refused("vault_keys_missing")
    sitting = session_of(house, token)
    if isinstance(sitting, Refused):
        return sitting
    now, user_id = house.now(), sitting.who.user_id
    limits, callers = limiter or limiter_of(house), callers_of(place, user_id)
    too_fast = limits.take_all(callers, RateClass.LOGIN, now.date())
    if too_fast is not None:
        return too_fast
    with house.store.changing() as connection:
        row = find(connection, user_id, is_held=True)
        assert row is not None, user_id
        seed = None if row.one_time is None else opened_seed(house.vault.keyring, user_id, row.one_time)
        step = -1 if seed is None else step_of(seed, code, int(now.timestamp()) // STEP_S, drift(house.rules, now))
        if step <= row.one_time_step or not may_try(row, now):
            failed(connection, house, row, user_id, now, ONE_TIME)
            return Refused("code_refused")
        values = {"one_time_step": step, "failed_count": 0, "locked_until": None}
        connection.execute(update(access_user).where(access_user.c.user_id == user_id).values(values))
        begun = strengthen(connection, house, token, user_id, now)
        if isinstance(begun, SignedIn):
            record(connection, now, user_id, "second_factor_shown", begun.session_id, body={"factor": ONE_TIME})
    limits.give_back(callers, RateClass.LOGIN)
    forget(house.store)
    return begun


def callers_of(place: From, user_id: str) -> tuple[str, ...]:
    """Give by whom tries are counted: the address, and the name that is tried."""
    return (*((f"from {place.address}",) if place.address else ()), f"user {user_id[:100]}")


def may_try(row: Row[Any], now: datetime) -> bool:
    """Tell whether a user may sign in at all, now."""
    waits = later(row.locked_until)
    return row.state == ACTIVE and (waits is None or waits <= now)


def failed(connection: Connection, house: House, row: Row[Any] | None, user_id: str, now: datetime, factor: str) -> None:
    """Count a failure and put it on record, in the caller's transaction, by the same statements whoever it is."""
    failed_before = 0 if row is None else row.failed_count
    wait = lock(house.rules, now).wait(failed_before + 1)
    before = None if row is None else later(row.locked_until)
    is_waiting = before is not None and before > now
    # While somebody has to wait, tries change nothing: nobody can keep them out for longer by going on.
    until = before if is_waiting else now + wait if wait is not None else None
    values = {"failed_count": failed_before + (not is_waiting), "locked_until": until}
    connection.execute(update(access_user).where(access_user.c.user_id == user_id).values(values))
    body = {"factor": factor, "wait_s": int(wait.total_seconds()) if wait is not None and not is_waiting else 0}
    # What a stranger typed as a name may be a password: it is not put down.
    record(connection, now, NOBODY, "sign_in_failed", "" if row is None else row.user_id, body=body)


def factors_of(connection: Connection, row: Row[Any]) -> tuple[str, ...]:
    """Give the second factors that a user has."""
    found = (ONE_TIME,) if row.one_time is not None else ()
    has_passkey = connection.scalar(select(exists().where(access_passkey.c.user_id == row.user_id)))
    return (*found, PASSKEY) if has_passkey else found


def replace(connection: Connection, house: House, place: From, what: Begin) -> SignedIn:
    """Begin a session in place of the one that the browser held, in the caller's transaction."""
    if place.token:
        end(connection, token_digest(place.token), what.now)
    return begin(connection, house, what._replace(device=place.device))


def _begin(connection: Connection, house: House, row: Row[Any], place: From, now: datetime) -> SignedIn:
    waits_for = factors_of(connection, row)
    begun = replace(connection, house, place, Begin(row.user_id, now, waits_for=waits_for))
    record(connection, now, row.user_id, "signed_in", begun.session_id, body={"by": "password", "waits_for": list(waits_for)})
    return begun
