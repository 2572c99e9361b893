"""Receive webhooks: believe a request that the house signed, and read the event in it.

    event = event_of("whsec_…", request.headers, request.body)
    if event["id"] not in handled: ...

The same event may come more than once; handle an id once. Answer with 2xx within ten seconds and work afterwards.
"""

import json
import time
from collections.abc import Mapping
from typing import Any

from plimsoll.app.hooks.sign import TOLERANCE_S, verify


class Unbelieved(Exception):
    """A request that is not to be believed; `code` says why: hook_headers_missing, hook_timestamp_malformed, hook_timestamp_off,
    hook_signature_wrong, hook_event_malformed. Answer it with 400 and do nothing.
    """

    def __init__(self, code: str, said: str) -> None:
        self.code = code
        super().__init__(said)


def event_of(
    secret: str, headers: Mapping[str, str], body: bytes, *, now: float | None = None, tolerance_s: int = TOLERANCE_S
) -> dict[str, Any]:
    """Give the event of a request that the holder of the secret sent within five minutes; raises Unbelieved.

    `body` has to be the bytes as they came, before a framework reads and writes them again.
    """
    refused = verify(secret, headers, body, time.time() if now is None else now, tolerance_s)
    if refused is not None:
        raise Unbelieved(refused.code, refused.text())
    try:
        event = json.loads(body)
    except (ValueError, RecursionError):
        event = None
    if not isinstance(event, dict) or not isinstance(event.get("id"), str):
        raise Unbelieved("hook_event_malformed", "It is signed, and is no event.")
    return event
