"""The end of a day in the general ledger: the standing accrual by product, and the control totals that prove the day.

Interest grows with the days, but entries are posted only when something happens to a loan. The standing accrual is the difference:
what loans have earned by a day and their entries do not yet show, one amount by product and account, replaced every day.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

import numpy as np
from sqlalchemy import insert

from plimsoll.app.closing.control import Control as Control  # noqa: PLC0414 -- also known from here
from plimsoll.app.closing.scan import snapshot
from plimsoll.app.closing.tape import NUMBERS, Part, TapeWriter, digest_of, scan
from plimsoll.app.database import schema
from plimsoll.app.database.store import Store
from plimsoll.app.held_money import house_balances
from plimsoll.ledger.chart import CODES

Key = tuple[str, str]
"""Product and currency."""


@dataclass(slots=True)
class Totals:
    """What a day adds up to, by product and currency: balances and posted by account, and the money columns of the tape."""

    loans: int = 0
    balances: dict[Key, Any] = field(default_factory=lambda: defaultdict(lambda: np.zeros(len(CODES), np.int64)))
    posted: dict[Key, Any] = field(default_factory=lambda: defaultdict(lambda: np.zeros(len(CODES), np.int64)))
    tape: dict[Key, Any] = field(default_factory=lambda: defaultdict(lambda: np.zeros(len(NUMBERS), np.int64)))

    def add(self, part: Part) -> None:
        """Add some loans."""
        self.loans += len(part.loans.loan_id)
        tape = part.out[:, [place for _, place in NUMBERS]]
        for place, offer in enumerate(part.loans.offers):
            mask = part.loans.offer == place
            product, _, currency = offer.rpartition(" ")
            self.balances[product, currency] += part.balances[mask].sum(axis=0)
            self.posted[product, currency] += part.posted[mask].sum(axis=0)
            self.tape[product, currency] += tape[mask].sum(axis=0)


def stand(store: Store, day: int, now: datetime, *, tape: Path | None, threads: int = 1) -> Control:
    """Scan the book at the end of a day: write the tape, book the standing accrual, and prove the totals.

    The scan and the sums of the journal are of one moment. Writing the standing accrual again for a day does nothing.
    """
    totals = Totals()
    writer = TapeWriter(tape, day) if tape is not None else None
    with snapshot(store) as seen:
        for part in scan(seen, day, threads=threads):
            totals.add(part)
            if writer is not None:
                writer.write(part)
        journal = seen.sum_legs_until(day)
    written = writer.finish() if writer is not None else None
    standing = _book_standing(store, day, now, totals)
    found = control(day, totals, journal, house_balances(store, date.fromordinal(day)))
    return replace(found, standing=standing, tape_sha256=digest_of(written) if written is not None else "")


def _book_standing(store: Store, day: int, now: datetime, totals: Totals) -> dict[str, dict[str, int]]:
    """Append the standing accrual of a day, unless it is there; give it as it then stands, by product and currency, and by account."""
    on = date.fromordinal(day)
    rows = [
        {"accrued_on": on, "product": product, "currency": currency, "account": account, "minor": int(minor), "recorded_at": now}
        for (product, currency), balances in totals.balances.items()
        for account, minor in enumerate(balances - totals.posted[product, currency])
        if minor
    ]
    table = schema.standing_accrual
    with store.changing() as connection:
        known = connection.execute(table.select().where(table.c.accrued_on == on).limit(1)).first()
        if rows and known is None:
            connection.execute(insert(table), rows)
        found: dict[str, dict[str, int]] = {}
        for row in connection.execute(table.select().where(table.c.accrued_on == on)):
            found.setdefault(f"{row.product} {row.currency}", {})[CODES[row.account]] = row.minor
    return found


def control(day: int, totals: Totals, journal: list[tuple[str, int, int, int]], house: Mapping[str, Mapping[str, int]]) -> Control:
    """Hold tape, sub-ledger and general ledger against each other, to the minor unit.

    `journal` has currency, 1 for legs of loans and 0 for those of customers, account, minor units; `house` by currency the balances of
    money that is no customer's.
    """
    breaches: list[str] = []
    ledger: dict[str, dict[str, int]] = {}
    tape: dict[str, dict[str, int]] = {}
    of_loans: dict[tuple[str, int], int] = defaultdict(int)
    for currency, is_loan, account, minor in journal:
        if is_loan:
            of_loans[currency, account] += minor
        ledger.setdefault(currency, dict.fromkeys(CODES, 0))[CODES[account]] += minor
    currencies = sorted({currency for _, currency in totals.balances} | {currency for currency, _, _, _ in journal} | set(house))
    for currency in currencies:
        keys = [key for key in totals.balances if key[1] == currency]
        balances = sum((totals.balances[key] for key in keys), np.zeros(len(CODES), np.int64))
        posted = sum((totals.posted[key] for key in keys), np.zeros(len(CODES), np.int64))
        sums = sum((totals.tape[key] for key in keys), np.zeros(len(NUMBERS), np.int64))
        tape[currency] = {name: int(minor) for (name, _), minor in zip(NUMBERS, sums, strict=True)}
        known = ledger.setdefault(currency, dict.fromkeys(CODES, 0))
        for account, code in enumerate(CODES):
            if of_loans[currency, account] != posted[account]:
                breaches.append(f"{currency} {code}: entries {of_loans[currency, account]}, loans posted {posted[account]}")
            known[code] += int(balances[account] - posted[account])
        breaches += against_tape(currency, known, tape[currency])
        for code, minor in house.get(currency, {}).items():
            known[code] = known.get(code, 0) + minor
        if sum(known.values()):
            breaches.append(f"{currency}: the general ledger sums to {sum(known.values())}")
    return Control(day, totals.loans, ledger, tape, tuple(breaches))


def against_tape(currency: str, ledger: Mapping[str, int], tape: Mapping[str, int]) -> list[str]:
    """Compare the general ledger with the tape where one account is one column."""
    pairs = (
        ("asset.loan.principal", ledger["asset.loan.principal"], tape["principal_minor"]),
        ("asset.loan.fee", ledger["asset.loan.fee"], tape["fee_minor"]),
        (
            "interest and penalty receivable, suspended included",
            ledger["asset.loan.interest"] + ledger["asset.loan.penalty"] + ledger["memo.suspended"],
            tape["interest_minor"] + tape["penalty_minor"],
        ),
        ("memo.claim", ledger["memo.claim"], tape["claim_minor"]),
        ("asset.merchant", ledger["asset.merchant"], tape["refunded_minor"]),
    )
    return [f"{currency} {name}: ledger {booked}, tape {scanned}" for name, booked, scanned in pairs if booked != scanned]
