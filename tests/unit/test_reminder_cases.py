"""Reminders and retries as a product owner would check them: `tests/cases/reminders/*.yaml`."""

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plimsoll.collections.owing import owing_together
from plimsoll.collections.plan_reminders import Wishes, next_payday, plan_reminders
from plimsoll.collections.reminder import read_zone
from plimsoll.collections.retry_autopay import retry_autopay
from plimsoll.collections.suggest import Asked, asked_of, bill_words, suggest
from plimsoll.loan.book import Decision, LoadLine
from plimsoll.rulebook.read import compose
from plimsoll.rulebook.reminder import CHANNELS, FOLDER, load, read_ladder, read_templates
from plimsoll.units.refusal import Malformed, Refused
from tests.counter import opened
from tests.golden import read_yaml

CASES = Path(__file__).resolve().parents[1] / "cases" / "reminders"
SAID = load()


def cases(name: str) -> list:
    found = read_yaml((CASES / name).read_text("utf-8"))
    return [pytest.param(case, id=case["id"]) for case in found]


def day_of(text: str) -> int:
    return date.fromisoformat(text).toordinal()


@pytest.mark.parametrize("case", cases("ladder.yaml"))
def test_ladder(case: dict):
    told = case.get("wishes", {})
    channels = tuple(told["channels"]) if "channels" in told else None
    wishes = Wishes(channels=channels, payday=told.get("payday", 0), is_risky=told.get("is_risky", False))
    due = {(day_of(case["due_on"]), "CNY"): case.get("minor", 10_000)}
    found = {}
    for on in case["on"]:
        planned = plan_reminders(due, wishes, SAID.ladder, day_of(on))
        found[on] = [f"{one.step} {one.channel} {one.minute // 60:02d}:{one.minute % 60:02d}" for one in planned]
    assert found == case["on"], case["why"]


@pytest.mark.parametrize("case", cases("retries.yaml"))
def test_retry(case: dict):
    found = retry_autopay(case["failure"], case["tries"], day_of(case["failed_on"]), case.get("payday", 0), SAID)
    if "refused" in case:
        assert isinstance(found, Refused)
        assert found.code == case["refused"]
        return
    assert not isinstance(found, Refused)
    assert (date.fromordinal(found.on).isoformat() if found.on else "", found.is_told) == (case["on"], case["tell"]), case["why"]


@given(
    due=st.dictionaries(st.tuples(st.integers(740_100, 740_140), st.sampled_from(["CNY", "USD"])), st.integers(-5, 10_000), max_size=6),
    channels=st.one_of(st.none(), st.lists(st.sampled_from(CHANNELS), unique=True).map(tuple)),
    payday=st.integers(0, 31),
    is_risky=st.booleans(),
    on=st.integers(740_095, 740_145),
)
def test_nobody_is_reminded_of_nothing_by_what_they_do_not_take_or_too_often(due, channels, payday, is_risky, on):
    wishes = Wishes(channels=channels, payday=payday, is_risky=is_risky)
    planned = plan_reminders(due, wishes, SAID.ladder, on)
    assert len(set(planned)) == len(planned)
    for one in planned:
        assert due[one.due_on, one.currency] > 0
        assert wishes.takes(one.channel, SAID.ladder)
        assert one.due_on - 30 <= on <= one.due_on + 1
    for name, channel in SAID.ladder.channels.items():
        assert sum(one.channel == name for one in planned) <= channel.most_a_day


@given(day=st.integers(735_000, 760_000), payday=st.integers(1, 31))
def test_the_next_payday_is_within_a_month_and_is_its_own_next(day, payday):
    found = next_payday(day, payday)
    assert day <= found <= day + 31
    assert next_payday(found, payday) == found


TEMPLATES = (FOLDER / "templates.yaml").read_text("utf-8")
LADDER = (FOLDER / "ladder.yaml").read_text("utf-8")


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("预计您{due_on}应还{amount}", "预计您{due_on}应还款", "template_incomplete"),
        ("{lender}: about {amount}", "About {amount}", "template_incomplete"),
        ("parts: [lender, amount, due_on, help]", "parts: [lender, amount, due_on]", "template_incomplete"),
        ("is still to be paid.", "is still to be paid or a lawsuit follows.", "template_banned_word"),
        ("尚有{amount}未还", "尚有{amount}未还，否则列入黑名单", "template_banned_word"),
        ("about {amount} will", "about {amuont} will", "field_malformed"),
        ("about {amount} will", "about {amount} {will", "field_malformed"),
    ],
)
def test_a_template_that_cannot_be_sent_is_refused_when_it_is_read(old, new, code):
    assert old in TEMPLATES
    with pytest.raises(Malformed) as wrong:
        read_templates(compose(TEMPLATES.replace(old, new, 1), "templates.yaml"))
    assert wrong.value.code == code
    assert wrong.value.line > 0


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("channels: [push, sms]", "channels: [pigeon]"),
        ("template: missed", "template: threat"),
        ("days: 1,", "days: 5,"),
        ('at: "18:00"', 'at: "25:00"'),
        ("step: t-15", "step: t-30"),
    ],
)
def test_a_ladder_that_cannot_be_meant_is_refused_when_it_is_read(old, new):
    assert old in LADDER
    with pytest.raises(Malformed) as wrong:
        read_ladder(compose(LADDER.replace(old, new, 1), "ladder.yaml"), SAID.templates)
    assert wrong.value.code in ("field_malformed", "rule_duplicate")


@pytest.mark.parametrize("case", cases("suggestions.yaml"))
def test_suggestion(case: dict):
    line = LoadLine("CNY", 100_000_000, case["room"], 10, 1) if "room" in case else None
    asked = Asked(case["minor"], "CNY", day_of(case["due_on"]), case.get("others", 0))
    for language, text in case["says"].items():
        assert suggest(SAID, language, asked, day_of(case["on"]), case.get("payday", 0), line).strip() == text, case["why"]


def test_the_words_are_those_of_the_day():
    found = [SAID.words("bill_ahead", day) for day in (date(2020, 7, 11), date(2020, 7, 12), date(2026, 11, 21), date(2026, 11, 22))]
    assert [one.version if one else 0 for one in found] == [0, 1, 1, 2]


def test_a_bill_ahead_says_what_it_is_made_of_and_what_to_do():
    """A loan of 1,200.00 and a purchase of 300.00 fall due on one day, above the 250.00 of a month that can be carried."""
    counter = opened()
    loan = {"loan_id": 7, "amount": "1200.00", "currency": "CNY", "rate": "0.0004", "instalments": 12}
    for name, said in (("draw", loan), ("purchase", {"loan_id": 1, "amount": "300.00", "currency": "CNY"})):
        assert isinstance(counter.run(name, "2026-01-10", **said), Decision)
    due_on, on = date(2026, 2, 10), day_of("2026-01-11")
    owing = owing_together([counter.held(7), counter.held(1)], on, due_on.toordinal())
    bill = bill_words(SAID, "en", owing, due_on.toordinal(), "CNY", [1])
    assert bill == "Of it 108.05 CNY for loans, 300.00 CNY for the bill. "
    assert bill_words(SAID, "en", owing[:1], due_on.toordinal(), "CNY", [1]) == "", "made of one thing, it says nothing"
    asked = asked_of(owing, due_on, "CNY")
    plan = suggest(SAID, "en", asked, on, 0, LoadLine("CNY", 100_000, 25_000, 10, 1))
    parts = {"lender": "L", "amount": "408.05 CNY", "due_on": "2026-02-10", "help": "h", "bill": bill, "plan": plan}
    assert SAID.words("bill_ahead", date(2026, 12, 1)).filled("en", parts) == (
        "L: about 408.05 CNY will be due on 2026-02-10. Of it 108.05 CNY for loans, 300.00 CNY for the bill. That month asks 408.05 CNY, "
        "above the 250.00 CNY that you can carry; over 3 months it is about 136.02 CNY a month and fits, before its cost, which you see "
        "first. If that will be hard, tell us early: h."
    )


@pytest.mark.parametrize("text", ["", "Z", "+8:00", "08:00", "+08:60", "+99:00", "Asia/"])
def test_what_is_no_offset_is_no_zone(text):
    assert read_zone(text) is None
