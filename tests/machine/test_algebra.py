"""What must hold of any history, whatever it is: caching, order, splits, and entries as differences."""

from itertools import pairwise
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from plimsoll.ledger.balances import balances
from plimsoll.ledger.chart import NOTHING_POSTED
from plimsoll.ledger.entry import difference, trial_balance
from plimsoll.loan.book import NewLoan, apply, needs_history, open_loan, pack_standing
from plimsoll.loan.facts import FOR_COMING, Fact
from plimsoll.loan.fold import fold
from plimsoll.loan.layout import REPAID
from plimsoll.loan.share import split_among
from plimsoll.loan.state import read_position, read_state
from plimsoll.loan.terms import begun_on
from plimsoll.units.refusal import Refused
from tests.examples import draws
from tests.parity.lives import life

SEEDS = st.integers(0, 10**9)


@draws(40, new=150)
@given(SEEDS, st.integers(0, 10))
def test_the_fold_does_not_depend_on_when_it_was_cached(seed: int, gap: int) -> None:
    """Facts applied one by one to a cache, with days passing in between, give the state that folding all of them gives."""
    found = life(seed)
    if found is None:
        return
    terms, facts, _ = found
    held = open_loan(NewLoan(1, "cash-line", "", terms), begun_on(terms))
    for number, fact in enumerate(facts, 1):
        rested = apply(held, (), held.summary.as_of + (gap if fact.on > held.summary.as_of + gap else 0))
        assert not isinstance(rested, Refused)
        applied = apply(rested[0], [fact], fact.on)
        whole = fold(terms, facts[:number], max(fact.on, held.summary.as_of))
        if isinstance(applied, Refused):
            # A history folded to a later day can hit another refusal first; both refuse.
            assert isinstance(whole, Refused)
            return
        assert not isinstance(whole, Refused)
        held = applied[0]
        assert held.state == pack_standing(whole), (seed, number)
        assert held.facts is not None or not needs_history(held, [fact])


@draws(40, new=150)
@given(SEEDS)
def test_the_order_of_recording_within_a_day_does_not_change_the_totals(seed: int) -> None:
    """Two repayments of one day, recorded either way round, leave the same owed that day.

    How it is split can differ: the first of them may bring the loan under 91 days past due, and the second then pays by another order.
    """
    found = life(seed)
    if found is None:
        return
    terms, facts, _ = found
    repaid = [fact for fact in facts if fact.kind == REPAID]
    if not repaid:
        return
    first = repaid[Random(seed).randrange(len(repaid))]
    repaid = [fact for fact in repaid if fact.on != first.on or fact.a == first.a]
    other = Fact(REPAID, first.on, first.amount_minor // 2 + 1, first.a)
    one, two = fold(terms, [*repaid, other], first.on), fold(terms, [other, *repaid], first.on)
    if not isinstance(one, Refused) and not isinstance(two, Refused):
        a, b = read_state(terms, one), read_state(terms, two)
        assert a.payoff == b.payoff
        # How much of it waits for the coming due day is another matter: what is prepaid first lowers what there is to wait for.
        assert a.credit == b.credit or first.a == FOR_COMING


@draws(40, new=150)
@given(SEEDS)
def test_entries_add_up_to_the_state(seed: int) -> None:
    """Whatever happens, in whatever order it is known, the entries sum to zero and add up to the balances of the last state."""
    found = life(seed)
    if found is None:
        return
    terms, facts, as_of = found
    posted, legs = NOTHING_POSTED, []
    for day in sorted({fact.on for fact in facts} | {as_of}):
        for known in range(len(facts) + 1) if day == as_of else (len(facts),):
            standing = fold(terms, facts[:known], day)
            if isinstance(standing, Refused):
                return
            now = balances(read_position(terms, standing))
            assert sum(now) == 0
            legs += difference(now, posted)
            posted = now
    assert tuple(trial_balance(legs).values()) == posted


@given(st.integers(0, 10**12), st.lists(st.integers(0, 10**6), min_size=1, max_size=6))
def test_a_split_among_funders_is_the_whole(amount: int, weights: list[int]) -> None:
    """Parts of partners and the lender's remainder are the amount, and cumulative parts never go back."""
    whole = sum(weights) + 1
    shares = [(weight, whole) for weight in weights]
    assert sum(split_among(amount, shares)) == amount
    parts = [split_among(upto, shares)[0] for upto in range(amount, amount + 5)]
    assert all(before <= after for before, after in pairwise(parts))


def test_worked_examples_of_co_lending() -> None:
    """J23: 30 % own, 70 % bank on interest 120.00 and principal 776.41, the bank rounded half-up, the remainder the lender's."""
    assert split_among(12_000, [(7, 10)]) == (8_400, 3_600)
    assert split_among(77_641, [(7, 10)]) == (54_349, 23_292)
