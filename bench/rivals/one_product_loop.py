"""The raw limit of a compiled loop: this one product written out by hand, nothing that a loan could also do."""

from __future__ import annotations

import numba
import numpy as np

from bench.columns import AS_OF, INSTALMENTS, OLDEST_DAYS, Days, Loans, Minor

FIRST = AS_OF - OLDEST_DAYS


@numba.njit(nogil=True, parallel=True)
def states(drawn: Days, principal: Minor, rate: Minor, level: Minor, start: Minor, paid: Minor, due: Days, out: Minor) -> None:
    """Fill `out` (a row a loan) with principal, interest, days past due and bucket on `AS_OF`."""
    for at in numba.prange(len(drawn)):
        days = due[drawn[at] - FIRST]
        cash = 0
        for number in range(start[at], start[at + 1]):
            cash += paid[number]
        balance, since, oldest, late_interest, late_principal = principal[at], drawn[at], 0, 0, 0
        for k in range(INSTALMENTS):
            if days[k] > AS_OF:
                break
            i = (2 * balance * rate[at] * (days[k] - since) + 1_000_000) // 2_000_000
            p = balance if k == INSTALMENTS - 1 else min(level[at] - i, balance)
            balance -= p
            since = days[k]
            unpaid = i + p - cash
            unpaid_interest = max(i - cash, 0)
            cash = max(cash - i - p, 0)
            if unpaid > 0:
                late_interest += unpaid_interest
                late_principal += unpaid - unpaid_interest
                oldest = days[k] if oldest == 0 else oldest
        late = AS_OF - oldest if oldest > 0 else 0
        out[at, 0] = balance + late_principal
        out[at, 1] = late_interest + (2 * balance * rate[at] * (AS_OF - since) + 1_000_000) // 2_000_000
        out[at, 2] = late
        out[at, 3] = 7 if late > 180 else (late + 29) // 30


def run(loans: Loans, due: Days) -> Minor:
    """Return principal, interest, days past due and bucket of each loan."""
    out = np.empty((loans.count(), 4), np.int64)
    terms = (loans.disbursed_on, loans.principal_minor, loans.rate_ppm, loans.instalment_minor)
    states(*terms, loans.paid_from, loans.paid_minor, due, out)
    return out
