"""The first page: the book, who is late, who is over-extended, how many are approved, what bad debt costs; alerts and what waits.

The figures of the book are made beside the page and kept, so that it costs the same at any size.
"""

from collections.abc import Sequence
from datetime import timedelta
from fractions import Fraction
from typing import Any, Final

from sqlalchemy import func, select

from plimsoll.app.access.principal import EVERYBODY
from plimsoll.app.business_day import at_of
from plimsoll.app.database.schema import work_item
from plimsoll.app.kept_figures import BeingMade, Made
from plimsoll.app.show.book import BookSeen, ScanTotals
from plimsoll.app.show.figures import BOOK, POSITIONS
from plimsoll.app.show.queues import PERMISSIONS, queue_counts
from plimsoll.interfaces.console import treasury
from plimsoll.interfaces.console.kept import Figures, being_made, made_at
from plimsoll.interfaces.console.queues import DESKS
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

YEAR: Final = timedelta(days=365)
OVER_BAD, LATE_BAD = 0.10, 0.05


def show(visit: Visit) -> Shown:
    """Show the overview; whoever may not see the portfolio sees what waits for them."""
    heading = Heading(visit.t("nav.overview"), visit.t("overview.lead", {"day": written.day(visit.today())}))
    if not visit.may("portfolio.read"):
        return board(heading, [_work(visit)])
    figures = Figures(visit)
    figures.begin(BOOK, POSITIONS)
    return figures.board(heading, _figures(visit, figures, figures.look(BOOK)))


def _figures(visit: Visit, figures: Figures, found: Made | BeingMade) -> list[Panel | None]:
    title = visit.t("overview.book")
    if isinstance(found, BeingMade):
        return [Panel(title, [being_made(visit, found)]), _work(visit)]
    book: BookSeen = found.value
    currencies = sorted({one.currency for one in book.late})
    if not currencies:
        return [Panel(title, [Said("", visit.t("overview.empty"))]), _work(visit)]
    panels: list[Panel | None] = [Panel(title, [Stats(_stats(visit, book, currencies[0], figures)), *made_at(visit, found)])]
    panels += [_trend(visit, book.scans, currencies[0]), _work(visit), _by_product(visit, book)]
    if book.parked:
        panels.insert(0, Panel("", [Said("bad", visit.t("overview.parked", {"n": book.parked}))]))
    return panels


def _stats(visit: Visit, book: BookSeen, currency: str, figures: Figures) -> list[Stat]:
    rows = [one for one in book.late if one.currency == currency]
    principal, over_30, over_90 = (sum(getattr(one, name) for one in rows) for name in ("principal", "over_30", "over_90"))
    over = Fraction(book.over, book.marked) if book.marked else None
    approved = Fraction(min(book.offered, book.decided), book.decided) if book.decided else None
    risk = cost_of_risk(book.scans, currency)
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
        _liquidity(visit, currency, figures),
    ]


def _liquidity(visit: Visit, currency: str, figures: Figures) -> Stat:
    """Give what comes and goes of the lender's own money in thirty days, as the ladder of the treasury page has it."""
    found = treasury.soon(visit, figures)
    if found is None or found.currency != currency:
        return stat(visit, "overview.liquidity", text(""), visit.t("overview.liquidity.unread"))
    net = found.behaved[1].cumulative_minor - found.cash_minor
    agreed = written.large(found.agreed[1].cumulative_minor - found.cash_minor, currency, visit.speech)
    shown = Cell(written.large(net, currency, visit.speech), "/treasury" if visit.may("treasury.read") else "")
    return stat(visit, "overview.liquidity", shown, visit.t("overview.liquidity.said", {"agreed": agreed}), "bad" if net < 0 else "good")


def _tone(value: Any, bad: float) -> str:
    return "" if value is None else "bad" if value > bad else "good"


def cost_of_risk(scans: Sequence[ScanTotals], currency: str) -> Fraction | None:
    """Give charged off less recovered in the year before the last scan, over the average principal; None without two scans."""
    seen = [(one.on, one.ledger) for one in scans if one.currency == currency]
    if len(seen) < 2:
        return None
    last, ledger = seen[-1]
    inside = [(on, one) for on, one in seen if on >= last - YEAR]
    first = inside[0][1]
    net = sum(ledger.get(name, 0) - first.get(name, 0) for name in ("expense.charge_off", "income.recovery"))
    average = Fraction(sum(one.get("asset.loan.principal", 0) for _, one in inside), len(inside))
    days = (last - inside[0][0]).days
    return Fraction(net) / average * Fraction(YEAR.days, days) if average and days else None


def _trend(visit: Visit, scans: Sequence[ScanTotals], currency: str) -> Panel:
    """Give principal and what of it is past due, scan by scan."""
    rows = [
        (text(written.day(one.on)), money(one.principal_minor, currency), money(one.past_due_minor, currency))
        for one in scans
        if one.currency == currency and one.principal_minor is not None
    ]
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


def _by_product(visit: Visit, book: BookSeen) -> Panel:
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


QUEUES: Final = tuple((kind, DESKS.get(kind, f"/queues/{kind}"), permission) for kind, permission in PERMISSIONS.items())


def _work(visit: Visit) -> Panel:
    """Give what waits in the queues that somebody may see, as far as they see it."""
    seen = [(kind, path, visit.door.sight(visit.who, permission)) for kind, path, permission in QUEUES if visit.may(permission, EVERYBODY)]
    of_all = [kind for kind, _, sight in seen if sight.is_everybody]
    waiting = work_item.c
    with visit.house.store.engine.connect() as connection:
        counted = {
            (row.kind, row.state): row.n
            for row in connection.execute(
                select(waiting.kind, waiting.state, func.count().label("n"))
                .where(waiting.state != "done", waiting.kind.in_(of_all))
                .group_by(waiting.kind, waiting.state)
            )
        }
    some = [(kind, sight) for kind, _, sight in seen if not sight.is_everybody]
    for one in queue_counts(visit.house.store, at_of(visit.house), [kind for kind, _ in some], [sight for _, sight in some]):
        counted |= {(one.kind, "open"): one.open, (one.kind, "claimed"): one.claimed, (one.kind, "waiting"): one.waiting}
    rows = [
        (Cell(visit.t(f"queue.{kind}"), path), *(count(counted.get((kind, state), 0)) for state in ("open", "claimed", "waiting")))
        for kind, path, _ in seen
    ]
    columns = ("queue.name", "queue.open#", "queue.claimed#", "queue.waiting#")
    return Panel(
        visit.t("queue.title"),
        [Table(visit.t("queue.title"), heads(visit, *columns), rows, empty="queue.none", is_dense=True)],
        "work",
        width="third",
    )


SCREENS: Final = (Screen("overview", "/", "", "page.html", show),)
