"""Expected loss of 1,000,000 loans: lifetime chances by history, three stages; creditriskengine beside it on the same work."""

from __future__ import annotations

import numpy as np

from bench.report import Goal, Result
from bench.rivals.creditriskengine_loop import loop
from bench.setting import Setting, Unavailable
from bench.timing import Contestant, ratio, take_turns
from plimsoll.portfolio.ecl.expected import Exposed, Scenario, Terms, expected_minor, shares
from plimsoll.portfolio.ecl.lifetime import BUCKETS, HISTORY, OUTCOMES, STATES, Moves, curves
from plimsoll.portfolio.ecl.period import MonthlyRate

TITLE = "expected loss of 1,000,000 loans over 24 months"
OURS, RIVAL = "plimsoll", "creditriskengine"
MONTHS, RATE, LOSS = 24, 0.0139, 0.84
SECONDS, TIMES = 1.0, 100.0
BASE = (Scenario("base", 1.0, 0.0, 1.0),)


def book(count: int) -> tuple[Moves, Exposed]:
    """Return moves and loans, the same every time."""
    chance = np.random.default_rng(20_261_122)
    moves = Moves(chance.dirichlet((20, 2, 1, 1, 0.5, 1), size=(BUCKETS, HISTORY + 1)))
    assert moves.chances.shape[2] == OUTCOMES
    states, stages = chance.integers(0, STATES, count), chance.choice((1, 2, 3), count, p=(0.8, 0.15, 0.05))
    return moves, Exposed(states, stages, np.full(count, MONTHS), chance.integers(0, 10**7, count))


def run(setting: Setting, result: Result) -> None:
    """Fill `result` with loans a second and the seconds of the whole book."""
    count, few = setting.size(100_000, 1_000_000), setting.size(2_000, 20_000)
    moves, loans = book(count)
    terms = Terms(LOSS, MonthlyRate(RATE), False)
    some = Exposed(*(column[:few] for column in loans))

    def ours() -> int:
        expected_minor(loans, shares(moves, terms, BASE))
        return count

    contestants = [Contestant(OURS, ours)]
    try:
        theirs = loop(curves(moves, MONTHS).default, RATE, LOSS)
        apart = np.abs(theirs(some.state, some.stage, some.exposure_minor) - expected_minor(some, shares(moves, terms, BASE)))
        assert apart.max() <= 0.5 + 1e-6, f"answers differ by {apart.max()} minor units"
        contestants.append(Contestant(RIVAL, lambda: len(theirs(some.state, some.stage, some.exposure_minor))))
        result.notes.append(f"the same answers on {few:,} loans, to the rounding of the minor unit")
    except Unavailable as missing:
        result.skipped.append(str(missing))
    measured = take_turns(contestants, setting.size(2, 5), step=setting.step)
    result.add(measured, "loan", ours=OURS)
    rate = next(one.rate() for one in measured if one.name == OURS)
    result.goals.append(Goal(f"seconds for {count:,} loans", count / rate, SECONDS, at_most=True))
    if len(measured) > 1:
        result.goals.append(Goal("times creditriskengine", ratio(measured[0], measured[1]), TIMES))
