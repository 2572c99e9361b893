"""`plimsoll up` and `plimsoll trial-key`: what does not start, with its exit code and the remedy."""

import socket

import pytest

from plimsoll.app.chain.key import new_keys
from plimsoll.app.chain.verify import verify
from plimsoll.app.database.opening import create_store, open_store
from plimsoll.app.house import House
from plimsoll.interfaces.cli.exits import FAILURE, NOT_FOUND, OK, REFUSED, USAGE
from plimsoll.interfaces.cli.main import main
from plimsoll.interfaces.serve.beside import beside
from plimsoll.risk.lawful import lawful_rules
from tests.served import DAY, furnish


@pytest.fixture
def url(tmp_path, monkeypatch):
    for name in ("PLIMSOLL_VAULT_KEYS", "PLIMSOLL_MODE", "PLIMSOLL_PORT", "PLIMSOLL_HOST", "PLIMSOLL_AUDIT_KEY", "PLIMSOLL_AUDIT_ANCHOR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    found = f"sqlite:///{tmp_path / 'book.db'}"
    create_store(found, open_on=DAY).close()
    return found


def test_a_book_that_is_not_there_is_named_with_the_command_that_makes_it(url, capsys, tmp_path):
    assert main(["up", "--db", f"sqlite:///{tmp_path / 'none.db'}"]) == NOT_FOUND
    assert "plimsoll book create" in capsys.readouterr().err


def test_a_live_house_is_not_served_unsafely(url, capsys):
    assert main(["up", "--db", url, "--mode", "live", "--allow-unsafe"]) == REFUSED
    assert main(["up", "--db", url, "--mode", "live"]) == REFUSED
    assert "PLIMSOLL_VAULT_KEYS" in capsys.readouterr().err


def test_a_live_house_is_not_served_without_a_key_and_anchors_elsewhere(url, capsys, tmp_path, monkeypatch):
    monkeypatch.setenv("PLIMSOLL_VAULT_KEYS", str(tmp_path / "vault.json"))
    assert main(["vault", "keygen"]) == OK
    assert main(["up", "--db", url, "--mode", "live", "--port", "0"]) == REFUSED
    said = capsys.readouterr().err
    assert "PLIMSOLL_AUDIT_KEY" in said
    assert "PLIMSOLL_AUDIT_ANCHOR" in said


@pytest.mark.parametrize("words", [["--mode", "play"], ["--port", "70000"]])
def test_what_cannot_be_meant_is_not_started(url, words):
    assert main(["up", "--db", url, *words]) == USAGE


def test_a_port_that_is_taken_is_told(url, capsys):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        assert main(["up", "--db", url, "--port", str(taken.getsockname()[1])]) == FAILURE
    assert "--port" in capsys.readouterr().err


def test_a_trial_key_is_of_a_role_or_of_a_borrower(url, capsys):
    assert main(["trial-key", "--db", url, "--role", "servicing"]) == OK
    assert capsys.readouterr().out.startswith("plk_test_")
    assert main(["trial-key", "--db", url, "--role", "servicing"]) == OK, "another one of the same machine"
    assert main(["trial-key", "--db", url, "--role", "king"]) == USAGE
    assert main(["trial-key", "--db", url, "--role", "tenant_admin"]) == REFUSED, "no machine is the first administrator"
    assert main(["trial-key", "--db", url]) == USAGE
    assert main(["trial-key", "--db", url, "--customer", "5"]) == REFUSED


@pytest.mark.parametrize("mode", ["live", "read-only"])
def test_a_trial_key_is_made_in_a_sandbox_alone(url, mode, monkeypatch, capsys):
    monkeypatch.setenv("PLIMSOLL_MODE", mode)
    assert main(["trial-key", "--db", url, "--role", "servicing"]) == REFUSED
    assert capsys.readouterr().out == ""


def test_a_server_that_stops_leaves_nothing_unsealed(url):
    with open_store(url) as store, House(store, lawful_rules()) as house:
        keys = new_keys()
        with beside(house, keys):
            furnish(house)
        verdict = verify(store, keys.publics)
    assert verdict.records > 0
    assert (verdict.breaches, verdict.waiting, verdict.unsigned) == ([], 0, 0)
