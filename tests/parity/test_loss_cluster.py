"""Expected loss loan by loan: what Spark's executors measure is equal, row for row, to what this process does and to the table by stage."""

import json
import os
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from plimsoll.interfaces.cli.exits import OK, USAGE
from plimsoll.interfaces.cli.main import main
from tests.made_tapes import MAP, rows_of, write_rows
from tests.unit.test_portfolio_naive import book


@pytest.fixture
def words(tmp_path) -> list[str]:
    where = write_rows(tmp_path / "tape.parquet", rows_of(book(9)))
    (tmp_path / "map.yaml").write_text(MAP, "utf-8")
    return ["portfolio", "ecl", "--tape", str(where), "--map", str(tmp_path / "map.yaml"), "--json"]


def written(folder: Path) -> list[dict[str, Any]]:
    return sorted((row for path in folder.glob("*.parquet") for row in pq.read_table(path).to_pylist()), key=lambda row: str(row["k0"]))


def test_loans_add_up_to_the_stages(words, tmp_path, capsys):
    assert main([*words, "--loans", str(tmp_path / "here")]) == OK
    told = json.loads(capsys.readouterr().out)
    rows = written(tmp_path / "here")
    assert told["loans_written"] == len(rows) > 20
    for stage in told["stages"]:
        own = [row for row in rows if row["stage"] == stage["stage"]]
        assert len(own) == stage["loans"]
        assert sum(row["allowance"] for row in own) == int(stage["allowance"].replace(".", ""))
        assert sum(row["exposure"] for row in own) == int(stage["exposure"].replace(".", ""))
    assert main([*words, "--loans", str(tmp_path / "here")]) == USAGE
    assert "not empty" in capsys.readouterr().err


@pytest.mark.slow
def test_executors_measure_the_same(words, tmp_path, capsys):
    """Java takes long to start, and the executors load numpy."""
    pytest.importorskip("pyspark", reason="the extra `spark` is not installed")
    if not os.environ.get("JAVA_HOME") and not any((Path(folder) / "java").exists() for folder in os.get_exec_path()):
        pytest.skip("Spark needs Java 17, and there is no java on the PATH")
    assert main([*words, "--loans", str(tmp_path / "here")]) == OK
    here = json.loads(capsys.readouterr().out)
    spark = ["--engine", "spark", "--master", "local[2]"]
    assert main([*words, *spark, "--loans", str(tmp_path / "cluster")]) == OK
    there = json.loads(capsys.readouterr().out)
    assert written(tmp_path / "cluster") == written(tmp_path / "here")
    assert (here["stages"], here["loans_written"]) == (there["stages"], there["loans_written"])
    assert main([*words, *spark, "--loans", str(tmp_path / "cluster")]) == USAGE
