"""Trying a table on applications of the past: counted by hand on few, held against asking one by one on many."""

import gzip
import json
import random
from datetime import date
from pathlib import Path

import pytest

from plimsoll.app.population import Named, read_population
from plimsoll.rulebook.table.ask import compile_table
from plimsoll.rulebook.table.backtest import GROUPS, Past, backtest, digest_of, share_text
from plimsoll.rulebook.table.judge import judge
from plimsoll.rulebook.table.lifecycle import refuse_activation
from plimsoll.units.refusal import Malformed, sentence
from tests.unit.test_table_findings import table

ASKED = "  dti: {type: rate, missing: refer, missing_reason: INCOME_MISSING}\n"
AGE = "  age_years: {type: whole, missing: refer, missing_reason: EVIDENCE_MISSING}\n"
NOW = table(["A: > 0.6 > decline DTI_HIGH", "B: (0.5..0.6] > refer DTI_HIGH"], "collect", ASKED)
NEW = table(["A: > 0.7 > decline DTI_HIGH", "B: (0.6..0.7] > refer DTI_HIGH", "C: < 0.1 > refer DEBT_HIGH"], "collect", ASKED)
OTHER = table(["Y: < 18 > decline AGE_UNDER"], "collect", AGE)
DAY = date(2026, 12, 1)


def past(name: str, dti: str | None, outcome: str = "", is_bad: bool | None = None, age: int = 30) -> Past:
    from plimsoll.units.rate import Rate

    return Past(name, {"dti": None if dti is None else Rate.parse(dti), "age_years": age}, outcome, is_bad)


def named(made, name: str):
    """The same table under another name."""
    from dataclasses import replace

    return compile_table(replace(made, name=name))


FEW = (
    past("approved before and after", "0.3", "approve", False),
    past("approved before and after, bad", "0.4", "approve", True),
    past("referred before, let in", "0.55", "refer"),
    past("let in by the tables of its day, let in again", "0.58", "approve", True),
    past("declined before, referred now", "0.65", "decline"),
    past("kept out", "0.05", "approve", False),
    past("declined by a score, stays so", "0.3", "decline"),
    past("income not known", None, "refer"),
    past("too young for any table", "0.3", "decline", age=17),
)


def test_who_is_let_in_and_who_is_kept_out_is_counted_with_how_it_turned_out():
    found = backtest(named(NEW, "toy"), [named(NOW, "toy"), named(OTHER, "other")], FEW)
    assert {move: tuple(count) for move, count in found.moves.items()} == {
        ("approved", "approved"): (2, 2, 1),
        ("referred", "approved"): (2, 1, 1),
        ("declined", "referred"): (1, 0, 0),
        ("approved", "referred"): (1, 1, 0),
        ("declined", "declined"): (2, 0, 0),
        ("referred", "referred"): (1, 0, 0),
    }
    assert (tuple(found.swapped_in()), tuple(found.swapped_out())) == ((2, 1, 1), (1, 1, 0))
    assert {row: count.rows for row, count in found.rows_hit.items()} == {"A": 0, "B": 1, "C": 1}
    assert found.lacking == {"dti": 3}
    assert found.explained == (8, 9), "one was approved whom the present tables would refer"
    report = found.report()
    assert (report["approval_before"], report["approval_after"]) == ("0.3333", "0.4444")
    assert report["swapped_in"] == {"rows": 2, "known": 1, "bad": 1, "bad_share": "1.0000"}
    assert report["swapped_out"] == {"rows": 1, "known": 1, "bad": 0, "bad_share": "0.0000"}
    assert report["moves"]["declined to referred"] == {"rows": 1, "known": 0, "bad": 0}


def test_a_table_tried_in_its_own_place_changes_nobody():
    found = backtest(named(NOW, "toy"), [named(NOW, "toy"), named(OTHER, "other")], FEW)
    assert all(one == other for one, other in found.moves)
    assert found.swapped_in() == found.swapped_out() == (0, 0, 0)


def test_a_report_is_the_same_for_the_same_applications_and_no_other():
    tables = named(NEW, "toy"), [named(NOW, "toy")]
    report = backtest(*tables, FEW).report()
    assert report == backtest(*tables, FEW).report()
    assert report["digest"] == digest_of(json.loads(json.dumps(report)))
    for other in (FEW[1:], (*FEW[:-1], past("too young for any table", "0.31", "decline", age=17)), (FEW[1], FEW[0], *FEW[2:])):
        assert backtest(*tables, other).report()["population"] != report["population"]


def test_groups_add_up_and_equal_asking_one_by_one():
    chance = random.Random(11)
    shares = [None, *(f"0.{n:02}" for n in range(0, 90, 5))]
    many = [past(str(n), chance.choice(shares), chance.choice(("", "approve", "refer", "decline"))) for n in range(2_000)]
    new, now = named(NEW, "toy"), named(NOW, "toy")
    found = backtest(new, [now], many)
    assert sum(count.rows for count in found.moves.values()) == len(many)
    rank = {"pass": 0, "approve": 0, "": 0, "refer": 1, "decline": 2}
    counted = dict.fromkeys(((one, other) for one in GROUPS for other in GROUPS), 0)
    for one in many:
        before, after = (rank[judge(made.ask(one.features)).verdict] for made in (now, new))
        others = rank[one.outcome] if rank[one.outcome] > before else 0
        counted[GROUPS[max(before, others)], GROUPS[max(after, others)]] += 1
    assert {move: count.rows for move, count in found.moves.items()} == {move: count for move, count in counted.items() if count}


@pytest.mark.parametrize(
    ("part", "whole", "text"),
    [(1, 3, "0.3333"), (2, 3, "0.6667"), (1, 8, "0.1250"), (1, 20_000, "0.0001"), (0, 0, "0.0000"), (5, 5, "1.0000")],
)
def test_shares_are_rounded_half_up(part: int, whole: int, text: str):
    assert share_text(part, whole) == text


def test_activation_asks_for_an_unchanged_report_of_this_very_table():
    report = backtest(named(NEW, "toy"), [], FEW).report()
    told = json.dumps(report, indent=1)
    assert refuse_activation(NEW, told, DAY) is None
    for said, code in (
        ("", "table_backtest_missing"),
        ("  ", "table_backtest_missing"),
        ("{", "table_backtest_differs"),
        ("[]", "table_backtest_differs"),
        (told.replace('"rows": 9', '"rows": 9000', 1), "table_backtest_differs"),
        (json.dumps(backtest(named(NOW, "toy"), [], FEW).report()), "table_backtest_differs"),
    ):
        refused = refuse_activation(NEW, said, DAY)
        assert refused is not None, said
        assert refused.code == code
        assert sentence(code, "zh-CN")
    early = refuse_activation(NEW, told, date(2025, 12, 31))
    assert early is not None
    assert early.code == "table_not_in_force"


COLUMNS = "application_id,dti,age_years,outcome,is_bad,city\n"


def write(path: Path, rows: str) -> Path:
    path.write_bytes(gzip.compress(rows.encode()) if path.suffix == ".gz" else rows.encode())
    return path


@pytest.mark.parametrize("name", ["past.csv", "past.csv.gz"])
def test_applications_are_read_from_a_file_by_the_columns_of_the_tables(tmp_path: Path, name: str):
    path = write(tmp_path / name, COLUMNS + "a1,0.55,30,approve,no,X\na2,,41,decline,,Y\n")
    found = read_population(path, [NOW, OTHER])
    assert found.rows == (
        past("a1", "0.55", "approve", False, 30),
        past("a2", None, "decline", None, 41)._replace(features={"dti": None, "age_years": 41}),
    )
    assert found.absent == ()
    assert read_population(path, [NOW, table(["A: 3 > refer X"], "collect", "  score: {type: whole, missing: no-match}\n")]).absent == (
        "score",
    )


def test_applications_are_read_from_parquet(tmp_path: Path):
    pa = pytest.importorskip("pyarrow")
    import pyarrow.parquet as pq

    pq.write_table(pa.table({"id": [7, 8], "dti": ["0.5", None], "age_years": [30, 31], "bad": [True, None]}), tmp_path / "past.parquet")
    found = read_population(tmp_path / "past.parquet", [NOW, OTHER], Named("id", "outcome", "bad"))
    assert [(one.id, one.features["age_years"], one.is_bad) for one in found.rows] == [("7", 30, True), ("8", 31, None)]


@pytest.mark.parametrize(
    ("row", "code", "column"),
    [
        ("a1,high,30,approve,no,X", "rate_malformed", "dti"),
        ("a1,-0.5,30,approve,no,X", "rate_malformed", "dti"),
        ("a1,0.5,thirty,approve,no,X", "population_malformed", "age_years"),
        ("a1,0.5,30.5,approve,no,X", "population_malformed", "age_years"),
        ("a1,0.5,30,maybe,no,X", "population_malformed", "outcome"),
        ("a1,0.5,30,approve,perhaps,X", "population_malformed", "is_bad"),
    ],
)
def test_a_row_that_cannot_be_used_is_named(tmp_path: Path, row: str, code: str, column: str):
    path = write(tmp_path / "past.csv", f"{COLUMNS}a0,0.5,30,approve,no,X\n{row}\n")
    with pytest.raises(Malformed) as wrong:
        read_population(path, [NOW, OTHER])
    assert (wrong.value.code, wrong.value.line, wrong.value.key) == (code, 3, column)


def test_a_file_without_any_column_of_the_tables_is_refused(tmp_path: Path):
    with pytest.raises(Malformed) as wrong:
        read_population(write(tmp_path / "past.csv", "a,b\n1,2\n"), [NOW])
    assert wrong.value.code == "population_malformed"
    assert "dti" in wrong.value.remedy
