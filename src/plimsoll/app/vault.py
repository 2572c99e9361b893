"""The vault: personal data, each person under a key of their own, found by exact value, masked unless a reason is given, erasable for good.

A value is sealed with AES-256-GCM under the person's key, bound to whose it is and what it is, so that a row moved to another place does
not open. The person's key is wrapped by the master key of the keyring, and thrown away when the person is erased: what is left, here or
in a backup of the book, cannot be read. The index holds HMAC-SHA-256 of normalised values under a key of its own.
Every look at a whole value, and every search, is on a log that only grows, with who, when and why.
With an employer or an address goes a link: to the employer and to the city and province, blinded, so that people of one can be counted
without anybody being looked at.
"""

import hmac
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from hashlib import sha256
from typing import Any, Final, NamedTuple

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import Connection, case, delete, func, insert, select, text, update
from sqlalchemy.dialects import postgresql, sqlite

from plimsoll.app.database.schema import customer, link, vault_access, vault_field, vault_index, vault_key
from plimsoll.app.database.sheet import instant_of
from plimsoll.app.database.store import Store
from plimsoll.app.keyring import KEY_BYTES, Keyring
from plimsoll.monitoring.shock import BLIND_LENGTH, REGION
from plimsoll.monitoring.shock import EMPLOYER as EMPLOYER_GROUP
from plimsoll.protection.mask import ADDRESS, DOCUMENT, EMPLOYER, FIELDS, SEARCHED, mask, normal
from plimsoll.protection.region import regions_of
from plimsoll.units.refusal import Refused

NONCE_BYTES: Final = 12
VALUE_LENGTH_MAX: Final = 100_000
DOCUMENT_LENGTH_MAX: Final = 8_200_000
"""A scanned or photographed paper, as text."""
REASON_LENGTH_MIN: Final = 4
PUT, REVEAL, FIND, ERASE = "put", "reveal", "find", "erase"


class Act(NamedTuple):
    """Who acts, when, and why."""

    actor: str
    at: datetime
    reason: str


class Held(NamedTuple):
    """A value of the vault as it is shown to everybody: masked."""

    field: str
    ref: str
    masked: str


class Access(NamedTuple):
    """One line of the log of a person: who did what to which value, and why."""

    n: int
    at: datetime
    actor: str
    action: str
    field: str
    ref: str
    reason: str


class Vault:
    """The vault of a book, opened with the keys of the house."""

    def __init__(self, store: Store, keyring: Keyring) -> None:
        self.store = store
        self.keyring = keyring

    def put(self, customer_id: int, field: str, value: str, act: Act, ref: str = "") -> Refused | None:
        """Seal a value, in place of the one before. `ref` tells several of a kind apart, such as documents.

        Refuses vault_field_unknown, vault_value_malformed, customer_unknown, vault_erased.
        """
        return self.put_all(customer_id, {field: value}, act, ref)

    def put_all(self, customer_id: int, values: Mapping[str, str], act: Act, ref: str = "") -> Refused | None:
        """Seal several values of somebody, by field, all or none. Refuses as `put` does."""
        refused = _refuse_values(values)
        if refused is not None:
            return refused
        with self._of(customer_id) as connection:
            key = self._key(connection, customer_id, is_made=True, at=act.at)
            if isinstance(key, Refused):
                return key
            held = select(vault_field.c.field).where(vault_field.c.customer_id == customer_id).limit(1)
            if connection.execute(held).first() is None:
                self._seal_first(connection, key, customer_id, values, act, ref)
            else:
                for field, value in values.items():
                    self._seal(connection, key, customer_id, field, value, act, ref)
            self._group(connection, {customer_id: values}, act.at)
        return None

    def put_first(self, people: Mapping[int, Mapping[str, str]], act: Act) -> int | Refused:
        """Seal the first values of many people, by customer and field, in one transaction; give of how many. Who has a key already, or had
        one before being erased, and who is no customer stays as they are. Refuses vault_field_unknown, vault_value_malformed.
        """
        for values in people.values():
            refused = _refuse_values(values)
            if refused is not None:
                return refused
        ids = list(people)
        there, keyed = select(customer.c.customer_id).where(customer.c.customer_id.in_(ids)), vault_key.c.customer_id
        with self.store.changing() as connection:
            held = connection.scalars(there.order_by(customer.c.customer_id).with_for_update()).all()
            known = set(connection.scalars(select(keyed).where(keyed.in_(ids))))
            new = [one for one in held if one not in known]
            keys = {one: os.urandom(KEY_BYTES) for one in new}
            master = self.keyring.current
            rows = [
                {"customer_id": one, "master": master, "made_at": act.at, "destroyed_at": None, "wrapped": self._wrapped(one, key)}
                for one, key in keys.items()
            ]
            if rows:
                connection.execute(insert(vault_key), rows)
                connection.execute(insert(vault_field), [row for one in new for row in _sealed(keys[one], one, people[one], act, "")])
                self._blind_all(connection, {one: people[one] for one in new})
                self._group(connection, {one: people[one] for one in new}, act.at)
                puts = {one: [(field, "") for field in people[one]] for one in new}
                connection.execute(insert(vault_access), [row for one in new for row in _lines(one, act, PUT, puts[one])])
        return len(new)

    def _seal_first(self, connection: Connection, key: bytes, customer_id: int, values: Mapping[str, str], act: Act, ref: str) -> None:
        """Seal the first values of a person who is held: nothing is replaced, so each table takes all its rows at once."""
        connection.execute(insert(vault_field), _sealed(key, customer_id, values, act, ref))
        self._blind_all(connection, {customer_id: values})
        _log_all(connection, customer_id, act, PUT, [(field, ref) for field in values])

    def _blind_all(self, connection: Connection, people: Mapping[int, Mapping[str, str]]) -> None:
        """Index the values of people who have none in the index."""
        blinds = [
            {"customer_id": customer_id, "field": field, "blind": self.blind(field, value)}
            for customer_id, values in people.items()
            for field, value in values.items()
            if field in SEARCHED
        ]
        if blinds:
            connection.execute(insert(vault_index), blinds)

    def _seal(self, connection: Connection, key: bytes, customer_id: int, field: str, value: str, act: Act, ref: str) -> None:
        """Seal one value of a person who is held, index it, and put it on the log."""
        old = self._opened(connection, key, customer_id, field, ref)
        sealed = seal(key, value.encode(), _place(customer_id, field, ref))
        where = (vault_field.c.customer_id == customer_id, vault_field.c.field == field, vault_field.c.ref == ref)
        changed = connection.execute(update(vault_field).where(*where).values(sealed=sealed, written_at=act.at, written_by=act.actor))
        if not changed.rowcount:
            connection.execute(insert(vault_field).values((customer_id, field, ref, act.at, act.actor, sealed)))
        self._index(connection, customer_id, field, old, value)
        _log(connection, customer_id, act, PUT, field, ref)

    def blind_of_group(self, kind: str, name: str) -> str:
        """Give what stands for an employer or a region on record."""
        return self.blind(kind, name)[:BLIND_LENGTH]

    def _group(self, connection: Connection, people: Mapping[int, Mapping[str, str]], at: datetime) -> None:
        """Link people to the employers and the regions that their values name, from an instant on."""
        rows = [
            {"customer_id": customer_id, "kind": kind, "blind": self.blind_of_group(kind, name), "since": at}
            for customer_id, values in people.items()
            for kind, name in groups_in(values)
        ]
        if rows:
            new: Any = (postgresql if self.store.kind == "postgresql" else sqlite).insert(link)
            again = new.on_conflict_do_update(index_elements=["customer_id", "kind", "blind"], set_={"since": new.excluded.since})
            connection.execute(again, rows)

    def show(self, customer_id: int) -> list[Held]:
        """Give everything held of somebody, masked; [] for a stranger and for somebody erased."""
        with self.store.engine.connect() as connection:
            key = self._key(connection, customer_id)
            if isinstance(key, Refused):
                return []
            # A paper is masked whole, so the millions of bytes of one are not read for that.
            sealed = case((vault_field.c.field == DOCUMENT, None), else_=vault_field.c.sealed).label("sealed")
            rows = connection.execute(
                select(vault_field.c.field, vault_field.c.ref, sealed)
                .where(vault_field.c.customer_id == customer_id)
                .order_by(vault_field.c.field, vault_field.c.ref)
            ).all()
        return [Held(row.field, row.ref, mask(row.field, _masked(key, customer_id, row))) for row in rows]

    def reveal(self, customer_id: int, field: str, act: Act, ref: str = "") -> str | Refused:
        """Give a whole value, and put on the log who saw it and why, before it is given.

        Refuses vault_reason_missing, vault_value_unknown, vault_erased.
        """
        refused = _refuse_reason(act)
        if refused is not None:
            return refused
        with self._of(customer_id) as connection:
            key = self._key(connection, customer_id)
            if isinstance(key, Refused):
                return key
            value = self._opened(connection, key, customer_id, field, ref)
            if value is None:
                return Refused("vault_value_unknown", "", f"{field} {ref}".strip())
            _log(connection, customer_id, act, REVEAL, field, ref)
        return value

    def find(self, field: str, value: str, act: Act) -> tuple[int, ...] | Refused:
        """Give everybody who has exactly this value, and put the search on their logs.

        Refuses vault_field_unknown, vault_reason_missing.
        """
        if field not in SEARCHED:
            return Refused("vault_field_unknown", "", f"{field!r}; searched: {', '.join(SEARCHED)}")
        refused = _refuse_reason(act)
        if refused is not None:
            return refused
        with self.store.engine.connect() as connection:
            rows = connection.execute(
                select(vault_index.c.customer_id)
                .where(vault_index.c.field == field, vault_index.c.blind == self.blind(field, value))
                .order_by(vault_index.c.customer_id)
            ).all()
        found = tuple(row.customer_id for row in rows)
        for customer_id in found:
            with self._of(customer_id) as connection:
                _log(connection, customer_id, act, FIND, field, "")
        return found

    def log(self, customer_id: int) -> list[Access]:
        """Give what was done to the data of a person, oldest first."""
        with self.store.engine.connect() as connection:
            rows = connection.execute(
                select(vault_access).where(vault_access.c.customer_id == customer_id).order_by(vault_access.c.n)
            ).all()
        return [Access(row.n, instant_of(row.at), row.actor, row.action, row.field, row.ref, row.reason) for row in rows]

    def erase(self, connection: Connection, customer_id: int, act: Act) -> None:
        """Destroy the key of a person, the sealed values and the index, inside a transaction that holds the person (`erase_person`)."""
        connection.execute(
            update(vault_key).where(vault_key.c.customer_id == customer_id).values(wrapped=b"", master="", destroyed_at=act.at)
        )
        connection.execute(delete(vault_field).where(vault_field.c.customer_id == customer_id))
        connection.execute(delete(vault_index).where(vault_index.c.customer_id == customer_id))
        _log(connection, customer_id, act, ERASE, "", "")

    def rewrap(self) -> int:
        """Wrap the key of everybody that another master wraps by the one in use; give how many. Sealed values stay as they are."""
        with self.store.engine.connect() as connection:
            rows = connection.execute(
                select(vault_key.c.customer_id).where(vault_key.c.destroyed_at.is_(None), vault_key.c.master != self.keyring.current)
            ).all()
        for row in rows:
            with self._of(row.customer_id) as connection:
                key = self._key(connection, row.customer_id)
                if isinstance(key, Refused):
                    continue
                connection.execute(
                    update(vault_key)
                    .where(vault_key.c.customer_id == row.customer_id)
                    .values(master=self.keyring.current, wrapped=self._wrapped(row.customer_id, key))
                )
        return len(rows)

    def blind(self, field: str, value: str) -> str:
        """Give what the index holds of a value: nobody without the key can make it or read it back."""
        return hmac.new(self.keyring.finder, f"{field}\0{normal(field, value)}".encode(), sha256).hexdigest()

    @contextmanager
    def _of(self, customer_id: int) -> Iterator[Connection]:
        """Hold a person's row in a transaction, so that nobody else changes the same person meanwhile."""
        with self.store.changing() as connection:
            if self.store.kind == "postgresql":
                connection.execute(text("SELECT 1 FROM customer WHERE customer_id = :id FOR UPDATE"), {"id": customer_id})
            yield connection

    def _key(self, connection: Connection, customer_id: int, *, is_made: bool = False, at: datetime | None = None) -> bytes | Refused:
        """Give the key of a person, made on first use where asked. Refuses vault_erased, vault_key_unknown, customer_unknown."""
        row = connection.execute(select(vault_key).where(vault_key.c.customer_id == customer_id)).first()
        if row is None:
            if not is_made:
                return Refused("vault_value_unknown", "", f"customer {customer_id}")
            if connection.execute(select(customer.c.customer_id).where(customer.c.customer_id == customer_id)).first() is None:
                return Refused("customer_unknown", "", f"customer {customer_id}")
            key = os.urandom(KEY_BYTES)
            connection.execute(insert(vault_key).values((customer_id, self.keyring.current, at, None, self._wrapped(customer_id, key))))
            return key
        if row.destroyed_at is not None:
            return Refused("vault_erased", "", f"customer {customer_id}")
        master = self.keyring.masters.get(row.master)
        if master is None:
            return Refused("vault_key_unknown", "", f"master {row.master}")
        try:
            return unseal(master, row.wrapped, _key_place(customer_id, row.master))
        except InvalidTag:
            return Refused("vault_key_unknown", "", f"master {row.master} does not open the key of customer {customer_id}")

    def _wrapped(self, customer_id: int, key: bytes) -> bytes:
        return seal(self.keyring.masters[self.keyring.current], key, _key_place(customer_id, self.keyring.current))

    def _opened(self, connection: Connection, key: bytes, customer_id: int, field: str, ref: str) -> str | None:
        row = connection.execute(
            select(vault_field.c.sealed).where(
                vault_field.c.customer_id == customer_id, vault_field.c.field == field, vault_field.c.ref == ref
            )
        ).first()
        return None if row is None else unseal(key, row.sealed, _place(customer_id, field, ref)).decode()

    def _index(self, connection: Connection, customer_id: int, field: str, old: str | None, new: str) -> None:
        """Let a person be found by the new value and no longer by the old one."""
        if field not in SEARCHED:
            return
        of_person = (vault_index.c.customer_id == customer_id, vault_index.c.field == field)
        blinds = [self.blind(field, value) for value in (old, new) if value is not None]
        connection.execute(delete(vault_index).where(*of_person, vault_index.c.blind.in_(blinds)))
        connection.execute(insert(vault_index).values((customer_id, field, blinds[-1])))


def seal(key: bytes, value: bytes, place: bytes) -> bytes:
    """Encrypt and authenticate a value for one place: a fresh nonce, then what AES-GCM gives."""
    nonce = os.urandom(NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, value, place)


def unseal(key: bytes, sealed: bytes, place: bytes) -> bytes:
    """Give back what `seal` took; raises InvalidTag where key, place or content is another."""
    return AESGCM(key).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], place)


def _place(customer_id: int, field: str, ref: str) -> bytes:
    return f"plimsoll field\0{customer_id}\0{field}\0{ref}".encode()


def _key_place(customer_id: int, master: str) -> bytes:
    return f"plimsoll key\0{customer_id}\0{master}".encode()


def _masked(key: bytes, customer_id: int, row: Any) -> str:
    """Give what a value is masked from: nothing of a paper."""
    return "" if row.sealed is None else unseal(key, row.sealed, _place(customer_id, row.field, row.ref)).decode()


def _refuse_reason(act: Act) -> Refused | None:
    if len(act.reason.strip()) < REASON_LENGTH_MIN or not act.actor.strip():
        return Refused("vault_reason_missing")
    return None


def _log(connection: Connection, customer_id: int, act: Act, action: str, field: str, ref: str) -> None:
    """Add a line to the log of a person."""
    _log_all(connection, customer_id, act, action, [(field, ref)])


def _log_all(connection: Connection, customer_id: int, act: Act, action: str, what: Sequence[tuple[str, str]]) -> None:
    """Add a line for each field and reference to the log of a person."""
    last = connection.scalar(select(func.max(vault_access.c.n)).where(vault_access.c.customer_id == customer_id)) or 0
    connection.execute(insert(vault_access), _lines(customer_id, act, action, what, last))


def _lines(customer_id: int, act: Act, action: str, what: Sequence[tuple[str, str]], last: int = 0) -> list[dict[str, object]]:
    """Give the lines for the log of a person, a line for each field and reference."""
    said = {"customer_id": customer_id, "at": act.at, "actor": act.actor, "action": action, "reason": act.reason}
    return [{**said, "n": n, "field": field, "ref": ref} for n, (field, ref) in enumerate(what, last + 1)]


def groups_in(values: Mapping[str, str]) -> list[tuple[str, str]]:
    """Give the groups that values of somebody name: the employer, and the regions of the address."""
    employer = [(EMPLOYER_GROUP, values[EMPLOYER])] if EMPLOYER in values else []
    return employer + [(REGION, name) for name in regions_of(values.get(ADDRESS, ""))]


def _sealed(key: bytes, customer_id: int, values: Mapping[str, str], act: Act, ref: str) -> list[dict[str, object]]:
    """Give the rows of the values of a person, sealed."""
    said = {"customer_id": customer_id, "ref": ref, "written_at": act.at, "written_by": act.actor}
    return [
        {**said, "field": field, "sealed": seal(key, value.encode(), _place(customer_id, field, ref))} for field, value in values.items()
    ]


def _refuse_values(values: Mapping[str, str]) -> Refused | None:
    for field, value in values.items():
        if field not in FIELDS:
            return Refused("vault_field_unknown", "", f"{field!r}; one of: {', '.join(FIELDS)}")
        longest = DOCUMENT_LENGTH_MAX if field == DOCUMENT else VALUE_LENGTH_MAX
        if not value.strip() or len(value) > longest:
            return Refused("vault_value_malformed", "", f"{field} of {len(value)} characters")
    return None
