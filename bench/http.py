"""The API over loopback, asked by a second process: reads, and repayments beside a bare Starlette endpoint writing the same rows."""

from __future__ import annotations

import json
import socket
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import psycopg
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from bench.book import CURRENCY, FIRST_INSTALMENT_MINOR, NOW, REPAID_ON, TABLES
from bench.report import Goal, Result
from bench.rivals import raw_sql
from bench.setting import Setting
from bench.sown import PostgresPlace, Sown, SqlitePlace, sow
from bench.timing import Contestant, ratio, take_turns
from plimsoll.app.database.opening import open_store
from plimsoll.app.house import House
from plimsoll.app.open_door import open_door
from plimsoll.interfaces.cli.trial_key import of_role
from plimsoll.interfaces.http.serve import application
from plimsoll.interfaces.serve.run import listening, settings_of
from plimsoll.rulebook.rules import load

TITLE = "requests a second over HTTP, one process serving, another asking"
OURS, BARE, AT_ONCE, READ = "plimsoll, repayment", "bare Starlette, same rows", "bare Starlette, one statement", "plimsoll, a customer read"
OF_BARE = 0.5
CONNECTIONS = (1, 32)
Asked = list[Any]


class Load:
    """The process that asks; keeps what the last job of each contestant took."""

    def __init__(self) -> None:
        self.process = subprocess.Popen([sys.executable, "-m", "bench.http_load"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.took_ms: dict[str, list[float]] = {}
        self.token = "nobody"
        """The key that every request shows, whoever is asked."""

    def ask(self, name: str, port: int, connections: int, requests: list[Asked]) -> int:
        """Have requests asked, none of which may be refused; return how many."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        job = {"host": "127.0.0.1", "port": port, "token": self.token, "connections": connections, "requests": requests}
        self.process.stdin.write(json.dumps(job) + "\n")
        self.process.stdin.flush()
        said = json.loads(self.process.stdout.readline())
        assert set(said["statuses"]) <= {"200", "201"}, said["statuses"]
        self.took_ms.setdefault(name, []).extend(said["took_ms"])
        return len(requests)

    def close(self) -> None:
        """End the process."""
        assert self.process.stdin is not None
        self.process.stdin.close()
        self.process.wait(10)
        if self.process.stdout is not None:
            self.process.stdout.close()


@contextmanager
def served(app: Any) -> Iterator[int]:
    """Serve on loopback in a thread, by the settings of `plimsoll up` whatever is served; give the port."""
    with listening("127.0.0.1", 0) as listener:
        server = uvicorn.Server(settings_of(app))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        while not server.started:
            time.sleep(0.01)
        try:
            yield port_of(listener)
        finally:
            server.should_exit = True
            thread.join(10)


def port_of(listener: socket.socket) -> int:
    """Return the port that a socket listens on."""
    return int(listener.getsockname()[1])


def bare(write: Callable[[Any, int], None], connect: Callable[[], Any]) -> Starlette:
    """Return an application with one endpoint, which writes the rows of the repayment it is named; a connection a thread."""
    own = threading.local()

    def repaid(number: int) -> None:
        if not hasattr(own, "connection"):
            own.connection = connect()
        write(own.connection, number)

    async def endpoint(request: Request) -> JSONResponse:
        from starlette.concurrency import run_in_threadpool

        said = await request.json()
        await run_in_threadpool(repaid, said["n"])
        return JSONResponse({"n": said["n"]}, 201)

    return Starlette(routes=[Route("/repay", endpoint, methods=["POST"])])


def rivals(sown: Sown, copy: Callable[[], str]) -> dict[str, Starlette]:
    """Return the bare endpoints on copies of their own."""
    sql, written, place = sown.statements(), sown.written, sown.place
    if isinstance(place, SqlitePlace):
        name = copy()
        return {BARE: bare(lambda connection, n: raw_sql.write_sqlite(connection, sql, written[n]), lambda: place.raw(name))}
    assert isinstance(place, PostgresPlace)
    uris = [place.server.database(f"bench_{copy()}") for _ in range(2)]
    at_once = raw_sql.one_statement({table.name: table for table in TABLES}, written[0])
    return {
        BARE: bare(lambda connection, n: raw_sql.write_postgres(connection, sql, written[n]), lambda: psycopg.connect(uris[0])),
        AT_ONCE: bare(
            lambda connection, n: raw_sql.write_postgres_at_once(connection, at_once, written[n]),
            lambda: psycopg.connect(uris[1], autocommit=True),
        ),
    }


def repayment(number: int) -> Asked:
    """Return the request that books the repayment of a customer, counted from 0."""
    customer = number + 1
    said = {"amount": {"amount": FIRST_INSTALMENT_MINOR, "currency": CURRENCY}, "loan": f"loan_{customer}_{customer}"}
    body = {**said, "on": REPAID_ON.isoformat(), "ref": f"bank {customer}"}
    return ["POST", f"/v1/customers/cus_{customer}/repayments", f"repay-{customer}", body]


def race(setting: Setting, result: Result, sown: Sown, connections: int, first: int, per_turn: int, rounds: int) -> None:
    """Let the endpoints take turns at so many connections, and report them."""
    kind, count = sown.place.kind, 0

    def copy() -> str:
        nonlocal count
        count += 1
        name = f"http_{connections}_{count}"
        sown.place.copy("book", name)
        return name

    with ExitStack() as opened:
        asking = Load()
        opened.callback(asking.close)
        store = opened.enter_context(open_store(sown.place.copy("book", f"http_ours_{connections}")))
        house = opened.enter_context(House(store, load(), now=lambda: NOW))
        asking.token = of_role(house, "servicing")
        app = application(house, open_door(house), is_limited=False)
        port = opened.enter_context(served(app))
        ports = {name: opened.enter_context(served(one)) for name, one in rivals(sown, copy).items()}

        def turns(name: str, at: int, make: Callable[[int], Asked]) -> Contestant:
            begins = iter(range(first, first + per_turn * rounds, per_turn))

            def sample() -> int:
                begin = next(begins)
                return asking.ask(name, at, connections, [make(number) for number in range(begin, begin + per_turn)])

            return Contestant(name, sample)

        contestants = [turns(OURS, port, repayment)]
        contestants += [turns(name, at, lambda number: ["POST", "/repay", "", {"n": number}]) for name, at in ports.items()]
        contestants.append(turns(READ, port, lambda number: ["GET", f"/v1/loans/loan_{number + 1}_{number + 1}", "", None]))
        measured = take_turns(
            contestants,
            rounds,
            server_cpu_s=setting.server.cpu_s if setting.server else None,
            between=setting.canary.try_again,
            step=lambda name: setting.step(f"http: {kind}, {connections} connections, {name}"),
        )
        report(result, f"{kind}, {connections} connections" if connections > 1 else f"{kind}, 1 connection", measured, asking.took_ms)


def report(result: Result, where: str, measured: list[Any], took_ms: dict[str, list[float]]) -> None:
    """Add rows, percentiles and the goal of one race."""
    result.add(measured, where, ours=OURS)
    found = {one.name: one for one in measured}
    result.goals.append(Goal(f"{where}: share of {BARE}", ratio(found[OURS], found[BARE]), OF_BARE))
    for name, took in took_ms.items():
        p50, p99 = statistics.median(took), statistics.quantiles(took, n=100)[98]
        result.notes.append(f"{where}, {name}: p50 {p50:.1f} ms, p99 {p99:.1f} ms")


def run(setting: Setting, result: Result) -> None:
    """Fill `result` for both databases, at one connection and at 32."""
    per_turn, rounds = setting.size(200, 1_000), setting.size(3, 5)
    for kind in ("sqlite", "postgresql"):
        sown = sow(setting, kind, len(CONNECTIONS) * per_turn * rounds)
        for at, connections in enumerate(CONNECTIONS):
            race(setting, result, sown, connections, at * per_turn * rounds, per_turn, rounds)
    result.canary_per_s = setting.canary.median()
    result.notes.append(
        "All are served by the settings of `plimsoll up`; ours is asked with a key of a machine, and nobody is told to slow down."
    )
