"""Real accounts by the maps that are shipped, held to answers that others have published."""

import csv
import json
from pathlib import Path

import pytest

from plimsoll.interfaces.cli.exits import OK
from plimsoll.interfaces.cli.main import main
from tests.golden import reference_folder

ROLLS = [[123723, 1860, 6209, 0, 0], [0, 34, 0, 0, 0], [4130, 1676, 9460, 1031, 0], [176, 109, 362, 176, 285], [24, 43, 167, 39, 496]]
"""Moves of the Taiwan panel, April to September, between nothing late and 1, 2, 3, 4 months late or more; counted beside the data."""

AGAIN = {0: 0.48, 1: 0.68, 2: 0.75, 3: 0.88}
"""Share late a month later of those late now, by late months of the three before; July to August, before the codes change."""


def data(name: str) -> Path:
    path = reference_folder() / "data" / name
    if not path.exists():
        pytest.skip(f"no data/{name} in {reference_folder().name}: set PLIMSOLL_REFERENCE to the folder that holds it")
    return path


def told(capsys, *words: str):
    assert main(["portfolio", *words, "--json"]) == OK
    return json.loads(capsys.readouterr().out)


def test_the_taiwan_panel_moves_as_was_counted(capsys):
    found = told(capsys, "rolls", "--tape", str(data("uci_taiwan_default.csv.gz")), "--map", "taiwan", "--through", "M4")
    (matrix,) = found["matrices"]
    assert [row[:5] for row in matrix["counts"]] == ROLLS
    assert all(not any(row[5:]) for row in matrix["counts"])
    assert not any(matrix["not_seen"])
    assert (found["loans"], found["rows"]) == (30_000, 180_000)


def test_lateness_before_adds_to_lateness_after(capsys):
    words = ["--tape", str(data("uci_taiwan_default.csv.gz")), "--map", "taiwan", "--until", "2005-08"]
    found = told(capsys, "rolls", *words)
    late = {one["late_before"]: one["share"] for one in found["history"] if one["state"] == "late"}
    assert {before: round(share, 2) for before, share in late.items()} == AGAIN


def test_lendingclub_vintages_equal_the_published_curves(capsys):
    words = ["--tape", str(data("lendingclub_2007_2010.csv.gz")), "--map", "lendingclub", "--measure", "lost", "--every", "quarter"]
    curves = {curve["vintage"]: curve for curve in told(capsys, "vintage", *words)["curves"]}
    with data("published_lc_vintage_curves.csv").open(encoding="utf-8", newline="") as file:
        published = {row["vintage"]: row for row in csv.DictReader(file)}
    assert len(curves) == 15
    for name, curve in curves.items():
        for months in (12, 24, 36):
            cell = curve["cells"][months]
            assert cell["hits"] / cell["loans"] == float(published[name][f"dr_{months}m"]), (name, months)
            assert cell["is_mature"]
