"""One funder: what it committed and has lent, its settlements, the loans that it holds parts of, and the month as investors are told it."""

import re
from datetime import date, timedelta
from typing import Any, Final

from plimsoll.app.access.principal import Target
from plimsoll.app.kept_figures import BeingMade, Made
from plimsoll.app.show.figures import FUNDERS, month_of
from plimsoll.app.show.funder_loans import After, funder_loans
from plimsoll.app.show.funding import FunderPage, funder_page_of
from plimsoll.app.treasury.shares import funders_of
from plimsoll.interfaces.console.kept import Figures, being_made, made_at
from plimsoll.interfaces.console.words_of import word
from plimsoll.interfaces.pages import written
from plimsoll.interfaces.pages.parts import (
    Cell,
    Facts,
    Field,
    Head,
    Heading,
    Links,
    Panel,
    Said,
    Table,
    board,
    chip,
    count,
    day,
    fact,
    heads,
    money,
    share,
    text,
)  # fmt: skip
from plimsoll.interfaces.pages.visit import File, Screen, Shown, Visit
from plimsoll.treasury.funder import CLOSED
from plimsoll.treasury.route import INVESTOR, LENDER
from plimsoll.units.refusal import Malformed, Refused

PERMISSION: Final = "funder.read"
PPM: Final = 1_000_000
OTHERS: Final = "…"
"""Under which the parts of other funders stand together."""
PLACE: Final = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})\.([0-9]{1,18})\.([0-9]{1,9})", re.ASCII)
MONTH: Final = re.compile(r"[0-9]{4}-(0[1-9]|1[0-2])", re.ASCII)


def funder_of(visit: Visit) -> Target:
    """Give the funder of a page."""
    return Target(kind="funder", subject=visit.path["funder"])


def show(visit: Visit) -> Shown:
    """Show one funder with the days that were settled with it, and its loans."""
    figures, name = Figures(visit), visit.path["funder"]
    seen = figures.look(FUNDERS)
    rows = () if isinstance(seen, BeingMade) else seen.value
    found = funder_page_of(visit.house.store, name, rows)
    if isinstance(found, Refused):
        if not isinstance(seen, BeingMade) or name not in funders_of(visit.house.store):
            return Refused("absent")
        return figures.board(Heading(name), [Panel(visit.t("funder.about"), [being_made(visit, seen)])])
    assert isinstance(seen, Made), "rows were read"
    one = found.funder
    path = f"/treasury/{one.funder}"
    above = [(visit.t("nav.treasury"), "/treasury")] if visit.may("treasury.read") else []
    ways = Links([(visit.t("funder.month"), f"{path}/month")])
    about = Panel(visit.t("funder.about"), [_facts(visit, found), *made_at(visit, seen), ways])
    heading = Heading(one.funder, word(visit, "funder.kind", one.kind), above=above)
    return figures.board(heading, [about, _settled(visit, found), _loans(visit, one.funder, path)])


def _facts(visit: Visit, found: FunderPage) -> Facts:
    one = found.funder
    most = visit.t("funder.most", {"share": written.share(float(one.most))})
    level = word(visit, "funder.level", found.level or "unassessed")
    assessed = [fact(visit, "funder.level", text(level)), fact(visit, "funder.assessed.until", day(found.assessed_until))]
    return Facts(
        [
            fact(visit, "funder.committed", money(one.committed_minor, one.currency)),
            fact(visit, "funder.lent", money(one.lent_minor, one.currency)),
            fact(visit, "funder.room", money(one.room_minor, one.currency)),
            fact(visit, "funder.price", text(written.yearly_rate(one.price, visit.language))),
            fact(visit, "funder.share", share(float(one.share))._replace(under=most)),
            fact(visit, "funder.until", day(one.until)),
            *(assessed if one.kind == INVESTOR else ()),
        ]
    )


def _settled(visit: Visit, found: FunderPage) -> Panel:
    currency = found.funder.currency
    rows = [
        (
            day(settled.on),
            count(settled.lines),
            text(", ".join(f"{word(visit, 'flow', name)} {written.money(minor, currency)}" for name, minor in settled.totals.items())),
            chip(visit.t("funder.reconciled"), "good") if settled.is_reconciled else chip(visit.t("funder.unreconciled"), "warn"),
            text(settled.sha256[:16]),
        )
        for settled in found.settlements
    ]
    columns = ("chart.day", "funder.lines#", "funder.totals", "funder.state", "approval.sha")
    table = Table(visit.t("funder.settlements"), heads(visit, *columns), rows, empty="funder.unsettled", is_dense=True)
    return Panel(visit.t("funder.settlements"), [table])


def _loans(visit: Visit, funder: str, path: str) -> Panel:
    """Give loans that a funder holds a part of, those filed last first, with what its part of the principal is."""
    found, after = funder_loans(visit.house.store, funder, visit.today(), _after(visit))
    rows = [
        (
            Cell(
                visit.t("loan.number", {"n": one.loan_id, "customer": one.customer_id}),
                f"/customers/{one.customer_id}/loans/{one.loan_id}",
            ),
            share(one.ppm / PPM),
            money(one.principal_minor, one.currency),
        )
        for one in found
    ]
    more = f"{path}?after={after.on}.{after.customer_id}.{after.n}#loans" if after else ""
    columns = ("nav.loan", "funder.part#", "funder.principal#")
    table = Table(visit.t("funder.loans"), heads(visit, *columns), rows, empty="funder.loans.none", is_list=True, more=more)
    return Panel(visit.t("funder.loans"), [table], "loans")


def _after(visit: Visit) -> After | None:
    """Read where the list goes on; what cannot be read is its beginning."""
    said = PLACE.fullmatch(visit.query.get("after", ""))
    try:
        return After(date.fromisoformat(said[1]), int(said[2]), int(said[3])) if said else None
    except ValueError:
        return None


def show_month(visit: Visit) -> Shown:
    """Show a month as investors are told it, of the loans that this funder holds parts of; as a file with `form=csv`."""
    asked = visit.query.get("month", "")
    said = asked if MONTH.fullmatch(asked) and not asked.startswith("0000") else ""
    last_month = (visit.today().replace(day=1) - timedelta(days=1)).replace(day=1)
    first = date.fromisoformat(f"{said}-01") if said else last_month
    path, name = f"/treasury/{visit.path['funder']}", visit.path["funder"]
    above = [(name, path)]
    filters = (Field("month", visit.t("funder.month.which"), value=f"{first:%Y-%m}", hint="2026-03", longest=7),)
    heading = Heading(visit.t("funder.month"), visit.t("funder.month.lead"), above=above, filters=filters, ask="ask.month")
    figures = Figures(visit)
    found = _disclosed(visit, figures, name, first)
    if isinstance(found, BeingMade):
        return figures.board(heading, [Panel("", [being_made(visit, found)])])
    if isinstance(found, str):
        return board(heading, [Panel("", [Said("", visit.t("funder.month.none")), Said("warn", found)])])
    if visit.query.get("form") == "csv":
        return File(f"investors_{first:%Y-%m}.csv", "text/csv", found[1].encode())
    ways = Links([(visit.t("funder.month.csv"), f"{path}/month?month={first:%Y-%m}&form=csv")])
    panels = [Panel("", [Said("", found[2]), ways]), *(_section(visit, one) for one in found[0])]
    return board(heading, [one for one in panels if one is not None])


def _section(visit: Visit, one: Any) -> Panel | None:
    """Give a part of the report as a table in the language of the visit; None where it has no rows."""
    if not one.rows:
        return None
    columns = [Head(visit.told(*head) if head.en else "", n > 0) for n, head in enumerate(one.heads)]
    rows = [tuple(text(cell.zh if visit.speech == "zh-CN" else cell.en) for cell in row) for row in one.rows]
    title = visit.told(*one.title)
    return Panel(title, [Table(title, columns, rows, is_dense=True)], width="half")


def _disclosed(visit: Visit, figures: Figures, funder: str, first: date) -> tuple[list[Any], str, str] | BeingMade | str:
    """Give the sections of a month, the same as a file, and its headline; that they are being made; or in words why there are none."""
    try:
        from plimsoll.app.treasury.disclosure_page import csv_of, said_of, sections
    except ImportError:
        return Refused("extra_missing", "", "numpy").text(visit.speech)
    known = funders_of(visit.house.store).get(funder)
    if known is None:
        return Refused("funder_unknown", "", funder).text(visit.speech)
    try:
        found = figures.look(month_of(funder, known.currency, first))
    except Malformed as wrong:
        return Refused(wrong.code).text(visit.speech)
    if isinstance(found, BeingMade):
        return found
    told = _without_others(found.value, funder) if visit.who.party else found.value
    said = said_of(told)
    return sections(told), csv_of(told), said.zh if visit.speech == "zh-CN" else said.en


def _without_others(found: Any, funder: str) -> Any:
    """Give a month as the funder itself may see it: what is told of another one by name is left out, their parts stand together."""
    parts: dict[str, int] = {}
    for name, minor in found.parts.items():
        own = name if name in (funder, LENDER) else OTHERS
        parts[own] = parts.get(own, 0) + minor
    return found._replace(
        parts=parts,
        triggers=[(name, place) for name, place in found.triggers if name.partition(" ")[2] in ("", funder)],
        events=[one for one in found.events if one.about.partition(" ")[2] in ("", funder) and (one.kind != CLOSED or one.about == funder)],
    )


SCREENS: Final = (
    Screen("funder-page", "/treasury/{funder}", PERMISSION, "page.html", show, target=funder_of),
    Screen("funder-month", "/treasury/{funder}/month", PERMISSION, "page.html", show_month, target=funder_of),
)
