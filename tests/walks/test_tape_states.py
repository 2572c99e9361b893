"""States out of a book, and the tape of a day from them: the same rows that the close writes, here and on Spark's executors."""

import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from plimsoll.interfaces.cli.exits import OK, USAGE
from plimsoll.interfaces.cli.main import main

LAST, LATER, EARLIER = "day=2025-12-31", "2026-03-10", "2025-12-15"


@pytest.fixture(scope="module")
def book(tmp_path_factory) -> Path:
    """A demo of a few borrowers over three months, with its tape."""
    folder = tmp_path_factory.mktemp("demo")
    assert main(["demo", "--folder", str(folder), "--borrowers", "12", "--months", "3"]) == OK
    return folder


def states(book: Path, folder: Path, on: str = LAST.removeprefix("day=")) -> Path:
    assert main(["portfolio", "states", "--db", f"sqlite:///{book / 'book.db'}", "--on", on, "--out", str(folder)]) == OK
    return folder


def rows(folder: Path) -> list[dict[str, object]]:
    found = pa.concat_tables([pq.ParquetFile(path).read() for path in sorted(folder.glob("*.parquet"))]).to_pylist()
    return sorted(found, key=lambda row: (row["customer_id"], row["loan_id"]))


def test_the_tape_from_states_is_that_of_the_close(book, tmp_path, capsys):
    taken = states(book, tmp_path / "states")
    capsys.readouterr()
    assert main(["portfolio", "scan", "--states", str(taken), "--on", LAST[4:], "--out", str(tmp_path / "tape"), "--json"]) == OK
    expected = pq.ParquetFile(book / "tape" / LAST / "tape.parquet").read()
    assert json.loads(capsys.readouterr().out)["loans"] == expected.num_rows > 0
    assert pq.ParquetFile(tmp_path / "tape" / LAST / "tape.parquet").read() == expected


def test_states_tell_any_later_day_and_no_earlier_one(book, tmp_path, capsys):
    taken = states(book, tmp_path / "states", LATER)
    assert main(["portfolio", "scan", "--states", str(taken), "--on", LATER, "--out", str(tmp_path / "tape")]) == OK
    now, before = rows(tmp_path / "tape" / f"day={LATER}"), rows(book / "tape" / LAST)
    assert sum(row["past_due_days"] > 0 for row in now) > sum(row["past_due_days"] > 0 for row in before)
    words = ["portfolio", "states", "--db", f"sqlite:///{book / 'book.db'}", "--out", str(tmp_path / "none")]
    capsys.readouterr()
    assert main([*words, "--on", EARLIER]) == USAGE
    assert "moved past" in capsys.readouterr().err
    assert main([*words[:-1], str(taken), "--on", LATER]) == USAGE
    assert "not empty" in capsys.readouterr().err


@pytest.mark.slow
def test_executors_of_spark_make_the_same_tape(book, tmp_path):
    """Java takes long to start, and the executors have to load the kernel."""
    pytest.importorskip("pyspark", reason="the extra `spark` is not installed")
    taken = states(book, tmp_path / "states")
    words = ["--states", str(taken), "--on", LAST[4:], "--out", str(tmp_path / "tape"), "--engine", "spark", "--master", "local[2]"]
    assert main(["portfolio", "scan", *words]) == OK
    assert rows(tmp_path / "tape" / LAST) == rows(book / "tape" / LAST)
