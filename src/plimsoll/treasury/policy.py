"""What treasury goes by on a day: behaviour, limits of triggers, the course under stress."""

from collections.abc import Mapping
from datetime import date
from typing import Final, NamedTuple

from plimsoll.risk.parameters import figures
from plimsoll.rulebook.rules import Rules
from plimsoll.treasury.ladder import Behaviour
from plimsoll.treasury.trigger import DOWN, UP, Trigger
from plimsoll.units.rate import Rate

WEEK: Final = 7
LATE_DAYS: Final = 30
EARLY: Final = "early amortisation: what is collected repays the funders"


class Register(NamedTuple):
    """The limits of the trigger register, by name, and how many months of history are looked at."""

    triggers: Mapping[str, Trigger]
    months: int


class Measures(NamedTuple):
    """What survival is measured with: advance, buffer and cost a month as shares of the book, and on how many months of the tape."""

    advance: float
    buffer: float
    cost: float
    months: int


def behaviour_on(rules: Rules, on: date) -> Behaviour:
    """Give how people pay and draw: the shares of the week and of the three weeks after it are spread evenly over their days."""
    said = figures(rules, "POLICY.TREASURY.BEHAVIOUR", on)
    after = LATE_DAYS - WEEK
    paid = (said["on_day"], *([said["week"] / WEEK] * WEEK), *([said["month"] / after] * after))
    return Behaviour(paid, said["early"], said["drawn"])


def register_on(rules: Rules, on: date) -> Register:
    """Give the triggers of a day: delinquency, defaults, borrowers, largest-funder, excess-spread and funder-used."""
    said = figures(rules, "POLICY.TREASURY.TRIGGER", on)
    near = said["near"]
    found = (
        Trigger("delinquency", said["delinquency"], UP, near, EARLY),
        Trigger("defaults", said["defaults"], UP, near, EARLY),
        Trigger("excess-spread", said["excess_spread"], DOWN, near, EARLY),
        Trigger("borrowers", said["borrowers"], UP, near, "the largest borrowers are left out of the pool"),
        Trigger("largest-funder", said["largest_funder"], UP, near, "another funder is sought first"),
        Trigger("funder-used", said["funder_used"], UP, near, "it is routed around"),
    )
    return Register({one.name: one for one in found}, int(said["months"]))


def measures_on(rules: Rules, on: date) -> Measures:
    """Give what survival is measured with."""
    said = figures(rules, "POLICY.TREASURY.SURVIVAL", on)
    return Measures(said["advance"], said["buffer"], said["cost"], int(said["months"]))


def off_balance_minor(undrawn_minor: int, rules: Rules, on: date) -> int:
    """Give how much of limits that are not drawn counts among assets, rounded up; all of them where no rule says less."""
    share = rules.rate("POLICY.TREASURY.OFF_BALANCE", on) or Rate(1, 1)
    return -(-undrawn_minor * share.num // share.den)
