"""The close of business and the ledger: what was done, what stands, whether it agrees; every figure from the books."""

from datetime import date
from typing import Final
from urllib.parse import urlencode

from sqlalchemy import func, select

from plimsoll.app.database.schema import close_run
from plimsoll.app.show.ledger import CloseRow, TrialBalance, close_page, closes, parked_loans, trial_balances
from plimsoll.interfaces.console.words_of import word
from plimsoll.interfaces.pages import written
from plimsoll.interfaces.pages.parts import (
    Cell,
    Facts,
    Field,
    Heading,
    Panel,
    Part,
    Said,
    Stat,
    Stats,
    Table,
    Text,
    board,
    chip,
    code,
    count,
    day,
    fact,
    heads,
    instant,
    money,
    text,
)
from plimsoll.interfaces.pages.visit import Screen, Shown, Visit
from plimsoll.units.dates import parse_date
from plimsoll.units.refusal import Malformed, Refused

TONES: Final = {"done": "good", "running": "wait"}


def show_closes(visit: Visit) -> Shown:
    """Show how far the book is closed, the last closes, and loans that the close set aside."""
    found = closes(visit.house.store, _day(visit, "before"))
    parked = parked_loans(visit.house.store)
    columns = (
        "close.day",
        "close.state",
        "close.took#",
        "close.loans#",
        "close.facts#",
        "close.entries#",
        "close.parked#",
        "close.control",
    )
    table = Table(
        visit.t("nav.close"), heads(visit, *columns), [_close(visit, one) for one in found.rows], empty="close.none",
        more=f"/close?{urlencode({'before': found.next_before.isoformat()})}" if found.next_before else "", is_list=True,
    )  # fmt: skip
    stats = [
        Stat(visit.t("shell.business-date"), day(found.open_on), "close.open"),
        Stat(visit.t("close.parked"), count(len(parked.rows)), "close.parked", tone="bad" if parked.rows else "good"),
    ]
    panels = [Panel(visit.t("overview.book"), [Stats(stats)])]
    if parked.rows:
        rows = [
            (
                Cell(
                    visit.t("loan.number", {"customer": one.customer_id, "n": one.loan_id}),
                    f"/customers/{one.customer_id}/loans/{one.loan_id}",
                ),
                instant(one.since),
                text(one.because),
            )
            for one in parked.rows
        ]
        panels.append(
            Panel(visit.t("close.parked"), [Table(visit.t("close.parked"), heads(visit, "loan.name", "work.since", "close.because"), rows)])
        )
    return board(Heading(visit.t("nav.close"), visit.t("close.lead")), [*panels, Panel("", [table])])


def _day(visit: Visit, name: str) -> date | None:
    """Read a day of the address; what cannot be read is none."""
    try:
        return parse_date(visit.query[name]) if visit.query.get(name) else None
    except Malformed:
        return None


def _close(visit: Visit, one: CloseRow) -> tuple[Cell, ...]:
    control = chip(visit.t("close.agrees"), "good") if one.is_controlled and not one.breaches else text("")
    if one.breaches:
        control = chip(visit.t("close.breach", {"n": len(one.breaches)}), "bad")
    return (
        Cell(one.closed_on.isoformat(), f"/close/{one.closed_on.isoformat()}", tone="fixed"),
        chip(word(visit, "close.state", one.state), TONES.get(one.state, "")),
        text(visit.t("close.seconds", {"n": one.seconds}) if one.seconds is not None else ""),
        count(one.loans),
        count(one.facts),
        count(one.entries),
        count(one.parked),
        control,
    )


def show_close(visit: Visit) -> Shown:
    """Show one close: what it posted by account, and its control totals, ledger against tape."""
    try:
        found = close_page(visit.house.store, parse_date(visit.path["day"]))
    except Malformed:
        return Refused("absent")
    if isinstance(found, Refused):
        return Refused("absent")
    one = found.close
    facts = [
        fact(visit, "close.state", chip(word(visit, "close.state", one.state), TONES.get(one.state, ""))),
        fact(visit, "close.started", instant(one.started_at)),
        fact(visit, "close.finished", instant(one.finished_at)),
        fact(visit, "close.shards", text(one.shards)),
        fact(visit, "close.loans", count(one.loans)),
        fact(visit, "close.entries", count(one.entries)),
    ]
    parts: list[Part] = [Said("bad", breach) for breach in one.breaches] or [
        Said("good" if one.is_controlled else "", visit.t("close.agrees-all" if one.is_controlled else "close.no-control"))
    ]
    controls = [
        (
            code(row.account, under=row.currency),
            money(row.ledger_minor, row.currency),
            money(row.tape_minor, row.currency),
            money(row.differs_minor, row.currency),
        )
        for row in found.controls
    ]
    columns = ("entry.account", "close.ledger#", "close.tape#", "close.differs?#")
    parts.append(Table(visit.t("close.control"), heads(visit, *columns), controls, empty="close.no-control", is_dense=True))
    posted = [(code(row.account), money(row.amount_minor)) for row in found.posted]
    table = Table(
        visit.t("close.posted"), heads(visit, "entry.account", "form.amount#"), posted, empty="close.nothing-posted", is_dense=True
    )
    panels = [
        Panel(visit.t("close.about"), [Facts(facts)], width="half"),
        Panel(visit.t("close.posted"), [table], width="half"),
        Panel(visit.t("close.control"), parts, "control"),
    ]
    return board(Heading(visit.t("close.of", {"day": one.closed_on.isoformat()}), above=[(visit.t("nav.close"), "/close")]), panels)


def show_ledger(visit: Visit) -> Shown:
    """Show the trial balance of each currency, as posted by now or as of the end of a closed day."""
    on = _day(visit, "as_of") or last_scan(visit)
    found = trial_balances(visit.house.store, on)
    if isinstance(found, Refused):
        return found
    field = Field("as_of", visit.t("loan.as-of.field"), "day", on.isoformat() if on else "", is_needed=False)
    panels = [_balance(visit, one) for one in found] or [Panel("", [Said("", visit.t("ledger.empty"))])]
    return board(Heading(visit.t("nav.ledger"), visit.t("ledger.lead"), filters=(field,), ask="ask.day"), panels)


def last_scan(visit: Visit) -> date | None:
    """Give the last closed day whose totals were taken: read from there a balance costs the same at any size."""
    with visit.house.store.engine.connect() as connection:
        taken = select(func.max(close_run.c.closed_on)).where(close_run.c.state == "done", close_run.c.sums != "{}")
        found: date | None = connection.scalar(taken)
        return found


def _balance(visit: Visit, one: TrialBalance) -> Panel:
    is_zh = visit.speech == "zh-CN"
    rows = [
        (
            code(row.account, under=row.zh if is_zh else row.en),
            money(row.debit_minor or None, one.currency),
            money(row.credit_minor or None, one.currency),
        )
        for row in one.rows
    ]
    total = (text(visit.t("row.sum")), money(one.debit_minor, one.currency), money(one.credit_minor, one.currency))
    table = Table(
        visit.t("ledger.balance"), heads(visit, "entry.account", "entry.debit#", "entry.credit#"), rows, total=total, is_dense=True
    )
    state = Said("good", visit.t("ledger.balanced")) if one.is_balanced else Said("bad", visit.t("ledger.unbalanced"))
    said = visit.t("ledger.source", {"source": word(visit, "ledger.source", one.source), "day": written.day(one.as_of)})
    return Panel(f"{visit.t('ledger.balance')} · {one.currency}", [state, table, Text(said, "muted")], help="ledger.balance")


SCREENS: Final = (
    Screen("close", "/close", "close.read", "page.html", show_closes),
    Screen("close-page", "/close/{day}", "close.read", "page.html", show_close),
    Screen("ledger", "/ledger", "ledger.read", "page.html", show_ledger),
)
