"""The cheap look at a loan before its reminders are worked out: it never passes over one that is asked for, and passes over most others."""

from datetime import date
from random import Random

import pytest

from plimsoll.collections.near_due import may_be_spoken_of, spoken_of
from plimsoll.collections.owing import due_amounts, owing_of
from plimsoll.collections.plan_reminders import Wishes, plan_reminders
from plimsoll.loan.book import pack_standing, unpack_standing
from plimsoll.loan.fold import fold, go_on
from plimsoll.loan.layout import OPEN, S_STATUS
from plimsoll.loan.state import read_state
from plimsoll.loan.terms import begun_on
from plimsoll.rulebook.reminder import DAYS_BEFORE_MAX, load
from plimsoll.units.pack import unpack
from plimsoll.units.refusal import Refused
from tests.parity.lives import wild_life

LADDER = load().ladder
LIVES = 400
PAYDAYS = (0, 0, 5, 15, 31)


def test_who_is_reminded_is_never_passed_over():
    reminded = passed_over = looked_at = 0
    for seed in range(LIVES):
        terms, facts, _ = wild_life(seed)
        chance = Random(seed)
        done = sorted(facts, key=lambda fact: fact.on)[: chance.randrange(4)]
        as_of = max([begun_on(terms), *(fact.on for fact in done)])
        standing = fold(terms, done, as_of)
        if isinstance(standing, Refused) or standing.s[S_STATUS] != OPEN:
            continue
        packed = pack_standing(standing)
        next_on = read_state(terms, standing).next_day
        for days in range(0, 70, chance.randrange(1, 5)):
            on, payday = as_of + days, chance.choice(PAYDAYS)
            moved = go_on(terms, unpack_standing(packed), (), on)
            assert not isinstance(moved, Refused)
            planned = plan_reminders(
                due_amounts(owing_of(1, terms, moved, on + DAYS_BEFORE_MAX)), Wishes(payday=payday, is_risky=True), LADDER, on
            )
            spoken = spoken_of(LADDER, on, payday)
            assert {one.due_on for one in planned} <= spoken.due_days
            found = may_be_spoken_of(terms.pack(), unpack(packed), spoken, is_behind=0 < next_on <= on)
            assert found or not planned, (seed, days, payday)
            looked_at += 1
            reminded += bool(planned)
            passed_over += not found
    assert reminded > 600
    assert passed_over > looked_at // 3


@pytest.mark.parametrize(
    ("payday", "ahead"),
    [(0, {30, 15, 7, 3, 1, 0, -1}), (20, {30, 15, 7, 3, 1, 0, -1}), (19, {30, 15, 7, 6, 5, 4, 3, 2, 1, 0, -1})],
    ids=["no payday", "not the payday", "the payday: what waited for it speaks too"],
)
def test_the_due_days_that_a_day_is_about(payday, ahead):
    on = date(2026, 1, 19).toordinal()
    assert {day - on for day in spoken_of(LADDER, on, payday).due_days} == ahead
