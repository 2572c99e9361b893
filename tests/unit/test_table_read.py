"""Tables are read as spreadsheets write them, and whatever is wrong is refused with file, line, column and remedy."""

from pathlib import Path

import pytest

from plimsoll.rulebook.table.ask import compile_table
from plimsoll.rulebook.table.read_table import parse_table, read_table
from plimsoll.units.rate import Rate
from plimsoll.units.refusal import Malformed, sentence

HEADER = """\
name: toy
title: {zh-CN: 玩具, en: toy}
hit: first
from: 2026-01-01
source: a test
confidence: default
review_by: 2027-01-01
columns:
  score: {type: whole, least: 350, most: 950, missing: refer, missing_reason: EVIDENCE_MISSING}
  dti: {type: rate, missing: refer, missing_reason: EVIDENCE_MISSING}
  drift: {type: number, missing: no-match}
  debt: {type: money, currency: CNY, missing: no-match}
  purpose: {type: text, values: [car, home, travel], missing: no-match}
  student: {type: yes-no, missing: no-match}
outputs:
  verdict: {type: text, values: [pass, refer, decline]}
  cap: {type: money, currency: CNY}
"""
NAMES = "id,score,dti,drift,debt,purpose,student,verdict,cap,reason,note"
ROWS = f"""\
{NAMES}
A,< 600,,,,,,decline,0.00,SCORE_LOW,too low
B,600..649,> 0.55,,> 50000.00,"in car,home",no,refer,1000.00,DTI_HIGH,
Z,,,,,,,pass,5000.00,,
"""
YAML_ROWS = """\
rows:
  - {id: A, when: {score: "< 600"}, then: {verdict: decline, cap: 0.00}, reason: SCORE_LOW, note: too low}
  - id: B
    when: {score: 600..649, dti: "> 0.55", debt: "> 50000.00", purpose: "in car,home", student: no}
    then: {verdict: refer, cap: 1000.00}
    reason: DTI_HIGH
  - {id: Z, then: {verdict: pass, cap: 5000.00}}
"""


def parsed(header: str = HEADER, rows: str | None = ROWS):
    return parse_table(header, rows, "toy.yaml")


def with_cell(column: str, cell: str) -> str:
    """The rows with one more whose only condition is the cell given."""
    names = NAMES.split(",")
    cells = {"id": "X", "verdict": "pass", "cap": "1.00", column: cell}
    quoted = [f'"{cells.get(name, "")}"' for name in names]
    return ROWS + ",".join(quoted) + "\n"


@pytest.mark.parametrize(
    "rows",
    [
        ROWS.replace(",", ";").replace("car;home", "car,home"),
        ROWS.replace(",", "\t").replace("car\thome", "car,home"),
        "\ufeff" + ROWS,
        ROWS.replace("\n", "\r\n"),
        ROWS.replace("\n", ",,,\n") + ",,,,,,,,,,,,,\n\n",
        ROWS.replace("A,< 600", "A,  < 600 ").replace(",,,,,,decline", ",-,-, -,-,,decline"),
    ],
    ids=["semicolons", "tabs", "byte order mark", "carriage returns", "empty columns and rows", "spaces and dashes"],
)
def test_a_table_is_the_same_however_the_spreadsheet_writes_it(rows: str):
    assert parsed(rows=rows).digest == parsed().digest
    assert parsed(rows=rows).rows[1].cells == parsed().rows[1].cells


def test_rows_in_yaml_are_the_same_table():
    assert parsed(HEADER + YAML_ROWS, None).digest == parsed().digest


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("< 600", "< 601"),
        ("DTI_HIGH", "DEBT_HIGH"),
        ("too low", "much too low"),
        ("A,", "AA,"),
        ("1000.00", "1000.01"),
        ("> 0.55", ">= 0.55"),
    ],
)
def test_another_table_has_another_digest(old: str, new: str):
    assert parsed(rows=ROWS.replace(old, new, 1)).digest != parsed().digest
    assert parsed(HEADER.replace("missing: no-match}", "missing: allow}", 1)).digest != parsed().digest


def test_a_table_is_found_by_either_of_its_files(tmp_path: Path):
    (tmp_path / "toy.yaml").write_text(HEADER, "utf-8")
    (tmp_path / "toy.csv").write_text("\ufeff" + ROWS, "utf-8")
    assert read_table(tmp_path / "toy.csv") == read_table(tmp_path / "toy.yaml")


def test_what_is_given_is_typed():
    compiled = compile_table(parsed())
    (hit,) = compiled.ask({"score": 700, "dti": Rate.parse("0.1")}).hits
    assert (hit.outputs, hit.reason) == ({"verdict": "pass", "cap": 500000}, "")


CELLS = [
    # column, cell, code, part of the remedy
    ("score", "=600", "table_cell_formula", "Write 600 for equal to 600."),
    ("score", "=SUM(A1:A9)", "table_cell_formula", "value itself"),
    ("note", "+1+1", "table_cell_formula", ""),
    ("note", "@now", "table_cell_formula", ""),
    ("verdict", "=A1", "table_cell_formula", ""),
    ("score", "high", "table_cell_malformed", "whole number"),
    ("score", "600.5", "table_cell_malformed", "whole number"),
    ("score", "1,000", "table_cell_malformed", "without separators"),
    ("score", "6E+02", "table_cell_malformed", "shortened the number"),
    ("score", "2026-03-06", "table_cell_malformed", "600..650 for a range"),
    ("score", "≥ 600", "table_cell_malformed", "half-width"),
    ("score", "＞600", "table_cell_malformed", "half-width"),
    ("score", "[600..650", "table_cell_malformed", "bracket at both ends"),
    ("score", ">= ", "table_cell_malformed", ""),
    ("score", "600 and 650", "table_cell_malformed", ""),
    ("score", "not in CN.AGE.MIN,20", "table_cell_malformed", "left out"),
    ("dti", "> 55%", "table_cell_malformed", "0.55 for 55 percent"),
    ("dti", "> -0.5", "table_cell_malformed", "at least zero"),
    ("dti", "> 0.1234567891", "table_cell_malformed", "9 digits"),
    ("dti", "> .5", "table_cell_malformed", ""),
    ("drift", "> 1e-3", "table_cell_malformed", "shortened"),
    ("debt", "> 0.001", "table_cell_malformed", "amount"),
    ("debt", "> 5万", "table_cell_malformed", "half-width"),
    ("purpose", "boat", "table_cell_malformed", "car, home, travel"),
    ("purpose", "in car,", "table_cell_malformed", ""),
    ("purpose", "a b", "table_cell_malformed", "no space"),
    ("student", "maybe", "table_cell_malformed", "yes, no"),
    ("student", "1", "table_cell_malformed", "yes, no"),
    ("verdict", "perhaps", "table_cell_malformed", "pass, refer, decline"),
    ("verdict", "", "table_cell_malformed", "every output"),
    ("cap", "many", "table_cell_malformed", "amount"),
    ("reason", "not good", "table_malformed", "Upper-case"),
    ("id", "a b", "table_malformed", "Letters"),
    ("id", "A", "table_row_duplicate", ""),
]


@pytest.mark.parametrize(("column", "cell", "code", "remedy"), CELLS)
def test_a_cell_that_cannot_be_read_is_named(column: str, cell: str, code: str, remedy: str):
    with pytest.raises(Malformed) as wrong:
        parsed(rows=with_cell(column, cell))
    assert (wrong.value.code, wrong.value.file, wrong.value.line, wrong.value.key) == (code, "toy.csv", 5, column)
    assert remedy.lower() in wrong.value.remedy.lower()
    assert sentence(code, "zh-CN")


WITHOUT_REASONS = ROWS.replace(",reason", "").replace("SCORE_LOW,", "").replace("DTI_HIGH,", "").replace("5000.00,,", "5000.00,")
SHAPES = [
    # rows, code, line, column
    ("", "file_empty", 0, ""),
    (NAMES + "\n", "table_rows_missing", 0, ""),
    (ROWS.replace(",", "|"), "delimiter_wrong", 1, ""),
    (ROWS.replace("Z,,,", "Z,,"), "table_row_ragged", 4, ""),
    (ROWS.replace("pass,5000.00,,", "pass,5000.00,,,more"), "table_row_ragged", 4, ""),
    (ROWS.replace("dti", "dtii", 1), "table_column_unknown", 1, "dtii"),
    (ROWS.replace("verdict", "verdikt", 1), "table_column_unknown", 1, "verdikt"),
    (ROWS.replace("dti", "score", 1), "table_malformed", 1, "score"),
    (ROWS.replace("dti", "", 1), "table_malformed", 1, ""),
    (ROWS.replace(",reason,note", ",note,x", 1), "table_column_unknown", 1, "x"),
    (WITHOUT_REASONS, "column_missing", 1, "reason"),
    (ROWS + '"X,<', "table_malformed", 5, ""),
]


@pytest.mark.parametrize(("rows", "code", "line", "column"), SHAPES)
def test_a_sheet_that_has_another_shape_is_refused(rows: str, code: str, line: int, column: str):
    with pytest.raises(Malformed) as wrong:
        parsed(rows=rows)
    assert (wrong.value.code, wrong.value.file, wrong.value.line, wrong.value.key) == (code, "toy.csv", line, column)


HEADERS = [
    # old, new, code, key
    ("hit: first", "hit: last", "field_malformed", "hit"),
    ("hit: first\n", "", "field_missing", ""),
    ("source: a test\n", "", "rule_source_missing", ""),
    ("type: whole", "type: integer", "field_malformed", "columns.score.type"),
    (", missing: no-match}", "}", "field_missing", "columns.drift"),
    ("missing: no-match", "missing: zero", "field_malformed", "columns.drift.missing"),
    (", missing_reason: EVIDENCE_MISSING}", "}", "table_malformed", "columns.score"),
    ("missing: no-match", "missing: no-match, missing_reason: GONE", "table_malformed", "columns.drift"),
    (", currency: CNY, missing", ", missing", "table_malformed", "columns.debt"),
    ("type: number", "type: number, currency: CNY", "table_malformed", "columns.drift"),
    ("least: 350, most: 950", "least: 950, most: 350", "table_malformed", "columns.score"),
    ("least: 350", "least: low", "table_cell_malformed", "columns.score.least"),
    ("type: yes-no", "type: yes-no, least: 0", "table_malformed", "columns.student.least"),
    ("type: whole", "type: whole, values: [a]", "table_malformed", "columns.score.values"),
    ("  verdict:", "  score:", "table_malformed", "outputs.score"),
    ("  drift:", "  note:", "table_malformed", "columns.note"),
    ("  drift:", "  Drift:", "table_malformed", "columns.Drift"),
    ("name: toy", "name: Toy", "table_malformed", "name"),
    ("from: 2026-01-01", "from: 2026-01-01\nuntil: 2026-01-01", "table_malformed", "until"),
    ("from: 2026-01-01", "from: 1 January", "date_malformed", "from"),
    ("outputs:", "rows: []\noutputs:", "table_rows_missing", "rows"),
    ("outputs:", "owner: me\noutputs:", "field_unknown", "owner"),
]


@pytest.mark.parametrize(("old", "new", "code", "key"), HEADERS)
def test_a_header_that_is_not_in_order_is_refused(old: str, new: str, code: str, key: str):
    with pytest.raises(Malformed) as wrong:
        parsed(HEADER.replace(old, new, 1))
    assert (wrong.value.code, wrong.value.file, wrong.value.key) == (code, "toy.yaml", key)
    assert wrong.value.line > 0


def test_rows_in_yaml_are_checked_by_their_own_line():
    for old, new, code, line, key in (
        ("> 0.55", "> 55%", "table_cell_malformed", 21, "rows.2.when.dti"),
        ("student: no", "studnet: no", "table_column_unknown", 21, "rows.2.when.studnet"),
        ("verdict: refer", "verdict: =1", "table_cell_formula", 22, "rows.2.then.verdict"),
        ("verdict: refer, ", "", "table_cell_malformed", 20, "rows.2"),
    ):
        with pytest.raises(Malformed) as wrong:
            parsed(HEADER + YAML_ROWS.replace(old, new, 1), None)
        assert (wrong.value.code, wrong.value.line, wrong.value.key) == (code, line, key)


def test_a_table_without_rows_anywhere_is_refused():
    with pytest.raises(Malformed) as wrong:
        parsed(HEADER, None)
    assert (wrong.value.code, wrong.value.file) == ("table_rows_missing", "toy.yaml")


@pytest.mark.parametrize(
    ("column", "value"),
    [
        *(("score", value) for value in (600.0, "600", True)),
        *(("dti", value) for value in (0.55, True)),
        *(("drift", value) for value in (0.1, "1e3")),
        ("debt", "5.00"),
        ("purpose", 1),
        *(("student", value) for value in ("yes", 1)),
    ],
)
def test_a_value_of_another_type_is_refused_and_never_compared(column: str, value: object):
    with pytest.raises(Malformed) as wrong:
        compile_table(parsed()).ask({column: value})
    assert (wrong.value.code, wrong.value.key) == ("table_value_malformed", column)


def test_a_rule_without_a_value_or_without_a_rulebook_is_refused():
    table = parsed(rows=ROWS.replace("< 600", "< CN.AGE.MIN"))
    for lookup, code in ((None, "rule_unknown"), (lambda key: None, "rule_not_in_force")):
        with pytest.raises(Malformed) as wrong:
            compile_table(table, *(() if lookup is None else (lookup,)))
        assert wrong.value.code == code
    (hit,) = compile_table(table, lambda key: 700).ask({"score": 699}).hits
    assert hit.deciding[0].text() == "score 699 < 700 (CN.AGE.MIN)"


def test_thresholds_are_exact():
    compiled = compile_table(parsed(rows=ROWS.replace('600..649,> 0.55,,> 50000.00,"in car,home",no', "[600..650),(0.3..0.55],!= 0.1,,,")))
    asked = {"score": 600, "drift": "0.2"}
    for text, is_hit in (("0.3", False), ("0.300000001", True), ("0.55", True), ("0.550000001", False)):
        assert (compiled.ask(asked | {"dti": Rate.parse(text)}).hits[0].rule_id == "B") is is_hit
    # A product of rates has more digits than a cell can hold.
    assert compiled.ask(asked | {"dti": Rate(3_000_000_000_1, 10**11)}).hits[0].rule_id == "B"
    assert compiled.ask(asked | {"dti": Rate(5_500_000_000_1, 10**11)}).hits[0].rule_id == "Z"
    assert compiled.ask(asked | {"dti": Rate.parse("0.5"), "drift": "0.10"}).hits[0].rule_id == "Z"
