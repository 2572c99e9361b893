"""Files that somebody else wrote: each way to be malformed has its own code, with the line, and nothing is read by halves."""

import gzip
from pathlib import Path

import pytest

from plimsoll.simulator.read_rows import LINE_LENGTH_MAX, read_rows
from plimsoll.units.refusal import Malformed

COLUMNS = ("a", "b")
GOOD = "x,a,b\n0,1,2\n0,3,4\n"
PACKED = gzip.compress(GOOD.encode() * 200, mtime=0)

BAD = {
    "no line": (b"", "t.csv", "file_empty", 0, ""),
    "no row": (b"x,a,b\n", "t.csv", "file_empty", 1, "no row"),
    "another delimiter": (GOOD.replace(",", ";").encode(), "t.csv", "delimiter_wrong", 1, "semicolons"),
    "tabs": (GOOD.replace(",", "\t").encode(), "t.csv", "delimiter_wrong", 1, "tabs"),
    "a column less": (GOOD.replace("b", "c", 1).encode(), "t.csv", "column_missing", 1, "b"),
    "a column misspelt": (b"aa,B\n1,2\n", "t.csv", "column_missing", 1, "a, b"),
    "a column twice": (b"a,b,a\n1,2,3\n", "t.csv", "row_malformed", 1, "'a' stands twice"),
    "a short row": (GOOD.encode() + b"0,5\n", "t.csv", "row_malformed", 4, "2 columns, the first line has 3"),
    "cut off in the last row": (GOOD.encode()[:-3], "t.csv", "row_malformed", 3, "2 columns"),
    "an open quote": (GOOD.encode() + b'0,"5,6\n', "t.csv", "row_malformed", 4, ""),
    "latin letters": (GOOD.encode() + "0,5,Müller\n".encode("latin-1"), "t.csv", "file_not_text", 4, "0xfc"),
    "utf-16": (GOOD.encode("utf-16"), "t.csv", "file_not_text", 1, "0xff"),
    "gzip cut off": (PACKED[: len(PACKED) // 2], "t.csv.gz", "file_truncated", None, ""),
    "gzip without its end": (PACKED[:-4], "t.csv.gz", "file_truncated", None, ""),
    "gzip damaged": (PACKED[:30] + b"\xff\xff\xff\xff" + PACKED[34:], "t.csv.gz", "file_truncated", None, ""),
    "gzip with a wrong sum": (PACKED[:-8] + b"\x00" * 8, "t.csv.gz", "file_truncated", None, "CRC"),
    "no gzip": (GOOD.encode(), "t.csv.gz", "file_not_gzip", 0, ""),
    "a line without end": (b"a,b\n" + b"1" * LINE_LENGTH_MAX + b",2\n", "t.csv", "file_too_large", 2, ""),
}


@pytest.mark.parametrize("name", BAD)
def test_a_file_that_cannot_be_read_is_refused_with_its_place(tmp_path: Path, name: str):
    content, file, code, line, detail = BAD[name]
    path = tmp_path / file
    path.write_bytes(content)
    with pytest.raises(Malformed) as wrong:
        list(read_rows(path, COLUMNS))
    assert wrong.value.code == code
    assert wrong.value.file == str(path)
    assert line in (None, wrong.value.line)
    assert detail in wrong.value.detail


def test_a_file_that_is_not_there_is_missing(tmp_path: Path):
    for path in (tmp_path / "no.csv", tmp_path):
        with pytest.raises(Malformed, match="does not exist or cannot be read") as wrong:
            list(read_rows(path, COLUMNS))
        assert wrong.value.code == "file_missing"


@pytest.mark.parametrize(
    "content", [GOOD.encode(), b"\xef\xbb\xbf" + GOOD.encode(), GOOD.replace("\n", "\r\n").encode(), gzip.compress(GOOD.encode(), mtime=0)]
)
def test_rows_come_with_their_lines_and_the_columns_asked_for(tmp_path: Path, content: bytes):
    path = tmp_path / "t.csv"
    path.write_bytes(content + (b"" if content[:1] == b"\x1f" else b"\n"))
    assert [(row.line, row.values) for row in read_rows(path, ("b", "a"))] == [(2, ("2", "1")), (3, ("4", "3"))]
