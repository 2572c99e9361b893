"""What the lint says of small tables that an officer can check (`tests/cases/tables/findings.yaml`), and of names."""

import random
import time
from collections.abc import Sequence
from itertools import product
from pathlib import Path

import pytest

from plimsoll.rulebook.reason import load
from plimsoll.rulebook.table.boxes import STEPS_MAX, covers, left_of, meet
from plimsoll.rulebook.table.lint import FINDINGS, Against, Finding, is_clean, lint
from plimsoll.rulebook.table.read_table import parse_table
from plimsoll.rulebook.table.table import Table
from plimsoll.rulebook.underwriting import against
from tests.golden import read_yaml

FOLDER = Path(__file__).resolve().parents[1] / "cases" / "tables"
COLUMNS = """\
  age: {type: whole, least: 0, most: 120, missing: refer, missing_reason: EVIDENCE_MISSING}
  dti: {type: rate, missing: no-match}
  area: {type: text, missing: allow}
"""
IDLE = ("column_idle",)


def cases() -> list:
    return [pytest.param(case, id=case["id"]) for case in read_yaml((FOLDER / "findings.yaml").read_text("utf-8"))]


def table(rows: list[str], hit: str = "first", columns: str = COLUMNS, stage: str = "policy") -> Table:
    """A table of rows written as `id: cell | cell > verdict reason`."""
    names = [line.split(":")[0].strip() for line in columns.splitlines()]
    lines = [",".join(["id", *names, "verdict", "reason"])]
    for row in rows:
        named, _, told = row.partition(": ")
        when, _, then = told.rpartition(" > ")
        verdict, _, reason = then.partition(" ")
        lines.append(",".join([named, *(cell.strip() for cell in when.split("|")), verdict, reason]))
    header = (
        f"name: toy\ntitle: {{zh-CN: 玩具, en: toy}}\nstage: {stage}\nhit: {hit}\nfrom: 2026-01-01\nsource: a test\nconfidence: default\n"
        f"review_by: 2027-01-01\ncolumns:\n{columns}outputs:\n  verdict: {{type: text}}\n"
    )
    return parse_table(header, "\n".join(lines), "toy.yaml")


def told(finding: Finding) -> str:
    box = f' "{finding.detail.partition(";")[0]}"' if finding.code == "gap" else ""
    return " ".join((finding.code, *finding.rows)) + box


@pytest.mark.parametrize("case", cases())
def test_case(case: dict):
    found = lint(table(case["rows"], case.get("hit", "first")), Against(reasons=load().codes()))
    assert sorted(told(one) for one in found if one.code not in IDLE) == sorted(case["findings"])


def test_every_finding_has_a_case_or_a_test_and_a_sentence_in_both_languages():
    told_in_cases = {finding.split()[0] for case in cases() for finding in case.values[0]["findings"]}
    tested_here = {"forbidden_feature", "protected_feature", "feature_unknown", "feature_differs", "column_idle", "not_checked"}
    assert told_in_cases | tested_here == set(FINDINGS)
    one = Finding("gap", detail="age 40", file="toy.csv")
    assert one.text("zh-CN") == "toy.csv: error gap: 没有任何一行适用于这些值。 [age 40]"
    assert one.text() == "toy.csv: error gap: No row answers for these values. [age 40]"


def test_what_no_table_may_ask_is_named():
    columns = "  age_years: {type: number, missing: no-match}\n  marital_status: {type: text, missing: no-match}\n"
    found = lint(table(["A: 3 | single > pass", "Z: - | - > pass"], columns=columns), against())
    assert {(one.code, one.column) for one in found if not one.rows} == {
        ("protected_feature", "age_years"),
        ("feature_differs", "age_years"),
        ("forbidden_feature", "marital_status"),
        ("feature_unknown", "marital_status"),
    }
    assert not is_clean(found)
    whole = columns.splitlines()[0].replace("number", "whole") + "\n"
    eligible = lint(table(["A: 3 > refer AGE_UNDER", "Z: - > pass"], columns=whole, stage="eligibility"), against())
    assert is_clean(eligible), "the law lets age decide who may borrow at all"


def test_a_column_that_nobody_asks_for_is_noted():
    found = lint(table(["A: < 18 | - | - > decline AGE_UNDER", "Z: - | - | - > pass"]))
    assert [(one.code, one.column, one.level) for one in found] == [("column_idle", "dti", "note"), ("column_idle", "area", "note")]


def test_a_table_too_entangled_to_check_says_so_and_is_not_clean(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("plimsoll.rulebook.table.boxes.STEPS_MAX", 3)
    rows = [f"R{n}: {n}..{n + 5} | {n * 7 % 10}..{n * 7 % 10 + 1} | - > refer REGION" for n in range(12)]
    found = lint(table(rows))
    assert "not_checked" in {one.code for one in found}
    assert not is_clean(found)
    assert STEPS_MAX > 1000


def test_fifty_rows_over_twelve_columns_are_checked_within_seconds():
    chance = random.Random(7)
    columns = "".join(
        f"  c{n}: {{type: whole, least: 0, most: 1000, missing: refer, missing_reason: EVIDENCE_MISSING}}\n" for n in range(12)
    )
    rows = []
    for n in range(50):
        cells = ["-"] * 12
        for place in chance.sample(range(12), 3):
            low = chance.randrange(900)
            cells[place] = f"{low}..{low + chance.randrange(20, 100)}"
        rows.append(f"R{n}: {' | '.join(cells)} > refer REGION")
    began = time.process_time()
    found = lint(table([*rows, "Z: " + " | ".join(["-"] * 12) + " > pass"], columns=columns))
    assert time.process_time() - began < 5
    assert {one.code for one in found} <= {"order_decides", "repeated"}


def test_what_is_left_of_a_box_is_left_and_nothing_is_left_only_where_nothing_is():
    """Held against the points of the boxes, one by one."""
    chance = random.Random(3)
    for _ in range(300):
        box, *cuts = ([chance.randrange(1, 32) for _ in range(3)] for _ in range(1 + chance.randrange(12)))
        left = left_of(tuple(box), [tuple(cut) for cut in cuts])
        free = {point for point in points(box) if not any(point in points(cut) for cut in cuts)}
        assert (left is None) == (not free)
        if left is not None:
            assert points(left) <= free
            assert covers(tuple(box), left)
            assert all(meet(left, tuple(cut)) is None for cut in cuts)


def points(box: Sequence[int]) -> set[tuple[int, ...]]:
    return set(product(*([piece for piece in range(5) if pieces >> piece & 1] for pieces in box)))
