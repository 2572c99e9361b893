"""What vintages earn, from loans that an officer can work out by hand, and the refusals of tapes that do not tell it."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plimsoll.app.tape.reading import Order, open_tape
from plimsoll.app.tape.worth import profits
from plimsoll.interfaces.cli.main import main
from plimsoll.portfolio.profit import yearly_return
from plimsoll.rulebook.rules import load
from plimsoll.units.money import text_of
from tests.golden import read_texts
from tests.made_tapes import MAP, STATES, month_after, write_rows

RULES = load()
CASES = read_texts((Path(__file__).parents[1] / "cases" / "portfolio" / "profit.yaml").read_text("utf-8"))
PARTS = ("balance", "lent", "interest", "penalty", "fee", "written_off", "recovered")
MONEY_MAP = MAP + "interest_paid: interest\npenalty_paid: penalty\nfee_paid: fee\nwritten_off: written_off\nrecovered: recovered\n"
LINES = ("interest", "penalty", "fee", "funding", "loss", "bad", "running", "acquisition", "profit", "cash")


def money_rows(loans: dict[str, Any], first: str = "2026-01") -> list[dict[str, Any]]:
    """Give rows of loans told month by month; what is not told is nothing, and what was lent is the first balance."""
    rows = []
    for loan, said in loans.items():
        for place, sign in enumerate(said["string"]):
            if sign == ".":
                continue
            told = {part: str(said[part][place]) if part in said else "0" for part in PARTS}
            told["lent"] = told["lent"] if "lent" in said else str(said["balance"][0])
            row = {"loan": loan, "month": month_after(first, place), "opened": first, "status": STATES[sign], "product": "cash"}
            rows.append({**row, **told})
    return rows


@pytest.fixture
def order(tmp_path):
    def make(loans: dict[str, Any]) -> Order:
        (tmp_path / "map.yaml").write_text(MONEY_MAP, "utf-8")
        return Order(str(write_rows(tmp_path / "tape.parquet", money_rows(loans))), str(tmp_path / "map.yaml"))

    return make


@pytest.mark.parametrize("case", [pytest.param(case, id=case["name"]) for case in CASES])
def test_profit(case, order):
    with open_tape(order(case["loans"])) as tape:
        _, (one,), left_out = profits(tape, RULES, "month", "")
    assert left_out == 0
    for line in LINES:
        if line in case:
            assert [text_of(getattr(by, line), "CNY") for by in one.months] == case[line], line
    if "even in" in case:
        assert ("-" if one.break_even is None else str(one.break_even)) == case["even in"]
    last = one.months[-1]
    before_funding = last.profit + last.funding
    # What came in of all months, with what is still owed and good, is the profit before funding.
    stand = one.cohort.stands[-1]
    assert sum(by.cash for by in one.months) + stand.balance - stand.bad == before_funding


def test_the_return_is_that_of_the_flows(order):
    with open_tape(order(CASES[0]["loans"])) as tape:
        _, (one,), _ = profits(tape, RULES, "month", "")
    assert one.rate is not None
    monthly = (1 + one.rate) ** (1 / 12) - 1
    assert sum(by.cash / (1 + monthly) ** by.age for by in one.months) == pytest.approx(0, abs=1e-3)
    assert one.on_equity == pytest.approx(4.26 / (0.105 * (500 + 750 + 250) / 12), rel=1e-9)


@given(st.floats(-0.05, 0.2), st.integers(1, 36), st.integers(1, 10**9))
def test_a_level_loan_returns_its_rate(rate, months, lent):
    level = lent * rate / (1 - (1 + rate) ** -months) if abs(rate) > 1e-9 else lent / months
    found = yearly_return([-float(lent), *[level] * months])
    assert found == pytest.approx((1 + rate) ** 12 - 1, abs=1e-5)


def test_what_never_comes_back_has_no_return():
    assert yearly_return([-100.0, -1.0]) is None
    assert yearly_return([]) is None


def test_on_the_command_line(order, tmp_path, capsys):
    asked = order(CASES[2]["loans"])
    said = ["portfolio", "profit", "--tape", asked.where, "--map", asked.map_name]
    assert main([*said, "--json", "--by", "product"]) == 0
    (vintage,) = json.loads(capsys.readouterr().out)["vintages"]
    assert (vintage["vintage"], vintage["dimension"], vintage["lent"]) == ("2026-01", "cash", "2000.00")
    assert vintage["months"][3]["profit"] == text_of(sum_of(vintage["months"][3]), "CNY")
    assert main([*said, "--chart", str(tmp_path / "profit.svg")]) == 0
    assert "per cent of what was lent" in capsys.readouterr().out
    assert main([*said, "--every", "week"]) == 2


def sum_of(month: dict[str, Any]) -> int:
    """Add a month up again from the text of its lines."""
    minor = {name: int(month[name].replace(".", "")) for name in LINES}
    return minor["interest"] + minor["penalty"] + minor["fee"] - sum(minor[name] for name in LINES[3:8])


@pytest.mark.parametrize("lacking", ["interest_paid", "written_off"])
def test_a_tape_that_does_not_tell_is_refused(order, tmp_path, capsys, lacking):
    asked = order(CASES[0]["loans"])
    path = tmp_path / "map.yaml"
    path.write_text("".join(line for line in path.read_text("utf-8").splitlines(keepends=True) if not line.startswith(lacking)), "utf-8")
    assert main(["portfolio", "profit", "--tape", asked.where, "--map", asked.map_name]) == 2
    assert lacking in capsys.readouterr().err
