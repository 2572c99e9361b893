"""The ladder of the throttle on new loans: all, most, few, none of the plan, by the used share of a limit. One rule, read here alone."""

from collections.abc import Sequence
from datetime import date
from typing import TypeAlias

from plimsoll.risk.parameters import figures
from plimsoll.rulebook.rules import Rules

Ladder: TypeAlias = tuple[tuple[float, float], ...]
"""Used share of a limit, up to which so much of the plan is granted; beyond the last nothing."""


def ladder_on(rules: Rules, on: date) -> Ladder:
    """Give the ladder of a day, by the distance to a trigger. Raises Malformed rule_not_in_force."""
    said = figures(rules, "POLICY.TREASURY.THROTTLE", on)
    return ((said["all_to"], 1.0), (said["most_to"], said["most"]), (said["few_to"], said["few"]))


def at_ends(ladder: Ladder, ends: Sequence[float]) -> Ladder:
    """Give the same steps at other used shares: for limits that may be passed for a while, which a trigger may not."""
    return tuple((end, share) for end, (_, share) in zip(ends, ladder, strict=True))


def granted_at(used: float, ladder: Ladder) -> float:
    """Give how much of the plan is granted at a used share."""
    return next((share for most, share in ladder if used <= most), 0.0)
