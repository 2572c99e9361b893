"""The keys of the vault: master keys that wrap the key of each person, and one key for finding people by an exact value.

They lie in one file outside the book, named by `PLIMSOLL_VAULT_KEYS`; a backup of the book without that file is unreadable, and a person
whose own key is gone stays unreadable with it.
"""

import os
from base64 import b64decode, b64encode
from binascii import Error as NotBase64
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, Final, NamedTuple

from plimsoll.app.database.trouble import StoreTrouble
from plimsoll.app.key_file import Codes, read_key_file, write_key_file

VARIABLE: Final = "PLIMSOLL_VAULT_KEYS"
FORMAT: Final = "plimsoll vault keys 1"
KEY_BYTES: Final = 32
MAKE: Final = "Make one with: plimsoll vault keygen"
CODES: Final = Codes("vault_keys_missing", "vault_keys_exposed", "vault_keys_malformed", "vault_keys_exist")


class Keyring(NamedTuple):
    """The master keys by name, the name of the one in use, and the key by which people are found."""

    current: str
    masters: Mapping[str, bytes]
    finder: bytes


def keyring_path() -> Path:
    """Give the file that the configuration names; raises StoreTrouble vault_keys_missing where it names none."""
    named = os.environ.get(VARIABLE, "")
    if not named:
        raise StoreTrouble("vault_keys_missing", f"{VARIABLE} is not set", MAKE)
    return Path(named)


def read_keyring(path: Path) -> Keyring:
    """Read the keys. Raises StoreTrouble vault_keys_missing, vault_keys_exposed (others may read the file), vault_keys_malformed."""
    return _keyring(read_key_file(path, CODES, MAKE), path)


def _keyring(said: Any, path: Path) -> Keyring:
    try:
        masters = {name: b64decode(key, validate=True) for name, key in said["masters"].items()}
        found = Keyring(said["current"], masters, b64decode(said["index"], validate=True))
    except (KeyError, TypeError, AttributeError, NotBase64):
        raise StoreTrouble("vault_keys_malformed", f"{path}") from None
    lengths = {len(key) for key in (*masters.values(), found.finder)}
    if said.get("format") != FORMAT or found.current not in masters or lengths != {KEY_BYTES}:
        raise StoreTrouble("vault_keys_malformed", f"{path}")
    return found


def write_keyring(path: Path, keyring: Keyring, *, is_new: bool) -> None:
    """Write the keys so that only their owner can read them; a file that is there is replaced whole, or, for new keys, never."""
    said = {
        "format": FORMAT,
        "current": keyring.current,
        "masters": {name: b64encode(key).decode() for name, key in keyring.masters.items()},
        "index": b64encode(keyring.finder).decode(),
    }
    write_key_file(path, said, CODES, is_new=is_new)


def new_keyring(at: datetime) -> Keyring:
    """Make keys by chance; the master is named by the instant."""
    name = _name(at)
    return Keyring(name, {name: os.urandom(KEY_BYTES)}, os.urandom(KEY_BYTES))


def with_new_master(keyring: Keyring, at: datetime) -> Keyring:
    """Give the keys with another master in use; those before stay, until nothing is wrapped by them."""
    name = _name(at)
    if name in keyring.masters:
        raise StoreTrouble("vault_keys_exist", name)
    return keyring._replace(current=name, masters={**keyring.masters, name: os.urandom(KEY_BYTES)})


def with_current_only(keyring: Keyring) -> Keyring:
    """Give the keys without the masters that wrap nothing any more."""
    return keyring._replace(masters={keyring.current: keyring.masters[keyring.current]})


def _name(at: datetime) -> str:
    return at.strftime("%Y%m%dT%H%M%S.%fZ")
