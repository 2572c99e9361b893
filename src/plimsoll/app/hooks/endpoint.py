"""Endpoints: the addresses that events are sent to, each with a secret that is shown once and sealed under the keys of the house."""

import hmac
import json
import os
import re
import secrets
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, Final, NamedTuple

from cryptography.exceptions import InvalidTag
from sqlalchemy import Connection, Row, func, insert, select, update

from plimsoll.app.access.event import record
from plimsoll.app.database.schema_chain import audit_block, hook_endpoint
from plimsoll.app.database.sheet import instant_of
from plimsoll.app.database.store import Store
from plimsoll.app.events.type import TYPES
from plimsoll.app.hooks.address import judge
from plimsoll.app.hooks.sign import new_secret, secret_from
from plimsoll.app.house import LIVE, House
from plimsoll.app.keyring import Keyring
from plimsoll.app.vault import seal, unseal
from plimsoll.units.refusal import Refused

ACTIVE, DISABLED, WAITING = "active", "disabled", "waiting"
"""`waiting`: in a house that lends real money, until others agreed to the address."""
ENDPOINTS_MAX: Final = 100
LOOPBACK_VARIABLE: Final = "PLIMSOLL_WEBHOOKS_LOOPBACK"
KINDS_MAX: Final = 100
_KIND: Final = re.compile(r"plimsoll\.[a-z_]+\.([a-z_]+\.v[0-9]{1,2}|\*)", re.ASCII)


class Endpoint(NamedTuple):
    """One endpoint without its secret. `seen_seq` is the last event that was looked at for it, `version` counts changes."""

    endpoint_id: str
    owner: str
    url: str
    kinds: tuple[str, ...]
    old_until: datetime | None
    state: str
    made_by: str
    made_at: datetime
    seen_seq: int
    failing_since: datetime | None
    pinned: str
    version: int

    def takes(self, kind: str) -> bool:
        """Tell whether events of a type are sent here."""
        return not self.kinds or any(kind == one or (one.endswith("*") and kind.startswith(one[:-1])) for one in self.kinds)


class Shown(NamedTuple):
    """An endpoint with its secret, shown this once."""

    endpoint: Endpoint
    secret: str
    is_repeat: bool = False
    """Whether it was made or rotated under that key before: nothing was done now."""


_COLUMNS: Final = tuple(hook_endpoint.c[name] for name in Endpoint._fields)


def is_loopback_wanted() -> bool:
    """Tell whether the configuration lets webhooks go to this very machine: `PLIMSOLL_WEBHOOKS_LOOPBACK=1`, for development."""
    return os.environ.get(LOOPBACK_VARIABLE, "") == "1"


class Hooks:
    """The endpoints of a house.

    `is_loopback_allowed` lets receivers on this very machine in, in a sandbox alone; None asks the configuration.
    """

    def __init__(self, house: House, *, is_loopback_allowed: bool | None = None) -> None:
        self.house = house
        self.store = house.store
        is_wanted = is_loopback_wanted() if is_loopback_allowed is None else is_loopback_allowed
        self.is_loopback_allowed = is_wanted and house.mode != LIVE

    def register(self, url: str, kinds: Sequence[str], actor: str, *, pinned: str = "", key: str = "") -> Shown | Refused:
        """Register an endpoint; it is sent what happens from now on. In live it waits until `approve` says that others agreed.

        The same key gives the endpoint that it gave before, without its secret, which is shown once; another wish under it key_reused.
        Refuses what `judge` refuses, hook_kind_malformed, hook_kind_unknown, hook_too_many, hook_keys_missing.
        """
        refused = self._refuse_url(url) or _refuse_kinds(kinds) or self._refuse_keyless()
        if refused is None and len(self.every()) >= ENDPOINTS_MAX:
            refused = Refused("hook_too_many", "", f"{ENDPOINTS_MAX} at most")
        if refused is not None:
            return refused
        endpoint_id = f"we_{sha256(key.encode()).hexdigest()[:20] if key else secrets.token_hex(10)}"
        known = self.find(endpoint_id) if key else None
        if isinstance(known, Endpoint):
            is_same = (known.url, known.kinds) == (url, _sorted(kinds))
            return Shown(known, "", True) if is_same else Refused("key_reused", "", key)
        now, secret = self.house.now(), new_secret()
        state = WAITING if self.house.mode == LIVE else ACTIVE
        with self.store.changing() as connection:
            seen = connection.scalar(select(func.max(audit_block.c.first_seq + audit_block.c.records_count - 1))) or 0
            new = Endpoint(endpoint_id, actor, url, _sorted(kinds), None, state, actor, now, seen, None, pinned, 1)
            values = {**new._asdict(), "kinds": json.dumps(new.kinds), "secret": self._sealed(endpoint_id, secret), "old_secret": None}
            connection.execute(insert(hook_endpoint).values(**values))
            self._record(connection, actor, "hook_registered", new)
        return Shown(new, secret)

    def find(self, endpoint_id: str) -> Endpoint | Refused:
        """Give an endpoint; refuses hook_unknown."""
        with self.store.engine.connect() as connection:
            row = connection.execute(select(*_COLUMNS).where(hook_endpoint.c.endpoint_id == endpoint_id)).first()
        return Refused("hook_unknown", "", endpoint_id[:60]) if row is None else _endpoint(row)

    def every(self, state: str = "") -> list[Endpoint]:
        """Give the endpoints, of one state or of all, oldest first."""
        asked = select(*_COLUMNS).order_by(hook_endpoint.c.made_at, hook_endpoint.c.endpoint_id)
        with self.store.engine.connect() as connection:
            rows = connection.execute(asked.where(hook_endpoint.c.state == state) if state else asked).all()
        return [_endpoint(row) for row in rows]

    def change(
        self, endpoint_id: str, version: int, actor: str, *, url: str | None = None, kinds: Sequence[str] | None = None
    ) -> Endpoint | Refused:
        """Give an endpoint another address, other types, or both, if it is at a version. A new address waits in live.

        Refuses hook_unknown, hook_changed, what `judge` refuses, hook_kind_malformed, hook_kind_unknown.
        """
        found = self.find(endpoint_id)
        refused = (self._refuse_url(url) if url is not None else None) or (_refuse_kinds(kinds) if kinds is not None else None)
        if isinstance(found, Refused) or refused is not None:
            return refused or found
        values: dict[str, Any] = {"kinds": json.dumps(_sorted(kinds))} if kinds is not None else {}
        if url is not None and url != found.url:
            values |= {"url": url, **({"state": WAITING} if self.house.mode == LIVE else {})}
        return self._changed(found._replace(version=version), values, actor, "hook_changed")

    def rotate(self, endpoint_id: str, actor: str, *, key: str = "") -> Shown | Refused:
        """Give an endpoint another secret; the one before signs beside it for as long as POLICY.HOOK.ROTATION says.

        The same key gives the same secret, and rotates once: a retry after a lost answer would else end the secret that receivers
        still verify by. Refuses hook_unknown, hook_changed, hook_keys_missing.
        """
        found, now = self.find(endpoint_id), self.house.now()
        refused = self._refuse_keyless()
        if isinstance(found, Refused) or refused is not None:
            return refused or found  # type: ignore[return-value]  # one of the two is refused
        lasts = self.house.rules.value("POLICY.HOOK.ROTATION", now.date())
        assert isinstance(lasts, int)
        with self.store.engine.connect() as connection:
            kept = connection.execute(
                select(hook_endpoint.c.secret, hook_endpoint.c.old_secret).where(hook_endpoint.c.endpoint_id == endpoint_id)
            ).one()
        old, secret = kept.secret, self._secret_of(endpoint_id, key) if key else new_secret()
        if key and secret in [self._opened(endpoint_id, one) for one in kept if one is not None]:
            return Shown(found, secret, True)
        values = {"secret": self._sealed(endpoint_id, secret), "old_secret": old, "old_until": now + timedelta(seconds=lasts)}
        changed = self._changed(found, values, actor, "hook_rotated")
        return changed if isinstance(changed, Refused) else Shown(changed, secret)

    def rotated(self, endpoint_id: str, key: str) -> str:
        """Give the secret that a rotation under a key made, "" where it signs no more."""
        signing = self.secrets_of(endpoint_id)
        secret = "" if self.house.vault is None else self._secret_of(endpoint_id, key)
        return secret if not isinstance(signing, Refused) and secret in signing else ""

    def disable(self, endpoint_id: str, actor: str) -> Endpoint | Refused:
        """Send nothing more to an endpoint; what waits for it stays. Refuses hook_unknown, hook_changed."""
        return self._stated(endpoint_id, DISABLED, actor, "hook_disabled")

    def enable(self, endpoint_id: str, actor: str) -> Endpoint | Refused:
        """Send to an endpoint again, what waited first. Refuses hook_unknown, hook_changed, hook_needs_approval (in live)."""
        if self.house.mode == LIVE:
            return Refused("hook_needs_approval", "POLICY.APPROVAL.LIVE")
        return self._stated(endpoint_id, ACTIVE, actor, "hook_enabled")

    def approve(self, endpoint_id: str, url: str, actor: str) -> Endpoint | Refused:
        """Send to an address that others agreed to. Refuses hook_unknown, hook_changed where the address is another by now."""
        found = self.find(endpoint_id)
        if isinstance(found, Endpoint) and found.url != url:
            return Refused("hook_changed", "", endpoint_id)
        return self._stated(endpoint_id, ACTIVE, actor, "hook_approved")

    def secrets_of(self, endpoint_id: str) -> tuple[str, ...] | Refused:
        """Give the secrets that sign now, the newest first; refuses hook_unknown, hook_keys_missing."""
        columns = (hook_endpoint.c.secret, hook_endpoint.c.old_secret, hook_endpoint.c.old_until)
        with self.store.engine.connect() as connection:
            row = connection.execute(select(*columns).where(hook_endpoint.c.endpoint_id == endpoint_id)).first()
        if row is None:
            return Refused("hook_unknown", "", endpoint_id[:60])
        sealed = [row.secret]
        if row.old_secret is not None and instant_of(row.old_until) > self.house.now():
            sealed.append(row.old_secret)
        opened = [self._opened(endpoint_id, one) for one in sealed]
        return Refused("hook_keys_missing", "", endpoint_id) if None in opened else tuple(one for one in opened if one)

    def _stated(self, endpoint_id: str, state: str, actor: str, action: str) -> Endpoint | Refused:
        found = self.find(endpoint_id)
        return found if isinstance(found, Refused) else self._changed(found, {"state": state, "failing_since": None}, actor, action)

    def _changed(self, found: Endpoint, values: dict[str, Any], actor: str, action: str) -> Endpoint | Refused:
        """Change an endpoint that is still at its version, and put it on record; refuses hook_changed."""
        same = (hook_endpoint.c.endpoint_id == found.endpoint_id, hook_endpoint.c.version == found.version)
        with self.store.changing() as connection:
            if connection.execute(update(hook_endpoint).where(*same).values(**values, version=found.version + 1)).rowcount != 1:
                return Refused("hook_changed", "", found.endpoint_id)
            row = connection.execute(select(*_COLUMNS).where(hook_endpoint.c.endpoint_id == found.endpoint_id)).one()
            changed = _endpoint(row)
            self._record(connection, actor, action, changed)
        return changed

    def _record(self, connection: Connection, actor: str, action: str, endpoint: Endpoint) -> None:
        said = {"url": endpoint.url, "kinds": list(endpoint.kinds), "state": endpoint.state}
        record(connection, self.house.now(), actor, action, endpoint.endpoint_id, body=said)

    def _refuse_url(self, url: str) -> Refused | None:
        found = judge(url, is_loopback_allowed=self.is_loopback_allowed)
        return found if isinstance(found, Refused) else None

    def _refuse_keyless(self) -> Refused | None:
        return Refused("hook_keys_missing") if self.house.vault is None else None

    def _secret_of(self, endpoint_id: str, key: str) -> str:
        """Give the secret that a rotation under a key makes: worked out from the keys of the house, so that nothing has to be kept."""
        assert self.house.vault is not None, "it was asked before"
        finder = self.house.vault.keyring.finder
        return secret_from(hmac.digest(finder, f"plimsoll hook secret\0{endpoint_id}\0{key}".encode(), "sha256"))

    def _sealed(self, endpoint_id: str, secret: str) -> bytes:
        assert self.house.vault is not None, "it was asked before"
        return _seal(self.house.vault.keyring, endpoint_id, secret)

    def _opened(self, endpoint_id: str, sealed: bytes) -> str | None:
        return None if self.house.vault is None else _open(self.house.vault.keyring, endpoint_id, sealed)


def reseal_secrets(store: Store, keyring: Keyring) -> int:
    """Seal every secret that another master key seals by the one in use, before that key is retired; give of how many endpoints."""
    count = 0
    columns = (hook_endpoint.c.endpoint_id, hook_endpoint.c.secret, hook_endpoint.c.old_secret)
    with store.changing() as connection:
        for endpoint_id, *sealed in connection.execute(select(*columns)).all():
            again = [_again(keyring, endpoint_id, one) for one in sealed]
            if again != sealed:
                values = {"secret": again[0], "old_secret": again[1]}
                connection.execute(update(hook_endpoint).where(hook_endpoint.c.endpoint_id == endpoint_id).values(**values))
                count += 1
    return count


def _again(keyring: Keyring, endpoint_id: str, sealed: bytes | None) -> bytes | None:
    if sealed is None or sealed.partition(b"\0")[0].decode() == keyring.current:
        return sealed
    opened = _open(keyring, endpoint_id, sealed)
    return sealed if opened is None else _seal(keyring, endpoint_id, opened)


def _seal(keyring: Keyring, endpoint_id: str, secret: str) -> bytes:
    """Seal a secret for its endpoint; the name of the master key that it opens by stands before it."""
    return keyring.current.encode() + b"\0" + seal(keyring.masters[keyring.current], secret.encode(), _place(endpoint_id))


def _open(keyring: Keyring, endpoint_id: str, sealed: bytes) -> str | None:
    name, _, value = sealed.partition(b"\0")
    master = keyring.masters.get(name.decode())
    if master is None:
        return None
    try:
        return unseal(master, value, _place(endpoint_id)).decode()
    except InvalidTag:
        return None


def _refuse_kinds(kinds: Iterable[str]) -> Refused | None:
    found = list(kinds)
    wrong = [one for one in found if len(one) > KINDS_MAX or not _KIND.fullmatch(one)]
    if wrong or len(found) > KINDS_MAX:
        return Refused("hook_kind_malformed", "", wrong[0][:60] if wrong else f"{KINDS_MAX} at most")
    unknown = [one for one in found if not (any(kind.startswith(one[:-1]) for kind in TYPES) if one.endswith("*") else one in TYPES)]
    return Refused("hook_kind_unknown", "", unknown[0]) if unknown else None


def _sorted(kinds: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(set(kinds)))


def _place(endpoint_id: str) -> bytes:
    return f"plimsoll hook\0{endpoint_id}".encode()


def _endpoint(row: Row[tuple[Any, ...]]) -> Endpoint:
    said = dict(row._mapping)  # noqa: SLF001 -- the public way to a row's names
    for name in ("made_at", "old_until", "failing_since"):
        said[name] = instant_of(said[name]) if said[name] is not None else None
    return Endpoint(**{**said, "kinds": tuple(json.loads(said["kinds"]))})
