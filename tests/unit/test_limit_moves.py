"""Limits that move while loans run: the policy by its rows, and each verb with notice, reason, and the right to object."""

import json
from datetime import date

import pytest

from plimsoll.loan.book import Decision
from plimsoll.loan.filing import read_body
from plimsoll.monitoring.review_limit import ReviewLimit, asked
from plimsoll.risk.lawful import lawful_rules
from plimsoll.rulebook.reason import load as reasons
from plimsoll.rulebook.watching import limit_actions
from plimsoll.units.refusal import LANGUAGES, Refused
from tests.counter import Counter, opened

DAY = "2026-03-01"
TABLE = limit_actions(lawful_rules(), date(2026, 12, 1), "")
ROWS = [
    ({}, 0, "none", "0"),
    ({}, 1, "freeze", "0"),
    ({"over_extension": "latent"}, 0, "no-increase", "0"),
    ({"over_extension": "latent", "chance_band": "flag"}, 0, "cap-to-line", "0"),
    ({"over_extension": "active"}, 0, "cap-to-line", "0"),
    ({"over_extension": "masked"}, 3, "freeze", "0"),
    ({"has_overdue_elsewhere": True}, 0, "step-down", "0.3"),
    ({"is_warned": True}, 0, "no-increase", "0"),
    ({"is_warned": True, "chance_band": "watch"}, 0, "step-down", "0.2"),
    ({"is_warned": True, "chance_band": "flag"}, 0, "step-down", "0.3"),
    ({"chance_band": "flag"}, 0, "step-down", "0.1"),
    ({"chance_band": "watch"}, 0, "no-increase", "0"),
]


@pytest.mark.parametrize(("said", "days", "action", "cut"), ROWS)
def test_the_policy_by_its_rows(said, days, action, cut):
    found = asked(TABLE, ReviewLimit("k", 1, date(2026, 12, 1), **said), days)
    assert (found.action, found.cut.text()) == (action, cut)
    assert action == "none" or all(reasons()[found.reason].said[language] for language in LANGUAGES)


def lined(capacity: str = "40000.00") -> Counter:
    counter = opened()
    done(counter.run("mark_load_line", DAY, currency="CNY", capacity=capacity, room=capacity, stress_ppb=95_000_000))
    return counter


def done(decision: Decision | Refused) -> Decision:
    assert isinstance(decision, Decision), decision
    return decision


def code(decision: Decision | Refused) -> str:
    assert isinstance(decision, Refused), decision
    return decision.code


def limit_of(counter: Counter) -> int:
    return counter.sheet.line.limit_minor


def raised(counter: Counter, on: str, limit: str, *, agreed: str = ""):
    """Raise the limit; the borrower agrees on the same day, or on the one told, or not at all ("no")."""
    if agreed != "no":
        counter.run("grant_consent", agreed or on, purpose="limit_rise", version=1)
    return counter.run("raise_limit", on, currency="CNY", limit=limit, cash_limit=limit, later_limit="0.00")


def test_a_step_down_is_told_with_its_reason_and_the_day_until_which_one_may_object():
    counter = lined()
    before = limit_of(counter)
    decision = done(counter.run("review_limit", DAY, chance_band="flag"))
    assert limit_of(counter) == before * 9 // 10
    kind, told = counter.said[0]
    assert (kind, told["reason"], told["object_until"]) == ("limit_changed", "PAYING_HARDER", "2026-03-16")
    filed = read_body(decision.filings[-1])
    assert (filed["limit_before_minor"], filed["limit_minor"], filed["rule"]) == (before, before * 9 // 10, "L7")


def test_a_cap_goes_to_the_load_line_and_never_up():
    counter = lined("1234.56")
    done(counter.run("review_limit", DAY, over_extension="active"))
    assert limit_of(counter) == 123_456
    generous = lined("900000.00")
    before = limit_of(generous)
    assert json.loads(done(generous.run("review_limit", DAY, over_extension="active")).answer)["action"] == "none"
    assert limit_of(generous) == before


def test_no_increase_holds_the_limit_and_a_rise_for_ninety_days():
    counter = lined("900000.00")
    before = limit_of(counter)
    done(counter.run("review_limit", DAY, is_warned="true"))
    assert (limit_of(counter), counter.said[0][0]) == (before, "limit_held")
    more = f"{before * 13 // 10 // 100}.00"
    assert code(raised(counter, "2026-05-29", more)) == "limit_raise_too_soon"
    done(raised(counter, "2026-05-30", more))
    assert limit_of(counter) == before * 13 // 10
    assert code(raised(counter, "2026-08-27", f"{before * 14 // 10 // 100}.00")) == "limit_raise_too_soon"


def test_a_rise_needs_consent_a_step_and_the_load_line():
    counter = lined("900000.00")
    before = limit_of(counter)
    most = before * 13 // 10
    assert code(raised(counter, DAY, f"{most // 100}.00", agreed="no")) == "consent_missing"
    assert code(raised(counter, DAY, f"{most // 100}.01")) == "limit_raise_too_high"
    assert code(raised(counter, DAY, f"{before // 100}.00")) == "limit_raise_too_high"
    tight = lined(f"{before // 100}.00")
    assert code(raised(tight, DAY, f"{before // 100 + 1}.00")) == "load_line_passed"


def test_one_consent_is_one_rise_and_only_for_thirty_days():
    counter = lined("900000.00")
    before = limit_of(counter)
    more = f"{before * 11 // 10 // 100}.00"
    assert code(raised(counter, "2026-04-01", more, agreed=DAY)) == "consent_outdated"
    done(raised(counter, "2026-03-31", more, agreed="no"))
    assert counter.said[0][0] == "limit_changed"
    assert code(raised(counter, "2026-07-01", f"{before * 12 // 10 // 100}.00", agreed="no")) == "consent_withdrawn"
    done(raised(counter, "2026-07-01", f"{before * 12 // 10 // 100}.00"))
    withdrawn = lined("900000.00")
    done(withdrawn.run("grant_consent", DAY, purpose="limit_rise", version=1))
    done(withdrawn.run("withdraw_consent", DAY, purpose="limit_rise"))
    assert code(raised(withdrawn, DAY, more, agreed="no")) == "consent_withdrawn"


def late() -> Counter:
    counter = lined("900000.00")
    done(counter.run("draw", DAY, loan_id=7, amount="3000.00", currency="CNY", rate="0.0004", instalments=3))
    counter.close("2026-04-02")
    return counter


def test_a_freeze_holds_both_products_until_cure_and_two_clean_cycles():
    counter = late()
    assert code(counter.run("freeze_late", "2026-04-01")) == "nothing_past_due"
    done(counter.run("freeze_late", "2026-04-02"))
    assert counter.sheet.line.status == "frozen"
    assert code(counter.run("freeze_late", "2026-04-02")) == "line_frozen"
    assert code(counter.run("draw", "2026-04-02", loan_id=8, amount="500.00", currency="CNY", rate="0.0004")) == "line_frozen"
    assert code(counter.run("unfreeze_cured", "2026-04-02")) == "still_past_due"
    done(counter.run("settle", "2026-04-03", loan_id=7))
    assert code(counter.run("unfreeze_cured", "2026-06-01")) == "cycles_not_clean"
    freed = counter.run("unfreeze_cured", "2026-06-03")
    done(freed)
    assert json.loads(freed.answer)["reason"] == "CURED"
    assert counter.sheet.line.status == "open"


def test_what_a_person_froze_a_person_opens():
    counter = lined()
    done(counter.run("freeze", DAY, reason="stolen phone"))
    assert code(counter.run("unfreeze_cured", "2026-09-01")) == "freeze_not_ours"


def test_a_late_customer_gets_no_rise():
    counter = late()
    assert code(raised(counter, "2026-04-02", "60000.00")) == "still_past_due"


def test_a_temporary_limit_runs_out():
    counter = lined("900000.00")
    before = limit_of(counter)
    limits = {"limit": f"{before // 100 + 100}.00", "cash_limit": f"{before // 100 + 100}.00", "later_limit": "5000.00"}
    later = counter.sheet.line.later_limit_minor
    limits["later_limit"] = f"{later // 100}.00"
    done(counter.run("set_limit", DAY, currency="CNY", until="2026-03-20", **limits))
    assert code(counter.run("expire_limit", "2026-03-19")) == "limit_not_run_out"
    done(counter.run("expire_limit", "2026-03-20"))
    assert limit_of(counter) == before
    assert code(counter.run("expire_limit", "2026-03-21")) == "limit_not_run_out"


def test_one_may_object_once_and_in_time():
    counter = lined()
    assert code(counter.run("object_to_limit", DAY)) == "limit_notice_missing"
    done(counter.run("review_limit", DAY, chance_band="flag"))
    assert code(counter.run("object_to_limit", "2026-03-17")) == "objection_too_late"
    decision = done(counter.run("object_to_limit", "2026-03-16", reference="vault:9"))
    assert (decision.work[0].kind, decision.work[0].state) == ("limit_objection", "open")
    assert code(counter.run("object_to_limit", "2026-03-16")) == "objection_exists"


def test_a_warning_is_worked_on_and_ends_with_an_outcome():
    counter = lined()
    fields = {"rank": 3, "chance_ppm": 420_000, "signals": "utilisation low_pays", "action": "review"}
    first = done(counter.run("raise_warning", DAY, **fields))
    assert json.loads(first.answer)["is_held_out"] == (not first.work)
    assert code(counter.run("raise_warning", DAY, **fields)) == "warning_exists"
    assert code(counter.run("close_warning", "2026-03-30", outcome="perhaps")) == "watch_input_unknown"
    ended = done(counter.run("close_warning", "2026-03-31", outcome="calm", done="called"))
    assert json.loads(ended.answer)["days"] == 30
    assert code(counter.run("close_warning", "2026-03-31", outcome="calm")) == "warning_missing"


def test_words_that_nobody_knows_are_refused():
    assert code(lined().run("review_limit", DAY, over_extension="rich")) == "watch_input_unknown"
    assert code(lined().run("raise_warning", DAY, rank=1, chance_ppm=1, signals="moon")) == "watch_input_unknown"
