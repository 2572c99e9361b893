"""The fastest growth of made books whose course can be worked out by hand: thirty loans a month of 100.00, owed for four months."""

import json

import pytest

from plimsoll.app.tape.worth import pacing
from plimsoll.interfaces.cli.main import main
from plimsoll.portfolio.pacing import Course, ahead, used_by
from plimsoll.rulebook.rules import load
from tests.made_tapes import MAP, made_tape, rows_of, write_rows

RULES = load()
MONTHS = 12
PER = 30
BOOK = 4 * PER * 100_00


def steady(late: str = "") -> dict[str, str]:
    """Thirty loans a month that owe 100.00 for four months and are paid in the fifth; `late` is the course of one of them instead."""
    found = {}
    for month in range(MONTHS):
        for loan in range(PER):
            course = late if late and loan == 0 else "0000P"
            end = "." if late else "P"
            found[f"{month:02d}-{loan:02d}"] = ("." * month + course)[:MONTHS].ljust(MONTHS, end)
    return found


def test_a_steady_book_goes_on_as_it_is(tmp_path):
    with made_tape(tmp_path, steady()) as tape:
        one = pacing(tape, tape.source.months[-1], RULES, 0.3)
    assert (one.seen.now.owing, one.seen.now.balance, one.seen.opened) == (4 * PER, BOOK, PER)
    assert ahead(one.seen, "balance", 0.0, 12) == pytest.approx([BOOK] * 12)
    grown = PER * 100_00 * sum(1.1**month for month in range(9, 13))
    assert ahead(one.seen, "balance", 0.1, 12)[-1] == pytest.approx(grown)


def test_what_binds_is_the_capital_and_the_growth_is_that_of_the_formula(tmp_path):
    """10.5 % of the book may not pass 13 % of today's: the book of the twelfth month may be 1.238 times today's."""
    with made_tape(tmp_path, steady()) as tape:
        one = pacing(tape, tape.source.months[-1], RULES, 0.3)
    assert one.pace.paced.bound_by == "capital"
    assert one.pace.paced.throttle == 1
    growth = one.pace.paced.growth
    assert sum((1 + growth) ** month for month in range(9, 13)) == pytest.approx(4 * 0.13 / 0.105)
    used = used_by(one.seen, one.limits, one.pace.early)
    assert all(of(growth) <= 1 + 1e-9 for of in used.values())
    assert used["capital"](growth + 0.001) > 1
    for of in used.values():
        shares = [of(rate / 100) for rate in range(31)]
        assert shares == sorted(shares), "a limit is never less used by faster growth"


def test_without_a_limit_in_the_way_the_most_is_planned(tmp_path):
    with made_tape(tmp_path, steady()) as tape:
        one = pacing(tape, tape.source.months[-1], RULES, 0.05, capital=10**9, funding=10**9)
    assert (one.pace.paced.growth, one.pace.paced.bound_by) == (0.05, "")


@pytest.mark.parametrize(("capital", "step"), [(1_145_45, 0.6), (900_00, 0.2), (600_00, 0.0)])
def test_a_limit_that_is_passed_throttles_by_the_ladder(tmp_path, capital, step):
    """The book binds 1,260.00: capital of 1,145.45 is used 110 %, of 900.00 140 %, of 600.00 210 %."""
    with made_tape(tmp_path, steady()) as tape:
        one = pacing(tape, tape.source.months[-1], RULES, 0.3, capital=capital)
    assert (one.pace.paced.growth, one.pace.paced.bound_by, one.pace.paced.throttle) == (0.0, "capital", step)


def test_late_loans_and_early_reads_are_counted(tmp_path):
    with made_tape(tmp_path, steady("01234")) as tape:
        one = pacing(tape, tape.source.months[-1], RULES, 0.3, late_most=40)
    assert one.seen.now.late == 4, "the loans of the four months before the last are one to four months late"
    assert one.pace.early is not None
    assert (one.pace.early.loans, one.pace.early.late) == (90, 3)
    assert one.pace.early.upper == pytest.approx(0.0805, abs=5e-5), "Wilson, one-sided 95 %"
    # Growth flatters the share that is bad, and the one without growth does not move.
    shares = [one.pace.bad[growth] for growth in (-0.05, 0.0, 0.05, 0.15)]
    assert shares == sorted(shares, reverse=True)


def test_what_is_older_than_was_ever_seen_stays_as_the_oldest():
    course = Course((0.0, 1.0), (100.0, 50.0), (0.0, 5.0))
    assert [course.at("balance", age) for age in (0, 1, 2, 40)] == [100.0, 50.0, 50.0, 50.0]


def test_on_the_command_line(tmp_path, capsys):
    where = write_rows(tmp_path / "tape.csv", rows_of(steady("01234")))
    (tmp_path / "map.yaml").write_text(MAP, "utf-8")
    said = ["portfolio", "pace", "--tape", str(where), "--map", str(tmp_path / "map.yaml")]
    assert main([*said, "--json", "--most", "10", "--month", "2026-10", "--chart", str(tmp_path / "pace.svg")]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["month"] == "2026-10"
    assert told["at"][0]["growth"] == -0.05
    assert set(told["at"][0]["used"]) == {"early reads", "collections", "capital", "liquidity"}
    assert main(said) == 0
    assert "Grant" in capsys.readouterr().out
    assert main([*said, "--month", "2026-03"]) == 2, "no loan was seen for more than three months by then"
    assert main([*said, "--most", "200"]) == 2
    assert main([*said, "--month", "2030-01"]) == 2
