"""What monitoring sees: lines, places above the load line, warnings that stand, in the order in which people look at them."""

from typing import Final

from plimsoll.app.access.principal import Target
from plimsoll.app.kept_figures import BeingMade, Made
from plimsoll.app.show.figures import WATCH
from plimsoll.app.show.queues import WorkRow
from plimsoll.app.show.watching import WatchCounts, Watched, watched
from plimsoll.interfaces.console.aims import customer_of, everybody
from plimsoll.interfaces.console.kept import Figures, being_made, made_at
from plimsoll.interfaces.console.rows_of_work import due, more, page_of, tabs
from plimsoll.interfaces.console.words_of import word, words_in
from plimsoll.interfaces.pages.parts import (
    Cell,
    Field,
    Form,
    Heading,
    Panel,
    Said,
    Stat,
    Stats,
    Table,
    Text,
    board,
    chip,
    count,
    day,
    heads,
    instant,
    money,
    share,
    text,
)
from plimsoll.interfaces.pages.visit import Act, Done, Screen, Shown, Visit
from plimsoll.monitoring.close_warning import OUTCOMES, CloseWarning
from plimsoll.monitoring.raise_warning import OUT_OF_TURN
from plimsoll.units.refusal import Refused

QUEUE: Final = "warning"
PPM: Final = 1_000_000


def show(visit: Visit) -> Shown:
    """Show what stands in the book, and the warnings with the highest rank on top."""
    page = page_of(visit, QUEUE, "warning.read")
    columns = ("customer.name", "warning.rank#", "work.due", "work.holder", "work.since")
    table = Table(
        visit.t("warning.title"), heads(visit, *columns), [_row(visit, one) for one in page.rows], empty="warning.none",
        more=more(visit, "/monitoring", page), is_list=True,
    )  # fmt: skip
    figures = Figures(visit)
    panels: list[Panel | None] = []
    if visit.door.sight(visit.who, "warning.read").is_everybody:
        panels.append(_counts(visit, figures.look(WATCH)))
    panels.append(Panel(visit.t("warning.title"), [table], "warnings"))
    heading = Heading(visit.t("nav.monitoring"), visit.t("monitoring.lead"), tabs=tabs(visit, "/monitoring", "", "held", "overdue"))
    return figures.board(heading, panels)


def _counts(visit: Visit, seen: Made | BeingMade) -> Panel:
    if isinstance(seen, BeingMade):
        return Panel(visit.t("overview.book"), [being_made(visit, seen)], "counts")
    found: WatchCounts = seen.value
    stats = [
        Stat(
            visit.t("monitoring.above"), count(found.above_load_line), "monitoring.above", tone="bad" if found.above_load_line else "good"
        ),
        Stat(visit.t("monitoring.marked"), count(found.with_load_line)),
        Stat(visit.t("monitoring.warnings"), count(found.warnings_open)),
    ]
    rows = [(text(word(visit, "customers.status", one.name)), count(one.customers)) for one in found.lines]
    places = [(text(word(visit, "over", one.name)), count(one.customers)) for one in found.places]
    parts = [
        Stats(stats),
        Table(visit.t("line.status"), heads(visit, "line.status", "monitoring.customers#"), rows, empty="empty.none", is_dense=True),
        Table(
            visit.t("over.place"), heads(visit, "over.place", "monitoring.customers#"), places, empty="monitoring.no-places", is_dense=True
        ),
    ]
    return Panel(visit.t("overview.book"), [*parts, *made_at(visit, seen)], "counts")


def _row(visit: Visit, one: WorkRow) -> tuple[Cell, ...]:
    return (
        Cell(visit.t("customer.number", {"n": one.customer_id}), f"/monitoring/{one.customer_id}", _note(visit, one.note)),
        count(one.priority),
        due(visit, one),
        text(one.assigned_to),
        instant(one.opened_at),
    )


def _note(visit: Visit, note: str) -> str:
    """Give the line of a warning in words: what to do, and its place among those of its day."""
    action, _, rank = note.partition(", rank ")
    if rank:
        return visit.t("warning.ranked", {"what": word(visit, "action", action), "n": rank})
    action, between, _ = note.partition(", out of turn")
    return visit.t("warning.by-events", {"what": word(visit, "action", action)}) if between else words_in(visit, ("action",), note)


def show_one(visit: Visit) -> Shown:
    """Show what monitoring knows of one customer: the warning, its reasons, signals, places, classes."""
    customer_id = int(visit.path["customer"])
    found = watched(visit.house.store, customer_id, visit.today(), visit.house.now())
    if isinstance(found, Refused):
        return Refused("absent")
    number = visit.t("customer.number", {"n": customer_id})
    above = [(visit.t("nav.monitoring"), "/monitoring"), (number, f"/customers/{customer_id}")]
    return board(
        Heading(f"{visit.t('nav.monitoring')}: {number}", above=above),
        [_warning(visit, found), _signals(visit, found), _places(visit, found)],
    )


def _warning(visit: Visit, found: Watched) -> Panel:
    one = found.warning
    if one is None:
        return Panel(visit.t("warning.one"), [Said("good", visit.t("warning.none-one"))], "warning", width="half")
    is_ranked = one.rank != OUT_OF_TURN
    since = visit.t("warning.since", {"day": one.on.isoformat(), "rank": one.rank}) if is_ranked else ""
    parts = [
        Said("warn", since or visit.t("warning.since-events", {"day": one.on.isoformat()})),
        *([Text(visit.t("warning.chance", {"share": share(one.chance_ppm / PPM).text}))] if is_ranked else []),
        *(Text(why) for why in one.reasons),
        Text(visit.t("warning.action", {"what": word(visit, "action", one.action)})),
    ]
    forms = []
    if visit.may("warning.close", Target(found.customer_id)):
        ends = [(one, word(visit, "warning.outcome", one)) for one in OUTCOMES]
        fields = (
            Field("outcome", visit.t("warning.outcome"), "choice", options=ends),
            Field("reason", visit.t("warning.done"), is_needed=False, is_wide=True),
        )
        forms.append(Form("close", visit.t("warning.close"), visit.t("warning.close.do"), fields))
    return Panel(visit.t("warning.one"), [*parts, *forms], "warning", width="half")


def _signals(visit: Visit, found: Watched) -> Panel:
    is_zh = visit.speech == "zh-CN"
    rows = [
        (
            text(one.title_zh if is_zh else one.title_en, under=word(visit, "signal.source", one.source)),
            _value(visit, str(one.value), one.unit),
            chip(visit.t("signal.raised"), "warn") if one.is_raised else text(visit.t("signal.quiet")),
            text(word(visit, "action", one.action) if one.action else ""),
        )
        for one in found.signals
    ]
    columns = ("signal.name", "signal.value#", "signal.state", "signal.action")
    return Panel(visit.t("signal.title"), [Table(visit.t("signal.title"), heads(visit, *columns), rows, is_dense=True)], "signals")


def _value(visit: Visit, value: str, unit: str) -> Cell:
    """Give what was measured, written as its unit is: an amount, a share, or a number with its unit; – where nothing was."""
    if value in ("", "None"):
        return text("")
    if unit == "minor":
        return money(round(float(value)))
    return share(float(value)) if unit == "share" else text(f"{value} {word(visit, 'unit', unit)}".strip())


def _places(visit: Visit, found: Watched) -> Panel:
    places = [
        (day(one.on), text(word(visit, "over", one.place)), share(one.chance_ppm / PPM), money(one.over_minor, one.currency or "CNY"))
        for one in found.places
    ]
    classes = [(day(one.on), text(one.loan_id), text(word(visit, "class", one.five_class))) for one in found.classes]
    columns = ("chart.day", "over.place", "monitoring.chance#", "line.above#")
    parts = [
        Table(visit.t("over.place"), heads(visit, *columns), places, is_dense=True),
        Table(visit.t("loan.class"), heads(visit, "chart.day", "loan.name", "loan.class"), classes, is_dense=True),
    ]
    return Panel(visit.t("over.place"), parts, "places", width="half")


def _close(visit: Visit) -> Done:
    customer_id = int(visit.path["customer"])
    command = CloseWarning(
        visit.form.get("key", ""), customer_id, visit.today(), visit.form.get("outcome", ""), visit.form.get("reason", "")
    )
    return Act(command, "done.done", f"/monitoring/{customer_id}")


SCREENS: Final = (
    Screen("monitoring", "/monitoring", "warning.read", "page.html", show, target=everybody),
    Screen("monitoring-page", "/monitoring/{customer:int}", "warning.read", "page.html", show_one, {"close": _close}, target=customer_of),
)
