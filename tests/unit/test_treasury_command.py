"""`plimsoll treasury` refuses bad words and bad days with documented codes, and says nothing of a book that has no funder."""

import csv
import json
from datetime import date

import pytest

from plimsoll.interfaces.cli.main import main
from tests.walks.test_treasury import DRAWN_ON, House, write_tape

MONTHS = (date(2026, 1, 31), date(2026, 2, 28), date(2026, 3, 31))


@pytest.fixture
def kind() -> str:
    """Give the one kind of database that commands are tried on."""
    return "sqlite"


@pytest.fixture
def book(store, database, tmp_path, monkeypatch) -> str:
    """Give the address of a book with one draw and its tape, and nobody who funds it."""
    house = House(store)
    house.do("open_customer", "2026-01-10", customer_id=1)
    house.do("open_line", "2026-01-10", customer_id=1, currency="CNY", limit="5000.00", cash_limit="5000.00", later_limit="0.00")
    house.do("draw", "2026-01-15", customer_id=1, loan_id=11, currency="CNY", amount="1200.00", rate="0.0004", instalments=6)
    write_tape(store, tmp_path / "tape", *MONTHS)
    monkeypatch.setenv("PLIMSOLL_TAPE", str(tmp_path / "tape"))
    return database


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        ("fund --on 2026-02-30", 2, "date"),
        ("fund --on 2026-01-15 --cash 500", 2, "a currency once"),
        ("fund --on 2026-01-15 --cash CNY:-1.00", 2, "nought or more"),
        ("fund --on 2090-01-01", 4, "lies after the business date"),
        ("settle --on 2026-02-28 --since 2026-02-28 --out {0}/out", 2, "a day before"),
        ("settle --on 2026-02-28 --out {0}/out", 2, "2026-02-27"),
        ("reconcile bank {0}/none.csv --day 2026-02-28", 4, "no such funder"),
        ("ladder --on 2026-03-31 --flows {0}/none.csv", 3, "none.csv"),
        ("triggers --on 2026-03-30", 2, "2026-03-30"),
        ("triggers --on 2026-03-31 --currency XXX", 2, "not a currency"),
        ("survival --on 2026-03-31 --stress delinquency", 2, "is no number"),
        ("survival --on 2026-03-31 --stress mood=2", 2, "one of"),
        ("survival --on 2026-03-31 --stress partners_leave=2", 2, "partners_leave"),
        ("survival --on 2026-03-31 --stress delinquency=nan", 2, "delinquency"),
        ("survival --on 2026-03-31 --stress over_months=1.5", 2, "a number of months"),
        ("throttle --on 2026-03-31", 2, "--cash"),
        ("disclose --month 2026-13 --out {0}/out", 2, "a month such as"),
        ("disclose --month 2026-03 --out {0}/out", 2, "beside the lender"),
        ("exit nobody --on 2026-03-31", 4, "no such funder"),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_is_written(book, tmp_path, capsys, words, code, said):
    assert main(["treasury", *words.format(tmp_path).split(), "--db", book]) == code
    told = capsys.readouterr()
    assert said in told.err
    assert not (tmp_path / "out").exists()


def test_the_commands_print_what_they_find(book, capsys):
    at = ["--on", "2026-03-31", "--db", book]
    found = {}
    for name, more in (("ladder", ["--cash", "CNY:100.00"]), ("triggers", []), ("survival", ["--cash", "CNY:5000.00"])):
        assert main(["treasury", name, *at, *more]) == 0
        assert "CNY" in capsys.readouterr().out
        assert main(["treasury", name, *at, *more, "--json"]) == 0
        found[name] = json.loads(capsys.readouterr().out)
    assert found["ladder"]["currencies"][0]["cash"] == "100.00"
    assert [one["name"] for one in found["triggers"]["triggers"]] == ["delinquency", "defaults", "excess-spread", "borrowers"]
    assert set(found["survival"]["stresses"]) == {"delinquency-doubles", "partners-stop", "repayments-fall", "limits-drawn"}
    assert main(["treasury", "fund", "--on", DRAWN_ON.isoformat(), "--db", book, "--json"]) == 0
    (done,) = json.loads(capsys.readouterr().out)["currencies"]
    assert done["funders"] == [{"funder": "lender", "amount": "1200.00", "draws": 1, "price": None}]
    assert main(["treasury", "throttle", *at, "--cash", "CNY:5000.00", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) | {"used": 0} == {
        "on": "2026-03-31", "currency": "CNY", "granted": 0.0, "used": 0, "why": "delinquency", "filed": True,
    }  # fmt: skip
    assert main(["treasury", "funders", "--db", book]) == 0
    assert "No funder is registered." in capsys.readouterr().out


def test_the_ladder_is_told_day_by_day(book, tmp_path, capsys):
    """181 days; where the buckets end, the days and the buckets have the same cash, and a file that cannot be written is named."""
    file, asked = tmp_path / "days.csv", ["treasury", "ladder", "--on", "2026-03-31", "--cash", "CNY:100.00", "--db", book]
    assert main([*asked, "--days", str(file), "--json"]) == 0
    (told,) = json.loads(capsys.readouterr().out)["currencies"]
    rows = list(csv.DictReader(file.read_text().splitlines()))
    assert (len(rows), rows[0]["on"], rows[-1]["on"]) == (181, "2026-03-31", "2026-09-27")
    for at, ahead in enumerate((7, 30, 90, 180)):
        assert rows[ahead]["agreed_cash"] == told["agreed"][at]["cumulative"]
        assert rows[ahead]["behaved_cash"] == told["behaved"][at]["cumulative"]
    assert main([*asked, "--days", str(tmp_path / "none" / "days.csv")]) == 3
