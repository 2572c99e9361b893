"""Figures of the rulebook as statistics take them: each named value of a rule as a number."""

from collections.abc import Mapping
from datetime import date

from plimsoll.rulebook.rules import Rules
from plimsoll.units.rate import Rate
from plimsoll.units.refusal import Malformed


def figures(rules: Rules, key: str, on: date, licence: str = "") -> Mapping[str, float]:
    """Give the named values of a rule in force on a day: shares and rates as they are, amounts in minor units, counts whole.

    Raises Malformed rule_not_in_force where the rule has no value on that day.
    """
    value = rules.value(key, on, licence)
    if value is None:
        raise Malformed("rule_not_in_force", f"{key} on {on}", key=key)
    assert isinstance(value, Mapping), f"{key} has no named values"
    return {name: _figure(part) for name, part in value.items()}


def _figure(part: object) -> float:
    """Give one value as a number."""
    if isinstance(part, Rate):
        return part.num / part.den
    assert isinstance(part, int), "a word is no figure"
    return float(part)
