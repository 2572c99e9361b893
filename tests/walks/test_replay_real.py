"""The real files: counts taken straight from them without this code, and the whole replays held against those."""

import csv
import gzip
import json
from collections import Counter
from collections.abc import Iterator
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from plimsoll.interfaces.cli import exits
from plimsoll.interfaces.cli.main import main
from plimsoll.simulator.lendingclub_loans import read_loans
from plimsoll.simulator.rolls import count_rolls
from plimsoll.simulator.taiwan_panel import read_panel
from tests.golden import reference_folder

PANEL, LOANS, CURVE = "uci_taiwan_default.csv.gz", "lendingclub_2007_2010.csv.gz", "published_lc_vintage_curves.csv"
APRIL_FIRST = ("PAY_6", "PAY_5", "PAY_4", "PAY_3", "PAY_2", "PAY_0")
ROLLS = [
    [123723, 1860, 6209, 0, 0],
    [0, 34, 0, 0, 0],
    [4130, 1676, 9460, 1031, 0],
    [176, 109, 362, 176, 285],
    [24, 43, 167, 39, 496],
]
"""Published with the panel's description: from C, 1, 2, 3, 4 months late or more, to the same, April to September."""
REPLAY_S_MAX = 300


def real(name: str) -> Path:
    path = reference_folder() / "data" / name
    if not path.exists():
        pytest.skip(f"no data/{name} in {reference_folder().name}: set PLIMSOLL_REFERENCE to the folder that holds it")
    return path


def rows_of(path: Path) -> Iterator[dict[str, str]]:
    with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def moves_of(rows: list[dict[str, str]]) -> list[list[int]]:
    """Count rolls with nothing but the columns of the file."""
    counts = [[0] * 5 for _ in range(5)]
    for row in rows:
        codes = [min(max(int(row[name]), 0), 4) for name in APRIL_FIRST]
        for before, after in pairwise(codes):
            counts[before][after] += 1
    return counts


def test_roll_counts_of_the_panel_are_the_published_ones():
    rows = list(rows_of(real(PANEL)))
    assert moves_of(rows) == ROLLS
    months = list(zip(*(client.statuses for client in read_panel(real(PANEL))), strict=True))
    assert count_rolls(months) == ROLLS
    assert [month.count(1) for month in months] == [0, 0, 2, 4, 28, 3688]


def test_the_charge_off_curve_of_the_file_is_the_published_one_in_all_15_quarters():
    made: Counter[str] = Counter()
    lost: Counter[tuple[str, int]] = Counter()
    for row in rows_of(real(LOANS)):
        if row["loan_status"] not in ("Fully Paid", "Charged Off"):
            continue
        year, month = int(row["issue_d"][:4]), int(row["issue_d"][5:7])
        quarter = f"{year}Q{(month + 2) // 3}"
        made[quarter] += 1
        if row["loan_status"] == "Charged Off" and row["last_pymnt_d"]:
            after = (int(row["last_pymnt_d"][:4]) - year) * 12 + int(row["last_pymnt_d"][5:7]) - month
            for horizon in (12, 24, 36):
                lost[quarter, horizon] += after <= horizon
    with real(CURVE).open(encoding="utf-8", newline="") as file:
        published = {row["vintage"]: [float(row[f"dr_{horizon}m"]) for horizon in (12, 24, 36)] for row in csv.DictReader(file)}
    assert len(made) == 15
    assert all(published[quarter] == [lost[quarter, horizon] / made[quarter] for horizon in (12, 24, 36)] for quarter in made)


def test_total_cash_of_every_loan_is_the_sum_of_its_components_to_the_cent():
    loans = read_loans(real(LOANS))
    assert len(loans) == 20_814
    assert all(abs(one.paid_total - one.paid_principal - one.paid_interest - one.paid_late_fee - one.recovered) <= 1 for one in loans)


def replayed(capsys: pytest.CaptureFixture[str], book: Path, *words: object) -> dict[str, Any]:
    """Replay a real file into a book, verify it, and give the report."""
    assert main(["replay", *map(str, words), "--db", f"sqlite:///{book}", "--json"]) == exits.OK
    report = dict(json.loads(capsys.readouterr().out))
    assert main(["verify", "--db", f"sqlite:///{book}", "--json"]) == exits.OK
    assert json.loads(capsys.readouterr().out)["proved"]
    return report


@pytest.mark.slow
def test_the_whole_panel_becomes_a_book_within_five_minutes(capsys: pytest.CaptureFixture[str], tmp_path: Path):
    """Slow: 386,000 commands, and the close of 202 days with half a million visits."""
    rows = list(rows_of(real(PANEL)))
    report = replayed(capsys, tmp_path / "book.db", "taiwan", real(PANEL))
    assert report["accounts"] == 30_000
    assert report["seconds"] < REPLAY_S_MAX
    assert (report["not_taken"], report["parked"], report["control_totals_agree"]) == ({}, 0, True)
    assert report["rolls"]["recorded"] == ROLLS
    bills = [[int(float(row[f"BILL_AMT{k}"])) for k in (6, 5, 4, 3, 2, 1)] for row in rows]
    assert report["contradictions"]["bill_negative"] == sum(bill < 0 for client in bills for bill in client)
    assert report["contradictions"]["bill_over_limit"] == sum(
        bill > float(row["LIMIT_BAL"]) for row, client in zip(rows, bills, strict=True) for bill in client
    )
    off = report["departures"]["purchase_cut_to_limit"] + report["departures"]["bill_above_record"]
    assert report["bills"] == {"recorded": 180_000, "equal": 180_000 - off}
    assert off < 7_000
    columns = [sum(column) for column in zip(*report["confusion_april_to_august"], strict=True)]
    codes = Counter(min(int(row[name]), 4) for row in rows for name in APRIL_FIRST[:-1])
    assert columns == [codes[status] for status in (-2, -1, 0, 1, 2, 3, 4)]
    assert report["agreement"]["same_class"] > 0.9 * report["agreement"]["compared"]


@pytest.mark.slow
def test_all_loans_become_a_book_whose_cash_and_curve_are_the_record(capsys: pytest.CaptureFixture[str], tmp_path: Path):
    """Slow: 673,000 commands, and the close of nine years."""
    report = replayed(capsys, tmp_path / "book.db", "lendingclub", real(LOANS), "--published", real(CURVE))
    assert report["accounts"] == 20_814
    assert (report["not_taken"], report["parked"], report["control_totals_agree"]) == ({}, 0, True)
    assert report["instalments_within_2_cents"] >= 0.956 * 20_814
    assert report["cash_wrong"] == {}
    assert [quarter["is_published"] for quarter in report["curve"]] == [True] * 15
    recovered = sum(round(Fraction(row["recoveries"]) * 100) for row in rows_of(real(LOANS)))
    assert abs(Fraction(report["cash"]["recovered"]) * 100 - recovered) <= 20
