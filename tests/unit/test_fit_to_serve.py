"""`plimsoll doctor` tells what `plimsoll up` will miss: mode, place, keys, anchors, checkpoints, messages held back; a remedy for each."""

from datetime import timedelta

import pytest
from sqlalchemy import insert

from plimsoll.app.chain.anchor import anchor
from plimsoll.app.chain.key import new_keys, write_keys
from plimsoll.app.chain.seal import seal
from plimsoll.app.database.schema import outbox, outbox_held
from plimsoll.app.finding import BAD, GOOD, NOTE, Finding
from plimsoll.app.fit_to_serve import anchors, audit_key, codes, held_back, listening, missing_in_live, mode, of_book, sealed
from plimsoll.interfaces.cli import doctor as command
from tests import chained
from tests.toys import NOW, Draw, Open, run

LATER = chained.LATER + timedelta(minutes=5)


@pytest.fixture(autouse=True)
def nothing_is_set(monkeypatch):
    for name in ("MODE", "HOST", "PORT", "PROXIES", "AUDIT_KEY", "AUDIT_ANCHOR", "VAULT_KEYS", "WEBHOOKS_LOOPBACK", "CODES"):
        monkeypatch.delenv(f"PLIMSOLL_{name}", raising=False)


@pytest.fixture
def key_file(tmp_path, monkeypatch):
    """The file of a key that the configuration names."""
    path = tmp_path / "keys" / "audit.json"
    path.parent.mkdir()
    write_keys(path, new_keys(), is_new=True)
    monkeypatch.setenv("PLIMSOLL_AUDIT_KEY", str(path))
    return path


@pytest.mark.parametrize(
    ("said", "state", "word"),
    [
        ({}, GOOD, "sandbox"),
        ({"MODE": "read-only"}, GOOD, "read-only"),
        ({"MODE": "production"}, BAD, "'production'"),
        ({"MODE": "live"}, BAD, "does not start"),
        ({"MODE": "live", "VAULT_KEYS": "keys.json", "WEBHOOKS_LOOPBACK": "1"}, BAD, "this very machine"),
        ({"MODE": "live", "VAULT_KEYS": "keys.json"}, GOOD, "live"),
    ],
)
def test_the_mode_is_one_and_a_live_house_has_what_it_needs(monkeypatch, said, state, word):
    for name, value in said.items():
        monkeypatch.setenv(f"PLIMSOLL_{name}", value)
    found = mode()
    assert found.state == state
    assert word in found.said
    assert bool(found.remedy) == (state == BAD)


@pytest.mark.parametrize(
    ("host", "port", "proxies", "states"),
    [
        ("", "", "", []),
        ("127.0.0.1", "8321", "", []),
        ("localhost", "", "", []),
        ("::1", "", "", []),
        ("0.0.0.0", "", "", [NOTE]),
        ("0.0.0.0", "", "10.0.0.2", []),
        ("", "70000", "", [BAD]),
        ("", "web", "", [BAD]),
    ],
)
def test_a_place_that_others_reach_wants_a_proxy(monkeypatch, host, port, proxies, states):
    for name, value in (("HOST", host), ("PORT", port), ("PROXIES", proxies)):
        monkeypatch.setenv(f"PLIMSOLL_{name}", value)
    assert [one.state for one in listening()] == states


def test_the_key_of_the_chain_is_there_and_not_exposed(key_file):
    assert audit_key().state == GOOD
    key_file.chmod(0o644)
    assert audit_key().state == BAD
    assert "chmod 600" in audit_key().remedy
    key_file.unlink()
    assert audit_key().state == BAD


@pytest.mark.parametrize(
    ("mode", "by", "state", "word"),
    [
        ("sandbox", "", GOOD, "made up"),
        ("live", "", NOTE, "no borrower can sign in"),
        ("live", "sandbox", NOTE, "no borrower can sign in"),
        ("live", "file:codes.jsonl", GOOD, "file:codes.jsonl"),
        ("live", "https://sms.example.com/send?secret=1", GOOD, "leave by sms.example.com"),
        ("live", "http://sms.example.com/send", BAD, "not https"),
        ("live", "pigeon", BAD, "not known"),
    ],
)
def test_how_codes_leave_is_told_without_what_is_secret(monkeypatch, mode, by, state, word):
    monkeypatch.setenv("PLIMSOLL_MODE", mode)
    monkeypatch.setenv("PLIMSOLL_CODES", by)
    found = codes()
    assert (found.state, word in found.said) == (state, True), found
    assert "secret" not in found.said
    assert bool(found.remedy) == (state != GOOD)


def test_no_key_is_left_out_not_wrong():
    assert audit_key().state == NOTE
    assert "plimsoll audit keygen" in audit_key().remedy


def test_a_book_that_is_sealed_signed_and_anchored_is_in_order(store, tmp_path, monkeypatch):
    write_keys(tmp_path / "audit.json", chained.sealed(store), is_new=True)
    monkeypatch.setenv("PLIMSOLL_AUDIT_KEY", str(tmp_path / "audit.json"))
    outside = tmp_path / "elsewhere"
    outside.mkdir()
    monkeypatch.setenv("PLIMSOLL_AUDIT_ANCHOR", str(outside))
    kept = anchor(store, outside)
    found = {one.what: one for one in of_book(store, LATER)}
    assert {name: one.state for name, one in found.items()} == {"checkpoint": GOOD, "anchors": GOOD}, found
    assert found["checkpoint"].said.startswith("block 2 sealed 5 minutes ago, signed 5 minutes ago by ")
    assert found["anchors"].said == f"2 in {kept.path}"


def test_what_waits_long_to_be_sealed_is_noted(store):
    assert sealed(store, NOW) == Finding("checkpoint", GOOD, "nothing is sealed yet")
    run(store, Open("open 1", 1))
    assert sealed(store, NOW).state == NOTE
    seal(store, new_keys(), NOW)
    run(store, Draw("draw 1", 1, 10, 100_000))
    assert sealed(store, NOW + timedelta(hours=3)).state == GOOD
    late = sealed(store, NOW + timedelta(days=3))
    assert (late.state, late.said) == (NOTE, "block 1 sealed 3 days ago, and more waits")


def test_a_chain_without_a_signature_is_noted(store):
    run(store, Open("open 1", 1))
    seal(store, None, NOW)
    assert "none was ever signed" in sealed(store, NOW).said


def test_a_checkpoint_that_a_stranger_signed_or_somebody_changed_is_wrong(store, key_file):
    chained.sealed(store)
    found = sealed(store, LATER)
    assert found.state == BAD
    assert "signed by none of the keys" in found.said
    chained.tamper(store, "UPDATE audit_checkpoint SET note = 'another' WHERE block_n = 2")
    assert "was changed" in sealed(store, LATER).said


def test_anchors_are_outside_the_book_of_the_book_and_can_be_written(store, tmp_path, monkeypatch):
    assert anchors(store).state == NOTE
    monkeypatch.setenv("PLIMSOLL_AUDIT_ANCHOR", str(tmp_path / "nowhere" / "anchors.notes"))
    assert anchors(store).state == BAD
    place = tmp_path / "anchors.notes"
    monkeypatch.setenv("PLIMSOLL_AUDIT_ANCHOR", str(place))
    chained.sealed(store)
    anchor(store, place)
    place.write_text(place.read_text("utf-8").replace("block 2", "block 3"), "utf-8")
    assert anchors(store).state == BAD, "a block that the book does not have"
    place.write_text("something else", "utf-8")
    assert anchors(store).state == BAD


def test_anchors_beside_the_book_are_noted(store, monkeypatch):
    if store.address.path is None:
        pytest.skip("a server has no file beside which something lies")
    monkeypatch.setenv("PLIMSOLL_AUDIT_ANCHOR", str(store.address.path.with_suffix(".notes")))
    assert (anchors(store).state, "beside the book" in anchors(store).said) == (NOTE, True)


def test_a_live_house_has_a_key_and_keeps_anchors_elsewhere(store, tmp_path, monkeypatch, key_file):
    """Doctor fails it and the server does not start: who owns the book could cut its end off, and nobody would see it."""
    monkeypatch.setenv("PLIMSOLL_MODE", "live")
    assert (anchors(store).state, [one.what for one in missing_in_live(store)]) == (BAD, ["anchors"])
    if store.address.path is not None:
        monkeypatch.setenv("PLIMSOLL_AUDIT_ANCHOR", str(store.address.path.with_suffix(".notes")))
        assert "beside the book; the server does not start" in anchors(store).said
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.setenv("PLIMSOLL_AUDIT_ANCHOR", str(elsewhere))
    assert missing_in_live(store) == []
    monkeypatch.delenv("PLIMSOLL_AUDIT_KEY")
    assert (audit_key().state, [one.what for one in missing_in_live(store)]) == (BAD, ["audit key"])


def test_messages_that_a_restore_holds_back_are_named(store):
    assert list(held_back(store)) == []
    run(store, Open("open 1", 1))
    row = {"customer_id": 1, "command_n": 1, "n": 9}
    with store.changing() as connection:
        connection.execute(insert(outbox).values(**row, kind="pay_out", payload="{}", created_at=NOW))
        connection.execute(insert(outbox_held).values(**row, held_at=NOW, settled_by="", verdict="", reason=""))
    (found,) = held_back(store)
    assert (found.state, found.said) == (NOTE, "since the book was restored: 1 pay_out")
    assert "plimsoll book settle" in found.remedy


def test_files_of_the_pages_that_nobody_built_are_noted(monkeypatch):
    monkeypatch.setattr(command, "missing", lambda: ("htmx.js",))
    assert (command.pages().state, "tools/web.py" in command.pages().remedy) == (NOTE, True)
    monkeypatch.setattr(command, "missing", tuple)
    assert command.pages().state == GOOD
