"""The contacts that are left are those that the gate then allows: no more today, no fewer in seven days."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from plimsoll.collections.budget import Asked, budgets
from plimsoll.collections.contact import NAME
from plimsoll.collections.contact_rules import CHANNELS, COLLECT, DEBTOR, country_rules
from plimsoll.collections.debtor import Attempt, Known, Told
from plimsoll.collections.gate import Allowed, may_contact
from tests.counter import RULES

ZONE = ZoneInfo("Asia/Shanghai")
NOON = datetime(2026, 11, 20, 4, tzinfo=UTC)
CN = country_rules(RULES, "cn", with_policy=True)
OUTCOMES = ("connected", "unanswered", "")
PAST = st.lists(
    st.tuples(st.sampled_from(CHANNELS), st.integers(0, 8), st.sampled_from(OUTCOMES), st.sampled_from(["n1", "n2"])),
    max_size=25,
)


def contact(channel: str, at: datetime, number: str = "n1", outcome: str = "") -> Attempt:
    """A contact with the debtor, of whose outcome nobody told yet."""
    return Attempt(channel, NAME, DEBTOR, "", number, "lender", at, ZONE, "cn", COLLECT, outcome)


def known_after(past) -> Known:
    """What is known after these contacts, each some days ago, the oldest first."""
    known = Known([CN])
    for channel, days, outcome, number in sorted(past, key=lambda one: -one[1]):
        one = contact(channel, NOON - timedelta(days=days, hours=1), number, outcome)
        known.note(one, one.at.astimezone(ZONE).toordinal())
    return known


def made(known: Known, channel: str, at: datetime) -> int:
    """How many contacts the gate allows one after the other at an instant, each then counted."""
    count = 0
    while count < 50:
        one = contact(channel, at)
        said = may_contact(known, one, CN)
        if not isinstance(said, Allowed):
            return count
        known.note(one, said.day)
        count += 1
    return count


@settings(max_examples=60, deadline=None)
@given(PAST, st.sampled_from([one for one in CHANNELS if one != "email"]))
def test_what_is_left_is_what_the_gate_allows(past, channel):
    asked = Asked(NOON, ZONE, "cn", "lender", "n1")
    (found,) = budgets(known_after(past), asked, CN, (channel,))
    known = known_after(past)
    today = made(known, channel, NOON)
    assert found.today == today
    assert bool(found.rule) is (today == 0)
    week = today + sum(made(known, channel, NOON + timedelta(days=day)) for day in range(1, 7))
    assert found.week <= week


def test_nothing_is_left_where_contact_is_stopped_and_all_of_it_where_nothing_counts():
    known = known_after([])
    asked = Asked(NOON, ZONE, "cn", "lender")
    assert {one.channel: (one.today, one.week) for one in budgets(known, asked, CN, CHANNELS)} == {
        "call": (3, 15),
        "ai_call": (3, 15),
        "sms": (1, 7),
        "email": (None, None),
        "push": (1, 7),
        "visit": (1, 7),
    }
    known.hear(Told("disputed", NAME, NOON, subject="d1"))
    assert {(one.today, one.week, one.rule) for one in budgets(known, asked, CN, CHANNELS)} == {(0, 0, "POLICY.CONTACT.STOP.DISPUTE")}


def test_at_night_the_day_still_has_its_contacts():
    (found,) = budgets(known_after([]), Asked(NOON + timedelta(hours=9), ZONE, "cn", "lender"), CN, ("call",))
    assert (found.rule, found.today) == ("POLICY.CONTACT.QUIET", 3)
    assert found.until == datetime(2026, 11, 21, 9, tzinfo=ZONE)
