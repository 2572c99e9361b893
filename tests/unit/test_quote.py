"""`plimsoll quote` says what the case port and the verbs say, and what the law says about it."""

import json
import re
import shlex
from datetime import date
from pathlib import Path

import pytest

from plimsoll.interfaces.case.answer import answer_case
from plimsoll.interfaces.case.terms import read_loan_terms
from plimsoll.interfaces.cli.main import main
from plimsoll.interfaces.cli.offer_case import Offered, Wish, offered
from plimsoll.interfaces.cli.quote import yearly
from plimsoll.loan.terms import write_loan
from plimsoll.risk.lawful import lawful_rules
from plimsoll.units.rate import Rate

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "how-to" / "quote.md").read_text("utf-8")
J10 = ["--principal", "10000", "--rate-per-day", "0.0004", "--instalments", "12", "--repayment", "equal-instalment", "--on", "2026-01-15"]


def quote(capsys, *words: str) -> dict:
    """The quote as an object."""
    assert main(["quote", *words, "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def test_a_quote_is_the_answer_of_the_case_port(capsys):
    told = quote(capsys, *J10)
    answer = answer_case(told["case"])
    assert (told["schedule"], told["totals"], told["cost"]) == (answer["schedule"], answer["totals"], answer["cost"])
    assert [line["due"] for line in told["schedule"]] == ["900.41"] * 11 + ["900.42"]


def test_the_table_shows_schedule_totals_and_both_yearly_costs(capsys):
    assert main(["quote", *J10]) == 0
    said = capsys.readouterr().out
    assert "12  2027-01-15    31     889.39     11.03  0.00     900.42      0.00" in said
    assert "10,000.00    804.93  0.00  10,804.93" in said
    assert "APR simple      14.54 %" in said
    assert "APR effective   15.55 %" in said
    assert "CN.COST.CAP" not in said


def test_a_licence_holds_own_terms_against_the_cap_of_the_day(capsys):
    words = ["--principal", "10000", "--rate-per-day", "0.0006", "--instalments", "3", "--licence", "cfc"]
    assert main(["quote", *words, "--on", "2025-12-31"]) == 0
    assert "For cfc no rule caps the cost on that day." in capsys.readouterr().out
    assert main(["quote", *words, "--on", "2026-01-15"]) == 4
    shown = capsys.readouterr()
    assert "ABOVE CN.COST.CAP: 20.00 % a year" in shown.out
    assert "(CN.COST.CAP)" in shown.err


@pytest.mark.parametrize("repayment", ["equal-instalment", "equal-principal", "interest-first", "bullet"])
@pytest.mark.parametrize("instalments", [0, 3, 6])
def test_a_quote_of_the_cash_line_has_the_terms_of_a_draw(repayment, instalments):
    wish = Wish("cash-line", "", date(2026, 1, 31), 1_000_000, "CNY", Rate.parse("0.0003"), instalments, repayment, "borrower")
    found = offered(wish, lawful_rules())
    assert isinstance(found, Offered)
    assert found.terms is not None
    assert write_loan(read_loan_terms(found.case["terms"])) == found.terms.terms


def test_without_a_rate_a_product_is_quoted_at_its_highest(capsys):
    before = quote(capsys, "--product", "cash-line", "--principal", "10000", "--on", "2025-12-31", "--instalments", "3")
    after = quote(capsys, "--product", "cash-line", "--principal", "10000", "--on", "2026-01-01", "--instalments", "3")
    assert before["case"]["terms"]["rate"] == {"per_day": "0.0006"}
    assert after["case"]["terms"]["rate"] == {"per_day": "0.0005"}
    assert after["cost_cap"] == {"rule": "CN.COST.CAP", "per_year": "0.2", "is_kept": True}


@pytest.mark.parametrize(("paid_by", "fee", "merchant_fee"), [("borrower", "54.00", "0.00"), ("merchant", "0.00", "54.00")])
def test_a_plan_of_pay_later_costs_who_pays_the_fee(capsys, paid_by, fee, merchant_fee):
    words = ["--product", "pay-later", "--principal", "1200", "--instalments", "6", "--on", "2026-01-15", "--paid-by", paid_by]
    told = quote(capsys, *words)
    assert told["totals"] == {"principal": "1200.00", "interest": "0.00", "fee": fee, "merchant_fee": merchant_fee}
    assert [line["due_on"] for line in told["schedule"]][:2] == ["2026-02-10", "2026-03-10"]


def test_a_plan_of_ones_own_takes_a_fee(capsys):
    told = quote(capsys, "--principal", "1200", "--fee", "0.045", "--instalments", "6", "--on", "2026-01-15")
    assert told["totals"]["fee"] == "54.00"
    assert told["case"]["terms"]["fee"] == {"rate": "0.045", "paid_by": "borrower"}


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["--principal", "abc", "--rate-per-day", "0.0004"], 2, "--principal: The amount cannot be read"),
        (["--principal", "100.005", "--rate-per-day", "0.0004"], 2, "--principal: The amount has more digits"),
        (["--principal=-5", "--rate-per-day", "0.0004"], 2, "--principal: The amount must be more than zero"),
        (["--principal", "100", "--rate-per-day", "4%"], 2, "--rate-per-day: The rate cannot be read"),
        (["--principal", "100", "--rate-per-year", "0.1"], 2, "--day-count: A key that is needed is missing"),
        (["--principal", "100"], 2, "say what it costs"),
        (["--principal", "100", "--rate-per-day", "0.0004", "--on", "2026-02-30"], 2, "--on: The date cannot be read"),
        (["--principal", "100", "--rate-per-day", "0.0004", "--currency", "XXX"], 2, "--currency: The currency is not known"),
        (["--principal", "100", "--rate-per-day", "0.0004", "--every", "weekly"], 2, "--every: "),
        (["--principal", "100", "--rate-per-day", "0.0004", "--instalments", "9999"], 2, "--instalments: "),
        (["--principal", "100", "--rate-per-day", "0.0004", "--repayment", "none"], 2, "--repayment: "),
        (["--principal", "100", "--rate-per-day", "0.0004", "--licence", "none"], 2, "The licence type is not known"),
        (["--principal", "100", "--fee", "0.1", "--paid-by", "me"], 2, "--paid-by: "),
        (["--principal", "100", "--instalments", "-1"], 2, "--instalments"),
        (["--product", "nothing", "--principal", "1000"], 3, "There is no such product"),
        (["--product", "cash-line", "--principal", "x"], 2, "--principal: "),
        (["--product", "cash-line", "--principal", "1000", "--every", "1 month"], 2, "--every is the product's to say"),
        (["--product", "cash-line", "--principal", "1000", "--rate-per-year", "0.1"], 2, "its own unit of rate"),
        (["--product", "cash-line", "--principal", "1000", "--licence", "none"], 2, "The licence type is not known"),
        (["--product", "cash-line", "--principal", "1000", "--on", "2019-01-01"], 4, "No version of the product"),
        (["--product", "cash-line", "--principal", "1000", "--currency", "USD"], 4, "The currency differs"),
        (["--product", "cash-line", "--principal", "1"], 4, "outside what the product allows"),
        (["--product", "cash-line", "--principal", "1000", "--instalments", "5"], 4, "does not offer that term"),
        (["--product", "cash-line", "--principal", "1000", "--rate-per-day", "0.01"], 4, "The rate is outside"),
        (["--product", "cash-line", "--principal", "1000", "--licence", "microloan"], 4, "cost_cap_exceeded on 2027-12-31"),
        (["--product", "pay-later", "--principal", "1000"], 4, "0 instalments; offered: 3, 6, 12"),
        (["--product", "pay-later", "--principal", "1000", "--instalments", "3", "--paid-by", "me"], 2, "--paid-by: "),
    ],
)
def test_what_cannot_be_quoted_says_why_and_where(capsys, words, code, said):
    assert main(["quote", *words]) == code
    shown = capsys.readouterr()
    assert said in shown.err
    assert shown.out == ""


@pytest.mark.parametrize(
    ("text", "shown"), [("0.1460", "14.60 %"), ("0.2", "20.00 %"), ("-0.0100", "-1.00 %"), ("12.0", "1200.00 %"), (None, "none")]
)
def test_yearly_rates_are_shown_as_per_cent(text, shown):
    assert yearly(text) == shown


@pytest.mark.parametrize("words", re.findall(r"^    plimsoll (quote .+)$", PAGE, re.MULTILINE))
def test_the_quotes_of_the_page_are_given(words, capsys):
    assert main(shlex.split(words)) == 0
    said = capsys.readouterr().out.splitlines()
    if words.endswith("--repayment equal-instalment --on 2026-01-15"):
        shown = re.findall(r"```\n(.*?)```", PAGE, re.DOTALL)[0].splitlines()
        assert set(shown) - set(said) == {"..."}
