"""The agreement on a plan says what was booked, in both languages: the balance, every payment, and whether anything accrues."""

import json
from datetime import UTC, datetime

import pytest

from plimsoll.app.contract import contract_pdf
from plimsoll.app.fonts import chinese_fonts
from plimsoll.loan.book import Decision
from plimsoll.protection.plan_contract import WORDS, plan_contract_of
from plimsoll.rulebook.rules import load
from plimsoll.units.money import text_of
from plimsoll.units.refusal import LANGUAGES, Refused
from tests.counter import Counter, opened

RULES = load()
PARTIES = {"name": "张**"}
ON = "2026-04-20"


def proposed(rate: str | None = "0.12", **more: object) -> Counter:
    """Loan 11 with three instalments past due, and a plan that waits for its signature."""
    counter = opened()
    for name, on, said in (
        ("draw", "2026-01-15", {"loan_id": 11, "currency": "CNY", "amount": "9000.00", "rate": "0.0005", "instalments": 12}),
        ("open_hardship", ON, {"hardship_id": "h1", "currency": "CNY", "income": "6500.00", "city_tier": "tier2"}),
        ("propose_plan", ON, {"plan_id": "p1", "loan_id": 11, "currency": "CNY", "rate": rate, "instalments": 24, **more}),
    ):
        assert isinstance(counter.run(name, on, **said), Decision), name
    return counter


def told(counter: Counter, language: str = "en") -> dict:
    found = plan_contract_of(counter.sheet.filed, "p1", PARTIES, language, RULES)
    assert not isinstance(found, Refused), found
    return found


def test_it_says_what_is_owed_paid_and_whether_anything_accrues():
    counter = proposed(penalty_waived="40.01")
    assert isinstance(counter.run("agree_plan", ON, plan_id="p1", loan_id=11, signed="vault-2"), Decision)
    started = json.loads(next(one.body for one in counter.sheet.filed if one.kind == "plan.started"))
    contract = told(counter)
    summary = dict(contract["summary"][:8])
    owed = sum(started["agreed"]["balance"])
    assert summary["Balance"].startswith(f"{text_of(owed, 'CNY')} CNY (principal 9000.00, interest ")
    assert summary["Waived"] == "40.01 CNY (penalty 40.01, interest 0.00)"
    assert summary["Payments"] == f"24, from 2026-05-20 to 2028-04-20, {text_of(started['total_minor'], 'CNY')} CNY in all"
    assert summary["Interest"] == "accrues at 12 % a year on the principal not yet repaid"
    assert summary["Penalty"] == "none while the plan is kept; late principal bears 18 % a year", (
        "one and a half times the rate of the plan"
    )
    assert summary["Fees"] == "none are charged"
    assert summary["What is paid beyond the principal"] == f"{text_of(started['total_minor'] - 900_000, 'CNY')} CNY"
    assert [amount for _, amount in contract["costs"]] == [f"{text_of(minor, 'CNY')} CNY" for _, minor in started["schedule"]]
    assert contract["title"] == "Agreement on a repayment plan"
    text = json.dumps(contract["articles"])
    assert "2 instalments unpaid at once, or the oldest 30 days late" in text
    assert "no new loan, no purchase on credit and no card" in text
    assert "no penalty is asked for the time of the plan" in text
    assert "at most 2 times in its life, by 12 months at most" in text
    assert "{" not in text
    assert "{" not in json.dumps(told(counter, "zh-CN")["articles"])


def test_what_does_not_accrue_is_said_to_rest():
    assert dict(told(proposed("0"))["summary"][:7])["Interest"] == "none accrues"
    assert dict(told(proposed("0"))["summary"][:7])["Penalty"] == "none accrues"
    assert dict(told(proposed("0"), "zh-CN")["summary"][:7])["利息"] == "不计息"
    kept = dict(told(proposed(None))["summary"][:7])
    assert kept["Interest"] == "accrues at 18.25 % a year on the principal not yet repaid", "the contract's own"
    assert kept["Penalty"].endswith("late principal bears 20 % a year"), "the contract's penalty, under its cap"


def test_while_it_waits_it_is_a_draft():
    counter = proposed()
    assert told(counter)["title"].endswith("(draft, with the debt of 2026-04-20)")
    assert told(counter, "zh-CN")["title"] == "个性化还款协议（草案，按2026-04-20的欠款计算）"


def test_both_languages_say_the_same_numbers():
    counter = proposed(penalty_waived="40.01")
    chinese, english = (told(counter, language) for language in LANGUAGES)
    assert chinese["costs"] == english["costs"]
    assert len(chinese["articles"]) == len(english["articles"])
    assert [len(row) for row in chinese["summary"]] == [len(row) for row in english["summary"]]
    assert WORDS["zh-CN"].keys() == WORDS["en"].keys()


def test_there_is_none_of_a_plan_that_is_none():
    counter = proposed()
    assert plan_contract_of(counter.sheet.filed, "p9", PARTIES, "en", RULES).code == "plan_unknown"
    answer = counter.run("propose_plan", ON, plan_id="p2", loan_id=11, currency="CNY", rate="0.12", instalments=6, is_borrowers=True)
    assert json.loads(answer.answer)["state"] == "countered"
    assert plan_contract_of(counter.sheet.filed, "p2", PARTIES, "en", RULES).code == "plan_not_ready"


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_prints(language):
    pytest.importorskip("typst", reason="the extra for documents is not installed")
    if language == "zh-CN" and not chinese_fonts():
        pytest.skip("no font with Chinese")
    pdf = contract_pdf(told(proposed(), language), datetime(2026, 4, 20, 9, tzinfo=UTC))
    assert isinstance(pdf, bytes)
    assert pdf.startswith(b"%PDF")
