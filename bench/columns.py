"""Make up columns of loans: twelve level monthly instalments, most of them paid, some late, some paid in part.

Late principal costs half as much again as the rate. Everybody pays on due days or not at all, and nobody ahead, because expressions
over whole columns can say no more than that; the kernel gets the same loans with nothing of it removed.
"""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

Days = NDArray[np.int32]
Minor = NDArray[np.int64]

AS_OF = date(2026, 6, 30).toordinal()
INSTALMENTS = 12
OLDEST_DAYS = 450
RATES_PPM = (200, 300, 400)
OUTPUTS = (
    "principal",
    "principal_late",
    "interest",
    "interest_late",
    "penalty",
    "payoff",
    "past_due_days",
    "bucket",
    "oldest_due",
    "received",
    "interest_paid",
    "is_open",
)
MONTH_DAYS = 30.44


@dataclass(frozen=True, slots=True)
class Loans:
    """Columns of loans and their repayments. Repayments of loan i stand at `[paid_from[i], paid_from[i + 1])`, by day."""

    disbursed_on: Days
    principal_minor: Minor
    rate_ppm: Minor
    instalment_minor: Minor
    paid_from: Minor
    paid_on: Days
    paid_minor: Minor

    def count(self) -> int:
        """Return how many loans there are."""
        return len(self.disbursed_on)


def month_later(day: int, months: int) -> int:
    """Return the same day of the month some months later, or the last day of a shorter month."""
    start = date.fromordinal(day)
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    return date(year, month + 1, min(start.day, monthrange(year, month + 1)[1])).toordinal()


def due_days() -> Days:
    """Return the twelve due days of a loan drawn on each day that occurs: row 0 is `OLDEST_DAYS` before `AS_OF`.

    They keep the day of the month of the first one, which is a month after the draw.
    """
    firsts = [month_later(day, 1) for day in range(AS_OF - OLDEST_DAYS, AS_OF + 1)]
    return np.array([[month_later(first, k) for k in range(INSTALMENTS)] for first in firsts], np.int32)


def last_instalment(principal: Minor, rate_ppm: Minor, instalment: Minor, drawn: Days, due: Days) -> Minor:
    """Return what the twelfth instalment comes to when each month's interest is rounded half-up."""
    since = drawn.astype(np.int64)
    asked: Minor = principal
    balance = principal
    for k in range(INSTALMENTS):
        asked = balance + (2 * balance * rate_ppm * (due[:, k] - since) + 1_000_000) // 2_000_000
        balance = asked - instalment
        since = due[:, k].astype(np.int64)
    return asked


def make_up(count: int, seed: int) -> Loans:
    """Return `count` loans: 80 % paid to date, the others one to three instalments behind, a third of those with a part paid."""
    chance = np.random.default_rng(seed)
    calendar = due_days()
    drawn = (AS_OF - chance.integers(0, OLDEST_DAYS, count)).astype(np.int32)
    principal = chance.integers(500, 20_000, count) * 100
    rate_ppm = chance.choice(np.array(RATES_PPM), count)
    growth = rate_ppm * 1e-6 * MONTH_DAYS
    instalment = np.rint(principal * growth / (1 - (1 + growth) ** -INSTALMENTS)).astype(np.int64)
    due = calendar[drawn - (AS_OF - OLDEST_DAYS)]
    behind = np.where(chance.random(count) < 0.8, 0, chance.integers(1, 4, count))
    whole = np.maximum((due <= AS_OF).sum(1) - behind, 0)
    parts = whole + ((behind > 0) & (chance.random(count) < 1 / 3) & (whole < (due <= AS_OF).sum(1)))
    start = np.concatenate(([0], np.cumsum(parts)))
    loan = np.repeat(np.arange(count), parts)
    number = np.arange(start[-1]) - start[loan]
    amount = instalment[loan]
    last = last_instalment(principal, rate_ppm, instalment, drawn, due)
    amount = np.where(number == INSTALMENTS - 1, last[loan], amount)
    amount = np.where(number == whole[loan], amount // 3, amount)
    return Loans(drawn, principal, rate_ppm, instalment, start, due[loan, number], amount)
