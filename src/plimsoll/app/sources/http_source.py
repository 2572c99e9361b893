"""Evidence over HTTP and JSON: one POST a person, bounded in time and size, never followed to another address.

The provider is sent {"source", "customer_id", "on", "person": {"name", "document", "phone", "card"}} and answers 200 with
{"items": […]} (and "links": [{"kind", "value"}] for devices), or 404 where it does not know the person.
"""

import hashlib
import ipaddress
import time
from collections.abc import Callable, Mapping
from datetime import datetime
from random import Random
from types import TracebackType
from typing import Final, NamedTuple, Self
from urllib.parse import urlsplit

import httpx

from plimsoll.app.sources.port import Fetched, Link, Request, Unavailable
from plimsoll.risk.answer import ITEMS_MAX, read_object
from plimsoll.rulebook.feature import SOURCES
from plimsoll.units.refusal import Malformed

BYTES_MAX: Final = 100_000
LINKS_MAX: Final = 50
LINK_KINDS: Final = ("device", "phone", "card")
LINK_LENGTH_MAX: Final = 200
BUSY: Final = 429
UNKNOWN_PERSON: Final = 404


class Patience(NamedTuple):
    """How long an answer may take in all, how often is tried, and the longest first pause between tries; each next one doubles."""

    limit_s: float = 8.0
    tries: int = 3
    pause_s: float = 0.2


PATIENT: Final = Patience()


class Broken(Exception):
    """One try failed: with a code, what happened, whether another try may succeed, and how long the provider asks to wait (seconds)."""

    def __init__(self, code: str, detail: str = "", *, may_succeed: bool = False, wait_s: float = 0.0) -> None:
        super().__init__(code, detail)
        self.code = code
        self.detail = detail
        self.may_succeed = may_succeed
        self.wait_s = wait_s


class HttpSource:
    """A provider at one address. Close it, or use it as a context. `chance` spreads the tries of many, `sleep` waits between them."""

    def __init__(
        self,
        name: str,
        url: str,
        *,
        token: str = "",
        patience: Patience = PATIENT,
        chance: Random,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """Take the address; raises Malformed evidence_source_unknown, source_not_encrypted."""
        if name not in SOURCES:
            raise Malformed("evidence_source_unknown", f"{name!r}", remedy=f"One of: {', '.join(SOURCES)}.")
        _check_address(url)
        self._name = name
        self._url = url
        self._patience = patience
        self._chance = chance
        self._sleep = sleep
        # Neither proxies nor credentials of the environment: personal data goes to the configured address and nowhere else.
        headers = {"accept": "application/json", "accept-encoding": "identity"}
        headers |= {"authorization": f"Bearer {token}"} if token else {}
        self._client = httpx.Client(headers=headers, timeout=patience.limit_s, follow_redirects=False, trust_env=False)

    def __enter__(self) -> Self:
        """Give the source."""
        return self

    def __exit__(self, kind: type[BaseException] | None, raised: BaseException | None, trace: TracebackType | None) -> None:
        """Close the connections."""
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    @property
    def name(self) -> str:
        """Give the name of the source."""
        return self._name

    @property
    def purpose(self) -> str:
        """Give the purpose of consent: the source's own."""
        return self._name

    def fetch(self, request: Request, now: datetime) -> Fetched | Unavailable:  # noqa: ARG002 -- the provider has its own clock
        """Ask the provider; try again after a failure of its or of the network while there is time.

        Unavailable: source_unreachable, source_timed_out, source_failed, source_refused, source_redirected, source_answer_too_large,
        evidence_answer_malformed.
        """
        until = time.monotonic() + self._patience.limit_s
        asked = _asked(self._name, request)
        for number in range(self._patience.tries):
            try:
                return self._once(asked, until)
            except Broken as broken:
                left_s = until - time.monotonic()
                pause_s = max(self._chance.random() * self._patience.pause_s * 2**number, broken.wait_s)
                if not broken.may_succeed or number + 1 == self._patience.tries or pause_s >= left_s:
                    return Unavailable(broken.code, broken.detail)
                self._sleep(pause_s)
        raise AssertionError("at least one try")

    def _once(self, asked: Mapping[str, object], until: float) -> Fetched:
        """Ask once; raises Broken."""
        left_s = until - time.monotonic()
        if left_s <= 0:
            raise Broken("source_timed_out")
        try:
            with self._client.stream("POST", self._url, json=asked, timeout=left_s) as response:
                _check_status(response)
                raw = _read(response, until)
                status = response.status_code
        except httpx.TimeoutException as late:
            raise Broken("source_timed_out", type(late).__name__, may_succeed=True) from None
        except httpx.HTTPError as failed:
            raise Broken("source_unreachable", type(failed).__name__, may_succeed=True) from None
        digest = hashlib.sha256(raw).hexdigest()
        if status == UNKNOWN_PERSON:
            return Fetched((), digest)
        return _told(raw, digest)


def _check_address(url: str) -> None:
    """Refuse an address that would carry personal data in the clear: only https, or http to this very machine."""
    parts = urlsplit(url)
    if parts.scheme == "https" and parts.hostname:
        return
    if parts.scheme == "http" and _is_this_machine(parts.hostname or ""):
        return
    raise Malformed("source_not_encrypted", f"{parts.scheme or 'no scheme'}://{parts.hostname or ''}")


def _is_this_machine(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _asked(name: str, request: Request) -> dict[str, object]:
    """Give the question; personal data travels in its body, never in the address."""
    asked: dict[str, object] = {"source": name, "customer_id": request.customer_id, "on": request.on.isoformat()}
    person = request.person
    if person is not None:
        asked["person"] = {"name": person.name, "document": person.document, "phone": person.phone, "card": person.card}
    return asked


def _check_status(response: httpx.Response) -> None:
    """Raise Broken where the provider does not answer the question."""
    status = response.status_code
    if status in (200, UNKNOWN_PERSON):
        return
    if 300 <= status < 400:
        raise Broken("source_redirected", str(status))
    if status == BUSY or status >= 500:
        raise Broken("source_failed", str(status), may_succeed=True, wait_s=_asked_to_wait(response.headers.get("retry-after", "")))
    raise Broken("source_refused" if 400 <= status < 500 else "evidence_answer_malformed", str(status))


def _asked_to_wait(text: str) -> float:
    return float(text) if text.isascii() and text.isdigit() and len(text) <= 6 else 0.0


def _read(response: httpx.Response, until: float) -> bytes:
    """Read the body as it comes, within the bounds of size and time; raises Broken."""
    if response.headers.get("content-encoding", "identity") != "identity":
        raise Broken("evidence_answer_malformed", "compressed, though it was not asked for")
    parts: list[bytes] = []
    size = 0
    for part in response.iter_raw():
        size += len(part)
        if size > BYTES_MAX:
            raise Broken("source_answer_too_large", f"more than {BYTES_MAX} bytes")
        if time.monotonic() > until:
            raise Broken("source_timed_out", f"{size} bytes in time")
        parts.append(part)
    return b"".join(parts)


def _told(raw: bytes, digest: str) -> Fetched:
    """Read what came; raises Broken evidence_answer_malformed."""
    try:
        said = read_object(raw.decode())
    except (Malformed, UnicodeDecodeError):
        raise Broken("evidence_answer_malformed", "not a JSON object") from None
    items, links = said.get("items"), said.get("links", [])
    if not isinstance(items, list) or len(items) > ITEMS_MAX or not all(isinstance(item, dict) for item in items):
        raise Broken("evidence_answer_malformed", "items")
    if not isinstance(links, list) or len(links) > LINKS_MAX or not all(_is_link(link) for link in links):
        raise Broken("evidence_answer_malformed", "links")
    return Fetched(tuple(items), digest, tuple(Link(link["kind"], link["value"]) for link in links))


def _is_link(link: object) -> bool:
    return (
        isinstance(link, dict)
        and link.get("kind") in LINK_KINDS
        and isinstance(link.get("value"), str)
        and 0 < len(link["value"]) <= LINK_LENGTH_MAX
    )
