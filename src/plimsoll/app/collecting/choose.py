"""Who gets which treatment today: the strategy says how far to go with each case, the optimiser whom the scarce calls are spent on.

A case may get the treatment of its strategy or one that asks less of everybody. The vulnerable get what their strategy says before anybody
else, and those held out what the baseline says, whatever it brings; a share of the others gets any treatment that it may get, drawn by
chance; the rest goes where it brings most for what it costs, under the capacity of each treatment and the budget of the day
(`risk.treat.assign`).
"""

from collections.abc import Mapping, Sequence, Set
from datetime import date
from typing import Final, NamedTuple

import numpy as np

from plimsoll.app.collecting.late import Standing
from plimsoll.app.collecting.learn import GIVEN, Effects
from plimsoll.collections.case import HOLDOUT
from plimsoll.risk.parameters import figures
from plimsoll.risk.score.table import Floats
from plimsoll.risk.treat.assign import NONE, Offer, assign
from plimsoll.risk.treat.holdout import EXPLORES, Trial, arm_of, explored
from plimsoll.rulebook import strategy
from plimsoll.rulebook.reminder import load
from plimsoll.rulebook.rules import Rules
from plimsoll.rulebook.table.table import Value

TRIAL: Final = "collection treatments"
PPM: Final = 1_000_000
PER_THOUSAND: Final = 1_000
CHANNEL: Final[Mapping[str, str]] = {"message": "sms", "ai_call": "ai_call", "call": "call", "senior_call": "call", "offer_plan": "call"}
LESS: Final[Mapping[str, tuple[str, ...]]] = {
    "message": ("message",),
    "ai_call": ("message", "ai_call"),
    "call": ("message", "ai_call", "call"),
    "senior_call": ("message", "ai_call", "call", "senior_call"),
    "offer_plan": ("message", "offer_plan"),
}
"""What may be given where a strategy says so: its own treatment, and those that ask less."""
STRATEGY, OPTIMISED, EXPLORED = "strategy", "optimised", "explored"


class Chosen(NamedTuple):
    """What a case gets today: how it was chosen, how likely that was, and what it is thought to gain over the baseline, in minor units."""

    standing: Standing
    treatment: str
    channel: str
    how: str
    propensity_ppm: int
    claimed_minor: int


class Choice(NamedTuple):
    """What everybody gets, how far the optimiser may be below the best, and what one more of each treatment would be worth."""

    chosen: tuple[Chosen, ...]
    gap: float
    prices: Mapping[str, float]


def choose(
    due: Sequence[Standing], effects: Effects, taken: Mapping[str, int], rules: Rules, on: date, reminded: Set[int] = frozenset()
) -> Choice:
    """Give the treatments of a day. `taken` counts treatments of the day that were given before (a run that goes on); who is `reminded`
    today of what is late gets no message beside it, which the gate would deny.
    """
    room, known = _Room(rules, on, taken), _Known(effects, rules, on, reminded)
    treatable = [one for one in due if _options(one, known)]
    trial = Trial(TRIAL, 0, round(figures(rules, "POLICY.COLLECT.LEARN", on)["explores"] * PPM))
    chosen: dict[int, Chosen] = {}
    for one in sorted(treatable, key=lambda one: not one.case.is_vulnerable):
        found = _by_rule(one, trial, known, room)
        if found is not None:
            chosen[one.customer_id] = found
    rest = [one for one in treatable if one.customer_id not in chosen]
    gap, prices = 0.0, dict.fromkeys(GIVEN, 0.0)
    if rest:
        value = np.array([_values(one, effects) for one in rest], np.float64)
        allowed = np.array([[name in _options(one, known) for name in GIVEN] for one in rest])
        found_all = assign(value, allowed, room.offer())
        gap, prices = found_all.gap, dict(zip(GIVEN, found_all.prices.tolist(), strict=False))
        for one, place in zip(rest, found_all.treatment.tolist(), strict=True):
            if place != NONE:
                chosen[one.customer_id] = _chosen(one, GIVEN[place], OPTIMISED, PPM, known)
    return Choice(tuple(chosen[one.customer_id] for one in treatable if one.customer_id in chosen), gap, prices)


def _by_rule(one: Standing, trial: Trial, known: "_Known", room: "_Room") -> Chosen | None:
    """Give what is chosen without a look at what it brings; None for the optimiser."""
    if one.case.arm == HOLDOUT or one.case.is_vulnerable:
        return _chosen(one, one.case.treatment, STRATEGY, PPM, known) if room.take(one.case.treatment) else None
    if arm_of(trial, one.customer_id) == EXPLORES:
        options = [place for place, name in enumerate(GIVEN) if name in _options(one, known)]
        found = explored(trial, one.customer_id, known.on.toordinal(), options)
        if found is not None and room.take(GIVEN[found[0]]):
            return _chosen(one, GIVEN[found[0]], EXPLORED, round(found[1] * PPM), known)
    return None


class _Known(NamedTuple):
    """What treatments are chosen by."""

    effects: Effects
    rules: Rules
    on: date
    reminded: Set[int]


def _options(one: Standing, known: "_Known") -> tuple[str, ...]:
    """Give the treatments that a case may get today."""
    options = LESS.get(one.case.treatment, ())
    return tuple(name for name in options if name != GIVEN[0]) if one.customer_id in known.reminded else options


def _plain(one: Standing, known: _Known) -> str:
    """Give what the baseline would do with a case; what the baseline does not give counts as a message."""
    features: dict[str, Value | None] = {
        "is_resting": False,
        "segment": one.case.segment,
        "bucket": one.case.bucket,
        "days": one.case.days,
        "owed_band": None,
        "is_vulnerable": one.case.is_vulnerable,
        "promises_broken": one.case.broken(),
        "is_plan_broken": False,
    }
    said = strategy.first_hit(strategy.table(known.rules, known.on, strategy.BASELINE), features).outputs["treatment"]
    return str(said) if said in GIVEN else GIVEN[0]


class _Room:
    """What is left of the capacities and the budget of a day."""

    def __init__(self, rules: Rules, on: date, taken: Mapping[str, int]) -> None:
        said = figures(rules, "POLICY.COLLECT.CAPACITY", on)
        self.left = {name: said[name] - taken.get(name, 0) for name in GIVEN}
        self.budget = said["budget"] - sum(cost_minor(CHANNEL[name]) * count for name, count in taken.items() if name in CHANNEL)

    def take(self, treatment: str) -> bool:
        """Take one of a treatment, if there is one."""
        cost = cost_minor(CHANNEL[treatment])
        if self.left[treatment] < 1 or self.budget < cost:
            return False
        self.left[treatment] -= 1
        self.budget -= cost
        return True

    def offer(self) -> Offer:
        """Give what is left as the optimiser takes it: one capacity a treatment, and the budget."""
        use: Floats = np.hstack((np.eye(len(GIVEN)), np.array([[cost_minor(CHANNEL[name])] for name in GIVEN])))
        return Offer(use, np.maximum(np.array([*(self.left[name] for name in GIVEN), self.budget], np.float64), 0.0))


def cost_minor(channel: str) -> float:
    """Give what one contact by a channel costs, in fen, parts of one too."""
    known = load().ladder.channels.get(channel)
    return known.fen_per_1000 / PER_THOUSAND if known is not None else 0.0


def _values(one: Standing, effects: Effects) -> list[float]:
    brings = effects.of(one.case.segment, one.case.bucket)
    return [float(one.debt.late_minor * brings[place]) - cost_minor(CHANNEL[name]) for place, name in enumerate(GIVEN)]


def _chosen(one: Standing, treatment: str, how: str, propensity_ppm: int, known: "_Known") -> Chosen:
    values = _values(one, known.effects)
    claimed = round(values[GIVEN.index(treatment)] - values[GIVEN.index(_plain(one, known))])
    channel = one.case.channel if one.case.treatment == treatment and one.case.channel != "none" else CHANNEL[treatment]
    return Chosen(one, treatment, channel, how, propensity_ppm, claimed)
