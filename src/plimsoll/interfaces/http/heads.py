"""Read the headers of a request: each that matters at most once, none that would make one request look like another."""

import re
from collections.abc import Iterable
from typing import Final, NamedTuple

from plimsoll.interfaces.http.problem import Said

HEADERS_MAX: Final = 16_384
"""Bytes of all headers together."""
KEY_MAX: Final = 120
VERSION, CLOCK = b"plimsoll-version", b"plimsoll-test-clock"
ONCE: Final = frozenset({b"authorization", b"content-length", b"content-type", b"host", b"idempotency-key", b"if-match", VERSION, CLOCK})
SAYING: Final = (VERSION, CLOCK)
"""What is left out or says something: where it is empty, somebody meant another version, or no real money."""
NOT_TAKEN: Final = frozenset({b"x-http-method", b"x-http-method-override", b"x-method-override"})
LANGUAGE: Final = b"accept-language"
LANGUAGE_LENGTH: Final = len(LANGUAGE)
CHUNKED: Final = b"transfer-encoding"
HEEDED: Final = ONCE | NOT_TAKEN | {CHUNKED}
"""All others are counted, and not read."""
_KEY: Final = re.compile(r"[!#-\[\]-{}~]{1,120}", re.ASCII)  # visible, without quotes, backslash and bar
_QUOTED: Final = re.compile(r'"([^"\\]*)"', re.ASCII)
_BEARER: Final = re.compile(r"Bearer ([!-~]{1,300})", re.ASCII | re.IGNORECASE)
_TAG: Final = re.compile(r'(?:W/)?"([!#-~]{1,100})"', re.ASCII)


class Heads(NamedTuple):
    """What the headers of a request say, "" where they do not."""

    key: str
    token: str
    content_type: str
    length: int
    """Of the body in bytes, -1 where it is not told."""
    if_match: str
    version: str
    clock: str
    language: str


def read_heads(raw: Iterable[tuple[bytes, bytes]], language: str = "en") -> Heads:
    """Read headers. Raises Said: header_too_large, header_twice, header_not_taken, idempotency_key_malformed, sign_in_needed."""
    found: dict[bytes, str] = {}
    size = 0
    for called, value in raw:
        size += len(called) + len(value)
        name = called.lower()
        if name not in HEEDED:
            continue
        if name in NOT_TAKEN:
            raise Said("header_not_taken", remedy=name.decode())
        if name in found and name in ONCE:
            raise Said("header_twice", remedy=name.decode())
        found[name] = value.decode("latin-1").strip()
    if size > HEADERS_MAX:
        raise Said("header_too_large")
    is_chunked = CHUNKED in found
    if is_chunked and b"content-length" in found:
        # Where the request ends can be read in two ways: nothing more is read from who sent it.
        raise Said("header_not_taken", remedy="transfer-encoding beside content-length", headers={"Connection": "close"})
    for name in SAYING:
        if found.get(name) == "":
            raise Said("header_not_taken", remedy=f"{name.decode()}: leave it out, or say which")
    length = found.get(b"content-length", "" if is_chunked else "0")
    return Heads(
        _key(found.get(b"idempotency-key")),
        _token(found.get(b"authorization")),
        found.get(b"content-type", ""),
        int(length) if length.isascii() and length.isdigit() and len(length) < 16 else -1,
        _match(found.get(b"if-match")),
        found.get(VERSION, ""),
        found.get(CLOCK, ""),
        language,
    )


def _key(said: str | None) -> str:
    """Give an Idempotency-Key, bare or as a quoted string."""
    if said is None:
        return ""
    quoted = _QUOTED.fullmatch(said)
    key = quoted[1] if quoted else said
    if not _KEY.fullmatch(key):
        raise Said("idempotency_key_malformed")
    return key


def _token(said: str | None) -> str:
    if said is None:
        return ""
    found = _BEARER.fullmatch(said)
    if found is None:
        raise Said("sign_in_needed")
    return found[1]


def _match(said: str | None) -> str:
    if said is None:
        return ""
    found = _TAG.fullmatch(said)
    if found is None:
        raise Said("header_not_taken", remedy='If-Match: an ETag, such as "3"')
    return found[1]


def language_in(raw: Iterable[tuple[bytes, bytes]]) -> str:
    """Give the language that the headers of a request ask for."""
    for name, value in raw:
        if len(name) == LANGUAGE_LENGTH and name.lower() == LANGUAGE:
            return language_of(value.decode("latin-1"))
    return "en"


def language_of(said: str) -> str:
    """Give zh-CN or en: the first of the two that an Accept-Language header names with weight; en where it names neither."""
    best, language = 0.0, "en"
    for part in said[:200].split(","):
        name, _, rest = part.strip().partition(";")
        weight = 1.0
        if rest.strip().startswith("q="):
            try:
                weight = float(rest.strip()[2:])
            except ValueError:
                weight = 0.0
        called = name.strip().lower()
        known = "zh-CN" if called.split("-")[0] == "zh" else "en" if called.split("-")[0] in ("en", "*") else ""
        if known and weight > best:
            best, language = weight, known
    return language
