"""Tables that leave the house are opened in spreadsheets: what somebody typed is never calculated there, and a number stays a number."""

import ast
import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as some

from plimsoll.app.bureau_file import COLUMNS as BUREAU
from plimsoll.app.bureau_file import write_records
from plimsoll.app.cell import MARKS, Table, cell
from plimsoll.app.decide_file import COLUMNS as DECIDED
from plimsoll.app.decide_file import write_decisions
from plimsoll.app.disposal.package_files import _csv
from tests.tidy.source import SRC, package

ATTACKS = ("=1+1", "=cmd|' /C calc'!A0", "+1+1", "-1+1", "@SUM(A1)", "\t=1", "\r=1", "\x00=1", "-", "-2+3+cmd|' /C calc'!A0", "+86 138")
NUMBERS = ("-12.50", "0", "12.50", "-1", "-1e-05", "1E6", "-.5")
WRITES_NUMBERS_ALONE = "months.py"
ESCAPES_BY_ITSELF = "apply.py"
IS_ITS_OWN_SOURCE = "policy_draft.py"
"""A draft of a policy table goes out as it will come back: its bytes are what is registered, and its cells conditions."""


@pytest.mark.parametrize("text", ATTACKS)
def test_attack_formula_in_a_cell(text):
    assert cell(text) == "'" + text


@pytest.mark.parametrize("text", NUMBERS)
def test_a_number_stays_a_number(text):
    assert cell(text) == text
    assert cell(-1) == -1


@given(some.text(max_size=30))
def test_attack_formula_in_any_text_comes_back_as_text(text):
    written = io.StringIO(newline="")
    Table(written).row([text, "b"])
    (row,) = csv.reader(io.StringIO(written.getvalue(), newline=""))
    assert row[1] == "b"
    assert row[0].removeprefix("'") == text.removeprefix("'")
    assert not row[0].startswith(MARKS) or isinstance(float(row[0]), float)


def test_attack_formula_by_a_table_that_is_written_elsewhere():
    """Every module that writes CSV does it by this one writer, but for three that are named."""
    found = set()
    for path in package():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Attribute) and node.attr in ("writer", "DictWriter") and isinstance(node.value, ast.Name):
                found.add(path.name) if node.value.id == "csv" else None
    assert found - {IS_ITS_OWN_SOURCE} == {"cell.py", WRITES_NUMBERS_ALONE, ESCAPES_BY_ITSELF}
    assert "safe(error.key)" in (SRC / "app" / "imports" / "apply.py").read_text(encoding="utf-8")


@pytest.mark.parametrize("text", ATTACKS[:5])
def test_attack_formula_in_files_for_others(tmp_path, text):
    """Decisions, records for a credit bureau, the tape of a package: a name or a reference that somebody chose."""
    paths = [write_decisions([[text] * len(DECIDED)], tmp_path)[0], _csv(tmp_path / "tape.csv", [["a"], [text]])]
    record = dict.fromkeys(BUREAU, text) | {"kind": "R", "status": "normal", "disputed": False}
    write_records(tmp_path / "bureau.csv", [record])
    for path in [*paths, tmp_path / "bureau.csv"]:
        with path.open(encoding="utf-8", newline="") as file:
            rows = list(csv.reader(file))
        assert "'" + text in rows[1], path
        assert not any(one.startswith(MARKS) for row in rows for one in row)
