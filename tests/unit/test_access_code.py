"""Codes to phones in a live house: they leave by what is configured, behind a queue, and stand in no log."""

import json

import pytest
from sqlalchemy import select

from plimsoll.app.access import code as phone
from plimsoll.app.access.session import SignedIn
from plimsoll.app.database.schema_access import access_event
from plimsoll.app.house import LIVE
from plimsoll.app.vault import Act
from tests.people_of_house import Clock, house_of
from tests.toys import Open, run


@pytest.fixture
def clock():
    return Clock()


@pytest.mark.parametrize("kind", ["sqlite"])
def test_a_live_house_sends_codes_by_the_way_that_is_configured(store, clock, tmp_path, monkeypatch, caplog):
    spool = tmp_path / "codes.jsonl"
    monkeypatch.setenv("PLIMSOLL_CODES", f"file:{spool}")
    run(store, Open("open", 17))
    with house_of(store, clock, mode=LIVE) as live, caplog.at_level("DEBUG"):
        live.vault.put(17, "phone", "13812341234", Act("li", clock.at, "opened"))
        asked = phone.ask_code(live, "13812341234")
        live.parts["codes"].wait()
        (line,) = spool.read_text("utf-8").splitlines()
        sent = json.loads(line)
        assert (sent["message"], sent["address"]) == (asked.challenge_id, "13812341234")
        told = phone.SAID.search(sent["text"])[1]
        assert phone.sandbox_code(live, asked.challenge_id) == ""
        assert isinstance(phone.enter_code(live, asked.challenge_id, told), SignedIn)
    assert told not in caplog.text
    assert "13812341234" not in caplog.text
    assert spool.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("kind", ["sqlite"])
def test_a_code_that_does_not_leave_is_on_record_and_told_to_nobody(store, clock, tmp_path, monkeypatch, caplog):
    """The answer is that of every phone, whoever has it; the record names the challenge and why, the log no more."""
    monkeypatch.setenv("PLIMSOLL_CODES", f"file:{tmp_path}/nowhere/codes.jsonl")
    run(store, Open("open", 17))
    with house_of(store, clock, mode=LIVE) as live:
        live.vault.put(17, "phone", "13812341234", Act("li", clock.at, "opened"))
        known, unknown = phone.ask_code(live, "13812341234"), phone.ask_code(live, "13700000000")
        assert isinstance(known, phone.CodeAsked)
        assert isinstance(unknown, phone.CodeAsked)
        live.parts["codes"].wait()
        with store.engine.connect() as connection:
            rows = connection.execute(
                select(access_event.c.subject, access_event.c.body).where(access_event.c.action == "code_not_sent")
            ).all()
    assert [tuple(row) for row in rows] == [(known.challenge_id, '{"why":"channel_unreachable"}')]
    assert "13812341234" not in caplog.text
    monkeypatch.setenv("PLIMSOLL_CODES", "pigeon")
    with house_of(store, clock, mode=LIVE) as live:
        assert phone.ask_code(live, "13812341234").code == "code_channel_missing"
