"""Messages over HTTP and JSON: one POST a message, bounded in time, to https or this machine only, never followed to another address.

The provider is sent {"message", "channel", "language", "address", "text"} and answers 200 to 299 where it took the message. `message` is
the same however often it is asked, so a provider that has it already can say so (409), which counts as taken.
"""

import ipaddress
from collections.abc import Sequence
from datetime import datetime
from types import TracebackType
from typing import Final, Self
from urllib.parse import urlsplit

import httpx

from plimsoll.app.channels.port import Message, NotTaken, Receipt, Taken
from plimsoll.units.refusal import Malformed

LIMIT_S: Final = 8.0
KNOWN_ALREADY: Final = 409


class HttpSender:
    """A provider at one address. Close it, or use it as a context. Receipts come in by `plimsoll remind --receipts`."""

    def __init__(self, url: str, *, token: str = "", limit_s: float = LIMIT_S) -> None:
        """Take the address; raises Malformed source_not_encrypted."""
        parts = urlsplit(url)
        if not parts.hostname or (parts.scheme != "https" and not (parts.scheme == "http" and _is_this_machine(parts.hostname))):
            raise Malformed("source_not_encrypted", f"{parts.scheme or 'no scheme'}://{parts.hostname or ''}")
        self._url = url
        headers = {"accept": "application/json"} | ({"authorization": f"Bearer {token}"} if token else {})
        # Neither proxies nor credentials of the environment: personal data goes to the configured address and nowhere else.
        self._client = httpx.Client(headers=headers, timeout=limit_s, follow_redirects=False, trust_env=False)

    def __enter__(self) -> Self:
        """Give the sender."""
        return self

    def __exit__(self, kind: type[BaseException] | None, raised: BaseException | None, trace: TracebackType | None) -> None:
        """Close the connections."""
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def send(self, message: Message, now: datetime) -> Taken | NotTaken:  # noqa: ARG002 -- the provider has its own clock
        """Post one message, once: what is unclear is not sent again. channel_refused, channel_unreachable."""
        said = {
            "message": message.message,
            "channel": message.channel,
            "language": message.language,
            "address": message.address,
            "text": message.text,
        }
        try:
            response = self._client.post(self._url, json=said)
        except httpx.HTTPError as failed:
            return NotTaken("channel_unreachable", type(failed).__name__)
        if response.is_success or response.status_code == KNOWN_ALREADY:
            return Taken(message.message)
        return NotTaken("channel_unreachable" if response.status_code >= 500 else "channel_refused", str(response.status_code))

    def receipts(self) -> Sequence[Receipt]:
        """Give none: the provider delivers them."""
        return ()


def _is_this_machine(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
