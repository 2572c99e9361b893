"""Send one signed body to the address that was judged: no redirect, no proxy, bounded in time and in what is read of the answer."""

import http.client
import socket
import ssl
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from typing import Final, NamedTuple

from plimsoll.app.hooks.address import Place

CONNECT_S: Final = 3.0
TOTAL_S: Final = 10.0
ANSWER_BYTES_MAX: Final = 64 * 1024
PART_BYTES: Final = 8 * 1024
GONE: Final = 410
AGENT: Final = "Plimsoll-Webhooks/1"


class Tried(NamedTuple):
    """What came of one try: the status (0 where there was no answer), the code of what went wrong ("" for taken), how long it took."""

    status: int
    error: str
    took_ms: int


class Patience(NamedTuple):
    """How long a connection may take, and everything together, in seconds."""

    connect_s: float = CONNECT_S
    total_s: float = TOTAL_S


PATIENT: Final = Patience()


def send(
    place: Place, address: str, headers: Mapping[str, str], body: bytes, context: ssl.SSLContext, patience: Patience = PATIENT
) -> Tried:
    """Post a body and give what came of it; any answer of 200 to 299 within the bounds is one that was taken.

    Codes: hook_unreachable, hook_tls_failed, hook_timed_out, hook_redirected, hook_gone, hook_answer_too_large, hook_answered_otherwise.
    """
    begun = time.monotonic()
    status, error = 0, ""
    try:
        connection = socket.create_connection((address, place.port), timeout=min(patience.connect_s, patience.total_s))
    except TimeoutError:
        error = "hook_timed_out"
    except OSError:
        error = "hook_unreachable"
    else:
        status, error = _exchanged(connection, place, headers, body, context, begun + patience.total_s)
    return Tried(status, error, round((time.monotonic() - begun) * 1000))


def _exchanged(
    connection: socket.socket, place: Place, headers: Mapping[str, str], body: bytes, context: ssl.SSLContext, until: float
) -> tuple[int, str]:
    """Exchange request and answer on a connection, and end it; who sends a byte now and then is cut off when the time is over."""
    is_late = threading.Event()
    # The name that was judged, not the address, is what the certificate has to be about.
    connection.settimeout(max(until - time.monotonic(), 0.001))
    line = _secured(connection, place.host, context) if place.is_secure else connection

    def cut() -> None:
        is_late.set()
        with suppress(OSError):
            line.shutdown(socket.SHUT_RDWR)

    watch = threading.Timer(max(until - time.monotonic(), 0.0), cut)
    watch.daemon = True
    watch.start()
    try:
        found = _asked(line, place, headers, body)
    except TimeoutError:
        found = (0, "hook_timed_out")
    except ssl.SSLError:
        found = (0, "hook_tls_failed")
    except (OSError, http.client.HTTPException, ValueError):
        found = (0, "hook_unreachable")
    finally:
        watch.cancel()
        line.close()
    return (0, "hook_timed_out") if is_late.is_set() else found


def _secured(connection: socket.socket, host: str, context: ssl.SSLContext) -> ssl.SSLSocket:
    return context.wrap_socket(connection, server_hostname=host, do_handshake_on_connect=False)


def _asked(line: socket.socket, place: Place, headers: Mapping[str, str], body: bytes) -> tuple[int, str]:
    if isinstance(line, ssl.SSLSocket):
        line.do_handshake()
    client = (http.client.HTTPSConnection if place.is_secure else http.client.HTTPConnection)(place.host, place.port)
    client.sock = line
    client.request("POST", place.target, body, {"content-type": "application/cloudevents+json", "user-agent": AGENT, **headers})
    answer = client.getresponse()
    return answer.status, _judged(answer.status) if _read(answer) else "hook_answer_too_large"


def _read(answer: http.client.HTTPResponse) -> bool:
    """Read what is answered and forget it; tell whether it was within the bound."""
    size = 0
    while part := answer.read(PART_BYTES):
        size += len(part)
        if size > ANSWER_BYTES_MAX:
            return False
    return True


def _judged(status: int) -> str:
    if 200 <= status < 300:
        return ""
    if 300 <= status < 400:
        return "hook_redirected"
    return "hook_gone" if status == GONE else "hook_answered_otherwise"
