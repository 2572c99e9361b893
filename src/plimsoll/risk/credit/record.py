"""What is said of a loan to the credit bureau for a month: its statement, as far as the file lets it be said.

A default is adverse, and goes out only after its notice and where no rule holds it back (`sanction`); once it was reported it goes on
being told, with a mark while it is disputed. What was said wrongly of an earlier month goes out as a correction, what is kept no longer
as a deletion (征信业管理条例 Arts. 15, 16, 25).
"""

import json
from collections.abc import Mapping, Sequence
from datetime import date
from hashlib import sha256
from typing import Any, Final, NamedTuple

from plimsoll.loan.filing import Filing, NewFiling, body_of
from plimsoll.risk.credit.default import Default, default_on
from plimsoll.risk.credit.month import ADVERSE as ADVERSE_LETTERS
from plimsoll.risk.credit.month import UNSAID, month_ends, months
from plimsoll.risk.credit.on_file import ADVERSE, DELETED, adverse_of, corrections_of, is_disputed, last_said
from plimsoll.risk.credit.sanction import APPLIED, REPORT, Passed, has_applied, pass_sanction
from plimsoll.risk.credit.statement import Statement, is_gone
from plimsoll.risk.plan.record import plans_of, plans_on
from plimsoll.rulebook.rules import Rules
from plimsoll.units.refusal import Refused

RECORD, CORRECTION, DELETION = "R", "C", "D"
COLUMNS: Final = (
    "kind",
    "account",
    "loan_id",
    "month",
    "product",
    "currency",
    "opened_on",
    "limit_minor",
    "balance_minor",
    "overdue_minor",
    "overdue_months",
    "late_days",
    "status",
    "five_class",
    "payments",
    "special",
    "plan",
    "disputed",
    "default_began_on",
    "default_ended_on",
    "corrects",
    "digest",
)
"""The columns of a record, in order; docs/reference/bureau.md says what each means."""
MONTH_DAYS: Final = 30


class Told(NamedTuple):
    """What is said of a loan for a month: records to send, what goes on file with them, and why its record is left out, if it is."""

    records: tuple[dict[str, Any], ...]
    filings: tuple[NewFiling, ...]
    left_out: Refused | None


def digest_of(record: Mapping[str, Any]) -> str:
    """Give the SHA-256 of a record: of its JSON object with sorted keys and without spaces, the digest itself left out."""
    return sha256(body_of({name: value for name, value in record.items() if name != "digest"}).encode()).hexdigest()


def tell(statement: Statement, customer_id: int, month: str, filings: Sequence[Filing], on: date, rules: Rules) -> Told:
    """Give what is said of a loan for a month, on a day."""
    asked = _Asked(statement, customer_id, month, filings, on, rules)
    deletions = asked.deletions()
    if is_gone(statement.payments):
        return Told(*deletions, None)
    passed = asked.passed_now()
    if isinstance(passed, Refused):
        return Told(*deletions, passed)
    record = asked.record()
    records = (*asked.corrections(record), record)
    return Told((*records, *deletions[0]), (*passed, *deletions[1]), None)


class _Asked:
    """One loan and what its customer's file says, while its records are made."""

    def __init__(self, statement: Statement, customer_id: int, month: str, filings: Sequence[Filing], on: date, rules: Rules) -> None:
        self.statement = statement
        self.month = month
        self.filings = filings
        self.on = on
        self.rules = rules
        self.ends = month_ends(month, len(statement.payments))
        self.account = f"{customer_id}-{statement.loan_id}"
        self.now: Default | None = default_on(statement.defaults, self.ends[-1])
        self.years = rules.whole("CN.CREDIT.ADVERSE.KEEP", on) or 0
        self.reported = adverse_of(filings, statement.loan_id)
        self.told = {late_on for late_on, is_deleted in self.reported.items() if not is_deleted}

    def passed_now(self) -> tuple[NewFiling, ...] | Refused:
        """Give what goes on file the first time that a default is reported; refuse the record of a default that may not be."""
        loan_id = self.statement.loan_id
        if self.statement.payments[-1] not in ADVERSE_LETTERS:
            return ()
        late_on = self.now.late_on if self.now else 0
        if late_on in self.told:
            return ()
        adverse = NewFiling(ADVERSE, f"{loan_id}", body_of({"loan_id": loan_id, "late_on": late_on, "month": self.month}))
        if has_applied(self.filings, REPORT, loan_id, late_on):
            self.told.add(late_on)
            return (adverse,)
        passed = pass_sanction(self.filings, REPORT, loan_id, self.statement.late_days, late_on, self.on, self.rules)
        if not isinstance(passed, Passed):
            return passed
        self.told.add(late_on)
        said = {"sanction": REPORT, "loan_id": loan_id, "late_on": late_on, "rule": passed.rule, "arrived_on": passed.arrived_on}
        return (adverse, NewFiling(APPLIED, REPORT, body_of(said)))

    def payments(self) -> str:
        """Give the payment record: as corrected by hand, silent of defaults that were never reported or are kept no longer."""
        corrected = corrections_of(self.filings, self.statement.loan_id)
        if not corrected and not ADVERSE_LETTERS & set(self.statement.payments):
            return self.statement.payments
        found = ""
        for end, month, letter in zip(self.ends, months(self.month, len(self.ends)), self.statement.payments, strict=True):
            default = default_on(self.statement.defaults, end)
            is_told = default is not None and default.late_on in self.told and not default.is_over_for(self.years, self.on)
            found += corrected.get(month, letter if letter not in ADVERSE_LETTERS or is_told else UNSAID)
        return found

    def record(self) -> dict[str, Any]:
        """Give the record of the month."""
        one = self.statement
        live = [each for each in one.defaults if each.late_on in self.told and not each.is_over_for(self.years, self.on)]
        last = live[-1] if live else None
        started = plans_on(plans_of(self.filings).values(), one.loan_id)
        said = {
            **_blank(RECORD, self.account, one.loan_id, self.month),
            "product": one.product,
            "currency": one.currency,
            "opened_on": date.fromordinal(one.opened_on).isoformat(),
            "limit_minor": one.limit_minor,
            "balance_minor": one.balance_minor,
            "overdue_minor": one.overdue_minor,
            "overdue_months": (one.late_days + MONTH_DAYS - 1) // MONTH_DAYS,
            "late_days": one.late_days,
            "status": one.status,
            "five_class": one.five_class,
            "payments": self.payments(),
            "special": " ".join(one.special),
            "plan": f"{started[-1].state} {date.fromordinal(started[-1].started_on)}" if started else "",
            "disputed": is_disputed(self.filings, one.loan_id),
            "default_began_on": date.fromordinal(last.late_on).isoformat() if last else "",
            "default_ended_on": date.fromordinal(last.until).isoformat() if last and last.until else "",
        }
        return said | {"digest": digest_of(said)}

    def corrections(self, record: Mapping[str, Any]) -> tuple[dict[str, Any], ...]:
        """Give a correction for every month of which something else was said the last time."""
        before = last_said(self.filings, self.statement.loan_id)
        if before is None:
            return ()
        last = before.record
        said = dict(zip(months(before.month, len(last["payments"])), last["payments"], strict=True))
        found = []
        for month, letter in zip(months(self.month, len(self.ends))[:-1], record["payments"], strict=False):
            was = said.get(month, UNSAID)
            if was not in (letter, UNSAID):
                one = _blank(CORRECTION, self.account, self.statement.loan_id, month) | {"payments": letter, "corrects": was}
                found.append(one | {"digest": digest_of(one)})
        return tuple(found)

    def deletions(self) -> tuple[tuple[dict[str, Any], ...], tuple[NewFiling, ...]]:
        """Give what is taken back: defaults that were reported and ended as many years ago as they may be kept."""
        records, filings = [], []
        loan_id = self.statement.loan_id
        for default in self.statement.defaults:
            if self.reported.get(default.late_on) is not False or not default.is_over_for(self.years, self.on):
                continue
            days = {"default_began_on": default.late_on, "default_ended_on": default.until}
            one = _blank(DELETION, self.account, loan_id, self.month) | {
                name: date.fromordinal(day).isoformat() for name, day in days.items()
            }
            records.append(one | {"digest": digest_of(one)})
            filings.append(NewFiling(DELETED, f"{loan_id}", body_of({"loan_id": loan_id, "late_on": default.late_on})))
        return tuple(records), tuple(filings)


def read_records(body: str) -> list[dict[str, Any]]:
    """Give the records that an answer holds."""
    found: list[dict[str, Any]] = json.loads(body)["records"]
    return found


def _blank(kind: str, account: str, loan_id: int, month: str) -> dict[str, Any]:
    """Give a record that says nothing yet."""
    blank: dict[str, Any] = dict.fromkeys(COLUMNS[:-1], "")
    return blank | {"kind": kind, "account": account, "loan_id": loan_id, "month": month, "disputed": False}
