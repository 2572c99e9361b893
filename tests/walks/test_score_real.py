"""Models of real data by the command that a user types, held to the figures that they have to reach."""

import json
from pathlib import Path

import pytest

from plimsoll.interfaces.cli import exits
from plimsoll.interfaces.cli.main import main
from tests.golden import reference_folder

PANEL, LOANS, GERMAN = "uci_taiwan_default.csv.gz", "lendingclub_2007_2010.csv.gz", "german_credit.csv.gz"
CONFIG = Path(__file__).parents[2] / "docs" / "how-to" / "models" / "lendingclub.yaml"


def real(name: str) -> str:
    path = reference_folder() / "data" / name
    if not path.exists():
        pytest.skip(f"no data/{name} in {reference_folder().name}: set PLIMSOLL_REFERENCE to the folder that holds it")
    return str(path)


def crossed(capsys: pytest.CaptureFixture[str], *words: str) -> dict[str, float]:
    assert main(["model", "crossval", *words, "--folds", "5", "--seed", "42", "--json"]) == exits.OK
    return dict(json.loads(capsys.readouterr().out))


@pytest.mark.slow
@pytest.mark.parametrize(("kind", "auc", "ks"), [("scorecard", 0.772, 0.426), ("tree", 0.786, 0.441)])
def test_the_panel_is_told_apart_as_well_as_promised(capsys, kind: str, auc: float, ks: float):
    """Slow: five fits on 24,000 rows, some twenty seconds."""
    words = ("--target", "default_next_month", "--bad", "1", "--exclude", "ID,SEX,AGE,MARRIAGE,EDUCATION", "--kind", kind)
    found = crossed(capsys, real(PANEL), *words)
    assert found["rows"] == 30_000
    assert found["auc"] >= auc
    assert found["ks"] >= ks


@pytest.mark.parametrize("kind", ["scorecard", "tree"])
def test_german_credit_is_told_apart_without_what_is_forbidden(capsys, kind: str):
    found = crossed(capsys, real(GERMAN), "--target", "CLASSIFICATION", "--bad", "0", "--kind", kind)
    assert found["rows"] == 1_000
    assert found["auc"] >= 0.775


def test_lendingclub_needs_a_config_file_and_no_code(capsys, tmp_path: Path):
    out = tmp_path / "model.json"
    assert main(["model", "train", real(LOANS), "--config", str(CONFIG), "--out", str(out), "--json"]) == exits.OK
    told = json.loads(capsys.readouterr().out)
    assert told["samples"]["out_of_time"]["auc"] >= 0.62
    assert not {"total_pymnt", "recoveries", "last_pymnt_d", "loan_status"} & set(told["features"])
