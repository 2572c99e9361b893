"""The standing tables as an officer would check them (`tests/cases/tables`), and what holds for all of them and their reasons."""

from datetime import date
from pathlib import Path

import pytest

from plimsoll.risk.evidence import REASONS
from plimsoll.rulebook import feature, reason
from plimsoll.rulebook.rules import load
from plimsoll.rulebook.table.ask import Compiled
from plimsoll.rulebook.table.judge import VERDICTS, judge
from plimsoll.rulebook.table.lint import is_clean, lint
from plimsoll.rulebook.table.table import Column, Value
from plimsoll.rulebook.underwriting import DERIVED, STAGES, against, in_force, lookup_on, standing, standing_tables, walk
from plimsoll.units.money import parse_minor
from plimsoll.units.rate import Rate
from plimsoll.units.refusal import Malformed
from tests.golden import read_yaml

FOLDER = Path(__file__).resolve().parents[1] / "cases" / "tables"
DAY = date(2026, 12, 1)
RULES = load()


def cases() -> list[dict]:
    found = read_yaml((FOLDER / "stages.yaml").read_text("utf-8"))
    assert len({case["id"] for case in found}) == len(found), "an id is used twice"
    return found


def read(value: object, column: Column) -> Value | None:
    """A value of a case as a table takes it."""
    if isinstance(value, str) and column.kind == "money":
        return parse_minor(value, column.currency)
    return Rate.parse(value) if isinstance(value, str) and column.kind == "rate" else value


CLEAN = read_yaml((FOLDER / "clean.yaml").read_text("utf-8"))


def given(compiled: Compiled, differs: dict) -> dict[str, Value | None]:
    said = CLEAN | differs
    return {column.name: read(said[column.name], column) for column in compiled.table.columns}


def table_of(case: dict) -> Compiled:
    tables = standing(RULES, case.get("on", DAY), case.get("licence", "cfc"))
    return next(one for one in tables if one.table.name == case["table"])


@pytest.mark.parametrize("case", [pytest.param(case, id=case["id"]) for case in cases()])
def test_case(case: dict):
    compiled = table_of(case)
    names = [column.name for column in compiled.table.columns]
    assert set(case["given"]) <= set(names), "a case gives what the table does not ask for"
    outcome = compiled.ask(given(compiled, case["given"]))
    assert [hit.rule_id for hit in outcome.hits] == case["rows"]
    assert [one.column for one in outcome.missing] == case.get("lacking", [])
    assert judge(outcome) == (case["verdict"], tuple(case.get("reasons", ())))


def test_every_row_of_every_table_has_a_case():
    told = {(case.get("licence", "cfc"), case["table"], row) for case in cases() for row in case["rows"]}
    for licence, names in (("cfc", STAGES), ("microloan", ("eligibility",))):
        rows = {
            (licence, one.table.name, row.id) for one in standing(RULES, DAY, licence) if one.table.name in names for row in one.table.rows
        }
        untold = {one for one in rows - told if licence == "cfc" or one[2] == "E5"}
        assert not untold, f"add a case for {sorted(untold)}"


def test_a_trace_says_column_value_operator_threshold_and_rule():
    compiled = table_of({"table": "eligibility"})
    (hit,) = compiled.ask(given(compiled, {"age_years": 17})).hits
    assert hit.deciding == (("age_years", 17, "<", "18", "CN.AGE.MIN", ""),)
    policy = table_of({"table": "policy"})
    (hit,) = policy.ask(given(policy, {"bureau_current_overdue_minor": "250.50"})).hits
    assert [one.text() for one in hit.deciding] == ["bureau_current_overdue_minor 250.50 > 100.00"]
    (hit,) = policy.ask(given(policy, {"dti": "0.62"})).hits
    assert [one.text() for one in hit.deciding] == ["dti 0.62 in (0.55..0.7]"]


@pytest.mark.parametrize("licence", sorted(RULES.licences))
def test_standing_tables_have_nothing_to_mend(licence: str):
    for table in in_force(standing_tables(), RULES, DAY, licence):
        findings = lint(table, against(), lookup_on(RULES, DAY, licence))
        assert is_clean(findings), [one.text() for one in findings]


@pytest.mark.parametrize("licence", sorted(RULES.licences))
def test_every_lender_has_one_table_a_stage_on_every_day_from_the_first(licence: str):
    for day in (date(2021, 1, 1), DAY, date(2030, 1, 1)):
        assert [table.stage for table in in_force(standing_tables(), RULES, day, licence)] == list(STAGES)
        assert walk(standing(RULES, day, licence), {}).verdict == "refer", "nothing known approves nobody and declines nobody"


def test_every_reason_that_can_be_given_is_in_the_catalogue():
    given_by_tables = {row.reason for table in standing_tables() for row in table.rows} - {""}
    lacking = {column.missing_reason for table in standing_tables() for column in table.columns} - {""}
    features = {code for one in feature.load().features.values() for code in (one.reason, one.missing_reason)}
    assert reason.load().unknown(sorted(given_by_tables | lacking | features | set(REASONS.values()))) == ()


def test_every_reason_reads_as_a_sentence_in_both_languages():
    for code, one in reason.load().by_code.items():
        for told in (one.said, one.change):
            assert not told or (told["zh-CN"].endswith("。") and told["en"].endswith(".")), code


def test_a_refer_or_decline_has_a_reason_and_what_can_be_changed_is_never_protected():
    protected = {one.reason for one in feature.load().features.values() if one.is_protected}
    changeable = {code for code in protected if reason.load()[code].is_actionable}
    assert not changeable, "nobody is told to change their age, where they live or that they study"


def test_an_unknown_reason_is_named():
    with pytest.raises(Malformed) as wrong:
        reason.load()["BAD_MOOD"]
    assert wrong.value.code == "reason_unknown"


def test_derived_columns_are_not_in_the_catalogue_and_every_verdict_is_known():
    assert not set(DERIVED) & set(feature.load().features)
    words = {word for table in standing_tables() for result in table.results if result.name == "verdict" for word in result.words}
    assert words <= set(VERDICTS)
