"""Every signal of one customer on a day: from months, facts, evidence with consent, links, the log of the vault, and notices."""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from itertools import pairwise
from typing import Final

from sqlalchemy import select

from plimsoll.app.closing.scan import Snapshot, snapshot
from plimsoll.app.database import schema
from plimsoll.app.database.sheet import instant_of
from plimsoll.app.database.store import Store
from plimsoll.app.file import filings_of
from plimsoll.app.vault import PUT
from plimsoll.app.watching.find import IN_LIST, rows_of
from plimsoll.app.watching.shocks import shock_signals
from plimsoll.loan.facts import Fact
from plimsoll.loan.filing import Filing, read_body
from plimsoll.loan.fold import fold
from plimsoll.loan.layout import O_CREDIT, O_CUMULATIVE, O_FEE, O_INTEREST, O_LATE_DAYS, O_PENALTY, O_PRINCIPAL, O_STATUS, OPEN
from plimsoll.loan.state import measured
from plimsoll.loan.terms import Terms, begun_on
from plimsoll.monitoring.conduct import churn, from_conduct, paid_after
from plimsoll.monitoring.signals import CARRIED, IN_FULL, NO_USE, WINDOW, Months, Values, from_file, from_months, payment_drift
from plimsoll.protection.mask import ADDRESS, PHONE
from plimsoll.risk.classify.timeline import timeline
from plimsoll.risk.consent import consents
from plimsoll.rulebook.feature import load as load_features
from plimsoll.units.days import add_months
from plimsoll.units.pack import unpack
from plimsoll.units.refusal import Refused

EVIDENCE: Final = "evidence"
TOLD: Final = (
    *(EVIDENCE, "consent.granted", "consent.withdrawn", "autopay.failed", "hardship.opened"),
    *("complaint.filed", "complaint.closed", "contact.attempted", "contact.outcome", "contact.fact"),
)
"""Filings that say a signal, or whether it may be used."""
MONTH_DAYS: Final = 30
Loans = Sequence[tuple[Terms, tuple[Fact, ...]]]


def signals_of(store: Store, customer_id: int, on: date, now: datetime) -> Values | None:
    """Give every signal of the catalogue by name, None where it is not known; None for a customer without a line.

    Evidence of a source counts while its consent is in force at an instant.
    """
    day = on.toordinal()
    line = schema.line.c
    limit = next((row[0] for row in rows_of(store, select(line.limit_minor).where(line.customer_id == customer_id))), 0)
    if limit <= 0:
        return None
    with snapshot(store) as seen:
        loans = _loans(seen, customer_id, day)
    filings = filings_of(store, customer_id)
    values = from_months(_months(loans, limit, day))
    values |= from_file(_usable(filings, now), day, load_features()) | from_conduct(filings, day)
    values |= churn(_since(store, (customer_id,)).get(customer_id, {}), day)
    values["payment_drift"] = drift(loans, day)
    return values | shock_signals(store, customer_id, on)


def told_signals(store: Store, customers: Sequence[int], on: date, now: datetime) -> dict[int, Values]:
    """Give the signals that single events and evidence say of some customers, of those of whom there are any; one statement a page."""
    day, table, told = on.toordinal(), schema.filing.c, dict[int, list[Filing]]()
    chosen = select(schema.filing).where(table.kind.in_(TOLD), table.effective_on <= on).order_by(table.customer_id, table.n)
    for first in range(0, len(customers), IN_LIST):
        for row in rows_of(store, chosen.where(table.customer_id.in_(customers[first : first + IN_LIST]))):
            known = Filing(row.n, row.kind, row.subject, row.effective_on.toordinal(), instant_of(row.recorded_at), row.actor, row.body)
            told.setdefault(row.customer_id, []).append(known)
    features = load_features()
    return {one: from_file(_usable(filings, now), day, features) | from_conduct(filings, day) for one, filings in told.items()}


def event_values(store: Store, customers: Sequence[int], paid: Collection[int], on: date, now: datetime) -> dict[int, Values]:
    """Give what single events say of some customers with a line on a day, and of those of them who paid how payments drift.

    As `signals_of` says it; of nobody else anything is read. One statement a page and source; a loan of who paid is folded once.
    """
    line, day = schema.line.c, on.toordinal()
    lined: list[int] = []
    for first in range(0, len(customers), IN_LIST):
        chosen = select(line.customer_id).where(line.customer_id.in_(customers[first : first + IN_LIST]), line.limit_minor > 0)
        lined += [row.customer_id for row in rows_of(store, chosen)]
    if not lined:
        return {}
    told, since = told_signals(store, lined, on, now), _since(store, lined)
    values = {one: told.get(one, {}) | churn(since.get(one, {}), day) for one in lined}
    if drifting := [one for one in lined if one in paid]:
        with snapshot(store) as seen:
            for one in drifting:
                values[one]["payment_drift"] = drift(_loans(seen, one, day), day)
    return values


def drift(loans: Loans, day: int) -> float | None:
    """Give the payment drift over all loans of a customer: their due days of half a year in order, each with the days it took to pay."""
    lags: list[tuple[int, int]] = []
    for terms, facts in loans:
        spans = timeline(terms, facts, day)
        if isinstance(spans, Refused):
            continue
        lags += [one for one in paid_after(spans) if one[0] > add_months(day, -WINDOW)]
    return payment_drift([days for _, days in sorted(lags)])


def _loans(seen: Snapshot, customer_id: int, day: int) -> Loans:
    rows = seen.rows(schema.loan, ("loan_id", "opened_on", "currency", "terms"), customer_id, customer_id + 1)
    return [
        (Terms.unpack(currency, tuple(unpack(packed))), seen.facts(customer_id, loan_id))
        for loan_id, opened_on, currency, packed in rows
        if opened_on <= day
    ]


def _months(loans: Loans, limit_minor: int, day: int) -> Months:
    """Give the months of one customer as `watch_book.read_panel` gives those of a book."""
    owed, received, late = [], [], []
    for back in range(WINDOW, -1, -1):
        out = [_measured(terms, facts, add_months(day, -back)) for terms, facts in loans]
        owed.append(sum(_balance(one) for one in out if one and one[O_STATUS] == OPEN))
        received.append(sum(one[O_CUMULATIVE + 2] for one in out if one))
        late.append(max((one[O_LATE_DAYS] for one in out if one), default=0))
    paid = [0, *(after - before for before, after in pairwise(received))]
    return Months(limit_minor, owed, paid, [_state(owed, paid, late, at) for at in range(len(owed))])


def _balance(out: Sequence[int]) -> int:
    return out[O_PRINCIPAL] + out[O_INTEREST] + out[O_PENALTY] + out[O_FEE] - out[O_CREDIT]


def _measured(terms: Terms, facts: tuple[Fact, ...], day: int) -> list[int]:
    """Measure a loan on a day; nothing before it began."""
    if begun_on(terms) > day:
        return []
    standing = fold(terms, facts, day)
    assert not isinstance(standing, Refused), "facts that were accepted fold again"
    return measured(terms, standing)


def _state(owed: Sequence[int], paid: Sequence[int], late: Sequence[int], at: int) -> int:
    """Give the state of a month: months late, or no use, paid in full, carried on."""
    if late[at] > 0:
        return -(-late[at] // MONTH_DAYS)
    before = owed[max(at - 1, 0)]
    if owed[at] <= 0 and before <= 0:
        return NO_USE
    return IN_FULL if before > 0 and paid[at] >= before else CARRIED


def _usable(filings: Sequence[Filing], now: datetime) -> list[Filing]:
    """Give what may be used: of evidence only that of sources whose consent is in force."""
    agreed = {purpose for purpose, consent in consents(filings, now).items() if consent.is_granted}
    return [one for one in filings if one.kind != EVIDENCE or one.subject in agreed or "items" not in read_body(one)]


def _since(store: Store, customers: Sequence[int]) -> dict[int, dict[str, list[int]]]:
    """Give the days on which devices and numbers of customers were first seen, and on which number and address were written."""
    link, access = schema.link.c, schema.vault_access.c
    found: dict[int, dict[str, list[int]]] = {}
    for first in range(0, len(customers), IN_LIST):
        some = customers[first : first + IN_LIST]
        for row in rows_of(store, select(link.customer_id, link.kind, link.since).where(link.customer_id.in_(some))):
            found.setdefault(row.customer_id, {}).setdefault(row.kind, []).append(row.since.toordinal())
        chosen = select(access.customer_id, access.field, access.at).where(access.customer_id.in_(some), access.action == PUT)
        for row in rows_of(store, chosen.where(access.field.in_((PHONE, ADDRESS)))):
            kind = "phone_written" if row.field == PHONE else "address"
            found.setdefault(row.customer_id, {}).setdefault(kind, []).append(row.at.toordinal())
    return found
