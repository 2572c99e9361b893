"""The load line drawn: how far the limit reaches, how much of it is used, and the mark of what the borrower can carry."""

from dataclasses import dataclass
from typing import ClassVar, Final, NamedTuple

from plimsoll.app.show.line import LineShown
from plimsoll.interfaces.pages import written
from plimsoll.interfaces.pages.visit import Visit

WIDTH: Final = 700
TICKS: Final = 4
STEPS: Final = (1, 2, 5)


class Tick(NamedTuple):
    """A tick of the scale: where, what it says, and which way its text runs."""

    x: int
    text: str
    anchor: str


class Key(NamedTuple):
    """A line of the legend."""

    name: str
    text: str
    tone: str
    help: str = ""


@dataclass(frozen=True, slots=True)
class Drawing:
    """Where everything stands, in units of a drawing that is WIDTH wide."""

    title: str
    said: str
    limit_x: int
    used_x: int
    mark_x: int
    above_x: int
    has_mark: bool
    mark_said: str
    ticks: tuple[Tick, ...]
    legend: tuple[Key, ...]
    is_a: ClassVar[str] = "line"


def drawn(visit: Visit, line: LineShown) -> Drawing:
    """Draw a line: from nothing to the larger of limit, used and mark. What is used beyond the mark is shown as such."""
    load, currency = line.load, line.currency
    mark = load.capacity_minor if load is not None else 0
    most = _round_up(max(line.limit_minor, line.used_minor, mark, 1))

    def at(minor: int) -> int:
        return minor * WIDTH // most

    above = max(line.used_minor - mark, 0) if load is not None else 0
    legend = [
        Key(visit.t("line.used"), written.money(line.used_minor, currency), "used", "line.used"),
        Key(visit.t("line.limit"), written.money(line.limit_minor, currency), "room", "line.limit"),
        Key(visit.t("line.available"), written.money(line.available_minor, currency), "room", "line.available"),
    ]
    if load is not None:
        legend.insert(0, Key(visit.t("line.mark"), written.money(mark, currency), "mark", "line.mark"))
    if above:
        legend.append(Key(visit.t("line.above"), written.money(above, currency), "above", "line.above"))
    values = {
        "used": legend[1 if load else 0].text,
        "limit": written.money(line.limit_minor, currency),
        "mark": written.money(mark, currency),
    }
    return Drawing(
        title=visit.t("line.drawn"),
        said=visit.t("line.drawn.said" if load is not None else "line.drawn.unmarked", values),
        limit_x=at(line.limit_minor),
        used_x=at(line.used_minor),
        mark_x=at(mark),
        above_x=at(line.used_minor) - at(mark) if above else 0,
        has_mark=load is not None,
        mark_said=f"{visit.t('line.mark')} {written.money(mark, currency)}",
        ticks=_ticks(visit, most, currency),
        legend=tuple(legend),
    )


def _ticks(visit: Visit, most: int, currency: str) -> tuple[Tick, ...]:
    """Give the ticks of the scale, from nothing to the most."""
    found = []
    for n in range(TICKS + 1):
        anchor = "start" if n == 0 else "end" if n == TICKS else "middle"
        found.append(Tick(n * WIDTH // TICKS, written.large(most * n // TICKS, currency, visit.speech), anchor))
    return tuple(found)


def _round_up(minor: int) -> int:
    """Give a round amount not less than one: 1, 2 or 5 with zeros, so that the scale reads well."""
    size = 1
    while True:
        for step in STEPS:
            if step * size * TICKS >= minor:
                return step * size * TICKS
        size *= 10
