"""Treatments for customers: the assignment against an exact solver, what noise does to its claims, and who is left to chance."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from plimsoll.risk.treat.assign import NONE, Assigned, Offer, assign, bound_at
from plimsoll.risk.treat.gain import gain_of, size_of_arm
from plimsoll.risk.treat.holdout import EXPLORES, HELD_OUT, OPTIMISED, Trial, arm_of, explored
from plimsoll.risk.treat.shrink import cautious, shrink

TRIAL = Trial("autumn", held_out_ppm=100_000, explores_ppm=50_000)


def book(count: int, treatments: int, seed: int) -> tuple[np.ndarray, np.ndarray, Offer]:
    """Customers with balances, effects of treatments, four channels and a budget, and pairs that the contact rules forbid."""
    chance = np.random.default_rng(seed)
    cost = np.linspace(0.2, 12, treatments)
    value = np.exp(chance.normal(8, 1, count))[:, None] * chance.beta(1.2, 12, (count, treatments)) - cost
    use = np.zeros((treatments, 5))
    use[np.arange(treatments), np.arange(treatments) % 4] = 1
    use[:, 4] = cost
    capacity = np.append(np.array([0.15, 0.10, 0.08, 0.05]) * count, cost.mean() * 0.25 * count)
    return value, chance.random((count, treatments)) < 0.8, Offer(use, capacity)


def check(value: np.ndarray, allowed: np.ndarray, offer: Offer, found: Assigned) -> None:
    """What must hold of every assignment."""
    chosen = found.treatment != NONE
    assert allowed[chosen, found.treatment[chosen]].all(), "a forbidden treatment"
    assert (found.used(offer) <= offer.capacity + 1e-6).all(), "more than there is"
    assert found.gain == pytest.approx(value[chosen, found.treatment[chosen]].sum())
    assert found.gain <= found.bound * (1 + 1e-9) + 1e-9
    assert (found.prices >= 0).all()
    assert found.bound == pytest.approx(bound_at(np.where(allowed, value, -np.inf), offer, found.prices))


def by_highs(value: np.ndarray, allowed: np.ndarray, offer: Offer) -> float:
    """The most that shares of treatments could gain, by HiGHS: at least what whole ones can."""
    count, treatments = value.shape
    rows = [np.repeat(np.eye(count)[i], treatments) for i in range(count)]
    rows += [np.tile(offer.use[:, c], count) for c in range(offer.use.shape[1])]
    most = np.concatenate([np.ones(count), offer.capacity])
    bounds = [(0, 1 if one else 0) for one in allowed.ravel()]
    found = linprog(-value.ravel(), A_ub=np.array(rows), b_ub=most, bounds=bounds, method="highs")
    assert found.success
    return -float(found.fun)


@pytest.mark.parametrize("seed", range(6))
def test_the_gain_is_near_what_an_exact_solver_finds(seed: int):
    value, allowed, offer = book(200, 6, seed)
    found = assign(value, allowed, offer)
    check(value, allowed, offer, found)
    exact = by_highs(value, allowed, offer)
    assert found.gain <= exact * (1 + 1e-9) <= found.bound * (1 + 1e-6)
    assert found.gain >= 0.97 * exact


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 10**6), count=st.integers(1, 5), treatments=st.integers(1, 3), slots=st.integers(0, 4))
def test_a_handful_never_gains_more_than_every_way_tried(seed: int, count: int, treatments: int, slots: int):
    value, allowed, offer = book(count, treatments, seed)
    offer = Offer(offer.use, np.array([slots, 1, 1, 1, 30.0]))
    found = assign(value, allowed, offer)
    check(value, allowed, offer, found)
    best = 0.0
    for ways in itertools.product(range(-1, treatments), repeat=count):
        given_out = [(i, k) for i, k in enumerate(ways) if k != NONE]
        used = sum((offer.use[k] for _, k in given_out), np.zeros(5))
        if all(allowed[i, k] for i, k in given_out) and (used <= offer.capacity + 1e-9).all():
            best = max(best, sum(value[i, k] for i, k in given_out))
    assert found.gain <= best + 1e-9 <= found.bound + 1e-6


def test_a_hundred_thousand_customers_and_eight_treatments_are_within_one_per_cent():
    value, allowed, offer = book(100_000, 8, 1)
    found = assign(value, allowed, offer)
    check(value, allowed, offer, found)
    assert found.gap < 0.01


def test_without_capacity_nobody_gets_anything_and_without_bounds_everybody_the_best():
    value, allowed, offer = book(50, 4, 3)
    assert (assign(value, allowed, Offer(offer.use, np.zeros(5))).treatment == NONE).all()
    free = assign(value, allowed, Offer(offer.use, np.full(5, 1e9)))
    assert free.gain == pytest.approx(np.maximum(np.where(allowed, value, -np.inf).max(axis=1), 0).sum())
    assert free.gap == pytest.approx(0, abs=1e-12)
    nobody = assign(value, np.zeros_like(allowed), offer)
    assert (nobody.gain, nobody.gap) == (0.0, 0.0)


def curse(noise: float, seed: int) -> dict[str, float]:
    """What an assignment by noisy estimates claims and what it is worth, as shares of what true effects would gain; raw and shrunk."""
    chance = np.random.default_rng(seed)
    count, treatments = 4_000, 5
    segments = chance.integers(0, 8, count)
    level = chance.normal(100, 25, (8, treatments))
    true = level[segments] + chance.normal(0, 20, (count, treatments))
    errors = np.full((count, treatments), noise)
    seen = true + chance.normal(0, 1, (count, treatments)) * errors
    offer = Offer(np.eye(treatments), np.full(treatments, count * 0.08))
    everything = np.ones((count, treatments), dtype=bool)
    best = assign(true, everything, offer).gain
    found = {}
    for name, told in (("raw", seen), ("shrunk", shrink(seen, errors, segments))):
        chosen = assign(told, everything, offer)
        rows = np.flatnonzero(chosen.treatment != NONE)
        found[f"{name} claimed"] = chosen.gain / best
        found[f"{name} realised"] = float(true[rows, chosen.treatment[rows]].sum()) / best
    return found


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_noise_makes_an_optimiser_claim_what_it_does_not_deliver_and_shrinkage_helps(seed: int):
    quiet, loud = curse(10.0, seed), curse(100.0, seed)
    assert quiet["raw claimed"] < loud["raw claimed"]
    assert loud["raw claimed"] > 1.3 > 1 > loud["raw realised"], "the optimiser's curse"
    assert loud["shrunk realised"] > loud["raw realised"] + 0.02
    assert abs(loud["shrunk claimed"] - loud["shrunk realised"]) < 0.05 < loud["raw claimed"] - loud["raw realised"]
    assert quiet["raw realised"] > 0.97


def test_what_is_known_stays_and_what_is_not_goes_to_the_segment():
    segments = np.array([0] * 50 + [1] * 50)
    chance = np.random.default_rng(4)
    effects = np.where(segments == 0, 1.0, 3.0)[:, None] + chance.normal(0, 1, (100, 2))
    assert shrink(effects, np.zeros((100, 2)), segments) == pytest.approx(effects)
    lost = shrink(effects, np.full((100, 2), 100.0), segments)
    assert lost[0] == pytest.approx(effects[:50].mean(axis=0))
    assert lost[99] == pytest.approx(effects[50:].mean(axis=0))


def test_costly_treatments_are_judged_by_what_is_sure():
    found = cautious(np.array([[5.0, 5.0]]), np.array([[2.0, 2.0]]), np.array([False, True]), 1.5)
    assert found.tolist() == [[5.0, 2.0]]


def test_the_same_customer_is_always_in_the_same_arm_and_arms_have_their_size():
    arms = [arm_of(TRIAL, number) for number in range(20_000)]
    assert arms == [arm_of(TRIAL, number) for number in range(20_000)]
    shares = {name: arms.count(name) / len(arms) for name in (HELD_OUT, EXPLORES, OPTIMISED)}
    assert shares == pytest.approx({HELD_OUT: 0.10, EXPLORES: 0.05, OPTIMISED: 0.85}, abs=0.01)
    other = [arm_of(TRIAL._replace(name="winter"), number) for number in range(20_000)]
    both = sum(one == two == HELD_OUT for one, two in zip(arms, other, strict=True))
    assert both / 20_000 == pytest.approx(0.01, abs=0.004), "another trial is another draw"


def test_who_explores_gets_any_allowed_treatment_evenly_and_its_propensity_is_known():
    got = [explored(TRIAL, number, 5, (2, 4, 7)) for number in range(3_000)]
    assert {share for _, share in got} == {1 / 3}
    counts = [sum(k == wanted for k, _ in got) for wanted in (2, 4, 7)]
    assert min(counts) > 900
    assert explored(TRIAL, 1, 5, ()) is None


def test_a_report_shows_what_is_claimed_beside_what_is_realised():
    chance = np.random.default_rng(7)
    held_out = np.arange(40_000) % 10 == 0
    outcome = chance.normal(50, 20, 40_000) + np.where(held_out, 0.0, 3.0)
    found = gain_of(np.full(40_000, 9.0), outcome, held_out)
    assert found.claimed == 9.0
    assert found.low < 3.0 < found.high
    assert found.is_proved
    assert found.inflation > 2
    assert "claimed 9.00 a customer, realised" in found.told()
    assert not gain_of(np.full(4, 9.0), np.zeros(4), np.array([True, False, False, False])).is_proved
    assert gain_of(np.zeros(2), np.zeros(2), np.zeros(2, dtype=bool)).inflation == np.inf
    assert "(too few to say how sure) by 1 held out of 4" in gain_of(np.full(4, 9.0), np.zeros(4), np.arange(4) == 0).told()


def test_how_many_a_trial_needs():
    """Three in ten pay, and one point more is to be seen: 33 thousand in each arm."""
    assert round(size_of_arm(0.30, 0.01), -3) == 33_000


def test_what_is_scarce_is_used_where_everybody_gains_alike():
    """At the price of the scarce one all are as well off without it; it is given away all the same."""
    value = np.tile(np.array([3.0, 5.0, 9.0]), (1_000, 1))
    offer = Offer(np.eye(3), np.array([1_000.0, 900.0, 40.0]))
    found = assign(value, np.ones(value.shape, bool), offer)
    assert found.used(offer).tolist() == [60, 900, 40]
    assert found.gain == 40 * 9 + 900 * 5 + 60 * 3
