"""A product is held against the law on every day of its life, by exact arithmetic."""

from dataclasses import replace
from datetime import date
from fractions import Fraction

import pytest

from plimsoll.risk.lawful import MONTHLY, breaches, costs_more, lawful_rules, loan_flows, pace_of, plan_flows, require_lawful
from plimsoll.rulebook.product import AccountOffer, LoanOffer, Penalty, Plan, Version
from plimsoll.rulebook.rules import load
from plimsoll.units.days import DAYS, MONTHS, WEEKS
from plimsoll.units.rate import Rate
from plimsoll.units.refusal import Malformed
from tests.unit.rule_folder import edited

RULES = load()
P = 1_000_000
CAP = Rate.parse("0.24")


def cash(**changes: object) -> Version:
    """Give the cash line as first offered, without an end, with some of its terms changed."""
    first = RULES.products["cash-line"][0]
    return replace(first, until=None, offer=replace(first.offer, **changes))


def later(**changes: object) -> Version:
    """Give pay later with some of its terms changed."""
    only = RULES.products["pay-later"][0]
    return replace(only, offer=replace(only.offer, **changes))


def found(version: Version, licence: str = "") -> list[tuple[str, str, str]]:
    """Give code, rule and first day of each breach."""
    return [(breach.code, breach.rule, f"{breach.on}") for breach in breaches(RULES, version, licence)]


# Worked in notes on consumer credit in China, 1.7: C3 and C4, against a cap of 24 % a year.
@pytest.mark.parametrize(
    ("dear", "received", "due"),
    [
        pytest.param(False, P - 30_000, 90_070, id="C3-300-deducted-20.46%"),
        pytest.param(True, P - 50_000, 90_070, id="C3-500-deducted-24.52%"),
        pytest.param(False, P, 94_070, id="C4-guarantee-40-22.99%"),
        pytest.param(True, P, 95_070, id="C4-guarantee-50-25.05%"),
        pytest.param(False, P, 94_559, id="J12-a-cent-below-24%"),
        pytest.param(True, P, 94_560, id="J12-rounded-up-is-a-hair-above-24%"),
    ],
)
def test_all_in_cost_against_the_cap(dear, received, due):
    assert costs_more(received, [due] * 12, CAP, MONTHLY) is dear


@pytest.mark.parametrize("repayment", ["equal-instalment", "equal-principal", "interest-first"])
@pytest.mark.parametrize("count", [1, 3, 12, 60])
def test_a_loan_at_exactly_the_cap_is_lawful_and_a_billionth_more_is_not(repayment, count):
    # 24 % a year is 2 % a month.
    flows = loan_flows(repayment, [2] * count, 100)
    assert not costs_more(*flows, CAP, MONTHLY)
    assert costs_more(*flows, Rate(239_999_999, 10**9), MONTHLY)


@pytest.mark.parametrize(("unit", "step", "a_year"), [(MONTHS, 1, 12), (MONTHS, 3, 4), (WEEKS, 2, 26)])
def test_the_pace_of_dues_sets_the_rate_of_a_period(unit, step, a_year):
    interest = [CAP.num] * 4
    assert not costs_more(*loan_flows("equal-instalment", interest, CAP.den * a_year), CAP, pace_of(unit, step))
    dearer = loan_flows("equal-instalment", [CAP.num * 1000 + 1] * 4, CAP.den * a_year * 1000)
    assert costs_more(*dearer, CAP, pace_of(unit, step))


def test_dues_by_days_are_valued_by_the_day():
    # 30 days at 24 / 365 % a day, compounded by the day, come to a little more than 30 times that.
    grown = (1 + Fraction(24, 36500)) ** 30
    assert not costs_more(grown.denominator, [grown.numerator], CAP, pace_of(DAYS, 30))
    assert costs_more(grown.denominator, [grown.numerator + 1], CAP, pace_of(DAYS, 30))


@pytest.mark.parametrize("repayment", ["equal-instalment", "equal-principal", "interest-first", "bullet"])
def test_promised_flows_pay_the_loan_back_exactly(repayment):
    rates = [Fraction(n, 365) for n in (31, 28, 31, 30, 31)]
    received, dues = loan_flows(repayment, [31, 28, 31, 30, 31], 365)
    balance, unpaid = Fraction(received), Fraction(0)
    for rate, due in zip(rates, dues, strict=True):
        unpaid += balance * rate
        paid = min(unpaid, due)
        unpaid -= paid
        balance -= due - paid
    assert (balance, unpaid) == (0, 0)
    if repayment == "equal-instalment":
        assert len(set(dues)) == 1


def test_a_fee_plan_pays_principal_and_fee_in_equal_parts():
    received, dues = plan_flows(Plan(12, Rate.parse("0.075")))
    assert Fraction(sum(dues), received) == Fraction(1075, 1000)


# ---- products


def test_the_products_that_come_along_are_lawful():
    assert lawful_rules() is RULES
    assert [breach for versions in RULES.products.values() for version in versions for breach in found(version)] == []


def test_a_law_dated_for_later_makes_an_unchanged_product_unlawful_from_that_day():
    assert found(cash()) == [("cost_cap_exceeded", "CN.COST.CAP", "2026-01-01")]


def test_a_product_that_ends_on_the_day_the_law_changes_is_lawful():
    assert found(replace(cash(), until=date(2026, 1, 1))) == []
    assert found(replace(cash(), until=date(2026, 1, 2))) == [("cost_cap_exceeded", "CN.COST.CAP", "2026-01-01")]


def test_the_same_product_under_another_licence_meets_another_law():
    assert found(cash(), "facilitated_bank") == []
    assert found(cash(), "microloan") == [("cost_cap_exceeded", "CN.COST.CAP", "2027-12-31")]


def test_the_length_of_months_counts():
    # 0.0544 % a day is 19.86 % in 365 days, but 92 days in three months come to 20.02 % a year; over twelve months it evens out.
    dear = {"rate_max": Rate.parse("0.000544")}
    assert found(cash(**dear)) == [("cost_cap_exceeded", "CN.COST.CAP", "2026-01-01")]
    assert found(cash(**dear, instalments_offered=(12,), repayments=("equal-instalment",))) == []


@pytest.mark.parametrize(
    ("lawful", "unit", "rate"),
    [
        (True, "30/360", "0.20"),
        (False, "30/360", "0.200001"),
        (True, "actual/365", "0.19"),
        (False, "actual/365", "0.20"),
        (False, "actual/360", "0.198"),
        (True, "actual/actual", "0.196"),
    ],
)
def test_yearly_rates_by_day_count(lawful, unit, rate):
    version = cash(rate_unit=unit, rate_min=Rate(0, 1), rate_max=Rate.parse(rate))
    assert (found(version) == []) is lawful


@pytest.mark.parametrize(
    ("breach", "penalty"),
    [
        ([], None),
        ([], Penalty(Rate(15, 10), None, "CN.COST.CAP")),
        ([], Penalty(Rate(15, 10), Rate(20, 100), "")),
        ([("penalty_cap_exceeded", "CN.COST.CAP", "2026-01-01")], Penalty(Rate(15, 10), Rate(24, 100), "")),
        ([("penalty_cap_exceeded", "CN.COST.CAP", "2026-01-01")], Penalty(Rate(15, 10), None, "")),
        ([("penalty_cap_exceeded", "CN.PENALTY.MULT", "2020-07-12")], Penalty(Rate(16, 10), None, "CN.COST.CAP")),
        ([], Penalty(Rate(1, 1), None, "")),
    ],
    ids=["none", "clamped-by-law", "clamped-enough", "clamped-too-high", "not-clamped", "multiple", "same-as-contract"],
)
def test_penalty_against_the_cap_and_the_multiple(breach, penalty):
    assert found(cash(rate_max=Rate.parse("0.0005"), penalty=penalty)) == breach


@pytest.mark.parametrize(
    ("breach", "licence", "since"),
    [
        ([("principal_cap_exceeded", "CN.LINE.CONSUMER.MAX", "2020-07-12")], "bank_large", date(2020, 7, 12)),
        ([], "bank_large", date(2025, 3, 14)),
        ([("principal_cap_exceeded", "CN.LINE.CONSUMER.MAX", "2025-03-14")], "bank", date(2025, 3, 14)),
    ],
    ids=["before-the-notice", "from-the-notice", "not-a-listed-bank"],
)
def test_the_greatest_amount_against_the_law(breach, licence, since):
    assert found(replace(cash(amount_max_minor=30_000_000), since=since), licence) == breach


def test_the_greatest_limit_of_an_account_against_the_law():
    assert found(later(limit_max_minor=20_000_001)) == [("principal_cap_exceeded", "CN.LINE.CONSUMER.MAX", "2020-07-12")]


@pytest.mark.parametrize(
    ("breach", "licence", "every", "instalments", "repayments"),
    [
        ([], "bank", "1 month", (12,), ("bullet",)),
        ([("term_too_long", "CN.TERM.BULLET.MAX", "2020-07-12")], "bank", "1 month", (12, 13), ("bullet",)),
        ([("term_too_long", "CN.TERM.BULLET.MAX", "2020-07-12")], "bank", "3 months", (5,), ("interest-first",)),
        ([("term_too_long", "CN.TERM.BULLET.MAX", "2020-07-12")], "bank", "2 weeks", (26,), ("bullet",)),
        ([], "bank", "1 month", (36,), ("equal-instalment",)),
        ([], "cfc", "1 month", (24,), ("bullet",)),
    ],
)
def test_the_longest_term_of_principal_due_at_the_end(breach, licence, every, instalments, repayments):
    version = cash(every=every, instalments_offered=instalments, repayments=repayments, rate_max=Rate.parse("0.0005"))
    assert found(version, licence) == breach


@pytest.mark.parametrize(
    ("breach", "changes"),
    [
        ([("cost_cap_exceeded", "CN.COST.CAP", "2026-01-01")], {"revolving_per_day": Rate.parse("0.00055")}),
        ([("penalty_cap_exceeded", "CN.COST.CAP", "2026-01-01")], {"penalty_per_day": Rate.parse("0.00055")}),
        ([("cost_cap_exceeded", "CN.COST.CAP", "2026-01-01")], {"bill_plans": (Plan(12, Rate.parse("0.12")),)}),
        ([("cost_cap_exceeded", "CN.COST.CAP", "2026-01-01")], {"purchase_plans": (Plan(3, Rate.parse("0.034")),)}),
        ([], {"purchase_plans": (Plan(3, Rate.parse("0.033")),)}),
        ([], {"merchant_plans": (Plan(3, Rate.parse("0.30")),)}),
    ],
    ids=["revolving", "penalty", "bill-plan", "purchase-plan", "purchase-plan-below", "the-merchant-pays"],
)
def test_what_an_account_costs_against_the_cap(breach, changes):
    assert found(later(**changes)) == breach


def test_an_unlawful_product_is_refused_on_load_with_its_place_and_the_day(tmp_path):
    text = edited(tmp_path, "product/cash-line.yaml", "max: 0.0005", "max: 0.0006")
    with pytest.raises(Malformed) as wrong:
        require_lawful(load(tmp_path))
    assert (wrong.value.code, wrong.value.file, wrong.value.key) == ("product_unlawful", "product/cash-line.yaml", "cash-line")
    assert wrong.value.line == text[: text.index("  - from: 2026-01-01")].count("\n") + 1
    assert "CN.COST.CAP" in wrong.value.detail
    assert "2026-01-01" in wrong.value.detail


def test_a_law_change_alone_makes_the_load_fail_and_names_the_day(tmp_path):
    row = "    - {from: 2027-06-01, licence: [cfc], value: 0.15, source: made up, confidence: weak, review_by: 2028-01-01}\n"
    edited(tmp_path, "law/cn/cost.yaml", "\nCN.LPR1Y", f"{row}\nCN.LPR1Y")
    with pytest.raises(Malformed, match="2027-06-01"):
        require_lawful(load(tmp_path))


def test_a_country_without_rules_binds_nothing(tmp_path):
    edited(tmp_path, "product/cash-line.yaml", "licence: cfc", "licence: xx_bank")
    (tmp_path / "law" / "xx").mkdir()
    (tmp_path / "law" / "xx" / "licences.yaml").write_text(
        "licences:\n  xx_bank: {title: {zh-CN: 无规则国家的银行, en: bank of a country without rules}}\n", "utf-8"
    )
    assert require_lawful(load(tmp_path)).products["cash-line"][0].licence == "xx_bank"


def test_offers_are_of_two_kinds():
    assert isinstance(cash().offer, LoanOffer)
    assert isinstance(later().offer, AccountOffer)
