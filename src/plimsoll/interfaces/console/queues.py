"""Queues that have no desk of their own, such as requests for help, disputes and write-offs, each with what is done about it."""

from typing import Final

from plimsoll.app.access.principal import EVERYBODY
from plimsoll.app.access.verbs import VERBS
from plimsoll.app.business_day import at_of
from plimsoll.app.show.conduct_queue import QUEUE as CONDUCT
from plimsoll.app.show.queues import PERMISSIONS, WorkRow, queue_counts
from plimsoll.interfaces.console.rows_of_work import due, more, narrowed, page_of, tabs
from plimsoll.interfaces.console.words_of import word, words_in
from plimsoll.interfaces.pages.parts import Cell, Heading, Panel, Table, board, count, heads, instant, text
from plimsoll.interfaces.pages.visit import Go, Screen, Shown, Visit
from plimsoll.units.refusal import Refused

DESKS: Final = {
    "review": "/reviews",
    "collection": "/cases",
    "complaint": "/complaints",
    "warning": "/monitoring",
    "placement": "/placements",
}
"""Queues with a desk of their own."""
ACTS: Final = {
    "hardship": ("decide_hardship", "hardship_id"),
    "recall": ("answer_recall", "loan_id"),
    "dispute": ("answer_dispute", "dispute_id"),
    "limit_objection": ("review_limit", ""),
    "limitation": ("record_interruption", "loan_id"),
    "write_off": ("decide_write_off", "loan_id"),
}
"""What is done about a row, and the field that its subject fills."""


def seen(visit: Visit) -> list[str]:
    """Give the queues that somebody sees."""
    return [kind for kind, permission in PERMISSIONS.items() if visit.may(permission, EVERYBODY)]


def show(visit: Visit) -> Shown:
    """Show every queue that one sees, with how much waits in it."""
    kinds = seen(visit)
    sights = [visit.door.sight(visit.who, PERMISSIONS[kind]) for kind in kinds]
    rows = [
        (
            Cell(visit.t(f"queue.{one.kind}"), DESKS.get(one.kind, f"/queues/{one.kind}")),
            count(one.open),
            count(one.claimed),
            count(one.waiting),
            count(one.overdue),
        )
        for one in queue_counts(visit.house.store, at_of(visit.house), kinds, sights)
    ]
    columns = ("queue.name", "queue.open#", "queue.claimed#", "queue.waiting#", "work.overdue#")
    table = Table(visit.t("queue.title"), heads(visit, *columns), rows, empty="queue.none", is_list=True)
    return board(Heading(visit.t("nav.queue"), visit.t("queue.lead")), [Panel("", [table])])


def show_one(visit: Visit) -> Shown:
    """Show the rows of one queue, the most pressing first, each with what is done about it."""
    kind = visit.path["kind"]
    if kind in DESKS:
        return Go(DESKS[kind])
    if kind not in PERMISSIONS:
        return Refused("absent")
    allowed = visit.door.may(visit.who, PERMISSIONS[kind], EVERYBODY)
    if isinstance(allowed, Refused):
        return allowed
    page, path = page_of(visit, kind, PERMISSIONS[kind]), f"/queues/{kind}"
    columns = ("customer.name", "queue.note", "work.due", "work.holder", "work.since", "queue.act")
    table = Table(
        visit.t(f"queue.{kind}"), heads(visit, *columns), [_row(visit, kind, one) for one in page.rows], is_list=True,
        more=more(visit, path, page), empty="queue.empty",
    )  # fmt: skip
    table = narrowed(visit, path, table)
    heading = Heading(visit.t(f"queue.{kind}"), above=[(visit.t("nav.queue"), "/queues")], tabs=tabs(visit, path, "", *VIEWS))
    return board(heading, [Panel("", [table])])


VIEWS: Final = ("mine", "held", "overdue")
NOTED: Final = ("b.flag", "case.said", "channel", "conduct.about")
"""Families of words that the notes of rows are told in."""


def _row(visit: Visit, kind: str, one: WorkRow) -> tuple[Cell, ...]:
    if kind == CONDUCT:
        return _report(visit, one)
    verb, field = ACTS.get(kind, ("", ""))
    filled = f"?{field}={one.subject}" if field else ""
    does = bool(verb) and visit.may(VERBS[verb].permission, EVERYBODY)
    act = Cell(word(visit, "verb", verb), f"/customers/{one.customer_id}/acts/{verb}{filled}") if does else text("")
    customer = Cell(visit.t("customer.number", {"n": one.customer_id}), f"/customers/{one.customer_id}", one.subject)
    return customer, text(words_in(visit, NOTED, one.note)), due(visit, one), text(one.assigned_to), instant(one.opened_at), act


def _report(visit: Visit, one: WorkRow) -> tuple[Cell, ...]:
    """Give a report about the buyer of a package: it is worked where the package is."""
    package, _, report = one.subject.partition("/")
    path = f"/packages/{package}?report_id={report}"
    whom = Cell(visit.t("customer.number", {"n": one.customer_id}), f"/customers/{one.customer_id}", one.subject)
    about = text(words_in(visit, NOTED, one.note))
    act = Cell(word(visit, "verb", "note_conduct"), path) if visit.may("claim.transfer", EVERYBODY) else text("")
    return (
        whom if one.customer_id else Cell(package, path, report),
        about,
        due(visit, one),
        text(one.assigned_to),
        instant(one.opened_at),
        act,
    )


SCREENS: Final = (
    Screen("queue", "/queues", "", "page.html", show),
    Screen("queue-page", "/queues/{kind}", "", "page.html", show_one),
)
