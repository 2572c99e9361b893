"""One tape in many shapes: whatever it looks like, the same map of meanings gives the same answers."""

from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from plimsoll.app.tape.reading import MAPS, Order, find_map, open_tape
from plimsoll.portfolio.expressions.moves import amounts_text
from plimsoll.portfolio.expressions.strings import moves_text
from plimsoll.portfolio.expressions.vintage import hits_text
from plimsoll.portfolio.pattern import is_pattern
from plimsoll.portfolio.shape import month_index
from tests.made_tapes import MAP, rows_of, write_rows

LOANS = {"1": "0012", "2": {"string": "0000", "balance": "250.50"}, "3": {"string": ".023", "product": "bill"}}
ENDS = (31, 28, 31, 30)
NAMES = ("jan", "Feb", "MAR", "Apr")


def answers(where: Path, text: str, zero: int = 0) -> list[Any]:
    """Give what a tape answers; months counted from `zero` where it numbers them."""
    path = where.parent / f"{where.name}.yaml"
    path.write_text(text, "utf-8")
    with open_tape(Order(str(where), str(path))) as tape:
        moves, amounts = tape.ask(moves_text(tape.source)), tape.ask(amounts_text(tape.source))
        hits = tape.ask(hits_text(tape.source)) if tape.shape.tells("opened") else []
        held = tape.holding()
        assert held.ask(moves_text(held.source)) == moves
        assert not hits or held.ask(hits_text(held.source)) == hits
    if zero:
        moves, amounts, hits = ([(row[0] + zero, *row[1:]) for row in rows] for rows in (moves, amounts, hits))
    return [moves, amounts, hits]


@pytest.fixture(scope="module")
def expected(tmp_path_factory):
    return answers(write_rows(tmp_path_factory.mktemp("plain") / "plain.csv", rows_of(LOANS)), MAP)


def test_parquet_and_csv(tmp_path, expected):
    assert len(expected[0]) == 7
    assert answers(write_rows(tmp_path / "tape.parquet", rows_of(LOANS)), MAP) == expected


@pytest.mark.parametrize(
    ("pattern", "write"),
    [
        ("MON-YYYY", lambda month: f"{NAMES[month - 1]}-2026"),
        ("YYYYMM", lambda month: f"2026{month:02d}"),
        ("MM/YYYY", lambda month: f" {month:02d}/2026 "),
    ],
)
def test_months_in_other_words(tmp_path, expected, pattern, write):
    rows = [row | {name: write(int(row[name][5:])) for name in ("month", "opened")} for row in rows_of(LOANS)]
    text = MAP.replace("as: month", f"as: month, pattern: {pattern}")
    assert answers(write_rows(tmp_path / "tape.csv", rows), text) == expected


@pytest.mark.parametrize("as_text", [True, False])
def test_month_ends_as_dates(tmp_path, expected, as_text):
    rows = []
    for row in rows_of(LOANS):
        month = int(row["month"][5:])
        day = date(2026, month, ENDS[month - 1])
        rows.append(row | {"month": f"{day:%d/%m/%Y}" if as_text else day})
    pattern = ", pattern: DD/MM/YYYY" if as_text else ""
    text = MAP.replace("period: {column: month, as: month}", "period: {column: month, as: date" + pattern + "}")
    assert answers(write_rows(tmp_path / "tape.parquet", rows), text) == expected


def test_numbered_months(tmp_path, expected):
    rows = [row | {name: int(row[name][5:]) for name in ("month", "opened")} for row in rows_of(LOANS)]
    where = write_rows(tmp_path / "tape.parquet", rows)
    december = month_index(2025, 12)
    assert answers(where, MAP.replace("as: month", "as: number"), zero=december) == expected
    assert answers(where, MAP.replace("as: month", "as: number, zero: 2025-12")) == expected


def test_days_past_due_instead_of_a_status(tmp_path, expected):
    rows = [row | {"late": str(max(30 * int(row["status"]) - 29, 0)), "status": "running"} for row in rows_of(LOANS)]
    text = (
        MAP.split("status:")[0]
        + "past_due_days: late\nstatus: {column: status, values: {running: open}}\nbalance: balance\noriginated: lent\n"
    )
    assert answers(write_rows(tmp_path / "tape.csv", rows), text) == expected


def test_amounts_in_minor_units_and_as_floats(tmp_path, expected):
    minor = [row | {name: round(100 * float(row[name])) for name in ("balance", "lent")} for row in rows_of(LOANS)]
    assert answers(write_rows(tmp_path / "minor.parquet", minor), MAP.replace("unit: major", "unit: minor")) == expected
    floats = [row | {name: float(row[name]) for name in ("balance", "lent")} for row in rows_of(LOANS)]
    assert answers(write_rows(tmp_path / "floats.parquet", floats), MAP) == expected


def test_an_amount_may_be_a_sum_of_columns(tmp_path, expected):
    rows = [row | {"balance": f"{float(row['balance']) + 30:.2f}", "paid_ahead": "30.00"} for row in rows_of(LOANS)]
    text = MAP.replace("balance: balance", 'balance: [balance, "-paid_ahead"]')
    assert answers(write_rows(tmp_path / "tape.csv", rows), text) == expected


def test_months_in_the_names_of_folders_alone(tmp_path, expected):
    for row in rows_of(LOANS):
        folder = tmp_path / "tape" / f"month={row['month']}"
        rows = [{name: one[name] for name in one if name != "month"} for one in rows_of(LOANS) if one["month"] == row["month"]]
        write_rows(folder / "part-0.parquet", rows)
    (tmp_path / "tape" / "_SUCCESS").touch()
    assert answers(tmp_path / "tape", MAP) == expected


def test_a_panel_with_a_column_a_month(tmp_path, expected):
    wide: dict[str, dict[str, Any]] = {}
    for row in rows_of({loan: told for loan, told in LOANS.items() if loan != "3"}):
        one = wide.setdefault(row["loan"], {"loan": row["loan"], "lent": row["lent"], "opened": row["opened"]})
        one |= {f"s{row['month'][5:]}": row["status"], f"b{row['month'][5:]}": row["balance"]}
    periods = "".join(f"  - {{month: 2026-0{n}, status: s0{n}, balance: b0{n}}}\n" for n in range(1, 5))
    text = "layout: wide\nloan: loan\ncurrency: CNY\nunit: major\nopened: {column: opened, as: month}\noriginated: lent\n"
    text += 'status: {values: {"0": C, "1": M1, "2": M2, "3": M3}}\nperiods:\n' + periods
    where = write_rows(tmp_path / "wide.csv", list(wide.values()))
    narrow = write_rows(tmp_path / "long.csv", rows_of({loan: told for loan, told in LOANS.items() if loan != "3"}))
    assert answers(where, text) == answers(narrow, MAP)
    # A loan without a status in a month is not seen in it.
    for month in ("01", "02"):
        wide["2"] |= {f"s{month}": "", f"b{month}": ""}
    moves, _, _ = answers(write_rows(tmp_path / "wide.csv", list(wide.values())), text)
    assert sum(row[5] for row in moves) == 4


def test_the_last_day_of_a_month_stands_for_it_on_a_tape_of_days(tmp_path):
    rows = []
    for month, length in zip(range(1, 4), ENDS, strict=False):
        for day in range(1, length + 1):
            late = {1: 0, 2: 1, 3: 31}[month] if day == length else 200
            rows.append({"loan": 7, "on": date(2026, month, day), "late": late})
    where = tmp_path / "tape.parquet"
    pq.write_table(pa.Table.from_pylist(rows), where)
    moves, _, _ = answers(where, "layout: long\nloan: loan\ncurrency: CNY\nperiod: on\npast_due_days: late\n")
    assert [row[2:4] for row in moves] == [(0, 1), (1, 2)]


def test_rows_that_are_not_kept_and_statuses_of_them_do_not_matter(tmp_path, expected):
    rows = [row | {"kind": "loan"} for row in rows_of(LOANS)]
    rows.append(rows[0] | {"loan": "9", "status": "what", "kind": "card"})
    assert answers(write_rows(tmp_path / "tape.csv", rows), MAP + "keep: {kind: loan}\n") == expected


def test_maps_that_are_shipped_can_be_read():
    names = {path.stem for path in MAPS.glob("*.yaml")}
    assert names == {"house", "taiwan", "lendingclub"}
    assert {find_map(name).layout for name in names} == {"long", "wide", "ends"}


@pytest.mark.parametrize(
    ("pattern", "needs_day", "fits"),
    [
        ("YYYY-MM-DD", True, True), ("DD.MM.YYYY", True, True), ("MON-YYYY", False, True), ("MON-YYYY", True, False),
        ("YYYY", False, False), ("YYYY-MM-MM", False, False), ("YY-MM-DD", True, True), ("YYYY-MM-DDTHH", True, False),
        ("M/D/YYYY", True, True), ("YYYY年M月", False, True), ("MONTH D, YYYY", True, True), ("M/YYYY", True, False),
        ("YYYY-M-MM", False, False),
    ],
)  # fmt: skip
def test_patterns(pattern, needs_day, fits):
    assert is_pattern(pattern, needs_day=needs_day) is fits
