"""`plimsoll clock` and `plimsoll webhooks`: as an operator uses them, with the exit codes of the page."""

import json
import re
from pathlib import Path

import pytest

from plimsoll.interfaces.cli.main import main
from tests.receiver import receiving


@pytest.fixture
def run(capsys, tmp_path, monkeypatch):
    monkeypatch.setenv("PLIMSOLL_DB", f"sqlite:///{tmp_path / 'book.db'}")
    monkeypatch.setenv("PLIMSOLL_VAULT_KEYS", str(tmp_path / "keys.json"))
    monkeypatch.setenv("PLIMSOLL_WEBHOOKS_LOOPBACK", "1")
    monkeypatch.delenv("PLIMSOLL_MODE", raising=False)
    monkeypatch.delenv("PLIMSOLL_CLOCKS", raising=False)

    def go(*words: str, code: int = 0) -> str:
        assert main(list(words)) == code, capsys.readouterr()
        said = capsys.readouterr()
        return said.out + said.err

    go("book", "create")
    go("vault", "keygen")
    return go


TUTORIAL = Path(__file__).parents[2] / "docs/tutorial/test-clocks.md"


def test_two_futures_as_the_tutorial_tells_them(run, tmp_path):
    """The rows of the tutorial, at the clock's instant: who agreed to be debited pays every instalment, who withdrew is late."""
    (rows,) = re.findall(r"```json\n(.*?)```", TUTORIAL.read_text(), re.DOTALL)
    (tmp_path / "life.jsonl").write_text(rows)
    (stop,) = re.findall(r"`(\{\"command\": \"withdraw_consent\".*?\})`", TUTORIAL.read_text())
    (tmp_path / "stop.jsonl").write_text(stop)
    made = json.loads(run("clock", "make", "life", "--at", "2026-01-15", "--json"))
    clock, book = made["clock_id"], made["book"]
    run("clock", "post", clock, str(tmp_path / "life.jsonl"))
    branch = json.loads(run("clock", "branch", clock, "stops-paying", "--json"))["clock_id"]
    paid = json.loads(run("clock", "advance", clock, "--to", "2027-01-15", "--stop-on", "loan.paid_off", "--json"))
    assert (paid["stopped_by"], paid["business_date"]) == ("loan.paid_off", "2026-07-16")
    run("clock", "post", branch, str(tmp_path / "stop.jsonl"))
    late = json.loads(run("clock", "advance", branch, "--to", "2027-01-15", "--stop-on", "delinquency.begun", "--json"))
    assert (late["stopped_by"], late["business_date"]) == ("delinquency.begun", "2026-02-17")
    assert "stopped by  delinquency.begun" in run("clock", "show", branch)
    assert branch in run("clock", "list")
    run("verify", "--db", book)
    run("clock", "post", clock, str(tmp_path / "none.jsonl"), code=3)
    (tmp_path / "bad.jsonl").write_text('{"command":"open_line","key":"x","customer_id":9,"on":"2026-01-15","limit":"1.00"}')
    assert "refused" in run("clock", "post", clock, str(tmp_path / "bad.jsonl"), code=4)
    run("clock", "advance", clock, "--to", "2026-01-01", code=4)
    run("clock", "advance", clock, "--to", "soon", code=2)
    run("clock", "advance", clock, "--to", "2028-01-01", "--stop-on", "loan.eaten", code=4)
    run("clock", "show", "clk_none", code=3)
    run("clock", "delete", clock)
    run("clock", "show", clock, code=3)


def test_a_live_house_has_no_clocks(run, monkeypatch):
    monkeypatch.setenv("PLIMSOLL_MODE", "live")
    for words in (("make", "life", "--at", "2026-01-15"), ("list",), ("show", "clk_1"), ("advance", "clk_1", "--to", "2027-01-01")):
        assert "clock_in_live" in run("clock", *words, code=4)


def test_a_webhook_from_registering_to_replaying(run, tmp_path):
    with receiving() as receiver:
        made = json.loads(run("webhooks", "register", f"{receiver.url}/in", "--type", "plimsoll.customer.*", "--json"))
        endpoint = made["endpoint_id"]
        (tmp_path / "c.jsonl").write_text('{"command":"open_customer","key":"a","customer_id":1,"on":"2026-12-01"}')
        run("post", str(tmp_path / "c.jsonl"))
        receiver.answers = [(503, 0, b"")]
        assert json.loads(run("webhooks", "deliver", "--once", "--json")) == {"taken": 0, "failed": {"hook_answered_otherwise": 1}}
        (waits,) = json.loads(run("webhooks", "deliveries", endpoint, "--state", "waiting", "--json"))
        assert run("webhooks", "replay", endpoint, "--event", waits["event_id"]).startswith("1 events")
        assert run("webhooks", "deliver", "--once") == "1 taken\n"
        tries = json.loads(run("webhooks", "deliveries", endpoint, "--event", waits["event_id"], "--json"))
        assert [one["status"] for one in tries] == [503, 204]
        assert run("webhooks", "replay", endpoint, "--since", "2020-01-01T00:00:00Z").startswith("1 events")
        assert run("webhooks", "rotate", endpoint).strip() not in ("", made["secret"])
        assert made["secret"] not in run("webhooks", "list")
        run("webhooks", "disable", endpoint)
        assert "disabled" in run("webhooks", "list")
        run("webhooks", "enable", endpoint)
        run("webhooks", "replay", endpoint, code=2)
        run("webhooks", "replay", endpoint, "--event", "evt_none", code=3)
        run("webhooks", "disable", "we_none", code=3)
    for url in ("http://10.0.0.1/", "https://127.0.0.1.example.com:22/", "ftp://example.com/"):
        assert "hook_url_" in run("webhooks", "register", url, code=4)


def test_in_live_an_address_is_asked_for_over_the_api(run, monkeypatch):
    monkeypatch.setenv("PLIMSOLL_MODE", "live")
    assert "POLICY.APPROVAL.LIVE" in run("webhooks", "register", "https://hooks.example.com/in", code=4)
