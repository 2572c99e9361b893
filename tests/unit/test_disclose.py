"""The all-in cost table: published figures, the kernel's own schedule, and a digest of exactly what is shown."""

import json
from dataclasses import replace
from datetime import date, timedelta
from hashlib import sha256

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plimsoll.loan.facts import Fact, in_instalments
from plimsoll.loan.fold import fold
from plimsoll.loan.layout import PURCHASED
from plimsoll.loan.owed import bills
from plimsoll.loan.terms import AccountTerms, write_account
from plimsoll.risk.disclose import (
    AccountSeen,
    Ask,
    digest_of,
    digest_of_rows,
    percent,
    plan_promise,
    read_ask,
    rows,
    said,
    table_of,
)
from plimsoll.risk.disclosure_words import LAYOUTS, LINES, METHOD_WORDS, PLAN_COSTS, REPAYMENT_WORDS, TEMPLATE, WORDS
from plimsoll.rulebook.rules import load
from plimsoll.units.rate import Rate
from plimsoll.units.refusal import LANGUAGES, Refused

RULES = load()
ON = date(2026, 1, 15)
RATE = Rate.parse("0.0004")
ACCOUNT = AccountSeen(1, 10, 5, 10_000)
DRAW = Ask("draw", ON, "cash-line", "CNY", 1_000_000, 12, RATE)
ASKS = {
    "draw": DRAW,
    "offer": DRAW._replace(about="offer", limit_minor=3_000_000),
    "account": Ask("account", ON, "pay-later", "CNY", 500_000),
    "instalments": Ask("instalments", ON, "pay-later", "CNY", 100_000, 12, account=ACCOUNT),
    "bill": Ask("bill", ON, "pay-later", "CNY", 100_000, 9, account=ACCOUNT),
    "merchant": Ask("merchant", ON, "pay-later", "CNY", 100_000, 12, account=ACCOUNT),
}


def numbers(ask: Ask) -> dict[str, str]:
    table = table_of(ask, RULES)
    assert not isinstance(table, Refused), table
    return dict(table.numbers)


def test_a_draw_costs_what_the_worked_example_says():
    """J10: 10,000 on 2026-01-15 at 0.04 % a day, 12 equal instalments by actual days: 11 × 900.41 + 900.42, interest 804.93."""
    told = numbers(DRAW)
    assert (told["first"], told["last"], told["interest"], told["total"]) == ("900.41", "900.42", "804.93", "10,804.93")
    assert (told["rate_per_day"], told["rate_per_year"]) == ("0.04", "14.60")
    assert (told["first_due"], told["last_due"]) == ("2026-02-15", "2027-01-15")


def test_paying_late_costs_the_capped_penalty_on_this_very_loan():
    """1.5 × 0.04 % is 0.06 % a day, above 20 % ÷ 365; the first instalment pays 776.41 of principal back: × 0.2 ÷ 365 × 30 = 12.76."""
    told = numbers(DRAW)
    assert (told["penalty_per_day"], told["penalty_per_year"]) == ("0.0548", "20.00")
    assert (told["late_n"], told["late_principal"], told["late_days"], told["late_penalty"]) == ("1", "776.41", "30", "12.76")
    first = numbers(DRAW._replace(repayment="interest-first"))
    assert (first["late_n"], first["late_principal"], first["late_penalty"]) == ("12", "10,000.00", "164.38")


@pytest.mark.parametrize(("count", "simple"), [(3, "13.75"), (6, "15.27"), (12, "13.57")])
def test_instalments_cost_a_year_what_is_published_for_their_fees(count, simple):
    told = numbers(ASKS["instalments"]._replace(instalments=count))
    assert told["cost_simple"] == simple


def test_instalments_of_a_purchase_as_published():
    """H9: 1,000 in 12 for 7.5 %: 75.00 of fees, 89.62 first, 89.58 then, 1,075 in all."""
    told = numbers(ASKS["instalments"])
    assert (told["fee"], told["first"], told["last"], told["total"]) == ("75.00", "89.62", "89.58", "1,075.00")


def test_instalments_that_the_merchant_pays_for_cost_the_borrower_nothing():
    """H10: the merchant bears 75.00, the borrower pays 1,000.00."""
    told = numbers(ASKS["merchant"])
    assert (told["merchant_fee"], told["total"], told["cost_simple"], told["cost_effective"]) == ("75.00", "1,000.00", "0.00", "0.00")


def test_an_account_is_disclosed_with_every_plan_on_offer():
    table = table_of(ASKS["account"], RULES)
    assert not isinstance(table, Refused)
    assert [plan["apr"] for plan in table.plans["purchase_plans"]] == ["13.75", "15.27", "13.57"]
    assert (table.numbers["rate_per_day"], table.numbers["rate_per_year"], table.numbers["min_payment"]) == ("0.05", "18.25", "10.00")
    assert (table.numbers["late_principal"], table.numbers["late_penalty"]) == ("500.00", "7.50")


@settings(max_examples=60, deadline=None)
@given(
    amount=st.integers(10_000, 5_000_000),
    count=st.sampled_from((3, 6, 12)),
    start=st.integers(0, 700),
    due_day=st.sampled_from((10, 15, 20)),
)
def test_the_schedule_of_a_plan_is_what_the_account_will_bill(amount, count, start, due_day):
    """The disclosed instalments against the bills that the kernel cuts for the same purchase."""
    on = (ON + timedelta(days=start)).toordinal()
    terms = write_account(AccountTerms(currency="CNY", opened_on=on - 1, bill_day=1, due_day=due_day, min_payment=(1, 10)))
    fact = Fact(PURCHASED, on, amount, 0, 0, in_instalments(count, (75, 1000), by_merchant=False))
    standing = fold(terms, (fact,), on + 31 * (count + 2))
    assert not isinstance(standing, Refused)
    fee = (amount * 75 + 500) // 1000 if (amount * 75) % 1000 != 500 else amount * 75 // 1000 + (amount * 75 // 1000) % 2
    promise = plan_promise(amount, fee, count, on, AccountSeen(1, due_day, 0, 1))
    found = [(bill.due_on, bill.instalments_due) for bill in bills(standing) if bill.instalments_due]
    assert [(line.due_on, line.principal + line.fee) for line in promise] == found


def test_every_kind_has_all_its_rows_in_both_languages_with_every_number_filled_in():
    for about, ask in ASKS.items():
        table = table_of(ask, RULES)
        assert not isinstance(table, Refused), about
        for language in LANGUAGES:
            told = rows(table, language)
            assert [row.name for row in told] == list(LAYOUTS[about])
            assert all(row.label and row.text and "{" not in row.text for row in told), about
            assert any("nothing is charged beyond" in row.text or "不向您收取任何其他" in row.text for row in told)


def test_the_yearly_cost_stands_wherever_a_daily_rate_does():
    for words in WORDS.values():
        for _, sentence in words.values():
            assert ("{rate_per_day}" in sentence) <= ("{rate_per_year}" in sentence)
            assert ("{penalty_per_day}" in sentence) <= ("{penalty_per_year}" in sentence)


def test_the_words_of_a_template_never_change():
    """Other words are another template: then add its name and digest here, and leave this one."""
    assert TEMPLATE in WORDS_OF
    told = json.dumps([WORDS, LAYOUTS, LINES, METHOD_WORDS, PLAN_COSTS, REPAYMENT_WORDS], ensure_ascii=False, sort_keys=True)
    assert sha256(told.encode()).hexdigest()[:16] == WORDS_OF[TEMPLATE]


WORDS_OF = {"cn.allin.1": "c262ea9567c948be", "cn.allin.2": "ea0dff5572f649eb"}


@given(
    amount=st.integers(50_000, 20_000_000),
    rate=st.integers(15, 50),
    count=st.sampled_from((3, 6, 12)),
    way=st.sampled_from(("equal-instalment", "interest-first", "equal-principal", "bullet")),
    on=st.dates(date(2026, 1, 1), date(2027, 12, 31)),
)
@settings(max_examples=60, deadline=None)
def test_one_other_number_gives_another_digest(amount, rate, count, way, on):
    ask = Ask("draw", on, "cash-line", "CNY", amount, count, Rate(rate, 100_000), way)
    others = [
        ask._replace(amount_minor=amount - 1 if amount > 50_000 else amount + 1),
        ask._replace(rate=Rate(rate + 1 if rate < 50 else rate - 1, 100_000)),
        ask._replace(instalments=15 - count if count != 6 else 3) if count != 3 else ask._replace(instalments=12),
        ask._replace(on=on + timedelta(days=1)),
        ask._replace(repayment="bullet" if way != "bullet" else "equal-principal"),
    ]
    others = [other._replace(instalments=other.instalments if other.instalments in (3, 6, 12) else 6) for other in others]
    table = table_of(ask, RULES)
    assert not isinstance(table, Refused)
    for language in LANGUAGES:
        digests = {digest_of(found, language) for found in (table_of(other, RULES) for other in others) if not isinstance(found, Refused)}
        assert digest_of(table, language) not in digests
    assert digest_of(table, "en") != digest_of(table, "zh-CN")


def test_a_digest_can_be_checked_from_the_rows_alone_and_what_is_asked_comes_back():
    for ask in ASKS.values():
        table = table_of(ask, RULES)
        assert not isinstance(table, Refused)
        assert digest_of_rows(TEMPLATE, ask.about, "en", [list(row) for row in rows(table, "en")]) == digest_of(table, "en")
        assert read_ask(said(ask)) == ask


def test_a_draw_disclosed_by_the_usual_terms_is_the_same_as_one_that_names_them():
    named = DRAW._replace(repayment="equal-instalment")
    table, usual = table_of(named, RULES), table_of(DRAW._replace(instalments=0), RULES)
    assert not isinstance(table, Refused)
    assert not isinstance(usual, Refused)
    assert digest_of(table, "en") == digest_of(usual, "en")


@pytest.mark.parametrize(
    ("ask", "code"),
    [
        (DRAW._replace(about="gift"), "disclosure_kind_unknown"),
        (DRAW._replace(amount_minor=1), "amount_out_of_range"),
        (DRAW._replace(product="pay-later"), "fact_does_not_fit"),
        (DRAW._replace(product="nothing"), "product_unknown"),
        (ASKS["instalments"]._replace(instalments=7), "plan_terms_not_offered"),
        (ASKS["instalments"]._replace(account=None), "fact_does_not_fit"),
        (ASKS["account"]._replace(product="cash-line"), "fact_does_not_fit"),
    ],
)
def test_what_the_product_refuses_is_not_disclosed(ask, code):
    refused = table_of(ask, RULES)
    assert isinstance(refused, Refused)
    assert refused.code == code


@pytest.mark.parametrize(
    ("num", "den", "digits", "text"),
    [(4, 10_000, 4, "0.04"), (1, 10, 2, "10.00"), (20, 36_500, 4, "0.0548"), (12_775, 100_000, 4, "12.775"), (0, 1, 2, "0.00")],
)
def test_shares_are_written_as_per_cent(num, den, digits, text):
    assert percent(num, den, digits) == text


def test_who_lends_is_named_with_every_payment():
    table = table_of(DRAW, replace(RULES, lender=replace(RULES.lender, name={"zh-CN": "甲公司", "en": "A Ltd."})))
    assert not isinstance(table, Refused)
    told = {row.name: row.text for row in rows(table, "en")}
    assert "paid to A Ltd." in told["interest"]
    assert "paid to A Ltd." in told["overdue"]
