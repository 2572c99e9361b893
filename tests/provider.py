"""A provider of evidence on this machine, over real HTTP: each path of its address behaves in one way."""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

LONG_S = 12
"""Seconds, longer than anybody waits here."""
SCORE = {"name": "platform_score", "value": 712, "event_at": "2026-07-30"}


class Provider(BaseHTTPRequestHandler):
    """Answers as its path says, and keeps what it was asked."""

    asked: list[tuple[str, dict[str, Any], dict[str, str]]]
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        length = int(self.headers.get("content-length", 0))
        said = json.loads(self.rfile.read(length))
        self.asked.append((self.path, said, {key.lower(): value for key, value in self.headers.items()}))
        getattr(self, "do_" + self.path.strip("/"))()

    def do_well(self) -> None:
        self.tell(200, {"items": [SCORE]})

    def do_linked(self) -> None:
        self.tell(200, {"items": [], "links": [{"kind": "device", "value": "d-1"}]})

    def do_nobody(self) -> None:
        self.tell(404, {})

    def do_moved(self) -> None:
        self.tell(307, {}, location="http://127.0.0.1:9/elsewhere")

    def do_forbidden(self) -> None:
        self.tell(403, {"error": "no"})

    def do_broken(self) -> None:
        self.tell(500, {})

    def do_busy_once(self) -> None:
        first = sum(path == self.path for path, _, _ in self.asked) == 1
        self.tell(*((429, {}) if first else (200, {"items": [SCORE]})))

    def do_huge(self) -> None:
        self.tell(200, {"items": ["x" * 200_000]})

    def do_html(self) -> None:
        self.raw(200, b"<html>sorry</html>")

    def do_list(self) -> None:
        self.tell(200, [SCORE])

    def do_words(self) -> None:
        self.tell(200, {"items": ["platform_score"]})

    def do_bad_links(self) -> None:
        self.tell(200, {"items": [], "links": [{"kind": "shoe", "value": "44"}]})

    def do_zipped(self) -> None:
        self.raw(200, b"\x1f\x8b", **{"content-encoding": "gzip"})

    def do_slow(self) -> None:
        time.sleep(LONG_S)
        self.close_connection = True

    def do_drip(self) -> None:
        self.send_response(200)
        self.send_header("content-length", "1000")
        self.end_headers()
        for _ in range(10 * LONG_S):
            self.wfile.write(b" ")
            self.wfile.flush()
            time.sleep(0.1)
        self.close_connection = True

    def do_cut(self) -> None:
        self.send_response(200)
        self.send_header("content-length", "100")
        self.end_headers()
        self.wfile.write(b'{"items"')
        self.close_connection = True

    def do_hang_up(self) -> None:
        self.close_connection = True

    def tell(self, status: int, said: object, **headers: str) -> None:
        self.raw(status, json.dumps(said).encode(), **headers)

    def raw(self, status: int, body: bytes, **headers: str) -> None:
        self.send_response(status)
        for key, value in {"content-length": str(len(body)), **headers}.items():
            self.send_header(key, value)
        self.end_headers()
        self.wfile.write(body)

    def handle_one_request(self) -> None:
        try:
            super().handle_one_request()
        except OSError:
            self.close_connection = True

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 -- the library's name
        pass


@contextmanager
def provider() -> Iterator[tuple[str, list[tuple[str, dict[str, Any], dict[str, str]]]]]:
    """Serve on a free port of this machine while the block runs; gives its address and what it was asked."""
    asked: list[tuple[str, dict[str, Any], dict[str, str]]] = []
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Asked", (Provider,), {"asked": asked}))
    server.daemon_threads = True
    server.block_on_close = False
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}", asked
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)
