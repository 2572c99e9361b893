"""Parties beside the house: agencies, packages of bad loans with their tenders, funders with the ladder's throttle."""

from typing import Final

from plimsoll.app.access.principal import Target
from plimsoll.app.show.funding import funder_page
from plimsoll.app.show.parties import agency_page, agency_rows, placement_rows
from plimsoll.app.show.sale import TenderSeen, package_page, package_rows, tender_rows, tender_seen
from plimsoll.collections.resume_agency import ResumeAgency
from plimsoll.collections.review_agency import ReviewAgency
from plimsoll.collections.suspend_agency import SuspendAgency
from plimsoll.interfaces.console import tender_acts
from plimsoll.interfaces.console.words_of import word
from plimsoll.interfaces.pages import written
from plimsoll.interfaces.pages.parts import (
    Cell,
    Facts,
    Field,
    Form,
    Heading,
    Moment,
    Panel,
    Table,
    Timeline,
    board,
    chip,
    count,
    day,
    fact,
    heads,
    instant,
    money,
    share,
    text,
)  # fmt: skip
from plimsoll.interfaces.pages.visit import Act, Done, Screen, Shown, Visit
from plimsoll.units.refusal import Refused, sentence
from plimsoll.units.sentences import SENTENCES

OK: Final = "ok"
MARKS: Final = ("conduct", "results", "security")
"""What an agency is marked for, as an evaluation names it."""
STATE_TONES: Final = {
    "open": "wait",
    "sold": "good",
    "transferred": "good",
    "closed": "",
    "withdrawn": "",
    "failed": "bad",
    "cancelled": "bad",
}


def agency_of(visit: Visit) -> Target:
    """Give the agency of a page."""
    return Target(kind="agency", subject=visit.path["agency"])


def package_of(visit: Visit) -> Target:
    """Give the package of a page."""
    return Target(kind="package", subject=visit.path["package"])


def tender_of(visit: Visit) -> Target:
    """Give the tender of a page."""
    return Target(kind="tender", subject=visit.path["tender"])


def funder_of(visit: Visit) -> Target:
    """Give the funder of a page."""
    return Target(kind="funder", subject=visit.path["funder"])


def _title(visit: Visit, zh: str, en: str) -> str:
    return zh if visit.speech == "zh-CN" else en


def show_agencies(visit: Visit) -> Shown:
    """Show every agency: whether it may be given customers now, how many it has, until when it may."""
    rows = [
        (
            Cell(_title(visit, one.title_zh, one.title_en), f"/agencies/{one.agency}", one.agency),
            _stands(visit, one.stands),
            count(one.customers),
            day(one.contract_until),
            day(one.review_by),
            share(one.calls_passed / one.calls_audited if one.calls_audited else None),
        )
        for one in agency_rows(visit.house.store, visit.today(), visit.house.rules)
    ]
    columns = ("agency.name", "agency.stands", "agency.customers#", "agency.until", "agency.review", "agency.calls#")
    table = Table(visit.t("nav.agency"), heads(visit, *columns), rows, empty="agency.none", is_list=True)
    return board(Heading(visit.t("nav.agency"), visit.t("agency.lead")), [Panel("", [table])])


def _stands(visit: Visit, stands: str) -> Cell:
    if stands == OK:
        return chip(visit.t("agency.ok"), "good")
    return chip(sentence(stands, visit.speech) if stands in SENTENCES else stands, "bad")


def show_agency(visit: Visit) -> Shown:
    """Show one agency: its contract, what is placed with it, and its dossier."""
    name = visit.path["agency"]
    found = agency_page(visit.house.store, name, visit.today(), visit.house.rules)
    if isinstance(found, Refused):
        return Refused("absent")
    one = found.agency
    facts = [
        fact(visit, "agency.stands", _stands(visit, one.stands)),
        fact(visit, "agency.licence", text(one.licence, under=written.day(one.licence_until))),
        fact(visit, "agency.until", day(one.contract_until)),
        fact(visit, "agency.review", day(one.review_by)),
        fact(visit, "agency.commission", text(", ".join(f"{step.days_from}+: {step.share}" for step in one.commission))),
        fact(visit, "agency.calls", text(f"{one.calls_passed} / {one.calls_audited}")),
    ]
    rows = [
        (
            Cell(visit.t("customer.number", {"n": placed.customer_id}), f"/customers/{placed.customer_id}", placed.reference),
            day(placed.placed_on),
            day(placed.return_by),
            money(placed.owed_minor, placed.currency),
            money(placed.late_minor, placed.currency),
            money(placed.expected_minor, placed.currency),
        )
        for placed in placement_rows(visit.house.store, name, visit.today())
    ]
    columns = ("customer.name", "agency.placed", "agency.return", "case.owed#", "case.late#", "agency.expected#")
    panels = [
        Panel(visit.t("agency.about"), [Facts(facts)], width="half"),
        _agency_acts(visit, name, one.stands),
        Panel(
            visit.t("record.title"),
            [Timeline([Moment(written.instant(e.at), e.entry, e.part, e.actor) for e in found.entries[:30]])],
            width="half",
        ),
        Panel(visit.t("agency.placements"), [Table(visit.t("agency.placements"), heads(visit, *columns), rows, is_list=True)]),
    ]
    return board(Heading(_title(visit, one.title_zh, one.title_en), name, above=[(visit.t("nav.agency"), "/agencies")]), panels)


def _agency_acts(visit: Visit, name: str, stands: str) -> Panel | None:
    """Give what may be done about an agency: suspended, let go on, evaluated."""
    target, forms = Target(kind="agency", subject=name), []
    reason = Field("reason", visit.t("form.reason"), is_wide=True)
    if stands != "agency_suspended" and visit.may("agency.suspend", target):
        forms.append(Form("suspend", visit.t("agency.suspend"), visit.t("agency.suspend.do"), (reason,), tone="btn-danger"))
    if stands == "agency_suspended" and visit.may("agency.resume", target):
        forms.append(Form("resume", visit.t("agency.resume"), visit.t("agency.resume.do"), (reason,)))
    if visit.may("agency.review", target):
        marks = [Field(mark, visit.t(f"agency.mark.{mark}"), "number", longest=3) for mark in MARKS]
        findings = Field("findings", visit.t("agency.findings"), "text-long", is_wide=True, longest=2_000)
        forms.append(Form("review", visit.t("agency.evaluate"), visit.t("agency.evaluate.do"), (*marks, findings)))
    return Panel(visit.t("loan.acts"), forms, "acts", width="half") if forms else None


def _do_agency(visit: Visit) -> Done:
    """Ask for what a form says of an agency."""
    name, form, on = visit.path["agency"], visit.form, visit.today()
    key, act, path = form.get("key", ""), form["act"], f"/agencies/{name}"
    if act == "suspend":
        return Act(SuspendAgency(key, name, on, form.get("reason", "")), "done.done", path)
    if act == "resume":
        return Act(ResumeAgency(key, name, on, form.get("reason", "")), "done.done", path)
    said = [form.get(mark, "") for mark in MARKS]
    marks = [int(one) if one.isascii() and one.isdigit() and len(one) < 4 else -1 for one in said]
    return Act(ReviewAgency(key, name, on, marks[0], marks[1], marks[2], form.get("findings", "")), "done.done", path)


def show_packages(visit: Visit) -> Shown:
    """Show every package of bad loans, and every tender."""
    rows = [
        (
            Cell(one.title or one.package, f"/packages/{one.package}", one.package),
            chip(word(visit, "package.state", one.state), STATE_TONES.get(one.state, "")),
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
        panels.append(Panel(visit.t("tender.title"), [_tenders(visit)]))
    return board(Heading(visit.t("nav.package"), visit.t("package.lead")), panels)


def _tenders(visit: Visit) -> Table:
    rows = [
        (
            Cell(one.tender, f"/tenders/{one.tender}", one.package),
            chip(word(visit, "tender.state", one.state), STATE_TONES.get(one.state, "")),
            text(word(visit, "tender.format", one.format)),
            Cell(written.instant(one.joins_until), tone="fixed"),
            Cell(written.instant(one.bids_until), tone="fixed"),
            count(one.members),
        )
        for one in tender_rows(visit.house.store, is_seller=not visit.who.party)
    ]
    columns = ("tender.name", "tender.state", "tender.format", "tender.joins", "tender.bids", "tender.members#")
    return Table(visit.t("tender.title"), heads(visit, *columns), rows, empty="tender.none")


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
    state = chip(word(visit, "package.state", found.state), STATE_TONES.get(found.state, ""))
    return board(
        Heading(found.title or found.package, found.package, [state], [(visit.t("nav.package"), "/packages")]),
        [Panel("", [Facts(rows)]), tender_acts.package_panel(visit, found)],
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
    state = chip(word(visit, "tender.state", found.state), STATE_TONES.get(found.state, ""))
    heading = Heading(found.tender, word(visit, "tender.format", found.format), [state], [(visit.t("nav.package"), "/packages")], tabs)
    acts = tender_acts.tender_panel(visit, found) if view != "public" or visit.who.party else None
    return board(heading, [_times(visit, found), _notice(visit, found), _questions(visit, found), _bids(visit, found), acts])


def _times(visit: Visit, one: TenderSeen) -> Panel:
    rows = [
        fact(visit, "tender.joins", Cell(written.instant(one.joins_until))),
        fact(visit, "tender.from", Cell(written.instant(one.bids_from))),
        fact(visit, "tender.bids", Cell(written.instant(one.bids_until))),
        fact(visit, "tender.opens", Cell(written.instant(one.opens_until))),
        fact(visit, "tender.start", text(one.start_price)),
        fact(visit, "tender.reserve", text(one.reserve, under=one.reserve_hash[:24])),
        fact(visit, "tender.deposit", text(one.deposit)),
        fact(visit, "tender.highest", text(one.highest)),
    ]
    return Panel(visit.t("tender.times"), [Facts(rows)], width="half")


def _notice(visit: Visit, one: TenderSeen) -> Panel:
    rows = [
        (text(word(visit, "notice", told.name)), text("" if told.value == "null" else told.value)) for told in (*one.notice, *one.decision)
    ]
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
            fact(visit, "tender.deposit-paid", text(visit.t("tender.yes" if own.deposit_paid else "tender.no"))),
            fact(visit, "tender.bid", text(own.bid, under=own.hash[:24])),
        ]
        return Panel(visit.t("tender.own"), [Facts(rows)], width="half")
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


def show_funder(visit: Visit) -> Shown:
    """Show one funder with the days that were settled with it."""
    found = funder_page(visit.house.store, visit.path["funder"], visit.today().toordinal())
    if isinstance(found, Refused):
        return Refused("absent")
    one = found.funder
    facts = [
        fact(visit, "funder.committed", money(one.committed_minor, one.currency)),
        fact(visit, "funder.lent", money(one.lent_minor, one.currency)),
        fact(visit, "funder.room", money(one.room_minor, one.currency)),
        fact(visit, "funder.price", text(written.yearly_rate(one.price, visit.language))),
        fact(
            visit, "funder.share", share(float(one.share))._replace(under=visit.t("funder.most", {"share": written.share(float(one.most))}))
        ),
        fact(visit, "funder.until", day(one.until)),
    ]
    rows = [
        (
            day(settled.on),
            count(settled.lines),
            text(", ".join(f"{word(visit, 'flow', name)} {written.money(minor, one.currency)}" for name, minor in settled.totals.items())),
            chip(visit.t("funder.reconciled"), "good") if settled.is_reconciled else chip(visit.t("funder.unreconciled"), "warn"),
            text(settled.sha256[:16]),
        )
        for settled in found.settlements
    ]
    columns = ("chart.day", "funder.lines#", "funder.totals", "funder.state", "approval.sha")
    panels = [
        Panel(visit.t("funder.about"), [Facts(facts)]),
        Panel(
            visit.t("funder.settlements"),
            [Table(visit.t("funder.settlements"), heads(visit, *columns), rows, empty="funder.unsettled", is_dense=True)],
        ),
    ]
    return board(Heading(one.funder, word(visit, "funder.kind", one.kind), above=[(visit.t("nav.treasury"), "/treasury")]), panels)


def show_notices(visit: Visit) -> Shown:
    """Show the public notices of tenders to whoever comes, signed in or not."""
    rows = [
        (
            Cell(one.tender, f"/notices/{one.tender}"),
            chip(word(visit, "tender.state", one.state), STATE_TONES.get(one.state, "")),
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
    state = chip(word(visit, "tender.state", found.state), STATE_TONES.get(found.state, ""))
    heading = Heading(found.tender, word(visit, "tender.format", found.format), [state], [(visit.t("tender.notices"), "/notices")])
    return board(heading, [_times(visit, found), _notice(visit, found)])


AGENCY_FORMS: Final = dict.fromkeys(("suspend", "resume", "review"), _do_agency)
PACKAGE_FORMS: Final = dict.fromkeys(tender_acts.OF_PACKAGE, tender_acts.do_package)
TENDER_FORMS: Final = dict.fromkeys(tender_acts.OF_TENDER, tender_acts.do_tender)
SCREENS: Final = (
    Screen("agency", "/agencies", "agency.read", "page.html", show_agencies),
    Screen("agency-page", "/agencies/{agency}", "agency.read", "page.html", show_agency, AGENCY_FORMS, target=agency_of),
    Screen("package", "/packages", "package.read", "page.html", show_packages, {"make": tender_acts.make}),
    Screen("package-page", "/packages/{package}", "package.read", "page.html", show_package, PACKAGE_FORMS, target=package_of),
    Screen("tender-page", "/tenders/{tender}", "tender.read", "page.html", show_tender, TENDER_FORMS, target=tender_of),
    Screen("notice", "/notices", "", "page.html", show_notices, is_open=True),
    Screen("notice-page", "/notices/{tender}", "", "page.html", show_notice, is_open=True),
    Screen("funder-page", "/treasury/{funder}", "funder.read", "page.html", show_funder, target=funder_of),
)
