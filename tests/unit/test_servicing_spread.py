"""A customer's money over several loans: none is lost, the oldest due is paid first, nothing is paid twice."""

from dataclasses import replace
from datetime import date

from hypothesis import given, settings
from hypothesis import strategies as st

from plimsoll.loan.book import Decision, Held, standing_of
from plimsoll.loan.layout import OPEN, PAID_OFF, REPAID
from plimsoll.loan.owed import dues, payable, payoff
from plimsoll.loan.terms import begun_on
from plimsoll.servicing.repay import meant_among
from plimsoll.servicing.spread import spread
from tests.counter import RULES, Counter, opened

OPENED = date(2026, 1, 10).toordinal()
LOANS = st.lists(
    st.tuples(
        st.integers(0, 60),
        st.sampled_from(("500.00", "1234.56", "3000.01")),
        st.sampled_from(("0.00015", "0.0004", "0.0005")),
        st.sampled_from((3, 6)),
        st.sampled_from(("equal-instalment", "equal-principal", "interest-first", "bullet")),
    ),
    max_size=3,
)
PURCHASES = st.lists(st.tuples(st.integers(0, 90), st.integers(1, 200_000)), max_size=4)
LATER = st.sampled_from((0, 140))
"""Payments of the days before and after early money is for the coming instalment."""
PAYMENTS = st.lists(st.tuples(st.integers(0, 40), st.integers(1, 400_000)), min_size=1, max_size=5)


def text(minor: int) -> str:
    return f"{minor // 100}.{minor % 100:02d}"


def on(day: int) -> str:
    return date.fromordinal(day).isoformat()


def with_loans(loans: list, purchases: list, later: int = 0) -> Counter:
    """Return a counter with draws and purchases, in the order of their days, from `later` days after the opening on."""
    counter = opened()
    events = [(after, "draw", n, rest) for n, (after, *rest) in enumerate(loans)]
    events += [(after, "purchase", 0, [minor]) for after, minor in purchases]
    for after, kind, n, rest in sorted(events, key=lambda event: event[:3]):
        if kind == "draw":
            amount, rate, instalments, repayment = rest
            said = {"loan_id": 7 + n, "amount": amount, "rate": rate, "instalments": instalments, "repayment": repayment}
            assert isinstance(counter.run("draw", on(OPENED + later + after), currency="CNY", **said), Decision)
        else:
            assert isinstance(
                counter.run("purchase", on(OPENED + later + after), loan_id=1, amount=text(rest[0]), currency="CNY"), Decision
            )
    return counter


def open_loans(counter: Counter) -> list[Held]:
    held = [one for one in counter.sheet.loans.values() if one.summary.status == OPEN]
    return sorted(held, key=lambda one: (begun_on(one.terms), one.loan_id))


@settings(max_examples=60, deadline=None)
@given(loans=LOANS, purchases=PURCHASES, payments=PAYMENTS, later=LATER)
def test_no_minor_unit_is_lost(loans: list, purchases: list, payments: list, later: int):
    counter = with_loans(loans, purchases, later)
    day = OPENED + later + 90
    cash = counter.balance["asset.cash"]
    for days, minor in payments:
        day += days
        before = counter.sheet.line.credit_minor
        decision = counter.run("repay", on(day), amount=text(minor), currency="CNY")
        assert isinstance(decision, Decision), "an account is always open, so money is always taken"
        paid = sum(fact.amount_minor for _, fact, _ in decision.facts)
        assert all(fact.kind == REPAID and fact.amount_minor > 0 for _, fact, _ in decision.facts)
        assert paid + counter.sheet.line.credit_minor - before == minor
        cash += minor
        assert counter.balance["asset.cash"] == cash


@settings(max_examples=60, deadline=None)
@given(loans=LOANS, purchases=PURCHASES, minor=st.integers(0, 1_500_000), wait=st.integers(0, 120), later=LATER)
def test_the_oldest_due_is_paid_first_and_loans_ahead_of_time_last(loans: list, purchases: list, minor: int, wait: int, later: int):
    counter = with_loans(loans, purchases, later)
    held, day = open_loans(counter), OPENED + later + 90 + wait
    parts, left = spread(minor, held, day, meant_among(RULES, held, date.fromordinal(day)))
    assert sum(parts) + left == minor
    standings = [standing_of(one, day) for one in held]
    asked = [due for standing in standings for due in dues(standing) if due.due_on <= day]
    for one, standing, part in zip(held, standings, parts, strict=True):
        most = payable(one.terms, standing)
        assert 0 <= part <= most
        reached = 0
        for due in dues(standing):
            reached += due.minor
            if due.due_on <= day and reached > part:
                # This day stays unpaid, so no money was left after it: nobody got any for a later day.
                assert minor < sum(other.minor for other in asked if other.due_on <= due.due_on)
                break
    if left > 0:
        assert list(parts) == [payable(one.terms, standing) for one, standing in zip(held, standings, strict=True)]


@settings(max_examples=40, deadline=None)
@given(loans=LOANS.filter(len), wait=st.integers(0, 200))
def test_paying_what_settles_leaves_nothing_owed_and_no_credit(loans: list, wait: int):
    counter = with_loans(loans, [])
    day = OPENED + 60 + wait
    for held in open_loans(counter):
        if held.loan_id == 1:
            continue
        expected = payoff(held.terms, standing_of(held, day))
        settled = counter.run("settle", on(day), loan_id=held.loan_id)
        assert isinstance(settled, Decision)
        assert sum(fact.amount_minor for _, fact, _ in settled.facts) == expected
        assert counter.state(held.loan_id).status == PAID_OFF
        assert counter.state(held.loan_id).credit == 0
    assert counter.sheet.line.used_minor == 0


@settings(max_examples=40, deadline=None)
@given(loans=LOANS.filter(len), purchases=PURCHASES, minor=st.integers(1, 500_000), back=st.integers(0, 30))
def test_money_booked_late_loses_nothing_either(loans: list, purchases: list, minor: int, back: int):
    counter = with_loans(loans, purchases)
    counter.close(on(OPENED + 120))
    cash = counter.balance["asset.cash"]
    decision = counter.run("repay", on(OPENED + 120 - back), amount=text(minor), currency="CNY")
    assert isinstance(decision, Decision)
    assert counter.balance["asset.cash"] == cash + minor


def test_what_comes_next_has_its_money_before_anything_is_prepaid():
    """Loans 7 (due on the 20th) and 8 (on the 25th) ask for 900.41 and 900.40: 1,000.00 pay the sooner and begin the other."""
    counter = with_loans([], [])
    for loan_id, day in ((7, "2026-01-20"), (8, "2026-01-25")):
        said = {"loan_id": loan_id, "amount": "10000.00", "rate": "0.0004", "instalments": 12, "repayment": "equal-instalment"}
        assert isinstance(counter.run("draw", day, currency="CNY", **said), Decision)
    held = [one for one in open_loans(counter) if one.loan_id != 1]
    versions = tuple(replace(one, offer=replace(one.offer, early="instalment")) for one in RULES.products["cash-line"])
    coming_first = replace(RULES, products={**RULES.products, "cash-line": versions})
    for rules, parts in ((RULES, (100_000, 0)), (coming_first, (90_041, 9_959))):
        assert spread(100_000, held, date(2026, 2, 10).toordinal(), meant_among(rules, held, date(2026, 2, 10))).parts == parts
