"""The parts that a page is put together from, as plain values; `templates/parts.html` has the macro that draws each.

`Panel(title, parts)` is a box; its parts are tables, facts, figures, charts, forms, timelines and lines of text. A page of panels needs
no template of its own: give `board(...)` from a page function and name `page.html` in the screen.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, ClassVar, Final, NamedTuple

from plimsoll.interfaces.pages import written
from plimsoll.interfaces.pages.visit import Visit

LONGEST: Final = 2_000
HEATS: Final = 8


class Cell(NamedTuple):
    """One thing that is written: its text, where it leads, how it looks, and the number behind it where a chart may draw it."""

    text: str
    link: str = ""
    under: str = ""
    chip: bool = False
    tone: str = ""
    value: float | None = None
    heat: int = 0
    lang: str = ""
    mark: str = ""
    """code: a name that is the same in every language, to be written as it is; cite: a source, in the words of the source."""


class Head(NamedTuple):
    """The head of a column; `help` is a key of the catalogue that has a definition under `help.<key>`."""

    text: str
    is_number: bool = False
    help: str = ""
    is_code: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under heads. `empty` is the key of what is said where there are none."""

    caption: str
    heads: Sequence[Head]
    rows: Sequence[Sequence[Cell]]
    empty: str = "empty.none"
    filters: str = ""
    """What was asked for in words, where nothing matched it."""
    clear: str = ""
    more: str = ""
    """Where the next rows are."""
    total: Sequence[Cell] = ()
    is_headed: bool = True
    is_dense: bool = False
    is_list: bool = False
    """Whether one moves through it with j and k, and opens a row with o."""
    is_a: ClassVar[str] = "table"


class Fact(NamedTuple):
    """A name and what it is."""

    name: str
    cell: Cell
    help: str = ""


@dataclass(frozen=True, slots=True)
class Facts:
    """Names and what they are, one under the other."""

    rows: Sequence[Fact]
    is_a: ClassVar[str] = "facts"


class Stat(NamedTuple):
    """A figure that stands out."""

    name: str
    cell: Cell
    help: str = ""
    said: str = ""
    tone: str = ""


@dataclass(frozen=True, slots=True)
class Stats:
    """Figures beside each other."""

    rows: Sequence[Stat]
    is_a: ClassVar[str] = "stats"


@dataclass(frozen=True, slots=True)
class Chart:
    """A picture of a table: the first column names the points, each other column is drawn. The table stands under it."""

    kind: str
    """line, bar, stack, or waterfall: its first and last row are wholes, the rows between them are what was added or taken away.

    waterfall-good is one of which more is better."""
    said: str
    table: Table
    unit: str = ""
    lines: Sequence[int] = ()
    """Of a stack: the places of columns that are drawn as lines."""
    is_a: ClassVar[str] = "chart"


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a form."""

    name: str
    label: str = ""
    kind: str = "text"
    """text, text-long, money, number, day, choice, check, hidden, password, code, file (`value`: the kinds of file that it takes).

    whose: the name that a password belongs to, for whatever keeps passwords; not shown."""
    value: str = ""
    options: Sequence[tuple[str, str]] = ()
    hint: str = ""
    is_needed: bool = True
    is_wide: bool = False
    auto: str = ""
    longest: int = 200
    rows: int = 3


@dataclass(frozen=True, slots=True)
class Form:
    """A form: what it does, in words on its button; folded until somebody wants it."""

    act: str
    title: str
    button: str
    fields: Sequence[Field]
    said: str = ""
    key: str = ""
    """Key of the command, "" for a new one; kept where the form is shown again."""
    action: str = ""
    tone: str = ""
    preview: str = ""
    """The act that shows what it would do, "" for none."""
    hotkey: str = ""
    is_folded: bool = True
    is_open: bool = False
    is_a: ClassVar[str] = "form"


@dataclass(frozen=True, slots=True)
class Ticked:
    """A list whose rows are ticked, and what may be asked for all that are: each act with its button, shown first as what it would do."""

    table: Table
    ticks: Sequence[str]
    """What stands for each row in the form, in the order of the rows; "" for one that cannot be ticked."""
    fields: Sequence[Field]
    acts: Sequence[tuple[str, str, str]]
    """Name, button and tone of each."""
    said: str = ""
    chosen: frozenset[str] = frozenset()
    key: str = ""
    has_preview: bool = True
    is_a: ClassVar[str] = "ticked"


class Moment(NamedTuple):
    """One line of a timeline."""

    at: str
    what: str
    said: str = ""
    actor: str = ""
    link: str = ""


@dataclass(frozen=True, slots=True)
class Timeline:
    """What happened, latest first."""

    rows: Sequence[Moment]
    empty: str = "empty.none"
    more: str = ""
    is_a: ClassVar[str] = "timeline"


@dataclass(frozen=True, slots=True)
class Said:
    """A line that stands out: good, bad, warn or wait."""

    tone: str
    text: str
    is_a: ClassVar[str] = "said"


@dataclass(frozen=True, slots=True)
class Text:
    """A paragraph."""

    text: str
    tone: str = ""
    lang: str = ""
    is_a: ClassVar[str] = "text"


@dataclass(frozen=True, slots=True)
class Code:
    """Text to be copied."""

    text: str
    is_a: ClassVar[str] = "code"


@dataclass(frozen=True, slots=True)
class Links:
    """Ways to other pages: text and path, and the key that leads there where it has one."""

    rows: Sequence[tuple[str, str] | tuple[str, str, str]]
    is_a: ClassVar[str] = "links"


Part = Table | Facts | Stats | Chart | Form | Ticked | Timeline | Said | Text | Code | Links | Any


@dataclass(frozen=True, slots=True)
class Panel:
    """A box with a title."""

    title: str
    parts: Sequence[Part]
    id: str = ""
    help: str = ""
    aside: Cell | None = None
    width: str = ""
    """wide, half or third."""


@dataclass(frozen=True, slots=True)
class Heading:
    """What stands over the panels of a page."""

    title: str
    lead: str = ""
    chips: Sequence[Cell] = ()
    above: Sequence[tuple[str, str]] = ()
    tabs: Sequence[tuple[str, str, bool]] = ()
    filters: Sequence[Field] = field(default_factory=tuple)
    ask: str = ""
    """Key of what the button under these fields says, "" where they narrow a list."""


def board(heading: Heading, panels: Sequence[Panel | None], more: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Give what `page.html` needs; panels that are None are left out."""
    named = [_named(one, n) for n, one in enumerate((one for one in panels if one is not None), 1)]
    return {
        "title": heading.title,
        "lead": heading.lead,
        "chips": heading.chips,
        "above": heading.above,
        "tabs": heading.tabs,
        "filters": heading.filters,
        "ask": heading.ask or "list.filter",
        "panels": named,
        "has_chart": any(isinstance(part, Chart) for one in named for part in one.parts),
        "has_ticks": any(isinstance(part, Ticked) and part.table.rows for one in named for part in one.parts),
        "has_passkey": any(getattr(part, "is_a", "") == "passkey" for one in named for part in one.parts),
        **(more or {}),
    }


def _named(panel: Panel, n: int) -> Panel:
    """Give a panel with an id, so that its title names it for those who cannot see it."""
    return panel if panel.id else Panel(panel.title, panel.parts, f"panel-{n}", panel.help, panel.aside, panel.width)


def text(value: object, link: str = "", under: str = "") -> Cell:
    """Give a cell of text; – for nothing."""
    return Cell(str(value) if value not in (None, "") else written.ABSENT, link, under)


def code(value: object, link: str = "", under: str = "") -> Cell:
    """Give a cell of a code: a name that is the same in every language; – for nothing."""
    return text(value, link, under)._replace(mark="code" if value not in (None, "") else "")


def cite(value: str, tone: str = "") -> Cell:
    """Give a cell that cites a source, in its own words."""
    return text(value)._replace(mark="cite" if value else "", tone=tone)


def chip(value: str, tone: str = "") -> Cell:
    """Give a cell that looks like a label; what it means is in its text, not in its colour."""
    return Cell(value, chip=True, tone=tone)


def money(minor: int | None, currency: str = "CNY", link: str = "") -> Cell:
    """Give an amount in minor units."""
    return Cell(written.money(minor, currency), link, value=None if minor is None else minor / 100)


def count(value: int | None, link: str = "") -> Cell:
    """Give a count."""
    return Cell(written.count(value), link, value=None if value is None else float(value))


def share(value: Any, digits: int = 2, *, hottest: float = 0.0) -> Cell:
    """Give a share of one; with `hottest` shaded by how near it comes to that."""
    if value is None:
        return Cell(written.ABSENT)
    heat = min(HEATS, max(0, round(float(value) / hottest * HEATS))) if hottest else 0
    return Cell(written.share(value, digits), value=round(float(value) * 100, 6), heat=heat)


def day(value: date | int | str | None) -> Cell:
    """Give a day."""
    return Cell(written.day(value), tone="fixed")


def instant(value: datetime | str | None) -> Cell:
    """Give an instant to the minute."""
    return Cell(written.instant(value), tone="fixed")


def heads(visit: Visit, *names: str) -> tuple[Head, ...]:
    """Give the heads of columns by their keys; one that ends with # holds numbers, one with ? before that has a definition."""
    found = []
    for name in names:
        bare = name.rstrip("#").rstrip("?")
        found.append(Head(visit.t(bare), name.endswith("#"), bare if "?" in name else ""))
    return tuple(found)


def fact(visit: Visit, key: str, cell: Cell, *, is_defined: bool = False) -> Fact:
    """Give a fact named by a key of the catalogue."""
    return Fact(visit.t(key), cell, key if is_defined else "")


def stat(visit: Visit, key: str, cell: Cell, said: str = "", tone: str = "") -> Stat:
    """Give a figure named by a key that has a definition."""
    return Stat(visit.t(key), cell, key, said, tone)
