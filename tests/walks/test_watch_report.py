"""`plimsoll watch report` on a replayed book, from the file to the report, on both databases."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from plimsoll.interfaces.cli import exits
from plimsoll.interfaces.cli.main import main
from tests.unit import panel

SLIPS = panel.Told(20_000, (0, 0, 0, 0, 2, 2), (18_000, 18_300, 18_700, 19_100, 19_600, 19_900), (900, 900, 800, 700, 0, 0))
"""Somebody who pays less every month, and in August nothing."""


def clients() -> Iterator[panel.Told]:
    """Give 40 of each kind, no two with the same amounts."""
    for number in range(40):
        for told in (panel.PAYS_IN_FULL, panel.REVOLVES, SLIPS, panel.USES_NOTHING):
            grown = 100 + number
            yield told._replace(
                limit=told.limit * grown // 100,
                bills=[minor * grown // 100 for minor in told.bills],
                payments=[minor * grown // 100 for minor in told.payments],
            )


def report(capsys: pytest.CaptureFixture[str], *words: object) -> dict[str, Any]:
    assert main([str(word) for word in (*words, "--json")]) == exits.OK
    return dict(json.loads(capsys.readouterr().out))


def test_a_replayed_book_is_watched(capsys: pytest.CaptureFixture[str], tmp_path: Path, empty_database: str):
    file = panel.write(tmp_path / "panel.csv", list(clients()))
    report(capsys, "replay", "taiwan", file, "--db", empty_database)
    found = report(capsys, "watch", "report", "--db", empty_database, "--on", "2005-10-01")
    assert (found["customers"], found["currency"]) == (160, "TWD")
    owing = sum(one["customers"] for one in found["classes"])
    assert owing == sum(one["customers"] for one in found["overdue"]) == 120
    late = sum(one["customers"] for one in found["overdue"][1:])
    assert late == 40, "those who slipped"
    over = found["over_extension"]
    assert sum(one["customers"] for one in over["classes"]) == over["by_load_line"] + over["by_payments"] + over["unknown"] == 160
    assert sum(map(sum, over["flow"]["counts"])) == 160
    assert sum(one["share"] for one in over["classes"]) == pytest.approx(1, abs=1e-4)
    warnings = found["warnings"]
    assert warnings["late_in_the_past"] >= 100
    assert warnings["raised"] == warnings["clean"] * 5 // 100
    assert {one["customer_id"] for one in warnings["top"]} <= set(range(1, 161))
    assert main(["watch", "report", "--db", empty_database, "--on", "2005-05-01"]) == exits.OK
    told = capsys.readouterr().out
    assert "too few customers were late" in told
    assert "To be assessed again: 0" in told


def test_a_book_without_lines_is_told_so(capsys: pytest.CaptureFixture[str], empty_database: str):
    assert main(["book", "create", "--db", empty_database]) == exits.OK
    assert main(["watch", "report", "--db", empty_database]) == exits.NOT_FOUND
    assert "no customer" in capsys.readouterr().err
