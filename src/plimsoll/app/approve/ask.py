"""Ask others to agree: keep the command in its one text beside what they are shown, under the SHA-256 of both."""

import json
from datetime import timedelta
from hashlib import sha256
from typing import Any, Final

from sqlalchemy import Connection, Row, bindparam, exc, insert, select

from plimsoll.app.access.event import record
from plimsoll.app.access.look import Asked, Seen, approval_id_of
from plimsoll.app.access.principal import Principal
from plimsoll.app.approve.execute import is_executed
from plimsoll.app.approve.need import Act, Need, Waiting, needed, verb_of
from plimsoll.app.approve.preview import Preview, preview
from plimsoll.app.approve.words import change, headline
from plimsoll.app.approve.written import read, text_of, write
from plimsoll.app.database.schema_access import approval
from plimsoll.app.database.sheet import instant_of
from plimsoll.app.execute import refuse_key
from plimsoll.app.house import House
from plimsoll.app.wiring import DOSSIER_WIRING
from plimsoll.units.refusal import Refused

PENDING: Final = "pending"
REASON_MAX: Final = 500
BY_ID: Final = select(approval).where(approval.c.approval_id == bindparam("asked"))


def put_before_others(
    house: House, who: Principal, command: Any, reason: str = "", digest: bytes = b"", seen: Seen | None = None
) -> Waiting | Refused | None:
    """Put a command before others where policy asks for it; None where who asks may do it alone. Refuses as `ask_approval` does.

    A repeat is met where the first went: what waits or was agreed to is never done a second time under its own key, whatever policy says
    by now; and what was done alone is not put before others. `seen` is what was read of the command already.
    """
    need = needed(house, who, command, None if seen is None else seen.open_on)
    if seen is not None and need is None:
        return None if seen.asked is None else _met(seen.asked, _asked(command, digest))
    with house.store.engine.connect() as connection:
        asked = _asked_before(connection, approval_id_of(who.user_id, command.key), _asked(command, digest))
        if asked is not None or need is None or is_executed(connection, command, {}):
            return asked
    return ask_approval(house, who, command, need, reason, digest=digest)


def ask_approval(house: House, who: Principal, command: Any, need: Need, reason: str = "", *, digest: bytes = b"") -> Waiting | Refused:
    """Keep a command, or an `Act`, until enough others agreed; give what it waits for.

    The same key of the same person gives the same approval again; `digest` is what a repeat is recognised by, b"" for the command
    itself. Refuses key_missing, key_malformed, key_reused, approval_reason_malformed, and what its department would refuse now.
    """
    refused = refuse_key(command.key)
    if refused is not None:
        return refused
    if len(reason) > REASON_MAX or not (reason.isprintable() or not reason):
        return Refused("approval_reason_malformed")
    approval_id = approval_id_of(who.user_id, command.key)
    digest_hex = _asked(command, digest)
    payload = {**write(command), "actor": who.actor, "asked": digest_hex}
    with house.store.engine.connect() as connection:
        asked = _asked_before(connection, approval_id, digest_hex)
    if asked is not None:
        return asked
    found = preview(house, read(payload, key_of(approval_id)), who.actor)
    if isinstance(found, Refused):
        return found
    row = _row(house, who, command, need, reason) | {"approval_id": approval_id, "payload": text_of(payload), "version": found.version}
    row["shown"] = text_of(_shown(house, command, need, found, who, reason))
    row["sha256"] = sha_of(row["payload"], row["shown"])
    said = {"verb": row["verb"], "sha256": row["sha256"], "rule": need.rule, "checkers": need.checkers}
    try:
        with house.store.changing() as connection:
            connection.execute(insert(approval).values(row))
            record(connection, row["made_at"], who.actor, "approval_requested", approval_id, row["customer_id"], reason, said)
    except exc.IntegrityError:
        # The same was asked for at the same time.
        with house.store.engine.connect() as connection:
            asked = _asked_before(connection, approval_id, digest_hex)
        assert asked is not None, "an approval that is there already can be read"
        return asked
    return Waiting(approval_id, row["sha256"], need.checkers, row["expires_at"], need.rule)


def key_of(approval_id: str) -> str:
    """Give the key under which an approval is executed, whoever asks and however often."""
    return f"approval:{approval_id}"


def sha_of(payload: str, shown: str) -> str:
    """Give the SHA-256 that binds what is executed to what was shown, in hex."""
    return sha256(f"{payload}\n{shown}".encode()).hexdigest()


def _asked(command: Any, digest: bytes) -> str:
    """Give what a repeat is recognised by, in hex."""
    return (digest or sha256(text_of(write(command)).encode()).digest()).hex()


def _asked_before(connection: Connection, approval_id: str, digest_hex: str) -> Waiting | Refused | None:
    row = connection.execute(BY_ID, {"asked": approval_id}).first()
    return None if row is None else _met(row, digest_hex)


def _met(row: Asked | Row[Any], digest_hex: str) -> Waiting | Refused:
    """Give what a command waits for that was asked for before, or refuse another under its key."""
    if json.loads(row.payload)["asked"] != digest_hex:
        return Refused("key_reused")
    return Waiting(row.approval_id, row.sha256, row.checkers, instant_of(row.expires_at), row.rule)


def _row(house: House, who: Principal, command: Any, need: Need, reason: str) -> dict[str, Any]:
    now = house.now()
    dossier = DOSSIER_WIRING.get(type(command))
    loan_id = getattr(command, "loan_id", 0)
    is_customers = dossier is None and not isinstance(command, Act)
    return {
        "verb": verb_of(command),
        "customer_id": getattr(command, "customer_id", 0),
        "kind": "act" if isinstance(command, Act) else dossier.kind if dossier else "",
        "subject": str(loan_id or "") if is_customers else command.subject,
        "amount_minor": need.amount_minor,
        "currency": need.currency,
        "checkers": need.checkers,
        "rule": need.rule,
        "maker": who.user_id,
        "made_at": now,
        "reason": reason,
        "expires_at": now + timedelta(seconds=need.seconds),
        "state": PENDING,
        "ended_at": None,
        "outcome": "",
    }


def _shown(house: House, command: Any, need: Need, found: Preview, who: Principal, reason: str) -> dict[str, Any]:
    """Give what others are shown: who asks, in which words, under which rules, what changes, what comes of it."""
    return {
        "headline": headline(command),
        "change": change(command, found.before),
        "effect": found.effect,
        "maker": who.user_id,
        "reason": reason,
        "rule": need.rule,
        "permission": need.permission,
        "checkers": need.checkers,
        "amount_minor": need.amount_minor,
        "currency": need.currency,
        "rules": house.rules.digest,
        "version": found.version,
    }
