"""Audits of agencies' calls: recordings drawn by lot, listened to, and a verdict that is kept and counts in the agency's score."""

from datetime import date, timedelta
from random import Random
from typing import Any, Final, NamedTuple

from plimsoll.app.access.principal import Target
from plimsoll.app.agency.placements import files, placements_of_agency
from plimsoll.app.dossier import dossier_of
from plimsoll.app.show.parties import agency_rows
from plimsoll.collections.agency import AUDITED, DOSSIER, agency_of
from plimsoll.collections.audit_calls import AuditCalls
from plimsoll.collections.contact import ATTEMPTED, OUTCOME
from plimsoll.interfaces.console.many import picked
from plimsoll.interfaces.pages import written
from plimsoll.interfaces.pages.parts import (
    Cell,
    Field,
    Heading,
    Moment,
    Panel,
    Said,
    Table,
    Ticked,
    Timeline,
    board,
    count,
    heads,
    share,
    text,
)  # fmt: skip
from plimsoll.interfaces.pages.visit import Act, Done, Screen, Shown, Visit
from plimsoll.loan.filing import Filing, read_body
from plimsoll.units.refusal import Refused

PERMISSION: Final = "agency.review"
CALL: Final = "call"
SIZE, DAYS = 10, 30
SIZE_MAX, DAYS_MAX = 100, 366
SEED_MAX: Final = 40


class Call(NamedTuple):
    """A recorded call."""

    customer_id: int
    contact_id: str
    on: int
    at: str
    recording: str
    outcome: str


def agency_target(visit: Visit) -> Target:
    """Give the agency of a page."""
    return Target(kind="agency", subject=visit.path["agency"])


def show(visit: Visit) -> Shown:
    """Show how often each agency's calls were as they should be, and the way to its next audit."""
    rows = [
        (
            Cell(one.title_zh if visit.speech == "zh-CN" else one.title_en, f"/agencies/{one.agency}/calls", one.agency),
            count(one.customers),
            count(one.calls_audited),
            share(one.calls_passed / one.calls_audited if one.calls_audited else None),
        )
        for one in agency_rows(visit.house.store, visit.today(), visit.house.rules)
    ]
    columns = ("agency.name", "agency.customers#", "call.size#", "agency.calls#")
    table = Table(visit.t("nav.call"), heads(visit, *columns), rows, empty="agency.none", is_list=True)
    return board(Heading(visit.t("nav.call"), visit.t("call.lead")), [Panel("", [table])])


def recorded(visit: Visit, agency: str, since: date) -> list[Call]:
    """Give the recorded calls of an agency since a day. Rows read: the contacts of the customers that it has or had."""
    customers = sorted({one.customer_id for one in placements_of_agency(visit.house.store, agency, with_ended=True)})
    found = []
    for customer_id, filings in files(visit.house.store, customers, (ATTEMPTED, OUTCOME)):
        found += _of_one(customer_id, filings, agency, since.toordinal())
    return found


def _of_one(customer_id: int, filings: list[Filing], agency: str, since: int) -> list[Call]:
    told = {one.subject: read_body(one) for one in filings if one.kind == OUTCOME}
    calls = []
    for one in filings:
        body: Any = read_body(one) if one.kind == ATTEMPTED and one.on >= since else {}
        outcome = told.get(one.subject, {})
        kept = str(body.get("recording") or outcome.get("recording") or "")
        if body.get("channel") == CALL and body.get("by") == agency and kept:
            calls.append(Call(customer_id, one.subject, one.on, written.instant(one.at), kept, str(outcome.get("outcome", ""))))
    return calls


def _whole(visit: Visit, name: str, usual: int, most: int) -> int:
    """Read a number of the address, within its bounds."""
    said = visit.query.get(name, "")
    return min(max(int(said), 1), most) if said.isascii() and said.isdigit() and len(said) < 6 else usual


def _asked(visit: Visit) -> tuple[str, int, int]:
    """Give the seed, the size and the days that the address asks for; the seed of a day where it names none."""
    seed = visit.query.get("seed", "")[:SEED_MAX].strip() or visit.today().isoformat()
    return seed, _whole(visit, "size", SIZE, SIZE_MAX), _whole(visit, "days", DAYS, DAYS_MAX)


def _drawn(visit: Visit) -> tuple[str, list[Call], int]:
    """Give the name of the sample, the calls that the seed draws, and among how many."""
    agency, (seed, size, days) = visit.path["agency"], _asked(visit)
    calls = sorted(recorded(visit, agency, visit.today() - timedelta(days=days)))
    lot = Random(f"{agency} {seed} {size} {days}")  # noqa: S311 -- a lot that anybody can draw again, no secret
    return f"{seed}/{size}/{days}", sorted(lot.sample(calls, min(size, len(calls)))), len(calls)


def show_sample(visit: Visit) -> Shown:
    """Show a sample of recorded calls, the form for the verdict, and the audits before."""
    name = visit.path["agency"]
    entries = dossier_of(visit.house.store, DOSSIER, name)
    agency = agency_of(name, entries)
    if agency is None:
        return Refused("absent")
    seed, size, days = _asked(visit)
    sample, calls, among = _drawn(visit)
    filters = (
        Field("seed", visit.t("call.seed"), value=seed, longest=SEED_MAX),
        Field("size", visit.t("call.size"), "number", str(size), longest=3),
        Field("days", visit.t("call.days"), "number", str(days), longest=3),
    )
    above = [(visit.t("nav.call"), "/calls"), (name, f"/agencies/{name}")]
    heading = Heading(
        agency.title["zh-CN" if visit.speech == "zh-CN" else "en"], visit.t("call.lead"), above=above, filters=filters, ask="ask.sample"
    )
    audits = [one for one in reversed(entries) if one.kind == AUDITED]
    is_done = any(one.subject == sample for one in audits)
    said = visit.t("call.drawn.said", {"n": len(calls), "all": among, "days": days})
    parts: list[Any] = [Said("wait", said), _form(visit, calls)] if not is_done else [Said("good", visit.t("call.again"))]
    panels = [Panel(visit.t("call.drawn", {"name": sample}), parts if calls else [Said("", visit.t("call.none"))], "sample")]
    return board(heading, [*panels, Panel(visit.t("call.audits"), [Timeline([_audit(visit, one) for one in audits])], "audits")])


def _form(visit: Visit, calls: list[Call]) -> Ticked:
    rows = [
        (
            Cell(visit.t("customer.number", {"n": one.customer_id}), f"/customers/{one.customer_id}", one.contact_id),
            text(one.at),
            text(one.recording),
            text(one.outcome),
        )
        for one in calls
    ]
    table = Table(visit.t("call.sample"), heads(visit, "customer.name", "call.at", "call.recording", "contact.outcome"), rows, is_list=True)
    findings = Field("findings", visit.t("call.findings"), "text-long", visit.form.get("findings", ""), is_needed=False, is_wide=True)
    acts = [("keep", visit.t("call.keep"), "")]
    ticks = [one.contact_id for one in calls]
    return Ticked(
        table, ticks, (findings,), acts, visit.t("call.ok"), frozenset(picked(visit)), visit.form.get("key", ""), has_preview=False
    )


def _audit(visit: Visit, one: Filing) -> Moment:
    body: Any = read_body(one)
    said = visit.t("call.passed", {"passed": body["passed"], "calls": body["calls"]})
    return Moment(written.instant(one.at), one.subject, f"{said}. {body['findings']}".strip(), one.actor)


def _keep(visit: Visit) -> Done:
    """Keep the verdict on the sample that the address draws: those that are ticked were as they should be."""
    sample, calls, _ = _drawn(visit)
    passed = len({one.contact_id for one in calls} & set(picked(visit)))
    form, name = visit.form, visit.path["agency"]
    command = AuditCalls(form.get("key", ""), name, visit.today(), len(calls), passed, sample, form.get("findings", "").strip())
    return Act(command, "done.done", f"/agencies/{name}/calls")


SCREENS: Final = (
    Screen("call", "/calls", PERMISSION, "page.html", show),
    Screen("call-sample", "/agencies/{agency}/calls", PERMISSION, "page.html", show_sample, {"keep": _keep}, target=agency_target),
)
