"""Reports about the buyer of a package, on its page: who has each and by when, how it ended, and what is done about one."""

from collections.abc import Sequence
from datetime import date
from typing import Final

from plimsoll.app.business_day import at_of
from plimsoll.app.show.conduct_queue import ReportRow, reports
from plimsoll.disposal.conduct import ABOUT, ANSWERED, ASSIGNED, ENDS, FOLLOWS, OPEN
from plimsoll.disposal.note_conduct import NoteConduct
from plimsoll.interfaces.console.words_of import word
from plimsoll.interfaces.pages.parts import Cell, Field, Form, Panel, Table, chip, count, day, heads, text
from plimsoll.interfaces.pages.visit import Act, Done, Visit

VERB: Final = "note_conduct"
PERMISSION: Final = "claim.transfer"
STEPS: Final = (ASSIGNED, ANSWERED, *ENDS)
TONES: Final = {"upheld": "bad", "rejected": "good", "answered": "wait", "open": "wait"}


def panel(visit: Visit, package: str, *, is_transferred: bool) -> Panel | None:
    """Give the reports about the buyer of a package, with the forms for who may write them; None before anything went over."""
    if not is_transferred:
        return None
    found, at = reports(visit.house.store, package=package), at_of(visit.house)
    rows = [
        (
            text(one.report.report_id),
            text(word(visit, "conduct.about", one.report.about)),
            count(one.report.loan_id or None),
            chip(word(visit, "conduct.state", one.report.state), TONES.get(one.report.state, "")),
            text(one.report.handler),
            Cell(day(_day(one)).text, tone="bad" if one.is_overdue(at) else "fixed"),
            text(one.report.remedy),
        )
        for one in found
    ]
    columns = ("conduct.report", "conduct.about", "conduct.loan", "conduct.state", "work.holder", "work.due", "conduct.remedy")
    table = Table(visit.t("conduct.title"), heads(visit, *columns), rows, empty="conduct.none")
    forms = _forms(visit, found) if visit.may(PERMISSION) else []
    return Panel(visit.t("conduct.title"), [table, *forms])


def _day(one: ReportRow) -> date | None:
    return date.fromordinal(one.report.due_on) if one.report.due_on else None


def _forms(visit: Visit, found: Sequence[ReportRow]) -> list[Form]:
    """Give a form for a new report, and one for the next step of those that wait."""
    asked = visit.form.get("act", "")
    given = visit.form.get("report_id", visit.query.get("report_id", ""))
    about = [(one, word(visit, "conduct.about", one)) for one in ABOUT]
    new = (
        Field("report_id", visit.t("conduct.report"), value=visit.form.get("report_id", ""), longest=60),
        Field("about", visit.t("conduct.about"), "choice", visit.form.get("about", ""), options=about),
        Field("loan_id", visit.t("conduct.loan"), "number", visit.form.get("loan_id", ""), is_needed=False),
        Field("handler", visit.t("work.holder"), value=visit.form.get("handler", ""), is_needed=False, longest=60),
    )
    forms = [Form("note_conduct", visit.t("conduct.new"), visit.t("conduct.new"), new, is_open=asked == "note_conduct")]
    waiting = [(one.report.report_id, one.subject) for one in found if one.state != "done"]
    if waiting:
        step = (
            Field("report_id", visit.t("conduct.report"), "choice", given, options=waiting),
            Field("state", visit.t("conduct.step"), "choice", options=[(one, word(visit, "conduct.state", one)) for one in STEPS]),
            Field("handler", visit.t("work.holder"), value=visit.form.get("handler", ""), is_needed=False, longest=60),
            Field(
                "remedy", visit.t("conduct.remedy"), "text-long", visit.form.get("remedy", ""), is_needed=False, is_wide=True, longest=500
            ),
        )
        is_open = asked == "move_conduct" or bool(visit.query.get("report_id"))
        forms.append(Form("move_conduct", visit.t("conduct.move"), visit.t("conduct.move"), step, is_open=is_open))
    return forms


def do(visit: Visit) -> Done:
    """Ask for what a form says of a report: a new one, or the next step of one that waits."""
    form, name = visit.form, visit.path["package"]
    state = form.get("state", "") if form["act"] == "move_conduct" else OPEN
    loan = form.get("loan_id", "")
    command = NoteConduct(
        form.get("key", ""), name, visit.today(), form.get("report_id", "").strip(), state if state in FOLLOWS else "",
        form.get("about", "") if state == OPEN else "", int(loan) if loan.isascii() and loan.isdigit() and len(loan) < 19 else 0,
        form.get("remedy", "").strip(), form.get("handler", "").strip(),
    )  # fmt: skip
    return Act(command, "done.done", f"/packages/{name}")


FORMS: Final = {"note_conduct": do, "move_conduct": do}
