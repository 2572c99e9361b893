"""Agencies: whether each may be given customers now, what is with it, what may be done about it; an agency's own people see their own.

Customers are placed and recalled by ticking rows of a list; each goes through by itself.
"""

from typing import Any, Final

from plimsoll.app.access.principal import EVERYBODY, Target
from plimsoll.app.business_day import at_of
from plimsoll.app.show.parties import AgencyRow, PlacementRow, agency_page, agency_rows, placement_rows
from plimsoll.app.show.queues import work_page
from plimsoll.collections.case import QUEUE
from plimsoll.collections.place_with_agency import PlaceWithAgency
from plimsoll.collections.placement import REASONS
from plimsoll.collections.recall_from_agency import RecallFromAgency
from plimsoll.collections.resume_agency import ResumeAgency
from plimsoll.collections.review_agency import ReviewAgency
from plimsoll.collections.suspend_agency import SuspendAgency
from plimsoll.interfaces.console import waits
from plimsoll.interfaces.console.many import ASKED, customers_picked, key_of, picked, shown
from plimsoll.interfaces.console.words_of import word
from plimsoll.interfaces.pages import written
from plimsoll.interfaces.pages.parts import (
    Cell,
    Facts,
    Field,
    Form,
    Heading,
    Links,
    Moment,
    Panel,
    Table,
    Ticked,
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
from plimsoll.units.refusal import Malformed, Refused, sentence
from plimsoll.units.sentences import SENTENCES

OK: Final = "ok"
PLACE: Final = "agency.place"
MARKS: Final = ("conduct", "results", "security")
"""What an agency is marked for, as an evaluation names it."""
ENTRIES: Final = 30


def agency_of(visit: Visit) -> Target:
    """Give the agency of a page."""
    return Target(kind="agency", subject=visit.path["agency"])


def _title(visit: Visit, zh: str, en: str) -> str:
    return zh if visit.speech == "zh-CN" else en


def show_agencies(visit: Visit) -> Shown:
    """Show every agency: whether it may be given customers now, how many it has, until when it may."""
    rows = [
        (
            _named(visit, one),
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


def _named(visit: Visit, one: AgencyRow) -> Cell:
    return Cell(_title(visit, one.title_zh, one.title_en), f"/agencies/{one.agency}", one.agency)


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
    one, is_own = found.agency, bool(visit.who.party)
    facts = [
        fact(visit, "agency.stands", _stands(visit, one.stands)),
        fact(visit, "agency.licence", text(one.licence, under=written.day(one.licence_until))),
        fact(visit, "agency.until", day(one.contract_until)),
        fact(visit, "agency.review", day(one.review_by)),
        fact(visit, "agency.commission", text(", ".join(f"{step.days_from}+: {step.share}" for step in one.commission))),
        fact(visit, "agency.calls", text(f"{one.calls_passed} / {one.calls_audited}")),
    ]
    about: list[Any] = [Facts(facts)]
    if visit.may("agency.review", Target(kind="agency", subject=name)):
        about.append(Links([(visit.t("call.sample"), f"/agencies/{name}/calls")]))
    record = Timeline([Moment(written.instant(e.at), e.entry, e.part, e.actor) for e in found.entries[:ENTRIES]])
    panels = [
        waits.of_dossier(visit, "agency", name),
        Panel(visit.t("agency.about"), about, width="half"),
        _agency_acts(visit, name, one.stands),
        None if is_own else Panel(visit.t("record.title"), [record], width="half"),
        Panel(visit.t("agency.placements"), [_placements(visit, name)], "placements"),
    ]
    path, is_all = f"/agencies/{name}", visit.query.get("view") == "ended"
    tabs = [(visit.t("placement.view.all"), path, not is_all), (visit.t("placement.view.ended"), f"{path}?view=ended", is_all)]
    above = [] if is_own else [(visit.t("nav.agency"), "/agencies")]
    return board(Heading(_title(visit, one.title_zh, one.title_en), name, above=above, tabs=tabs), panels)


def _placements(visit: Visit, agency: str) -> Ticked:
    """Give what is with an agency, to be ticked and recalled by who may; with those that were recalled where they are asked for."""
    found = placement_rows(visit.house.store, agency, visit.today(), with_ended=visit.query.get("view") == "ended")
    columns = ("customer.name", "agency.placed", "agency.return", "placement.state", "case.owed#", "case.late#", "agency.expected#")
    table = Table(
        visit.t("agency.placements"), heads(visit, *columns), [_placed(visit, one) for one in found], empty="placement.none", is_list=True
    )
    ticks = ["" if one.ended_on else f"{one.customer_id}:{one.reference}" for one in found]
    why = Field("why", visit.t("form.reason"), "choice", visit.form.get("why", "asked"), _reasons(visit))
    acts = [("recall", visit.t("placement.recall.do"), "btn-danger")] if any(ticks) and visit.may(PLACE, EVERYBODY) else []
    return Ticked(table, ticks, (why,), acts, visit.t("placement.said"), frozenset(picked(visit)), visit.form.get("key", ""))


def _reasons(visit: Visit) -> list[tuple[str, str]]:
    return [(one, visit.t(f"placement.why.{one}")) for one in REASONS]


def _placed(visit: Visit, one: PlacementRow) -> tuple[Cell, ...]:
    state = chip(visit.t("placement.lasts"), "wait") if one.ended_on is None else chip(visit.t("placement.over"))
    said = f"{written.day(one.ended_on)} {word(visit, 'placement.why', one.why)}" if one.ended_on else ""
    return (
        Cell(visit.t("customer.number", {"n": one.customer_id}), f"/customers/{one.customer_id}", one.reference),
        day(one.placed_on),
        day(one.return_by),
        state._replace(under=said),
        money(one.owed_minor, one.currency),
        money(one.late_minor, one.currency),
        money(one.expected_minor, one.currency),
    )


def _recall(visit: Visit) -> Done:
    """Recall those that are ticked, or show what that would do."""
    reason, commands = visit.form.get("why", ""), []
    for one in picked(visit):
        customer, _, reference = one.partition(":")
        if customer.isascii() and customer.isdigit() and len(customer) < len("9" * 18):
            commands.append(RecallFromAgency(key_of(visit, customer), int(customer), visit.today(), reference, reason))
    if not commands:
        raise Malformed("nothing_ticked")
    return shown(visit, show_agency, commands, visit.t("placement.recall"))


def _lateness(visit: Visit, note: str) -> str:
    """Give how late a customer is, as the line of the case begins with it."""
    first = note.partition(";")[0]
    days = first.removesuffix(" days")
    return written.past_due(int(days), visit.language) if days.isascii() and days.isdigit() else first


def show_placements(visit: Visit) -> Shown:
    """Show the late customers whom nobody asks yet, to be ticked and placed, and how much is with each agency."""
    store, found = visit.house.store, agency_rows(visit.house.store, visit.today(), visit.house.rules)
    sight = visit.door.sight(visit.who, PLACE)
    page = work_page(store, QUEUE, at_of(visit.house), sight=sight)
    rows = [
        (
            Cell(visit.t("customer.number", {"n": one.customer_id}), f"/cases/{one.customer_id}", one.subject),
            text(_lateness(visit, one.note)),
            text(one.assigned_to),
            instant(one.opened_at),
        )
        for one in page.rows
    ]
    columns = ("customer.name", "case.note", "work.holder", "work.since")
    table = Table(visit.t("placement.could"), heads(visit, *columns), rows, empty="placement.no-more", is_list=True)
    agencies = [(one.agency, _title(visit, one.title_zh, one.title_en)) for one in found if one.stands == OK]
    which = Field("agency", visit.t("agency.name"), "choice", visit.form.get("agency", ""), agencies)
    acts = [("place", visit.t("placement.place.do"), "")] if agencies and visit.may(PLACE, EVERYBODY) else []
    ticked = Ticked(
        table, [str(one.customer_id) for one in page.rows], (which,), acts, visit.t("placement.said"), frozenset(picked(visit)),
        visit.form.get("key", ""),
    )  # fmt: skip
    held = [(_named(visit, one), _stands(visit, one.stands), count(one.customers)) for one in found]
    heads_held = heads(visit, "agency.name", "agency.stands", "agency.customers#")
    panels = [
        Panel(visit.t("nav.agency"), [Table(visit.t("nav.agency"), heads_held, held, empty="agency.none", is_dense=True)], "held"),
        Panel(visit.t("placement.could"), [ticked], "could"),
    ]
    return board(Heading(visit.t("nav.placement"), visit.t("placement.lead")), panels)


def _place(visit: Visit) -> Done:
    """Place those that are ticked with one agency, or show what that would do."""
    agency = visit.form.get("agency", "")
    commands = [
        PlaceWithAgency(key_of(visit, one), one, visit.today(), agency, f"p-{visit.form.get('key', '')[:24]}-{n}")
        for n, one in enumerate(customers_picked(visit), 1)
    ]
    return shown(visit, show_placements, commands, visit.t("placement.place"))


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


AGENCY_FORMS: Final = {
    **dict.fromkeys(("suspend", "resume", "review"), _do_agency),
    **dict.fromkeys(("recall", f"{ASKED}recall"), _recall),
}
SCREENS: Final = (
    Screen("agency", "/agencies", "agency.read", "page.html", show_agencies),
    Screen("agency-page", "/agencies/{agency}", "agency.read", "page.html", show_agency, AGENCY_FORMS, target=agency_of),
    Screen("placement", "/placements", PLACE, "page.html", show_placements, dict.fromkeys(("place", f"{ASKED}place"), _place)),
)
