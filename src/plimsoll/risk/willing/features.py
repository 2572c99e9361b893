"""What a model of willingness is trained on: shares and runs of a customer's chances, and what came of the next one with money there."""

from collections.abc import Sequence
from typing import Final, NamedTuple

from plimsoll.risk.willing.chance import AFTER_PAYDAY, NOTHING, PAID, PART, SHORT, Chance

NEVER: Final = 999
"""Days since a payment where there was none."""


class Example(NamedTuple):
    """One customer as a model learns: features before a chance at which there was money, and whether nothing came of it."""

    features: dict[str, float | None]
    paid_nothing: bool


def features_of(chances: Sequence[Chance], on: int) -> dict[str, float | None]:
    """Give the features of chances before a day; None where there was no such chance. Shares are 0 to 1, the rest counts of chances."""
    paid = [one.day for one in chances if one.outcome == PAID]
    misses = 0
    for chance in reversed(chances):
        if chance.outcome == PAID:
            break
        misses += 1
    return {
        "chances": float(len(chances)),
        "paid_share": _share(chances),
        "paid_plain": _share([one for one in chances if one.cash not in (AFTER_PAYDAY, SHORT) and not one.is_prompted]),
        "paid_after_payday": _share([one for one in chances if one.cash == AFTER_PAYDAY]),
        "paid_prompted": _share([one for one in chances if one.is_prompted]),
        "part_share": _share(chances, PART),
        "short_share": sum(one.cash == SHORT for one in chances) / len(chances) if chances else None,
        "misses_in_a_row": float(misses),
        "misses_with_money": float(sum(one.cash == AFTER_PAYDAY and one.outcome == NOTHING for one in chances)),
        "days_since_paid": float(on - paid[-1]) if paid else float(NEVER),
    }


def example_of(chances: Sequence[Chance]) -> Example | None:
    """Give the example that a customer makes: the last chance after a payday, told from those before it; None without one."""
    place = next((at for at in range(len(chances) - 1, 0, -1) if chances[at].cash == AFTER_PAYDAY), 0)
    if not place:
        return None
    return Example(features_of(chances[:place], chances[place].day), chances[place].outcome == NOTHING)


def _share(chances: Sequence[Chance], outcome: str = PAID) -> float | None:
    return sum(one.outcome == outcome for one in chances) / len(chances) if chances else None
