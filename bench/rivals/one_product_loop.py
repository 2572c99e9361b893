"""The raw limit of a compiled loop: this one product written out by hand, nothing that a loan could also do."""

from __future__ import annotations

import numba
import numpy as np

from bench.columns import AS_OF, INSTALMENTS, OLDEST_DAYS, OUTPUTS, Days, Loans, Minor

FIRST = AS_OF - OLDEST_DAYS


@numba.njit(nogil=True, parallel=True)
def states(drawn: Days, principal: Minor, rate: Minor, level: Minor, start: Minor, paid: Minor, due: Days, out: Minor) -> None:
    """Fill `out` (a row a loan) with `OUTPUTS` on `AS_OF`."""
    for at in numba.prange(len(drawn)):
        days = due[drawn[at] - FIRST]
        received = 0
        for number in range(start[at], start[at + 1]):
            received += paid[number]
        cash, balance, since, oldest = received, principal[at], drawn[at], 0
        interest_due, late_interest, late_principal, today_principal, today_interest, penalty = 0, 0, 0, 0, 0, 0
        for k in range(INSTALMENTS):
            if days[k] > AS_OF:
                break
            i = (2 * balance * rate[at] * (days[k] - since) + 1_000_000) // 2_000_000
            p = balance if k == INSTALMENTS - 1 else min(level[at] - i, balance)
            balance -= p
            since = days[k]
            interest_due += i
            unpaid = i + p - cash
            unpaid_interest = max(i - cash, 0)
            cash = max(cash - i - p, 0)
            if unpaid > 0:
                late_interest += unpaid_interest
                late_principal += unpaid - unpaid_interest
                penalty += ((unpaid - unpaid_interest) * rate[at] * 3 * (AS_OF - since) + 1_000_000) // 2_000_000
                oldest = days[k] if oldest == 0 else oldest
                if since == AS_OF:
                    today_principal, today_interest = unpaid - unpaid_interest, unpaid_interest
        late = AS_OF - oldest if oldest > 0 else 0
        accrued = (2 * balance * rate[at] * (AS_OF - since) + 1_000_000) // 2_000_000
        owed = balance + late_principal + late_interest + accrued + penalty
        row = out[at]
        row[0], row[1] = balance + late_principal, late_principal - today_principal
        row[2], row[3] = late_interest + accrued, late_interest - today_interest
        row[4], row[5], row[6], row[7], row[8] = penalty, owed, late, min((late + 29) // 30, 7), oldest
        row[9], row[10], row[11] = received, interest_due - late_interest, owed > 0


def run(loans: Loans, due: Days) -> Minor:
    """Return `OUTPUTS` of each loan."""
    out = np.empty((loans.count(), len(OUTPUTS)), np.int64)
    terms = (loans.disbursed_on, loans.principal_minor, loans.rate_ppm, loans.instalment_minor)
    states(*terms, loans.paid_from, loans.paid_minor, due, out)
    return out
