"""Persistent debt, by loans that an officer can work out: over three months at least as much interest and fees paid as principal."""

import pytest

from plimsoll.app.tape.reading import Order, open_tape
from plimsoll.portfolio.expressions.persistent import persistent_text
from tests.made_tapes import write_rows
from tests.unit.test_profit import MONEY_MAP, money_rows

WINDOW = 3
CASES = {
    "pays more interest than principal from the third month on": (
        {"string": "00000", "balance": [100, 99, 98, 97, 96], "interest": [0, 2, 4, 6, 8]},
        {(1, 3): 1},
    ),
    "pays principal": ({"string": "0000", "balance": [100, 90, 80, 70], "interest": [0, 2, 4, 6]}, {(0, 0): 1}),
    "paid nothing but interest, and then much principal": (
        {"string": "000000", "balance": [100, 100, 100, 100, 50, 50], "interest": [0, 2, 4, 6, 8, 10]},
        {(0, 2): 1},
    ),
    "paid nothing at all": ({"string": "4444", "balance": [100, 100, 100, 100]}, {(0, 0): 1}),
    "fees and penalty count": (
        {"string": "000", "balance": [100, 97, 94], "fee": [0, 3, 3], "penalty": [0, 0, 3]},
        {(1, 1): 1},
    ),
    "too young to tell": ({"string": "00", "balance": [100, 100], "interest": [1, 2]}, {(-1, 0): 1}),
    "paid off": ({"string": "000P", "balance": [100, 100, 100, 0], "interest": [0, 2, 4, 6]}, {}),
}


@pytest.mark.parametrize("name", list(CASES))
def test_persistent_debt(name, tmp_path):
    loan, expected = CASES[name]
    (tmp_path / "map.yaml").write_text(MONEY_MAP, "utf-8")
    order = Order(str(write_rows(tmp_path / "tape.parquet", money_rows({"A": loan}))), str(tmp_path / "map.yaml"))
    with open_tape(order) as tape:
        rows = tape.ask(persistent_text(tape.source, tape.source.months[-1], WINDOW, 1, 1))
    assert {(is_now, months): loans for is_now, months, loans, _ in rows} == expected
    assert sum(row[3] for row in rows) == (loan["balance"][-1] * 100 if expected else 0)
