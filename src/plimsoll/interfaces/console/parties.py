"""Packages of bad loans and their tenders: as the seller, a bidder and the public may see them."""

from typing import Final

from plimsoll.app.access.principal import Target
from plimsoll.app.show.sale import TenderSeen, package_page, package_rows, tender_rows, tender_seen
from plimsoll.interfaces.console import conduct, notice, tender_acts, tenders, waits
from plimsoll.interfaces.console.tenders import TONES
from plimsoll.interfaces.console.words_of import word
from plimsoll.interfaces.pages import written
from plimsoll.interfaces.pages.parts import (
    Cell,
    Facts,
    Heading,
    Panel,
    Table,
    board,
    chip,
    count,
    day,
    fact,
    heads,
    instant,
    money,
    text,
)  # fmt: skip
from plimsoll.interfaces.pages.visit import Screen, Shown, Visit
from plimsoll.units.refusal import Refused


def package_of(visit: Visit) -> Target:
    """Give the package of a page."""
    return Target(kind="package", subject=visit.path["package"])


def tender_of(visit: Visit) -> Target:
    """Give the tender of a page."""
    return Target(kind="tender", subject=visit.path["tender"])


def show_packages(visit: Visit) -> Shown:
    """Show every package of bad loans, and every tender."""
    rows = [
        (
            Cell(one.title or one.package, f"/packages/{one.package}", one.package),
            chip(word(visit, "package.state", one.state), TONES.get(one.state, "")),
            count(one.loans),
            count(one.borrowers),
            money(one.weight_minor, one.currency),
            money(one.keep_minor, one.currency),
            money(one.worth_minor, one.currency),
            money(one.price_minor or None, one.currency),
        )
        for one in package_rows(visit.house.store)
    ]
    columns = (
        "package.name",
        "package.state",
        "package.loans#",
        "package.borrowers#",
        "package.owed#",
        "package.keep?#",
        "package.worth?#",
        "package.price#",
    )
    table = Table(visit.t("nav.package"), heads(visit, *columns), rows, empty="package.none", is_list=True)
    form = tender_acts.make_form(visit)
    panels = [Panel("", [form, table] if form is not None else [table])]
    if visit.may("tender.read"):
        panels.append(Panel(visit.t("tender.title"), [tenders.table(visit, tender_rows(visit.house.store, is_seller=not visit.who.party))]))
    return board(Heading(visit.t("nav.package"), visit.t("package.lead")), panels)


def show_package(visit: Visit) -> Shown:
    """Show one package: what is in it, what it is worth kept and sold, to whom it went."""
    found = package_page(visit.house.store, visit.path["package"])
    if isinstance(found, Refused):
        return Refused("absent")
    currency = found.currency or "CNY"
    rows = [
        fact(visit, "package.cut-off", day(found.cut_off)),
        fact(visit, "package.loans", count(found.loans)),
        fact(visit, "package.borrowers", count(found.borrowers)),
        fact(visit, "package.owed", money(found.weight_minor, currency)),
        fact(visit, "loan.principal", money(found.principal_minor, currency)),
        fact(visit, "package.keep", money(found.keep_minor, currency), is_defined=True),
        fact(visit, "package.worth", money(found.worth_minor, currency), is_defined=True),
        fact(visit, "tender.name", Cell(found.tender, f"/tenders/{found.tender}") if found.tender else text("")),
        fact(visit, "package.buyer", text(found.buyer)),
        fact(visit, "package.price", money(found.price_minor or None, currency)),
        fact(visit, "package.transferred", day(found.transferred_on)),
        fact(visit, "package.returned", count(found.returned)),
    ]
    state = chip(word(visit, "package.state", found.state), TONES.get(found.state, ""))
    return board(
        Heading(found.title or found.package, found.package, [state], [(visit.t("nav.package"), "/packages")]),
        [
            waits.of_dossier(visit, "package", found.package),
            Panel("", [Facts(rows)]),
            tender_acts.package_panel(visit, found),
            conduct.panel(visit, found.package, is_transferred=found.transferred_on is not None),
        ],
    )


def show_tender(visit: Visit) -> Shown:
    """Show one tender as the seller, a bidder or the public may see it: whoever acts for a bidder sees that bidder's part alone."""
    asked = visit.query.get("view", "")
    view = "bidder" if visit.who.party else "public" if asked == "public" else "seller"
    found = tender_seen(visit.house.store, visit.path["tender"], view, visit.house.rules, visit.today(), visit.who.party)
    if isinstance(found, Refused) and view == "bidder":
        found = tender_seen(visit.house.store, visit.path["tender"], "public", visit.house.rules, visit.today())
    if isinstance(found, Refused):
        return Refused("absent")
    path = f"/tenders/{found.tender}"
    tabs = (
        []
        if visit.who.party
        else [(visit.t("tender.as-seller"), path, view == "seller"), (visit.t("tender.as-public"), f"{path}?view=public", view == "public")]
    )
    state = chip(word(visit, "tender.state", found.state), TONES.get(found.state, ""))
    heading = Heading(found.tender, word(visit, "tender.format", found.format), [state], [(visit.t("nav.tender"), "/tenders")], tabs)
    acts = tender_acts.tender_panel(visit, found) if view != "public" or visit.who.party else None
    panels = [_times(visit, found), _notice(visit, found), tenders.papers(visit, found), _questions(visit, found), _bids(visit, found)]
    return board(heading, [waits.of_dossier(visit, "tender", found.tender), *panels, tenders.opened(visit, found), acts])


def _times(visit: Visit, one: TenderSeen) -> Panel:
    rows = [
        fact(visit, "tender.joins", Cell(written.instant(one.joins_until))),
        fact(visit, "tender.from", Cell(written.instant(one.bids_from))),
        fact(visit, "tender.bids", Cell(written.instant(one.bids_until))),
        fact(visit, "tender.opens", Cell(written.instant(one.opens_until))),
        fact(visit, "tender.start", text(notice.amount(visit, one.start_price, one.currency))),
        fact(visit, "tender.reserve", text(notice.amount(visit, one.reserve, one.currency), under=one.reserve_hash[:24])),
        fact(visit, "tender.deposit", text(notice.amount(visit, one.deposit, one.currency))),
        fact(visit, "tender.highest", text(notice.amount(visit, one.highest, one.currency))),
    ]
    return Panel(visit.t("tender.times"), [Facts(rows)], width="half")


def _notice(visit: Visit, one: TenderSeen) -> Panel:
    told = ((field.name, notice.said(visit, field.name, field.value, one.currency)) for field in (*one.notice, *one.decision))
    rows = [(text(word(visit, "notice", name)), text(value)) for name, value in told]
    return Panel(
        visit.t("tender.notice"),
        [Table(visit.t("tender.notice"), heads(visit, "register.what", "register.said"), rows, is_dense=True)],
        width="half",
    )


def _questions(visit: Visit, one: TenderSeen) -> Panel:
    rows = [(text(asked.text), text(asked.answer)) for asked in one.questions]
    return Panel(
        visit.t("tender.questions"),
        [Table(visit.t("tender.questions"), heads(visit, "tender.question", "tender.answer"), rows, is_dense=True)],
        width="half",
    )


def _bids(visit: Visit, one: TenderSeen) -> Panel | None:
    """Give who takes part, as far as the view tells; one's own part for a bidder."""
    if one.own is not None:
        own = one.own
        rows = [
            tenders.result(visit, one),
            fact(visit, "tender.deposit-paid", text(visit.t("tender.yes" if own.deposit_paid else "tender.no"))),
            fact(visit, "tender.bid", text(own.bid, under=own.hash[:24])),
        ]
        return Panel(visit.t("tender.own"), [Facts([row for row in rows if row is not None])], width="half")
    if not one.members and not one.calls:
        return None
    rows_seen = [
        (
            text(m.bidder),
            instant(m.joined_at),
            text(visit.t("tender.yes" if m.deposit_paid else "tender.no")),
            text(m.hash[:16]),
            text(m.bid),
        )
        for m in one.members
    ]
    columns = ("tender.bidder", "tender.joined", "tender.deposit-paid", "tender.hash", "tender.bid")
    return Panel(
        visit.t("tender.members"), [Table(visit.t("tender.members"), heads(visit, *columns), rows_seen, is_dense=True)], width="half"
    )


def show_notices(visit: Visit) -> Shown:
    """Show the public notices of tenders to whoever comes, signed in or not."""
    rows = [
        (
            Cell(one.tender, f"/notices/{one.tender}"),
            chip(word(visit, "tender.state", one.state), TONES.get(one.state, "")),
            text(word(visit, "tender.format", one.format)),
            Cell(written.instant(one.joins_until), tone="fixed"),
            Cell(written.instant(one.bids_until), tone="fixed"),
        )
        for one in tender_rows(visit.house.store, is_seller=False)
    ]
    columns = ("tender.name", "tender.state", "tender.format", "tender.joins", "tender.bids")
    table = Table(visit.t("tender.notices"), heads(visit, *columns), rows, empty="tender.none")
    return board(Heading(visit.t("tender.notices"), visit.t("tender.notices.lead")), [Panel("", [table])])


def show_notice(visit: Visit) -> Shown:
    """Show one notice as everybody may see it."""
    found = tender_seen(visit.house.store, visit.path["tender"], "public", visit.house.rules, visit.today())
    if isinstance(found, Refused):
        return Refused("absent")
    state = chip(word(visit, "tender.state", found.state), TONES.get(found.state, ""))
    heading = Heading(found.tender, word(visit, "tender.format", found.format), [state], [(visit.t("tender.notices"), "/notices")])
    return board(heading, [_times(visit, found), _notice(visit, found)])


PACKAGE_FORMS: Final = dict.fromkeys(tender_acts.OF_PACKAGE, tender_acts.do_package) | conduct.FORMS
TENDER_FORMS: Final = dict.fromkeys(tender_acts.OF_TENDER, tender_acts.do_tender)
SCREENS: Final = (
    Screen("package", "/packages", "package.read", "page.html", show_packages, {"make": tender_acts.make}),
    Screen("package-page", "/packages/{package}", "package.read", "page.html", show_package, PACKAGE_FORMS, target=package_of),
    Screen("tender-page", "/tenders/{tender}", "tender.read", "page.html", show_tender, TENDER_FORMS, target=tender_of),
    Screen("notice", "/notices", "", "page.html", show_notices, is_open=True),
    Screen("notice-page", "/notices/{tender}", "", "page.html", show_notice, is_open=True),
)
