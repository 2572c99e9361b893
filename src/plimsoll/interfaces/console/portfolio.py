"""The portfolio from the tape: vintages by month of opening, and where loans of each state stand a month later.

What was asked of the tape is remembered for the business date. Without a tape, or without the engine that reads it, the page says so.
"""

from functools import lru_cache
from pathlib import Path
from typing import Final, NamedTuple

from plimsoll.app.config import tape_folder
from plimsoll.app.house import House
from plimsoll.app.tape_reading import Order, open_tape
from plimsoll.interfaces.pages.parts import Cell, Chart, Heading, Panel, Part, Said, Table, Text, board, count, heads, share, text
from plimsoll.interfaces.pages.visit import Screen, Shown, Visit
from plimsoll.portfolio.rolls import Matrix, matrices
from plimsoll.portfolio.vintage import EVENTS, Curves, curves_of, vintage_name
from plimsoll.units.refusal import Malformed

AGES: Final = (1, 2, 3, 6, 9, 12, 18, 24)
LOANS: Final = 5
"""Place of the loans in a row of moves."""
HOT: Final = 0.10
FEW: Final = 100
CURVES: Final = 6
SERVER: Final = "postgresql://localhost/plimsoll"
"""Stands for any book on a server: the tape lies in the working folder then."""
MEASURES: Final = ("ever-30", "ever-90")


class Asked(NamedTuple):
    """What the tape answered: vintages by measure, the roll matrix, and how its months are called."""

    curves: dict[str, Curves]
    rolls: tuple[Matrix, ...]
    is_calendar: bool
    as_of: str


def folder_of(house: House) -> Path:
    """Give where the tape of a book lies: what the environment says, else beside a book of SQLite."""
    url = house.store.engine.url
    return tape_folder(f"sqlite:///{url.database}" if url.drivername.startswith("sqlite") else SERVER)


@lru_cache(maxsize=4)
def ask_tape(folder: str, today: int) -> Asked:  # noqa: ARG001 -- what was asked on another day is asked again
    """Ask a tape for vintages and rolls, and remember them for the day. Raises Malformed."""
    from plimsoll.portfolio.expressions.strings import moves_text
    from plimsoll.portfolio.expressions.vintage import hits_text

    with open_tape(Order(folder)) as tape:
        hits = tape.ask(hits_text(tape.source, ""))
        curves = {name: curves_of(hits, EVENTS.index(name), tape.source.months, "month") for name in MEASURES}
        rolls = matrices(tape.ask(moves_text(tape.source, "")), value=LOANS, through=4)
        return Asked(curves, tuple(rolls), tape.shape.is_calendar(), tape.as_of())


def show(visit: Visit) -> Shown:
    """Show vintages and rolls of the whole book."""
    heading = Heading(visit.t("nav.portfolio"), visit.t("portfolio.lead"))
    try:
        found = ask_tape(str(folder_of(visit.house)), visit.today().toordinal())
    except Malformed as wrong:
        return board(heading, [Panel("", [Said("", visit.t("portfolio.no-tape")), Text(wrong.text(visit.speech), "muted")])])
    panels = [_vintages(visit, found, name) for name in MEASURES]
    panels += [_rolls(visit, one) for one in found.rolls]
    return board(Heading(heading.title, visit.t("portfolio.as-of", {"day": found.as_of})), panels)


def _vintages(visit: Visit, found: Asked, measure: str) -> Panel:
    """Give a row a vintage, a column an age; a young cell or a small vintage is marked, since it may still move."""
    curves = found.curves[measure].curves
    last = max((len(one.cells) for one in curves), default=0)
    ages = [age for age in AGES if age < last]
    rows = []
    for one in curves:
        cells: list[Cell] = [
            text(
                vintage_name(one.begin, "month", is_calendar=found.is_calendar), under=visit.t("portfolio.few") if one.loans < FEW else ""
            ),
            count(one.loans),
        ]
        for age in ages:
            cell = one.at(age)
            value = None if cell is None else cell.share(by_amount=False)
            shown = share(value, hottest=HOT)
            cells.append(shown if cell is None or cell.is_mature else shown._replace(text=f"~{shown.text}"))
        rows.append(cells)
    top = (
        *heads(visit, "portfolio.vintage", "overview.count#"),
        *(
            head._replace(text=visit.t("portfolio.month", {"n": age}), is_number=True)
            for age, head in zip(ages, heads(visit, *["portfolio.vintage"] * len(ages)), strict=True)
        ),
    )
    title = visit.t(f"portfolio.{measure}")
    parts: list[Part] = [Table(title, top, rows, empty="portfolio.nothing", is_dense=True), Text(visit.t("portfolio.marks"), "muted")]
    if len(ages) > 1 and curves:
        parts.insert(0, _curves(visit, found, measure, ages))
    return Panel(title, parts, measure, f"portfolio.{measure}")


def _curves(visit: Visit, found: Asked, measure: str, ages: list[int]) -> Chart:
    """Draw the latest vintages against their age."""
    chosen = found.curves[measure].curves[-CURVES - 3 : -3] or found.curves[measure].curves[-CURVES:]
    names = [vintage_name(one.begin, "month", is_calendar=found.is_calendar) for one in chosen]
    rows = []
    for age in range(min(max(ages) + 1, max(len(one.cells) for one in chosen))):
        seen = [one.at(age) for one in chosen]
        rows.append([text(age), *(share(None if cell is None else cell.share(by_amount=False)) for cell in seen)])
    first = heads(visit, "portfolio.age")
    top = (*first, *(first[0]._replace(text=name, is_number=True) for name in names))
    said = visit.t("portfolio.curves", {"what": visit.t(f"portfolio.{measure}")})
    return Chart("line", said, Table(said, top, rows, is_dense=True), " %")


def _rolls(visit: Visit, one: Matrix) -> Panel:
    """Give a row a state that was left, a column a state that was reached a month later; rows add up to a whole."""
    rows = [
        [text(state), count(sum(counts)), *(share(value, 1, hottest=1.0) for value in shares), count(gone)]
        for state, counts, shares, gone in zip(one.rows, one.counts, one.shares(), one.not_seen, strict=True)
    ]
    first = heads(visit, "portfolio.from", "overview.count#")
    top = (*first, *(first[1]._replace(text=column) for column in one.columns), *heads(visit, "portfolio.not-seen#"))
    return Panel(visit.t("portfolio.rolls"), [Table(visit.t("portfolio.rolls"), top, rows, is_dense=True)], "rolls", "portfolio.rolls")


SCREENS: Final = (Screen("portfolio", "/portfolio", "portfolio.read", "page.html", show),)
