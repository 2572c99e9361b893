"""Join a pay-later account: from which sums on its funders have their part of it.

An account is one loan whose purchases, bills and instalment plans come and go, and what is paid is not told apart by purchase. So whoever
takes a part of it takes that part of all that flows from its day on, and takes over the same part of what was owed already, at its
principal: as if that had been lent to the borrower on the day. Nobody joins while interest, penalty or fees are owed or something is past
due, since these were earned, and that loss was made, before.
"""

from collections.abc import Sequence

from plimsoll.loan.facts import Fact
from plimsoll.loan.fold import fold
from plimsoll.loan.layout import (
    CHARGED_OFF,
    O_CREDIT,
    O_CUMULATIVE,
    O_FEE,
    O_INTEREST,
    O_LATE_DAYS,
    O_PENALTY,
    O_PRINCIPAL,
    O_STATUS,
)
from plimsoll.loan.state import measured
from plimsoll.loan.terms import Terms
from plimsoll.treasury.settle import Owed, Sums
from plimsoll.units.refusal import Refused

EARNED = (O_INTEREST, O_PENALTY, O_FEE)


def join_before(terms: Terms, facts: Sequence[Fact], day: int) -> Sums | Refused:
    """Give the sums from which on those have their part who join an account on a day: as of the evening before, less what was owed then.

    Refuses account_not_clean.
    """
    out = _evening_before(terms, facts, day)
    if out[O_STATUS] == CHARGED_OFF:
        return Refused("account_not_clean", "", "charged off")
    if out[O_LATE_DAYS] or any(out[place] for place in EARNED):
        owed = sum(out[place] for place in EARNED)
        return Refused("account_not_clean", "", f"{out[O_LATE_DAYS]} days past due, {owed} minor units of interest, penalty and fees")
    sums = sums_of(out)
    return sums._replace(disbursed=sums.disbursed - out[O_PRINCIPAL])


def stands_before(terms: Terms, facts: Sequence[Fact], day: int) -> tuple[Sums, Owed]:
    """Give what had flowed on an account by the evening before a day, and what was owed then."""
    out = _evening_before(terms, facts, day)
    return sums_of(out), Owed(out[O_PRINCIPAL], out[O_INTEREST], out[O_PENALTY], out[O_FEE])


def _evening_before(terms: Terms, facts: Sequence[Fact], day: int) -> Sequence[int]:
    standing = fold(terms, facts, day - 1)
    assert not isinstance(standing, Refused), "facts that were recorded fold to any day"
    return measured(terms, standing)


def sums_of(out: Sequence[int]) -> Sums:
    """Give what flowed since a loan began from measured numbers (O_*): principal is what came in and back less what went elsewhere."""
    at = O_CUMULATIVE
    interest, penalty, fee = out[at + 5 : at + 8]
    principal = out[at + 2] + out[at + 3] - interest - penalty - fee - out[O_CREDIT]
    return Sums(out[at], principal, interest, penalty, fee, out[at + 4])
