"""`plimsoll user`, `key` and `glass`: from an empty house to a clerk with a key, by people who sign in."""

import json
from datetime import UTC, datetime, timedelta
from functools import partial
from io import StringIO
from itertools import count

import pytest

from plimsoll.app.house import House
from plimsoll.interfaces.cli import signed_in
from plimsoll.interfaces.cli.main import main
from tests.people_of_house import PASSWORD, code_at

OTHER = "tides come and go twice"
NOW = datetime.now(UTC)
"""The instant of all commands here: between a code and the command that shows it no half minute may end."""


@pytest.fixture
def ask(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(signed_in, "House", partial(House, now=lambda: NOW))
    monkeypatch.setenv("PLIMSOLL_VAULT_KEYS", str(tmp_path / "keys.json"))
    monkeypatch.setenv("PLIMSOLL_DB", f"sqlite:///{tmp_path / 'book.db'}")
    for words in (["book", "create"], ["vault", "keygen"]):
        assert main(words) == 0
    capsys.readouterr()
    (tmp_path / "mine").write_text(PASSWORD + "\n")
    (tmp_path / "other").write_text(OTHER + "\n")

    def call(*words, by="", code=0, secrets="mine"):
        asked = [*words, *(["--user", by] if by else []), *(["--password-file", str(tmp_path / secrets)] if secrets else [])]
        got = main(asked)
        told = capsys.readouterr()
        assert got == code, (asked, told)
        return json.loads(told.out) if "--json" in words else told.out + told.err

    return call


@pytest.fixture
def enrol(ask, tmp_path, monkeypatch):
    """Enrol one-time codes for somebody; afterwards write a file of password and a fresh code, as often as asked."""
    steps = count(1)

    def for_user(user, secrets, first_time=False):
        word = (tmp_path / secrets).read_text().splitlines()[0]
        if first_time:
            made = ask("user", "one-time", "--json", by=user, secrets=secrets)
            (tmp_path / "seed").write_text(made["seed"])
            (tmp_path / "now").write_text(f"{word}\n{code_at(made['seed'], NOW - timedelta(seconds=30))}\n")
            monkeypatch.setattr("sys.stdin", StringIO((tmp_path / "now").read_text()))
            ask("user", "confirm", made["challenge_id"], "--password-file", "-", by=user, secrets="")
        ahead = timedelta(seconds=30 * (next(steps) - 1))
        (tmp_path / "now").write_text(f"{word}\n{code_at((tmp_path / 'seed').read_text(), NOW + ahead)}\n")
        return "now"

    return for_user


def test_from_an_empty_house_to_a_clerk_with_a_key(ask, enrol):
    assert "no users" in ask("user", "list", secrets="")
    ask("user", "first", "boss", "--name", "The Boss")
    assert "administrator_exists" in ask("user", "first", "li", "--name", "Li", code=4)
    assert "second_factor_needed" in ask("user", "add", "wang", "--name", "Wang Fang", by="boss", code=4)
    now = enrol("boss", "mine", first_time=True)
    made = ask("user", "add", "wang", "--name", "Wang Fang", "--unit", "north", "--json", by="boss", secrets=now)
    ask("user", "accept", made["text"], secrets="other")
    given = ask("user", "give", "wang", "servicing", "--reason", "works at the desk", "--json", by="boss", secrets=enrol("boss", "mine"))
    key = ask("key", "make", "--permission", "product.read", "--json", by="wang", secrets="other")
    assert key["text"].startswith("plk_test_")
    assert key["text"] not in ask("key", "list", secrets="")
    follow = ask("key", "rotate", key["key_id"], "--overlap-hours", "0", "--json", by="wang", secrets="other")
    assert follow["replaces"] == key["key_id"]
    assert "revoked" in ask("key", "revoke", follow["key_id"], "--reason", "it was seen", by="wang", secrets="other")
    assert "permission_missing" in ask("user", "lock", "boss", "--reason", "for fun", by="wang", secrets="other", code=4)
    assert "sign_in_refused" in ask("key", "make", by="wang", secrets="mine", code=4)
    shown = ask("user", "show", "wang", "--json", secrets="")
    assert [one["grant_id"] for one in shown["grants"]] == [given["grant_id"]]
    assert "wang" in ask("user", "list", "--role", "servicing", secrets="")
    assert "absent" in ask("user", "show", "nobody.there", secrets="", code=3)
    assert "Nobody asked" in ask("glass", "list", secrets="")
    assert "permission_missing" in ask("glass", "ask", "--reason", "the close hangs", by="wang", secrets="other", code=4)


def test_what_cannot_be_read_ends_with_the_code_of_usage(ask):
    ask("user", "first", "boss", "--name", "The Boss")
    for until in ("tomorrow", "2026-12-31", "2026-12-31T00:00:00"):
        assert "--until" in ask("key", "make", "--until", until, by="boss", code=2)
    ask("key", "make", "--network", "everywhere", by="boss", code=2)
    assert "--state" in ask("glass", "list", "--state", "shattered", secrets="", code=2)
