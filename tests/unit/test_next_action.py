"""What to do with a case next, and what may be done: by its strategy, its promises, and what the gate leaves."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from plimsoll.app.database.sheet import Want
from plimsoll.collections.budget import Asked, budgets
from plimsoll.collections.case import cases_of
from plimsoll.collections.contact import known_of
from plimsoll.collections.contact_rules import CHANNELS, country_rules
from plimsoll.collections.next_action import Next, allowed_actions, next_action
from plimsoll.collections.queue import is_for_people, item_of, skill_of
from plimsoll.collections.timeline import TITLES, timeline
from plimsoll.loan.facts import KINDS as FACT_KINDS
from plimsoll.loan.filing import KINDS
from tests.counter import RULES, Counter
from tests.unit.test_collection_cases import in_arrears

CN = country_rules(RULES, "cn", with_policy=True)


def opened_case(**told: str) -> Counter:
    """A customer with a case since 20 February, the gate's rules in force."""
    counter = in_arrears()
    counter.now = datetime(2026, 2, 20, 4, tzinfo=UTC)
    counter.run("open_case", "2026-02-20", **told)
    return counter


def found(counter: Counter, on: str, hour: int = 4) -> tuple[Next, tuple[str, ...]]:
    """The next action and the allowed ones on a day at an hour (UTC)."""
    day = date.fromisoformat(on)
    at = datetime(day.year, day.month, day.day, hour, tzinfo=UTC)
    book = counter.sheet.book(Want(counter.sheet.customer_id, kinds=(), is_every=True), "li", at)
    left = budgets(known_of(book, [CN]), Asked(at, ZoneInfo("Asia/Shanghai"), "cn", "lender"), CN, CHANNELS)
    case = list(cases_of(book.filings).values())[-1]
    return next_action(case, left, day.toordinal()), allowed_actions(case, left, broken_most=2, is_resting=False)


def test_the_strategy_says_what_and_why():
    action, allowed = found(opened_case(ability="can", willingness="unwilling"), "2026-02-20")
    assert (action.action, action.channel, action.script, action.tone, action.row) == ("call", "call", "firm_call", "firm", "C9")
    assert action.because == ("segment unwilling = unwilling", "bucket short = short")
    assert {"contact:call", "contact:sms", "make_promise", "escalate_case"} <= set(allowed)


def test_a_promise_is_waited_for():
    counter = opened_case()
    counter.run("make_promise", "2026-02-20", currency="CNY", amount="500.00", due_on="2026-02-25", channel="call")
    action, allowed = found(counter, "2026-02-21")
    assert (action.action, action.not_before, action.because) == ("wait", "2026-02-27", ("promise promise-1",))
    assert not [one for one in allowed if one.startswith("contact:")], "the gate stops all collection meanwhile"
    assert {"cancel_promise", "settle_promise"} <= set(allowed)
    assert "make_promise" not in allowed


def test_after_two_broken_promises_none_is_offered():
    counter = opened_case()
    for day in (20, 23):
        counter.now = datetime(2026, 2, day, 4, tzinfo=UTC)
        counter.run("make_promise", f"2026-02-{day}", currency="CNY", amount="500.00", due_on=f"2026-02-{day + 1}", channel="call")
        counter.run("settle_promise", f"2026-02-{day + 3}", promise_id=f"promise-{(day - 17) // 3}")
    action, allowed = found(counter, "2026-02-26")
    assert (action.action, action.script, action.skill) == ("senior_call", "broken_promise", "senior")
    assert "make_promise" not in allowed
    assert "open_hardship" in allowed


def test_the_gate_holds_back_and_says_until_when():
    action, allowed = found(opened_case(), "2026-02-20", hour=13)
    assert (action.action, action.held, action.not_before) == ("wait", "POLICY.CONTACT.QUIET", "2026-02-21T09:00:00+08:00")
    assert "contact:call" not in allowed


def test_a_closed_case_asks_for_nothing():
    counter = opened_case()
    counter.run("repay", "2026-02-21", currency="CNY", amount="900.00")
    counter.run("close_case", "2026-02-21")
    action, allowed = found(counter, "2026-02-22")
    assert (action.action, action.because, allowed) == ("none", ("cured",), ())


def test_a_row_of_the_queue_tells_its_skill_and_for_whom_it_is():
    by_machine, by_people = opened_case(), opened_case(ability="cannot")
    for counter, skill, is_for in ((by_machine, "general", False), (by_people, "plans", True)):
        case = next(iter(cases_of(counter.sheet.filed).values()))
        item = item_of(case, date(2026, 2, 20).toordinal())
        assert (skill_of(item), is_for_people(item)) == (skill, is_for), item.note


def test_the_timeline_tells_what_can_be_on_record_in_both_languages():
    assert set(TITLES) <= KINDS | set(FACT_KINDS)
    assert all(chinese and english for chinese, english in TITLES.values())
    counter = opened_case()
    counter.run("repay", "2026-02-21", currency="CNY", amount="900.00")
    counter.run("close_case", "2026-02-21")
    held = counter.held(11)._replace(facts=tuple(counter.facts(counter.held(11))))
    told = timeline(counter.sheet.filed, [held], date(2026, 2, 20).toordinal())
    assert [(one.title("en"), one.subject, one.detail) for one in told] == [
        ("case opened", "case-1", "ai_call, general, owed 9162.16 CNY"),
        ("paid", "loan 11", "900.00 CNY"),
        ("case closed", "case-1", "cured"),
    ]
    assert told[1].title("zh-CN") == "还款"
