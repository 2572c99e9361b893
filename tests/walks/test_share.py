"""Shared cases on both databases: every combination fits at least k, nobody is named, and too small a k is refused."""

import csv
import json
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest

from plimsoll.app.execute import Answer
from plimsoll.app.execute_many import execute_many
from plimsoll.app.share_cases import COLUMNS
from plimsoll.app.wiring import WIRING, read_command
from plimsoll.interfaces.cli.main import main
from plimsoll.risk.lawful import lawful_rules

RULES = lawful_rules()
NOW = datetime(2026, 6, 2, 9, tzinfo=UTC)
PEOPLE = 90
LINE = {"currency": "CNY", "limit": "50000.00", "cash_limit": "30000.00", "later_limit": "20000.00"}


@pytest.fixture
def book(store):
    """Ninety customers with a draw each; a third never pays, a third pays late, a third on time; the first owes far more than others."""
    commands = []
    for one in range(1, PEOPLE + 1):
        amount = "20000.00" if one == 1 else "1000.00"
        said = [
            {"command": "open_customer", "on": "2026-01-10"},
            {"command": "open_line", "on": "2026-01-10", **LINE},
            {
                "command": "draw",
                "on": "2026-01-15",
                "loan_id": 10,
                "amount": amount,
                "currency": "CNY",
                "rate": "0.0004",
                "instalments": 12,
            },
        ]
        if one % 3 == 1:
            said.append({"command": "repay", "on": "2026-03-16", "loan_id": 10, "amount": "200.00", "currency": "CNY"})
        if one % 3 == 2:
            said.append({"command": "settle", "on": "2026-02-10", "loan_id": 10})
        commands += [read_command({"key": f"{one} {n}", "customer_id": one, **each}) for n, each in enumerate(said)]
    outcomes = execute_many(store, WIRING, commands, actor="test", now=NOW, rules=RULES)
    assert all(isinstance(one, Answer) for one in outcomes)
    return store


def shared(database: str, out: Path, capsys, *words: str) -> tuple[dict, list[dict]]:
    """Share by the command; give what it said and the rows."""
    assert main(["share", "overdue", "--on", "2026-04-02", "--out", str(out), "--db", database, "--json", *words]) == 0
    return json.loads(capsys.readouterr().out), list(csv.DictReader(out.read_text("utf-8").splitlines()))


def test_nobody_stands_alone(book, database, tmp_path, capsys):
    people = tmp_path / "people.csv"
    lines = [f"{one},{25 + one % 4},{'north' if one % 2 else 'south'}" for one in range(1, PEOPLE + 1)]
    people.write_text("customer_id,age,region\n" + "\n".join(lines), "utf-8")
    for words in ([], ["--people", str(people)], ["--k", "25", "--people", str(people)]):
        told, rows = shared(database, tmp_path / "cases.csv", capsys, *words)
        alike = Counter(tuple(row[name] for name in COLUMNS) for row in rows)
        assert min(alike.values()) >= told["k"]
        assert told["smallest_group"] == min(alike.values())
        assert (told["cases"], told["shared"] + told["left_out"]) == (60, 60)
        outcomes = {key: {row["outcome"] for row in rows if tuple(row[name] for name in COLUMNS) == key} for key in alike}
        assert all(len(found) >= 2 for found in outcomes.values())
        assert {row["as_of"] for row in rows} == {"2026-03"}
        assert set(rows[0]) == {"as_of", *COLUMNS, "outcome"}, "no id, no day"


def test_what_is_refused(book, database, tmp_path, capsys):
    base = ["share", "overdue", "--on", "2026-04-02", "--db", database]
    assert main([*base, "--out", str(tmp_path / "x.csv"), "--k", "19"]) == 4
    assert "POLICY.SHARE.OVERDUE" in capsys.readouterr().err
    assert not (tmp_path / "x.csv").exists()
    assert main([*base, "--out", str(tmp_path / "x.txt")]) == 2
    assert main([*base, "--out", str(tmp_path / "no" / "x.csv")]) == 3
    for text in ("customer_id,age\n1,30", "customer_id,age,region\n1,thirty,north", "customer_id,age,region\n1,30,a\n1,31,b"):
        (tmp_path / "people.csv").write_text(text, "utf-8")
        assert main([*base, "--out", str(tmp_path / "x.csv"), "--people", str(tmp_path / "people.csv")]) == 2, text
    assert main([*base, "--out", str(tmp_path / "x.csv"), "--people", str(tmp_path / "none.csv")]) == 3
