"""When a model in use has to be measured and validated again."""

from collections.abc import Iterable
from typing import Final, NamedTuple

from plimsoll.risk.measure.policy import ModelPolicy
from plimsoll.units.days import add_months

PSI: Final = "psi"
STRENGTH: Final = "strength"
VALIDATION: Final = "validation"


class Done(NamedTuple):
    """What was done to a model on a day (a day number): `what` is one of PSI, STRENGTH (AUC and KS on outcomes) and VALIDATION."""

    what: str
    on: int


class Due(NamedTuple):
    """What is to be done by a day, and when it was done last."""

    what: str
    by: int
    last: int


def due(policy: ModelPolicy, since: int, done: Iterable[Done]) -> tuple[Due, ...]:
    """Give the next day for each of the three, soonest first; `since` is the day the model came into use.

    A validation is a measurement too. One that was passed before the model came into use counts.
    """
    every = {PSI: policy.psi_months, STRENGTH: policy.strength_months, VALIDATION: policy.validation_months}
    last = {PSI: since, STRENGTH: since}
    for one in done:
        for what in every if one.what == VALIDATION else (one.what,):
            last[what] = max(last.get(what, 0), one.on)
    last.setdefault(VALIDATION, since)
    return tuple(sorted((Due(what, add_months(last[what], months), last[what]) for what, months in every.items()), key=lambda one: one.by))
