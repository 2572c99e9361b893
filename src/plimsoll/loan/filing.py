"""The file of a customer: what is on record about one beside the loans, and the queue rows by which people find their work.

A filing is appended and stays; what it means now, each department folds for itself. Personal data is never in a body: only
references into the vault. Money in a body is whole minor units, rates are decimal text; a float may stand there only as a statistic.
"""

import json
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any, Final, NamedTuple, NewType

BODY_LENGTH_MAX: Final = 200_000
"""Bytes of a body in UTF-8."""

KINDS: Final = frozenset(
    {
        # servicing
        "load_line",
        "limit.temporary",
        # origination
        "application.applied",
        "application.withdrawn",
        "evidence",
        "decision",
        "review.claimed",
        "review.asked",
        "review.provided",
        "review.opinion",
        "review.approved",
        "review.returned",
        "review.demanded",
        "offer.made",
        "offer.signed",
        "offer.drawn",
        # protection
        "consent.granted",
        "consent.withdrawn",
        "disclosure.shown",
        "disclosure.confirmed",
        "disclosure.used",
        "lesson.taken",
        "late",
        "complaint.filed",
        "complaint.classified",
        "complaint.extension_asked",
        "complaint.extended",
        "complaint.answered",
        "complaint.closed",
        "collection.stopped",
        "collection.resumed",
        "paper.brought",
        # hardship and plans
        "hardship.opened",
        "hardship.decided",
        "hardship.lapsed",
        "hardship.closed",
        "plan.proposed",
        "plan.approved",
        "plan.started",
        "plan.broken",
        "plan.kept",
        # contact
        "contact.attempted",
        "contact.denied",
        "contact.outcome",
        "contact.fact",
        # cases and promises
        "case.opened",
        "case.moved",
        "case.closed",
        "case.claimed",
        "case.released",
        "case.follow_up",
        "case.escalated",
        "case.contacted",
        "treatment.assigned",
        "promise.made",
        "promise.kept",
        "promise.partial",
        "promise.broken",
        "promise.cancelled",
        # classes
        "class.trigger",
        "class.changed",
        # placements with agencies
        "placement.made",
        "placement.ended",
        # reminders
        "reminder.preference",
        "reminder.sent",
        "reminder.held",
        "reminder.receipt",
        "autopay.asked",
        "autopay.failed",
        "autopay.done",
        # credit bureau, sanctions, limitation
        "adverse.notice",
        "adverse.delivered",
        "bureau.reported",
        "bureau.adverse",
        "bureau.corrected",
        "bureau.deleted",
        "dispute.opened",
        "dispute.answered",
        "sanction.applied",
        "sanction.lifted",
        "limitation.interrupted",
        "court.step",
        # monitoring
        "limit.notice",
        "limit.objection",
        "limit.assessed",
        "over_extension.changed",
        "signals.lit",
        "warning.raised",
        "warning.closed",
        "warning.ranked",
        "recall.demanded",
        "recall.objected",
        "recall.answered",
        "recall.due",
        # disposal
        "write_off.proposed",
        "write_off.approved",
        "write_off.declined",
        "claim.transferred",
        "claim.put_back",
        # funding
        "loan.funded",
        "loan.share_moved",
    }
)
"""The closed list of what can be on record; a department adds its kinds under its own heading."""

Body = NewType("Body", str)
"""A JSON object as `body_of` writes it: the type of a field of a command that holds one."""

WORK_STATES: Final = ("open", "claimed", "waiting", "done")


class Filing(NamedTuple):
    """One thing on record about a customer."""

    n: int  # counted from 1 within the customer, without a gap
    kind: str  # one of KINDS
    subject: str  # what it is about: an application, a disclosure, a complaint, a source; "" for the customer
    on: int  # day number it takes effect
    at: datetime  # instant recorded, UTC
    actor: str
    body: str  # a Body


class NewFiling(NamedTuple):
    """Something to be put on record; its number, day, instant and actor are those of the command."""

    kind: str
    subject: str
    body: str


class WorkItem(NamedTuple):
    """One row of a queue; of a kind, a customer has one for each subject, and a later one takes its place."""

    kind: str  # "review", "complaint", …
    subject: str  # the application, the complaint
    state: str  # one of WORK_STATES
    priority: int  # higher first
    due_at: str  # instant in UTC as `instant_text` writes it, "" for none
    assigned_to: str  # actor, "" for nobody
    note: str  # one line for the list, without personal data


class Kept(str):
    """The body of a filing that whoever holds it reads again and again: what it says is taken apart once. Never changed."""

    __slots__ = ("said",)
    said: dict[str, Any]


def body_of(said: Mapping[str, object]) -> Body:
    """Give a JSON object as the one text that says it: keys sorted, no space, no number that is not finite."""
    return Body(_CANONICAL.encode(said))


def read_body(filing: Filing | NewFiling) -> dict[str, Any]:
    """Give what the body of a filing says; the caller may change what it is given, not what lies within that."""
    body = filing.body
    if type(body) is Kept:
        return said_of(body).copy()
    said: dict[str, Any] = json.loads(body)
    return said


def said_of(body: Kept) -> dict[str, Any]:
    """Give what a kept body says, to look at only."""
    try:
        return body.said
    except AttributeError:
        body.said = json.loads(body)
        return body.said


def of_kind(filings: Iterable[Filing], kind: str, subject: str | None = None) -> list[Filing]:
    """Give the filings of one kind, about one subject where it is named, in their order."""
    return [one for one in filings if one.kind == kind and (subject is None or one.subject == subject)]


def instant_text(at: datetime) -> str:
    """Give an instant in UTC as text that sorts as instants do: 2026-08-01T09:30:00Z."""
    assert at.utcoffset() == timedelta(0), "an instant of the file is in UTC"
    return _instant_text(at)


@lru_cache(maxsize=4096)
def _instant_text(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


_CANONICAL: Final = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
