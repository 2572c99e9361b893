"""Tapes as strangers write them: other signs in numbers, other dates, other encodings, words of their own. Each by a map alone."""

import gzip
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from plimsoll.app.tape.reading import Order, open_tape
from plimsoll.portfolio.expressions.columns import day_of, minor_of
from plimsoll.portfolio.expressions.moves import amounts_text
from plimsoll.portfolio.expressions.rows import file_table
from plimsoll.portfolio.expressions.vintage import hits_text
from plimsoll.portfolio.expressions.write import write
from plimsoll.portfolio.shape import DATE, LONG, Numbers, Period, Shape
from plimsoll.portfolio.source import DUCKDB, TABLE, TEXT, Source
from plimsoll.units.refusal import Malformed
from tests.made_tapes import MAP, month_after, rows_of, write_rows
from tests.unit.test_tape_refusals import refused
from tests.unit.test_tape_shapes import LOANS

AMOUNTS = ("balance", "lent")
Row = Mapping[str, Any]


def answers(where: Path, text: str) -> list[Any]:
    """Give the balances that moved by month, states and loans; they need every part of the tape."""
    path = where.parent / "map.yaml"
    path.write_text(text, "utf-8")
    with open_tape(Order(str(where), str(path))) as tape:
        opened = [tape.ask(hits_text(tape.source))] if tape.shape.tells("opened") else []
        return [tape.ask(amounts_text(tape.source)), *opened]


@pytest.fixture(scope="module")
def expected(tmp_path_factory):
    """What the tape says as the house would write it."""
    return answers(write_rows(tmp_path_factory.mktemp("plain") / "plain.csv", rows_of(LOANS)), MAP)


def changed(change: Callable[[Row], Row]) -> list[Row]:
    """Give the rows of the tape, changed."""
    return [{**row, **change(row)} for row in rows_of(LOANS)]


def text_file(path: Path, rows: list[Row], *, separator: str = ",", encoding: str = "utf-8", order: tuple[str, ...] = ()) -> Path:
    """Write rows as text, packed where the name says so; fields are quoted where they have to be."""
    names = order or tuple(rows[0])

    def quoted(value: object) -> str:
        text = str(value).replace('"', '""')
        return f'"{text}"' if separator in text or '"' in text else text

    lines = [separator.join(names), *(separator.join(quoted(row[name]) for name in names) for row in rows)]
    whole = ("\n".join(lines) + "\n").encode(encoding)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(gzip.compress(whole) if path.suffix == ".gz" else whole)
    return path


def german(text: str) -> str:
    """Write an amount as in Germany."""
    return f"{float(text) * 1000:,.2f}".replace(",", "_").replace(".", ",").replace("_", ".") + " €"


def test_semicolons_commas_in_numbers_and_signs_of_currency(tmp_path, expected):
    rows = changed(lambda row: {name: german(row[name]) for name in AMOUNTS} | {"REMARK": 'a "b"; c'})
    text = MAP + 'numbers: {decimal: ",", thousands: ".", remove: ["€"]}\n'
    found = answers(text_file(tmp_path / "tape.csv.gz", rows, separator=";"), text)
    assert [row[-1] for row in found[0]] == [1000 * row[-1] for row in expected[0]]


def values_of(texts: list[str], shape: Shape, ask: Callable[[Source, Any], Any]) -> list[Any]:
    """Give what DuckDB reads texts of a column as."""
    source = Source(shape, {"said": TEXT}, DUCKDB, "CNY")
    connection = duckdb.connect()
    connection.execute(f"CREATE TABLE {TABLE} AS SELECT unnest(?) AS said", [texts])
    table = file_table(source)
    return [row[0] for row in connection.execute(write(table.select(value=ask(source, table)), DUCKDB)).fetchall()]


def test_a_sign_between_thousands_in_a_wrong_place_makes_no_number():
    shape = Shape("map", LONG, ("said",), numbers=Numbers(",", ".", ("€",)))
    texts = ["1.234,50 €", "-1.234.567,89", "1234,5", "7", "1.23,45", "1,234.50", "12.34", "1.2345,00", "..", "1.234,5,6", ""]
    found = values_of(texts, shape, lambda source, table: minor_of(source, table, "said", 100))
    assert found == [123_450, -123_456_789, 123_450, 700, *[None] * 7]


@pytest.mark.parametrize(
    ("pattern", "good", "bad"),
    [
        ("M/D/YYYY", ("2/3/2026", "02/03/2026", "2/3/2026 12:00 AM"), ("2/30/2026", "3.2.2026", "2/3/26", "2/3/2026 x")),
        ("D-MON-YY", ("3-Feb-26", "03-FEB-26"), ("3-Fev-26", "3-Feb-2026", "31-Feb-26", "3-anf-26")),
        ("MONTH D, YYYY", ("February 3, 2026", "Feb 3, 2026"), ("Fébruary 3, 2026", "February 3 2026")),
        ("YYYY年M月D日", ("2026年2月3日", "2026年02月03日"), ("2026年2月", "2026-2-3")),
        ("DD/MM/YYYY", ("03/02/2026", "03/02/2026 00:00:00", " 03/02/2026 "), ("3/2/2026", "03/02/2026x", "03/02/20266")),
        ("", ("2026-02-03", "2026-02-03T00:00:00Z"), ("2026-02-31", "2026-2-3", "20260203")),
    ],
)
def test_dates_of_other_places(pattern, good, bad):
    shape = Shape("map", LONG, ("said",), period=Period("said", DATE, pattern))
    found = values_of([*good, *bad], shape, lambda source, table: day_of(source, table, shape.period))
    assert found == [(date(2026, 2, 3) - date(1970, 1, 1)).days] * len(good) + [None] * len(bad)


def test_a_day_that_no_month_has_is_refused_with_the_loan(tmp_path):
    rows = changed(lambda row: {"month": row["month"] + "-28"})
    rows[3] = rows[3] | {"month": "2026-02-31"}
    found = refused(write_rows(tmp_path / "tape.csv", rows), MAP.replace("as: month}\nopened", "as: date}\nopened"))
    assert (found.code, found.key) == ("tape_value_unreadable", "month")
    assert "'2026-02-31' of loan 1" in found.detail


def test_the_age_of_a_loan_instead_of_its_opening(tmp_path, expected):
    begun = {row["loan"]: row["opened"] for row in rows_of(LOANS)}
    rows = changed(lambda row: {"opened": next(age for age in range(9) if month_after(begun[row["loan"]], age) == row["month"])})
    text = MAP.replace("opened: {column: opened, as: month}", "opened: {column: opened, as: age}")
    assert answers(write_rows(tmp_path / "tape.csv", rows), text) == expected


def test_what_is_empty_means_what_the_map_says(tmp_path, expected):
    rows = changed(lambda row: {"status": "" if row["status"] == "0" else row["status"]})
    where = write_rows(tmp_path / "tape.csv", rows)
    assert refused(where).code == "tape_status_unknown"
    assert answers(where, MAP.replace("column: status", "column: status\n  blank: C")) == expected
    late = changed(lambda row: {"late": "" if row["status"] == "0" else str(30 * int(row["status"]))})
    text = MAP.split("status:")[0] + "past_due_days: {column: late, blank: 0}\nbalance: balance\noriginated: lent\n"
    assert answers(write_rows(tmp_path / "late.csv", late), text) == expected
    assert refused(tmp_path / "late.csv", text.replace("{column: late, blank: 0}", "late")).code == "tape_value_unreadable"


def test_currencies_by_other_names_and_amounts_in_ten_thousands(tmp_path, expected):
    rows = changed(lambda row: {"ccy": "人民币"} | {name: f"{float(row[name]) / 10_000:.6f}" for name in AMOUNTS})
    text = MAP.replace("currency: CNY", "currency: {column: ccy, values: {人民币: CNY}}").replace("unit: major", "unit: ten-thousands")
    assert answers(text_file(tmp_path / "tape.csv", rows), text) == expected
    assert refused(tmp_path / "tape.csv", text.replace(", values: {人民币: CNY}", "")).code == "currency_unknown"


def test_another_encoding(tmp_path, expected):
    rows = changed(lambda row: {"产品": "现金"})
    where = text_file(tmp_path / "tape.csv", rows, encoding="gb18030")
    text = MAP.replace("product: product", "product: 产品")
    found = refused(where, text)
    assert (found.code, "encoding: gb18030" in found.remedy) == ("tape_unreadable", True)
    assert answers(where, text + "csv: {encoding: gb18030}\n") == expected
    assert answers(text_file(tmp_path / "marked.csv", rows, encoding="utf-8-sig"), text) == expected


def test_files_whose_columns_stand_in_another_order_or_are_more(tmp_path, expected):
    rows = rows_of(LOANS)
    names = tuple(rows[0])
    text_file(tmp_path / "tape" / "a.csv", rows[:5])
    text_file(tmp_path / "tape" / "b.csv", [row | {"note": "new"} for row in rows[5:]], order=("note", *reversed(names)))
    assert answers(tmp_path / "tape", MAP) == expected
    text_file(tmp_path / "tape" / "b.csv", rows[5:], order=tuple(name for name in names if name != "balance"))
    found = refused(tmp_path / "tape")
    assert (found.code, found.key, found.file.endswith("b.csv")) == ("tape_files_differ", "balance", True)


def test_loans_named_by_uuids_and_text_without_a_kind(tmp_path, expected):
    rows = rows_of(LOANS)
    uuids = pa.array([UUID(int=int(row["loan"])).bytes for row in rows], pa.uuid())
    plain = {name: pa.array([str(row[name]).encode() for row in rows], pa.binary()) for name in rows[0] if name != "loan"}
    pq.write_table(pa.table({"loan": uuids, **plain}), tmp_path / "tape.parquet")
    assert answers(tmp_path / "tape.parquet", MAP) == expected


DAYS = "layout: long\nloan: loan\ncurrency: CNY\nperiod: on\npast_due_days: late\nbalance: balance\n"


def day_rows(days: Callable[[int, int], list[int]]) -> list[Row]:
    """Give rows of 28 loans over three months, each month on some days of the loan."""
    return [
        {"loan": loan, "on": date(2026, month, day), "late": 0 if month == 1 else 5, "balance": 100}
        for loan in range(28)
        for month in (1, 2, 3)
        for day in days(loan, month)
    ]


def test_every_loan_may_have_a_day_of_its_own_in_a_month(tmp_path):
    """Statements fall on all days; only the last of them would be the end of the month for everybody."""
    where = write_rows(tmp_path / "tape.parquet", day_rows(lambda loan, month: [1 + loan]))
    (amounts,) = answers(where, DAYS)
    assert [sum(row[place] for row in amounts) for place in (4, 5)] == [56, 5_600]
    (tmp_path / "map.yaml").write_text(DAYS, "utf-8")
    with open_tape(Order(str(where), str(tmp_path / "map.yaml"))) as tape:
        assert (tape.is_daily, tape.seen.with_gap, tape.seen.gone) == (False, 0, 0)
    twice = [*day_rows(lambda loan, month: [1 + loan]), {"loan": 3, "on": date(2026, 2, 20), "late": 0, "balance": 100}]
    assert refused(write_rows(tmp_path / "twice.parquet", twice), DAYS).code in ("tape_loan_twice", "tape_days_missing")


def test_a_tape_of_working_days_is_read_where_the_map_allows_it(tmp_path):
    def working(loan: int, month: int) -> list[int]:
        return [day for day in range(1, 29) if date(2026, month, day).weekday() < 5]

    where = write_rows(tmp_path / "tape.parquet", day_rows(working))
    assert refused(where, DAYS).code == "tape_days_missing"
    (amounts,) = answers(where, DAYS + "days_missing: allow\n")
    assert sum(row[4] for row in amounts) == 56


@pytest.mark.parametrize(
    ("more", "key"),
    [
        ('numbers: {decimal: ",", thousands: ","}', "numbers"),
        ("csv: {encoding: klingon}", "csv.encoding"),
        ("csv: {separator: x}", "csv.separator"),
        ("unit: dozens", "unit"),
        ("days_missing: maybe", "days_missing"),
    ],
)
def test_what_no_map_can_say(tmp_path, more, key):
    text = MAP.replace("unit: major\n", "") + more + "\n"
    with pytest.raises(Malformed) as caught:
        answers(write_rows(tmp_path / "tape.csv", rows_of(LOANS)), text)
    assert caught.value.key.startswith(key)
    assert caught.value.line > 0
