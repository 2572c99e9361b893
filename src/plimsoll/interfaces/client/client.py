"""A thin client of the API: operations by name, one key for an action and all its retries, lists page by page, refusals as exceptions.

    with Client("http://127.0.0.1:8321", key) as house:
        told = house.ask("repay", {"customer": "cus_17", "amount": {"amount": 12000, "currency": "CNY"}})

What can be asked it reads from the OpenAPI file of the server, once. It needs httpx and nothing else of the house.
"""

import re
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from random import SystemRandom
from types import TracebackType
from typing import Any, Final, NamedTuple, Self
from urllib.parse import quote

import httpx

from plimsoll.interfaces.client.refused import Unanswered, refusal_of

LAST_VERSION: Final = "2026-12-01"
"""The dated version of the API that this client was written for."""
AGAIN: Final = (429, 500, 502, 503, 504)
IN_PROGRESS: Final = "idempotency_in_progress"
_BRACES: Final = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True, slots=True)
class Patience:
    """How often and how long to try: waits double from `first_s` to `most_s`, each times a chance between a half and one."""

    tries: int = 6
    first_s: float = 0.2
    most_s: float = 5.0
    timeout_s: float = 10.0
    sleep: Callable[[float], None] = time.sleep
    chance: Callable[[], float] = field(default_factory=lambda: SystemRandom().random)

    def wait(self, tried: int, asked_s: float) -> None:
        """Wait after a try, at least as long as the server asks for."""
        wait_s = min(self.first_s * 2**tried, self.most_s) * (0.5 + self.chance() / 2)
        self.sleep(max(wait_s, asked_s))


class Told(NamedTuple):
    """An answer: its status (201 recorded, 202 waits for others to agree), what it says, and whether it was given before."""

    status: int
    body: dict[str, Any]
    is_replayed: bool
    etag: str


class Client:
    """One house over HTTP. Close it, or use it as a context."""

    def __init__(
        self, address: str, key: str, *, language: str = "en", patience: Patience | None = None, http: httpx.Client | None = None
    ) -> None:
        """Take the address of a server and an API key. `http` may be handed in, to go through a proxy of one's own."""
        self.patience = patience or Patience()
        headers = {"Authorization": f"Bearer {key}", "Accept-Language": language, "Plimsoll-Version": LAST_VERSION}
        self.http = http or httpx.Client(timeout=self.patience.timeout_s, trust_env=False)
        self.address = address.rstrip("/")
        self.headers = headers
        self._operations: dict[str, tuple[str, str, bool]] = {}

    def __enter__(self) -> Self:
        """Give the client."""
        return self

    def __exit__(self, kind: type[BaseException] | None, raised: BaseException | None, trace: TracebackType | None) -> None:
        """Close the connections."""
        self.http.close()

    def ask(self, operation: str, said: Mapping[str, Any] | None = None, *, key: str = "", if_match: str = "") -> Told:
        """Ask an operation by its name. `said` holds what stands in its path by name, and the fields of its body or query.

        A change gets a key of its own, and keeps it through every retry; hand in `key` to go on with an action that was begun before,
        such as by a process that has died. Raises Refusal, and Unanswered where no answer came: then the same key will tell.
        """
        method, path, needs_key = self._operation(operation)
        rest = dict(said or {})
        url = self.address + _BRACES.sub(lambda found: quote(str(rest.pop(found[1])), safe=""), path)
        headers = dict(self.headers)
        if needs_key:
            headers["Idempotency-Key"] = key or str(uuid.uuid4())
        if if_match:
            headers["If-Match"] = if_match
        is_read = method == "GET"
        request = self.http.build_request(
            method, url, params=rest if is_read and rest else None, json=None if is_read else rest, headers=headers
        )
        answer = self._tried(request, is_repeatable=is_read or needs_key, key=headers.get("Idempotency-Key", ""))
        if answer.status_code >= 400:
            raise refusal_of(answer)
        body = answer.json() if answer.content else {}
        replayed = answer.headers.get("idempotency-replayed") == "true"
        return Told(answer.status_code, body, replayed, answer.headers.get("etag", ""))

    def pages(self, operation: str, said: Mapping[str, Any] | None = None) -> Iterator[dict[str, Any]]:
        """Give every row of a list, page after page."""
        cursor = ""
        while True:
            page = self.ask(operation, {**(said or {}), **({"cursor": cursor} if cursor else {})}).body
            yield from page["data"]
            cursor = page["next_cursor"]
            if not cursor:
                return

    def names(self) -> list[str]:
        """Give the names of all operations."""
        return sorted(self._known())

    def _tried(self, request: httpx.Request, *, is_repeatable: bool, key: str) -> httpx.Response:
        tries = self.patience.tries if is_repeatable else 1
        lost: httpx.TransportError | None = None
        for tried in range(tries):
            asked_s = 0.0
            try:
                answer = self.http.send(request)
            except httpx.TransportError as failed:
                lost = failed
            else:
                if tried == tries - 1 or not _is_worth_another(answer):
                    return answer
                asked_s = _asked_s(answer)
            if tried < tries - 1:
                self.patience.wait(tried, asked_s)
        raise Unanswered(key, str(lost)) from lost

    def _operation(self, name: str) -> tuple[str, str, bool]:
        found = self._known().get(name)
        if found is None:
            raise KeyError(f"no operation is called {name!r}; see Client.names()")
        return found

    def _known(self) -> dict[str, tuple[str, str, bool]]:
        """Give method, path and whether a key is needed, of every operation."""
        if not self._operations:
            answer = self._tried(self.http.build_request("GET", f"{self.address}/v1/openapi.json"), is_repeatable=True, key="")
            for path, methods in answer.json()["paths"].items():
                for method, one in methods.items():
                    needs_key = any(parameter["name"] == "Idempotency-Key" for parameter in one["parameters"])
                    self._operations[one["operationId"]] = (method.upper(), path, needs_key)
        return self._operations


def _is_worth_another(answer: httpx.Response) -> bool:
    if answer.status_code == 409:
        return refusal_of(answer).code == IN_PROGRESS
    if answer.status_code == 503 and (refused := refusal_of(answer)).code:
        # The house knows whether waiting helps: a key file that is not there does not come by itself.
        return refused.is_retryable
    return answer.status_code in AGAIN


def _asked_s(answer: httpx.Response) -> float:
    said = answer.headers.get("retry-after", "")
    return float(said) if said.isdigit() and len(said) < 6 else 0.0
