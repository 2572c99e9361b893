"""Home: what can be borrowed and what it costs, what is due now and next, and where help is."""

from typing import Final

from plimsoll.app.show.customer import CustomerPage
from plimsoll.interfaces.borrower.me import a_day_of_thousand, due_whole, least, my_file, myself, next_asked, screen, signed_rate
from plimsoll.interfaces.pages import parts, written
from plimsoll.interfaces.pages.parts import Facts, Heading, Links, Panel, Part, Said, Stats, Text, fact, stat
from plimsoll.interfaces.pages.visit import Shown, Visit
from plimsoll.units.rate import Rate

CHIPS_TOLD: Final = ("overdue", "frozen", "closed", "hardship", "plan", "charged_off", "review", "complaint", "collection_stopped")
"""What a borrower is told of their own standing; how the house judges beside it stands on other pages, with reasons."""


def _home(visit: Visit) -> Shown:
    page, filings = myself(visit), my_file(visit)
    rate = signed_rate(filings)
    heading = Heading(visit.t("b.home.title"), visit.t("b.home.lead"))
    return parts.board(heading, [*_state(visit, page), _line(visit, page, rate), _due(visit, page), _ways(visit, page)])


def _state(visit: Visit, page: CustomerPage) -> list[Panel]:
    """Give what stands in the way, what it means and what helps; nothing where all is well."""
    told = [chip for chip in page.chips if chip in CHIPS_TOLD]
    said: list[Part] = [Said("bad" if chip == "overdue" else "warn", visit.t(f"b.state.{chip}")) for chip in told]
    late = sum(one.late_minor for one in page.due)
    if late:
        said.append(Links(((visit.t("b.home.pay-late", {"amount": written.money(late)}), "/overdue"),)))
    return [Panel(visit.t("b.home.now"), said)] if said else []


def _line(visit: Visit, page: CustomerPage, rate: Rate | None) -> Panel:
    line = page.line
    if line is None or line.status == "none":
        ways = Links(((visit.t("b.home.apply"), "/apply"), (visit.t("b.home.why"), "/applications")))
        return Panel(visit.t("b.home.limit"), [Text(visit.t("b.home.no-line")), ways])
    figures = [
        stat(visit, "b.available", parts.money(line.available_minor, line.currency)),
        stat(visit, "b.total", parts.money(line.limit_minor, line.currency)),
        stat(visit, "b.used", parts.money(line.used_minor, line.currency)),
    ]
    found: list[Part] = [Stats(figures)]
    if rate is not None:
        cost = written.money(a_day_of_thousand(rate), line.currency)
        found.append(Text(written.daily_rate(rate.text(), visit.language)))
        found.append(Text(visit.t("b.home.thousand", {"cost": cost})))
    found.append(Links(((visit.t("b.nav.borrow"), "/borrow"), (visit.t("b.nav.limit"), "/limit"))))
    return Panel(visit.t("b.home.limit"), found)


def _due(visit: Visit, page: CustomerPage) -> Panel:
    now = []
    for one in page.due:
        whole = due_whole(page, one.currency)
        now.append(
            fact(visit, "b.due.now", parts.money(whole, one.currency)._replace(under=least(visit, one.due_minor, whole, one.currency)))
        )
    coming = [fact(visit, "b.due.next", next_asked(visit, one)) for one in page.next_due[:1]]
    rows = [*now, *coming]
    if not rows:
        return Panel(visit.t("b.home.due"), [Text(visit.t("b.due.none"))])
    return Panel(visit.t("b.home.due"), [Facts(rows), Links(((visit.t("b.nav.loans"), "/loans"), (visit.t("b.nav.autopay"), "/autopay")))])


def _ways(visit: Visit, page: CustomerPage) -> Panel:
    ways = [
        (visit.t("b.nav.help"), "/help"),
        (visit.t("b.nav.hardship"), "/hardship"),
        (visit.t("b.nav.reminders"), "/reminders"),
        (visit.t("b.nav.papers"), "/papers"),
        (visit.t("b.nav.consents"), "/consents"),
        (visit.t("b.nav.complaints"), "/complaints"),
        (visit.t("b.nav.learn"), "/learn"),
    ]
    if page.line is not None and page.line.status != "none":
        ways.append((visit.t("b.nav.close"), "/limit#close"))
    return Panel(visit.t("b.home.more"), [Links(ways)])


SCREENS: Final = (screen("b-home", "/", "customer.read", _home),)
