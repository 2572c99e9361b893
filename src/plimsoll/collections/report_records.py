"""Put on file what is told to the credit bureau of a customer's loans for a month; only what is on file goes out."""

import json
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from plimsoll.loan.book import Book, Decision, refuse_customer
from plimsoll.loan.filing import Body, NewFiling, body_of, of_kind
from plimsoll.risk.consent import GRANTED, WITHDRAWN, consent_in_force
from plimsoll.risk.credit.month import WINDOWS, month_end
from plimsoll.risk.credit.on_file import REPORTED
from plimsoll.risk.credit.record import tell
from plimsoll.risk.credit.statement import STATUSES, Statement, read_statement
from plimsoll.rulebook.rules import Rules
from plimsoll.units.refusal import Malformed, Refused

READS: Final = f"line+file:adverse,bureau,dispute,sanction,hardship,plan,complaint,collection,{GRANTED},{WITHDRAWN}"
PURPOSE: Final = "reporting"


@dataclass(frozen=True, slots=True)
class ReportRecords:
    """Report a month; `statements` holds what the loans were at its end, as `plimsoll bureau report` reads it from the book."""

    key: str
    customer_id: int
    on: date
    month: str
    statements: Body


def decide(book: Book, command: ReportRecords, rules: Rules) -> Decision | Refused:
    """Put the records on file that may go out, and why others are left out; the answer holds both.

    Refuses customer_unknown, consent_missing and consent_withdrawn (for the customer as a whole), month_not_over, month_reported,
    record_malformed. A record alone is left out by adverse_notice_missing and what else `pass_sanction` refuses.
    """
    assert book.now is not None, "consent counts at an instant"
    refused = refuse_customer(book, command.on) or _refuse_month(book, command)
    if refused is not None:
        return refused
    if rules.value("CN.CREDIT.CONSENT", command.on) is not None:
        agreed = consent_in_force(book.filings, PURPOSE, book.now)
        if isinstance(agreed, Refused):
            return Refused(agreed.code, "CN.CREDIT.CONSENT", agreed.detail)
    statements = _statements(command.statements)
    if isinstance(statements, Refused):
        return statements
    records: list[dict[str, Any]] = []
    filings: list[NewFiling] = []
    left_out = []
    for one in statements:
        told = tell(one, command.customer_id, command.month, book.filings, command.on, rules)
        records += told.records
        filings += told.filings
        if told.left_out is not None:
            left_out.append({"loan_id": one.loan_id, "why": told.left_out.code, "rule": told.left_out.rule})
    said = body_of({"records": records, "left_out": left_out})
    if records or left_out:
        filings.insert(0, NewFiling(REPORTED, command.month, said))
    return Decision(filings=tuple(filings), answer=said)


def _refuse_month(book: Book, command: ReportRecords) -> Refused | None:
    try:
        end = month_end(command.month)
    except Malformed as wrong:
        return Refused("record_malformed", "", wrong.detail)
    if command.on.toordinal() <= end:
        return Refused("month_not_over", "", f"{command.month} on {command.on}")
    last = max((one.subject for one in of_kind(book.filings, REPORTED)), default="")
    return Refused("month_reported", "", f"{last}, asked for {command.month}") if last >= command.month else None


def _statements(body: Body) -> tuple[Statement, ...] | Refused:
    """Read the statements; refuses record_malformed."""
    try:
        found = tuple(read_statement(one) for one in json.loads(body)["statements"])
        is_sound = all(one.status in STATUSES and len(one.payments) in WINDOWS for one in found)
    except (KeyError, TypeError, ValueError):
        is_sound, found = False, ()
    if not is_sound or len({one.loan_id for one in found}) != len(found):
        return Refused("record_malformed", "", f"{body[:60]}")
    return found
