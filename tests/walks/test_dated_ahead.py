"""A day that has not come: no money moves on it, by any door, and nothing is stored; days that wait to be closed have come."""

import json
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import func, select

from plimsoll.app.database.schema import audit, fact
from plimsoll.app.dated_ahead import DATED
from plimsoll.app.execute import Answer
from plimsoll.app.execute_many import execute_many
from plimsoll.app.house import House
from plimsoll.app.wiring import WIRING, read_command
from plimsoll.interfaces.cli.main import main
from plimsoll.risk.lawful import lawful_rules
from tests.walks.test_clock import lives

RULES = lawful_rules()
NOW = datetime(2026, 1, 15, 17, tzinfo=UTC)
TODAY = date(2026, 1, 16)
"""An hour after midnight where the lender is."""


@pytest.fixture
def lent(store):
    """A loan of 15 January, in a book that is open on that day."""
    assert {type(one) for one in execute_many(store, WIRING, lives(1), actor="t", now=NOW, rules=RULES)} == {Answer}
    store.move_open_day(date(2026, 1, 15))
    return store


def paid(on: date, key: str = ""):
    said = {"customer_id": 1, "loan_id": 1, "amount": "10.00", "currency": "CNY"}
    return read_command({"key": key or f"pay {on}", "on": on.isoformat(), **said}, "repay")


def stored(store) -> tuple[int, int]:
    """Count facts and commands."""
    with store.engine.connect() as connection:
        return tuple(connection.execute(select(func.count()).select_from(table)).scalar_one() for table in (fact, audit))


def test_no_money_moves_on_a_day_to_come(lent):
    with House(lent, RULES, now=lambda: NOW) as house:
        before = stored(lent)
        for days in (1, 365):
            refused = house.execute(paid(TODAY + timedelta(days=days)), actor="t")
            assert (refused.code, refused.detail) == ("date_in_future", f"{TODAY + timedelta(days=days)}, today is {TODAY}")
        assert stored(lent) == before
        for on in (TODAY, date(2026, 1, 15)):
            assert isinstance(house.execute(paid(on), actor="t"), Answer)


def test_a_book_that_stands_after_the_calendar_takes_its_own_day(lent):
    later = TODAY + timedelta(days=40)
    with House(lent, RULES, now=lambda: NOW) as house:
        assert house.execute(paid(later), actor="t").code == "date_in_future"
        lent.move_open_day(later)
        first = house.execute(paid(later), actor="t")
        assert isinstance(first, Answer)
        assert house.execute(paid(later + timedelta(days=1)), actor="t").code == "date_in_future"
        again = house.execute(paid(later), actor="t")
        assert (again.is_replayed, again.text) == (True, first.text)


def test_rows_of_a_file_are_refused_and_the_others_go_on(lent, database, tmp_path, capsys):
    rows = [
        {"command": "repay", "key": str(on), "customer_id": 1, "on": str(on), "amount": "10.00", "currency": "CNY"}
        for on in (date(2026, 1, 15), date(2190, 1, 1), date(2026, 1, 16))
    ]
    (tmp_path / "rows.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    assert main(["post", str(tmp_path / "rows.jsonl"), "--db", database, "--allow-unsafe", "--json"]) == 4
    told = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [(one["outcome"], one.get("code", "")) for one in told] == [("done", ""), ("refused", "date_in_future"), ("done", "")]


def test_every_command_of_servicing_with_a_day_of_its_own_is_bound():
    """What only opens something, or changes a line, takes no day into a debt."""
    named = {WIRING[made].name for made in DATED}
    servicing = {verb.name for made, verb in WIRING.items() if made.__module__.startswith("plimsoll.servicing.")}
    assert servicing - named == {
        *("open_customer", "open_line", "open_account", "mark_load_line", "set_limit", "freeze", "unfreeze", "close_line")
    }
