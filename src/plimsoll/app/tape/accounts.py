"""The loans behind a figure of a tape: those of a month that are so late or of a stage, the largest balance first."""

from typing import Any, NamedTuple

from plimsoll.app.tape.reading import Tape
from plimsoll.app.tape.risk import day_of, fitted, stand
from plimsoll.portfolio.ecl.of_tape import ecl_policy, measure
from plimsoll.portfolio.state import LATEST, NAMES
from plimsoll.rulebook.rules import Rules
from plimsoll.units.refusal import Malformed

STATES = NAMES[: LATEST + 1]


class Behind(NamedTuple):
    """A loan: the keys of the tape, its state and days past due, balance and allowance in minor units, stage, chance within a year."""

    keys: tuple[Any, ...]
    state: str
    days: int
    balance_minor: int
    stage: int
    chance: float
    allowance_minor: int


def loans_behind(tape: Tape, month: int, rules: Rules, *, least: int = 0, stage: int = 0, limit: int = 50) -> tuple[int, list[Behind]]:
    """Give how many loans stand at a state or later (a place in STATES) and at a stage (0 for all), and the largest of them.

    Raises Malformed tape_too_short for the first month of the tape: a chance of default needs a month before it.
    """
    if month == tape.source.months[0]:
        raise Malformed("tape_too_short", tape.month(month))
    here = stand(tape, month)
    policy = ecl_policy(rules, day_of(tape, month))
    one = measure(here.loans, fitted(tape, policy, month), policy)
    wanted = (here.loans.state >= least) & ((one.stage == stage) | (stage == 0))
    places = sorted(wanted.nonzero()[0].tolist(), key=lambda place: (-int(here.loans.balance_minor[place]), here.ids[place]))
    return len(places), [
        Behind(
            here.ids[place],
            STATES[int(here.loans.state[place])],
            int(here.loans.days[place]),
            int(here.loans.balance_minor[place]),
            int(one.stage[place]),
            float(one.year[place]),
            int(one.allowance_minor[place]),
        )
        for place in places[:limit]
    ]
