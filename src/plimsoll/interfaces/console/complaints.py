"""Complaints with their clocks: the queue, and one complaint with its class, answer, extension and close."""

from typing import Any, Final

from plimsoll.app.access.principal import Target
from plimsoll.app.file import filings_of
from plimsoll.app.show.care import ComplaintRow, complaint_rows
from plimsoll.app.show.queues import WorkRow
from plimsoll.interfaces.console.aims import customer_of, everybody
from plimsoll.interfaces.console.rows_of_work import due, more, narrowed, page_of, tabs
from plimsoll.interfaces.console.words_of import word, words_in
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
    day,
    fact,
    heads,
    instant,
    text,
)
from plimsoll.interfaces.pages.visit import Act, Done, Screen, Shown, Visit
from plimsoll.protection.answer_complaint import OUTCOMES, AnswerComplaint
from plimsoll.protection.classify_complaint import ClassifyComplaint
from plimsoll.protection.close_complaint import CloseComplaint
from plimsoll.protection.extend_complaint import ExtendComplaint
from plimsoll.risk.complaint import CLASSES
from plimsoll.units.refusal import Refused

QUEUE: Final = "complaint"

ABOUT: Final = ("b.about", "complaint.kind")
"""Families of words that what a complaint is about is told in."""


def show(visit: Visit) -> Shown:
    """Show the queue, the one whose time runs out first on top."""
    page = page_of(visit, QUEUE, "complaint.read")
    columns = ("complaint.id", "complaint.about", "work.due", "work.holder", "work.since")
    table = Table(
        visit.t("nav.complaint"), heads(visit, *columns), [_row(visit, one) for one in page.rows],
        more=more(visit, "/complaints", page), is_list=True, empty="complaint.none",
    )  # fmt: skip
    table = narrowed(visit, "/complaints", table)
    heading = Heading(visit.t("nav.complaint"), visit.t("complaint.lead"), tabs=tabs(visit, "/complaints", "", "mine", "overdue"))
    return board(heading, [Panel("", [table])])


def _row(visit: Visit, one: WorkRow) -> tuple[Cell, ...]:
    return (
        Cell(one.subject, f"/complaints/{one.customer_id}/{one.subject}", visit.t("customer.number", {"n": one.customer_id})),
        text(words_in(visit, ABOUT, one.note)),
        due(visit, one),
        text(one.assigned_to),
        instant(one.opened_at),
    )


def show_one(visit: Visit) -> Shown:
    """Show one complaint: where it stands, what can be done, and everything that is on file about it."""
    customer_id, named = int(visit.path["customer"]), visit.path["complaint"]
    filings = filings_of(visit.house.store, customer_id)
    found = next((one for one in complaint_rows(filings, visit.today().toordinal()) if one.complaint_id == named), None)
    if found is None:
        return Refused("absent")
    rows = [
        Moment(written.instant(one.at), word(visit, "complaint.filing", one.kind.partition(".")[2]), "", one.actor)
        for one in filings
        if one.subject == named
    ]
    state = chip(visit.t("complaint.closed" if found.closed_on else "complaint.open-one"), "" if found.closed_on else "warn")
    above = [(visit.t("nav.complaint"), "/complaints"), (visit.t("customer.number", {"n": customer_id}), f"/customers/{customer_id}")]
    panels = [_about(visit, found), _acts(visit, found), Panel(visit.t("record.title"), [Timeline(list(reversed(rows)))], "record")]
    return board(Heading(named, "", [state], above), panels)


def _about(visit: Visit, one: ComplaintRow) -> Panel:
    left = chip(visit.t("complaint.days", {"n": one.days_left}), "bad" if one.is_late else "wait") if not one.answered_on else text("")
    rows = [
        fact(visit, "complaint.about", text(words_in(visit, ABOUT, one.about))),
        fact(visit, "complaint.kind", text(word(visit, "complaint.kind", one.kind))),
        fact(visit, "complaint.filed", day(one.filed_on)),
        fact(visit, "complaint.due", day(one.due_on), is_defined=True),
        fact(visit, "work.due", left),
        fact(visit, "work.holder", text(one.handler)),
        fact(visit, "complaint.answered", day(one.answered_on)),
        fact(visit, "complaint.cause", text(word(visit, "complaint.cause", one.root_cause) if one.root_cause else "")),
        fact(visit, "complaint.stopped", text(visit.t("complaint.stopped.yes" if one.is_collection_stopped else "complaint.stopped.no"))),
    ]
    return Panel(visit.t("complaint.title"), [Facts(rows)], "about", width="half")


def _acts(visit: Visit, one: ComplaintRow) -> Panel | None:
    target, forms = Target(int(visit.path["customer"])), []
    if one.closed_on:
        return None
    if visit.may("complaint.handle", target):
        kinds = [(kind, word(visit, "complaint.kind", kind)) for kind in CLASSES]
        if not one.answered_on:
            forms.append(_form(visit, "classify", (Field("kind", visit.t("complaint.kind"), "choice", one.kind, kinds),)))
        if not one.answered_on and one.handler:
            causes = visit.house.rules.value("POLICY.COMPLAINT.CAUSES", visit.today())
            named = [(str(cause), word(visit, "complaint.cause", str(cause))) for cause in causes] if isinstance(causes, tuple) else []
            fields = (
                Field("cause", visit.t("complaint.cause"), "choice", options=named),
                Field(
                    "outcome",
                    visit.t("complaint.outcome"),
                    "choice",
                    options=[(out, word(visit, "complaint.outcome", out)) for out in OUTCOMES],
                ),
                Field("reference", visit.t("complaint.letter"), is_needed=False, hint=visit.t("complaint.letter.hint")),
            )
            forms.append(_form(visit, "answer", fields))
        elif one.answered_on:
            forms.append(_form(visit, "close", (Field("correction", visit.t("complaint.correction"), is_wide=True, is_needed=False),)))
    if visit.may("complaint.extend", target) and not one.answered_on and not one.is_extended:
        forms.append(_form(visit, "extend", (Field("reason", visit.t("form.reason"), is_wide=True),)))
    return Panel(visit.t("loan.acts"), forms, "acts", width="half") if forms else None


def _form(visit: Visit, act: str, fields: Any) -> Form:
    asked = visit.form.get("act") == act
    key = visit.form.get("key", "") if asked else ""
    return Form(act, visit.t(f"complaint.{act}"), visit.t(f"complaint.{act}.do"), fields, key=key, is_open=asked)


def _do(visit: Visit) -> Done:
    """Ask for what a form says."""
    customer_id, named, form = int(visit.path["customer"]), visit.path["complaint"], visit.form
    key, on = form.get("key", ""), visit.today()
    made: Any = {
        "classify": lambda: ClassifyComplaint(key, customer_id, on, named, form.get("kind", "")),
        "answer": lambda: AnswerComplaint(
            key, customer_id, on, named, form.get("cause", ""), form.get("outcome", ""), form.get("reference", "")
        ),
        "close": lambda: CloseComplaint(key, customer_id, on, named, form.get("correction", "")),
        "extend": lambda: ExtendComplaint(key, customer_id, on, named, form.get("reason", "")),
    }[form["act"]]
    return Act(made(), "done.done", f"/complaints/{customer_id}/{named}")


FORMS: Final = dict.fromkeys(("classify", "answer", "close", "extend"), _do)
SCREENS: Final = (
    Screen("complaint", "/complaints", "complaint.read", "page.html", show, target=everybody),
    Screen("complaint-page", "/complaints/{customer:int}/{complaint}", "complaint.read", "page.html", show_one, FORMS, target=customer_of),
)
