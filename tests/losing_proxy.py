"""A proxy on loopback that lets every request through and loses some of the answers: what was asked is done, and nobody is told."""

import socket
import socketserver
import struct
import threading
from contextlib import contextmanager


def message(line):
    """Read one HTTP message whole, b"" at the end."""
    head = b""
    while not head.endswith(b"\r\n\r\n"):
        read = line.readline()
        if not read:
            return b""
        head += read
    length = next((int(one.partition(b":")[2]) for one in head.lower().split(b"\r\n") if one.startswith(b"content-length:")), 0)
    return head + line.read(length)


class Losing(socketserver.ThreadingTCPServer):
    """Counts what it lost. `is_lost` decides by the number of the request, counted from 1."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self, port, is_lost):
        super().__init__(("127.0.0.1", 0), Through)
        self.port, self.is_lost = port, is_lost
        self.turn, self.requests, self.lost = threading.Lock(), 0, 0

    def loses(self):
        with self.turn:
            self.requests += 1
            is_lost = self.is_lost(self.requests)
            self.lost += is_lost
            return is_lost


class Through(socketserver.StreamRequestHandler):
    """One connection of a client, with one of its own to the server."""

    def handle(self):
        with socket.create_connection(("127.0.0.1", self.server.port)) as inner, inner.makefile("rb") as answers:
            inner.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self.connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            while asked := message(self.rfile):
                inner.sendall(asked)
                answer = message(answers)
                is_change = asked.startswith(b"POST")
                if is_change and self.server.loses():
                    # A reset: the client cannot tell whether the request ever arrived.
                    self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                    return
                self.wfile.write(answer)


@contextmanager
def losing(port, is_lost):
    """Give a proxy before a port of loopback."""
    with Losing(port, is_lost) as proxy:
        thread = threading.Thread(target=proxy.serve_forever, daemon=True)
        thread.start()
        try:
            yield proxy
        finally:
            proxy.shutdown()
            thread.join(10)
