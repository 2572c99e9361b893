"""The rulebook: what is in force on a day, and a place in the message for whatever is wrong in a file."""

from datetime import date, timedelta
from pathlib import Path

import pytest

from plimsoll.interfaces.cli.rules import value_text
from plimsoll.loan import classes
from plimsoll.rulebook.lateness import lateness
from plimsoll.rulebook.product import AccountOffer, LoanOffer, Plan, Version
from plimsoll.rulebook.rules import Rules, load
from plimsoll.rulebook.workdays import Calendar
from plimsoll.units.rate import Rate
from plimsoll.units.refusal import Malformed, Refused
from tests.golden import read_texts
from tests.unit.rule_folder import edited

CASES = Path(__file__).parents[1] / "cases" / "rules"
RULES = load()


def cases() -> list[dict[str, str]]:
    """Give every dated case of tests/cases/rules, all values as text."""
    return [case for path in sorted(CASES.glob("*.yaml")) for case in read_texts(path.read_text("utf-8"))]


def said(rules: Rules, key: str, on: date, licence: str) -> str:
    """Give the value in force as people write it, "none" where there is none."""
    value = rules.value(key, on, licence)
    return "none" if value is None else value_text(value, rules.rule(key).unit)


@pytest.mark.parametrize("case", cases(), ids=lambda case: f"{case['rule']}-{case.get('licence', 'any')}-{case['on']}")
def test_value_on_a_day(case):
    assert said(RULES, case["rule"], date.fromisoformat(case["on"]), case.get("licence", "")) == case["value"]


def test_every_dated_value_has_a_case_on_the_day_before_and_on_the_day():
    told = {(case["rule"], case.get("licence", ""), case["on"]) for case in cases()}
    missing = []
    for rule in RULES.rules.values():
        for licence, rows in rule.tracks.items():
            days = {row.since for row in rows} | {row.until for row in rows if row.until is not None}
            for day in sorted(days):
                wanted = [(rule.key, licence, f"{on}") for on in (day - timedelta(days=1), day)]
                missing += [one for one in wanted if one not in told]
    assert not missing, f"add these to tests/cases/rules: {missing}"


# ---- lookups


def test_an_entry_says_since_when_until_when_and_by_what_source():
    entry = RULES.entry("CN.COST.CAP", date(2026, 6, 1), "microloan_online")
    assert entry is not None
    assert (entry.value, entry.licence) == (Rate(24, 100), "microloan")
    assert (entry.since, entry.until) == (date(2025, 12, 24), date(2027, 12, 31))
    assert entry.confidence == "sourced"
    assert entry.source.startswith("小额贷款公司综合融资成本管理工作指引")


def test_a_formula_is_worked_out_exactly():
    entry = RULES.entry("CN.COST.CAP", date(2028, 1, 1), "microloan")
    assert entry is not None
    assert (entry.value, entry.formula) == (Rate(12, 100), "4*CN.LPR1Y")


def test_what_comes_next_is_the_first_other_value():
    upcoming = RULES.upcoming("CN.COST.CAP", date(2026, 6, 1), "microloan")
    assert upcoming is not None
    day, entry = upcoming
    assert day == date(2027, 12, 31)
    assert entry is not None
    assert entry.value == Rate(12, 100)


def test_the_end_of_a_rule_comes_next_as_nothing():
    assert RULES.upcoming("CN.NPL.RESALE", date(2026, 11, 21)) == (date(2027, 1, 1), None)


def test_nothing_comes_next_where_no_change_is_known():
    assert RULES.upcoming("CN.COST.CAP", date(2028, 1, 1), "cfc") is None


def test_an_unknown_rule_and_an_unknown_licence_are_told():
    with pytest.raises(Malformed) as wrong:
        RULES.value("CN.NO.SUCH", date(2026, 1, 1))
    assert wrong.value.code == "rule_unknown"
    with pytest.raises(Malformed) as wrong:
        RULES.value("CN.COST.CAP", date(2026, 1, 1), "pawnshop")
    assert wrong.value.code == "licence_unknown"


@pytest.mark.parametrize(
    ("names", "days"),
    [
        (("M0", "none", "normal"), 0),
        (("M1", "short", "special-mention"), 1),
        (("M1", "short", "special-mention"), 30),
        (("M2", "mid", "special-mention"), 31),
        (("M3", "mid", "special-mention"), 90),
        (("M4", "long", "substandard"), 91),
        (("M6", "long", "substandard"), 180),
        (("M7", "long", "substandard"), 181),
        (("M7", "long", "substandard"), 270),
        (("M7", "long", "doubtful"), 271),
        (("M7", "long", "doubtful"), 360),
        (("M7", "long", "loss"), 361),
    ],
)
@pytest.mark.parametrize("on", [date(2005, 9, 30), date(2026, 1, 1)], ids=["by-policy", "by-law"])
def test_names_of_lateness(names, days, on):
    late = lateness(RULES, on)
    assert (late.bucket(days), late.overdue_class(days), late.five_class(days)) == names


def test_a_technical_delay_within_the_tolerance_stays_normal():
    late = lateness(RULES, date(2026, 1, 1))
    assert (late.five_class(7, 7), late.five_class(8, 7)) == ("normal", "special-mention")


def test_the_kernel_names_lateness_as_the_rules_do():
    late = lateness(RULES, date(2026, 1, 1))
    for days in range(400):
        assert late.bucket(days) == f"M{classes.bucket(days)}"
        assert late.overdue_class(days) == classes.overdue_class(days)
        assert late.five_class(days, 3) == classes.five_class(days, 3)


def test_the_close_looks_at_every_boundary_of_lateness():
    assert lateness(RULES, date(2026, 1, 1)).boundaries() == (1, 31, 61, 91, 121, 151, 181, 271, 361)


# ---- products


def version(name: str, on: date) -> Version:
    """Give the version of a product in force."""
    found = RULES.product(name, on)
    assert isinstance(found, Version), found
    return found


def test_a_cash_line_offers_its_terms():
    cash = version("cash-line", date(2025, 12, 31))
    assert isinstance(cash.offer, LoanOffer)
    assert (cash.licence, cash.currency, cash.excess, cash.tolerance_days) == ("cfc", "CNY", "credit", 0)
    assert (cash.offer.amount_min_minor, cash.offer.amount_max_minor) == (50_000, 20_000_000)
    assert (cash.offer.instalments_offered, cash.offer.instalments_usual) == ((3, 6, 12), 12)
    assert cash.offer.repayments == ("equal-instalment", "interest-first", "equal-principal", "bullet")
    assert (cash.offer.rate_min, cash.offer.rate_max) == (Rate(15, 100_000), Rate(6, 10_000))
    assert cash.offer.min_interest_days == 1


def test_a_new_version_changes_what_it_lists_and_keeps_the_rest():
    before, after = version("cash-line", date(2025, 12, 31)), version("cash-line", date(2026, 1, 1))
    assert isinstance(before.offer, LoanOffer)
    assert isinstance(after.offer, LoanOffer)
    assert after.offer.rate_max == Rate(5, 10_000)
    assert after.offer.instalments_offered == before.offer.instalments_offered
    last = version("cash-line", date(2026, 10, 1))
    assert isinstance(last.offer, LoanOffer)
    assert [one.offer.early for one in (before, after, last)] == ["prepayment", "prepayment", "instalment"]
    assert (before.until, after.until, last.until) == (date(2026, 1, 1), date(2026, 10, 1), None)


def test_pay_later_offers_its_terms():
    later = version("pay-later", date(2026, 2, 1)).offer
    assert isinstance(later, AccountOffer)
    assert (later.bill_day, later.due_day_usual, later.due_days_offered) == (1, 10, (10, 15, 20))
    assert later.min_payment == Rate(1, 10)
    assert (later.revolving_per_day, later.penalty_per_day) == (Rate(5, 10_000), Rate(5, 10_000))
    assert later.purchase_plans == (Plan(3, Rate(23, 1000)), Plan(6, Rate(45, 1000)), Plan(12, Rate(75, 1000)))
    assert later.bill_plans[0] == Plan(3, Rate(25, 1000))
    assert later.merchant_plans[0] == Plan(3, Rate(18, 1000))


def test_the_cap_on_penalty_follows_the_law_of_the_lender():
    cash = version("cash-line", date(2026, 6, 1))
    assert RULES.penalty_cap(cash, date(2025, 12, 31)) is None
    assert RULES.penalty_cap(cash, date(2026, 1, 1)) == Rate(2, 10)


def test_a_product_that_is_unknown_or_not_yet_offered_is_refused():
    unknown, early = RULES.product("gold-card", date(2026, 1, 1)), RULES.product("cash-line", date(2020, 7, 11))
    assert isinstance(unknown, Refused)
    assert isinstance(early, Refused)
    assert (unknown.code, early.code) == ("product_unknown", "product_not_in_force")


# ---- the calendar

CALENDAR = RULES.calendars["cn"]


@pytest.mark.parametrize(
    ("works", "day"),
    [
        (False, "2026-02-17"),  # Spring Festival
        (True, "2026-02-14"),  # a Saturday that makes up for it
        (True, "2026-02-28"),
        (False, "2026-10-07"),
        (True, "2026-10-10"),
        (False, "2026-10-11"),  # an ordinary Sunday
        (True, "2026-10-12"),
        (True, "2024-02-04"),
        (True, "2025-01-26"),
        (False, "2025-10-08"),
    ],
)
def test_holidays_and_the_days_that_make_up_for_them(works, day):
    assert CALENDAR.is_workday(date.fromisoformat(day)) is works


@pytest.mark.parametrize(
    ("rolled", "day", "how"),
    [
        ("2026-10-01", "2026-10-01", "none"),
        ("2026-10-08", "2026-10-01", "following"),
        ("2026-09-30", "2026-10-01", "preceding"),
        ("2026-10-08", "2026-10-01", "modified-following"),
        ("2026-05-29", "2026-05-31", "modified-following"),  # the next workday would be in June
        ("2026-10-10", "2026-10-10", "following"),
    ],
)
def test_due_dates_roll_as_the_product_says(rolled, day, how):
    assert CALENDAR.roll(date.fromisoformat(day), how) == date.fromisoformat(rolled)


def test_the_calendar_answers_through_its_last_confirmed_day():
    assert CALENDAR.roll(date(2026, 12, 31), "following") == date(2026, 12, 31)


@pytest.mark.parametrize("day", ["2023-12-31", "2027-01-01"])
def test_the_calendar_never_guesses(day):
    answer = CALENDAR.roll(date.fromisoformat(day), "following")
    assert isinstance(answer, Refused)
    assert answer.code == "calendar_not_confirmed"


def test_a_roll_that_would_pass_the_confirmed_days_is_refused():
    sunday = Calendar("x", date(2026, 1, 1), date(2026, 1, 4), frozenset({5, 6}), frozenset(), frozenset(), "made up")
    assert isinstance(sunday.roll(date(2026, 1, 4), "following"), Refused)


# ---- the digest


def test_the_digest_does_not_change_with_comments_quotes_and_order(tmp_path):
    text = edited(tmp_path, "law/cn/cost.yaml", "# What a loan", "# Another comment. What a loan")
    (tmp_path / "law/cn/cost.yaml").write_text(text.replace("value: 0.24", 'value: "0.24"'), "utf-8")
    assert load(tmp_path).digest == RULES.digest


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("law/cn/cost.yaml", "value: 0.24", "value: 0.23"),
        ("law/cn/cost.yaml", "from: 2026-01-01", "from: 2026-01-02"),
        ("law/cn/lending.yaml", "source: notice", "source: the notice"),
        ("product/pay-later.yaml", "bill_day: 1", "bill_day: 2"),
        ("calendar/cn.yaml", "  - 2026-10-07\n", ""),
    ],
)
def test_the_digest_changes_with_whatever_is_said(tmp_path, file, old, new):
    edited(tmp_path, file, old, new)
    assert load(tmp_path).digest != RULES.digest


# ---- a rule change is one value


def test_null_ends_a_rule_and_the_wider_rule_holds_again(tmp_path):
    row = "    - {from: 2027-03-14, licence: [bank_large], value: null, source: it lapsed, confidence: sourced, review_by: 2028-01-01}\n"
    edited(tmp_path, "law/cn/lending.yaml", "\nCN.TERM.BULLET.MAX", f"{row}\nCN.TERM.BULLET.MAX")
    rules = load(tmp_path)
    assert said(rules, "CN.LINE.CONSUMER.MAX", date(2027, 3, 13), "bank_large") == "300000.00 CNY"
    assert said(rules, "CN.LINE.CONSUMER.MAX", date(2027, 3, 14), "bank_large") == "200000.00 CNY"
    assert said(rules, "CN.LINE.CONSUMER.MAX", date(2027, 3, 14), "bank_jsb") == "300000.00 CNY"


def test_null_ends_a_rule_that_nothing_wider_stands_behind(tmp_path):
    row = "    - {from: 2027-01-01, value: null, source: repealed, confidence: sourced, review_by: 2028-01-01}\n"
    edited(tmp_path, "law/cn/lending.yaml", "\nCN.LIMITATION", f"{row}\nCN.LIMITATION")
    rules = load(tmp_path)
    assert rules.value("CN.AGE.MIN", date(2026, 12, 31)) == 18
    assert rules.value("CN.AGE.MIN", date(2027, 1, 1)) is None
    entry = rules.entry("CN.AGE.MIN", date(2026, 1, 1))
    assert entry is not None
    assert entry.until == date(2027, 1, 1)


def test_one_call_a_day_from_a_date_is_one_value(tmp_path):
    row = "    - {from: 2026-12-21, value: 1, source: a made-up rule, confidence: weak, review_by: 2027-12-31}\n"
    edited(tmp_path, "law/cn/collection.yaml", "\nCN.COLLECT.DIALS", f"{row}\nCN.COLLECT.DIALS")
    rules = load(tmp_path)
    assert rules.value("CN.COLLECT.CALLS.CONNECTED.MAX", date(2026, 12, 20)) == 3
    assert rules.value("CN.COLLECT.CALLS.CONNECTED.MAX", date(2026, 12, 21)) == 1


def test_a_dated_rule_under_a_formula_moves_the_formula(tmp_path):
    row = "    - {from: 2028-06-20, value: 0.0285, source: made up, confidence: weak, review_by: 2029-01-01}\n"
    edited(tmp_path, "law/cn/cost.yaml", "\nCN.PENALTY.MULT", f"{row}\nCN.PENALTY.MULT")
    rules = load(tmp_path)
    assert rules.value("CN.COST.CAP", date(2028, 6, 19), "microloan") == Rate(12, 100)
    assert rules.value("CN.COST.CAP", date(2028, 6, 20), "microloan") == Rate(114, 1000)
    entry = rules.entry("CN.COST.CAP", date(2028, 1, 1), "microloan")
    assert entry is not None
    assert entry.until == date(2028, 6, 20)
