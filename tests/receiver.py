"""A receiver of webhooks on this machine: it answers as it is told, one answer after the other, and keeps what it was sent."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

OK = (204, 0.0, b"")


class Receiver:
    """What a receiver was sent, and what it answers next: (status, seconds to wait, body), or a word for something worse."""

    def __init__(self) -> None:
        self.answers: list[Any] = []
        self.got: list[tuple[dict[str, str], bytes]] = []
        self.paths: list[str] = []
        self.turn = threading.Lock()
        self.gate = threading.Event()
        self.url = ""

    def next(self) -> Any:
        with self.turn:
            return self.answers.pop(0) if self.answers else OK


class Handler(BaseHTTPRequestHandler):
    """Answers one request as the receiver was told."""

    protocol_version = "HTTP/1.1"
    receiver: Receiver

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        answer = self.receiver.next()
        with self.receiver.turn:
            self.receiver.got.append(({name.lower(): value for name, value in self.headers.items()}, body))
            self.receiver.paths.append(self.path)
        try:
            {"drop": self._drop, "drip": self._drip, "huge": self._huge}.get(answer, lambda: self._answer(*answer))()
        except OSError:
            self.close_connection = True

    def _drop(self) -> None:
        self.close_connection = True
        self.connection.close()

    def _drip(self) -> None:
        """Send one byte now and then: every single read is in time, the whole never is."""
        for byte in b"HTTP/1.1 200 OK\r\nx: " + b"a" * 1000:
            self.wfile.write(bytes([byte]))
            self.wfile.flush()
            if self.receiver.gate.wait(0.05):
                return

    def _huge(self) -> None:
        self.send_response(200)
        self.send_header("content-length", str(10_000_000))
        self.end_headers()
        for _ in range(100):
            self.wfile.write(b"x" * 100_000)

    def _answer(self, status: int, wait_s: float, body: bytes) -> None:
        if wait_s:
            self.receiver.gate.wait(wait_s)
        self.send_response(status)
        if 300 <= status < 400:
            self.send_header("location", f"{self.receiver.url}/elsewhere")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: Any) -> None:
        """Say nothing."""


@contextmanager
def receiving(tls: Any = None) -> Iterator[Receiver]:
    """Run a receiver; with a context of TLS it speaks https."""
    receiver = Receiver()
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Own", (Handler,), {"receiver": receiver}))
    server.handle_error = lambda *_: None  # what a peer breaks off is what the tests are about
    if tls is not None:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    receiver.url = f"{'http' if tls is None else 'https'}://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield receiver
    finally:
        receiver.gate.set()
        server.shutdown()
        thread.join()
        server.server_close()
