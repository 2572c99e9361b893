"""Pictures of treasury: cash day by day as agreed and as people behave, and how long the book lasts. Needs matplotlib (extra `charts`)."""

from collections.abc import Mapping, Sequence
from itertools import accumulate
from typing import Any, Final

from plimsoll.app.chart import BLUE, ENGLISH, GREEN, INK, ORANGE, SOFT, Picture, Say, picture
from plimsoll.app.words import Words
from plimsoll.treasury.ladder import DAYS, Flow, by_day
from plimsoll.treasury.survive import Survival
from plimsoll.units.money import EXPONENTS

WIDE: Final = (8.0, 4.4)
COLOURS: Final = (BLUE, ORANGE, GREEN, INK, SOFT)
AGREED, BEHAVED = Words("按合同", "as agreed"), Words("按行为", "as people behave")
STRESSES: Final = {
    "delinquency-doubles": Words("逾期率翻倍", "delinquency doubles"),
    "partners-stop": Words("合作方停止出资", "partners stop funding"),
    "repayments-fall": Words("还款下降三成", "repayments fall by three tenths"),
    "limits-drawn": Words("额度集中支用", "limits are drawn"),
}
"""The standard stresses of `treasury.survive`; one of a reader's own is called by what it says."""


def ladder_picture(
    cash_minor: int, agreed: Sequence[Flow], people: Sequence[Flow], currency: str, on: str, language: str = ENGLISH
) -> Picture:
    """Draw what cash is left at the end of each day ahead."""
    unit = 10 ** EXPONENTS[currency]
    title = Words(f"自{on}起逐日现金", f"Cash by day from {on}")

    def draw(axes: Any, say: Say) -> None:
        for name, flows, colour in ((AGREED, agreed, BLUE), (BEHAVED, people, ORANGE)):
            held = [minor / unit for minor in accumulate(by_day(flows, DAYS), initial=cash_minor)][1:]
            axes.plot(range(DAYS + 1), held, color=colour, linewidth=1.6, label=say(name))
        axes.axhline(0, color=INK, linewidth=0.8)
        axes.set(title=say(title), xlabel=say(Words("未来天数", "days ahead")), ylabel=currency)
        axes.set_xlim(0, DAYS)
        axes.legend()

    return picture("ladder", title, draw, language, WIDE)


def survival_picture(found: Mapping[str, tuple[Survival, Survival]], unit: int, currency: str, on: str, language: str = ENGLISH) -> Picture:
    """Draw cash by month under every stress: whole without a throttle, dashed with one."""
    title = Words(f"自{on}起压力下逐月现金（虚线：启用限放）", f"Cash by month under stress from {on}; dashed with the throttle")

    def draw(axes: Any, say: Say) -> None:
        for place, (name, (free, held)) in enumerate(found.items()):
            colour = COLOURS[place % len(COLOURS)]
            for one, style, label in ((free, "-", say(STRESSES.get(name, name))), (held, "--", None)):
                axes.plot(
                    range(1, len(one.path) + 1), [month.cash / unit for month in one.path], style, color=colour, linewidth=1.5, label=label
                )
        axes.axhline(0, color=INK, linewidth=0.8)
        axes.set(title=say(title), xlabel=say(Words("未来月数", "months ahead")), ylabel=currency)
        axes.legend(loc="best")

    return picture("survival", title, draw, language, WIDE)
