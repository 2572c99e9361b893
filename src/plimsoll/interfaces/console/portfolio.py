"""The portfolio from the tape: vintages by month of opening, and where loans of each state stand a month later.

What was asked of the tape is made beside the page and kept. Without a tape, or without the engine that reads it, the page says so.
"""

from typing import Final

from plimsoll.app.show.figures import CURVES, MEASURES, Curves
from plimsoll.app.show.portfolio import PPM, Rolls, RollTable, Vintages
from plimsoll.interfaces.console.figures import as_of, figures_shown, tabs
from plimsoll.interfaces.console.words_of import word
from plimsoll.interfaces.pages.parts import Cell, Chart, Head, Heading, Panel, Part, Table, Text, count, heads, share, text
from plimsoll.interfaces.pages.visit import Screen, Shown, Visit

AGES: Final = (1, 2, 3, 6, 9, 12, 18, 24)
HOT: Final = 0.10
FEW: Final = 100
"""A vintage of fewer loans is marked: its shares move with every loan."""
DRAWN: Final = 6
YOUNG: Final = 3
"""The last vintages are left out of the picture of curves where there are older ones."""


def show(visit: Visit) -> Shown:
    """Show vintages and rolls of the whole book."""
    heading = Heading(visit.t("nav.portfolio"), visit.t("portfolio.lead"), tabs=tabs(visit, ""))
    return figures_shown(visit, heading, CURVES, _curves_and_rolls)


def _curves_and_rolls(visit: Visit, found: Curves) -> list[Panel]:
    return [*(_vintages(visit, found.curves[name]) for name in MEASURES), *(_rolls(visit, found.rolls, one) for one in found.rolls.tables)]


def _vintages(visit: Visit, found: Vintages) -> Panel:
    """Give a row a vintage, a column an age; a young cell or a small vintage is hatched and marked, since it may still move."""
    last = max((len(one.cells) for one in found.vintages), default=0)
    ages = [age for age in AGES if age < last]
    rows = []
    for one in found.vintages:
        is_few = one.loans < FEW
        cells: list[Cell] = [text(one.name, under=visit.t("portfolio.few") if is_few else ""), count(one.loans)]
        for age in ages:
            cell = one.cells[age] if age < len(one.cells) else None
            shown = share(None if cell is None or cell.share_ppm is None else cell.share_ppm / PPM, hottest=HOT)
            if cell is not None and not cell.is_mature:
                shown = shown._replace(text=f"~{shown.text}")
            cells.append(shown._replace(tone="young") if cell is not None and (is_few or not cell.is_mature) else shown)
        rows.append(cells)
    top = (
        *heads(visit, "portfolio.vintage", "overview.count#"),
        *(Head(visit.t("portfolio.month", {"n": age}), is_number=True) for age in ages),
    )
    title = visit.t(f"portfolio.{found.measure}")
    parts: list[Part] = [Table(title, top, rows, empty="portfolio.nothing", is_dense=True), Text(visit.t("portfolio.marks"), "muted")]
    if len(ages) > 1 and found.vintages:
        parts.insert(0, _curves(visit, found, title, max(ages)))
    return Panel(title, [*parts, as_of(visit, found.about)], found.measure, f"portfolio.{found.measure}")


def _curves(visit: Visit, found: Vintages, title: str, last: int) -> Chart:
    """Draw the latest vintages against their age."""
    chosen = found.vintages[-DRAWN - YOUNG : -YOUNG] or found.vintages[-DRAWN:]
    rows = []
    for age in range(min(last + 1, max(len(one.cells) for one in chosen))):
        seen = [one.cells[age].share_ppm if age < len(one.cells) else None for one in chosen]
        rows.append([text(age), *(share(None if one is None else one / PPM) for one in seen)])
    top = (*heads(visit, "portfolio.age"), *(Head(one.name, is_number=True) for one in chosen))
    said = visit.t("portfolio.curves", {"what": title})
    return Chart("line", said, Table(said, top, rows, is_dense=True), " %")


def _rolls(visit: Visit, found: Rolls, one: RollTable) -> Panel:
    """Give a row a state that was left, a column a state that was reached a month later; rows add up to a whole."""
    rows = [
        [
            text(row.state, under=visit.t("portfolio.few") if row.seen < FEW else ""),
            count(row.seen),
            *(share(None if value is None else value / PPM, 1, hottest=1.0) for value in row.shares_ppm),
            count(row.not_seen),
        ]
        for row in one.rows
    ]
    top = (
        *heads(visit, "portfolio.from", "overview.count#"),
        *(Head(word(visit, "roll", column), is_number=True) for column in one.columns),
        *heads(visit, "portfolio.not-seen#"),
    )
    table = Table(visit.t("portfolio.rolls"), top, rows, is_dense=True)
    return Panel(visit.t("portfolio.rolls"), [table, as_of(visit, found.about)], "rolls", "portfolio.rolls")


SCREENS: Final = (Screen("portfolio", "/portfolio", "portfolio.read", "page.html", show),)
