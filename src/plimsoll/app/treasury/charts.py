"""Pictures of treasury: cash day by day as agreed and as people behave, and how long the book lasts. Needs matplotlib (extra `charts`)."""

from collections.abc import Mapping, Sequence
from itertools import accumulate
from typing import Any, Final

from plimsoll.app.chart import BLUE, GREEN, INK, ORANGE, SOFT, Picture, picture
from plimsoll.treasury.ladder import DAYS, Flow, by_day
from plimsoll.treasury.survive import Survival
from plimsoll.units.money import EXPONENTS

WIDE: Final = (8.0, 4.4)
COLOURS: Final = (BLUE, ORANGE, GREEN, INK, SOFT)


def ladder_picture(cash_minor: int, agreed: Sequence[Flow], people: Sequence[Flow], currency: str, on: str) -> Picture:
    """Draw what cash is left at the end of each day ahead."""
    unit = 10 ** EXPONENTS[currency]

    def draw(axes: Any) -> None:
        for name, flows, colour in (("as agreed", agreed, BLUE), ("as people behave", people, ORANGE)):
            held = [minor / unit for minor in accumulate(by_day(flows, DAYS), initial=cash_minor)][1:]
            axes.plot(range(DAYS + 1), held, color=colour, linewidth=1.6, label=name)
        axes.axhline(0, color=INK, linewidth=0.8)
        axes.set(title=f"Cash by day from {on}", xlabel="days ahead", ylabel=currency)
        axes.set_xlim(0, DAYS)
        axes.legend()

    return picture("ladder", f"Cash by day from {on}", draw, WIDE)


def survival_picture(found: Mapping[str, tuple[Survival, Survival]], unit: int, currency: str, on: str) -> Picture:
    """Draw cash by month under every stress: whole without a throttle, dashed with one."""

    def draw(axes: Any) -> None:
        for place, (name, (free, held)) in enumerate(found.items()):
            colour = COLOURS[place % len(COLOURS)]
            for one, style, label in ((free, "-", name), (held, "--", None)):
                axes.plot(
                    range(1, len(one.path) + 1), [month.cash / unit for month in one.path], style, color=colour, linewidth=1.5, label=label
                )
        axes.axhline(0, color=INK, linewidth=0.8)
        axes.set(title=f"Cash by month under stress from {on}; dashed with the throttle", xlabel="months ahead", ylabel=currency)
        axes.legend(loc="best")

    return picture("survival", f"Cash by month under stress from {on}", draw, WIDE)
