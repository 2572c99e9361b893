"""Tables that analysts bring: what is read from them, and what is said of those that cannot be read."""

import gzip
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from plimsoll.app.table_file import read_table
from plimsoll.app.table_text import read_texts
from plimsoll.risk.score.table import CATEGORY, DATE, NUMBER
from plimsoll.units.refusal import LANGUAGES, Malformed

Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """A function that writes bytes or text to a file and gives its path."""

    def written(content: str | bytes, name: str = "table.csv") -> Path:
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
        return path

    return written


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_the_delimiter_is_found_and_quotes_are_understood(write: Write, delimiter: str, end: str):
    rows = [["a", "b", "名称"], ["1", f'"x{delimiter}y"', "甲"], ["2.5", '"say ""no"""', "乙"], ["", "", ""]]
    table = read_table(write("\ufeff" + end.join(delimiter.join(row) for row in rows) + end))
    assert list(table.columns) == ["a", "b", "名称"]
    assert [table.columns["a"].value(row) for row in range(3)] == [1.0, 2.5, None]
    assert [table.columns["b"].value(row) for row in range(3)] == [f"x{delimiter}y", 'say "no"', None]
    assert [table.columns["名称"].value(row) for row in range(3)] == ["甲", "乙", None]


def test_gzip_and_parquet_hold_the_same_as_plain_text(write: Write, tmp_path: Path):
    text = "n,word\n1,a\n2,b\n,a\n"
    plain, packed = read_table(write(text)), read_table(write(gzip.compress(text.encode()), "table.csv.gz"))
    pq.write_table(pa.table({"n": [1.0, 2.0, None], "word": ["a", "b", "a"]}), tmp_path / "table.parquet")
    columns = read_table(tmp_path / "table.parquet")
    for table in (packed, columns):
        assert table.rows == plain.rows == 3
        assert all(table.columns[name].value(row) == plain.columns[name].value(row) for name in plain.columns for row in range(3))


@pytest.mark.parametrize(
    ("cells", "kind", "first"),
    [
        (["1", "2", "NA"], NUMBER, 1.0),
        (["+1", "-2.5e3", "null"], NUMBER, 1.0),
        (["1,234", '"2,000,000.5"', "-"], NUMBER, 1234.0),
        (["12.5%", "3%", "unknown"], NUMBER, 12.5),
        (["¥1,200", "¥3", "无"], NUMBER, 1200.0),
        (["inf", "2", "nan"], NUMBER, None),
        (["1e308", "-1e308", "5"], NUMBER, 1e308),
        (["2024-02-29", "2024-03-01", "?"], DATE, 19782.0),
        (["29/02/2024", "01/03/2024", ""], DATE, 19782.0),
        (["2024年02月29日", "2024年03月01日", ""], DATE, 19782.0),
        (["Feb-2024", "Mar-2024", ""], DATE, 19754.0),
        (["36 months", "60 months", "NA"], CATEGORY, "36 months"),
        (["true", "false", ""], CATEGORY, "true"),
        (["none", "some", "12"], CATEGORY, "none"),
        (["1", "2", "three"], CATEGORY, "1"),
    ],
)
def test_the_kind_of_a_column_is_told_from_its_cells(write: Write, cells: list[str], kind: str, first: object):
    quoted = [cell if cell.startswith('"') else f'"{cell}"' for cell in cells]
    column = read_table(write("x,y\n" + "".join(f"{cell},1\n" for cell in quoted))).columns["x"]
    assert (column.kind, column.value(0)) == (kind, first)


def test_a_few_cells_that_are_no_numbers_are_noted_and_missing(write: Write):
    cells = [str(number) for number in range(999)] + ["oops"]
    column = read_table(write("x\n" + "\n".join(cells) + "\n")).columns["x"]
    assert column.kind == NUMBER
    assert column.value(999) is None
    assert column.notes == ("1 cells are no numbers and count as missing: 'oops'",)


def test_a_column_without_any_value_is_there_and_empty(write: Write):
    column = read_table(write("x,y\n,1\nNA,2\n")).columns["x"]
    assert column.is_missing().all()
    assert column.distinct == 0


def test_a_column_without_a_name_is_called_by_its_place(write: Write):
    table = read_table(write(",x\n1,5\n2,6\n"))
    assert list(table.columns) == ["column_1", "x"]
    assert "column_1" in table.notes[0]


def test_parquet_of_many_types(tmp_path: Path):
    import datetime as dt
    import decimal

    columns = {
        "bool": [True, None, False],
        "decimal": [decimal.Decimal("1.50"), None, decimal.Decimal(2)],
        "day": [dt.date(2024, 2, 29), None, dt.date(2024, 3, 1)],
        "instant": [dt.datetime(2024, 2, 29, 23, 59, tzinfo=dt.UTC), None, dt.datetime(2024, 3, 1, tzinfo=dt.UTC)],
        "coded": pa.array(["a", None, "b"]).dictionary_encode(),
        "nothing": pa.nulls(3),
        "nested": [[1], None, [2]],
        "big": [2**62, None, 5],
    }
    pq.write_table(pa.table(columns), tmp_path / "many.parquet")
    table = read_table(tmp_path / "many.parquet")
    kinds = {name: column.kind for name, column in table.columns.items()}
    assert kinds == {
        "bool": CATEGORY, "decimal": NUMBER, "day": DATE, "instant": DATE, "coded": CATEGORY, "nothing": NUMBER, "big": NUMBER,
    }  # fmt: skip
    assert table.columns["bool"].value(0) == "true"
    assert table.columns["instant"].value(0) == table.columns["day"].value(0) == 19782.0
    assert all(column.is_missing()[1] for column in table.columns.values())
    assert "nested" in table.notes[0]


MALFORMED = {
    "nothing": (b"", "file_empty", 0),
    "blank lines": (b"\n\n  \n", "file_empty", 0),
    "a header alone": (b"a,b\n", "file_empty", 1),
    "a name twice": (b"a,b,a\n1,2,3\n", "header_malformed", 1),
    "a row too short": (b"a,b\n1,2\n3\n4,5\n", "row_malformed", 3),
    "a row too long": (b'a,b\n"1\n1",2\n3,4,5\n', "row_malformed", 4),
    "an open quote": (b'a,b\n1,2\n"3,4\n5,6\n', "row_malformed", 3),
    "another encoding": ("a,b\n1,2\n3,\u7532\n".encode("gb18030"), "file_not_text", 3),
    "another encoding in the first line": ("a,\u7532\n1,2\n".encode("gb18030"), "file_not_text", 1),
    "two bytes a character": ("a,b\n1,2\n".encode("utf-16"), "file_not_text", 1),
    "a workbook": (b"PK\x03\x04rest", "file_not_table", 0),
    "a program": (b"\x7fELF\0\0\0", "file_not_table", 0),
    "gzip cut short": (gzip.compress(b"a,b\n" + b"1,2\n" * 5000)[:-20], "file_truncated", 0),
    "gzip with a wrong byte": (gzip.compress(b"a,b\n1,2\n")[:-6] + b"\0\0\0\0\0\0", "file_truncated", 0),
    "parquet cut short": (b"PAR1\x15\x04\x15\x10", "file_truncated", 0),
}


@pytest.mark.parametrize("case", MALFORMED)
def test_a_file_that_cannot_be_read_is_named_with_the_place_and_the_remedy(write: Write, case: str):
    content, code, line = MALFORMED[case]
    path = write(content)
    with pytest.raises(Malformed) as refused:
        read_texts(path)
    assert (refused.value.code, refused.value.line) == (code, line)
    assert all(str(path) in refused.value.text(language) for language in LANGUAGES)


def test_a_name_that_ends_in_gz_and_is_none(write: Write):
    with pytest.raises(Malformed) as refused:
        read_texts(write("a,b\n1,2\n", "table.csv.gz"))
    assert refused.value.code == "file_not_gzip"


def test_a_file_that_is_not_there(tmp_path: Path):
    with pytest.raises(Malformed) as refused:
        read_table(tmp_path / "no.csv")
    assert refused.value.code == "file_missing"


def test_a_column_that_is_not_there_names_the_nearest(write: Write):
    with pytest.raises(Malformed) as refused:
        read_table(write("Target,x\n1,2\n")).column("target")
    assert (refused.value.code, refused.value.remedy) == ("column_missing", "Is 'Target' meant?")


def test_rows_as_text_leave_out_what_is_empty(write: Write, tmp_path: Path):
    assert list(read_texts(write("id,sum\n001, 1.50\n002,\n")).each()) == [{"id": "001", "sum": "1.50"}, {"id": "002"}]
    pq.write_table(pa.table({"id": [1, 2], "yes": [True, None]}), tmp_path / "t.parquet")
    assert list(read_texts(tmp_path / "t.parquet").each()) == [{"id": "1", "yes": "true"}, {"id": "2"}]


def test_rows_are_taken_by_place_and_by_flag(write: Write):
    table = read_table(write("x,w\n1,a\n2,b\n3,a\n"))
    assert [table.take(np.array([2, 0])).columns["w"].value(row) for row in range(2)] == ["a", "a"]
    assert table.take(np.array([False, True, False])).columns["x"].value(0) == 2.0
    assert list(table.columns["w"].is_word(["a"])) == [True, False, True]
    assert list(table.columns["x"].is_word(["2.0", "x"])) == [False, True, False]
