"""Cookies of the pages, and the token that a form must bring back.

The session cookie holds what `app.access` gave at sign-in and nothing else; scripts cannot read it and other sites cannot send a form
with it. The token of a form is made from it, so it holds for that session alone, needs no store, and changes when somebody signs in.
Before sign-in a cookie of chance stands in its place.
"""

import hmac
import re
import secrets
from collections.abc import Mapping
from hashlib import sha256
from typing import Final

from starlette.responses import Response

SESSION, BEFORE, LANGUAGE, THEME = "plimsoll", "plimsoll-before", "plimsoll-language", "plimsoll-theme"
VIEWS: Final = "plimsoll-views"
VIEWS_MAX: Final = 3_000
"""Characters of the views of one person: what a cookie has room for."""
_SECURE_PREFIX: Final = "__Host-"
_TOKEN: Final = re.compile(r"[A-Za-z0-9_.-]{16,200}")
_YEAR: Final = 31_536_000


def name_of(name: str, *, is_secure: bool) -> str:
    """Give the name under which a cookie is set: over TLS one that no other host can set."""
    return f"{_SECURE_PREFIX}{name}" if is_secure else name


def read(cookies: Mapping[str, str], name: str, *, is_secure: bool) -> str:
    """Give a token that the browser brought, "" where it brought none or something that cannot be one."""
    found = cookies.get(name_of(name, is_secure=is_secure), "")
    return found if _TOKEN.fullmatch(found) else ""


def new_token() -> str:
    """Give a token of chance."""
    return secrets.token_urlsafe(32)


def new_key() -> str:
    """Give a key for a form: what is sent twice with it is done once."""
    return secrets.token_hex(12)


def form_token(token: str) -> str:
    """Give what a form has to bring back in a session, or before one."""
    return hmac.new(token.encode(), b"plimsoll form", sha256).hexdigest()


def is_same(ours: str, brought: str) -> bool:
    """Tell whether a form brought back what we gave it."""
    return bool(ours) and hmac.compare_digest(ours.encode(), brought.encode("utf-8", "replace"))


def put(response: Response, name: str, value: str, *, is_secure: bool) -> None:
    """Set a token for as long as the browser is open."""
    response.set_cookie(name_of(name, is_secure=is_secure), value, path="/", secure=is_secure, httponly=True, samesite="lax")


def keep(response: Response, name: str, value: str, *, is_secure: bool) -> None:
    """Set a choice, such as the language, for a year."""
    response.set_cookie(name, value, max_age=_YEAR, path="/", secure=is_secure, httponly=True, samesite="lax")


def views_name(user_id: str) -> str:
    """Give the name under which the browser keeps the views of one of its people."""
    return f"{VIEWS}-{sha256(user_id.encode()).hexdigest()[:8]}"


def drop(response: Response, name: str, *, is_secure: bool) -> None:
    """Take a cookie back."""
    response.delete_cookie(name_of(name, is_secure=is_secure), path="/", secure=is_secure, httponly=True, samesite="lax")
