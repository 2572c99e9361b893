"""Made-up people: drawn from chance alone, within what is on offer; what they do looks only at what they were told."""

from datetime import date
from random import Random

import pytest

from plimsoll.risk.lawful import lawful_rules
from plimsoll.simulator.borrow import rate_of
from plimsoll.simulator.buy import buy
from plimsoll.simulator.diary import Diary, Scene
from plimsoll.simulator.pay import hear_bill, hear_due, hear_late, next_payday, share_of
from plimsoll.simulator.people import KINDS, Person, make_people
from plimsoll.simulator.town import BEGINS_ON, firsts, month_of, offers_on

RULES = lawful_rules()
OFFERS = offers_on(RULES, BEGINS_ON)
MONTHS = [month_of(first) for first in firsts(12)]
DUE = {"loan_id": 1000, "due_on": "2025-11-10", "amount": "523.40", "minimum": "52.34", "currency": "CNY"}


@pytest.fixture
def person() -> Person:
    """A person who pays in full, by hand, and never forgets."""
    (made,) = make_people(1, MONTHS, OFFERS, Random(1))
    made.kind = KINDS[0]._replace(forgets=0.0)
    made.has_autopay = False
    return made


@pytest.fixture
def scene() -> Scene:
    """The morning after a due day."""
    return Scene(date(2025, 11, 11).toordinal(), OFFERS, Random(1), Diary())


def test_the_same_chance_makes_the_same_people():
    assert make_people(50, MONTHS, OFFERS, Random(7)) == make_people(50, MONTHS, OFFERS, Random(7))
    assert make_people(50, MONTHS, OFFERS, Random(7)) != make_people(50, MONTHS, OFFERS, Random(8))


def test_a_bad_month_after_the_last_is_the_last():
    last = make_people(50, MONTHS, OFFERS, Random(7), len(MONTHS) - 1)
    assert make_people(50, MONTHS, OFFERS, Random(7), len(MONTHS) + 3) == last


def test_every_hidden_type_comes_about_as_often_as_it_should():
    people = make_people(10_000, MONTHS, OFFERS, Random(7))
    assert sum(kind.share for kind in KINDS) == 1_000
    for kind in KINDS:
        assert abs(sum(person.kind is kind for person in people) - 10 * kind.share) < 200


def test_limits_are_within_themselves_and_what_the_products_offer():
    for person in make_people(2_000, MONTHS, OFFERS, Random(7)):
        assert max(person.cash_limit_minor, person.later_limit_minor) <= person.limit_minor <= OFFERS.cash.amount_max_minor
        assert OFFERS.later.limit_min_minor <= person.later_limit_minor <= OFFERS.later.limit_max_minor
        assert person.due_day in OFFERS.later.due_days_offered


def test_a_price_lies_between_the_lowest_and_the_highest_rate_on_offer(person):
    lowest, highest = OFFERS.cash.rate_min, OFFERS.cash.rate_max
    for price in (0.0, 0.3, 0.999):
        person.price = price
        rate = rate_of(person, lowest, highest)
        assert not lowest.exceeds(rate)
        assert not rate.exceeds(highest)
    person.price = 0.0
    assert rate_of(person, lowest, highest) == lowest


@pytest.mark.parametrize(("today", "expected"), [("2025-10-05", "2025-10-15"), ("2025-10-15", "2025-10-15"), ("2025-12-16", "2026-01-15")])
def test_wages_come_once_a_month(person, today, expected):
    person.income_day = 15
    assert next_payday(person, date.fromisoformat(today).toordinal()) == date.fromisoformat(expected).toordinal()


def test_a_bill_is_paid_by_habit_in_round_sums(person):
    assert share_of(person, 52_340, 5_234) == 52_340
    person.kind = KINDS[1]
    assert share_of(person, 52_340, 5_234) == 6_000
    assert share_of(person, 3_000, 2_999) == 3_000


def test_money_collected_for_a_due_day_counts_on_it(person, scene):
    (repaid,) = hear_due(person, DUE, scene)
    assert (repaid.on, repaid.amount_minor, repaid.loan_id) == (date(2025, 11, 10), 52_340, 1000)


def test_who_has_stopped_neither_pays_nor_plans_to(person, scene):
    person.stops_on = scene.day - 1
    assert hear_due(person, DUE, scene) == []
    hear_bill(person, {**DUE, "billed_on": "2025-11-01", "total": "523.40", "paid": "0.00"}, scene)
    hear_late(person, DUE, scene)
    assert not scene.diary.acts
    assert not scene.diary.looks


def test_a_reminder_is_followed_once_and_later(person, scene):
    hear_late(person, DUE, scene)
    hear_late(person, DUE, scene)
    ((day, looks),) = scene.diary.looks.items()
    assert day > scene.day
    assert len(looks) == 1


def test_who_knows_that_the_line_is_frozen_does_not_buy(person, scene):
    assert len(buy(person, scene)) == 1
    person.is_frozen = True
    assert buy(person, scene) == []
