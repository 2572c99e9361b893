"""What protects a customer and what stands open with one: complaints, hardship and plans, disclosures, lessons, consents."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from plimsoll.app.show.days import day_or_none, on_day
from plimsoll.loan.filing import Filing, of_kind, read_body
from plimsoll.risk.complaint import Complaint, fold_complaints
from plimsoll.risk.gate import CONFIRMED, SHOWN, TAKEN, USED
from plimsoll.risk.plan.record import Hardship, Plan, hardships_of, plans_of


@dataclass(frozen=True, slots=True)
class ComplaintRow:
    """A complaint: about what, its class, its last day for an answer, how many days are left on a day, and where it stands."""

    complaint_id: str
    about: str
    kind: str
    loan_ids: tuple[int, ...]
    handler: str
    filed_on: date
    due_on: date
    days_left: int
    is_late: bool
    is_extended: bool
    extension_asked_by: str
    answered_on: date | None
    root_cause: str
    closed_on: date | None
    is_collection_stopped: bool


@dataclass(frozen=True, slots=True)
class HardshipRow:
    """A request for help: what was told of a month, in minor units, until when it is decided, and where it stands."""

    hardship_id: str
    state: str
    opened_on: date
    due_on: date
    days_left: int
    is_paused: bool
    flags: tuple[str, ...]
    currency: str
    income_minor: int
    essentials_minor: int
    others_minor: int
    persons: int


@dataclass(frozen=True, slots=True)
class PlanRow:
    """A plan for one loan: its terms, who proposed and approved it, and where it stands; waived amounts in minor units."""

    plan_id: str
    loan_id: int
    hardship_id: str
    state: str
    terms: int
    rate_per_year: str
    """"" keeps the contract's."""
    holiday: int
    penalty_waived_minor: int
    interest_waived_minor: int
    people: tuple[str, ...]
    started_on: date | None
    due_days: tuple[date, ...]


@dataclass(frozen=True, slots=True)
class DisclosureText:
    """One row as it was shown: what it is, its label, its sentence."""

    name: str
    label: str
    text: str


@dataclass(frozen=True, slots=True)
class DisclosureRow:
    """A cost table that was shown: its SHA-256, its language, how long it was open before it was confirmed, what it was used for."""

    sha256: str
    about: str
    language: str
    template: str
    on: date
    shown_at: datetime
    min_seconds: int
    confirmed_at: datetime | None
    seconds: int
    used_for: str
    rows: tuple[DisclosureText, ...]


@dataclass(frozen=True, slots=True)
class LessonRow:
    """A lesson that was taken: which version, and whether it was passed."""

    lesson: str
    version: int
    on: date
    is_passed: bool
    wrong: tuple[int, ...]
    """Questions that were answered wrongly, from 1."""


def complaint_rows(filings: Sequence[Filing], today: int) -> tuple[ComplaintRow, ...]:
    """Give the complaints of a file, newest first."""
    return tuple(_complaint(one, today) for one in reversed(fold_complaints(filings).values()))


def _complaint(one: Complaint, today: int) -> ComplaintRow:
    return ComplaintRow(
        one.complaint_id,
        one.about,
        one.kind,
        one.loans,
        one.handler,
        on_day(one.filed_on),
        on_day(one.due_on),
        one.due_on - today,
        one.is_late(today),
        one.is_extended,
        one.extension_asked_by,
        day_or_none(one.answered_on),
        one.root_cause,
        day_or_none(one.closed_on),
        one.is_collection_stopped,
    )


def hardship_rows(filings: Sequence[Filing], today: int) -> tuple[HardshipRow, ...]:
    """Give the requests for help of a file, newest first."""
    return tuple(_hardship(one, today) for one in reversed(hardships_of(filings).values()))


def _hardship(one: Hardship, today: int) -> HardshipRow:
    told = one.told
    return HardshipRow(
        one.hardship_id,
        one.state,
        on_day(one.opened_on),
        on_day(one.due_on),
        one.due_on - today,
        one.is_paused,
        one.flags,
        told.currency,
        told.income_minor,
        told.essentials_minor,
        told.others_minor,
        told.persons,
    )


def plan_rows(filings: Sequence[Filing]) -> tuple[PlanRow, ...]:
    """Give the plans of a file, newest first."""
    return tuple(_plan(one) for one in reversed(plans_of(filings).values()))


def _plan(one: Plan) -> PlanRow:
    choice = one.choice
    return PlanRow(
        one.plan_id,
        one.loan_id,
        one.hardship_id,
        one.state,
        choice.terms,
        choice.rate.text() if choice.rate is not None else "",
        choice.holiday,
        choice.penalty_waived_minor,
        choice.interest_waived_minor,
        one.people,
        day_or_none(one.started_on),
        tuple(on_day(day) for day in one.dues),
    )


def disclosure_rows(filings: Sequence[Filing]) -> tuple[DisclosureRow, ...]:
    """Give every cost table that was shown, newest first, exactly as it was shown."""
    found: list[DisclosureRow] = []
    for shown in of_kind(filings, SHOWN):
        said = read_body(shown)
        later = [one for one in filings if one.subject == shown.subject and one.n > shown.n]
        confirmed = next((one for one in later if one.kind == CONFIRMED and read_body(one)["shown"] == shown.n), None)
        used = None
        if confirmed is not None:
            used = next((one for one in later if one.kind == USED and read_body(one)["confirmed"] == confirmed.n), None)
        found.append(
            DisclosureRow(
                shown.subject,
                said["ask"]["about"],
                said["language"],
                said["template"],
                on_day(shown.on),
                shown.at,
                said["seconds"],
                confirmed.at if confirmed is not None else None,
                read_body(confirmed)["seconds"] if confirmed is not None else 0,
                read_body(used)["about"] if used is not None else "",
                tuple(DisclosureText(name, label, text) for name, label, text in said["rows"]),
            )
        )
    return tuple(reversed(found))


def lesson_rows(filings: Sequence[Filing]) -> tuple[LessonRow, ...]:
    """Give the lessons of a file, newest first."""
    found = []
    for one in of_kind(filings, TAKEN):
        said = read_body(one)
        found.append(LessonRow(one.subject, said["version"], on_day(one.on), said["passed"], tuple(said["wrong"])))
    return tuple(reversed(found))
