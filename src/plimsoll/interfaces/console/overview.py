"""The first page: the book, who is late, who is over-extended, how many are approved, what bad debt costs; alerts and what waits.

The figures of the book are those of the last close that scanned it, kept for the business date, so that the page costs the same at any
size after it was opened once in a day.
"""

import json
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from functools import lru_cache
from typing import Any, Final

from sqlalchemy import case, func, select

from plimsoll.app.access.principal import EVERYBODY
from plimsoll.app.schema import close_run, filing, line, loan, loan_state, parked, work_item
from plimsoll.app.store import Store
from plimsoll.interfaces.console import treasury
from plimsoll.interfaces.console.words_of import word
from plimsoll.interfaces.pages import written
from plimsoll.interfaces.pages.parts import (
    Cell,
    Chart,
    Heading,
    Panel,
    Said,
    Stat,
    Stats,
    Table,
    board,
    count,
    heads,
    money,
    share,
    stat,
    text,
)
from plimsoll.interfaces.pages.visit import Screen, Shown, Visit
from plimsoll.loan.layout import OPEN

MONTH, YEAR = timedelta(days=30), timedelta(days=365)
RUNS: Final = 800
OVER_BAD, LATE_BAD = 0.10, 0.05


@dataclass(frozen=True, slots=True)
class Late:
    """Principal by how late it is, of one product and currency, in minor units."""

    product: str
    currency: str
    loans: int
    principal: int
    over_30: int
    over_90: int


@dataclass(frozen=True, slots=True)
class Book:
    """The book on a business date."""

    late: tuple[Late, ...]
    lines: int
    marked: int
    over: int
    decided: int
    offered: int
    parked: int


@lru_cache(maxsize=16)
def book_on(store: Store, today: date) -> Book:
    """Give the figures of a book on its business date; read once, then remembered until the date moves on."""
    s, days = loan_state.c, (today - MONTH, today - 3 * MONTH)
    late = [func.coalesce(func.sum(case((s.oldest_due < one, s.principal_minor), else_=0)), 0) for one in days]
    owed = loan_state.join(loan, (loan.c.customer_id == s.customer_id) & (loan.c.loan_id == s.loan_id))
    with store.engine.connect() as connection:
        rows = connection.execute(
            select(loan.c.product, loan.c.currency, func.count(), func.sum(s.principal_minor), *late)
            .select_from(owed)
            .where(s.status == OPEN)
            .group_by(loan.c.product, loan.c.currency)
            .order_by(loan.c.product)
        ).all()
        is_marked = line.c.load_capacity_minor >= 0
        is_over = is_marked & (line.c.used_minor > line.c.load_capacity_minor)
        lines = connection.execute(
            select(func.count(), func.sum(case((is_marked, 1), else_=0)), func.sum(case((is_over, 1), else_=0))).where(
                line.c.status != "none"
            )
        ).one()
        filed = {kind: _filed(connection, kind, today) for kind in ("decision", "offer.made")}
        stopped = connection.scalar(select(func.count()).select_from(parked)) or 0
    late_rows = tuple(Late(row[0], row[1], row[2], int(row[3] or 0), int(row[4]), int(row[5])) for row in rows)
    return Book(late_rows, lines[0] or 0, int(lines[1] or 0), int(lines[2] or 0), filed["decision"], filed["offer.made"], stopped)


def _filed(connection: Any, kind: str, today: date) -> int:
    """Count what was filed of a kind in the month before a day, by the index of kinds."""
    recent = (filing.c.kind == kind, filing.c.effective_on > today - MONTH, filing.c.effective_on <= today)
    return int(connection.scalar(select(func.count()).select_from(filing).where(*recent)) or 0)


@lru_cache(maxsize=16)
def scans(store: Store, today: date) -> tuple[tuple[date, dict[str, Any]], ...]:
    """Give the control totals of the scans of about two years before a day, oldest first."""
    with store.engine.connect() as connection:
        rows = connection.execute(
            select(close_run.c.closed_on, close_run.c.sums)
            .where(close_run.c.state == "done", close_run.c.closed_on <= today, close_run.c.sums != "{}")
            .order_by(close_run.c.closed_on.desc())
            .limit(RUNS)
        ).all()
    return tuple((row.closed_on, json.loads(row.sums)) for row in reversed(rows))


def show(visit: Visit) -> Shown:
    """Show the overview; whoever may not see the portfolio sees what waits for them."""
    panels = _figures(visit) if visit.may("portfolio.read") else [_work(visit)]
    return board(Heading(visit.t("nav.overview"), visit.t("overview.lead", {"day": written.day(visit.today())})), panels)


def _figures(visit: Visit) -> list[Panel]:
    store, today = visit.house.store, visit.today()
    book = book_on(store, today)
    currencies = sorted({one.currency for one in book.late})
    if not currencies:
        return [Panel(visit.t("overview.book"), [Said("", visit.t("overview.empty"))]), _work(visit)]
    series = scans(store, today)
    panels = [Panel(visit.t("overview.book"), [Stats(_stats(visit, book, currencies[0], series))])]
    panels += [_trend(visit, series, currencies[0]), _work(visit), _by_product(visit, book)]
    if book.parked:
        panels.insert(0, Panel("", [Said("bad", visit.t("overview.parked", {"n": book.parked}))]))
    return panels


def _stats(visit: Visit, book: Book, currency: str, series: Any) -> list[Stat]:
    rows = [one for one in book.late if one.currency == currency]
    principal, over_30, over_90 = (sum(getattr(one, name) for one in rows) for name in ("principal", "over_30", "over_90"))
    over = Fraction(book.over, book.marked) if book.marked else None
    approved = Fraction(min(book.offered, book.decided), book.decided) if book.decided else None
    risk = cost_of_risk(series, currency)
    late = (Fraction(over_30, principal), Fraction(over_90, principal)) if principal else (None, None)
    return [
        stat(
            visit,
            "overview.principal",
            text(written.large(principal, currency, visit.speech)),
            visit.t("overview.loans", {"n": written.count(sum(one.loans for one in rows))}),
        ),
        stat(visit, "overview.30", share(late[0]), written.large(over_30, currency, visit.speech), _tone(late[0], LATE_BAD)),
        stat(visit, "overview.90", share(late[1]), written.large(over_90, currency, visit.speech), _tone(late[1], LATE_BAD)),
        stat(
            visit,
            "overview.over",
            share(over),
            visit.t("overview.over.said", {"n": written.count(book.over), "all": written.count(book.marked)}),
            _tone(over, OVER_BAD),
        ),
        stat(visit, "overview.approved", share(approved), visit.t("overview.approved.said", {"n": written.count(book.decided)})),
        stat(visit, "overview.risk", share(risk)),
        _liquidity(visit, currency),
    ]


def _liquidity(visit: Visit, currency: str) -> Stat:
    """Give what comes and goes of the lender's own money in thirty days, as the ladder of the treasury page has it."""
    found = treasury.soon(visit)
    if found is None or found.currency != currency:
        return stat(visit, "overview.liquidity", text(""), visit.t("overview.liquidity.unread"))
    net = found.behaved[1].cumulative_minor - found.cash_minor
    agreed = written.large(found.agreed[1].cumulative_minor - found.cash_minor, currency, visit.speech)
    shown = Cell(written.large(net, currency, visit.speech), "/treasury" if visit.may("treasury.read") else "")
    return stat(visit, "overview.liquidity", shown, visit.t("overview.liquidity.said", {"agreed": agreed}), "bad" if net < 0 else "good")


def _tone(value: Any, bad: float) -> str:
    return "" if value is None else "bad" if value > bad else "good"


def cost_of_risk(series: Any, currency: str) -> Fraction | None:
    """Give charged off less recovered in the year before the last scan, over the average principal; None without two scans."""
    seen = [(on, sums["ledger"][currency]) for on, sums in series if currency in sums.get("ledger", {})]
    if len(seen) < 2:
        return None
    last, ledger = seen[-1]
    inside = [(on, one) for on, one in seen if on >= last - YEAR]
    first = inside[0][1]
    net = sum(ledger.get(name, 0) - first.get(name, 0) for name in ("expense.charge_off", "income.recovery"))
    average = Fraction(sum(one.get("asset.loan.principal", 0) for _, one in inside), len(inside))
    days = (last - inside[0][0]).days
    return Fraction(net) / average * Fraction(YEAR.days, days) if average and days else None


def _trend(visit: Visit, series: Any, currency: str) -> Panel:
    """Give principal and what of it is past due, scan by scan."""
    rows = []
    for on, sums in series:
        tape = sums.get("tape", {}).get(currency)
        if tape:
            owed, late = tape["principal_minor"], tape["principal_past_due_minor"]
            rows.append((text(written.day(on)), money(owed, currency), money(late, currency)))
    table = Table(
        visit.t("overview.trend"),
        heads(visit, "chart.day", "overview.principal#", "overview.past-due#"),
        rows,
        empty="overview.no-scan",
        is_dense=True,
    )
    if not rows:
        return Panel(visit.t("overview.trend"), [table], width="half")
    return Panel(
        visit.t("overview.trend"),
        [Chart("line", visit.t("overview.trend.said", {"currency": currency}), table, f" {currency}")],
        "trend",
        width="two-thirds",
    )


def _by_product(visit: Visit, book: Book) -> Panel:
    rows = []
    for one in book.late:
        parts = (one.principal - one.over_30, one.over_30 - one.over_90, one.over_90)
        cells = [money(one.principal, one.currency), count(one.loans)]
        cells += [
            share(Fraction(part, one.principal) if one.principal else None, hottest=0.0 if n == 0 else LATE_BAD)
            for n, part in enumerate(parts)
        ]
        rows.append((Cell(word(visit, "product", one.product)), *cells))
    columns = ("overview.product", "overview.principal#", "overview.count#", "overview.to-30#", "overview.to-90#", "overview.past-90#")
    return Panel(
        visit.t("overview.by-product"),
        [Table(visit.t("overview.by-product"), heads(visit, *columns), rows, is_dense=True)],
        "by-product",
    )


QUEUES: Final = (
    ("review", "/reviews", "review.read"), ("collection", "/cases", "case.read"), ("complaint", "/complaints", "complaint.read"),
    ("hardship", "/cases?view=hardship", "case.read"), ("warning", "/monitoring", "warning.read"),
)  # fmt: skip


def _work(visit: Visit) -> Panel:
    """Give what waits in the queues that somebody may see."""
    with visit.house.store.engine.connect() as connection:
        counted = {
            (row.kind, row.state): row.n
            for row in connection.execute(
                select(work_item.c.kind, work_item.c.state, func.count().label("n"))
                .where(work_item.c.state != "done", work_item.c.kind.in_([kind for kind, _, _ in QUEUES]))
                .group_by(work_item.c.kind, work_item.c.state)
            )
        }
    rows = [
        (Cell(visit.t(f"queue.{kind}"), path), *(count(counted.get((kind, state), 0)) for state in ("open", "claimed", "waiting")))
        for kind, path, permission in QUEUES
        if visit.may(permission, EVERYBODY)
    ]
    columns = ("queue.name", "queue.open#", "queue.claimed#", "queue.waiting#")
    return Panel(
        visit.t("queue.title"),
        [Table(visit.t("queue.title"), heads(visit, *columns), rows, empty="queue.none", is_dense=True)],
        "work",
        width="third",
    )


SCREENS: Final = (Screen("overview", "/", "", "page.html", show),)
