"""Pictures of profit and of growth: curves that may fall below nothing, and limits used by growth. Needs matplotlib (extra `charts`)."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from plimsoll.app.chart import BLUE, ENGLISH, GREEN, INK, ORANGE, SOFT, Picture, Say, picture
from plimsoll.app.portfolio_charts import LABELLED, ON_BOOK, WIDE
from plimsoll.app.words import Words

COLOURS: Final = (BLUE, ORANGE, GREEN, INK, SOFT)
LIMITS: Final = {
    "early reads": Words("早期表现", "early reads"),
    "collections": Words("催收能力", "collections"),
    "capital": Words("资本", "capital"),
    "liquidity": Words("流动性", "liquidity"),
}
"""The limits of growth as `portfolio.pacing` names them."""

OF_LENT: Final = Words("占放款额百分比", "per cent of what was lent")
GROWTH: Final = Words("新增放款月增长率（%）", "growth of new loans, per cent a month")
USED: Final = Words("限额使用率（%）", "of the limit used, per cent")


def profit_picture(lines: Mapping[str, Sequence[float]], title: Words, language: str = ENGLISH) -> Picture:
    """Draw the profit so far of vintages, per cent of what was lent, by months on book; older ones lighter."""

    def draw(axes: Any, say: Say) -> None:
        for place, (name, points) in enumerate(lines.items()):
            weight = 0.25 + 0.75 * (place + 1) / len(lines)
            named = len(lines) <= LABELLED or place in (0, len(lines) - 1)
            axes.plot(range(len(points)), points, color=BLUE, alpha=weight, linewidth=1.6, label=name if named else None)
        axes.axhline(0.0, color=INK, linewidth=0.9)
        axes.set(title=say(title), xlabel=say(ON_BOOK), ylabel=say(OF_LENT))
        axes.set_xlim(left=0)
        if lines:
            axes.legend(loc="best")

    return picture("profit", title, draw, language, WIDE)


def pace_picture(
    growth: Sequence[float], used: Mapping[str, Sequence[float]], found: float, title: Words, language: str = ENGLISH
) -> Picture:
    """Draw how much of each limit is used by growth a month, per cent, and the growth that keeps inside all of them."""

    def draw(axes: Any, say: Say) -> None:
        for place, (name, shares) in enumerate(used.items()):
            points = [100 * share for share in shares]
            axes.plot([100 * one for one in growth], points, color=COLOURS[place % len(COLOURS)], linewidth=1.8, label=say(LIMITS[name]))
        axes.axhline(100.0, color=INK, linewidth=1.0, linestyle="--")
        axes.axvline(100 * found, color=SOFT, linewidth=1.0, linestyle=":")
        axes.set(title=say(title), xlabel=say(GROWTH), ylabel=say(USED))
        axes.set_ylim(bottom=0)
        axes.legend(loc="upper left")

    return picture("pace", title, draw, language, WIDE)
