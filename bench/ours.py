"""The made-up columns of loans as the kernel's terms and facts."""

from __future__ import annotations

from bench.columns import AS_OF, INSTALMENTS, Loans, month_later
from plimsoll.loan.classes import bucket
from plimsoll.loan.facts import KINDS, Fact
from plimsoll.loan.fold import fold
from plimsoll.loan.layout import EQUAL_INSTALMENT, SAME_ORDER, T_INSTALMENT
from plimsoll.loan.state import read_state
from plimsoll.loan.terms import DueDays, LoanRate, LoanTerms, Terms, write_loan
from plimsoll.units.days import MONTHS
from plimsoll.units.refusal import Refused

Life = tuple[Terms, tuple[Fact, ...]]
REPAID = KINDS["repaid"]
MILLION = 1_000_000


def terms_of(loans: Loans, at: int) -> Terms:
    """Return the terms of one loan of the columns, with its stored instalment."""
    drawn = int(loans.disbursed_on[at])
    written = write_loan(
        LoanTerms(
            currency="CNY",
            principal_minor=int(loans.principal_minor[at]),
            rate=LoanRate(int(loans.rate_ppm[at]), MILLION),
            repayment=EQUAL_INSTALMENT,
            disbursed_on=drawn,
            due=DueDays(INSTALMENTS, MONTHS, 1, month_later(drawn, 1)),
            allocation=SAME_ORDER,
        )
    )
    vector = list(written.vector)
    vector[T_INSTALMENT] = int(loans.instalment_minor[at])
    return written._replace(vector=tuple(vector))


def lives(loans: Loans, count: int) -> list[Life]:
    """Return terms and facts of the first `count` loans."""
    found = []
    for at in range(count):
        repaid = range(int(loans.paid_from[at]), int(loans.paid_from[at + 1]))
        facts = tuple(Fact(REPAID, int(loans.paid_on[k]), int(loans.paid_minor[k])) for k in repaid)
        found.append((terms_of(loans, at), facts))
    return found


def interpreted(lived: list[Life]) -> list[tuple[int, int, int, int]]:
    """Return principal, interest, days past due and bucket of each loan on `AS_OF`, folded by plain Python."""
    found = []
    for terms, facts in lived:
        standing = fold(terms, facts, AS_OF)
        assert not isinstance(standing, Refused), standing
        state = read_state(terms, standing)
        found.append((state.principal, state.interest, state.past_due_days, bucket(state.past_due_days)))
    return found
