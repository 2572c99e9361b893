"""Run a server until it is told to stop: answer what is under way, then leave. The writer of the book is not waited for by the loop."""

import gc
import signal
import socket
from collections.abc import Callable
from typing import Any, Final

import uvicorn

from plimsoll.interfaces.pages.render import get_ready

GRACE_S: Final = 10
HEADERS_MAX: Final = 32_768
KEPT_S: Final = 30
WAITING_MAX: Final = 512


def listening(host: str, port: int) -> socket.socket:
    """Give a socket that listens, so that what is printed is true; port 0 takes a free one. Raises OSError."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # The protocol is named, or the server would not send small answers at once, and each would wait 40 ms.
    found = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        found.bind((host, port))
        found.listen(WAITING_MAX)
    except BaseException:
        found.close()
        raise
    return found


def settings_of(app: Any, proxies: str = "") -> uvicorn.Config:
    """Give how an application is served; `proxies` as `run` takes them."""
    return uvicorn.Config(
        app,
        log_level="warning",
        access_log=False,
        server_header=False,
        date_header=True,
        proxy_headers=bool(proxies),
        forwarded_allow_ips=proxies or "127.0.0.1",
        timeout_keep_alive=KEPT_S,
        timeout_graceful_shutdown=GRACE_S,
        h11_max_incomplete_event_size=HEADERS_MAX,
        lifespan="off",
    )


def run(app: Any, listener: socket.socket, *, proxies: str = "", ready: Callable[[], None] | None = None) -> None:
    """Serve until SIGINT or SIGTERM. `proxies` names whose X-Forwarded-For and -Proto are believed; "" believes nobody."""
    server = uvicorn.Server(settings_of(app, proxies))
    get_ready()
    # What stands by now stays: whoever looks for what nobody needs any more would look through all of it, and a page would wait 0.2 s.
    gc.collect()
    gc.freeze()
    if ready is not None:
        ready()
    # The server raises the signal that ended it once more; by then it has done its work, and what is open around it is to be closed.
    before = {one: signal.signal(one, _taken) for one in (signal.SIGINT, signal.SIGTERM)}
    try:
        server.run(sockets=[listener])
    finally:
        for one, handler in before.items():
            signal.signal(one, handler)
        gc.unfreeze()


def _taken(_number: int, _frame: object) -> None:
    """Do nothing more about a signal."""
