"""The night of a house is one named list, worked by one command: a house that cron closes needs no server for any of it."""

import json
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import insert, select

from plimsoll.app.database import schema
from plimsoll.app.database.schema_access import approval
from plimsoll.app.database.schema_chain import audit_block
from plimsoll.app.execute_many import execute_many
from plimsoll.app.night import NAMES, WORK
from plimsoll.app.wiring import WIRING
from plimsoll.interfaces.cli.main import main
from plimsoll.risk.lawful import lawful_rules
from tests.walks.test_clock import lives

BEGINS = datetime(2026, 1, 15, 1, tzinfo=UTC)
WAITS = {
    **dict.fromkeys(("verb", "kind", "subject", "payload", "shown", "sha256", "currency", "rule", "maker", "reason", "outcome"), ""),
    "approval_id": "apr_1",
    "state": "pending",
    "customer_id": 0,
    "version": 1,
    "amount_minor": 0,
    "checkers": 1,
    "made_at": BEGINS,
    "expires_at": BEGINS,
}


def night(database: str, capsys, *more: str) -> list[dict]:
    """Work through 17 January by the command."""
    assert main(["night", "--through", "2026-01-17", "--db", database, "--tape", "never", "--json", *more]) == 0
    return json.loads(capsys.readouterr().out)


def test_a_house_closed_without_a_server_leaves_nothing_undone(store, database, capsys):
    """Three days: each work in its order, approvals past their time ended, the chain sealed; a second night finds everything done."""
    list(execute_many(store, WIRING, lives(2), actor="test", now=BEGINS, rules=lawful_rules()))
    with store.changing() as connection:
        connection.execute(insert(approval).values(WAITS))
    told = night(database, capsys)
    assert [(one["on"], one["work"]) for one in told] == [(f"2026-01-{day}", name) for day in (15, 16, 17) for name in NAMES]
    assert {one["work"] for one in told if one["left_out"]} == {one.name for one in WORK if one.is_of_day} == {"debits", "collect"}
    assert [one["counts"]["expired"] for one in told if one["work"] == "approvals"] == [1, 0, 0]
    with store.engine.connect() as connection:
        assert connection.scalar(select(approval.c.state)) == "expired"
        assert connection.scalar(select(schema.book.c.open_on)) == date(2026, 1, 18)
        sealed = connection.scalars(select(audit_block.c.records_count)).all()
    assert sum(sealed) == sum(one["counts"]["records"] for one in told if one["work"] == "seal") > 6
    again = night(database, capsys)
    assert {one["work"]: one["counts"] for one in again if not one["left_out"]} == {
        "approvals": {"expired": 0},
        "seal": {"blocks": 0, "records": 0},
    }


@pytest.mark.parametrize("kind", ["sqlite"])
def test_a_whole_day_of_a_sandbox_by_one_command(store, database, capsys, monkeypatch):
    list(execute_many(store, WIRING, lives(2), actor="test", now=BEGINS, rules=lawful_rules()))
    told = night(database, capsys, "--made-up", "--skip", "seal")
    assert {one["work"]: one["left_out"] for one in told if one["left_out"]} == {"seal": "skipped"}
    assert sum(one["counts"].get("send_reminder", 0) + one["counts"].get("reminders sent", 0) for one in told if one["work"] == "collect")
    monkeypatch.setenv("PLIMSOLL_MODE", "live")
    assert main(["night", "--through", "2026-01-18", "--db", database, "--made-up"]) == 4
    assert main(["night", "--through", "2026-01-18", "--db", database, "--skip", "supper"]) == 2
    tomorrow = (datetime.now(UTC) + timedelta(days=1)).date().isoformat()
    for words in ("night", "close"):
        assert main([words, "--through", tomorrow, "--db", database]) == 4
        assert "not over yet" in capsys.readouterr().err
