"""The month of the credit bureau: every loan of a book stated at the month's end, put on file, and the file that goes out.

The book is read a part at a time, in columns: each month of the window is one fold of the part's loans by the compiled kernel, and only
loans that were late, eased or noted are folded once more by themselves, for their class and their defaults. What goes out is read back
from what is on file, so that the same month gives the same file whenever it is asked for. Needs the extra `fast`.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache
from typing import Any, Final

import numpy as np

from plimsoll.app.closing.look_back import Past
from plimsoll.app.closing.scan import Snapshot, snapshot
from plimsoll.app.database import schema
from plimsoll.app.database.store import Store
from plimsoll.app.execute import Wiring
from plimsoll.app.execute_many import RowOutcome, execute_many
from plimsoll.app.file import filings_on
from plimsoll.collections.report_records import ReportRecords
from plimsoll.loan.columns import Ints
from plimsoll.loan.facts import Fact
from plimsoll.loan.filing import Filing, body_of, read_body
from plimsoll.loan.layout import (
    CHARGED_OFF,
    F_KIND,
    F_MORE_AT,
    O_CLAIM,
    O_FEE,
    O_INTEREST,
    O_LATE_DAYS,
    O_PENALTY,
    O_PRINCIPAL,
    O_STATUS,
    PAID_OFF,
    PAUSED,
    PENDING,
    RESCHEDULED,
)
from plimsoll.loan.terms import Terms
from plimsoll.risk.classify.policy import Policies
from plimsoll.risk.classify.trigger import REQUESTS, TRIGGER, triggers_of
from plimsoll.risk.credit.month import ADVERSE as ADVERSE_LETTERS
from plimsoll.risk.credit.month import BEFORE, BUCKET_DAYS, BUCKET_LAST, NORMAL, NOTHING, RECOVERED, SETTLED, WRITTEN_OFF, month_ends
from plimsoll.risk.credit.on_file import ADVERSE, DELETED, REPORTED
from plimsoll.risk.credit.statement import Account, Statement, judged, marks_of, put_together
from plimsoll.rulebook.lateness import FIVE_CLASSES
from plimsoll.rulebook.rules import Rules
from plimsoll.units.pack import unpack
from plimsoll.units.refusal import Refused

CUSTOMERS_A_PART: Final = 20_000
LAST_DAY: Final = date(9999, 12, 31).toordinal()
TOLD_BY_ITSELF: Final = ADVERSE_LETTERS | {RECOVERED}
"""Letters of loans whose class and defaults are worked out one by one."""
_LOAN: Final = ("customer_id", "product", "currency", "loan_id", "terms")
_LINE: Final = ("customer_id", "cash_limit_minor", "later_limit_minor")


@dataclass(slots=True)
class Known:
    """What the file of the whole book says that statements need: notes of classes, and customers with a default not yet taken back."""

    noted: dict[int, list[Filing]] = field(default_factory=dict)
    adverse: set[int] = field(default_factory=set)
    reported: set[int] = field(default_factory=set)


class Stating:
    """States the loans of a book at the end of a month."""

    def __init__(self, rules: Rules, month: str, months: int, known: Known, threads: int) -> None:
        """Prepare the window of so many months."""
        self.ends = month_ends(month, months)
        self.known = known
        self.threads = threads
        self._policies = Policies(rules)
        self._tolerance = cache(lambda product, opened_on: _tolerance(rules, product, opened_on))

    def part(self, seen: Snapshot, first: int, until: int) -> Iterator[tuple[int, list[Statement]]]:
        """Give the customers of a range, each with the statements of the loans that something is to be said of."""
        past = Past(seen, self.threads, first, until)
        if not len(past.customer_id):
            return
        rows = seen.rows(schema.loan, _LOAN, first, until)
        limits = {row[0]: row[1:] for row in seen.rows(schema.line, _LINE, first, until)}
        out, letters = self._fold(past)
        told = self._told(past, letters)
        of_customer: list[Statement] = []
        before = 0
        for place in np.flatnonzero(told).tolist():
            customer_id, product, currency, loan_id, packed = rows[place]
            if customer_id != before and of_customer:
                yield before, of_customer
                of_customer = []
            before = customer_id
            limit = limits.get(customer_id, (0, 0))[int(past.is_account[place])]
            account = Account(loan_id, product, currency, int(past.opened_on[place]), limit)
            payments = letters[place].tobytes().decode()
            of_customer.append(self._state(past, place, account, out[place].tolist(), payments, packed))
        if of_customer:
            yield before, of_customer

    def _fold(self, past: Past) -> tuple[Ints, "np.ndarray[Any, np.dtype[np.uint8]]"]:
        """Fold all loans to each month's end: the numbers of the last one, and the letters of all."""
        letters = np.full((len(past.customer_id), len(self.ends)), ord(BEFORE), np.uint8)
        first = int(past.opened_on.min())
        out = past.at(self.ends[-1])
        for place, day in enumerate(self.ends[:-1]):
            if day >= first:
                letters[:, place] = letters_of(past.at(day))
        letters[:, -1] = letters_of(out)
        return out, letters

    def _told(self, past: Past, letters: "np.ndarray[Any, np.dtype[np.uint8]]") -> "np.ndarray[Any, np.dtype[np.bool_]]":
        """Tell which loans something is to be said of: all that are not over, and those of whom something may have to be taken back."""
        last, before = letters[:, -1], letters[:, -2]
        over = (last == ord(BEFORE)) | ((last == before) & np.isin(last, (ord(SETTLED), ord(RECOVERED))))
        forced = np.isin(past.customer_id, np.fromiter(self.known.adverse, np.int64, len(self.known.adverse)))
        skipped = np.isin(past.customer_id, np.fromiter(self.known.reported, np.int64, len(self.known.reported)))
        told: np.ndarray[Any, np.dtype[np.bool_]] = (~over | (forced & (last != ord(BEFORE)))) & ~skipped
        return told

    def _state(self, past: Past, place: int, account: Account, out: list[int], payments: str, packed: bytes) -> Statement:
        """State one loan: from its numbers where it was always on time, else with its class and defaults folded by itself."""
        customer_id = int(past.customer_id[place])
        kinds = past.facts[past.facts_at[place] : past.facts_at[place + 1], F_KIND]
        is_noted = customer_id in self.known.noted or customer_id in self.known.adverse
        if not (is_noted or set(payments) & TOLD_BY_ITSELF or np.isin(kinds, (RESCHEDULED, PAUSED)).any()):
            return put_together(account, out, payments, FIVE_CLASSES[0], ())
        facts = facts_of(past, place)
        noted = triggers_of(self.known.noted.get(customer_id, ()), account.loan_id)
        terms = Terms.unpack(account.currency, tuple(unpack(packed)))
        days = self._tolerance(account.product, account.opened_on)
        found = judged(terms, facts, noted, self._policies, self.ends[-1], days)
        assert not isinstance(found, Refused), "facts that were accepted fold again"
        five, defaults = found
        return put_together(account, out, payments, five, defaults, marks_of(facts, noted, self.ends[-1]))


def letters_of(out: Ints) -> "np.ndarray[Any, np.dtype[np.uint8]]":
    """Give the letter of every loan by its measured numbers: what `risk.credit.month.letter` gives, in columns."""
    status, late = out[:, O_STATUS], out[:, O_LATE_DAYS]
    owed = out[:, O_PRINCIPAL] + out[:, O_INTEREST] + out[:, O_PENALTY] + out[:, O_FEE]
    buckets = np.minimum((late + BUCKET_DAYS - 1) // BUCKET_DAYS, BUCKET_LAST) + ord("0")
    is_off = status == CHARGED_OFF
    cases = (status == PENDING, is_off & (out[:, O_CLAIM] > 0), is_off, late > 0, status == PAID_OFF, owed > 0)
    chosen = (ord(BEFORE), ord(WRITTEN_OFF), ord(RECOVERED), buckets, ord(SETTLED), ord(NORMAL))
    return np.select(cases, chosen, ord(NOTHING)).astype(np.uint8)


def facts_of(past: Past, place: int) -> tuple[Fact, ...]:
    """Give the facts of a loan out of the columns, in the order recorded."""
    rows = past.facts[past.facts_at[place] : past.facts_at[place + 1]].tolist()
    ends = [(row[F_MORE_AT], row[F_MORE_AT] + row[F_MORE_AT + 1]) for row in rows]
    return tuple(Fact._make((*row[:F_MORE_AT], tuple(past.more[low:high].tolist()))) for row, (low, high) in zip(rows, ends, strict=True))


def read_known(store: Store, month: str, end: int) -> Known:
    """Read what the file of the whole book says that statements need, a page at a time."""
    known = Known()
    for kind in (TRIGGER, *REQUESTS):
        for customer_id, filing in filings_on(store, kind, 1, end):
            known.noted.setdefault(customer_id, []).append(filing)
    for filings in known.noted.values():
        filings.sort(key=lambda one: one.n)
    told: dict[int, int] = {}
    for kind, by in ((ADVERSE, 1), (DELETED, -1)):
        for customer_id, _ in filings_on(store, kind, 1, LAST_DAY):
            told[customer_id] = told.get(customer_id, 0) + by
    known.adverse = {customer_id for customer_id, count in told.items() if count > 0}
    known.reported = {customer_id for customer_id, filing in filings_on(store, REPORTED, end, LAST_DAY) if filing.subject == month}
    return known


def report_month(
    store: Store, wiring: Wiring, month: str, months: int, *, on: date, now: datetime, actor: str, rules: Rules, threads: int = 1
) -> Iterator[tuple[int, RowOutcome]]:
    """State every loan at the end of a month and put it on file; give the customer and the outcome of each, customers in order.

    Customers whose month is on file already are passed over, so that it can be done again after a crash.
    """
    stating = Stating(rules, month, months, read_known(store, month, month_ends(month, 1)[0]), threads)
    with snapshot(store) as seen:
        bounds = seen.bounds(CUSTOMERS_A_PART)
    for first, until in bounds:
        with snapshot(store) as seen:
            part = list(stating.part(seen, first, until))
        commands = [
            ReportRecords(f"bureau {month} {customer_id}", customer_id, on, month, body_of({"statements": [one.said() for one in said]}))
            for customer_id, said in part
        ]
        outcomes = execute_many(store, wiring, commands, actor=actor, now=now, rules=rules)
        yield from zip((one.customer_id for one in commands), outcomes, strict=True)


def records_of(store: Store, month: str) -> Iterator[Mapping[str, Any]]:
    """Give the records that are on file as reported for a month, in the order of the days they were filed, then of customers."""
    for _, filing in filings_on(store, REPORTED, month_ends(month, 1)[0], LAST_DAY):
        if filing.subject == month:
            yield from read_body(filing)["records"]


def left_out_of(store: Store, month: str) -> Iterator[tuple[int, Mapping[str, Any]]]:
    """Give what was left out of a month, with the customer."""
    for customer_id, filing in filings_on(store, REPORTED, month_ends(month, 1)[0], LAST_DAY):
        if filing.subject == month:
            yield from ((customer_id, one) for one in read_body(filing)["left_out"])


def _tolerance(rules: Rules, product: str, opened_on: int) -> int:
    version = rules.product(product, date.fromordinal(opened_on))
    return 0 if isinstance(version, Refused) else version.tolerance_days
