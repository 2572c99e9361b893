"""What a product says otherwise: no credit balance, grace, tolerance, due days moved off holidays, no penalty."""

from dataclasses import replace
from datetime import date

import pytest

from plimsoll.loan.book import Decision
from plimsoll.rulebook.product import LoanOffer
from plimsoll.rulebook.rules import Rules
from plimsoll.units.refusal import Refused
from tests.counter import RULES, Counter, opened


def rules_with(name: str, **said: object) -> Rules:
    """Return the rulebook with other terms in every version of a product."""
    versions = tuple(replace(version, **said) for version in RULES.products[name])
    return replace(RULES, products={**RULES.products, name: versions})


def counter_with(name: str, **said: object) -> Counter:
    counter = opened()
    counter.rules = rules_with(name, **said)
    return counter


def draw(counter: Counter, on: str = "2026-01-15", **said: object) -> Decision | Refused:
    return counter.run("draw", on, **{"loan_id": 7, "amount": "10000.00", "currency": "CNY", "rate": "0.0004"} | said)


def code(outcome: Decision | Refused) -> str:
    return outcome.code if isinstance(outcome, Refused) else ""


def test_a_loan_product_that_keeps_no_credit_refuses_more_than_the_payoff():
    counter = counter_with("cash-line", excess="refuse")
    draw(counter)
    said = {"loan_id": 7, "currency": "CNY"}
    assert code(counter.run("repay", "2026-01-25", amount="10040.01", **said)) == "repayment_exceeds_payoff"
    assert code(counter.run("repay", "2026-01-25", amount="10040.00", **said)) == ""
    assert code(counter.run("repay", "2026-01-25", amount="0.01", **said)) == "repayment_exceeds_payoff"


def test_an_account_product_that_keeps_no_credit_takes_what_is_billed():
    counter = counter_with("pay-later", excess="refuse")
    said = {"loan_id": 1, "currency": "CNY"}
    counter.run("purchase", "2026-01-20", amount="100.00", **said)
    assert code(counter.run("repay", "2026-01-21", amount="0.01", **said)) == "repayment_exceeds_payoff"
    counter.close("2026-02-01")
    assert code(counter.run("repay", "2026-02-02", amount="100.01", **said)) == "repayment_exceeds_payoff"
    assert code(counter.run("repay", "2026-02-02", amount="100.00", **said)) == ""


def test_a_customer_may_pay_too_much_where_one_product_keeps_it():
    counter = counter_with("cash-line", excess="refuse")
    draw(counter)
    assert code(counter.run("repay", "2026-01-25", amount="10050.00", currency="CNY")) == ""
    assert counter.state(1).credit == 1000


def test_a_customer_may_not_pay_too_much_where_no_product_keeps_it():
    counter = counter_with("cash-line", excess="refuse")
    later = rules_with("pay-later", excess="refuse").products["pay-later"]
    counter.rules = replace(counter.rules, products={**counter.rules.products, "pay-later": later})
    draw(counter)
    assert code(counter.run("repay", "2026-01-25", amount="10040.01", currency="CNY")) == "repayment_exceeds_payoff"
    assert code(counter.run("repay", "2026-01-25", amount="10040.00", currency="CNY")) == ""


def test_the_terms_of_a_loan_are_those_of_its_first_day():
    """The product keeps no credit from 2026-01-01 on; a loan of 2025 still does."""
    counter = Counter()
    old, new, last = RULES.products["cash-line"]
    counter.rules = replace(RULES, products={**RULES.products, "cash-line": (old, replace(new, excess="refuse"), last)})
    counter.run("open_customer", "2025-12-01")
    counter.run("open_line", "2025-12-01", currency="CNY", limit="50000.00", cash_limit="50000.00", later_limit="0.00")
    draw(counter, "2025-12-31")
    draw(counter, "2026-01-01", loan_id=8)
    said = {"currency": "CNY", "amount": "20000.00"}
    assert code(counter.run("repay", "2026-01-25", loan_id=8, **said)) == "repayment_exceeds_payoff"
    assert code(counter.run("repay", "2026-01-25", loan_id=7, **said)) == ""


def test_within_the_days_of_grace_a_loan_is_not_late_and_after_them_it_is_by_all_days():
    counter = counter_with("cash-line", grace_days=3)
    draw(counter)
    assert [message for decision in counter.close("2026-02-18") for message, _ in decision.messages] == ["autopay"]
    (first,) = counter.close("2026-02-19")
    assert [kind for kind, _ in first.messages] == ["late", "class"]
    assert '"past_due_days":4' in first.messages[0][1]
    assert [(fact.a, fact.b) for _, fact, _ in first.facts] == [(1, 1)]
    assert [(fact.a, fact.b) for decision in counter.close("2026-03-18") for _, fact, _ in decision.facts] == [(2, 1)]


def test_a_technical_delay_is_a_bucket_but_no_class():
    counter = counter_with("cash-line", tolerance_days=3)
    draw(counter)
    decisions = counter.close("2026-02-16")
    assert [(fact.a, fact.b) for decision in decisions for _, fact, _ in decision.facts] == [(1, 0)]
    assert "class" not in [kind for decision in decisions for kind, _ in decision.messages]


def test_due_days_on_holidays_move_as_the_product_says():
    """15 February 2026 is a Sunday before the Spring Festival holiday, which begins that day and ends on the 23rd."""
    counter = counter_with("cash-line", due_roll="following")
    assert '"first_due_on":"2026-02-24"' in str(draw(counter, instalments=3))
    counter = counter_with("cash-line", due_roll="preceding")
    assert '"first_due_on":"2026-02-14"' in str(draw(counter, instalments=3))


def test_a_calendar_that_is_not_confirmed_so_far_refuses_the_draw():
    counter = counter_with("cash-line", due_roll="following")
    last = RULES.calendars["cn"].confirmed_through
    assert code(draw(counter, date(last.year, 12, 15).isoformat(), instalments=3)) == "calendar_not_confirmed"


def test_rescheduled_due_days_move_too():
    counter = counter_with("cash-line", due_roll="following")
    draw(counter, instalments=3)
    assert code(counter.run("reschedule", "2026-01-20", loan_id=7, due_on=["2026-02-16", "2026-02-17"])) == "due_days_must_increase"
    assert code(counter.run("reschedule", "2026-01-20", loan_id=7, due_on=["2026-02-16", "2026-03-16"])) == ""
    (kind, told), *_ = (message for decision in counter.close("2026-02-28") for message in decision.messages)
    assert (kind, '"due_on":"2026-02-24"' in told) == ("autopay", True)


@pytest.mark.parametrize(("has_penalty", "left_minor"), [(False, 0), (True, 465)])
def test_penalty_as_the_product_has_it(has_penalty: bool, left_minor: int):
    """776.41 ten days late: none, or without a cap 1.5 × 0.04 % a day, 4.66; of that 0.01 is paid."""
    offer = RULES.products["cash-line"][-1].offer
    assert isinstance(offer, LoanOffer)
    assert offer.penalty is not None
    penalty = replace(offer.penalty, cap_rule="", per_year_cap=None) if has_penalty else None
    counter = counter_with("cash-line", offer=replace(offer, penalty=penalty))
    draw(counter)
    counter.run("repay", "2026-02-25", loan_id=7, amount="0.01", currency="CNY")
    assert counter.state(7).penalty == left_minor


def test_a_loan_whose_product_has_gone_is_told_so():
    counter = opened()
    draw(counter)
    counter.rules = replace(RULES, products={})
    assert code(counter.run("repay", "2026-01-25", loan_id=7, amount="20000.00", currency="CNY")) == "product_unknown"
    assert code(counter.run("repay", "2026-01-25", loan_id=7, amount="100.00", currency="CNY")) == ""
