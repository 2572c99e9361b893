"""One arithmetic, two speeds: random lives through the interpreted and the compiled kernel are equal to the last minor unit."""

import os
from random import Random

import numpy as np
import pytest

from plimsoll.loan.book import pack_standing, unpack_standing
from plimsoll.loan.facts import Fact
from plimsoll.loan.fold import fold, go_on, pack_facts, rows_needed
from plimsoll.loan.layout import ELSEWHERE, O_SIZE, R_SIZE, R_WEIGHT, REPAID, REVERSED, T_DISBURSED_ON, T_INSTALMENT
from plimsoll.loan.level import annuity as exact_annuity
from plimsoll.loan.state import measured
from plimsoll.loan.terms import LOAN
from plimsoll.units.pack import pack, unpack
from plimsoll.units.refusal import Refused
from tests.parity.lives import Life, life, payer, wild_life

columns = pytest.importorskip("plimsoll.loan.columns", reason="the extra `fast` is not installed")

LIVES = int(os.environ.get("PLIMSOLL_PARITY_LIVES", "600"))


def histories_of(lives: list[Life]) -> tuple[object, np.ndarray, np.ndarray]:
    """Give lives as columns, the day of each, and the rows each needs."""
    facts: list[int] = []
    more: list[int] = []
    counts, dues, dues_at = [], [0], []
    for terms, own, _ in lives:
        packed, own_more = pack_facts(own)
        for i in range(len(own)):
            packed[i * 7 + 5] += len(more)
        facts += packed
        more += own_more
        counts.append(len(own))
        dues_at.append(len(dues))
        dues += terms.dues
    histories = columns.Histories(
        np.array([terms.vector for terms, _, _ in lives], np.int64),
        np.array([terms.kind != LOAN for terms, _, _ in lives], np.int64),
        np.array(dues, np.int64),
        np.array(dues_at, np.int64),
        np.array(facts or [0], np.int64),
        np.concatenate(([0], np.cumsum(counts))).astype(np.int64),
        np.array([*more, 0], np.int64),
    )
    as_of = np.array([day for _, _, day in lives], np.int64)
    return histories, as_of, np.array([rows_needed(*one) for one in lives], np.int64)


def compare(lives: list[Life], start: int) -> int:
    """Fold lives both ways and hold every number, refusal and state against each other; give how many were not refused."""
    histories, as_of, needed = histories_of(lives)
    compiled = columns.fold_many(histories, as_of, needed, flat_size_max=4000, threads=2)
    plain_first = columns.fold_many(histories, as_of, needed, threads=2)
    assert (plain_first.codes == compiled.codes).all(), start
    assert (plain_first.out == compiled.out).all(), start
    plain_first.out.fill(7)
    assert (columns.fold_many(histories, as_of, needed, threads=2, into=plain_first).out == compiled.out).all(), start
    done = 0
    for i, (terms, facts, day) in enumerate(lives):
        standing = fold(terms, facts, day)
        if isinstance(standing, Refused):
            assert compiled.codes[i] > 0, (start, i, standing)
            continue
        assert compiled.codes[i] == 0, (start, i, int(compiled.codes[i]))
        assert compiled.out[i].tolist() == measured(terms, standing), (start, i)
        flat = unpack(pack_standing(standing))
        assert compiled.flat[i, : int(compiled.flat_sizes[i])].tolist() == flat, (start, i)
        done += 1
    return done


def test_lives_that_people_lead_are_equal_interpreted_and_compiled() -> None:
    """Lives that the rules allow: payers, late and early, plans, refunds, reversals."""
    lives = [one for seed in range(LIVES) if (one := life(seed)) is not None]
    assert compare(lives, 0) > LIVES * 9 // 10


def test_a_hundred_thousand_lives_are_equal_interpreted_and_compiled() -> None:
    """Lives that nobody leads: facts in any order, dates before the draw, reversals of anything; what is refused is refused by both."""
    done = sum(compare([wild_life(seed) for seed in range(start, start + 5000)], start) for start in range(0, 100_000, 5000))
    assert done > 100_000 // 4


def test_loans_that_are_only_paid_are_for_the_plain_build(monkeypatch: pytest.MonkeyPatch) -> None:
    """Most cash loans of any rate, length and way to repay, paid well or badly, need nothing of the whole build; both builds agree."""
    lives = [payer(seed) for seed in range(1500)]
    assert compare(lives, 0) == len(lives)
    whole: list[object] = []
    monkeypatch.setitem(columns.KERNEL, "fold_range", lambda *given: whole.append(given))
    left = columns.fold_many(*histories_of(lives)).codes == ELSEWHERE
    assert 0 < left.sum() < len(lives) // 3, "those who paid a part early are left"
    assert len(whole) == 1


def hard_payer(seed: int) -> Life:
    """Give the life of a payer with an instalment of any size, payments on any day and facts out of order, some of them taken back."""
    terms, paid, day = payer(seed)
    chance = Random(seed + 7)
    vector = list(terms.vector)
    vector[T_INSTALMENT] = vector[T_INSTALMENT] * chance.choice((1, 2, 5, 12)) // chance.choice((1, 1, 2, 3))
    facts = list(paid)
    for _ in range(chance.choice((0, 0, 1, 2, 5))):
        on = vector[T_DISBURSED_ON] + chance.randrange(-2, 800)
        facts.insert(chance.randrange(len(facts) + 1), Fact(REPAID, on, chance.choice((0, 1, 10**5, 10**7)) * chance.randrange(1, 5)))
    if chance.random() < 0.8:
        facts.sort(key=lambda fact: fact.on)
    if facts and chance.random() < 0.1:
        facts.append(Fact(REVERSED, facts[-1].on + chance.randrange(40), 0, chance.randrange(1, len(facts) + 2)))
    return terms._replace(vector=tuple(vector)), facts, day


def test_whoever_pays_is_folded_alike_by_both_builds() -> None:
    """Credit with instalments to come, balances that end early, facts out of order, on days before the draw or after the one asked for."""
    histories = histories_of([hard_payer(seed) for seed in range(6000)])
    whole = columns.fold_many(*histories, flat_size_max=2000)
    plain_first = columns.fold_many(*histories)
    assert (plain_first.codes == whole.codes).all()
    assert (plain_first.out == whole.out).all()
    assert 0 < (whole.codes != 0).sum() < 300


def test_cached_states_move_as_they_fold() -> None:
    """Moving packed states to a later day, compiled, equals going on interpreted, and packing is the same both ways."""
    lives = [one for seed in range(400) if (one := life(seed)) is not None]
    held = [(terms, standing, day) for terms, facts, day in lives if not isinstance(standing := fold(terms, facts, day), Refused)]
    blobs = [pack_standing(standing) for _, standing, _ in held]
    flat, flat_at = columns.unpack_many(blobs)
    terms, is_account, _, _ = columns.terms_of([pack(one.pack()) for one, _, _ in held])
    later = np.array([day + 17 * (i % 13) for i, (_, _, day) in enumerate(held)], np.int64)
    moved = columns.move_many(terms, is_account, flat, flat_at, later, flat_size_max=4000)
    packed = columns.pack_many(moved.flat, moved.flat_sizes)
    for i, (own, _, _) in enumerate(held):
        gone_on = go_on(own, unpack_standing(blobs[i]), (), int(later[i]))
        assert not isinstance(gone_on, Refused)
        assert moved.out[i].tolist() == measured(own, gone_on), i
        assert packed[i] == pack_standing(gone_on), i
    assert moved.out.shape == (len(held), O_SIZE)


@pytest.mark.parametrize("seed", range(200))
def test_the_annuity_on_limbs_is_the_exact_one(seed: int) -> None:
    """The one function that is written twice: any principal, rate and periods give the same level instalment."""
    chance = Random(seed)
    count = chance.randrange(1, 361 if seed % 20 == 0 else 40)
    rate_den = chance.choice([10_000, 10**6 * 365, 10**6 * 133_590, 10**9 * 360])
    rate_num = chance.choice([0, 4, rate_den // 36_500, chance.randrange(rate_den // 300 + 1)])
    rows = [0] * (R_SIZE * count)
    for i in range(count):
        rows[i * R_SIZE + R_WEIGHT] = chance.choice([1, 7, 30, 31, 365])
    principal = chance.choice([1, 7, 100, 999_999, chance.randrange(1, 10**12)])
    exact = exact_annuity(principal, rows, 0, count, rate_num, rate_den)
    assert columns.KERNEL["annuity"](principal, np.array(rows, np.int64), 0, count, rate_num, rate_den) == exact


@pytest.mark.parametrize("numbers", [[], [0, 0], [5], [-1, 0, 2**31 - 1], [2**31, -(2**62), 0, 1], [0] * 300 + [7]])
def test_packed_numbers_come_back(numbers: list[int]) -> None:
    """What is packed comes back, interpreted and compiled."""
    assert unpack(pack(numbers)) == numbers
    flat, flat_at = columns.unpack_many([pack(numbers), pack([1, 2])])
    assert flat[: flat_at[1]].tolist() == numbers
