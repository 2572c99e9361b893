"""The price of a risk: the published shape of break-even and cut-offs, the clamps, and that nothing else about a person can move it."""

import inspect
import itertools
import json
import math
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plimsoll.interfaces.cli.main import main
from plimsoll.risk.price import break_even as break_even_module
from plimsoll.risk.price import price as price_module
from plimsoll.risk.price.break_even import break_even, cut_off
from plimsoll.risk.price.pd_curve import survival, weights
from plimsoll.risk.price.policy import Costs, price_policy
from plimsoll.risk.price.price import DAYS_A_YEAR, Priced, RateRange, cut_offs, months_for, price
from plimsoll.rulebook.feature import load as load_catalogue
from plimsoll.rulebook.rules import load
from plimsoll.units.rate import Rate
from plimsoll.units.refusal import Refused

RULES = load()
POLICY = price_policy(RULES, date(2026, 12, 1))
CASH = RateRange(Rate.parse("0.00015"), Rate.parse("0.0005"))
WIDE = RateRange(Rate.parse("0"), Rate.parse("0.01"))
CAP = Rate.parse("0.20")
PDS = st.floats(0, 0.95)
MONTHS = st.sampled_from((1, 3, 6, 9, 12, 18, 24, 36))


def needed(pd: float, months: int = 12, **changed: float) -> float:
    return break_even(pd, months, POLICY.shape, POLICY.costs._replace(**changed))


@pytest.mark.parametrize(
    ("pd", "apr"), [(0.01, 0.103), (0.03, 0.122), (0.05, 0.142), (0.08, 0.171), (0.10, 0.192), (0.12, 0.213), (0.15, 0.245)]
)
def test_break_even_has_the_published_shape(pd, apr):
    assert needed(pd) == pytest.approx(apr, abs=0.005)


@pytest.mark.parametrize(("cap", "pd"), [(0.36, 0.248), (0.24, 0.145), (0.15, 0.059), (0.12, 0.028)])
def test_the_cap_decides_the_cut_off(cap, pd):
    found = cut_off(cap, 12, POLICY.shape, POLICY.costs)
    assert found == pytest.approx(pd, abs=0.005)
    assert needed(found) <= cap < needed(found + 1e-6)


def test_dearer_acquisition_and_running_cost_lower_the_cut_off_as_published():
    assert cut_off(0.24, 12, POLICY.shape, POLICY.costs._replace(acquisition=0.03)) == pytest.approx(0.107, abs=0.003)
    assert cut_off(0.24, 12, POLICY.shape, POLICY.costs._replace(opex=0.0012)) == pytest.approx(0.134, abs=0.003)


def test_break_even_worked_by_hand():
    """One month, no discount, no cost but loss: of 1 lent, 1 - S pays nothing back and S earns a twelfth of the rate."""
    costs = Costs(lgd=1.0, funding=0.0, equity=0.0, equity_cost=0.0, opex=0.0, acquisition=0.0, prepay=0.0, schedule=0.0)
    alive = (1 - 0.5) ** (1 / 12)
    assert break_even(0.5, 1, (1.0,), costs) == pytest.approx(12 * (1 - alive) / alive)
    # Two equal months at no risk: acquisition of 1 % is earned on balances of 1 and 1/2 over a twelfth of a year each.
    assert break_even(0.0, 2, (1.0,), costs._replace(acquisition=0.01)) == pytest.approx(0.01 / (1.5 / 12))


@settings(max_examples=100, deadline=None)
@given(PDS, PDS, MONTHS)
def test_more_risk_never_breaks_even_at_less(one, other, months):
    low, high = sorted((one, other))
    assert needed(low, months) <= needed(high, months) + 1e-12


@settings(max_examples=100, deadline=None)
@given(PDS, MONTHS)
def test_the_curve_ends_at_the_chance_of_the_year(pd, months):
    alive = survival(pd, weights(POLICY.shape, months))
    assert alive[0] == 1
    assert all(later <= sooner for sooner, later in itertools.pairwise(alive))
    if months >= 12:
        assert alive[12] == pytest.approx(1 - pd)


@settings(max_examples=300, deadline=None)
@given(PDS, MONTHS, st.one_of(st.none(), st.sampled_from(("0.36", "0.24", "0.20", "0.12")).map(Rate.parse)), st.sampled_from((CASH, WIDE)))
def test_a_price_keeps_to_cap_and_product_and_earns_what_it_costs(pd, months, cap, product):
    priced = price(pd, POLICY.grade(pd), months, POLICY, cap, product)
    assert isinstance(priced, Priced)
    rate = priced.rate_per_day
    assert not rate.exceeds(product.most)
    if cap is not None:
        assert not rate.times(Rate(372, 1)).exceeds(cap), "no month of 31 days costs more than the cap"
    if not priced.reason:
        assert not product.least.exceeds(rate)
        assert priced.apr.num / priced.apr.den >= needed(pd, months) - 1e-12
    else:
        ceiling = min(product.most.num / product.most.den, math.inf if cap is None else cap.num / cap.den / 372)
        assert needed(pd, months) > (ceiling - 0.00001) * DAYS_A_YEAR
    assert priced.rate_per_day.times(Rate(DAYS_A_YEAR, 1)) == priced.apr


@settings(max_examples=100, deadline=None)
@given(PDS, PDS, st.sampled_from((3, 6, 12)))
def test_a_riskier_borrower_never_pays_less(one, other, months):
    low, high = (price(pd, POLICY.grade(pd), months, POLICY, None, WIDE) for pd in sorted((one, other)))
    assert isinstance(low, Priced)
    assert isinstance(high, Priced)
    assert not low.rate_per_day.exceeds(high.rate_per_day)


def test_a_risk_above_the_cap_is_declined_with_the_reason():
    over = price(0.30, "f", 12, POLICY, CAP, WIDE)
    assert isinstance(over, Priced)
    assert (over.reason, over.is_over_cap) == ("price_over_cap", True)
    by_product = price(0.10, "e", 12, POLICY, CAP, CASH)
    assert isinstance(by_product, Priced)
    assert by_product.reason == "price_over_product"
    fits = price(0.05, "c", 12, POLICY, CAP, CASH)
    assert isinstance(fits, Priced)
    # 14.18 % and a margin of 3 % are 17.18 % a year: 0.04708 % a day, up to the next step.
    assert (fits.reason, fits.rate_per_day, fits.apr) == ("", Rate.parse("0.00048"), Rate.parse("0.1752"))


@pytest.mark.parametrize("pd", [math.nan, -0.01, 1.0, math.inf])
def test_without_a_chance_of_default_there_is_no_price(pd):
    refused = price(pd, "a", 12, POLICY, CAP, CASH)
    assert isinstance(refused, Refused)
    assert refused.code == "price_risk_unknown"


def test_terms_are_by_grade():
    assert months_for("a", (3, 6, 12), POLICY) == (3, 6, 12)
    assert months_for("e", (12, 3, 6), POLICY) == (3, 6)
    assert months_for("f", (6, 12), POLICY) == (6,), "the shortest term always"


def test_grades_run_from_the_best_to_the_worst_and_margins_never_fall():
    bounds = [most for _, most in POLICY.grades]
    assert bounds == sorted(bounds)
    assert bounds[-1] == 1.0
    margins = [POLICY.margins[grade] for grade, _ in POLICY.grades]
    assert margins == sorted(margins), "a grade with more risk would pay less at its border"
    assert [POLICY.grade(pd) for pd in (0.0, 0.01, 0.0101, 0.05, 0.2, 1.0)] == ["a", "a", "b", "c", "f", "f"]


FACTORS = {
    price: ("pd", "grade", "months", "policy", "cap", "product"),
    break_even: ("pd", "months", "shape", "costs"),
    months_for: ("grade", "offered", "policy"),
}


def test_only_documented_factors_can_reach_a_price():
    """What a function does not take cannot move what it gives: here is all that they take, and they keep nothing between calls."""
    for function, wanted in FACTORS.items():
        assert tuple(inspect.signature(function).parameters) == wanted
    for module in (price_module, break_even_module):
        names = {name for name, value in vars(module).items() if isinstance(value, dict | list | set) and not name.startswith("__")}
        assert not names, "a price made from what was left behind by another"


def test_no_protected_feature_has_the_name_of_a_factor():
    catalogue = load_catalogue()
    protected = {name for name, feature in catalogue.features.items() if feature.is_protected}
    assert {"age_years", "region_served"} <= protected
    names = {name for wanted in FACTORS.values() for name in wanted} | set(Costs._fields)
    assert not [name for name in names if catalogue.forbids(name)]
    assert not names & (protected | {"sex", "gender", "age", "region", "province", "city", "marriage", "ethnicity", "religion"})


@pytest.mark.parametrize("told", [{"age": 20}, {"sex": "f"}, {"region": "tier1"}])
def test_a_price_refuses_to_be_told_of_age_sex_or_region(told):
    with pytest.raises(TypeError):
        price(0.05, "c", 12, POLICY, CAP, CASH, **told)


def test_cut_offs_are_printed_for_people_and_programs(capsys):
    assert main(["price", "cut-offs", "--on", "2026-12-01", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert [one["cap"] for one in told["cut_offs"]] == [0.36, 0.24, 0.20, 0.15, 0.12]
    assert told["cut_offs"][1]["pd_max"]["12"] == pytest.approx(0.145, abs=0.005)
    assert main(["price", "cut-offs", "--on", "2026-12-01", "--caps", "0.24", "--terms", "12", "--acquisition", "0.03"]) == 0
    assert "24.0 %     10.7 %" in capsys.readouterr().out
    wanted = [one.by_months[0][1] for one in cut_offs([0.36, 0.24, 0.20, 0.15, 0.12], POLICY)]
    assert [round(pd, 6) for pd in wanted] == [one["pd_max"]["12"] for one in told["cut_offs"]]


def test_grades_are_printed_with_why_one_is_not_offered(capsys):
    assert main(["price", "grades", "--on", "2026-12-01", "--lang", "zh-CN"]) == 0
    said = capsys.readouterr().out
    assert "price_over_product" in said
    assert "保本利率高于该产品的最高利率" in said
    assert main(["price", "grades", "--on", "2026-12-01", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["cap"] == "0.2"
    assert {row["grade"] for row in told["grades"]} == {"a", "b", "c", "d", "e", "f"}


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["cut-offs", "--caps", "x"], 2),
        (["cut-offs", "--caps", ""], 2),
        (["cut-offs", "--terms", "0"], 2),
        (["cut-offs", "--terms", "²"], 2),
        (["cut-offs", "--lgd", "1.5"], 2),
        (["cut-offs", "--on", "2026-13-01"], 2),
        (["cut-offs", "--on", "1999-01-01"], 2),
        (["grades", "--product", "gold"], 3),
        (["grades", "--product", "pay-later"], 2),
        (["grades", "--licence", "baker"], 2),
        (["grades", "--lang", "fr"], 2),
    ],
)
def test_wrong_words_are_told_by_their_code(words, code, capsys):
    assert main(["price", *words]) == code
    assert capsys.readouterr().err.startswith("plimsoll price: ")
