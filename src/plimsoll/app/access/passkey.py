"""Passkeys by Web Authentication: a key in a phone or a computer signs a challenge; nothing that could be told to a false page is typed.

The package `webauthn` comes with the extra `passkeys`; without it passkeys_missing is refused and everything else works.
A person is verified by the device (a finger, a face, a PIN), so one passkey is as strong as a password with a second factor.
"""

import json
import os
import secrets
import struct
from collections.abc import Mapping
from datetime import datetime
from hashlib import sha256
from typing import Any, Final, NamedTuple
from urllib.parse import urlsplit

from sqlalchemy import Connection, Row, delete, insert, select, update

from plimsoll.app.access.challenge import PASSKEY, PASSKEY_NEW, NewChallenge, put, take, use
from plimsoll.app.access.event import NOBODY, record
from plimsoll.app.access.people import find
from plimsoll.app.access.policy import challenge_lasts
from plimsoll.app.access.principal import Principal
from plimsoll.app.access.recognise import forget, session_of
from plimsoll.app.access.session import Begin, SignedIn, strengthen
from plimsoll.app.access.sign_in import NOWHERE, From, factors_of, may_try, replace
from plimsoll.app.database.schema_access import access_passkey
from plimsoll.app.database.sheet import instant_of
from plimsoll.app.house import House
from plimsoll.units.refusal import Refused

SITE: Final = "PLIMSOLL_SITE"
SITE_DEFAULT: Final = "http://localhost:8000"
LABEL_MAX: Final = 60
MALFORMED: Final = (ValueError, KeyError, TypeError, AttributeError, IndexError, struct.error)
"""What the package raises beside its own exception on what is no credential at all."""


class Site(NamedTuple):
    """The site that passkeys are bound to: its address as browsers see it, and the host that they are kept under."""

    origin: str
    host: str


class Options(NamedTuple):
    """What a browser is handed to create or use a passkey, and the id of the challenge in it."""

    challenge_id: str
    options: dict[str, Any]


class Passkey(NamedTuple):
    """A passkey as its owner sees it."""

    credential: str
    label: str
    made_at: datetime


def site_of(given: str = "") -> Site:
    """Give the site: what was given, else PLIMSOLL_SITE, else localhost. A passkey made for one site is never used on another."""
    origin = (given or os.environ.get(SITE, "") or SITE_DEFAULT).rstrip("/")
    return Site(origin, urlsplit(origin).hostname or "localhost")


def begin_new(house: House, who: Principal, site: Site) -> Options | Refused:
    """Begin to create a passkey for oneself.

    Refuses passkeys_missing, absent, second_factor_needed where a factor is there and none was shown in this session.
    """
    webauthn = _package()
    if isinstance(webauthn, Refused):
        return webauthn
    from webauthn.helpers.structs import AuthenticatorSelectionCriteria, ResidentKeyRequirement, UserVerificationRequirement

    now = house.now()
    with house.store.changing() as connection:
        row = find(connection, who.user_id)
        if row is None:
            return Refused("absent", "", who.user_id)
        if factors_of(connection, row) and who.strong_at is None:
            return Refused("second_factor_needed")
        made = webauthn.generate_registration_options(
            rp_id=site.host,
            rp_name=house.rules.lender.name["en"],
            user_name=who.user_id,
            user_id=sha256(f"plimsoll passkey\0{who.user_id}".encode()).digest(),
            user_display_name=row.name or who.user_id,
            challenge=secrets.token_bytes(32),
            exclude_credentials=_descriptors(connection, who.user_id),
            authenticator_selection=AuthenticatorSelectionCriteria(
                resident_key=ResidentKeyRequirement.REQUIRED, user_verification=UserVerificationRequirement.REQUIRED
            ),
        )
        new = NewChallenge(PASSKEY_NEW, made.challenge, now + challenge_lasts(house.rules, now), who.actor, who.user_id)
        challenge_id = put(connection, now, new)
    return Options(challenge_id, json.loads(webauthn.options_to_json(made)))


def finish_new(house: House, who: Principal, site: Site, challenge_id: str, credential: Mapping[str, Any], label: str) -> Passkey | Refused:
    """Keep the passkey that a browser made. Refuses passkeys_missing, passkey_refused."""
    webauthn = _package()
    if isinstance(webauthn, Refused):
        return webauthn
    from webauthn.helpers.exceptions import WebAuthnException

    now = house.now()
    with house.store.changing() as connection:
        asked = take(connection, PASSKEY_NEW, challenge_id[:100], now, tries=3)
        if asked is None or asked.user_id != who.user_id:
            return Refused("passkey_refused")
        try:
            made = webauthn.verify_registration_response(
                credential=dict(credential),
                expected_challenge=asked.secret,
                expected_rp_id=site.host,
                expected_origin=site.origin,
                require_user_verification=True,
            )
        except (WebAuthnException, *MALFORMED):
            return Refused("passkey_refused")
        name = made.credential_id.hex()
        if connection.scalar(select(access_passkey.c.user_id).where(access_passkey.c.credential == name)) is not None:
            return Refused("passkey_refused")
        use(connection, challenge_id, now)
        kept = Passkey(name, label.strip()[:LABEL_MAX], now)
        connection.execute(insert(access_passkey).values((name, who.user_id, made.credential_public_key, made.sign_count, kept.label, now)))
        record(connection, now, who.actor, "passkey_added", who.user_id, body={"credential": name[:16]})
    forget(house.store)
    return kept


def begin(house: House, site: Site, token: str = "") -> Options | Refused:
    """Begin to sign in by a passkey: with those of the session's owner where there is a session, else with whatever the device has.

    Without a session nothing is told of who has passkeys. Refuses passkeys_missing.
    """
    webauthn = _package()
    if isinstance(webauthn, Refused):
        return webauthn
    from webauthn.helpers.structs import UserVerificationRequirement

    now = house.now()
    sitting = session_of(house, token) if token else Refused("not_recognised")
    user_id = "" if isinstance(sitting, Refused) else sitting.who.user_id
    with house.store.changing() as connection:
        made = webauthn.generate_authentication_options(
            rp_id=site.host,
            challenge=secrets.token_bytes(32),
            allow_credentials=_descriptors(connection, user_id) if user_id else [],
            user_verification=UserVerificationRequirement.REQUIRED,
        )
        new = NewChallenge(PASSKEY, made.challenge, now + challenge_lasts(house.rules, now), user_id or NOBODY, user_id)
        challenge_id = put(connection, now, new)
    return Options(challenge_id, json.loads(webauthn.options_to_json(made)))


def finish(house: House, site: Site, challenge_id: str, credential: Mapping[str, Any], place: From = NOWHERE) -> SignedIn | Refused:
    """Sign in by the passkey that answered: the session that waited for it goes on under a new token, or one begins; strong either way.

    Refuses passkeys_missing, passkey_refused (whatever is wrong), session_ended.
    """
    webauthn = _package()
    if isinstance(webauthn, Refused):
        return webauthn
    sitting = session_of(house, place.token) if place.token else None
    now = house.now()
    with house.store.changing() as connection:
        asked = take(connection, PASSKEY, challenge_id[:100], now, tries=3)
        owner = None if asked is None else _owner(connection, webauthn, site, asked, credential)
        if asked is None or owner is None or not may_try(owner, now):
            record(connection, now, NOBODY, "sign_in_failed", "" if owner is None else owner.user_id, body={"factor": PASSKEY})
            return Refused("passkey_refused")
        use(connection, challenge_id, now)
        if asked.user_id and isinstance(sitting, Refused):
            return sitting
        if asked.user_id and place.token:
            begun = strengthen(connection, house, place.token, owner.user_id, now)
        else:
            begun = replace(connection, house, place, Begin(owner.user_id, now, strong_at=now))
        if isinstance(begun, SignedIn):
            action = "second_factor_shown" if asked.user_id else "signed_in"
            record(connection, now, owner.user_id, action, begun.session_id, body={"by": PASSKEY})
    forget(house.store)
    return begun


def passkeys_of(house: House, user_id: str) -> list[Passkey]:
    """Give the passkeys of a user, the oldest first."""
    columns = access_passkey.c
    with house.store.engine.connect() as connection:
        rows = connection.execute(select(access_passkey).where(columns.user_id == user_id).order_by(columns.made_at)).all()
    return [Passkey(row.credential, row.label, instant_of(row.made_at)) for row in rows]


def remove(house: House, who: Principal, credential: str) -> Refused | None:
    """Take a passkey of one's own away. Refuses absent, second_factor_needed."""
    if who.strong_at is None:
        return Refused("second_factor_needed")
    now = house.now()
    with house.store.changing() as connection:
        mine = (access_passkey.c.credential == credential, access_passkey.c.user_id == who.user_id)
        if not connection.execute(delete(access_passkey).where(*mine)).rowcount:
            return Refused("absent", "", credential)
        record(connection, now, who.actor, "passkey_removed", who.user_id, body={"credential": credential[:16]})
    forget(house.store)
    return None


def _package() -> Any:
    try:
        import webauthn
    except ImportError:
        return Refused("passkeys_missing")
    return webauthn


def _descriptors(connection: Connection, user_id: str) -> list[Any]:
    from webauthn.helpers.structs import PublicKeyCredentialDescriptor

    rows = connection.execute(select(access_passkey.c.credential).where(access_passkey.c.user_id == user_id))
    return [PublicKeyCredentialDescriptor(id=bytes.fromhex(row.credential)) for row in rows]


def _owner(connection: Connection, webauthn: Any, site: Site, asked: Row[Any], credential: Mapping[str, Any]) -> Row[Any] | None:
    """Give whose passkey signed the challenge, and count its use; None where anything is wrong. The user is held."""
    from webauthn.helpers.exceptions import WebAuthnException

    try:
        name = webauthn.base64url_to_bytes(credential["id"]).hex()
        row = connection.execute(select(access_passkey).where(access_passkey.c.credential == name).with_for_update()).first()
        if row is None or asked.user_id not in ("", row.user_id):
            return None
        said = webauthn.verify_authentication_response(
            credential=dict(credential),
            expected_challenge=asked.secret,
            expected_rp_id=site.host,
            expected_origin=site.origin,
            credential_public_key=row.public_key,
            credential_current_sign_count=row.sign_count,
            require_user_verification=True,
        )
    except (WebAuthnException, *MALFORMED):
        return None
    connection.execute(update(access_passkey).where(access_passkey.c.credential == name).values(sign_count=said.new_sign_count))
    return find(connection, row.user_id, is_held=True)
