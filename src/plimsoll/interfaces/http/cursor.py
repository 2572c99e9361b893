"""Cursors: where a page of a list begins, written so that nobody can alter it or carry it to another list.

A cursor is the sort keys of the last row with a mark of the list and its filters, and an HMAC-SHA256 over both. The key comes of the key
file of the house; without one it lasts as long as the process, and a cursor of before a restart is refused.
"""

import base64
import hmac
import json
import secrets
from collections.abc import Sequence
from hashlib import sha256
from typing import Any, Final

from plimsoll.app.house import House
from plimsoll.units.refusal import Malformed

CURSOR_MAX: Final = 600
TAG_BYTES: Final = 16
PURPOSE: Final = b"plimsoll cursor 1"
_OF_PROCESS: Final = secrets.token_bytes(32)


def write_cursor(house: House, narrowed: str, keys: Sequence[object]) -> str:
    """Give the cursor of the page after a row; `narrowed` tells the list and its filters apart from others."""
    said = json.dumps([narrowed, *keys], separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(_tag(house, said) + said).decode().rstrip("=")


def read_cursor(house: House, narrowed: str, cursor: str, count: int) -> tuple[Any, ...]:
    """Give the sort keys of a cursor, `count` of them. Raises Malformed cursor_malformed (or altered), cursor_of_other_list."""
    try:
        held = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
    except ValueError:
        raise Malformed("cursor_malformed") from None
    tag, said = held[:TAG_BYTES], held[TAG_BYTES:]
    if len(cursor) > CURSOR_MAX or not hmac.compare_digest(tag, _tag(house, said)):
        raise Malformed("cursor_malformed")
    found = json.loads(said)
    if found[0] != narrowed or len(found) != count + 1:
        raise Malformed("cursor_of_other_list")
    return tuple(found[1:])


def _tag(house: House, said: bytes) -> bytes:
    key = _OF_PROCESS if house.vault is None else hmac.digest(house.vault.keyring.finder, PURPOSE, sha256)
    return hmac.digest(key, said, sha256)[:TAG_BYTES]
