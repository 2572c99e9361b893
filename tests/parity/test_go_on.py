"""Taking new facts on top of cached states in columns equals doing it loan by loan, refusals and states included."""

from functools import cache
from random import Random

import numpy as np
import pytest

from plimsoll.loan.book import pack_standing, unpack_standing
from plimsoll.loan.facts import Fact
from plimsoll.loan.fold import Standing, fold, go_on, pack_facts
from plimsoll.loan.layout import CONVERTED, F_MORE_AT, F_SIZE, REFUNDED, RESCHEDULED, REVERSED, S_DAY
from plimsoll.loan.state import measured
from plimsoll.loan.terms import LOAN, Terms, begun_on
from plimsoll.units.refusal import Refused
from tests.parity.lives import life

columns = pytest.importorskip("plimsoll.loan.columns", reason="the extra `fast` is not installed")

NEED_HISTORY = (REVERSED, REFUNDED, CONVERTED, RESCHEDULED)
LIVES = 400
Middle = tuple[Terms, Standing, list[Fact], int]


@cache
def middle(seed: int) -> Middle | None:
    """Stop a random life somewhere in the middle: give its standing, the next few facts, and a day after them."""
    found = life(seed)
    if found is None:
        return None
    terms, facts, _ = found
    chance = Random(seed)
    facts = sorted(facts, key=lambda fact: fact.on)
    done = chance.randrange(len(facts) + 1)
    day = max([begun_on(terms), *(fact.on for fact in facts[:done])])
    standing = fold(terms, facts[:done], day)
    if isinstance(standing, Refused):
        return None
    coming = [fact for fact in facts[done:] if fact.kind not in NEED_HISTORY and fact.on >= day][: chance.randrange(4)]
    return terms, standing, coming, max([day, *(fact.on for fact in coming)]) + chance.randrange(40)


def test_new_facts_in_columns_equal_new_facts_one_by_one() -> None:
    """Measured numbers, refusals and packed states agree, life by life."""
    held = [one for seed in range(LIVES) if (one := middle(seed)) is not None]
    flat, flat_at = columns.unpack_many([pack_standing(standing) for _, standing, _, _ in held])
    facts: list[int] = []
    more: list[int] = [0]
    counts = [0]
    for _, _, coming, _ in held:
        packed, own_more = pack_facts(coming)
        for i in range(len(coming)):
            packed[i * F_SIZE + F_MORE_AT] += len(more)
        facts += packed
        more += own_more
        counts.append(counts[-1] + len(coming))
    vectors = np.array([terms.vector for terms, _, _, _ in held], np.int64)
    kinds = np.array([terms.kind != LOAN for terms, _, _, _ in held], np.int64)
    states = columns.States(vectors, kinds, flat, flat_at)
    days = np.array([day for _, _, _, day in held], np.int64)
    news = columns.News(np.array(facts, np.int64), np.array(counts, np.int64), np.array(more, np.int64), days)
    done = columns.go_on_many(states, news, flat_size_max=4000)
    packed_states = columns.pack_many(done.flat, done.flat_sizes)
    taken = refused = 0
    for i, (terms, standing, coming, day) in enumerate(held):
        gone_on = go_on(terms, unpack_standing(pack_standing(standing)), coming, max(day, standing.s[S_DAY]))
        if isinstance(gone_on, Refused):
            assert done.codes[i] > 0, (i, gone_on)
            refused += 1
            continue
        assert done.codes[i] == 0, (i, int(done.codes[i]))
        assert done.out[i].tolist() == measured(terms, gone_on), i
        assert packed_states[i] == pack_standing(gone_on), i
        taken += len(coming)
    assert taken > LIVES // 2
    assert refused > 0


def test_one_loan_at_a_time_equals_the_interpreted_kernel() -> None:
    """The compiled kernel for single loans gives what going on gives, or leaves the loan alone."""
    single = columns.Single()
    taken = left = 0
    for seed in range(LIVES):
        found = middle(seed)
        if found is None or any(fact.more for fact in found[2]):
            continue
        terms, standing, coming, day = found
        cached = pack_standing(standing)
        gone_on = go_on(terms, unpack_standing(cached), coming, max(day, standing.s[S_DAY]))
        moved = single.go_on(terms.vector, terms.kind != LOAN, cached, pack_facts(coming)[0], day)
        if moved is None:
            left += 1
        elif isinstance(gone_on, Refused):
            assert moved.code > 0, seed
        else:
            assert moved.code == 0, seed
            assert moved.out == measured(terms, gone_on), seed
            assert moved.state == pack_standing(gone_on), seed
            taken += 1
    assert taken > LIVES // 2
    assert left < LIVES // 10
