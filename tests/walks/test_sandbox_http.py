"""Test clocks and webhooks over HTTP: made, moved, lived under by a header; registered, rotated, replayed; refused in live."""

import json
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, update
from starlette.testclient import TestClient

from plimsoll.app.access.principal import Principal
from plimsoll.app.chain.seal import seal
from plimsoll.app.database import schema
from plimsoll.app.database.schema_chain import hook_endpoint
from plimsoll.app.hooks.deliver import Deliverer
from plimsoll.app.hooks.endpoint import Hooks
from plimsoll.app.hooks.sign import verify
from plimsoll.app.house import LIVE, SANDBOX, House
from plimsoll.app.keyring import new_keyring
from plimsoll.app.open_door import open_door
from plimsoll.app.sandbox.stops import STOPS
from plimsoll.app.sandbox.tell import ClockTeller
from plimsoll.app.sources.sandbox import NAMES
from plimsoll.app.vault import Vault
from plimsoll.app.wiring import read_command
from plimsoll.interfaces.http.serve import Recognised, application
from plimsoll.interfaces.http.test_clocks import Advance
from plimsoll.risk.lawful import lawful_rules
from tests.receiver import receiving

NOW = datetime(2026, 12, 1, 1, tzinfo=UTC)
INSTANTS = ("recorded_at", "created_at", "opened_at", "changed_at", "rules_id")
RULES = lawful_rules()
ROLES = {"ops": ("it_ops",), "wu": ("it_ops",), "zhao": ("servicing",), "li": ("compliance",)}


class Api:
    """A house served in this process, asked by people of the test."""

    def __init__(self, store, tmp_path, mode: str) -> None:
        self.now = NOW
        self.house = House(store, RULES, Vault(store, new_keyring(NOW)), mode, lambda: self.now)

        store.move_open_day(NOW.date())

        def recognise(_house, name, _address):
            return Recognised(Principal(name, ROLES[name], strong_at=NOW))

        self.client = TestClient(application(self.house, open_door(self.house), recognise=recognise, is_limited=False))
        self.keys = iter(range(1_000))

    def __call__(self, who: str, method: str, path: str, body=None, **heads) -> tuple[int, dict]:
        heads = {"Authorization": f"Bearer {who}", "Idempotency-Key": f"k{next(self.keys)}"} | heads
        answer = self.client.request(method, "/v1" + path, json=body, headers=heads)
        self.etag = answer.headers.get("etag", "")
        return answer.status_code, answer.json()


@pytest.fixture
def mode() -> str:
    return SANDBOX


@pytest.fixture
def api(store, tmp_path, mode, monkeypatch):
    monkeypatch.setenv("PLIMSOLL_CLOCKS", str(tmp_path / "clocks"))
    monkeypatch.setenv("PLIMSOLL_WEBHOOKS_LOOPBACK", "1")
    found = Api(store, tmp_path, mode)
    yield found
    found.house.close()


def made(api, **body) -> dict:
    status, clock = api("ops", "POST", "/test_clocks", {"name": "life", "at": "2026-01-15T09:00:00+08:00"} | body)
    assert status == 201, clock
    return clock


def stood_still(api, clock: str) -> dict:
    for _ in range(6_000):
        _, found = api("ops", "GET", f"/test_clocks/{clock}")
        if found["status"] != "advancing":
            return found
        time.sleep(0.01)
    raise AssertionError("it goes on and on")


def lend(house) -> None:
    """Open a customer with a line and a loan under a clock."""
    who = {"customer_id": 7, "on": "2026-01-15"}
    limits = {"limit": "9000.00", "cash_limit": "9000.00", "later_limit": "0.00", "currency": "CNY"}
    loan = {"loan_id": 2, "amount": "6000.00", "currency": "CNY", "rate": "0.0004", "instalments": 12}
    for name, more in (("open_customer", {}), ("open_line", limits), ("draw", loan)):
        house.execute(read_command({"key": name, **who, **more}, name), actor="test")


def test_a_life_under_a_clock(api):
    """Open, draw, move: the loan is there under the clock, late as the close says, and unknown to the house itself."""
    clock = made(api)
    assert (clock["status"], clock["at"], clock["business_date"]) == ("frozen", "2026-01-15T01:00:00.000Z", "2026-01-15")
    under = {"Plimsoll-Test-Clock": clock["id"]}
    lend(api.house.part("sandbox", lambda: None).opened.house_of(clock["id"]))
    status, moving = api("ops", "POST", f"/test_clocks/{clock['id']}/advance", {"to": "2027-01-15T09:00:00+08:00", "stop_on": [STOPS[1]]})
    assert (status, moving["status"]) == (202, "advancing")
    late = stood_still(api, clock["id"])
    assert (late["stopped_by"], late["business_date"]) == ("delinquency.bucket_changed", "2026-02-17")
    assert api("zhao", "GET", "/loans/loan_7_2", **under)[0] == 200
    assert api("zhao", "GET", "/loans/loan_7_2")[0] == 404
    assert api("zhao", "GET", "/loans/loan_7_2", **{"Plimsoll-Test-Clock": "clk_none"})[1]["code"] == "clock_unknown"
    assert api("ops", "GET", "/test_clocks", **under)[1]["code"] == "clock_not_allowed"


def test_what_happens_under_a_clock_is_told_to_whoever_owns_it(api, tmp_path):
    """Listed under the clock with its own days, and sent to the owner's endpoints alone, marked; the house's own list holds none of it."""
    with receiving() as receiver:
        kinds = {"types": ["plimsoll.customer.opened.v1", "plimsoll.day.closed.v1"]}
        for who, path in (("ops", "/mine"), ("wu", "/other")):
            assert api(who, "POST", "/webhook_endpoints", {"url": f"{receiver.url}{path}"} | kinds)[0] == 201
        clock = made(api)
        under = {"Plimsoll-Test-Clock": clock["id"]}
        house = api.house.part("sandbox", lambda: None).opened.house_of(clock["id"])
        house.execute(read_command({"key": "c", "customer_id": 7, "on": "2026-01-15"}, "open_customer"), actor="test")
        api("ops", "POST", f"/test_clocks/{clock['id']}/advance", {"to": "2026-01-17T09:00:00+08:00"})
        stood_still(api, clock["id"])
        told = api("li", "GET", "/events?limit=200", **under)[1]["data"]
        marks = {(one["testclock"], one["livemode"], one["source"]) for one in told}
        assert marks == {(clock["id"], False, f"/plimsoll/sandbox/{clock['id']}")}
        days = [(one["type"].split(".")[1], one["subject"], one["businessdate"], one["time"][:10]) for one in told]
        assert days[0] == ("customer", "cus_7", "2026-01-15", "2026-01-15")
        assert ("day", "day/2026-01-16", "2026-01-16", "2026-01-16") in days
        assert not [one for one in api("li", "GET", "/events?limit=200")[1]["data"] if one["subject"] == "cus_7"]
        teller = ClockTeller(api.house)
        assert teller.once() == {"": 3}
        assert teller.once() == {}, "everything was told"
        assert set(receiver.paths) == {"/mine"}
        sent = [json.loads(body) for _, body in receiver.got]
        with house.store.changing() as connection:
            connection.execute(update(hook_endpoint).values(state="disabled", version=hook_endpoint.c.version + 1))
        house.execute(read_command({"key": "d", "customer_id": 8, "on": "2026-01-17"}, "open_customer"), actor="test")
        assert teller.once() == {}, "this book gave the endpoint up"
        mine = api("ops", "GET", "/webhook_endpoints")[1]["data"][0]["id"]
        assert api("ops", "POST", f"/webhook_endpoints/{mine}/enable")[0] == 200
        assert teller.once() == {"": 1}
        assert [one | {"time": ""} for one in sent] == [one | {"time": ""} for one in told if one["type"] in kinds["types"]]


def test_a_persona_and_a_bank_that_lies_under_a_clock(api):
    """Somebody is made up, agrees, applies and is decided on; the bank is told to lie about the next payment of a loan."""
    clock = made(api, at="2026-12-01T09:00:00+08:00")
    under = {"Plimsoll-Test-Clock": clock["id"]}
    house = api.house.part("sandbox", lambda: None).opened.house_of(clock["id"])
    who = {"customer_id": 7, "on": "2026-12-01"}
    house.execute(read_command({"key": "c", **who}, "open_customer"), actor="test")
    status, person = api("ops", "POST", "/simulations/people", {"customer": "cus_7", "persona": "0009"}, **under)
    assert (status, person["document"][-4:], person["fate"]) == (200, "0009", "bureau times out")
    again = api("ops", "POST", "/simulations/people", {"customer": "cus_7", "persona": "0009"}, **under)
    assert again == (200, person), "the same person every time"
    for source in NAMES:
        house.execute(read_command({"key": source, **who, "purpose": source, "version": 1}, "grant_consent"), actor="test")
    said = {"application_id": "A7", "product": "cash-line", "amount": "8000.00", "currency": "CNY", "purpose": "rent"}
    house.execute(read_command({"key": "a", **who, **said}, "apply"), actor="test")
    status, found = api("ops", "POST", "/simulations/evidence", {"customer": "cus_7", "application": "A7"}, **under)
    assert {one["source"]: one["code"] for one in found["data"] if one["code"]} == {"bureau": "source_timed_out"}
    wish = {"loan": "loan_7_2", "outcome": "returned"}
    assert api("ops", "POST", "/simulations/payments", wish, **under) == (200, {**wish, "way": "debit"})
    assert api("ops", "GET", "/simulations/payments", **under)[1]["data"] == []
    assert api("ops", "POST", "/simulations/payments", wish | {"outcome": "explode"}, **under)[0] in (400, 422)
    assert api("ops", "POST", "/simulations/payments", wish)[1]["code"] == "clock_needed"
    assert api("zhao", "POST", "/simulations/payments", wish, **under)[0] == 403
    assert api("ops", "POST", "/simulations/people", {"customer": "cus_8", "persona": "0001"}, **under)[0] == 404


def test_a_lost_answer_makes_no_second_clock(api):
    first = made(api)
    key = {"Idempotency-Key": "same"}
    body = {"name": "once", "at": "2026-01-15T09:00:00+08:00"}
    answers = [api("ops", "POST", "/test_clocks", body, **key) for _ in range(2)]
    assert answers[0] == answers[1]
    assert api("ops", "POST", "/test_clocks", body | {"name": "other"}, **key)[1]["code"] == "idempotency_key_reused"
    assert {one["id"] for one in api("ops", "GET", "/test_clocks")[1]["data"]} == {first["id"], answers[0][1]["id"]}


KILLED = """
import os, sys
from datetime import datetime, timedelta
from plimsoll.app.database.opening import open_store
from plimsoll.app.house import House
from plimsoll.app.sandbox.advance import Mover
from plimsoll.app.sandbox.of_house import sandbox_of
from plimsoll.app.sandbox.pay import money_of
from plimsoll.risk.lawful import lawful_rules

def dies(house, on, at):
    if f"{on}" == sys.argv[3]:
        os._exit(9)
    return money_of(house, on, at)

with open_store(sys.argv[1]) as store:
    house = House(store, lawful_rules(), now=lambda: datetime.fromisoformat(sys.argv[4]))
    sandbox = sandbox_of(house)
    claimed = sandbox.clocks.find(sys.argv[2])
    Mover(sandbox.opened, dies)._moved(claimed)
"""
"""A process that takes over the moving of a clock, and is killed on a day."""


def test_an_advance_whose_process_was_killed_goes_on_where_it_is_asked_for_again(api, database, monkeypatch):
    """The same key, another process, no state of the first: the clock comes to its target, with the book of one that was not stopped."""
    clocks = [made(api, name=name) for name in ("killed", "whole")]
    for clock in clocks:
        lend(api.house.part("sandbox", lambda: None).opened.house_of(clock["id"]))
    killed, whole = clocks
    to = {"to": "2026-03-05T09:00:00+08:00", "stop_on": []}
    mover = api.house.part("sandbox", lambda: None).mover
    monkeypatch.setattr(mover, "go", lambda claimed: None)
    path, key = f"/test_clocks/{killed['id']}/advance", {"Idempotency-Key": "far"}
    assert api("ops", "POST", path, to, **key)[1]["status"] == "advancing"
    ran = subprocess.run([sys.executable, "-c", KILLED, database, killed["id"], "2026-02-20", NOW.isoformat()], check=False)
    assert ran.returncode == 9
    monkeypatch.undo()
    monkeypatch.setenv("PLIMSOLL_CLOCKS", str(mover.clocks.folder))
    assert api("ops", "POST", path, to, **key)[0] == 202
    assert api("ops", "GET", f"/test_clocks/{killed['id']}")[1]["status"] == "advancing", "whoever moves it was seen a moment ago"
    api.now += timedelta(minutes=2)
    status, again = api("ops", "POST", path, to, **key)
    assert (status, again["status"]) == (202, "advancing")
    assert stood_still(api, killed["id"])["business_date"] == "2026-03-05"
    version = api("ops", "GET", f"/test_clocks/{killed['id']}")[1]["version"]
    assert api("ops", "POST", path, to, **key)[0] == 202
    assert api("ops", "GET", f"/test_clocks/{killed['id']}")[1]["version"] == version, "it is done: nobody moves it again"
    api("ops", "POST", f"/test_clocks/{whole['id']}/advance", to)
    assert stood_still(api, whole["id"])["business_date"] == "2026-03-05"
    books = [records(mover.opened.house_of(clock["id"]).store) for clock in clocks]
    assert books[0] == books[1]


def records(store) -> list:
    """What a book says, but for instants."""
    found = []
    with store.engine.connect() as connection:
        for table in (schema.loan_state, schema.fact, schema.journal, schema.filing, schema.work_item):
            rows = connection.execute(select(table).order_by(*table.primary_key))
            found += [{**row._mapping, **dict.fromkeys(INSTANTS)} for row in rows]
    return found


def test_clocks_of_others_look_absent(api):
    clock = made(api)
    path = f"/test_clocks/{clock['id']}"
    for method, more, body in (("GET", "", None), ("DELETE", "", None), ("POST", "/branches", {"name": "b"})):
        assert api("wu", method, path + more, body)[0] == 404
        assert api("zhao", method, path + more, body)[0] == 403
    assert api("wu", "GET", "/test_clocks")[1]["data"] == []


def test_branch_and_delete(api):
    clock = made(api)
    status, branch = api("ops", "POST", f"/test_clocks/{clock['id']}/branches", {"name": "pays"})
    assert (status, branch["parent"]) == (201, clock["id"])
    assert api("ops", "DELETE", f"/test_clocks/{clock['id']}")[1]["status"] == "deleted"
    assert api("ops", "GET", f"/test_clocks/{clock['id']}")[0] == 404
    assert api("ops", "POST", f"/test_clocks/{branch['id']}/advance", {"to": "2026-01-01T00:00:00Z"})[1]["code"] == "clock_only_forward"


@pytest.mark.parametrize("mode", [LIVE])
@pytest.mark.parametrize("kind", ["sqlite"])
def test_a_live_house_refuses_every_clock(api):
    """Each operation, and the header on any other: refused with one code, whoever asks."""
    body = {"name": "life", "at": "2026-01-15T09:00:00+08:00"}
    asked = [
        ("GET", "/test_clocks", None),
        ("POST", "/test_clocks", body),
        ("GET", "/test_clocks/clk_1", None),
        ("POST", "/test_clocks/clk_1/advance", {"to": "2027-01-15T00:00:00Z"}),
        ("POST", "/test_clocks/clk_1/branches", {"name": "b"}),
        ("DELETE", "/test_clocks/clk_1", None),
    ]
    assert [api("ops", *one)[1]["code"] for one in asked] == ["clock_in_live"] * len(asked)
    refused = api("zhao", "GET", "/customers/cus_1", **{"Plimsoll-Test-Clock": "clk_1"})
    assert (refused[0], refused[1]["code"]) == (403, "clock_in_live")


def test_the_stops_of_the_api_are_those_of_the_sandbox():
    found = Advance.model_json_schema()["properties"]["stop_on"]["items"]["enum"]
    assert tuple(found) == STOPS


OPENED = "plimsoll.customer.opened.v1"


def test_a_webhook_from_registration_to_replay(api):
    with receiving() as receiver:
        status, shown = api("ops", "POST", "/webhook_endpoints", {"url": f"{receiver.url}/in", "types": [OPENED]})
        assert (status, shown["status"]) == (201, "active")
        secret, path = shown["secret"], f"/webhook_endpoints/{shown['id']}"
        assert api("ops", "GET", path)[1]["secret"] == ""
        command = read_command({"key": "c", "customer_id": 1, "on": "2026-12-01"}, "open_customer")
        api.house.execute(command, actor="li")
        seal(api.house.store, None, NOW)
        worker = Deliverer(Hooks(api.house, is_loopback_allowed=True))
        receiver.answers = [(500, 0, b"")]
        worker.once()
        (waits,) = api("ops", "GET", f"{path}/deliveries?status=waiting")[1]["data"]
        assert (waits["last_error"], waits["attempts"]) == ("hook_answered_otherwise", 1)
        status, queued = api("ops", "POST", f"{path}/replay", {"events": [waits["event"]]})
        assert (status, queued) == (202, {"queued": 1})
        worker.once()
        _, one = api("ops", "GET", f"{path}/deliveries/{waits['event']}")
        assert (one["status"], [try_["http_status"] for try_ in one["tries"]]) == ("delivered", [500, 204])
        headers, body = receiver.got[-1]
        assert verify(secret, headers, body, NOW.timestamp()) is None
        assert api("ops", "POST", f"{path}/replay", {"since": "2026-11-01T00:00:00Z"})[1] == {"queued": 1}
        assert api("ops", "POST", f"{path}/replay", {})[0] == 400
        rotated = api("ops", "POST", f"{path}/rotate", {})[1]
        assert rotated["secret"] not in ("", secret)
        assert rotated["old_secret_until"] == "2026-12-02T01:00:00.000Z"


def test_changing_a_webhook_needs_what_was_seen(api):
    _, shown = api("ops", "POST", "/webhook_endpoints", {"url": "https://hooks.example.com/in"})
    path = f"/webhook_endpoints/{shown['id']}"
    assert api("ops", "PATCH", path, {"types": [OPENED]})[0] == 428
    assert api("ops", "PATCH", path, {"types": [OPENED]}, **{"If-Match": '"7"'})[0] == 412
    status, changed = api("ops", "PATCH", path, {"types": [OPENED]}, **{"If-Match": '"1"'})
    assert (status, changed["types"], changed["version"], api.etag) == (200, [OPENED], 2, '"2"')
    assert api("ops", "DELETE", path)[1]["status"] == "disabled"
    assert api("ops", "POST", f"{path}/enable", {})[1]["status"] == "active"


def test_a_lost_answer_makes_no_second_endpoint_and_tells_no_secret_again(api):
    key, body = {"Idempotency-Key": "same"}, {"url": "https://hooks.example.com/in"}
    first, second = (api("ops", "POST", "/webhook_endpoints", body, **key)[1] for _ in range(2))
    assert first["id"] == second["id"]
    assert (bool(first["secret"]), second["secret"]) == (True, "")
    assert len(api("ops", "GET", "/webhook_endpoints")[1]["data"]) == 1


@pytest.mark.parametrize(
    "url",
    [
        "http://hooks.example.com/",
        "https://10.0.0.1/",
        "https://169.254.169.254/latest/meta-data/",
        "https://[::ffff:10.0.0.1]/",
        "https://user:pw@hooks.example.com/",
        "https://hooks.example.com:22/",
        "https://2130706433/",
        "file:///etc/passwd",
    ],
)
@pytest.mark.parametrize("kind", ["sqlite"])
def test_addresses_that_would_reach_inside(api, url):
    status, problem = api("ops", "POST", "/webhook_endpoints", {"url": url})
    assert status == 422, problem
    assert problem["code"].startswith("hook_url_")


def test_only_who_may_sees_webhooks(api):
    _, shown = api("ops", "POST", "/webhook_endpoints", {"url": "https://hooks.example.com/in"})
    for path in ("/webhook_endpoints", f"/webhook_endpoints/{shown['id']}", f"/webhook_endpoints/{shown['id']}/deliveries"):
        assert api("zhao", "GET", path)[0] == 403
    assert api("ops", "GET", "/webhook_endpoints/we_none")[0] == 404
    assert api("ops", "GET", f"/webhook_endpoints/{shown['id']}/deliveries/evt_{'0' * 32}")[0] == 404


@pytest.mark.parametrize("mode", [LIVE])
def test_in_live_somebody_else_agrees_to_the_address_first(api):
    status, waits = api("ops", "POST", "/webhook_endpoints", {"url": "https://hooks.example.com/in"})
    assert (status, waits["rule"]) == (202, "POLICY.APPROVAL.LIVE")
    (found,) = api("ops", "GET", "/webhook_endpoints")[1]["data"]
    assert found["status"] == "waiting"
    page, sha = f"/approvals/{waits['id']}", {"payload_sha256": waits["payload_sha256"]}
    assert api("ops", "POST", f"{page}/approve", sha)[0] == 403
    status, done = api("li", "POST", f"{page}/approve", sha)
    assert (status, done["status"]) == (200, "executed"), done
    assert api("ops", "GET", f"/webhook_endpoints/{found['id']}")[1]["status"] == "active"
