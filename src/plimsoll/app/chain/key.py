"""The key that signs checkpoints of the chain: Ed25519, in a file of its own outside the book, named by `PLIMSOLL_AUDIT_KEY`.

Who can change the book and read this file can rewrite the chain: keep it with another owner than the database, or sign elsewhere. Former
keys are kept by their public half, so that what they signed can still be checked.
"""

import os
from base64 import b64decode, b64encode
from binascii import Error as NotBase64
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any, Final, NamedTuple

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from plimsoll.app.database.trouble import StoreTrouble
from plimsoll.app.key_file import Codes, read_key_file, write_key_file

VARIABLE: Final = "PLIMSOLL_AUDIT_KEY"
FORMAT: Final = "plimsoll audit key 1"
KEY_BYTES: Final = 32
MAKE: Final = "Make one with: plimsoll audit keygen"
CODES: Final = Codes("audit_key_missing", "audit_key_exposed", "audit_key_malformed", "audit_key_exists")


class AuditKeys(NamedTuple):
    """The private key in use, raw, and the public halves of all keys that ever signed, the one in use first."""

    private: bytes
    publics: tuple[bytes, ...]

    def sign(self, said: bytes) -> bytes:
        """Give the signature of the key in use."""
        return Ed25519PrivateKey.from_private_bytes(self.private).sign(said)


def key_id(public: bytes) -> str:
    """Give the name of a key: 16 hex characters of the SHA-256 of its public half."""
    return sha256(public).hexdigest()[:16]


def is_signed(publics: Sequence[bytes], named: str, said: bytes, signature: bytes) -> bool:
    """Tell whether the key of a name is among some public keys and signed this."""
    for public in publics:
        if key_id(public) == named:
            try:
                Ed25519PublicKey.from_public_bytes(public).verify(signature, said)
            except InvalidSignature:
                return False
            return True
    return False


def key_path() -> Path | None:
    """Give the file that the configuration names, None where it names none."""
    named = os.environ.get(VARIABLE, "")
    return Path(named) if named else None


def configured_keys() -> AuditKeys | None:
    """Give the keys that the configuration names, None where it names none; raises as `read_keys`."""
    path = key_path()
    return None if path is None else read_keys(path)


def read_keys(path: Path) -> AuditKeys:
    """Read the keys. Raises StoreTrouble audit_key_missing, audit_key_exposed (others may read the file), audit_key_malformed."""
    said = read_key_file(path, CODES, MAKE)
    try:
        is_ours = said["format"] == FORMAT
        private, former = b64decode(said["private"], validate=True), [read_public(one) for one in said["former"]]
    except (KeyError, TypeError, AttributeError, NotBase64, ValueError):
        raise StoreTrouble("audit_key_malformed", f"{path}") from None
    if not is_ours or len(private) != KEY_BYTES:
        raise StoreTrouble("audit_key_malformed", f"{path}")
    return AuditKeys(private, (_public(private), *former))


def read_public(text: str) -> bytes:
    """Read a public key as it is printed: base64. Raises ValueError."""
    public = b64decode(text.strip(), validate=True)
    if len(public) != KEY_BYTES:
        raise ValueError("a public key of Ed25519 has 32 bytes")
    return public


def shown(public: bytes) -> str:
    """Give a public key as it is printed."""
    return b64encode(public).decode()


def new_keys(former: AuditKeys | None = None) -> AuditKeys:
    """Make a key by chance; the public halves of those before it stay known."""
    private = os.urandom(KEY_BYTES)
    return AuditKeys(private, (_public(private), *(former.publics if former else ())))


def write_keys(path: Path, keys: AuditKeys, *, is_new: bool) -> None:
    """Write keys so that only their owner can read them; a file that is there is replaced whole, or, for a first key, never."""
    said: dict[str, Any] = {"format": FORMAT, "private": shown(keys.private), "former": [shown(public) for public in keys.publics[1:]]}
    write_key_file(path, said, CODES, is_new=is_new)


def _public(private: bytes) -> bytes:
    return Ed25519PrivateKey.from_private_bytes(private).public_key().public_bytes_raw()
