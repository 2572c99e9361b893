"""Early warning on the real panel: the units of the protocol, and, slowly, that warnings beat the published baseline."""

import csv
import gzip
from datetime import date
from pathlib import Path

import pytest

from plimsoll.interfaces.cli.watch_evaluate import evaluated
from plimsoll.simulator.taiwan_panel import read_panel
from plimsoll.simulator.watch_taiwan import HORIZON, watch
from tests.golden import reference_folder

UNITS, BASE_RATE = 61_456, 0.136
"""Published with the baseline: clean account-months, and the share of them that was late within three months."""
PRECISION_MIN, LIFT_MIN = 0.36, 2.7
APRIL_FIRST = ("PAY_6", "PAY_5", "PAY_4", "PAY_3", "PAY_2", "PAY_0")


def panel() -> Path:
    path = reference_folder() / "data" / "uci_taiwan_default.csv.gz"
    if not path.exists():
        pytest.skip(f"no data/{path.name} in {reference_folder().name}: set PLIMSOLL_REFERENCE to the folder that holds it")
    return path


def test_the_units_are_those_of_the_protocol():
    """Counted once from the columns of the file alone, and once by what the models are fitted on."""
    units = late = 0
    with gzip.open(panel(), "rt", encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            codes = [int(float(row[name])) for name in APRIL_FIRST]
            for month in (1, 2, 3):
                if codes[month] > -2 and max(codes[: month + 1]) <= 0:
                    units += 1
                    late += max(codes[month + 1 : month + 4]) >= 2
    assert units == UNITS
    assert round(late / units, 3) == BASE_RATE
    table, spells = watch(read_panel(panel())).units()
    assert (table.rows, int(spells.is_late(HORIZON).sum())) == (units, late)
    assert not {"SEX", "AGE", "MARRIAGE", "EDUCATION"} & {name.upper() for name in table.columns}


@pytest.mark.slow
def test_warnings_beat_the_baseline():
    """Minutes: five forests and five scorecards on 150,000 months at risk."""
    told = evaluated(panel(), "tree", 5, date(2026, 12, 1))
    at_five = next(one for one in told["budgets"] if one["budget"] == 0.05)
    assert at_five["precision"] >= PRECISION_MIN
    assert at_five["lift"] >= LIFT_MIN
    assert at_five["lead_median"] >= 2
    held, others = told["holdout"]["held_out"], told["holdout"]["acted_on"]
    noise = (others["precision"] * (1 - others["precision"]) / held["warnings"]) ** 0.5
    assert abs(held["precision"] - others["precision"]) < 4 * noise, "nobody acted, so the two differ by chance alone"
