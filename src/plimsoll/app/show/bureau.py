"""What stands between a customer and the credit bureau: notices given, every record that went out, and what is disputed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from plimsoll.app.show.days import day_or_none, on_day
from plimsoll.loan.filing import Filing, of_kind, read_body
from plimsoll.risk.credit.on_file import NOTICE, REPORTED, Dispute, Notice, disputes_of, notices_of


@dataclass(frozen=True, slots=True)
class BureauNotice:
    """A notice that a default is about to be reported; reporting waits until it has arrived."""

    notice: str
    loan_id: int
    on: date
    late_since: date
    arrived_on: date | None
    has_failed: bool


@dataclass(frozen=True, slots=True)
class BureauRecord:
    """A record as it went out: R a month of a loan, C a correction of an earlier month, D a default that is told no longer.

    What a kind of record does not say is null, or "".
    """

    loan_id: int
    month: str
    kind: str
    filed_on: date
    status: str
    currency: str
    balance_minor: int | None
    overdue_minor: int | None
    late_days: int | None
    five_class: str
    payments: str
    """A letter a month, the latest last."""
    special: str
    is_disputed: bool
    corrects: str
    """What a correction says in the place of, "" in other records."""
    sha256: str


@dataclass(frozen=True, slots=True)
class BureauDispute:
    """A dispute of what is said of a loan, with the last day for its answer; the outcome is "" while nobody answered."""

    dispute: str
    loan_id: int
    about: str
    opened_on: date
    due_on: date
    outcome: str


@dataclass(frozen=True, slots=True)
class BureauPage:
    """All of it for one customer, the oldest first."""

    customer_id: int
    notices: tuple[BureauNotice, ...]
    records: tuple[BureauRecord, ...]
    disputes: tuple[BureauDispute, ...]


def bureau_page(customer_id: int, filings: Sequence[Filing]) -> BureauPage:
    """Give what the file of a customer says of the credit bureau."""
    loans = sorted({read_body(one)["loan_id"] for one in filings if one.kind == NOTICE})
    notices = [_notice(one) for loan_id in loans for one in notices_of(filings, loan_id)]
    records = [_record(one, each.on) for each in of_kind(filings, REPORTED) for one in read_body(each)["records"]]
    disputes = [_dispute(one) for one in disputes_of(filings).values()]
    return BureauPage(customer_id, tuple(sorted(notices, key=lambda one: (one.on, one.notice))), tuple(records), tuple(disputes))


def _notice(one: Notice) -> BureauNotice:
    return BureauNotice(one.notice_id, one.loan_id, on_day(one.on), on_day(one.late_on), day_or_none(one.arrived_on), one.has_failed)


def _record(said: dict[str, Any], filed_on: int) -> BureauRecord:
    return BureauRecord(
        said["loan_id"],
        said["month"],
        said["kind"],
        on_day(filed_on),
        said["status"],
        said["currency"],
        _number(said["balance_minor"]),
        _number(said["overdue_minor"]),
        _number(said["late_days"]),
        said["five_class"],
        said["payments"],
        said["special"],
        bool(said["disputed"]),
        said["corrects"],
        said["digest"],
    )


def _number(said: object) -> int | None:
    return said if isinstance(said, int) else None


def _dispute(one: Dispute) -> BureauDispute:
    return BureauDispute(one.dispute_id, one.loan_id, one.about, on_day(one.opened_on), on_day(one.due_on), one.outcome)
