"""Replays from the file to the report, through the command line, on both databases; and each file that cannot be read."""

import gzip
import json
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from plimsoll.interfaces.cli import exits
from plimsoll.interfaces.cli.main import main
from tests.unit import notes, panel

CLIENTS = panel.EVERYBODY * 3
LOANS = {name: told for name, told in notes.LOANS.items() if told.get("term") != "60"}
SHORT = [told for told in LOANS.values() if told.get("last_pymnt_d", "2011").startswith("2008")]
"""Loans that end in their first year: few days to close."""


@pytest.fixture
def panel_file(tmp_path: Path) -> Path:
    return panel.write(tmp_path / "panel.csv", CLIENTS)


@pytest.fixture
def loans_file(tmp_path: Path) -> Path:
    return notes.write(tmp_path / "loans.csv", list(LOANS.values()))


@pytest.fixture
def short_file(tmp_path: Path) -> Path:
    return notes.write(tmp_path / "short.csv", SHORT)


def run(capsys: pytest.CaptureFixture[str], *words: object) -> tuple[int, str, str]:
    code = main([str(word) for word in words])
    told = capsys.readouterr()
    return code, told.out, told.err


def report_of(capsys: pytest.CaptureFixture[str], *words: object) -> dict[str, Any]:
    code, out, err = run(capsys, *words, "--json")
    assert (code, err) == (exits.OK, "")
    return dict(json.loads(out))


def test_a_panel_becomes_a_book_that_verifies(capsys: pytest.CaptureFixture[str], panel_file: Path, empty_database: str):
    found = report_of(capsys, "replay", "taiwan", panel_file, "--db", empty_database)
    assert found["accounts"] == len(CLIENTS)
    assert (found["not_taken"], found["parked"], found["control_totals_agree"]) == ({}, 0, True)
    off = found["departures"]["purchase_cut_to_limit"] + found["departures"]["bill_above_record"]
    assert found["bills"] == {"recorded": 6 * len(CLIENTS), "equal": 6 * len(CLIENTS) - off}
    assert found["contradictions"]["bill_over_limit"] == 3
    assert found["departures"]["bill_lowered_by_refund"] >= 3
    assert sum(map(sum, found["confusion_april_to_august"])) == found["agreement"]["compared"] == 5 * len(CLIENTS)
    assert sum(map(sum, found["rolls"]["recorded"])) == 5 * len(CLIENTS)
    assert [late["day"] for late in found["delinquency"]] == [f"2005-{month:02}-01" for month in range(5, 11)]
    code, out, _ = run(capsys, "verify", "--db", empty_database, "--json")
    assert (code, json.loads(out)["proved"]) == (exits.OK, True)


def test_who_never_pays_is_late_by_one_more_each_month(capsys: pytest.CaptureFixture[str], tmp_path: Path):
    """A first missed minimum is written 2, as in the record: so statuses 2, 3, 4, 5, 6 agree, and the sixth is September's."""
    file = panel.write(tmp_path / "panel.csv", [panel.NEVER_PAYS])
    found = report_of(capsys, "replay", "taiwan", file, "--db", f"sqlite:///{tmp_path / 'book.db'}")
    assert found["agreement"] == {"compared": 5, "same_status": 5, "same_class": 5}
    assert found["delinquency"][-1]["buckets"]["M5"] == 1
    assert found["rolls"]["book_april_to_august"][2][3] == 1


def test_a_replay_given_again_changes_nothing(capsys: pytest.CaptureFixture[str], panel_file: Path, empty_database: str):
    first = report_of(capsys, "replay", "taiwan", panel_file, "--db", empty_database)
    again = report_of(capsys, "replay", "taiwan", panel_file, "--db", empty_database)
    for changing in ("seconds", "accounts_a_second", "days_closed", "visits", "control_totals_agree"):
        del first[changing], again[changing]
    assert again == first


def test_a_replay_that_was_stopped_goes_on(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, panel_file: Path, tmp_path: Path
):
    from plimsoll.simulator import play

    whole = report_of(capsys, "replay", "taiwan", panel_file, "--db", f"sqlite:///{tmp_path / 'whole.db'}")
    played = []

    def stop(*given: Any, **said: Any) -> Any:
        played.append(given)
        if len(played) == 9:
            raise KeyboardInterrupt
        return CLOSE(*given, **said)

    CLOSE = play.close_through  # noqa: N806 -- the real one
    monkeypatch.setattr(play, "close_through", stop)
    assert run(capsys, "replay", "taiwan", panel_file, "--db", f"sqlite:///{tmp_path / 'book.db'}")[0] == 130
    monkeypatch.undo()
    after = report_of(capsys, "replay", "taiwan", panel_file, "--db", f"sqlite:///{tmp_path / 'book.db'}")
    for told in ("facts", "bills", "confusion_april_to_august", "delinquency", "trial_balance"):
        assert after[told] == whole[told], told


def test_loans_become_a_book_that_verifies(capsys: pytest.CaptureFixture[str], loans_file: Path, empty_database: str):
    found = report_of(capsys, "replay", "lendingclub", loans_file, "--db", empty_database)
    assert found["accounts"] == len(LOANS)
    assert (found["not_taken"], found["parked"], found["control_totals_agree"]) == ({}, 0, True)
    assert found["cash_wrong"] == {}
    assert found["instalments_within_2_cents"] == len(LOANS)
    # In the policy: 9 paid, 6 lost with a last payment five months after issue, and one that was never paid.
    assert [(one["vintage"], one["loans"], one["charged_off"]) for one in found["curve"]] == [("2008Q1", 16, [6, 6, 6])]
    code, out, _ = run(capsys, "verify", "--db", empty_database, "--json")
    assert (code, json.loads(out)["proved"]) == (exits.OK, True)


def test_a_published_curve_is_compared(capsys: pytest.CaptureFixture[str], short_file: Path, tmp_path: Path):
    curve = tmp_path / "curve.csv"
    words = ["replay", "lendingclub", short_file, "--published", curve, "--db", f"sqlite:///{tmp_path / 'book.db'}"]
    curve.write_text(f"vintage,dr_12m,dr_24m,dr_36m\n2008Q1,{6 / 7},{6 / 7},{6 / 7}\n1999Q1,0,0,0\n", "utf-8")
    code, out, _ = run(capsys, *words)
    assert code == exits.OK
    assert "Equal to the published one in 1 of 1 quarters." in out
    curve.write_text(f"vintage,dr_12m,dr_24m,dr_36m\n2008Q1,{6 / 7},{6 / 7},0.4\n", "utf-8")
    code, out, err = run(capsys, *words)
    assert (code, "2008Q1" in err) == (exits.VERIFICATION_FAILED, True)


def test_instalments_that_are_not_the_recorded_ones_fail_the_check(capsys: pytest.CaptureFixture[str], tmp_path: Path):
    file = notes.write(tmp_path / "loans.csv", [notes.LOST | {"installment": "350.00"}])
    code, _, err = run(capsys, "replay", "lendingclub", file, "--db", f"sqlite:///{tmp_path / 'book.db'}")
    assert code == exits.VERIFICATION_FAILED
    assert "0 of 1 instalments" in err


def test_reports_are_text_for_people_too(capsys: pytest.CaptureFixture[str], panel_file: Path, short_file: Path, tmp_path: Path):
    code, out, _ = run(capsys, "replay", "taiwan", panel_file, "--db", f"sqlite:///{tmp_path / 'a.db'}")
    assert code == exits.OK
    for title in ("Contradictions", "Status in the book", "Who is late", "Roll counts", "Trial balance", "accounts a second", "verify"):
        assert title in out
    code, out, _ = run(capsys, "replay", "lendingclub", short_file, "--db", f"sqlite:///{tmp_path / 'b.db'}")
    assert code == exits.OK
    for title in ("Contradictions", "Instalment within", "adds up to the cent", "Charge-off curve", "Roll counts", "Trial balance"):
        assert title in out


def test_a_book_of_somebody_else_is_refused_and_left_as_it_is(
    capsys: pytest.CaptureFixture[str], panel_file: Path, loans_file: Path, tmp_path: Path
):
    url = f"sqlite:///{tmp_path / 'book.db'}"
    assert run(capsys, "replay", "taiwan", panel_file, "--db", url)[0] == exits.OK
    before = counts(tmp_path / "book.db")
    for words in (("lendingclub", loans_file), ("taiwan", panel_file, "--limit", 3)):
        code, _, err = run(capsys, "replay", *words, "--db", url)
        assert code == exits.REFUSED
        assert "--db" in err
    assert counts(tmp_path / "book.db") == before


def counts(path: Path) -> list[int]:
    with sqlite3.connect(path) as book:
        found = [book.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in ("customer", "fact", "journal", "audit")]
    book.close()
    return found


BAD: dict[str, tuple[str, Callable[[bytes], bytes], str]] = {
    "empty": ("f.csv", lambda good: b"", "empty"),
    "missing columns": ("f.csv", lambda good: good.replace(b"PAY_AMT6", b"PAY_X").replace(b"recoveries", b"recovered"), "lacks columns"),
    "another delimiter": ("f.csv", lambda good: good.replace(b",", b";"), "delimiter"),
    "bad encoding": ("f.csv", lambda good: good + b"\xff\xfe\n", "UTF-8"),
    "truncated gzip": ("f.csv.gz", lambda good: gzip.compress(good)[:-12], "ends in the middle"),
    "no gzip": ("f.csv.gz", lambda good: good, "not gzip"),
    "a short row": ("f.csv", lambda good: good + b"7,7\n", "2 columns"),
    "a value that cannot be": ("f.csv", lambda good: good.replace(b"10000", b"ten"), "ten"),
}


@pytest.mark.parametrize("kind", ["taiwan", "lendingclub"])
@pytest.mark.parametrize("name", BAD)
def test_a_file_that_cannot_be_read_ends_with_2_and_makes_no_book(capsys: pytest.CaptureFixture[str], tmp_path: Path, kind: str, name: str):
    file, spoil, said = BAD[name]
    path, book = tmp_path / file, tmp_path / "book.db"
    good = panel.write(path, [panel.OVER_LIMIT]) if kind == "taiwan" else notes.write(path, [{}])
    path.write_bytes(spoil(good.read_bytes()))
    code, out, err = run(capsys, "replay", kind, path, "--db", f"sqlite:///{book}")
    assert (code, out) == (exits.USAGE, "")
    assert said in err
    assert str(path) in err
    assert "Nothing was stored." in err
    assert not book.exists()


def test_a_file_that_is_not_there_ends_with_3(capsys: pytest.CaptureFixture[str], tmp_path: Path):
    for words in (("taiwan", "no.csv"), ("lendingclub", "no.csv")):
        code, _, err = run(capsys, "replay", *words, "--db", f"sqlite:///{tmp_path / 'book.db'}")
        assert (code, "no.csv" in err) == (exits.NOT_FOUND, True)
    assert not (tmp_path / "book.db").exists()
