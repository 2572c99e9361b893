"""Our roll rates beside transitionMatrix 0.5.1 (Open Risk): equal where it is right, right where it is not."""

import warnings
from random import Random

import pytest

from plimsoll.portfolio.expressions.strings import moves_text
from plimsoll.portfolio.rolls import matrices
from tests.made_tapes import made_tape

STATES = 4
STAYS = 0.965


def estimator():
    """Give its cohort estimator, or skip where it is not installed (`make bench` installs it)."""
    pytest.importorskip("transitionMatrix", reason="transitionMatrix is not installed; `make bench` installs it")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from bench.rivals.transition_matrix import estimate
    return estimate


def panel(seed: int, months: int, loans: int = 300) -> dict[str, str]:
    """Give loans that stay nothing late by a known share, each seen in so many months."""
    chance = Random(seed)
    found = {}
    for loan in range(loans):
        state, text = 0, ""
        for _ in range(months):
            text += str(state)
            if state == 0:
                state = 0 if chance.random() < STAYS else 1
            else:
                state = chance.choice((0, state, min(state + 1, STATES - 1)))
        found[f"{loan:05d}"] = text
    return found


def ours(folder, loans):
    with made_tape(folder, loans) as tape:
        (matrix,) = matrices(tape.ask(moves_text(tape.source)), value=5, through=STATES - 1)
    return matrix


def theirs(loans, *, ends_empty: bool = True):
    """Give their matrix of a panel, points left out; its frame ends with a row of nothing unless it is asked for without."""
    pd = pytest.importorskip("pandas")
    rows = [(int(loan), month, int(sign)) for loan, text in loans.items() for month, sign in enumerate(text) if sign != "."]
    frame = pd.DataFrame(rows, columns=["ID", "Time", "State"])
    if ends_empty:
        nothing = {"ID": [10**6], "Time": [float("nan")], "State": [float("nan")]}
        frame = pd.concat([frame, pd.DataFrame(nothing)], ignore_index=True)
    return estimator()(frame, STATES)


def test_equal_on_a_complete_panel(tmp_path):
    estimator()
    loans = panel(1, 8)
    for row, other in zip(ours(tmp_path, loans).shares(), theirs(loans), strict=True):
        assert [share or 0.0 for share in row[:STATES]] == pytest.approx(list(other), abs=1e-9)


def test_it_counts_the_last_move_of_the_last_loan_twice(tmp_path):
    """Why its frame ends with a row of nothing above: without it the last move is counted in the loop, and once more after it."""
    estimator()
    loans = {"00001": "0000", "00002": "0001"}
    assert ours(tmp_path, loans).shares()[0][:2] == (5 / 6, 1 / 6)
    assert list(theirs(loans)[0][:2]) == pytest.approx([5 / 6, 1 / 6], abs=1e-9)
    # The last loan goes from C to M1 once, and is counted twice.
    assert theirs(loans, ends_empty=False)[0][1] > 1.5 / 6


def test_right_on_a_panel_from_which_loans_leave(tmp_path):
    """Loans are opened month by month, and are seen for eight months: whoever leaves has no next month, and moves nowhere."""
    estimator()
    loans = {name: "." * (int(name) % 12) + text + "." * (11 - int(name) % 12) for name, text in panel(2, 8, 1200).items()}
    matrix = ours(tmp_path, loans)
    stays = matrix.shares()[0][0]
    assert stays == pytest.approx(STAYS, abs=0.01)
    assert sum(matrix.not_seen) > 0
    assert all(sum(share or 0 for share in row) == pytest.approx(1) for row in matrix.shares())
    other = theirs(loans)
    # It has loans below the line that never had a chance to move.
    assert other[0].sum() < 0.95
    assert other[0][0] < STAYS - 0.05


def test_right_on_a_panel_with_gaps(tmp_path):
    """A month that is not seen: two months of moves are not one."""
    estimator()
    loans = {f"{n:05d}": "0.2" for n in range(1, 51)} | {f"{n:05d}": "000" for n in range(51, 101)}
    matrix = ours(tmp_path, loans)
    assert matrix.shares()[0][:3] == (1.0, 0.0, 0.0)
    assert matrix.not_seen[0] == 50
    assert theirs(loans)[0][2] > 0.3, "it takes the months before and after the gap for neighbours"
