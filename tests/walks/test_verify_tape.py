"""A tape is what its close wrote, a limit what was told, use what is lent, and a record readable: whoever changes one of them is found."""

import json
from datetime import UTC, date, datetime

import pyarrow.parquet as pq
import pytest
from sqlalchemy import text

from plimsoll.app.closing.close import Orders
from plimsoll.app.closing.tape import path_of
from plimsoll.app.closing.through import DAILY, close_through
from plimsoll.app.execute_many import execute_many
from plimsoll.app.verify import UNREADABLE, verify
from plimsoll.app.verify_filed import LIMITED_OTHERWISE
from plimsoll.app.wiring import WIRING, read_command
from plimsoll.interfaces.cli.main import main
from plimsoll.risk.lawful import lawful_rules
from plimsoll.servicing.close import decide
from tests.chained import owner
from tests.walks.test_clock import lives

RULES = lawful_rules()
NOW = datetime(2026, 1, 15, 1, tzinfo=UTC)
LAST = date(2026, 1, 17)
USED = "use of the limit is not the principal in use"


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "tape"


@pytest.fixture
def book(store, folder):
    """Three customers, one of them with another limit for a while and one with another for good, and three days closed with their tape."""
    said = {"on": "2026-01-15", "currency": "CNY", "cash_limit": "15000.00", "later_limit": "15000.00"}
    moved = [
        read_command({"key": "m1", "customer_id": 1, **said, "limit": "15000.00"}, "set_limit"),
        read_command({"key": "m2", "customer_id": 2, **said, "limit": "21000.00", "cash_limit": "20000.00", "later_limit": "20000.00"}
                     | {"until": "2026-01-20"}, "set_limit"),
    ]  # fmt: skip
    assert {type(one).__name__ for one in execute_many(store, WIRING, [*lives(3), *moved], actor="t", now=NOW, rules=RULES)} == {"Answer"}
    closed = close_through(store, LAST.toordinal(), Orders(decide, RULES, NOW), tape=folder, scans=DAILY, now=NOW)
    assert [one.control.breaches for one in closed] == [()] * 3
    assert verify(store, tape=folder).breaches == {}
    return store


def change_tape(folder, day: date, column: str) -> None:
    """Change one figure of one loan in the tape of a day."""
    path = path_of(folder, day.toordinal())
    rows = pq.read_table(path, partitioning=None)
    figures = rows[column].to_pylist()
    changed = rows.set_column(rows.schema.get_field_index(column), column, [[figures[0] + 1, *figures[1:]]])
    pq.write_table(changed.cast(rows.schema), path)


@pytest.mark.parametrize("column", ["principal_minor", "past_due_days"])
def test_a_changed_row_of_a_tape_is_found(book, database, folder, column, capsys):
    change_tape(folder, date(2026, 1, 16), column)
    assert main(["verify", "--db", database, "--tape-folder", str(folder), "--allow-unsafe", "--json"]) == 5
    told = json.loads(capsys.readouterr().out)
    assert told["tapes"] == {"told": 3, "compared": 3}
    assert told["breaches"] == {"the tape of 2026-01-16 is not the one that its close wrote": []}


def test_a_tape_of_a_close_that_told_no_digest_is_held_to_its_sums(book, folder):
    with owner(book) as connection:
        for on, sums in connection.execute(text("SELECT closed_on, sums FROM close_run")).all():
            plain = json.dumps({name: said for name, said in json.loads(sums).items() if name != "tape_sha256"})
            connection.execute(text("UPDATE close_run SET sums = :sums WHERE closed_on = :on"), {"sums": plain, "on": on})
    assert not any("tape" in said for said in verify(book, tape=folder).breaches)
    change_tape(folder, LAST, "principal_minor")
    assert "the tape of 2026-01-17 is not the one that its close wrote" in verify(book, tape=folder).breaches


def test_a_tape_that_is_elsewhere_is_left_out_and_counted(book, folder):
    path_of(folder, LAST.toordinal()).unlink()
    verdict = verify(book, tape=folder)
    assert (verdict.breaches, verdict.tapes.told, verdict.tapes.found) == ({}, 3, 2)


def test_a_close_that_wrote_no_tape_misses_none(book, folder, tmp_path):
    last = LAST.toordinal() + 1
    assert len(list(close_through(book, last, Orders(decide, RULES, NOW), tape=None, scans=DAILY, now=NOW))) == 1
    verdict = verify(book, tape=folder)
    assert (verdict.breaches, verdict.tapes.told, verdict.tapes.found) == ({}, 3, 3)


CHANGES = [
    ("UPDATE line SET limit_minor = limit_minor + 100 WHERE customer_id = 1", {LIMITED_OTHERWISE: 1}),
    ("UPDATE line SET limit_minor = 900 WHERE customer_id = 2", {LIMITED_OTHERWISE: 1}),
    ("UPDATE line SET limit_minor = 999900 WHERE customer_id = 3", {LIMITED_OTHERWISE: 1}),
    ("UPDATE line SET limit_minor = 2000000 WHERE customer_id = 2", {}),  # what holds when the limit for a while is over
    ("UPDATE line SET cash_used_minor = cash_used_minor - 100, later_used_minor = later_used_minor + 100", {USED: 3}),
    ("UPDATE loan_state SET state = posted WHERE customer_id = 2", {UNREADABLE: 1}),
    ("UPDATE loan SET terms = (SELECT posted FROM loan_state WHERE customer_id = 1) WHERE customer_id = 1", {UNREADABLE: 1}),
]
"""What the owner of the database changes, and what is found then."""


@pytest.mark.parametrize(("statement", "found"), CHANGES)
def test_what_is_kept_of_lines_and_loans_is_held_to_what_was_told(book, statement, found):
    with owner(book) as connection:
        assert connection.execute(text(statement)).rowcount > 0
    told = {said: len(ids) for said, ids in verify(book).breaches.items() if not said.startswith("audit chain")}
    assert {said: told.get(said, 0) for said in (LIMITED_OTHERWISE, USED, UNREADABLE)} == dict.fromkeys(
        (LIMITED_OTHERWISE, USED, UNREADABLE), 0
    ) | found


def test_what_a_close_told_of_its_totals_is_held_to_the_journal(book):
    with owner(book) as connection:
        sums = connection.execute(text("SELECT sums FROM close_run WHERE closed_on = '2026-01-17'")).scalar_one()
        told = json.loads(sums)
        told["ledger"]["CNY"]["income.interest"] -= 1
        told["ledger"]["CNY"]["asset.cash"] += 1
        connection.execute(text("UPDATE close_run SET sums = :sums WHERE closed_on = '2026-01-17'"), {"sums": json.dumps(told)})
    assert "control totals of 2026-01-17: the ledger is not entries and standing accrual together" in verify(book).breaches
