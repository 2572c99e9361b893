"""`plimsoll model crossval`, `train` and `score` on tables as analysts bring them, in and out of order."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from plimsoll.interfaces.cli import exits
from plimsoll.interfaces.cli.main import main

ROWS = 600
CHANCE = np.random.default_rng(7)
TELLS = CHANCE.normal(size=ROWS)
BAD = (CHANCE.uniform(size=ROWS) < 1 / (1 + np.exp(1 - 1.5 * TELLS))).astype(int)
WORDS = CHANCE.choice(["own", "rent", "合租"], ROWS)
YEAR = np.where(np.arange(ROWS) < 450, 2024, 2025)

Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """A function that writes columns to a CSV file and gives its path."""

    def written(**columns: object) -> Path:
        path = tmp_path / "table.csv"
        rows = zip(*(list(column) for column in columns.values()), strict=True)
        path.write_text("\n".join([",".join(columns), *(",".join(map(str, row)) for row in rows)]) + "\n", "utf-8")
        return path

    return written


def crossed(capsys: pytest.CaptureFixture[str], path: Path, *words: str) -> tuple[int, dict[str, float], str]:
    """Cross-validate, and give the exit code, the figures and what was said beside them."""
    capsys.readouterr()
    code = main(["model", "crossval", str(path), *words, "--json"])
    said = capsys.readouterr()
    return code, json.loads(said.out) if said.out else {}, said.err


@pytest.mark.parametrize("kind", ["scorecard", "tree"])
def test_figures_are_those_named_and_the_same_again(write: Write, capsys, kind: str):
    path = write(x=TELLS, home=WORDS, y=BAD)
    words = ("--target", "y", "--bad", "1", "--kind", kind)
    code, figures, _ = crossed(capsys, path, *words)
    assert code == exits.OK
    assert list(figures) == ["rows", "auc", "auc_sd", "ks", "brier", "ece"]
    assert figures["rows"] == ROWS
    assert figures["auc"] > 0.7
    assert crossed(capsys, path, *words)[1] == figures


@pytest.mark.parametrize(
    ("target", "bad"),
    [
        (BAD, "1"),
        (BAD.astype(float), "1"),
        (np.where(BAD, -1, 1), "-1"),
        (np.where(BAD, "违约", "正常"), "违约"),
        (np.where(BAD, "Yes", "No"), "yes"),
        (BAD.astype(bool), "True"),
    ],
)
def test_an_outcome_may_be_written_in_many_ways(write: Write, capsys, target, bad: str):
    code, figures, _ = crossed(capsys, write(x=TELLS, y=target), "--target", "y", "--bad", bad)
    assert code == exits.OK
    assert figures["auc"] > 0.7


def test_what_is_left_out_is_said_with_the_reason(write: Write, capsys):
    path = write(
        id=np.arange(ROWS), ref=[f"r{n}" for n in range(ROWS)], none=[""] * ROWS, same=[1] * ROWS, SEX=BAD,
        AGE=CHANCE.integers(20, 60, ROWS), x=TELLS, twin=TELLS, out=TELLS, y=[*BAD[:-1], ""],
    )  # fmt: skip
    code, figures, said = crossed(capsys, path, "--target", "y", "--bad", "1", "--exclude", "out,gone")
    assert (code, figures["rows"]) == (exits.OK, ROWS - 1)
    for wanted in (
        "left out id: names rows", "left out ref: names rows", "left out none: no row has a value", "left out same: the same value",
        "left out SEX: forbidden by the rulebook: sex", "AGE is measured with", "left out twin: the same as x", "left out out: as told",
        "left out 1 rows without an outcome", "there is no column 'gone'",
    ):  # fmt: skip
        assert wanted in said


@pytest.mark.parametrize("kind", ["scorecard", "tree"])
def test_a_column_that_tells_without_a_fault_is_used_and_questioned(write: Write, capsys, kind: str):
    code, figures, said = crossed(capsys, write(leak=BAD * 2, x=TELLS, y=BAD), "--target", "y", "--bad", "1", "--kind", kind)
    assert (code, figures["auc"]) == (exits.OK, 1.0)
    assert "is every column known before the outcome is?" in said


def test_special_values_have_bins_of_their_own(write: Write, capsys):
    coded = np.where(CHANCE.uniform(size=ROWS) < 0.2, -9, np.abs(TELLS))
    path = write(x=coded, z=TELLS, y=BAD)
    assert crossed(capsys, path, "--target", "y", "--bad", "1", "--special", "-9,-8")[0] == exits.OK
    assert crossed(capsys, path, "--target", "y", "--bad", "1", "--special", "none")[0] == exits.USAGE


MALFORMED = {
    "no such outcome": (("--target", "z", "--bad", "1"), "column_missing"),
    "no such value": (("--target", "y", "--bad", "7"), "target_value_missing"),
    "one outcome": (("--target", "one", "--bad", "1"), "target_one_class"),
    "few bad ones": (("--target", "few", "--bad", "1"), "class_too_small"),
    "nothing to learn from": (("--target", "y", "--bad", "1", "--exclude", "x,few,one"), "no_feature_left"),
    "no such kind": (("--target", "y", "--bad", "1", "--kind", "network"), "--kind 'network'"),
    "no outcome said": (("--bad", "1"), "--target COLUMN and --bad VALUE are needed"),
}


@pytest.mark.parametrize("case", MALFORMED)
def test_what_cannot_be_done_ends_with_2_and_says_why(write: Write, capsys, case: str):
    from plimsoll.units.sentences import SENTENCES

    words, said = MALFORMED[case]
    code, figures, error = crossed(capsys, write(x=TELLS, few=(np.arange(ROWS) < 3).astype(int), one=[1] * ROWS, y=BAD), *words)
    assert (code, figures) == (exits.USAGE, {})
    assert SENTENCES.get(said, ("", said))[1] in error


@pytest.mark.parametrize("kind", ["scorecard", "tree"])
def test_a_model_is_trained_before_a_split_measured_after_it_and_scores_a_table(write: Write, capsys, tmp_path: Path, kind: str):
    path, out = write(n=[f"c{n}" for n in range(ROWS)], x=TELLS, home=WORDS, year=YEAR, y=BAD), tmp_path / "model.json"
    words = ["model", "train", str(path), "--target", "y", "--bad", "1", "--kind", kind, "--split", "year=2025", "--out", str(out)]
    assert main([*words, "--json"]) == exits.OK
    told = json.loads(capsys.readouterr().out)
    assert {name: sample["rows"] for name, sample in told["samples"].items()} == {"training": 450, "out_of_time": 150}
    assert "year" not in told["features"]
    document = json.loads(out.read_text("utf-8"))
    assert document["digest"] == told["digest"]
    assert document["training"]["rows"] == 450
    first = out.read_text("utf-8")
    assert main(words) == exits.OK
    assert out.read_text("utf-8") == first
    capsys.readouterr()
    assert main(["model", "score", str(path), "--model", str(out), "--keep", "n", "--reasons", "2"]) == exits.OK
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "n,points,probability,reasons"
    assert len(lines) == ROWS + 1


def test_forbidden_and_withheld_features_are_refused_until_left_out(write: Write, capsys, tmp_path: Path):
    path, out = write(x=TELLS, 性别=BAD, education=WORDS, y=BAD), tmp_path / "model.json"
    words = ["model", "train", str(path), "--target", "y", "--bad", "1", "--out", str(out)]
    assert main(words) == exits.REFUSED
    said = capsys.readouterr().err
    assert "性别" in said
    assert "education" in said
    assert not out.exists()
    assert main([*words, "--exclude", "性别,education"]) == exits.OK


def test_a_split_that_leaves_nothing_on_one_side_is_named(write: Write, capsys, tmp_path: Path):
    words = ["--target", "y", "--bad", "1", "--split", "year=1999", "--out", str(tmp_path / "model.json")]
    assert main(["model", "train", str(write(x=TELLS, year=YEAR, y=BAD)), *words]) == exits.USAGE
    assert "nothing to measure" in capsys.readouterr().err


def test_a_config_file_says_what_options_do_not(write: Write, capsys, tmp_path: Path):
    path, config, out = (
        write(x=TELLS, home=WORDS, leak=BAD, year=YEAR, y=np.where(BAD, "late", "paid")),
        tmp_path / "how.yaml",
        tmp_path / "m.json",
    )
    config.write_text(
        "name: mine\ntarget: y\nbad: late\ngood: [paid]\ninclude: [x, home]\nreasons: {x: TELLS}\ndirections: {x: up}\nsplit: year=2025\n"
    )
    assert main(["model", "train", str(path), "--config", str(config), "--out", str(out)]) == exits.OK
    document = json.loads(out.read_text("utf-8"))
    assert document["name"] == "mine"
    assert [one["reason"] for one in document["features"] if one["name"] == "x"] == ["TELLS"]
    config.write_text("targett: y\n")
    capsys.readouterr()
    assert main(["model", "crossval", str(path), "--config", str(config)]) == exits.USAGE
    assert "Did you mean 'target'?" in capsys.readouterr().err
