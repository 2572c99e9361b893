"""Who asks: a key of the API or the token of a session, looked up and made a principal. Every door asks here first.

What was found is trusted for POLICY.IDENTITY.TRUSTED seconds (10) without being looked up again, so that revoking a key, ending a
session or closing a user takes effect at once in the process that did it, and within those seconds in every other.
"""

import json
import logging
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from hashlib import sha256
from hmac import compare_digest
from ipaddress import ip_address, ip_network
from typing import Any, Final, NamedTuple

from sqlalchemy import select, update

from plimsoll.app.access.event import NOBODY, record
from plimsoll.app.access.memory import Memories
from plimsoll.app.access.policy import lasting, trusted_s
from plimsoll.app.access.principal import Principal
from plimsoll.app.access.rate import RateClass, limiter_of
from plimsoll.app.access.standing import ACTIVE, Standing, is_borrower, later, read_standing
from plimsoll.app.database.schema_access import access_key, access_session
from plimsoll.app.database.sheet import instant_of
from plimsoll.app.database.store import Store
from plimsoll.app.database.trouble import StoreTrouble
from plimsoll.app.house import LIVE, SANDBOX, House
from plimsoll.units.refusal import Refused

PREFIX: Final = "plk"
PREFIXES: Final = {SANDBOX: "test", LIVE: "live"}
SEEN_EVERY: Final = timedelta(seconds=30)
"""How often the use of a session is written down; between, this process remembers it."""
NO_SECRET: Final = bytes(32)
FIRST: Final = datetime.min.replace(tzinfo=UTC)
REFUSALS: Final = {"mode": "key_of_another_mode", "address": "address_not_allowed"}
"""What is told of what is wrong with a key; everything else is not_recognised."""
log: Final = logging.getLogger("plimsoll.access")


class KnownKey(NamedTuple):
    """A key as it was read."""

    secret: bytes
    narrowed: tuple[str, ...]
    addresses: tuple[str, ...]
    until: datetime | None
    ended_at: datetime | None
    pinned: str
    used_on: date | None
    standing: Standing | None


class KnownSession:
    """A session as it was read, and when it was used last as far as this process knows."""

    __slots__ = ("csrf", "ended_at", "seen_at", "standing", "started_at", "strong_at", "waits_for", "written_at")

    def __init__(self, row: Any, standing: Standing | None) -> None:
        self.started_at = instant_of(row.started_at)
        self.seen_at = self.written_at = instant_of(row.seen_at)
        self.strong_at = later(row.strong_at)
        self.ended_at = later(row.ended_at)
        self.csrf: str = row.csrf
        self.waits_for: tuple[str, ...] = tuple(json.loads(row.waits_for))
        self.standing = standing


class Sitting(NamedTuple):
    """A session that holds: who it is, what its forms have to carry, when it ends, and what it waits for."""

    who: Principal
    session_id: str
    csrf: str
    ends_at: datetime
    """When it ends at the latest, even if it is used."""
    idle_at: datetime
    """When it ends if it is not used again."""
    waits_for: tuple[str, ...]
    """Second factors of which one has to be shown before the principal has any role; () for none."""


class UsedKey(NamedTuple):
    """A key that holds: who it is, and the dated version of the API that it was first used with, "" for none."""

    who: Principal
    pinned: str


KEYS: Final[Memories[KnownKey]] = Memories()
SESSIONS: Final[Memories[KnownSession]] = Memories()


def forget(store: Store) -> None:
    """Look everybody up again: after whatever changes what somebody may."""
    KEYS.of(store).forget()
    SESSIONS.of(store).forget()


def by_token(house: House, text: str, address: str) -> Principal | Refused:
    """Give who holds a token, be it a key of the API or of a session. Refuses as `by_key` and `by_session` do."""
    return by_key(house, text, address) if text.startswith(f"{PREFIX}_") else by_session(house, text)


def by_key(house: House, text: str, address: str, *, clock: Callable[[], float] = time.monotonic) -> Principal | Refused:
    """Give whose key this is, used from an address of the network ("" where there is none, such as within this machine).

    Refuses not_recognised (unknown, wrong, revoked, run out: told alike), key_of_another_mode, address_not_allowed. Each refusal of what
    looks like a key is put on record, as often as POLICY.IDENTITY.RATE.REFUSED lets one address and all of them together.
    """
    found = key_of(house, text, address, clock=clock)
    return found if isinstance(found, Refused) else found.who


def key_of(house: House, text: str, address: str, *, clock: Callable[[], float] = time.monotonic) -> UsedKey | Refused:
    """Give a key as `by_key` does, with the version of the API that it is pinned to."""
    mode, key_id, secret = split_key(text)
    if not key_id:
        return Refused("not_recognised")
    now = house.now()
    memory = KEYS.of(house.store)
    known = memory.get(key_id.encode(), trusted_s(house.rules, now), clock)
    if known is None:
        known = _read_key(house.store, key_id)
        if known.standing is not None:
            memory.keep(key_id.encode(), known, clock)
    wrong = _wrong(house, known, mode, secret, address, now)
    if wrong or known.standing is None:
        _put_down_refusal(house, key_id if known.standing is not None else "", wrong, address, now)
        said = {"mode": f"{PREFIX}_{mode}_… in a house that is {house.mode}", "address": address}
        return Refused(REFUSALS.get(wrong, "not_recognised"), "", said.get(wrong, ""))
    if known.used_on != now.date() and _put_down_use(house.store, key_id, now):
        memory.keep(key_id.encode(), known._replace(used_on=now.date()), clock)
    return UsedKey(_who(known.standing, known.narrowed, key_id, now), known.pinned)


def _wrong(house: House, known: KnownKey, mode: str, secret: str, address: str, now: datetime) -> str:
    """Give what is wrong with a key that is shown, "" for nothing: one word for the record, more than is told."""
    is_right = compare_digest(known.secret, sha256(secret.encode()).digest())
    if mode != PREFIXES.get(house.mode, mode):
        return "mode"
    if not is_right or known.standing is None:
        return "secret" if known.standing is not None else "unknown"
    if known.standing.state != ACTIVE or any(ended is not None and ended <= now for ended in (known.ended_at, known.until)):
        return "ended"
    return "" if is_within(address, known.addresses) else "address"


def _who(standing: Standing, narrowed: tuple[str, ...], key_id: str, now: datetime) -> Principal:
    """Give who holds a key at an instant: made once for a standing of which nothing ends by itself."""
    if all(one.until is None for one in standing.roles):
        return _lasting(standing, narrowed, key_id)
    return standing.principal(now, narrowed=narrowed, key_id=key_id)


@lru_cache(maxsize=1024)
def _lasting(standing: Standing, narrowed: tuple[str, ...], key_id: str) -> Principal:
    return standing.principal(FIRST, narrowed=narrowed, key_id=key_id)


def by_session(house: House, token: str, *, clock: Callable[[], float] = time.monotonic) -> Principal | Refused:
    """Give whose session this is. One that still waits for a second factor gives somebody without roles.

    Refuses not_recognised, session_ended (signed out, not used for too long, or as old as a session may be).
    """
    found = session_of(house, token, clock=clock)
    return found if isinstance(found, Refused) else found.who


def session_of(house: House, token: str, *, clock: Callable[[], float] = time.monotonic) -> Sitting | Refused:
    """Give a session as `by_session` does, with what pages need to know of it, and put down that it is used."""
    now = house.now()
    digest = token_digest(token)
    memory = SESSIONS.of(house.store)
    known = memory.get(digest, trusted_s(house.rules, now), clock)
    if known is None:
        known = _read_session(house.store, digest)
        if known is None:
            return Refused("not_recognised")
        before = memory.before(digest)
        if before is not None:
            known.seen_at = max(known.seen_at, before.seen_at)
        memory.keep(digest, known, clock)
    standing = known.standing
    if standing is None or standing.state != ACTIVE:
        return Refused("not_recognised")
    limits = lasting(house.rules, now, is_borrower=is_borrower(standing.user_id))
    ends_at = known.started_at + limits.whole
    if known.ended_at is not None or now >= ends_at or now >= known.seen_at + limits.idle:
        return Refused("session_ended")
    known.seen_at = max(known.seen_at, now)
    _put_down(house.store, digest, known)
    who = standing.principal(now, strong_at=known.strong_at, has_roles=not known.waits_for)
    return Sitting(who, session_id(digest), known.csrf, ends_at, known.seen_at + limits.idle, known.waits_for)


def token_digest(token: str) -> bytes:
    """Give what the table holds of a token."""
    return sha256(token.encode("utf-8", "surrogatepass")).digest()


def session_id(digest: bytes) -> str:
    """Give the name of a session that may be shown: nobody comes from it to the token."""
    return f"ses_{digest.hex()[:16]}"


def split_key(text: str) -> tuple[str, str, str]:
    """Give mode, id and secret of the text of a key; ("", "", "") for what is none."""
    parts = text.split("_")
    if len(parts) != 4 or parts[0] != PREFIX or parts[1] not in PREFIXES.values() or not all(parts) or not text.isascii():
        return "", "", ""
    return parts[1], parts[2], parts[3]


def is_within(address: str, networks: tuple[str, ...]) -> bool:
    """Tell whether an address lies in one of the networks; every address does where there are none."""
    if not networks:
        return True
    try:
        found = ip_address(address)
    except ValueError:
        return False
    mapped = getattr(found, "ipv4_mapped", None)
    place = mapped if mapped is not None else found
    return any(place in _network(one) for one in networks)


@lru_cache(maxsize=1024)
def _network(text: str) -> Any:
    return ip_network(text)


def _read_key(store: Store, key_id: str) -> KnownKey:
    """Read a key; one that is not there is one that no secret opens."""
    with store.engine.connect() as connection:
        row = connection.execute(select(access_key).where(access_key.c.key_id == key_id)).first()
        if row is None:
            return KnownKey(NO_SECRET, (), (), None, None, "", None, None)
        standing = read_standing(connection, row.user_id)
    narrowed, addresses = tuple(json.loads(row.permissions)), tuple(json.loads(row.addresses))
    return KnownKey(row.secret, narrowed, addresses, later(row.until), later(row.ended_at), row.pinned, row.used_on, standing)


def _put_down_use(store: Store, key_id: str, now: datetime) -> bool:
    """Write on which day a key was used last; tell whether that went well: a store that is busy is asked again the next time."""
    try:
        with store.changing() as connection:
            connection.execute(update(access_key).where(access_key.c.key_id == key_id).values(used_on=now.date()))
    except StoreTrouble:
        return False
    return True


def _put_down_refusal(house: House, key_id: str, why: str, address: str, now: datetime) -> None:
    """Put on record that a key was refused, and why, unless there were too many lately; what a stranger made up is not put down."""
    limits, on = limiter_of(house), now.date()
    if not limits.take(f"from {address}", RateClass.REFUSED, on).is_allowed:
        return
    if not limits.take("everybody", RateClass.REFUSED_ALL, on).is_allowed:
        return
    try:
        with house.store.changing() as connection:
            record(connection, now, NOBODY, "key_refused", key_id, body={"why": why})
    except StoreTrouble:
        log.warning("a refused key could not be put on record: %s", why)


def _read_session(store: Store, digest: bytes) -> KnownSession | None:
    with store.engine.connect() as connection:
        row = connection.execute(select(access_session).where(access_session.c.token == digest)).first()
        return None if row is None else KnownSession(row, read_standing(connection, row.user_id))


def _put_down(store: Store, digest: bytes, known: KnownSession) -> None:
    """Write that a session is used, at most every half minute; a store that is busy is asked again the next time."""
    if known.seen_at - known.written_at < SEEN_EVERY:
        return
    written_at, known.written_at = known.written_at, known.seen_at
    try:
        with store.changing() as connection:
            connection.execute(update(access_session).where(access_session.c.token == digest).values(seen_at=known.seen_at))
    except StoreTrouble:
        known.written_at = written_at
