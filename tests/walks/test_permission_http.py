"""The permission matrix over HTTP: every operation, role and relation, by the class of the answer, against the file of policy.

Commands are not executed: a second pair of eyes is asked for each, so that what is let in answers 202 and changes nothing. Whether an
object is there at all is told apart from whether it may be seen by somebody who may everything: what they do not find nobody can.
"""

import asyncio
import json
import re
import socket
import threading
import time
from dataclasses import replace
from datetime import timedelta
from random import Random
from typing import Any, NamedTuple

import httpx
import pytest
import uvicorn

from plimsoll.app.access.door import Door
from plimsoll.app.access.permission import Permission
from plimsoll.app.access.principal import Principal
from plimsoll.app.approve.need import Waiting
from plimsoll.app.house import House
from plimsoll.interfaces.http.operation import Operation
from plimsoll.interfaces.http.operations import ALL
from plimsoll.interfaces.http.serve import application
from plimsoll.rulebook.access_conflict import load as load_separation
from plimsoll.rulebook.access_role import RELATIONS, RoleBook, load
from plimsoll.rulebook.rules import load as load_rules
from tests.access_cells import CELLS, DOSSIERS, NOW, PARTY, UNITS, expected, fill_by_commands, person, read_related, read_roles

ROLES = read_roles()
RELATED = read_related()
SEED = 20261122
SAMPLE = 800
FOR_HOUSE_ONLY = (
    "list_reminders",
    "list_hardships",
    "list_plans",
    "list_disclosures",
    "list_lessons",
    "get_limit_history",
    "get_preferences",
)
"""What a party outside is not shown though it may read the customer: it sees the debt and who was in touch, no more."""
ALSO = {"list_accesses": "audit.read"}
"""What an operation asks for beside its permission, of whoever asks about somebody else."""
OF_OTHERS = ("get_loan_shares",)
"""What nobody is told of themselves, and no party outside: who funds a loan is the house's to know."""
WHO = ("me", "held", "north", "south", "placed", "funded", "missing")
ABOUT = {"customer": WHO, "loan": (*WHO[:5], "loan", "missing")}
OF_DOSSIERS = {kind: (kind, *(name for name in (f"other {kind}", f"missing {kind}") if name in CELLS)) for kind in DOSSIERS}
REFUSALS = {"permission_missing": 403, "duties_conflict": 403, "absent": 404}
DENIED = (*REFUSALS, "second_factor_needed", "sign_in_needed", "not_recognised")


class Cell(NamedTuple):
    """One request: an operation, a role, what it is about, and the party that it names."""

    operation: Operation
    role: str
    about: str
    party: str = ""


def cells() -> list[Cell]:
    """Give every cell of the matrix that one request can ask about."""
    return [Cell(one, role, about, party) for one in ALL if one.permission for role in ROLES for about, party in abouts(one, role)]


def abouts(one: Operation, role: str) -> list[tuple[str, str]]:
    """Give what an operation can be about: customers, loans, dossiers, or nothing; and whom it names where that decides."""
    kinds = re.findall(r"\{(\w+)\}", one.path)
    side = ROLES[role].acts_for
    found = next((names for kind, names in (ABOUT | OF_DOSSIERS).items() if kind in kinds[:1]), ("nothing",))
    named = side if side in ("bidder", "merchant") and one.body is not None and side in one.body.model_fields else ""
    return [(about, party) for about in found for party in (("own", "other") if named else ("",))]


def should(cell: Cell) -> str:
    """Give what policy says of a cell: a relation, the code of a refusal, or "" where the file alone does not say."""
    one, role = cell.operation, ROLES[cell.role]
    if cell.party and one.permission in role.far and "missing" not in cell.about:
        return "own" if cell.party == "own" else "absent"
    if cell.about == "nothing" and one.permission in role.far and role.far[one.permission] != "house":
        return "permission_missing" if one.name in ("open_customer", "register_agency") else ""
    if one.name in FOR_HOUSE_ONLY and role.acts_for in PARTY and one.permission in role.far:
        return "absent"
    word = expected(role, one.permission, cell.about, RELATED)
    if one.name in OF_OTHERS and word in RELATIONS and (word == "own" or role.acts_for in PARTY):
        return "absent"
    if one.name in ALSO and word in RELATIONS and word != "own":
        return word if role.far.get(ALSO[one.name]) == "house" else "permission_missing"
    return word


def request(cell: Cell) -> tuple[str, str, Any]:
    """Give method, path and body of a cell."""
    one = cell.operation
    target = CELLS[cell.about]
    values = {"customer": f"cus_{target.customer_id}", "loan": f"loan_{target.customer_id}_{target.loan_id or 1}"}
    values |= {kind: target.subject for kind in DOSSIERS if kind == target.kind}
    path = re.sub(r"\{(\w+)\}", lambda found: values.get(found[1], "x-1"), one.path)
    body = dict(one.example or {}) if one.body is not None else None
    if one.name == "place_customer":
        body = {"unit": UNITS.get(target.customer_id, "")}
    if cell.party and body is not None:
        names = {"bidder": {"own": "buyer", "other": "other"}, "merchant": {"own": "shop", "other": "other"}}[ROLES[cell.role].acts_for]
        body["bidder" if "bidder" in one.body.model_fields else "merchant"] = names[cell.party]
    return one.method, "/v1" + path, body


def waits(_house, _who, _command, _reason, _digest, _seen) -> Waiting:
    """Put everything before others."""
    return Waiting("apr_1", "0" * 64, 1, NOW + timedelta(hours=1), "a test")


class Served(NamedTuple):
    """The house as it is served, and as it is served to somebody who may everything."""

    api: Any
    every: Any


@pytest.fixture
def served(store):
    with House(store, load_rules(), now=lambda: NOW) as house:
        fill_by_commands(house)
        book = load()
        farthest = {str(one): "house" for one in Permission}
        root = replace(book.roles["finance"], farthest=farthest, strong=frozenset(), ranks=("underwriter",))
        nothing_apart = replace(load_separation(), conflicts=(), steps=())
        every = Door(house, eyes=waits, book=RoleBook(book.since, {"root": root}), kept=nothing_apart)
        yield Served(
            application(house, Door(house, eyes=waits), recognise=lambda _house, name, _at: person(ROLES[name]), is_limited=False),
            application(house, every, recognise=lambda _house, name, _at: Principal(name, ("root",)), is_limited=False),
        )


class Found(NamedTuple):
    """What an answer says: its status, and the code of a problem."""

    status: int
    code: str


async def asked(client: httpx.AsyncClient, cell: Cell, who: str) -> Found:
    """Ask one cell."""
    method, path, body = request(cell)
    key = f"k-{who}-{cell.operation.name}-{cell.about}-{cell.party}".replace(" ", "-")
    heads = {"Authorization": f"Bearer {who}", "Idempotency-Key": key, "If-Match": '"0"'}
    answer = await client.request(method, path, json=body, headers=heads)
    is_problem = answer.headers["content-type"].startswith("application/problem")
    return Found(answer.status_code, answer.json()["code"] if is_problem else "")


def is_decided(word: str, base: Found) -> bool:
    """Tell whether an answer shows what the door said: the request could be read, and what is let in can be found by somebody."""
    return bool(word) and base.status not in (400, 503) and not (word in RELATIONS and base.code == "absent")


def judge(word: str, found: Found, base: Found) -> str:
    """Give what is wrong with an answer, "" for nothing; `base` is what whoever may everything was told."""
    if found.status >= 500 and found.status != base.status:
        return f"{found}"
    if not is_decided(word, base):
        return ""
    if word in RELATIONS:
        return f"{found} where {word} may" if found.code in DENIED else ""
    return "" if found.status == REFUSALS[word] else f"{found} instead of {word}"


async def walk(client: httpx.AsyncClient, every: httpx.AsyncClient, chosen: list[Cell]) -> tuple[list[str], int]:
    """Ask cells and give what is wrong, and how many could be decided."""
    base: dict[tuple[str, str, str], Found] = {}
    wrong, decided = [], 0
    for cell in chosen:
        same = (cell.operation.name, cell.about, cell.party)
        if same not in base:
            base[same] = await asked(every, cell, "root")
        word, found = should(cell), await asked(client, cell, cell.role)
        said = judge(word, found, base[same])
        decided += is_decided(word, base[same])
        if said:
            wrong.append(f"{cell.operation.name} as {cell.role} about {cell.about} {cell.party}: {said}")
    return wrong, decided


def client_of(api: Any) -> httpx.AsyncClient:
    """Give a client of an application without a socket."""
    return httpx.AsyncClient(transport=httpx.ASGITransport(api), base_url="http://house")


def in_process(served, chosen):
    """Ask cells of an application without a socket."""

    async def whole():
        async with client_of(served.api) as client, client_of(served.every) as every:
            return await walk(client, every, chosen)

    return asyncio.run(whole())


def test_a_sample_of_the_matrix_over_http(served):
    every = cells()
    wrong, decided = in_process(served, Random(SEED).sample(every, SAMPLE))
    assert not wrong, "\n".join(wrong[:40])
    assert decided > SAMPLE * 0.8


@pytest.mark.slow
def test_the_whole_matrix_over_http(served):
    """Every cell: some twenty thousand requests, half a minute and more."""
    every = cells()
    wrong, decided = in_process(served, every)
    assert not wrong, "\n".join(wrong[:40])
    assert decided > len(every) * 0.8
    print(json.dumps({"operations": len(ALL), "cells": len(every), "decided": decided}))


def test_nobody_comes_in_without_being_recognised(served):
    async def whole():
        async with client_of(served.api) as client:
            found = []
            for one in ALL:
                method, path, body = request(Cell(one, "auditor", abouts(one, "auditor")[0][0]))
                answer = await client.request(method, path, json=body, headers={"Idempotency-Key": "k"})
                found.append((one.name, one.is_open, answer.json().get("code") == "sign_in_needed"))
            return found

    for name, is_open, is_turned_away in asyncio.run(whole()):
        assert is_turned_away != is_open, name


def test_the_same_over_a_real_socket(served, kind):
    if kind != "sqlite":
        pytest.skip("what is looked at is the socket, not the database")
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        server = uvicorn.Server(uvicorn.Config(served.api, log_level="error", lifespan="off"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [bound]})
        thread.start()
        try:
            for _ in range(3_000):
                if server.started:
                    break
                time.sleep(0.02)

            async def whole():
                at = f"http://127.0.0.1:{bound.getsockname()[1]}"
                async with httpx.AsyncClient(base_url=at) as client, client_of(served.every) as every:
                    return await walk(client, every, Random(SEED + 1).sample(cells(), 30))

            wrong, decided = asyncio.run(whole())
        finally:
            server.should_exit = True
            thread.join(10)
    assert not wrong, "\n".join(wrong[:20])
    assert decided > 20
