"""Every question on DuckDB and on Spark: equal rows, column for column. What an engine cannot do is marked, and the mark is executed."""

import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from random import Random

import ibis
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from ibis.common.exceptions import OperationNotDefinedError, UnsupportedOperationError

from plimsoll.app.tape.reading import Order, Tape, open_tape
from plimsoll.portfolio.expressions import check, early, moves, strings, usage, vintage
from plimsoll.portfolio.expressions.write import write
from plimsoll.portfolio.shape import ENDS
from plimsoll.portfolio.source import DUCKDB, SPARK, Source
from tests.golden import reference_folder
from tests.made_tapes import MAP, rows_of, write_rows
from tests.unit.test_portfolio_naive import book

MASTER = "local[2]"
DAY_MAP = """\
layout: long
loan: [customer, loan]
customer: customer
currency: {column: currency}
period: day
opened: {column: opened, as: date, pattern: DD/MM/YYYY}
past_due_days: late
status: {column: status, values: {open: open, "true": open}}
balance: balance
past_due: due
limit: room
negative: zero
dimensions: {product: product, over: over}
"""

QUESTIONS: dict[str, tuple[str, Callable[[Source], str]]] = {
    "periods": ("", check.periods_text),
    "unreadable": ("", lambda source: check.unreadable(source).text),
    "faults": ("", lambda source: check.faults(source).text),
    "twice": ("", check.twice_text),
    "seen": ("", check.seen_text),
    "hits": ("opened", vintage.hits_text),
    "hits by": ("opened product", lambda source: vintage.hits_text(source, "product")),
    "ages": ("", vintage.ages_text),
    "ages by": ("product", lambda source: vintage.ages_text(source, "product")),
    "leavers": ("", vintage.leavers_text),
    "moves": ("", strings.moves_text),
    "moves by": ("product", lambda source: strings.moves_text(source, "product")),
    "amounts": ("", moves.amounts_text),
    "amounts by": ("product", lambda source: moves.amounts_text(source, "product")),
    "cures": ("", lambda source: strings.cures_text(source, 2)),
    "cures by": ("product", lambda source: strings.cures_text(source, 1, "product")),
    "first payments": ("opened days", lambda source: early.first_payment_text(source, 1)),
    "entries": ("day days", early.entries_text),
    "entries by": ("day days product", lambda source: early.entries_text(source, "product")),
    "usage": ("limit balance", usage.usage_text),
    "path": ("limit balance", usage.path_text),
    "places": ("balance product", lambda source: usage.places_text(source, "product")),
    "borrowers": ("balance", usage.borrowers_text),
}
"""By name: what of a tape a question needs, and its text."""

GAPS: dict[tuple[str, str], str] = {}
"""By engine and question: why the engine cannot answer it. A gap that is none any more fails here. There is none."""

MAY_BE_EMPTY = ("twice", "leavers", "cures", "cures by", "path")


def months(folder: Path) -> Order:
    """Random payment strings over 27 months, with gaps and ways out."""
    loans = {name: {"string": text, "product": "bill" if name.endswith("3") else "cash"} for name, text in book(9).items()}
    (folder / "map.yaml").write_text(MAP, "utf-8")
    return Order(str(write_rows(folder / "months.csv", rows_of(loans))), str(folder / "map.yaml"))


def days(folder: Path) -> Order:
    """A tape of days in partitions: two currencies, floats, truth values, blanks and nulls, amounts below zero."""
    chance, first = Random(4), date(2026, 1, 1)
    lives = [(n, chance.randrange(40), chance.randrange(5, 60)) for n in range(40)]
    for number in range(75):
        day = first + timedelta(number)
        rows = []
        for loan, opened, due in lives:
            if number < opened:
                continue
            late = max(number - due, 0) if loan % 3 else (number - due) % 9 if number > due else 0
            rows.append({
                "customer": loan // 2, "loan": f" n{loan} ", "currency": "USD" if loan == 39 else "CNY", "day": day,
                "opened": f"{first + timedelta(opened):%d/%m/%Y}", "late": float(late), "status": "true" if loan % 2 else " open ",
                "balance": 1000.5 * loan - 900, "due": 10 * loan if late else None, "room": 30_000, "over": loan % 5 == 0,
                "product": None if loan % 7 == 0 else f"p{loan % 3}",
            })  # fmt: skip
        path = folder / "days" / f"day={day}" / "part-0.parquet"
        path.parent.mkdir(parents=True)
        pq.write_table(pa.Table.from_pylist([{k: v for k, v in row.items() if k != "day"} for row in rows], schema=SCHEMA), path)
    (folder / "days.yaml").write_text(DAY_MAP, "utf-8")
    return Order(str(folder / "days"), str(folder / "days.yaml"), currency="CNY")


SCHEMA = pa.schema([
    ("customer", pa.int32()), ("loan", pa.string()), ("currency", pa.string()), ("opened", pa.string()), ("late", pa.float64()),
    ("status", pa.string()), ("balance", pa.float64()), ("due", pa.int16()), ("room", pa.decimal128(12, 2)), ("over", pa.bool_()),
    ("product", pa.string()),
])  # fmt: skip


def shipped(name: str, file: str) -> Order:
    path = reference_folder() / "data" / file
    if not path.exists():
        pytest.skip(f"no data/{file} in {reference_folder().name}: set PLIMSOLL_REFERENCE to the folder that holds it")
    return Order(str(path), name)


TAPES: dict[str, Callable[[Path], Order]] = {
    "months": months,
    "days": days,
    "taiwan": lambda _: shipped("taiwan", "uci_taiwan_default.csv.gz"),
    "lendingclub": lambda _: shipped("lendingclub", "lendingclub_2007_2010.csv.gz"),
}


@pytest.fixture(scope="module", params=list(TAPES))
def pair(request, tmp_path_factory) -> Iterator[tuple[Tape, Tape]]:
    """One tape on both engines."""
    pytest.importorskip("pyspark", reason="the extra `spark` is not installed")
    if not os.environ.get("JAVA_HOME") and not any((Path(folder) / "java").exists() for folder in os.get_exec_path()):
        pytest.skip("Spark needs Java 17, and there is no java on the PATH")
    order = TAPES[request.param](tmp_path_factory.mktemp(request.param))
    with open_tape(order) as duck, open_tape(replace(order, engine=SPARK, master=MASTER)) as spark:
        yield duck, spark


@pytest.mark.slow
@pytest.mark.parametrize("name", list(QUESTIONS))
def test_engines_give_equal_rows(request: pytest.FixtureRequest, pair: tuple[Tape, Tape], name: str):
    """Java takes long to start, and Spark to plan small questions: half a minute a tape."""
    needs, text = QUESTIONS[name]
    duck, spark = pair
    if not all(duck.shape.tells(part) for part in needs.split()) or ("day" in needs.split() and not duck.is_daily):
        pytest.skip(f"the tape does not tell: {needs}")
    expected = duck.ask(text(duck.source))
    may_be_empty = name in MAY_BE_EMPTY or duck.shape.layout == ENDS
    assert expected or may_be_empty, "an answer without rows proves nothing"
    if (SPARK, name) in GAPS:
        request.applymarker(pytest.mark.xfail(reason=GAPS[SPARK, name], strict=True))
    found = spark.ask(text(spark.source))
    assert found == expected
    assert all(type(value) in (int, str) for row in (*expected, *found) for value in row)


@pytest.mark.slow
@pytest.mark.parametrize("by", ["", "product"])
def test_engines_that_hold_the_loans_give_the_rows_of_those_that_do_not(pair: tuple[Tape, Tape], by: str):
    """Spark holds them where it works, and takes half a minute to start."""
    texts = [strings.moves_text, lambda source, by: strings.cures_text(source, 2, by)]
    duck, spark = pair
    if by and not duck.shape.tells(by):
        pytest.skip(f"the tape does not tell: {by}")
    if duck.shape.tells("opened"):
        texts.append(vintage.hits_text)
    for text in texts:
        expected = duck.ask(text(duck.source, by))
        assert [one.ask(text(one.source, by)) for one in (duck.holding(by), spark.holding(by))] == [expected, expected]


@pytest.mark.slow
def test_tapes_look_alike_to_both_engines(pair: tuple[Tape, Tape]):
    """Needs Java, which takes long to start."""
    duck, spark = (one.about() for one in pair)
    assert {**duck, "engine": ""} == {**spark, "engine": ""}
    assert [one.source.engine for one in pair] == [DUCKDB, SPARK]


def means(*, by: str) -> ibis.Table:
    """Give an expression that DuckDB can answer, and that is not written here since Spark cannot."""
    table = ibis.table({"loan": "int64", "t": "int64", "bits": "int64"}, name="rows")
    if by == "bits":
        return table.group_by("loan").agg(bits=table.bits.bit_or())
    other = ibis.table({"loan": "int64", "t": "int64", "limit": "int64"}, name="limits")
    return table.asof_join(other, on="t", predicates="loan")


@pytest.mark.parametrize("by", ["bits", "as of"])
def test_what_spark_cannot_do_is_refused_aloud(by: str):
    """Why payment strings name the bit_or of the engine, and nothing here joins as of a day. Where this fails, Ibis has learnt it."""
    assert write(means(by=by), DUCKDB)
    with pytest.raises((OperationNotDefinedError, UnsupportedOperationError)):
        write(means(by=by), SPARK)
