"""Where a webhook may go: https, by name, to the open internet alone. Nothing that is sent may reach the house from inside.

A name is looked up once for each delivery, every address that it has is judged, and the connection goes to the address that was judged:
a name that answers differently the next moment gains nothing.
"""

import ipaddress
import re
import socket
from collections.abc import Callable, Sequence
from typing import Final, NamedTuple, TypeAlias
from urllib.parse import urlsplit

from plimsoll.units.refusal import Refused

URL_LENGTH_MAX: Final = 2_000
PORTS: Final = (443, 8443)
_LABEL: Final = re.compile(r"(?!-)[a-z0-9-]{1,63}(?<!-)", re.ASCII)
_NUMBER: Final = re.compile(r"(0x[0-9a-f]*|[0-9]+)", re.ASCII)
_CLOSED: Final = tuple(
    ipaddress.ip_network(one)
    for one in (
        *("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24"),
        *("192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4"),
        *("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20"),
    )
)
"""What the registries of special addresses (IANA) keep from the open internet: private, shared (CGNAT), link-local with the metadata of
clouds, multicast, reserved, and what stands for an address of version 4. Written out: what a library says of them changes with it."""
_OPEN_6: Final = ipaddress.ip_network("2000::/3")
"""All of version 6 that is given out; mapped, translated, local and multicast addresses lie outside."""

Address: TypeAlias = ipaddress.IPv4Address | ipaddress.IPv6Address
Resolver: TypeAlias = Callable[[str, int], Sequence[str]]
"""Gives the addresses of a name as text; raises OSError where it has none."""


class Place(NamedTuple):
    """A URL that was judged: `target` is path and query, as they are asked for."""

    scheme: str
    host: str
    port: int
    target: str

    @property
    def is_secure(self) -> bool:
        """Tell whether what is sent is encrypted on the way."""
        return self.scheme == "https"


def judge(url: str, *, is_loopback_allowed: bool = False) -> Place | Refused:
    """Judge the text of a URL, before anything is looked up.

    `is_loopback_allowed` also takes http and https to this very machine on any port: for receivers under development, never in live.
    Refuses hook_url_malformed, hook_url_not_https, hook_url_with_user, hook_url_port, hook_url_literal, hook_url_host.
    """
    if not url or len(url) > URL_LENGTH_MAX or not (url.isascii() and url.isprintable()) or set(url) & set(' \\<>"`{}|^'):
        return Refused("hook_url_malformed")
    try:
        parts = urlsplit(url)
        host, port = (parts.hostname or "").rstrip("."), parts.port
    except ValueError:
        return Refused("hook_url_malformed")
    if "@" in parts.netloc:
        return Refused("hook_url_with_user")
    if not host or parts.fragment or "#" in url:
        return Refused("hook_url_malformed")
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    if is_loopback_allowed and parts.scheme in ("http", "https") and is_this_machine(host):
        return Place(parts.scheme, host, port or (443 if parts.scheme == "https" else 80), target)
    if parts.scheme != "https":
        return Refused("hook_url_not_https", "", f"{parts.scheme[:20]}://")
    if port is not None and port not in PORTS:
        return Refused("hook_url_port", "", f"{port}; one of: {', '.join(map(str, PORTS))}")
    return _refuse_host(host) or Place("https", host, port or PORTS[0], target)


def _refuse_host(host: str) -> Refused | None:
    labels = host.split(".")
    if ":" in host or _NUMBER.fullmatch(labels[-1]):
        # Also 127.1, 0x7f000001 and 2130706433, which resolvers take for addresses.
        return Refused("hook_url_literal", "", host)
    if len(labels) < 2 or len(host) > 253 or not all(_LABEL.fullmatch(one) for one in labels):
        return Refused("hook_url_host", "", host[:100])
    return None


def look_up(place: Place, resolver: Resolver, *, is_loopback_allowed: bool = False) -> str | Refused:
    """Give the address to connect to; every address of the name has to be one of the open internet.

    Refuses hook_not_resolved, hook_address_refused.
    """
    try:
        found = [ipaddress.ip_address(one.partition("%")[0]) for one in resolver(place.host, place.port)]
    except (OSError, UnicodeError, ValueError):
        found = []
    if not found:
        return Refused("hook_not_resolved", "", place.host)
    is_own = is_loopback_allowed and is_this_machine(place.host)
    refused = [one for one in found if not (is_open(one) or (is_own and one.is_loopback))]
    return Refused("hook_address_refused", "", f"{place.host}: {refused[0]}") if refused else str(found[0])


def is_open(address: Address) -> bool:
    """Tell whether an address belongs to the open internet, by what the registries of special addresses keep from it."""
    if isinstance(address, ipaddress.IPv6Address) and address not in _OPEN_6:
        return False
    return not any(address.version == one.version and address in one for one in _CLOSED)


def is_this_machine(host: str) -> bool:
    """Tell whether a host is this machine by its text alone: localhost, or an address of the loopback."""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def resolve(host: str, port: int) -> list[str]:
    """Ask the system's resolver; the addresses of a name, each once, in its order."""
    return list(dict.fromkeys(str(one[4][0]) for one in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)))
