"""Random lives as the kernel reads them."""

from random import Random

from plimsoll.interfaces.case.facts import read_facts
from plimsoll.interfaces.case.fields import day_of
from plimsoll.interfaces.case.terms import read_account_terms, read_loan_terms
from plimsoll.loan.bill import month_day
from plimsoll.loan.facts import Fact
from plimsoll.loan.layout import (
    BULLET,
    CHARGED_OFF_FACT,
    CONVERTED,
    EQUAL_INSTALMENT,
    EQUAL_PRINCIPAL,
    FEE_PLAN,
    INTEREST_FIRST,
    NOTED,
    PAUSED,
    PURCHASED,
    RECOVERED,
    REFUNDED,
    REPAID,
    RESCHEDULED,
    REVERSED,
    SETTLED,
    T_INSTALMENT,
    TRANSFERRED,
    WAIVED,
)
from plimsoll.loan.terms import AccountTerms, DueDays, LoanRate, LoanTerms, Terms, write_account, write_loan
from plimsoll.units.days import ACTUAL_360, ACTUAL_365, DAYS, MONTHS, WEEKS, basis
from plimsoll.units.refusal import Malformed
from tests.machine.lives import account_case, loan_case

Life = tuple[Terms, list[Fact], int]
RARE_OF_LOANS = (SETTLED, REFUNDED, WAIVED, REVERSED, RESCHEDULED, PAUSED, CHARGED_OFF_FACT, RECOVERED, TRANSFERRED, NOTED)
LOAN_KINDS = (*[REPAID] * 4, *RARE_OF_LOANS)
ACCOUNT_KINDS = (*[PURCHASED] * 3, *[REPAID] * 3, REFUNDED, CONVERTED, SETTLED, WAIVED, REVERSED, PAUSED, NOTED)


def life(seed: int) -> Life | None:
    """Give one random life as the kernel reads it; every third is a pay-later account."""
    case = account_case(Random(seed), "life") if seed % 3 == 0 else loan_case(Random(seed), "life")
    as_of = day_of(case["as_of"], "as_of")
    try:
        if "terms" in case:
            agreed = read_loan_terms(case["terms"])
            return write_loan(agreed), read_facts(case["facts"], agreed.currency, case["terms"], False).facts, as_of
        facts = read_facts(case["facts"], "CNY", {}, True).facts
        first = min((fact.on for fact in facts), default=as_of)
        return write_account(read_account_terms(case["account"], first)), facts, as_of
    except Malformed:
        return None


def wild_life(seed: int) -> Life:
    """Give one random life made without asking whether the rules allow it: refusals must be equal too. Much quicker than `life`."""
    chance = Random(seed)
    start = chance.randrange(738_000, 740_500)
    if seed % 4 == 0:
        return _wild_account(chance, start)
    repayment = chance.choice((EQUAL_INSTALMENT, EQUAL_INSTALMENT, EQUAL_PRINCIPAL, INTEREST_FIRST, FEE_PLAN, BULLET))
    count = chance.choice((0, 1)) if repayment == BULLET else chance.choice((1, 3, 6, 12, 12, 24))
    day_count = chance.randrange(7)
    rate = LoanRate(0, 1) if repayment == FEE_PLAN else LoanRate(chance.choice((0, 3, 4, 5)), 10_000)
    if day_count and repayment != FEE_PLAN:
        rate = LoanRate(chance.choice((12, 18, 2399, 94822)), chance.choice((100, 10_000, 1_000_000)), day_count)
        rate = LoanRate(min(rate.num, rate.den // 3), rate.den, day_count)
    unit, step = chance.choice(((MONTHS, 1), (MONTHS, 1), (MONTHS, 3), (WEEKS, 2), (DAYS, 30)))
    due = DueDays(count, unit, step, start, (), 1) if count else DueDays(0)
    if count and chance.random() < 0.2:
        due = DueDays(count, unit, step, 0, tuple(day + chance.randrange(3) for day in due.days()))
    terms = LoanTerms(
        currency="CNY",
        principal_minor=chance.choice((chance.randrange(1, 5_000_000), chance.randrange(1, 300))),
        rate=rate,
        repayment=repayment,
        disbursed_on=start,
        due=due,
        fee_minor=chance.randrange(50_000) if repayment == FEE_PLAN else 0,
        penalty_num=chance.choice((0, 6, 13)),
        penalty_den=20_000,
        grace_days=chance.choice((0, 0, 3)),
        allocation=chance.randrange(2),
        prepayment=chance.randrange(3),
        min_days=chance.choice((0, 0, 1)),
    )
    facts = [_wild_fact(chance, start, terms, number) for number in range(chance.randrange(9))]
    return write_loan(terms), facts, start + chance.randrange(-5, 900)


def payer(seed: int) -> Life:
    """Give the life of a cash loan whose borrower does nothing but pay: in time, late, in part, too much, all at once."""
    chance = Random(seed)
    drawn = chance.randrange(738_000, 740_500)
    count = chance.choice((1, 3, 6, 12, 24))
    unit, step = chance.choice(((MONTHS, 1), (MONTHS, 1), (WEEKS, 2), (DAYS, 30)))
    terms = LoanTerms(
        currency="CNY",
        principal_minor=chance.randrange(300, 5_000_000),
        rate=LoanRate(*chance.choice(((4, 10_000), (0, 1), (18, 100, ACTUAL_365), (9, 100, ACTUAL_360)))),
        repayment=chance.choice((EQUAL_INSTALMENT, EQUAL_INSTALMENT, EQUAL_INSTALMENT, EQUAL_PRINCIPAL, INTEREST_FIRST)),
        disbursed_on=drawn,
        due=DueDays(count, unit, step, drawn, (), 1),
        penalty_num=chance.choice((0, 6, 13)),
        penalty_den=20_000,
        grace_days=chance.choice((0, 0, 3)),
        allocation=chance.randrange(2),
        prepayment=chance.randrange(3),
        min_days=chance.choice((0, 0, 1)),
    )
    written = write_loan(terms)
    asked = written.vector[T_INSTALMENT] or terms.principal_minor // count
    days = [day + chance.choice((0, 0, 0, 5, 40, 100)) for day in terms.due.days() if chance.random() < 0.9]
    paid = [Fact(REPAID, day, asked // chance.choice((1, 1, 1, 1, 3))) for day in sorted(days)]
    if paid and chance.random() < 0.2:
        paid[-1] = Fact(REPAID, paid[-1].on, 3 * terms.principal_minor)
    return written, paid, drawn + chance.randrange(-3, 900)


def _wild_fact(chance: Random, start: int, terms: LoanTerms, number: int) -> Fact:
    on = start + chance.randrange(0 if chance.random() < 0.98 else -3, 500)
    size = max(terms.principal_minor // 5, 1)
    kind = chance.choice(LOAN_KINDS)
    if kind == REVERSED:
        return Fact(REVERSED, on, 0, chance.randrange(number + 2))
    if kind == WAIVED:
        return Fact(WAIVED, on, chance.randrange(200), chance.randrange(1, 4))
    if kind == PAUSED:
        return Fact(PAUSED, on, 0, on + chance.randrange(60), on + chance.randrange(10))
    if kind == RESCHEDULED:
        rate = (0, 0, 0, 1) if chance.random() < 0.5 else (chance.randrange(3), 10_000 * basis(terms.rate.day_count), 1, 9_000)
        plan = chance.choice(((0, 0, 0, 0, 0), (MONTHS, 1, on, chance.randrange(1, 9), 1), (WEEKS, 1, on + 9, 4, 0)))
        return Fact(RESCHEDULED, on, 0, 0, 0, (*rate, chance.choice((-1, 0, 1)), *plan))
    if kind == SETTLED and chance.random() < 0.3:
        return Fact(SETTLED, on, chance.randrange(2 * size), 1)
    return Fact(kind, on, chance.randrange(0 if chance.random() < 0.05 else 1, 2 * size + 2))


def _wild_account(chance: Random, start: int) -> Life:
    bill_day = chance.choice((1, 15, 28, 31))
    terms = AccountTerms(
        currency="CNY",
        opened_on=start,
        bill_day=bill_day,
        due_day=chance.choice([day for day in (5, 10, 20, 25, 30) if day != bill_day]),
        min_payment=(1, chance.choice((10, 20))),
        revolving=(5, 10_000),
        penalty=(chance.choice((5, 7)), 10_000),
        grace_days=chance.choice((0, 0, 3)),
    )
    facts: list[Fact] = []
    for number in range(chance.randrange(12)):
        on = start + chance.randrange(400)
        plan = (chance.choice((3, 6, 12)), 45, 1000, chance.randrange(2)) if chance.random() < 0.3 else ()
        kind = chance.choice(
            (PURCHASED, PURCHASED, PURCHASED, REPAID, REPAID, REPAID, REFUNDED, CONVERTED, SETTLED, WAIVED, REVERSED, PAUSED, NOTED)
        )
        amount = chance.randrange(1, 100_000)
        if kind == REFUNDED:
            facts.append(Fact(kind, on, amount // 4 + 1, chance.randrange(number + 2)))
        elif kind == CONVERTED:
            by_bill = chance.random() < 0.5
            facts.append(Fact(kind, on, 0, month_day(on - 31, bill_day) if by_bill else 0, 0 if by_bill else number, plan or (3, 0, 1, 0)))
        elif kind == REVERSED:
            facts.append(Fact(kind, on, 0, chance.randrange(number + 2)))
        elif kind == WAIVED:
            facts.append(Fact(kind, on, chance.randrange(100), chance.randrange(1, 4)))
        elif kind == PAUSED:
            facts.append(Fact(kind, on, 0, on + chance.randrange(40), on))
        else:
            facts.append(Fact(kind, on, amount, 0, 0, plan if kind == PURCHASED else ()))
    return write_account(terms), facts, start + chance.randrange(500)
