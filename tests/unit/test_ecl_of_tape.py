"""Expected loss of tapes written as payment strings: what is fitted, what is measured, and what the tape does not tell."""

import json

import numpy as np
import pytest

from plimsoll.app.tape.risk import expected, fitted, left_as, stand
from plimsoll.interfaces.cli.main import main
from plimsoll.portfolio.ecl.lifetime import BUCKETS, DEFAULT, ENDED, never_safer
from plimsoll.portfolio.ecl.of_tape import POLICY, TAPE, counts_of, ecl_policy, fit, recovered_shares
from plimsoll.portfolio.expressions.strings import moves_text
from plimsoll.rulebook.rules import load
from tests.made_tapes import MAP, made_tape, rows_of, write_rows
from tests.refusing import refuses

RULES = load()
LOANS = {
    "clean": "000000",
    "cured": "010000",
    "stuck": "011111",
    "falls": "001234",
    "paid": "0000P",
    "lost": "01234W",
    "late": "..0012",
}


def test_where_loans_stand_with_their_history(tmp_path):
    with made_tape(tmp_path, LOANS) as tape:
        found = stand(tape, tape.source.months[-1])
        by_loan = {loan: (state, pattern) for (loan,), state, pattern in zip(found.ids, *found.loans[:2], strict=True)}
        assert by_loan == {
            "clean": (0, 0), "cured": (0, 0), "stuck": (1, 0b111), "falls": (4, 0b111), "late": (2, 0b001),
        }  # fmt: skip
        assert left_as(tape, tape.source.months[-1]) == {("lost",): "charged-off"}
        assert left_as(tape, tape.source.months[-2]) == {("paid",): "paid-off"}


def test_moves_are_counted_by_what_comes_next(tmp_path):
    with made_tape(tmp_path, LOANS) as tape:
        moves = tape.ask(moves_text(tape.source))
        counts = counts_of(moves)
        assert counts[3, :, DEFAULT].sum() == 2, "falls and lost pass 90 days; what lost does after is no move"
        assert counts[0, :, ENDED].sum() == 1
        assert counts[1, :, 0].sum() == 1, "cured"
        assert counts_of(moves, tape.source.months[1])[0].sum() == 6, "moves into the second month alone"


def test_the_allowance_is_measured_and_its_movement_closes(tmp_path):
    with made_tape(tmp_path, {**LOANS, **{f"good{n}": "000000" for n in range(200)}}) as tape:
        one = expected(tape, tape.source.months[-1], RULES, is_strict=False)
        by_stage = {by.stage: by for by in one.stages}
        assert [by_stage[stage].loans for stage in (1, 2, 3)] == [202, 2, 1]
        assert by_stage[3].allowance_minor == round(by_stage[3].exposure_minor * sum(
            weight * min(one.fit.loss * times, 1) for (_, weight, _), times in zip(one.economies, (1.0, 0.95, 1.1), strict=True)
        ))  # fmt: skip
        assert one.moved is not None
        assert one.moved.adds_up()
        assert sum(one.moved.closing.values()) == sum(by.allowance_minor for by in one.stages)
        assert one.moved.columns["written-off"][3] < 0, "lost was in default the month before"
        economies = {name: minor for name, _, minor in one.economies}
        assert economies["up"] < economies["base"] < economies["down"]


def test_who_was_over_30_days_late_returns_after_three_clean_cycles(tmp_path):
    with made_tape(tmp_path, {"back": "020000", "good": "000000"}) as tape:
        stages = []
        for month in tape.source.months:
            found = expected(tape, month, RULES, is_strict=False) if month > tape.source.months[0] else None
            stages.append([by.loans for by in found.stages] if found else None)
        assert stages[1:] == [[1, 1, 0], [1, 1, 0], [1, 1, 0], [1, 1, 0], [2, 0, 0]]


def test_recoveries_heed_vintages_that_are_young():
    """100 written off in month 0 and again in month 2; 10 comes back after one month, 5 more after two, as far as each is seen."""
    rows = [(0, 0, 100, 0), (0, 1, 100, 10), (0, 2, 100, 15), (2, 0, 100, 0), (2, 1, 100, 10)]
    assert recovered_shares(rows) == pytest.approx([0.0, 0.10, 0.15])
    assert recovered_shares([]) == []


def test_what_the_tape_does_not_tell_comes_from_policy(tmp_path):
    policy = ecl_policy(RULES, load_day())
    with made_tape(tmp_path, LOANS) as tape:
        found = fitted(tape, policy)
        assert (found.loss_from, found.conversion_from) == (POLICY, POLICY)
        assert found.loss == pytest.approx(policy.loss * (1 - policy.cure))
    counts = np.zeros((4, 4, 6), np.int64)
    with refuses("tape_too_short"):
        fit(counts, [], [], policy)
    counts[0, 0, 0] = 1
    path = [(0, 3, 100, 90), (12, 3, 200, 100)]
    assert fit(counts, [], path, policy)[-2:] == (pytest.approx(0.8), TAPE)
    assert fit(counts, [], [(0, 3, 100, 90)], policy).conversion_from == POLICY


def load_day():
    from datetime import date

    return date(2026, 6, 30)


def test_a_thin_bucket_is_never_the_safer_one():
    by_state = np.zeros((BUCKETS * 8, 2))
    by_state[8:16] = 0.5
    found = never_safer(by_state)
    assert found[:8].max() == 0
    assert (found[8:] == 0.5).all()


def test_on_the_command_line(tmp_path, capsys):
    where = write_rows(tmp_path / "tape.csv", rows_of(LOANS))
    (tmp_path / "map.yaml").write_text(MAP, "utf-8")
    said = ["portfolio", "ecl", "--tape", str(where), "--map", str(tmp_path / "map.yaml")]
    assert main([*said, "--json", "--strict"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["movement"]["adds_up"] is True
    assert told["provision"]["least_coverage"] == "1.3"
    assert {"balance", "allowance"} <= told["stages"][0].keys()
    assert main([*said, "--month", "2026-03"]) == 0
    assert "2026-03" in capsys.readouterr().out
    assert main([*said, "--month", "2031-03"]) == 2
