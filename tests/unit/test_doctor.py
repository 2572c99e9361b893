"""`plimsoll doctor` finds what is wrong, names a remedy for each, and changes nothing."""

import json
import sys
from datetime import date
from pathlib import Path

import pytest

from plimsoll.app import doctor
from plimsoll.app.database.opening import create_store
from plimsoll.interfaces.cli.main import main

TODAY = date(2026, 6, 1)


@pytest.fixture
def book(tmp_path) -> str:
    """The address of an empty book."""
    url = f"sqlite:///{tmp_path / 'book.db'}"
    create_store(url).close()
    return url


def found(capsys, *words: str) -> tuple[int, dict[str, dict]]:
    """The exit code, and the findings by what was looked at."""
    code = main(["doctor", *words, "--json"])
    told = json.loads(capsys.readouterr().out)
    assert told["healthy"] == (code == 0)
    return code, {one["what"]: one for one in told["findings"]}


def test_a_good_installation_ends_with_0(book, capsys):
    code, findings = found(capsys, "--db", book)
    assert code == 0
    assert {"Python", "extra fast", "extra postgres", "compiled kernel", "kernel cache", "rulebook", "locale", "book"} <= findings.keys()
    assert {"durability", "close", "disk"} <= findings.keys()
    assert findings["durability"]["said"] == "journal_mode wal, synchronous 2"
    assert "cash-line" in findings["rulebook"]["said"]


def test_every_finding_that_is_not_in_order_has_a_remedy(tmp_path, capsys):
    for words in (["--db", f"sqlite:///{tmp_path / 'none.db'}"], ["--db", "mysql://x/y"], ["--db", "postgresql://nobody@127.0.0.1:1/none"]):
        code, findings = found(capsys, *words)
        assert code == 1
        assert findings["book"]["state"] == "wrong"
        assert all(one["remedy"] for one in findings.values() if one["state"] != "ok")


def test_no_book_at_the_usual_place_is_no_fault(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("PLIMSOLL_DB", raising=False)
    code, findings = found(capsys)
    assert (code, findings["book"]["state"]) == (0, "note")
    assert not list(tmp_path.iterdir())


def test_a_book_that_the_environment_names_has_to_be_there(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("PLIMSOLL_DB", f"sqlite:///{tmp_path / 'none.db'}")
    assert found(capsys)[0] == 1


def test_a_password_is_not_shown(monkeypatch, capsys):
    monkeypatch.setenv("PLIMSOLL_DB", "postgresql://me:secret@127.0.0.1:1/none")
    assert main(["doctor"]) == 1
    shown = capsys.readouterr()
    assert "secret" not in shown.out + shown.err
    assert "***" in shown.out


def test_a_file_that_is_no_database_is_told_as_such(tmp_path, capsys):
    (tmp_path / "text.db").write_text("not a database, but longer than its header would be " * 10)
    code, findings = found(capsys, "--db", f"sqlite:///{tmp_path / 'text.db'}")
    assert code == 1
    assert "is not a database" in findings["book"]["said"]


def test_a_missing_extra_is_a_note_that_says_what_it_is_for(monkeypatch):
    monkeypatch.setattr(doctor, "version_of", lambda package: "")
    notes = {one.what: one for one in doctor.examine("sqlite:///none.db", is_named=False, today=TODAY)}
    assert notes["extra postgres"].state == doctor.NOTE
    assert "books on PostgreSQL" in notes["extra postgres"].said
    assert "plimsoll-credit[fast]" in notes["extra fast"].remedy
    assert "interpreted" in notes["compiled kernel"].said


def test_an_old_python_is_wrong(monkeypatch):
    monkeypatch.setattr(sys, "version_info", (3, 9, 0))
    assert doctor.python().state == doctor.BAD


def test_a_cold_kernel_is_a_note_with_the_way_to_warm_it(monkeypatch):
    monkeypatch.setattr(doctor, "is_cached", lambda folder, name: False)
    kernel = next(doctor.kernel())
    assert kernel.state == doctor.NOTE
    assert "--warm" in kernel.remedy


def test_a_cache_that_cannot_be_written_is_wrong(monkeypatch):
    monkeypatch.setattr(doctor.os, "access", lambda path, mode: False)
    assert {one.what: one.state for one in doctor.kernel()}["kernel cache"] == doctor.BAD


def test_a_rulebook_without_a_product_in_force_is_noted():
    assert doctor.rulebook(date(1990, 1, 1)).state == doctor.NOTE


def test_a_screen_without_chinese_is_wrong(monkeypatch):
    with Path("/dev/null").open("w", encoding="ascii") as ascii_only:
        monkeypatch.setattr(sys, "stdout", ascii_only)
        assert doctor.screen().state == doctor.BAD


def test_a_full_disk_is_wrong(book, monkeypatch, capsys):
    monkeypatch.setattr(doctor, "FREE_MIN_BYTES", 2**80)
    assert found(capsys, "--db", book)[1]["disk"]["state"] == "wrong"


def test_warming_runs_every_function_by_which_the_kernel_is_called(capsys):
    assert main(["doctor", "--warm"]) in (0, 1)
    from plimsoll.loan.columns import KERNEL

    assert "The compiled kernel is warm" in capsys.readouterr().out
    assert not [name for name in KERNEL if name.endswith(doctor.ENTRIES) and not KERNEL[name].is_ready]
