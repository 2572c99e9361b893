"""Scorecards that are fitted: the same each time, alike in rows and columns, in order, and not misled by what tells nothing."""

import math
from datetime import date
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from plimsoll.risk.score.card import Card, read_card, weights_of
from plimsoll.risk.score.derive import RATIO, Derived
from plimsoll.risk.score.find_derived import find_ratios, find_series, series_in
from plimsoll.risk.score.fit_card import Wishes, card_policy, fit_card, reasons_for
from plimsoll.risk.score.folds import folds
from plimsoll.risk.score.logistic import fit_logistic
from plimsoll.risk.score.refine import ascending
from plimsoll.risk.score.score_columns import derive_columns, score_columns
from plimsoll.risk.score.table import CATEGORY, DATE, NUMBER, Column, Table
from plimsoll.rulebook.rules import load

POLICY = card_policy(load(), date(2026, 11, 22))


def made_up(rows: int, seed: int) -> tuple[Table, np.ndarray]:
    """A table of every kind of column, and an outcome that some of it tells."""
    chance = np.random.default_rng(seed)
    late = chance.poisson(0.7, rows).astype(float)
    limit = chance.lognormal(10, 1, rows)
    owed = limit * chance.beta(2, 3, rows)
    bills = [owed * chance.uniform(0.7, 1.3, rows) for _ in range(4)]
    home = chance.integers(0, 4, rows)
    since = np.floor(chance.uniform(10_000, 20_000, rows))
    odds = -2.2 + 0.7 * late + 2.5 * owed / limit + 0.4 * (home == 2) - 0.00004 * (since - 10_000)
    bad = (chance.uniform(size=rows) < 1 / (1 + np.exp(-odds))).astype(float)
    late[chance.uniform(size=rows) < 0.05] = math.nan
    late[chance.uniform(size=rows) < 0.03] = -9.0
    codes = np.where(chance.uniform(size=rows) < 0.02, -1, home).astype(np.int32)
    columns = {
        "late": Column("late", NUMBER, numbers=late, distinct=8),
        "limit": Column("limit", NUMBER, numbers=limit, distinct=rows),
        **{f"bill_{n}": Column(f"bill_{n}", NUMBER, numbers=bill, distinct=rows) for n, bill in enumerate(bills, 1)},
        "home": Column("home", CATEGORY, codes=codes, labels=("mortgage", "own", "rent", "合租"), distinct=4),
        "since": Column("since", DATE, numbers=since, distinct=rows, written="%Y-%m-%d"),
        "noise": Column("noise", NUMBER, numbers=chance.normal(size=rows), distinct=rows),
    }
    return Table("made up", columns, rows), bad


TABLE, BAD = made_up(4_000, 1)
CARD = fit_card(TABLE, BAD, POLICY, Wishes(special=(-9.0,)), {"name": "made up"})


def test_the_same_rows_give_the_same_card():
    again = fit_card(TABLE, BAD, POLICY, Wishes(special=(-9.0,)), {"name": "made up"})
    assert again.text() == CARD.text()
    assert read_card(CARD.text()).digest == CARD.digest


def test_another_row_gives_another_digest():
    assert fit_card(TABLE, np.append(BAD[:-1], 1 - BAD[-1]), POLICY, Wishes(special=(-9.0,)), {"name": "made up"}).digest != CARD.digest


def test_what_tells_is_kept_and_what_tells_nothing_is_not():
    names = {entry.bins.name for entry in CARD.entries}
    assert {"late", "home"} <= names
    assert any(one.op == RATIO and "limit" in one.of for one in CARD.derived)
    assert "noise" not in names
    assert set(CARD.features) <= set(TABLE.columns)


def test_no_bin_adds_points_where_its_weight_of_evidence_is_worse():
    for entry in CARD.entries:
        told = sorted((one.woe, weight) for one, weight in zip(entry.bins.bins, weights_of(entry), strict=True) if one.rows)
        assert all(after[1] >= before[1] - 1e-9 for before, after in pairwise(told)), entry.bins.name
        assert entry.coefficient >= 0


def test_stated_probabilities_are_true_on_the_whole():
    stated = score_columns(CARD, TABLE).probabilities
    assert stated.mean() == pytest.approx(BAD.mean(), abs=1e-3)
    worst = stated >= np.quantile(stated, 0.9)
    assert stated[worst].mean() == pytest.approx(BAD[worst].mean(), abs=0.05)


def rows_of(table: Table) -> list[dict]:
    return [{name: column.value(row) for name, column in table.columns.items()} for row in range(table.rows)]


def agree(card: Card, table: Table) -> None:
    scores = score_columns(card, table)
    scored = [card.score(row) for row in rows_of(table)]
    assert [one.points for one in scored] == scores.points.tolist()
    assert [one.probability for one in scored] == scores.probabilities.tolist()


def test_rows_and_columns_agree_to_the_last_bit():
    table, _ = made_up(1_000, 2)
    agree(CARD, table)
    agree(CARD, table.without(["home", "bill_2"]))


CELL = st.one_of(st.floats(allow_nan=True, allow_infinity=False), st.sampled_from([0.0, -0.0, -9.0, 1e308, -1e308, 5e-324]))


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.tuples(*[CELL] * 7, st.integers(-1, 5)), min_size=1, max_size=20))
def test_rows_and_columns_agree_on_whatever_comes(rows: list):
    names = ("late", "limit", "bill_1", "bill_2", "bill_3", "bill_4", "since")
    columns = {name: Column(name, NUMBER, numbers=np.array([row[place] for row in rows])) for place, name in enumerate(names)}
    columns["home"] = Column(
        "home", CATEGORY, codes=np.array([row[7] for row in rows], np.int32), labels=("", "a", "own", "rent", "z", "合租")
    )
    agree(CARD, Table("", columns, len(rows)))


@given(st.lists(st.booleans(), min_size=10, max_size=60), st.integers(2, 5), st.integers(0, 5))
def test_folds_are_disjoint_and_cover_every_row_once(ended: list, count: int, seed: int):
    bad = np.array(ended, float)
    if min(bad.sum(), len(bad) - bad.sum()) < count:
        return
    measured = []
    for trained, held in folds(bad, count, seed):
        assert not set(trained.tolist()) & set(held.tolist())
        assert len(trained) + len(held) == len(bad)
        measured += held.tolist()
    assert sorted(measured) == list(range(len(bad)))


@pytest.mark.parametrize("seed", [0, 42])
def test_folds_are_those_of_scikit_learn(seed: int):
    selection = pytest.importorskip("sklearn.model_selection")
    bad = (np.random.default_rng(seed).uniform(size=203) < 0.2).astype(float)
    wanted = selection.StratifiedKFold(5, shuffle=True, random_state=seed).split(bad, bad)
    for (trained, held), (others, measured) in zip(folds(bad, 5, seed), wanted, strict=True):
        assert trained.tolist() == others.tolist()
        assert held.tolist() == measured.tolist()


def test_a_series_is_known_by_name_and_by_content():
    chance = np.random.default_rng(3)
    steady = chance.lognormal(8, 1, 500)
    columns = {f"bill_{n}": steady * chance.uniform(0.8, 1.2, 500) for n in (3, 1, 2)}
    columns |= {f"x{n}": chance.normal(size=500) * 10**n for n in (1, 2, 3)}
    columns |= {"pair_1": steady, "pair_2": steady * 1.1}
    table = Table("", {name: Column(name, NUMBER, numbers=values, distinct=500) for name, values in columns.items()}, 500)
    assert series_in(table, ()) == [("bill_1", "bill_2", "bill_3")]
    assert {one.op for one in find_series(table, ())} == {"max", "min", "mean", "spread", "above-zero", "change"}


def test_a_ratio_that_tells_is_found_and_one_of_noise_is_not():
    chance = np.random.default_rng(4)
    limit, owed, other = (chance.lognormal(9, 1, 5_000) for _ in range(3))
    bad = (chance.uniform(size=5_000) < 1 / (1 + np.exp(2 - 3 * np.clip(owed / limit, 0, 2)))).astype(float)
    columns = {
        name: Column(name, NUMBER, numbers=values, distinct=5_000) for name, values in (("limit", limit), ("owed", owed), ("other", other))
    }
    table = Table("", columns, 5_000)
    found = find_ratios(table, bad, np.full(5_000, math.log(bad.mean() / (1 - bad.mean()))), [], (), 5)
    assert set(found[0].of) == {"owed", "limit"}
    mixed = chance.permutation(bad)
    assert find_ratios(table, mixed, np.full(5_000, math.log(bad.mean() / (1 - bad.mean()))), [], (), 5) == []


def test_derived_columns_are_missing_where_nothing_can_be_said():
    table = Table(
        "",
        {
            "a": Column("a", NUMBER, numbers=np.array([1.0, math.nan, -9.0, 4.0])),
            "b": Column("b", NUMBER, numbers=np.array([2.0, 2.0, 2.0, 0.0])),
        },
        4,
    )
    found = derive_columns([Derived("r", RATIO, ("a", "b"))], table, (-9.0,))["r"].numbers
    assert found[0] == 0.5
    assert np.isnan(found[1:]).all()


def test_coefficients_are_never_below_zero_and_solve_the_plain_problem_where_they_are_above():
    chance = np.random.default_rng(5)
    columns = chance.normal(size=(2_000, 3))
    bad = (chance.uniform(size=2_000) < 1 / (1 + np.exp(1 - columns @ [1.0, 0.5, -0.7]))).astype(float)
    fit = fit_logistic(columns, bad, np.ones(2_000), 1e-6)
    assert fit.coefficients[2] == 0.0
    stated = 1 / (1 + np.exp(-(columns @ fit.coefficients + fit.intercept)))
    slope = np.append(columns[:, :2], np.ones((2_000, 1)), axis=1).T @ (bad - stated)
    assert np.abs(slope).max() < 1e-3
    assert fit.coefficients[0] == pytest.approx(1.0, abs=0.2)


def test_a_column_that_tells_without_a_fault_stays_finite():
    bad = np.array([0.0] * 50 + [1.0] * 50)
    fit = fit_logistic(np.column_stack((bad, bad)), bad, np.ones(100), 1.0)
    assert np.isfinite(fit.coefficients).all()


@given(st.lists(st.tuples(st.floats(-100, 100), st.floats(0.1, 10)), max_size=30))
def test_isotonic_values_ascend_and_keep_their_sum(pairs: list):
    values, counts = np.array([one for one, _ in pairs]), np.array([count for _, count in pairs])
    found = ascending(values, counts)
    assert (np.diff(found) >= 0).all()
    assert (found * counts).sum() == pytest.approx((values * counts).sum(), abs=1e-6)


def test_reason_codes_are_told_apart():
    assert reasons_for(["PAY_0", "pay 0", "收入", "1st", "x"], {"x": "GIVEN"}) == {
        "PAY_0": "PAY_0", "pay 0": "PAY_0_2", "收入": "R3", "1st": "R4_1ST", "x": "GIVEN",
    }  # fmt: skip
