"""Sign what is sent to a webhook, and verify it where it is received: the scheme of Standard Webhooks (standardwebhooks.com, v1).

`webhook-signature` holds "v1," and the base64 of HMAC-SHA256 over "id.timestamp.body"; while a secret is being replaced it holds two,
one for each. A receiver keeps the ids that it has handled: the same event may come more than once.
"""

import hmac
import secrets as chance
from base64 import b64decode, b64encode
from binascii import Error as NotBase64
from collections.abc import Iterable, Mapping
from hashlib import sha256
from typing import Final

from plimsoll.units.refusal import Malformed, Refused

PREFIX: Final = "whsec_"
SECRET_BYTES: Final = 32
VERSION: Final = "v1"
TOLERANCE_S: Final = 300
"""How far the instant of sending may be from the receiver's clock, either way."""
ID, TIMESTAMP, SIGNATURE = "webhook-id", "webhook-timestamp", "webhook-signature"
SIGNATURES_MAX: Final = 10
TIMESTAMP_DIGITS_MAX: Final = 12


def new_secret() -> str:
    """Make a secret by chance: whsec_ and the base64 of 32 bytes."""
    return secret_from(chance.token_bytes(SECRET_BYTES))


def secret_from(value: bytes) -> str:
    """Write the bytes of a secret as Standard Webhooks does."""
    return PREFIX + b64encode(value).decode()


def signature(secret: str, event_id: str, timestamp: int, body: bytes) -> str:
    """Give one signature, as it stands in the header. Raises Malformed hook_secret_malformed."""
    signed = f"{event_id}.{timestamp}.".encode() + body
    return f"{VERSION},{b64encode(hmac.new(_key(secret), signed, sha256).digest()).decode()}"


def headers_of(secrets: Iterable[str], event_id: str, timestamp: int, body: bytes) -> dict[str, str]:
    """Give the three headers of a delivery, signed with every secret that is in force."""
    signatures = " ".join(signature(secret, event_id, timestamp, body) for secret in secrets)
    return {ID: event_id, TIMESTAMP: str(timestamp), SIGNATURE: signatures}


def verify(secret: str, headers: Mapping[str, str], body: bytes, now: float, tolerance_s: int = TOLERANCE_S) -> Refused | None:
    """Give why a request is not to be believed, None for one that the holder of the secret sent just now.

    `headers` as they came, in any case; `body` the bytes as they came, before anything is read of them; `now` seconds since 1970.
    Refuses hook_headers_missing, hook_timestamp_malformed, hook_timestamp_off, hook_signature_wrong. Raises Malformed
    hook_secret_malformed.
    """
    said = {name.lower(): value for name, value in headers.items()}
    if not all(said.get(name) for name in (ID, TIMESTAMP, SIGNATURE)):
        return Refused("hook_headers_missing", "", ", ".join(name for name in (ID, TIMESTAMP, SIGNATURE) if not said.get(name)))
    sent = said[TIMESTAMP]
    if not (sent.isascii() and sent.isdigit() and len(sent) <= TIMESTAMP_DIGITS_MAX):
        return Refused("hook_timestamp_malformed")
    expected = signature(secret, said[ID], int(sent), body).encode()
    # Every signature is compared, and in constant time, so that how long it takes tells nothing.
    known = [one.encode() for one in said[SIGNATURE].split(" ")[:SIGNATURES_MAX]]
    if sum(hmac.compare_digest(one, expected) for one in known) == 0:
        return Refused("hook_signature_wrong")
    return Refused("hook_timestamp_off", "", f"{now - int(sent):.0f} s") if abs(now - int(sent)) > tolerance_s else None


def _key(secret: str) -> bytes:
    try:
        key = b64decode(secret.removeprefix(PREFIX), validate=True)
    except (NotBase64, ValueError):
        key = b""
    if len(key) < SECRET_BYTES // 2:
        raise Malformed("hook_secret_malformed", remedy=f"A secret begins with {PREFIX} and is base64.")
    return key
