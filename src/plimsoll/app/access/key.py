"""Keys of the API: shown once, kept as a hash, narrowed to some permissions and networks, rotated with both working for a while."""

import json
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from hashlib import sha256
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Any, Final, NamedTuple, TypeAlias

from sqlalchemy import Connection, Row, insert, select, update

from plimsoll.app.access.end_key import end_with_made
from plimsoll.app.access.event import record
from plimsoll.app.access.grant import holding
from plimsoll.app.access.people import find, refuse_reason
from plimsoll.app.access.permission import Permission
from plimsoll.app.access.policy import key_policy
from plimsoll.app.access.principal import Principal
from plimsoll.app.access.recognise import PREFIX, PREFIXES, forget
from plimsoll.app.access.standing import ACTIVE, later
from plimsoll.app.database.schema_access import access_key, access_passkey
from plimsoll.app.database.sheet import instant_of
from plimsoll.app.house import LIVE, SANDBOX, House
from plimsoll.units.refusal import Malformed, Refused

NETWORKS_MAX: Final = 50
Network: TypeAlias = IPv4Network | IPv6Network


@dataclass(frozen=True, slots=True)
class NewKey:
    """A key that is asked for."""

    user_id: str
    """Who it acts as."""
    permissions: tuple[str, ...] = ()
    """What it is narrowed to, () for all that its user may."""
    networks: tuple[str, ...] = ()
    """Where it may come from, as 203.0.113.0/24 or 2001:db8::/48; () for anywhere."""
    until: datetime | None = None
    """None for as long as policy lets a key be good."""


class Key(NamedTuple):
    """A key as the house shows it; nothing of its secret."""

    key_id: str
    user_id: str
    permissions: tuple[str, ...]
    networks: tuple[str, ...]
    made_by: str
    made_at: datetime
    until: datetime | None
    ended_at: datetime | None
    replaces: str
    used_on: date | None
    ended_with_it: tuple[str, ...] = ()
    """Of a key that is being ended: those that it made, and that ended with it."""


class MadeKey(NamedTuple):
    """A key that has just been made. The text is told this once."""

    text: str
    key: Key


def make(house: House, who: Principal, new: NewKey) -> MadeKey | Refused:
    """Make a key for oneself, or for a machine: a user who has neither password nor passkey. Raises Malformed key_network_malformed.

    Refuses absent, permission_unknown, key_for_a_person, two_people_needed (who gave a machine its roles does not hold its key),
    until_passed, key_too_long, permission_missing (a key makes no key of others that may more than it).
    """
    now = house.now()
    unknown = sorted(set(new.permissions) - set(Permission))
    if unknown:
        return Refused("permission_unknown", "", ", ".join(unknown)[:200])
    networks = read_networks(new.networks)
    until = new.until or now + key_policy(house.rules, now).lasts
    refused = _refuse_until(house, now, until)
    if refused is not None:
        return refused
    with house.store.changing() as connection:
        refused = _refuse_ended(connection, who)
        row = find(connection, new.user_id, is_held=True)
        if refused is not None:
            return refused
        if row is None or row.state != ACTIVE:
            return Refused("absent", "", new.user_id)
        refused = _refuse_wider(connection, who, new.permissions, networks) or _refuse_owner(connection, who, row, now)
        if refused is not None:
            return refused
        made = _insert(connection, house, who, Key("", new.user_id, new.permissions, networks, who.actor, now, until, None, "", None))
        body = {"key": made.key.key_id, "permissions": list(new.permissions), "networks": list(networks), "until": until.isoformat()}
        record(connection, now, who.actor, "key_made", new.user_id, body=body)
    return made


def rotate(house: House, who: Principal, key_id: str, overlap: timedelta | None = None) -> MadeKey | Refused:
    """Make the successor of a key, alike but for its secret; the old one goes on for the overlap, or as long as policy lets it.

    Who renews a key is told it, so it takes who may make one like it. Refuses absent, key_ended, overlap_too_long, key_for_a_person,
    two_people_needed, permission_missing.
    """
    now = house.now()
    longest = key_policy(house.rules, now)
    wanted = longest.overlap if overlap is None else overlap
    if not timedelta(0) <= wanted <= longest.overlap:
        return Refused("overlap_too_long", "POLICY.IDENTITY.KEY", f"{wanted}; at most {longest.overlap}")
    with house.store.changing() as connection:
        refused = _refuse_ended(connection, who)
        old = _held(connection, key_id, now)
        if refused is not None or isinstance(old, Refused):
            return refused or old  # type: ignore[return-value]  # one of the two is refused
        row = find(connection, old.user_id, is_held=True)
        if row is None or row.state != ACTIVE:
            return Refused("absent", "", key_id)
        refused = _refuse_wider(connection, who, old.permissions, old.networks) or _refuse_owner(connection, who, row, now)
        if refused is not None:
            return refused
        until = now + (min(longest.lasts, old.until - old.made_at) if old.until is not None else longest.lasts)
        like = old._replace(made_by=who.actor, made_at=now, until=until, replaces=key_id, used_on=None)
        made = _insert(connection, house, who, like)
        ends_at = now + wanted if old.until is None else min(now + wanted, old.until)
        connection.execute(update(access_key).where(access_key.c.key_id == key_id).values(until=ends_at))
        body = {"key": key_id, "successor": made.key.key_id, "ends_at": ends_at.isoformat()}
        record(connection, now, who.actor, "key_rotated", old.user_id, body=body)
    forget(house.store)
    return made


def revoke(house: House, who: Principal, key_id: str, reason: str) -> Key | Refused:
    """End a key and every key that was made by it: at once in this process, within POLICY.IDENTITY.TRUSTED seconds in others.

    One that has ended may be named too, while something that it made goes on. Refuses absent, key_ended, reason_missing.
    """
    refused = refuse_reason(reason)
    if refused is not None:
        return refused
    now = house.now()
    with house.store.changing() as connection:
        row = connection.execute(select(access_key).where(access_key.c.key_id == key_id).with_for_update()).first()
        if row is None:
            return Refused("absent", "", key_id)
        old, ended = key_of(row), end_with_made(connection, [(key_id, row.user_id)], now)
        if not ended:
            return Refused("key_ended", "", key_id)
        others = tuple(one for one in ended if one != key_id)
        body = {"key": key_id, **({"ended_with_it": list(others)} if others else {})}
        record(connection, now, who.actor, "key_revoked", old.user_id, reason=reason.strip(), body=body)
    forget(house.store)
    return old._replace(ended_at=old.ended_at or now, ended_with_it=others)


def get(house: House, key_id: str) -> Key | Refused:
    """Give a key. Refuses absent."""
    with house.store.engine.connect() as connection:
        row = connection.execute(select(access_key).where(access_key.c.key_id == key_id)).first()
    return Refused("absent", "", key_id) if row is None else key_of(row)


def keys(house: House, user_id: str = "", *, with_ended: bool = False) -> list[Key]:
    """Give the keys of a user, or of everybody, the latest first; those that ended only where they are asked for."""
    chosen = select(access_key).order_by(access_key.c.made_at.desc(), access_key.c.key_id)
    if user_id:
        chosen = chosen.where(access_key.c.user_id == user_id)
    now = house.now()
    with house.store.engine.connect() as connection:
        found = [key_of(row) for row in connection.execute(chosen)]
    return [one for one in found if with_ended or not has_ended(one, now)]


def pin(house: House, key_id: str, version: str) -> None:
    """Put down the dated version of the API that a key was first used with; once, and never another."""
    with house.store.changing() as connection:
        unpinned = (access_key.c.key_id == key_id, access_key.c.pinned == "")
        connection.execute(update(access_key).where(*unpinned).values(pinned=version))
    forget(house.store)


def has_ended(key: Key, now: datetime) -> bool:
    """Tell whether a key is good no more."""
    return any(ended is not None and ended <= now for ended in (key.ended_at, key.until))


def read_networks(texts: Sequence[str]) -> tuple[str, ...]:
    """Read networks into the one way they are written. Raises Malformed key_network_malformed."""
    if len(texts) > NETWORKS_MAX:
        raise Malformed("key_network_malformed", f"{len(texts)} networks", remedy=f"At most {NETWORKS_MAX}.")
    found = []
    for text in texts:
        try:
            found.append(str(ip_network(text)))
        except ValueError:
            raise Malformed(
                "key_network_malformed", f"{text[:70]!r}", remedy="A network such as 203.0.113.0/24 or 2001:db8::/48."
            ) from None
    return tuple(found)


def key_of(row: Row[Any]) -> Key:
    """Give a key as it was read."""
    permissions, networks = tuple(json.loads(row.permissions)), tuple(json.loads(row.addresses))
    return Key(
        row.key_id, row.user_id, permissions, networks, row.made_by, instant_of(row.made_at), later(row.until), later(row.ended_at),
        row.replaces, row.used_on,
    )  # fmt: skip


def _refuse_until(house: House, now: datetime, until: datetime) -> Refused | None:
    if until <= now:
        return Refused("until_passed", "", f"{until}")
    if until > now + key_policy(house.rules, now).lasts:
        return Refused("key_too_long", "POLICY.IDENTITY.KEY", f"{until}")
    return None


def _refuse_ended(connection: Connection, who: Principal) -> Refused | None:
    """Hold the key that makes another, and refuse one that was ended meanwhile: what it makes would go on without it."""
    if not who.key_id:
        return None
    ended = select(access_key.c.ended_at).where(access_key.c.key_id == who.key_id).with_for_update()
    return Refused("not_recognised") if connection.scalar(ended) is not None else None


def _refuse_wider(connection: Connection, who: Principal, permissions: Sequence[str], networks: Sequence[str]) -> Refused | None:
    """Let a key that is narrowed, or comes from some networks only, make none that is wider."""
    wider: list[str] = []
    if who.narrowed:
        wider += sorted(set(permissions) - set(who.narrowed)) if permissions else ["everything"]
    own = connection.scalar(select(access_key.c.addresses).where(access_key.c.key_id == who.key_id)) if who.key_id else None
    within = [ip_network(text) for text in json.loads(own or "[]")]
    if within:
        wider += [text for text in networks if not any(_is_within(ip_network(text), one) for one in within)] if networks else ["everywhere"]
    return Refused("permission_missing", "", ", ".join(wider)) if wider else None


def _is_within(network: Network, other: Network) -> bool:
    """Tell whether a network is part of another."""
    if isinstance(network, IPv4Network):
        return isinstance(other, IPv4Network) and network.subnet_of(other)
    return isinstance(other, IPv6Network) and network.subnet_of(other)


def _refuse_owner(connection: Connection, who: Principal, row: Row[Any], now: datetime) -> Refused | None:
    """Let a person's key be made by that person alone, and a machine's by somebody who did not say what it may do."""
    if who.user_id == row.user_id:
        return None
    has_passkey = connection.scalar(select(access_passkey.c.credential).where(access_passkey.c.user_id == row.user_id).limit(1))
    if row.password or row.customer_id or has_passkey:
        return Refused("key_for_a_person", "", row.user_id)
    if any(grant.given_by == who.user_id for grant in holding(connection, row.user_id, now)):
        return Refused("two_people_needed", "", row.user_id)
    return None


def _held(connection: Connection, key_id: str, now: datetime) -> Key | Refused:
    row = connection.execute(select(access_key).where(access_key.c.key_id == key_id).with_for_update()).first()
    if row is None:
        return Refused("absent", "", key_id)
    found = key_of(row)
    return Refused("key_ended", "", key_id) if has_ended(found, now) else found


def _insert(connection: Connection, house: House, who: Principal, like: Key) -> MadeKey:
    """Write a key with a secret of its own; its prefix says in which mode of house it works."""
    key_id, secret = secrets.token_hex(8), secrets.token_hex(32)
    values = {
        "key_id": key_id, "secret": sha256(secret.encode()).digest(), "user_id": like.user_id, "permissions": json.dumps(like.permissions),
        "addresses": json.dumps(like.networks), "made_by": who.actor, "made_at": like.made_at, "until": like.until, "ended_at": None,
        "replaces": like.replaces, "pinned": "", "used_on": None,
    }  # fmt: skip
    connection.execute(insert(access_key).values(values))
    mode = PREFIXES[LIVE if house.mode == LIVE else SANDBOX]
    return MadeKey(f"{PREFIX}_{mode}_{key_id}_{secret}", like._replace(key_id=key_id))
