"""One customer on one page: the line with its load line, loans, what is due, what stands open, who was in touch, what was decided last."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Final

from sqlalchemy import select

from plimsoll.app.closing.scan import snapshot
from plimsoll.app.database import schema
from plimsoll.app.database.schema_access import access_unit
from plimsoll.app.database.sheet import Want
from plimsoll.app.database.store import Store
from plimsoll.app.show.contacts import ContactRow, contacts_of
from plimsoll.app.show.days import day_or_none, on_day
from plimsoll.app.show.held import book_in, rows_of
from plimsoll.app.show.line import LineShown, line_of
from plimsoll.app.show.loan import DueNext, LoanRow, next_due, owing_of, row_on
from plimsoll.app.vault import Vault
from plimsoll.collections.case import case_of
from plimsoll.collections.move_case import looked_at
from plimsoll.collections.next_action import CLOSE
from plimsoll.collections.placement import placed_with
from plimsoll.loan.book import LINE_CLOSED, LINE_FROZEN, Book, Held, standing_of
from plimsoll.loan.filing import Filing, of_kind
from plimsoll.loan.layout import CHARGED_OFF, OPEN
from plimsoll.monitoring.note_over_extension import last_place
from plimsoll.monitoring.raise_warning import standing_warning
from plimsoll.origination.application import Application, fold_applications
from plimsoll.risk.complaint import fold_complaints, is_collection_stopped
from plimsoll.risk.consent import consents
from plimsoll.risk.plan.record import PERFORMING, live_hardship, plans_of
from plimsoll.rulebook.rules import Rules
from plimsoll.units.refusal import Refused

CONTACTS: Final = 5
GOOD, OVERDUE, FROZEN, CLOSED, NO_LINE = "good", "overdue", "frozen", "closed", "no_line"
CHARGED, HARDSHIP, PLAN, STOPPED = "charged_off", "hardship", "plan", "collection_stopped"
COMPLAINT, CASE, AGENCY, WARNED = "complaint", "case", "agency", "warned"
OVER, PARKED, REVIEW = "over_extended", "parked", "review"
CHIPS: Final = (
    *(GOOD, OVERDUE, FROZEN, CLOSED, NO_LINE, CHARGED, HARDSHIP, PLAN),
    *(STOPPED, COMPLAINT, CASE, AGENCY, WARNED, OVER, PARKED, REVIEW),
)
"""What can be said of a customer in one word each; good stands alone."""
SAID_TO_PARTIES: Final = (OVERDUE, CHARGED, HARDSHIP, PLAN, STOPPED, AGENCY)
FIT: Final = "fit"


@dataclass(frozen=True, slots=True)
class PersonalField:
    """What the vault holds of a person, masked: 138****1234."""

    field: str
    masked: str


@dataclass(frozen=True, slots=True)
class ConsentRow:
    """One purpose that somebody agreed to, or no longer does."""

    purpose: str
    version: int
    is_granted: bool
    since: datetime


@dataclass(frozen=True, slots=True)
class DecisionRow:
    """A decision of the engine: on which application, what came out, and where the application stands now."""

    application_id: str
    product: str
    currency: str
    asked_minor: int
    on: date
    outcome: str
    state: str


@dataclass(frozen=True, slots=True)
class CaseRow:
    """The case of collection that is open."""

    case_id: str
    opened_on: date
    bucket: str
    days: int
    currency: str
    late_minor: int
    treatment: str
    assigned_to: str
    promise_due_on: date | None
    promise_minor: int
    follow_up_on: date | None


@dataclass(frozen=True, slots=True)
class DueNow:
    """What has been asked for in all loans of one currency and has not come, in minor units; `late` of it is past its due day."""

    currency: str
    due_minor: int
    late_minor: int
    payoff_minor: int
    days_late: int


@dataclass(frozen=True, slots=True)
class CustomerPage:
    """One customer on a day. What is shown of a person is masked, and stands in `personal` by field; nothing where no vault is open."""

    customer_id: int
    opened_on: date
    unit: str
    chips: tuple[str, ...]
    line: LineShown | None
    due: tuple[DueNow, ...]
    next_due: tuple[DueNext, ...]
    loans: tuple[LoanRow, ...]
    case: CaseRow | None
    agency: str
    hardship_id: str
    complaints_open: tuple[str, ...]
    over_extension: str
    contacts: tuple[ContactRow, ...]
    consents: tuple[ConsentRow, ...]
    decision: DecisionRow | None
    commands_count: int
    filings_count: int
    personal: tuple[PersonalField, ...]

    def for_party(self) -> "CustomerPage":
        """Give what an agency or another party beside the house may see: the debt and who was in touch, not how the house judges."""
        chips = tuple(one for one in self.chips if one in SAID_TO_PARTIES)
        return replace(
            self, chips=chips or (GOOD,), decision=None, consents=(), over_extension="", complaints_open=(), case=None, personal=()
        )


def customer_page(
    store: Store, customer_id: int, today: int, now: datetime, vault: Vault | None = None, rules: Rules | None = None
) -> CustomerPage | Refused:
    """Give one customer on a day. Refuses customer_unknown. Rows read: one line, every loan, the file; nothing is folded from facts.

    With `rules` a case stands as the policy of the day sees it, else as it was last looked at.
    """
    with snapshot(store) as seen:
        book = book_in(seen, Want(customer_id, is_every=True, kinds=()))
        if book is None:
            return Refused("customer_unknown", "", f"customer {customer_id}")
        parked = tuple(row[0] for row in rows_of(seen, "SELECT loan_id FROM parked WHERE customer_id = ?", (customer_id,)))
        stopped = book_in(seen, Want(customer_id, parked)) if parked else None
    loans = [*(held for held in book.loans if held.loan_id not in parked), *(stopped.loans if stopped else ())]
    with store.engine.connect() as connection:
        unit = connection.scalar(select(access_unit.c.unit).where(access_unit.c.customer_id == customer_id)) or ""
        count = select(schema.line.c.commands_count, schema.line.c.filings_count).where(schema.line.c.customer_id == customer_id)
        counts = connection.execute(count).one()
    rows = tuple(row_on(customer_id, held, today) for held in sorted(loans, key=lambda one: one.loan_id))
    due, coming = due_of(book.loans, today)
    applications = list(fold_applications(book.filings, today).values())
    case = case_row(book._replace(loans=tuple(held for held in book.loans if held.loan_id not in parked)), rules, on_day(today))
    placement, hardship = placed_with(book.filings), live_hardship(book.filings)
    return CustomerPage(
        customer_id,
        on_day(book.opened_on),
        unit,
        chips_of(book, rows, applications),
        line_of(book, today),
        due,
        coming,
        rows,
        case,
        placement.agency if placement else "",
        hardship.hardship_id if hardship else "",
        tuple(one.complaint_id for one in fold_complaints(book.filings).values() if not one.closed_on),
        last_place(book.filings)[0],
        contacts_of(book.filings)[:CONTACTS],
        consent_rows(book.filings, now),
        decision_row(applications, book.filings),
        counts.commands_count,
        counts.filings_count,
        () if vault is None else tuple(PersonalField(one.field, one.masked) for one in vault.show(customer_id) if not one.ref),
    )


def due_of(loans: Sequence[Held], today: int) -> tuple[tuple[DueNow, ...], tuple[DueNext, ...]]:
    """Give what is due now by currency, and what the loans ask next, soonest first; loans later than the day as they stand."""
    sums: dict[str, DueNow] = {}
    coming: list[DueNext] = []
    for held in loans:
        if held.summary.status != OPEN:
            continue
        standing = standing_of(held, today)
        owing = owing_of(held.terms, standing)
        was = sums.get(owing.currency, DueNow(owing.currency, 0, 0, 0, 0))
        sums[owing.currency] = DueNow(
            owing.currency,
            was.due_minor + owing.due_minor,
            was.late_minor + owing.late_minor,
            was.payoff_minor + owing.payoff_minor,
            max(was.days_late, owing.days_late),
        )
        following = next_due(held.terms, standing)
        if following is not None:
            coming.append(following)
    return tuple(sums[name] for name in sorted(sums)), tuple(sorted(coming, key=lambda one: one.due_on))


def chips_of(book: Book, loans: Sequence[LoanRow], applications: Sequence[Application]) -> tuple[str, ...]:
    """Give what is to be said of a customer in one word each, the most pressing first; good where there is nothing."""
    line, filings = book.line, book.filings
    stands = {
        OVERDUE: any(one.days_late for one in loans if one.status != "charged_off"),
        CHARGED: any(held.summary.status == CHARGED_OFF for held in book.loans),
        PARKED: any(one.status == PARKED for one in loans),
        FROZEN: line is not None and line.status == LINE_FROZEN,
        CLOSED: line is not None and line.status == LINE_CLOSED,
        HARDSHIP: live_hardship(filings) is not None,
        PLAN: any(one.state == PERFORMING for one in plans_of(filings).values()),
        STOPPED: is_collection_stopped(filings),
        COMPLAINT: any(not one.closed_on for one in fold_complaints(filings).values()),
        CASE: case_of(filings) is not None,
        AGENCY: placed_with(filings) is not None,
        WARNED: standing_warning(filings) is not None,
        OVER: last_place(filings)[0] != FIT,
        REVIEW: any(one.review_since is not None and one.state in ("in_review", "documents_asked", "to_approve") for one in applications),
        NO_LINE: line is None,
    }
    found = tuple(name for name, holds in stands.items() if holds)
    return found or (GOOD,)


def case_row(book: Book, rules: Rules | None, on: date) -> CaseRow | None:
    """Give the case that is open, as the policy of a day sees it where there are rules; None where none is."""
    case = case_of(book.filings)
    if case is None:
        return None
    if rules is not None:
        case = looked_at(book, case, rules, on)
        case = case if case.late_minor else case._replace(treatment=CLOSE)
    promise = case.open_promise()
    return CaseRow(
        case.case_id,
        on_day(case.opened_on),
        case.bucket,
        case.days,
        case.currency,
        case.late_minor,
        case.treatment,
        case.assigned_to,
        day_or_none(promise.due_on) if promise else None,
        promise.amount_minor if promise else 0,
        day_or_none(case.follow_up_on),
    )


def consent_rows(filings: Sequence[Filing], at: datetime) -> tuple[ConsentRow, ...]:
    """Give every purpose that was ever agreed to, as it stands at an instant."""
    found = consents(filings, at)
    return tuple(ConsentRow(one.purpose, one.version, one.is_granted, one.since) for _, one in sorted(found.items()))


def decision_row(applications: Sequence[Application], filings: Sequence[Filing]) -> DecisionRow | None:
    """Give the last decision of the engine, None where there was none."""
    made = of_kind(filings, "decision")
    by_id = {one.application_id: one for one in applications}
    if not made or made[-1].subject not in by_id:
        return None
    one = by_id[made[-1].subject]
    return DecisionRow(
        one.application_id, one.asked.product, one.asked.currency, one.asked.amount_minor, on_day(made[-1].on), one.engine, one.state
    )
