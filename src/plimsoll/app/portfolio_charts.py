"""Pictures of a portfolio: vintage curves, roll rates as a map of heat, bad shares month by month. Needs matplotlib (extra `charts`)."""

from collections.abc import Mapping, Sequence
from itertools import accumulate
from typing import Any, Final, NamedTuple

from plimsoll.app.chart import BLUE, ENGLISH, GREEN, INK, ORANGE, SOFT, Picture, Say, picture
from plimsoll.app.words import Words

WIDE: Final = (8.0, 4.6)
LABELLED: Final = 8
"""Curves of which each is named; of more the first and the last are."""
ON_BOOK: Final = Words("账龄（月）", "months on book")
OF_BALANCE: Final = Words("占余额百分比", "per cent of the balance")
FROM, TO = Words("期初", "from"), Words("期末", "to")
PER_CENT: Final = Words("百分比", "per cent")
ROOM: Final = 12
"""Above and below the steps of a bridge one part in so many of their height is left."""


class Line(NamedTuple):
    """One curve in per cent by age: how many of its points are mature, and the band of what it is carried to (empty where it is not)."""

    name: str
    points: tuple[float, ...]
    mature: int
    band: tuple[tuple[float, float], ...]


def curves_picture(lines: Sequence[Line], title: Words, unit: Words, language: str = ENGLISH) -> Picture:
    """Draw curves by age, older ones lighter; what is not mature is dashed and grey, what is carried on is a band."""

    def draw(axes: Any, say: Say) -> None:
        for place, line in enumerate(lines):
            weight = 0.25 + 0.75 * (place + 1) / len(lines)
            named = len(lines) <= LABELLED or place in (0, len(lines) - 1)
            ages = range(len(line.points))
            mature = max(line.mature, 1)
            axes.plot(ages[:mature], line.points[:mature], color=BLUE, alpha=weight, linewidth=1.6, label=line.name if named else None)
            if line.mature < len(line.points):
                axes.plot(ages[mature - 1 :], line.points[mature - 1 :], color=SOFT, linewidth=1.2, linestyle="--")
            if line.band and place == len(lines) - 1:
                low, high = zip(*line.band, strict=True)
                axes.fill_between(range(len(low)), low, high, color=ORANGE, alpha=0.18, linewidth=0)
        axes.set(title=say(title), xlabel=say(ON_BOOK), ylabel=say(unit))
        axes.set_xlim(left=0)
        axes.set_ylim(bottom=0)
        if lines:
            axes.legend(loc="upper left")

    return picture("vintages", title, draw, language, WIDE)


class Heat(NamedTuple):
    """Shares in rows and columns, with what stands beside them: the words of both axes, the names of rows and of columns."""

    down: Words
    across: Words
    rows: Sequence[str]
    columns: Sequence[Words | str]
    shares: Sequence[Sequence[float | None]]


def heat_picture(heat: Heat, title: Words, language: str = ENGLISH) -> Picture:
    """Draw shares as a map of heat with the per cent in each place."""

    def draw(axes: Any, say: Say) -> None:
        axes.grid(visible=False)
        values = [[0.0 if one is None else 100 * one for one in row] for row in heat.shares]
        axes.imshow(values, cmap="Blues", vmin=0, vmax=100, aspect="auto")
        for at, row in enumerate(heat.shares):
            for place, one in enumerate(row):
                if one is not None:
                    axes.text(place, at, f"{100 * one:.1f}", ha="center", va="center", color="white" if one > 0.55 else INK, fontsize=8)
        axes.set_xticks(range(len(heat.columns)), [say(column, between="\n") for column in heat.columns])
        axes.set_yticks(range(len(heat.rows)), heat.rows)
        axes.set(title=say(title), xlabel=say(heat.across), ylabel=say(heat.down))

    return picture("rolls", title, draw, language, WIDE)


def months_picture(
    months: Sequence[str], series: Sequence[tuple[Words, Sequence[float | None]]], title: Words, language: str = ENGLISH
) -> Picture:
    """Draw a few shares of the balance month by month."""
    colours = (INK, BLUE, ORANGE, GREEN)

    def draw(axes: Any, say: Say) -> None:
        for place, (name, values) in enumerate(series):
            points = [float("nan") if one is None else 100 * one for one in values]
            axes.plot(range(len(months)), points, color=colours[place % len(colours)], linewidth=1.8, label=say(name))
        step = max(len(months) // 12, 1)
        axes.set_xticks(range(0, len(months), step), months[::step], rotation=30, ha="right")
        axes.set(title=say(title), ylabel=say(OF_BALANCE))
        axes.set_ylim(bottom=0)
        axes.legend(loc="upper left")

    return picture("npl", title, draw, language, WIDE)


def bridge_picture(begun: float, parts: Mapping[Words, float], title: Words, language: str = ENGLISH) -> Picture:
    """Draw a share and the parts of its change as steps from where it began to where it came, in per cent."""

    def draw(axes: Any, say: Say) -> None:
        level = 100 * begun
        axes.bar(0, level, color=SOFT, width=0.7)
        for place, part in enumerate(parts.values(), 1):
            axes.bar(place, 100 * part, bottom=level, color=ORANGE if part > 0 else GREEN, width=0.7)
            axes.annotate(f"{100 * part:+.2f}", (place, max(level, level + 100 * part)), ha="center", va="bottom", fontsize=7, color=INK)
            level += 100 * part
        axes.bar(len(parts) + 1, level, color=BLUE, width=0.7)
        axes.set_xticks(range(len(parts) + 2), [say(name, between="\n") for name in (FROM, *parts, TO)], rotation=30, ha="right")
        axes.set(title=say(title), ylabel=say(PER_CENT))
        bottom, top = bridge_span(begun, list(parts.values()))
        axes.set_ylim(bottom, top)
        axes.axhline(0, color=INK, linewidth=0.8)

    return picture("bridge", title, draw, language, WIDE)


def bridge_span(begun: float, parts: Sequence[float]) -> tuple[float, float]:
    """Give the lowest and the highest per cent that the steps of a bridge reach, nought among them, with room for what is written there."""
    levels = [0.0, *(100 * level for level in accumulate(parts, initial=begun))]
    low, high = min(levels), max(levels)
    room = (high - low) / ROOM or 1.0
    return (low - room if low < 0 else 0.0, high + room)


def bars_picture(values: Mapping[Words, float], title: Words, language: str = ENGLISH) -> Picture:
    """Draw amounts side by side, the first as the measure of the others."""

    def draw(axes: Any, say: Say) -> None:
        colours = [SOFT, *[ORANGE] * (len(values) - 1)]
        axes.bar(range(len(values)), values.values(), color=colours, width=0.6)
        for place, value in enumerate(values.values()):
            axes.annotate(f"{value:,.0f}", (place, value), ha="center", va="bottom", fontsize=8, color=INK)
        axes.set_xticks(range(len(values)), [say(name, between="\n") for name in values])
        axes.set(title=say(title))
        axes.set_ylim(bottom=0)

    return picture("bars", title, draw, language, WIDE)
