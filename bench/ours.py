"""The made-up columns of loans as the kernel's terms and facts: one by one for plain Python, as arrays for the compiled kernel."""

from __future__ import annotations

import numpy as np

from bench.columns import AS_OF, INSTALMENTS, OLDEST_DAYS, Loans, Minor, due_days, month_later
from plimsoll.loan.columns import Folded, Histories, fold_many
from plimsoll.loan.facts import KINDS, Fact
from plimsoll.loan.fold import fold
from plimsoll.loan.layout import (
    EQUAL_INSTALMENT,
    F_AMOUNT,
    F_KIND,
    F_ON,
    F_SIZE,
    O_CUMULATIVE,
    O_INTEREST,
    O_INTEREST_LATE,
    O_LATE_DAYS,
    O_OLDEST,
    O_PAYOFF,
    O_PENALTY,
    O_PRINCIPAL,
    O_PRINCIPAL_LATE,
    O_STATUS,
    OPEN,
    T_DISBURSED_ON,
    T_FIRST_DUE,
    T_INSTALMENT,
    T_PENALTY_NUM,
    T_PRINCIPAL,
    T_RATE_NUM,
)
from plimsoll.loan.state import measured
from plimsoll.loan.terms import DueDays, LoanRate, LoanTerms, Terms, write_loan
from plimsoll.units.days import MONTHS
from plimsoll.units.refusal import Refused

Life = tuple[Terms, tuple[Fact, ...]]
REPAID = KINDS["repaid"]
MILLION = 1_000_000
RECEIVED, INTEREST_PAID = 2, 5  # places among the sums that `loan.measure` lists


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
            penalty_num=3 * int(loans.rate_ppm[at]),
            penalty_den=2 * MILLION,
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


def interpreted(lived: list[Life]) -> list[list[int]]:
    """Return where each loan stands on `AS_OF`, folded and measured by plain Python."""
    found = []
    for terms, facts in lived:
        standing = fold(terms, facts, AS_OF)
        assert not isinstance(standing, Refused), standing
        found.append(measured(terms, standing))
    return found


def histories(loans: Loans) -> Histories:
    """Return terms and facts of all loans as the arrays that the compiled kernel takes."""
    count = loans.count()
    terms = np.tile(np.array(terms_of(loans, 0).vector, np.int64), (count, 1))
    terms[:, T_PRINCIPAL] = loans.principal_minor
    terms[:, T_RATE_NUM] = loans.rate_ppm
    terms[:, T_PENALTY_NUM] = 3 * loans.rate_ppm
    terms[:, T_DISBURSED_ON] = loans.disbursed_on
    terms[:, T_FIRST_DUE] = due_days()[loans.disbursed_on - (AS_OF - OLDEST_DAYS), 0]
    terms[:, T_INSTALMENT] = loans.instalment_minor
    facts = np.zeros((len(loans.paid_on), F_SIZE), np.int64)
    facts[:, F_KIND] = REPAID
    facts[:, F_ON] = loans.paid_on
    facts[:, F_AMOUNT] = loans.paid_minor
    none = np.zeros(count, np.int64)
    return Histories(terms, none, np.zeros(1, np.int64), none, facts.reshape(-1), loans.paid_from, np.zeros(1, np.int64))


def compiled(book: Histories, threads: int, into: Folded | None = None) -> Folded:
    """Return where each loan stands on `AS_OF`, folded by the compiled kernel, over an earlier answer if there is one."""
    count = len(book.terms)
    return fold_many(book, np.full(count, AS_OF), np.full(count, INSTALMENTS), threads=threads, into=into)


def answers(out: Minor) -> Minor:
    """Return `OUTPUTS` of each loan from the kernel's numbers, to compare with others."""
    late, status = out[:, O_LATE_DAYS], out[:, O_STATUS]
    kept = [out[:, at] for at in (O_PRINCIPAL, O_PRINCIPAL_LATE, O_INTEREST, O_INTEREST_LATE, O_PENALTY, O_PAYOFF)]
    paid = [out[:, O_CUMULATIVE + at] for at in (RECEIVED, INTEREST_PAID)]
    return np.stack([*kept, late, np.minimum((late + 29) // 30, 7), out[:, O_OLDEST], *paid, status == OPEN], axis=1)
