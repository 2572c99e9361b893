"""Classes over random lives: the timeline agrees with both kernels, and a class is never better than the days say."""

from datetime import date
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plimsoll.loan.book import pack_standing
from plimsoll.loan.classes import five_class
from plimsoll.loan.fold import fold
from plimsoll.loan.layout import O_LATE_DAYS
from plimsoll.loan.state import read_state
from plimsoll.loan.terms import LOAN, begun_on
from plimsoll.risk.classify.history import class_on, history
from plimsoll.risk.classify.policy import SUBSTANDARD, Policies
from plimsoll.risk.classify.state import Class
from plimsoll.risk.classify.timeline import grace_of, timeline
from plimsoll.risk.classify.trigger import LASTING, Noted
from plimsoll.rulebook.lateness import FIVE_CLASSES
from plimsoll.rulebook.rules import load
from plimsoll.units.days import add_months
from plimsoll.units.pack import pack
from plimsoll.units.refusal import Refused
from tests.examples import draws
from tests.parity.lives import life

LIVES = 90
POLICIES = Policies(load())
LAW = date(2023, 7, 1).toordinal()


def stands(seed: int):
    """Return a random life that can be followed day by day, or None: one whose past, without a later reversal, is refused."""
    found = life(seed)
    if found is None:
        return None
    terms, facts, as_of = found
    spans = timeline(terms, facts, as_of)
    return None if isinstance(spans, Refused) else (terms, facts, as_of, spans)


def test_days_past_due_of_the_timeline_are_those_of_the_fold():
    followed = 0
    for seed in range(LIVES):
        found = stands(seed)
        if found is None:
            continue
        terms, facts, as_of, spans = found
        chance = Random(seed)
        followed += 1
        assert [one.until for one in spans[:-1]] == [one.since for one in spans[1:]]
        for day in {as_of, *(chance.randint(begun_on(terms), as_of) for _ in range(5))}:
            span = next(one for one in spans if one.since <= day < one.until)
            standing = fold(terms, facts, day)
            assert not isinstance(standing, Refused)
            assert span.late_days(day, grace_of(terms)) == read_state(terms, standing).past_due_days, (seed, date.fromordinal(day))
    assert followed > LIVES * 9 // 10


def test_days_past_due_of_the_timeline_are_those_of_the_compiled_kernel():
    columns = pytest.importorskip("plimsoll.loan.columns", reason="the extra `fast` is not installed")
    np = pytest.importorskip("numpy")
    lives = [found for seed in range(LIVES) if (found := stands(seed)) is not None]
    terms_of, states, days, expected = [], [], [], []
    for terms, facts, as_of, _ in lives:
        if any(fact.on > as_of for fact in facts):
            continue
        standing = fold(terms, facts, as_of)
        assert not isinstance(standing, Refused)
        later = as_of + 40
        further = timeline(terms, facts, later)
        assert not isinstance(further, Refused)
        terms_of.append(pack(terms.pack()))
        states.append(pack_standing(standing))
        days.append(later)
        expected.append(further[-1].late_days(later, grace_of(terms)))
    joined = [columns.unpack_joined(*_joined(np, parts)) for parts in (terms_of, states)]
    vectors, is_account, _, _ = columns.split_terms(*joined[0])
    moved = columns.move_many(vectors, is_account, *joined[1], np.array(days, np.int64), threads=1)
    fits = columns.fits_states(vectors, is_account, *joined[1])
    found = moved.out[:, O_LATE_DAYS]
    assert fits.sum() > len(lives) // 3
    assert [int(one) for one, fit in zip(found, fits, strict=True) if fit] == [one for one, fit in zip(expected, fits, strict=True) if fit]


def _joined(np, parts):
    """Return packed values end to end and the size of each."""
    return b"".join(parts), np.array([len(part) for part in parts], np.int64)


@draws(25, new=80)
@given(
    seed=st.integers(0, 3000),
    tolerance_days=st.sampled_from([0, 3, 7]),
    noted=st.lists(st.tuples(st.integers(0, 600), st.sampled_from(LASTING), st.booleans()), max_size=4),
)
def test_a_class_is_never_better_than_days_say_and_rises_by_the_test_only(seed, tolerance_days, noted):
    found = stands(seed)
    if found is None:
        return
    terms, facts, as_of, spans = found
    begun = begun_on(terms)
    told = tuple(sorted((Noted(begun + on, trigger, is_over) for on, trigger, is_over in noted), key=lambda one: one.on))
    changes = history(terms, facts, told, POLICIES, as_of, tolerance_days)
    assert not isinstance(changes, Refused)
    for one in changes:
        if not one.after.because and one.after.late_days == 0 and one.before is None:
            continue
        span = next(each for each in spans if each.since <= one.on < each.until)
        if not span.is_empty:
            assert one.after.five >= FIVE_CLASSES.index(five_class(one.after.late_days, tolerance_days))
        rises = one.before is not None and one.before.five >= SUBSTANDARD > one.after.five
        if rises and not span.is_empty and one.on >= LAW:
            assert span.is_paid_up
            assert "upgraded" in one.cause
            six_months_ago = add_months(one.on, -6)
            since = [each for each in spans if each.until > max(six_months_ago + 1, begun) and each.since < one.on]
            for each in since:
                day = min(each.until, one.on) - 1
                assert each.late_days(day, grace_of(terms)) <= tolerance_days, "it was late within the six months"
            assert not any(six_months_ago < change.on < one.on and _is_hard(change.after) for change in changes)


def _is_hard(found: Class) -> bool:
    return found.is_npl and "until_upgrade" not in found.because and "restructured_again" not in found.because


@draws(25, new=80)
@given(seed=st.integers(0, 3000), tolerance_days=st.sampled_from([0, 7]))
def test_without_a_past_the_class_is_that_of_the_days_alone(seed, tolerance_days):
    """Up to the first day on which a loan is NPL, eased or written off, nothing but days counts: the class of `loan/classes.py`."""
    found = stands(seed)
    if found is None:
        return
    terms, facts, as_of, spans = found
    changes = history(terms, facts, (), POLICIES, as_of, tolerance_days)
    assert not isinstance(changes, Refused)
    for one in changes:
        if one.after.is_npl or one.after.is_observed:
            break
        span = next(each for each in spans if each.since <= one.on < each.until)
        assert one.after.five_class() == ("normal" if span.is_empty else five_class(one.after.late_days, tolerance_days))


@draws(25, new=60)
@given(seed=st.integers(0, 3000), cut=st.integers(0, 700))
def test_history_does_not_change_when_the_future_comes(seed, cut):
    found = stands(seed)
    if found is None or found[0].kind != LOAN:
        return
    terms, facts, as_of, _ = found
    day = min(begun_on(terms) + cut, as_of)
    whole, part = (history(terms, facts, (), POLICIES, through) for through in (as_of, day))
    assert not isinstance(whole, Refused)
    assert not isinstance(part, Refused)
    assert part == tuple(one for one in whole if one.on <= day)
    alone = class_on(terms, facts, (), POLICIES, day)
    assert isinstance(alone, Class)
    assert alone[1:] == part[-1].after[1:]
