"""Completing young vintages: what the chain ladder must give, and what its band must hold."""

from random import Random

import pytest

from plimsoll.portfolio.ladder import Row, complete

PATTERN = (0.1, 0.3, 0.6, 0.9, 1.0)


def triangle(exposures, rate, pattern=PATTERN):
    """Give vintages that all develop alike, each a month younger than the one before."""
    return [
        Row(exposure, tuple(exposure * rate * share for share in pattern[: max(len(pattern) - place, 1)]))
        for place, exposure in enumerate(exposures)
    ]


def test_vintages_that_develop_alike_are_carried_exactly():
    exposures = (100.0, 200.0, 50.0, 400.0, 80.0)
    for row, done in zip(triangle(exposures, 0.05), complete(triangle(exposures, 0.05), Random(1), is_capped=True), strict=True):
        assert done.expected == pytest.approx([row.exposure * 0.05 * share for share in PATTERN])
        assert done.expected[: len(row.reached)] == row.reached


def test_a_vintage_twice_as_bad_is_carried_towards_its_own_ladder():
    rows = triangle((100.0,) * 5, 0.05)
    rows[2] = Row(100.0, tuple(2 * one for one in rows[2].reached))
    done = complete(rows, Random(1), is_capped=True)
    alike = 100 * 0.05
    assert alike < done[2].expected[-1] <= 2 * alike * 1.2
    # Developed to 0.6: more of its own ladder than of the others'.
    assert done[2].expected[-1] > 1.5 * alike


def test_one_loan_of_a_young_vintage_does_not_become_ten():
    rows = triangle((1000.0,) * 5, 0.05, (0.01, 0.3, 0.6, 0.9, 1.0))
    rows[4] = Row(10.0, (1.0,))
    alone = rows[4].reached[0] / 0.01
    carried = complete(rows, Random(1), is_capped=True)[4].expected[-1]
    assert carried < 0.1 * alone
    assert carried >= 1.0


def test_vintages_that_have_reached_nothing_are_carried_by_the_others():
    rows = triangle((100.0,) * 5, 0.05, (0.0, 0.0, 0.5, 0.8, 1.0))
    done = complete(rows, Random(1), is_capped=True)
    assert rows[4].reached == (0.0,)
    assert done[4].expected[-1] == pytest.approx(5.0)


def test_the_band_holds_the_expectation_and_begins_where_the_vintage_stands():
    chance = Random(3)
    rows = [
        Row(200.0, tuple(sum(chance.random() < 0.05 * share for _ in range(200)) * 1.0 for share in PATTERN[: 5 - place]))
        for place in range(5)
    ]
    rows = [Row(row.exposure, tuple(max(row.reached[: n + 1]) for n in range(len(row.reached)))) for row in rows]
    done = complete(rows, Random(1), is_capped=True)
    for row, one in zip(rows, done, strict=True):
        assert all(low <= middle <= high for low, middle, high in zip(one.low, one.expected, one.high, strict=True))
        assert list(one.expected) == sorted(one.expected)
        assert one.high[-1] <= row.exposure
        assert one.low[: len(row.reached)] == one.high[: len(row.reached)] == row.reached
    assert complete(rows, Random(1), is_capped=True) == done, "the same chance gives the same band"
    assert complete(rows, Random(2), is_capped=True) != done


def test_the_band_covers_what_comes():
    """Of 40 books, nine in ten should end inside the band; a third outside would show it too narrow."""
    chance, inside = Random(11), 0
    for _ in range(40):
        whole = []
        for _ in range(8):
            hits = [0.0] * len(PATTERN)
            for _ in range(300):
                if chance.random() < 0.06:
                    at = next(age for age, share in enumerate(PATTERN) if chance.random() < share or age == len(PATTERN) - 1)
                    for age in range(at, len(PATTERN)):
                        hits[age] += 1
            whole.append(tuple(hits))
        rows = [Row(300.0, one[: max(5 - max(place - 3, 0), 1)]) for place, one in enumerate(whole)]
        done = complete(rows, Random(5), is_capped=True, rounds=100)[-1]
        inside += done.low[-1] <= whole[-1][-1] <= done.high[-1]
    assert 30 <= inside <= 40


def test_a_net_loss_may_fall_as_money_is_recovered():
    rows = triangle((100.0,) * 4, 0.1, (0.5, 1.2, 1.1, 1.0))
    done = complete(rows, Random(1), is_capped=False)
    assert done[3].expected == pytest.approx([5.0, 12.0, 11.0, 10.0])


def test_thin_ages_are_named_and_nothing_is_carried_from_one_vintage_alone():
    done = complete(triangle((100.0,) * 5, 0.05), Random(1), is_capped=True)
    assert done[0].thin_from == 3
    assert complete([], Random(1), is_capped=True) == []
    (alone,) = complete([Row(10.0, (1.0, 2.0))], Random(1), is_capped=True)
    assert alone.expected == alone.low == alone.high == (1.0, 2.0)
