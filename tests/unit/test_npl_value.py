"""Recovery curves from claims that are still watched, what a debt is worth, and where a reserve belongs: against answers from outside."""

from datetime import date
from math import exp

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plimsoll.disposal.appraise import appraisal, claims_of, worth_of
from plimsoll.disposal.candidate import Candidate, Owed
from plimsoll.disposal.recovery import Claim, Curve, Shape, curve_of, curves_by_segment, fit_shape, ladder, shapes_by_segment
from plimsoll.disposal.reserve import best_reserve, chance_below, density
from plimsoll.disposal.valuation import valuation
from plimsoll.disposal.value import PARTS, Terms, Worth, is_sold, present_share, worth_minor
from plimsoll.disposal.vintage import BadDebt, Vintage, vintages
from plimsoll.portfolio.ecl.period import YearlyRate
from plimsoll.portfolio.ecl.severity import loss_given_default
from plimsoll.risk.recovery import Month, rates_of, shares_by_then
from plimsoll.rulebook.rules import load
from tests.made_loans import Chance

# Taylor and Ashe (1983), as every textbook on reserving completes it (Mack 1993): reserves of 18,680,856 in all.
TAYLOR_ASHE = [
    [357848, 1124788, 1735330, 2218270, 2745596, 3319994, 3466336, 3606286, 3833515, 3901463],
    [352118, 1236139, 2170033, 3353322, 3799067, 4120063, 4647867, 4914039, 5339085],
    [290507, 1292306, 2218525, 3235179, 3985995, 4132918, 4628910, 4909315],
    [310608, 1418858, 2195047, 3757447, 4029929, 4381982, 4588268],
    [443160, 1136350, 2128333, 2897821, 3402672, 3873311],
    [396132, 1333217, 2180715, 2985752, 3691712],
    [440832, 1288463, 2419861, 3483130],
    [359480, 1421128, 2864498],
    [376686, 1363294],
    [344014],
]


def test_the_chain_ladder_completes_a_known_triangle():
    found = ladder({str(n): row for n, row in enumerate(TAYLOR_ASHE)})
    reserve = sum(found.ultimate.values()) - sum(row[-1] for row in TAYLOR_ASHE)
    assert round(reserve) == 18_680_856
    assert found.factors[0] == pytest.approx(3.4906, abs=5e-5)


def watched(truth: Shape, claims: int, longest: int, owed: int = 10_000_000) -> list[Claim]:
    """Give claims of every age up to `longest` that recover exactly as the truth says, watched to their age."""
    return [Claim("", owed, 1 + n % longest, {m: round(owed * truth.came(m)) for m in range(1, 2 + n % longest)}) for n in range(claims)]


def test_claims_that_are_still_watched_do_not_bend_the_curve():
    truth = Shape(0.24, 0.06)
    claims = watched(truth, 480, 24)
    shape = fit_shape(curve_of(claims))
    assert (shape.total, shape.speed) == (pytest.approx(0.24, rel=1e-3), pytest.approx(0.06, rel=1e-3))
    # As if nothing more came of the young ones: what came over what was owed.
    blind = sum(sum(claim.received.values()) for claim in claims) / sum(claim.owed_minor for claim in claims)
    assert blind < 0.6 * truth.total


def test_recoveries_by_chance_are_found_again():
    """Claims pay all at once or never: 30 % pay, after an exponential time, and are watched for 1 to 36 months."""
    chance, truth, claims = Chance(11), Shape(0.30, 0.08), []
    for _ in range(6_000):
        u, months = chance.below(10**6) / 10**6, 1 + chance.below(36)
        month = next((m for m in range(1, 60) if truth.total * (1 - exp(-truth.speed * m)) > u), 10**6)
        claims.append(Claim("", 5_000, months, {month: 5_000} if month <= months else {}))
    shape = fit_shape(curve_of(claims))
    assert shape.total == pytest.approx(0.30, abs=0.02)
    assert shape.left(12) == pytest.approx(truth.left(12), abs=0.02)


def test_money_after_the_watch_and_months_without_claims_count_for_nothing():
    curve = curve_of([Claim("a", 100, 2, {1: 10, 3: 50}), Claim("a", 300, 1, {1: 10})])
    assert curve == Curve((20 / 400, 0.0), (400, 100), (2, 1))
    assert fit_shape(curve_of([])) == fit_shape(curve_of([Claim("", 100, 3, {})])) == Shape(0.0, 1.5)


def test_a_thin_segment_is_drawn_towards_all():
    claims = watched(Shape(0.2, 0.1), 400, 20) + [one._replace(segment="thin") for one in watched(Shape(0.6, 0.1), 20, 20)]
    curves = curves_by_segment(claims)
    common = fit_shape(curves[""])
    shapes = shapes_by_segment(curves, common, 20)
    alone = fit_shape(curve_of([one for one in claims if one.segment == "thin"])).total
    assert common.total < shapes["thin"].total < alone
    # Twenty claims where twenty are credible: half way.
    assert shapes["thin"].total == pytest.approx((common.total + 0.6) / 2, rel=0.06)


def test_the_price_of_the_model_at_the_figures_of_the_market():
    """Under a year past due: 24 % comes at 6 % a month; 35 % cost, 20 % yield, five years: 12.2 %, where the market paid 12.6 %."""
    assert present_share(Shape(0.24, 0.06), 0, Terms(0.35, 0.20, 60)) == pytest.approx(0.122, abs=0.0005)


@given(st.floats(0.0, 1.0), st.floats(0.01, 0.5), st.floats(0.0, 60.0), st.floats(0.0, 0.9), st.floats(0.0, 0.5))
def test_the_present_value_is_the_closed_form_and_never_more_than_what_comes(total, speed, age, cost, yearly):
    found = present_share(Shape(total, speed), age, Terms(cost, yearly, 240))
    q, v = exp(-speed), (1 + yearly) ** (-1 / 12)
    closed = total * exp(-speed * age) * (1 - cost) * (1 - q) * v * (1 - (q * v) ** 240) / (1 - q * v)
    assert found == pytest.approx(closed, abs=1e-9)
    assert found <= total + 1e-12


def test_a_share_becomes_money_once_and_exactly():
    assert worth_minor(0.122, 1_234_567) == 150_617  # 150,617.174
    assert worth_minor(0.5, 1) == 1  # half-up
    assert worth_minor(1.0, 10**15) == 10**15
    assert PARTS == 10**9


def test_sell_where_the_price_passes_what_keeping_brings_sooner_the_dearer_cash_is():
    worth = Worth(keep_minor=110, price_minor=100)
    assert [is_sold(worth, premium) for premium in (0.0, 0.05, 0.10, 0.11)] == [False, False, False, True]
    assert is_sold(Worth(99, 100))
    assert not is_sold(Worth(100, 100))


def revenue(reserve: float, bidders: int, keep: float, median: float, spread: float) -> float:
    """Give what a seller expects of a second-price sale with a reserve, by the trapezoid rule."""
    below = chance_below(reserve, median, spread)
    value = keep * below**bidders + reserve * bidders * (1 - below) * below ** (bidders - 1)
    step = median / 400
    for n in range(4_000):
        price = reserve + (n + 0.5) * step
        f, big = density(price, median, spread), chance_below(price, median, spread)
        value += price * bidders * (bidders - 1) * big ** max(bidders - 2, 0) * (1 - big) * f * step if bidders > 1 else 0
    return value


def test_the_best_reserve_is_above_what_keeping_brings_and_beats_it():
    reserve = best_reserve(0.045, 0.06, 0.35)
    assert reserve == pytest.approx(0.068, abs=0.0005)
    gains = [revenue(reserve, n, 0.045, 0.06, 0.35) / revenue(0.045, n, 0.045, 0.06, 0.35) - 1 for n in (1, 2, 3, 5)]
    assert gains == [pytest.approx(gain, abs=0.01) for gain in (0.18, 0.10, 0.05, 0.01)]
    assert all(revenue(reserve, 3, 0.045, 0.06, 0.35) >= revenue(other, 3, 0.045, 0.06, 0.35) for other in (0.055, 0.062, 0.075, 0.09))


# ---- vintages and the valuation book


def test_a_young_vintage_is_completed_by_what_older_ones_did():
    old = date(2026, 1, 10).toordinal()
    young = date(2026, 5, 10).toordinal()
    debts = [
        BadDebt("", 100, old, old + 200, [(old + 5, 10), (old + 120, 10), (old + 190, 99)]),
        BadDebt("", 100, old + 10, old + 210, [(old + 15, 10), (old + 130, 10)]),
        BadDebt("", 50, young, young + 95, [(young, 5), (young + 90, 7)]),
        BadDebt("", 70, young + 92, young + 95, []),
    ]
    found = vintages(debts[::-1])
    assert list(found) == ["2026Q1", "2026Q2", "2026Q3"]
    assert found["2026Q1"] == Vintage(2, 200, (20, 40), pytest.approx(0.2))
    assert found["2026Q2"] == Vintage(1, 50, (5,), pytest.approx(0.1 * 40 / 20))
    assert found["2026Q3"] == Vintage(1, 70, (), 0.0), "not one age is over, so nothing is expected yet"


def test_the_valuation_book_moves_as_its_estimates_do():
    rules, on = load(), date(2026, 9, 30)
    by = appraisal(rules, on, [])
    assert (by.shape, by.claims) == (Shape(0.24, 0.06), 0)
    plain = Candidate(1, 1, "cash-line", "CNY", Owed(900_000, 100_000, 0), 200, "loss", True, 0, 10**6, 1, 0, 0, (0,) * 36, ())
    loans = [plain._replace(loan_id=n, bad_months=6 * n) for n in range(5)]
    worth = {one.loan_id: worth_of(one, by) for one in loans}
    book = valuation(loans, worth, by, {}, 0.0, "CNY")
    amounts = {name: float(book["price_if"][name]) for name in book["price_if"]}
    price = float(book["to_a_buyer"])
    assert amounts["recoveries 20 % lower"] == pytest.approx(0.8 * price, abs=0.1)
    assert amounts["cost 10 points higher"] == pytest.approx(price * 0.55 / 0.65, abs=0.1)
    assert amounts["yield 5 points higher"] < price < float(book["kept"]) < float(book["reserve_suggested"])
    assert [one["loans"] for one in book["by_age"].values()] == [1, 1, 2, 1]
    assert sum(float(one["kept"]) for one in book["by_age"].values()) == pytest.approx(float(book["kept"]))
    assert (book["better_sold"], valuation(loans, worth, by, {}, 0.5, "CNY")["better_sold"]) == (0, 5)
    assert worth[0].keep_minor > worth[4].keep_minor > 0, "what still comes of an old debt is less"


def test_claims_of_ones_own_weigh_as_the_rule_says():
    rules, on = load(), date(2026, 9, 30)
    own = watched(Shape(0.48, 0.12), 200, 24)
    by = appraisal(rules, on, own)
    assert by.shape.total == pytest.approx((0.48 + 0.24) / 2, rel=0.01), "200 are credible: half and half"
    assert by.shape.speed == pytest.approx(0.12, rel=0.01)
    assert appraisal(rules, on, own[:100]).shape.speed == 0.06, "too few to tell the speed"
    debts = [BadDebt("x", 500, on.toordinal() - 95, on.toordinal(), [(on.toordinal() - 95, 10), (on.toordinal() - 1, 20)])]
    assert claims_of(debts, on) == [Claim("x", 500, 3, {1: 10})], "the fourth month is not over"
    assert claims_of([debts[0]._replace(since=on.toordinal() - 29)], on) == []


def test_what_a_debt_is_worth_kept_goes_by_how_its_own_product_recovers():
    rules, on = load(), date(2026, 9, 30)
    good = [one._replace(segment="pay-later") for one in watched(Shape(0.48, 0.06), 300, 24)]
    bad = [one._replace(segment="cash-line") for one in watched(Shape(0.12, 0.06), 300, 24)]
    by = appraisal(rules, on, good + bad)
    assert by.of("pay-later").total > by.shape.total > by.of("cash-line").total
    assert by.of("pay-later").total == pytest.approx(0.6 * 0.48 + 0.4 * by.shape.total, rel=0.01), (
        "three hundred of their own to two hundred"
    )
    assert by.of("new-product") == by.shape, "what has no claims goes by all"
    plain = Candidate(1, 1, "cash-line", "CNY", Owed(900_000, 100_000, 0), 200, "loss", True, 0, 10**6, 1, 0, 0, (0,) * 36, ())
    later = plain._replace(loan_id=2, product="pay-later")
    worth = {one.loan_id: worth_of(one, by) for one in (plain, later)}
    assert worth[2].keep_minor > 2 * worth[1].keep_minor
    book = valuation([plain, later], worth, by, {}, 0.0, "CNY")
    assert set(book["valued_by"]["segments"]) == {"pay-later", "cash-line"}
    assert book["recovered"]["pay-later"][0] == {"month": 1, "came": 0.028, "by_then": 0.028, "watched": "30000000.00", "claims": 300}
    assert [one["claims"] for one in book["recovered"]["all"]][-1] == 24, "the last month rests on those watched to its end"
    assert float(book["price_if"]["recoveries 20 % lower"]) == pytest.approx(0.8 * float(book["to_a_buyer"]), abs=0.1)


def test_keeping_and_expected_loss_read_the_same_debts_alike():
    """Without costs, at one rate, the worth of keeping is what the loss given default leaves: both read months as `risk.recovery` does."""
    claims = watched(Shape(0.30, 0.10), 480, 60)
    kept = present_share(fit_shape(curve_of(claims)), 0, Terms(0.0, 0.18, 60))
    told = [Month(month, claim.owed_minor, claim.received.get(month, 0)) for claim in claims for month in range(1, claim.months + 1)]
    lost = loss_given_default(0.0, shares_by_then(list(rates_of(told).values())), YearlyRate(0.18).by_month())
    assert kept == pytest.approx(1 - lost, abs=1e-4)
    assert curve_of(claims).rates == pytest.approx(list(rates_of(told).values()))


def test_without_claims_the_two_rules_agree_but_for_costs():
    """Expected loss gives back 12 % of a default; the house's curve, at that rate and after what collecting costs, within three points."""
    rules, on = load(), date(2026, 9, 30)
    measure, seller = rules.value("POLICY.ECL.MEASURE", on), appraisal(rules, on, []).seller
    rate, loss = (measure[name].num / measure[name].den for name in ("rate", "loss"))
    kept = present_share(appraisal(rules, on, []).shape, 0, Terms(seller.cost, rate, seller.months))
    assert kept == pytest.approx(1 - loss, abs=0.03)
