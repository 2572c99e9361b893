"""Ask a server over loopback from a process of its own: jobs come as JSON lines, what was measured goes back as one line each."""

from __future__ import annotations

import asyncio
import json
import sys
import time
from typing import Any


def written(request: list[Any], host: str, token: str) -> bytes:
    """Return a request as bytes of HTTP/1.1."""
    method, path, key, body = request
    sent = b"" if body is None else json.dumps(body).encode()
    lines = [f"{method} {path} HTTP/1.1", f"Host: {host}", f"Authorization: Bearer {token}", f"Content-Length: {len(sent)}"]
    if body is not None:
        lines.append("Content-Type: application/json")
    if key:
        lines.append(f"Idempotency-Key: {key}")
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + sent


async def answer(reader: asyncio.StreamReader) -> int:
    """Read one answer whole and return its status."""
    head = await reader.readuntil(b"\r\n\r\n")
    status, length = int(head[9:12]), 0
    for line in head.lower().split(b"\r\n"):
        if line.startswith(b"content-length:"):
            length = int(line[15:])
    await reader.readexactly(length)
    return status


async def connection(host: str, port: int, waiting: list[bytes], took: list[float], statuses: dict[int, int]) -> None:
    """Ask one request after the other on one connection until none is left."""
    reader, writer = await asyncio.open_connection(host, port)
    while waiting:
        sent = waiting.pop()
        began = time.perf_counter()
        writer.write(sent)
        status = await answer(reader)
        took.append(time.perf_counter() - began)
        statuses[status] = statuses.get(status, 0) + 1
    writer.close()


async def work(job: dict[str, Any]) -> dict[str, Any]:
    """Do one job: so many connections share the requests."""
    host, port = job["host"], job["port"]
    waiting = [written(request, host, job["token"]) for request in reversed(job["requests"])]
    took: list[float] = []
    statuses: dict[int, int] = {}
    await asyncio.gather(*(connection(host, port, waiting, took, statuses) for _ in range(job["connections"])))
    return {"took_ms": [round(one * 1000, 3) for one in took], "statuses": statuses}


def main() -> None:
    """Do the jobs of standard input."""
    for line in sys.stdin:
        print(json.dumps(asyncio.run(work(json.loads(line)))), flush=True)


if __name__ == "__main__":
    main()
