"""The bridge of the bad share of made tapes: it begins and ends at the shares of the balances, and its parts add up."""

import json
from itertools import pairwise

import pytest

from plimsoll.interfaces.cli.main import main
from plimsoll.portfolio.bridge import books, bridge, whole
from plimsoll.portfolio.expressions.flows import PARTS, flows_text
from tests.made_tapes import MAP, made_tape, rows_of, write_rows
from tests.refusing import refuses

LOANS = {
    "a": "0000000",
    "b": {"string": "0123444", "balance": "300.00"},
    "c": "00012P.",
    "d": {"string": "012344W", "product": "later"},
    "e": "..01234",
    "f": {"string": "0123400", "product": "later"},
    "g": {"string": "012345S", "balance": "50.00"},
    "h": "....000",
}


def bad_shares(loans) -> list[float]:
    """Work the bad share of each month out by hand from the strings."""
    found = []
    for month in range(7):
        owed = bad = 0.0
        for said in loans.values():
            text = said["string"] if isinstance(said, dict) else said
            amount = float(said.get("balance", "100.00")) if isinstance(said, dict) else 100.0
            if text[month].isdigit():
                owed += amount
                bad += amount if int(text[month]) >= 4 else 0.0
        found.append(bad / owed)
    return found


@pytest.mark.parametrize("by", ["", "product"])
def test_the_bridge_ends_where_the_balances_do(tmp_path, by):
    with made_tape(tmp_path, LOANS) as tape:
        months = tape.source.months
        steps = bridge(tape.ask(flows_text(tape.source, by)), months[1], months[-1])
        shares = bad_shares(LOANS)
        assert [step.share for step in steps] == pytest.approx(shares[2:])
        assert [sum(step.parts.values()) for step in steps] == pytest.approx([b - a for a, b in pairwise(shares[1:])])
        assert sum(whole(steps).values()) == pytest.approx(shares[-1] - shares[1])
        assert all(step.parts["mix"] == pytest.approx(0, abs=1e-12) for step in steps) == (by == ""), "one segment has no mix"


def test_what_left_is_told_apart(tmp_path):
    with made_tape(tmp_path, LOANS) as tape:
        rows = tape.ask(flows_text(tape.source))
        last = [dict(zip(PARTS, row[3:], strict=True)) for row in rows if row[0] == tape.source.months[-1]]
        sums = {name: sum(one[name] for one in last) for name in PARTS}
        assert sums == {
            "good": 400_00, "bad": 450_00, "entered": 100_00, "stayed": 300_00, "cured": 0, "written_off": 100_00, "sold": 50_00,
            "after": 700_00, "bad_after": 400_00,
        }  # fmt: skip
        one = books(rows)[tape.source.months[-1]]
        assert one.segments[""].entry * one.segments[""].aged == pytest.approx(0.25)


def test_a_month_without_a_past_is_refused(tmp_path):
    with made_tape(tmp_path, LOANS) as tape:
        rows = tape.ask(flows_text(tape.source))
        with refuses("segments_missing"):
            bridge(rows, tape.source.months[0], tape.source.months[-1])


def test_on_the_command_line(tmp_path, capsys):
    where = write_rows(tmp_path / "tape.csv", rows_of(LOANS))
    (tmp_path / "map.yaml").write_text(MAP, "utf-8")
    said = ["portfolio", "attribution", "--tape", str(where), "--map", str(tmp_path / "map.yaml"), "--by", "product"]
    assert main([*said, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["share_from"] + sum(told["parts"].values()) == pytest.approx(told["share_to"], abs=1e-5)
    assert main([*said, "--from", "2026-04", "--to", "2026-06"]) == 0
    assert "seasoning" in capsys.readouterr().out
    assert main([*said, "--from", "2026-01"]) == 2
    assert main([*said, "--from", "2026-06", "--to", "2026-06"]) == 2
