"""Stress against published figures, closed forms and signs that may not turn round."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plimsoll.portfolio.growth import Ages, bad_share, pace, seasoned
from plimsoll.portfolio.stress.reverse import smallest
from plimsoll.portfolio.stress.satellite import SIGNS, Belief, Satellite, fit, path
from plimsoll.portfolio.stress.vasicek import correlation_of, default_rate, spread
from plimsoll.risk.throttle import at_ends, ladder_on
from plimsoll.rulebook.rules import load
from tests.refusing import refuses

LADDER = at_ends(ladder_on(load(), date(2026, 1, 1)), (1.0, 1.25, 1.5))
BELIEF = Belief({"unemployment": 0.1, "income": -0.02, "supply": -0.01}, 0.4, 8)


@pytest.mark.parametrize(("correlation", "bad", "worst"), [(0.02, 0.092, 0.111), (0.04, 0.114, 0.147), (0.08, 0.152, 0.211)])
def test_quantiles_of_a_five_per_cent_book(correlation, bad, worst):
    """Published: a chance of 5 % becomes 9.2/11.4/15.2 % at 99 % and 11.1/14.7/21.1 % at 99.9 %."""
    assert default_rate(0.05, correlation, 0.99) == pytest.approx(bad, abs=0.0006)
    assert default_rate(0.05, correlation, 0.999) == pytest.approx(worst, abs=0.0006)


def test_without_correlation_every_year_is_the_same():
    assert default_rate(0.05, 0.0, 0.999) == pytest.approx(0.05)
    assert spread(0.05, 0.0) == pytest.approx(0.0, abs=1e-9)


def test_a_history_tells_its_correlation():
    """Published: mean 4 % with a deviation of 1 point is a correlation of 1.3 %, of half a point 0.3 %."""
    for deviation, correlation in ((0.01, 0.013), (0.005, 0.003)):
        rates = [0.04 - deviation, 0.04, 0.04 + deviation]
        assert correlation_of(rates) == pytest.approx(correlation, abs=0.001)
        assert spread(0.04, correlation_of(rates)) == pytest.approx(deviation, rel=1e-3)


@pytest.mark.parametrize("said", [(0.0, 0.1, 0.9), (0.05, 1.0, 0.9), (0.05, 0.1, 1.0), (1.5, 0.1, 0.9)])
def test_shares_out_of_range_are_refused(said):
    with refuses("scenario_malformed"):
        default_rate(*said)


def test_a_long_history_overrules_a_belief_and_a_short_one_does_not():
    def history(quarters):
        steps = {"unemployment": (7, 5), "income": (3, 7), "supply": (5, 11)}
        drivers = {name: [((a * q) % b - b // 2) / 2 for q in range(quarters)] for name, (a, b) in steps.items()}
        moves = [0.0]
        for q in range(1, quarters):
            before = {name: series[q - 1] for name, series in drivers.items()}
            moves.append(0.2 * moves[-1] + 0.3 * before["unemployment"] - 0.05 * before["income"] - 0.04 * before["supply"])
        return moves, drivers

    long, short = fit(*history(400), BELIEF), fit(*history(6), BELIEF)
    assert long.effects["unemployment"] == pytest.approx(0.3, abs=0.01)
    assert long.belief_share["unemployment"] < 0.05 < 0.5 < short.belief_share["unemployment"]


@given(st.lists(st.tuples(*[st.floats(-3, 3)] * 4), min_size=2, max_size=30))
def test_no_sign_turns_round(rows):
    moves = [row[0] for row in rows]
    drivers = {name: [row[at] for row in rows] for at, name in enumerate(("unemployment", "income", "supply"), 1)}
    found = fit(moves, drivers, BELIEF)
    assert all(effect * SIGNS[name] >= 0 for name, effect in found.effects.items())
    assert 0 <= found.memory < 1


def test_series_that_do_not_go_together_are_refused():
    with refuses("series_uneven"):
        fit([0.0, 0.1], {"unemployment": [1.0], "income": [1.0, 1.0], "supply": [1.0, 1.0]}, BELIEF)
    with refuses("driver_unknown"):
        fit([0.0], {"weather": [1.0]}, BELIEF)


def test_a_shock_lasts_and_dies_away():
    model = Satellite({"unemployment": 0.2, "income": 0.0, "supply": 0.0}, 0.5, {})
    found = path(model, {"unemployment": [1.0, 0.0, 0.0]})
    assert found == pytest.approx([0.2, 0.3, 0.35])


def test_the_smallest_shock_that_breaks():
    found = smallest({"both": {"a": 3.0, "b": 4.0}, "a": {"a": 1.0}, "c": {"c": 2.0}}, lambda shock: shock.get("a", 0) > 1.5, 5.0)
    assert [one.direction for one in found] == ["a", "both", "c"]
    assert found[0].size == pytest.approx(1.5, abs=1e-9)
    assert found[1].size == pytest.approx(2.5, abs=1e-9)
    assert found[2].size is None
    assert smallest({"a": {"a": 1.0}}, lambda _: True, 5.0)[0].size == 0


def cohort() -> Ages:
    """A cohort that loses 4 % in months 4 to 9 and shrinks level over 20 months; what is bad stays for a year."""
    bad = [0.0] * 24
    for age in range(4, 10):
        for stays in range(12):
            if age + stays < 24:
                bad[age + stays] += 0.04 / 6
    return Ages([max(1 - age / 20, 0.0) for age in range(24)], bad)


def test_growth_dilutes_and_shrinking_concentrates():
    shares = [bad_share(cohort(), growth) for growth in (-0.05, 0.0, 0.1, 0.15)]
    assert shares == sorted(shares, reverse=True)
    assert shares[0] > 1.25 * shares[1] > 1.25 * 1.5 * shares[3]


@given(st.floats(-0.3, 0.5))
def test_seasoned_is_what_the_book_shows_without_growth(growth):
    """Weighted back to the ages of a steady state, a growing book shows the share of one that does not grow."""
    ages = cohort()
    grown = [(1 + growth) ** -age for age in range(24)]
    by_age = [
        (round(10**12 * weight * bad), round(10**12 * weight * (bad + good)))
        for weight, good, bad in zip(grown, ages.performing, ages.bad, strict=True)
    ]
    steady = [good + bad for good, bad in zip(ages.performing, ages.bad, strict=True)]
    assert seasoned(by_age, steady) == pytest.approx(bad_share(ages, 0.0), rel=1e-6)


def test_nothing_held_shows_nothing():
    assert seasoned([(0, 0)], [1.0]) is None


def test_the_fastest_growth_is_bound_by_the_tightest_limit():
    limits = {"liquidity": lambda growth: 0.5 + 5 * growth, "collections": lambda growth: 0.8 + growth, "capital": lambda _: 0.1}
    found = pace(limits, 0.2, LADDER)
    assert (found.bound_by, found.throttle) == ("liquidity", 1.0)
    assert found.growth == pytest.approx(0.1)
    assert pace({"capital": lambda _: 0.1}, 0.2, LADDER) == (0.2, "", 1.0)


@pytest.mark.parametrize(("used", "step"), [(1.0, 1.0), (1.01, 0.6), (1.25, 0.6), (1.3, 0.2), (1.51, 0.0)])
def test_past_a_limit_the_throttle_acts(used, step):
    found = pace({"liquidity": lambda growth: used + growth}, 0.2, LADDER)
    assert found.throttle == step
    assert found.growth == 0 or used == 1.0


def test_a_book_that_vanishes_has_no_growth():
    with refuses("growth_out_of_range"):
        bad_share(cohort(), -1.0)
