"""Trees of LightGBM, read and walked without the library, give what the library gives: scores to the last bit, contributions to 1e-9."""

import re
from functools import cache

import lightgbm
import numpy as np
import pytest

from plimsoll.risk.score.card import probability_of
from plimsoll.risk.score.contribute import Contributor
from plimsoll.risk.score.forest import Forest, Leaf, read_forest
from plimsoll.risk.score.walk import BLOCK, Walker, walker
from plimsoll.units.refusal import Malformed

SHAPES = {
    "small trees": {"num_leaves": 7},
    "usual trees": {"num_leaves": 31},
    "more leaves than a machine word": {"num_leaves": 100, "num_iterations": 20},
    "zero is missing": {"num_leaves": 12, "zero_as_missing": True},
    "missing is zero": {"num_leaves": 12, "use_missing": False},
    "stumps": {"num_leaves": 2},
    "monotone": {"num_leaves": 15, "monotone_constraints": [1, 0, -1, 0, 0, 0], "monotone_constraints_method": "intermediate"},
    "two blocks": {"num_leaves": 4, "num_iterations": BLOCK + 3},
}
WIDTH = 6
CATEGORY = 3


def rows_of(seed: int, count: int) -> np.ndarray:
    """Rows with gaps, zeros, whole numbers, infinities and categories, some of which no training has seen."""
    chance = np.random.default_rng(seed)
    rows = chance.normal(size=(count, WIDTH)) * 2
    rows[:, CATEGORY] = chance.integers(-3, 80, count)
    rows[:, 4] = np.round(rows[:, 4])
    rows[chance.random(rows.shape) < 0.15] = np.nan
    rows[chance.random(rows.shape) < 0.1] = 0.0
    rows[chance.random(rows.shape) < 0.02] = np.inf
    rows[chance.random(rows.shape) < 0.02] = -np.inf
    rows[::7, 0] = 1e-35
    rows[::9, CATEGORY] += 0.5
    return rows


@cache
def booster(shape: str) -> lightgbm.Booster:
    chance = np.random.default_rng(5)
    count = 3_000
    rows = chance.normal(size=(count, WIDTH))
    rows[:, CATEGORY] = chance.integers(0, 50, count)
    rows[:, 4] = np.round(rows[:, 4] * 2)
    rows[chance.random(rows.shape) < 0.15] = np.nan
    rows[chance.random(rows.shape) < 0.05] = 0.0
    strength = np.nan_to_num(rows[:, 0]) - np.nan_to_num(rows[:, 2]) + np.isin(rows[:, CATEGORY], [2, 5, 7, 33, 40]) * 1.5
    bad = (strength + chance.normal(size=count) > 0.5).astype(int)
    settings = {"objective": "binary", "verbose": -1, "min_data_in_leaf": 5, "max_cat_to_onehot": 1, "min_data_per_group": 5, "seed": 1}
    settings |= {"num_threads": 1, "num_iterations": 40, **SHAPES[shape]}
    return lightgbm.train(settings, lightgbm.Dataset(rows, bad, categorical_feature=[CATEGORY]))


@cache
def text(shape: str) -> str:
    return str(booster(shape).model_to_string())


@cache
def forest(shape: str) -> Forest:
    return read_forest(text(shape))


@cache
def laid(shape: str) -> Walker:
    return walker(forest(shape))


@pytest.mark.parametrize("shape", SHAPES)
def test_scores_are_the_librarys_to_the_last_bit(shape):
    rows = rows_of(11, 1_000)
    ours = [laid(shape).raw(row) for row in rows.tolist()]
    assert ours == booster(shape).predict(rows, raw_score=True).tolist()
    assert [probability_of(forest(shape).sigmoid * raw) for raw in ours] == booster(shape).predict(rows).tolist()


@pytest.mark.parametrize("shape", SHAPES)
def test_walking_at_once_is_walking_node_by_node(shape):
    for row in rows_of(12, 200).tolist():
        total = 0.0
        for tree in forest(shape).trees:
            node = tree
            while not isinstance(node, Leaf):
                node = node.left if node.goes_left(row[node.feature]) else node.right
            total += node.value
        assert laid(shape).raw(row) == total


@pytest.mark.parametrize("shape", [shape for shape in SHAPES if shape != "more leaves than a machine word"])
def test_contributions_are_the_librarys(shape):
    rows = rows_of(13, 60)
    explain = Contributor(forest(shape))
    ours = np.array([[*explain.contributions(row), explain.base] for row in rows.tolist()])
    assert np.abs(ours - booster(shape).predict(rows, pred_contrib=True)).max() < 1e-9


def test_contributions_and_base_add_up_to_the_score():
    explain = Contributor(forest("usual trees"))
    for row in rows_of(14, 60).tolist():
        assert sum(explain.contributions(row)) + explain.base == pytest.approx(laid("usual trees").raw(row), abs=1e-9)


def test_what_was_kept_changes_no_answer(monkeypatch):
    from plimsoll.risk.score import contribute

    rows = rows_of(15, 30).tolist()
    roomy = Contributor(forest("small trees"))
    monkeypatch.setattr(contribute, "KEPT_MAX", 3)
    tight = Contributor(forest("small trees"))
    assert [roomy.contributions(row) for row in rows] == [tight.contributions(row) for row in rows]


def test_a_forest_of_one_leaf_is_its_value():
    one = lightgbm.train({"objective": "binary", "verbose": -1}, lightgbm.Dataset(np.zeros((50, 1)), [0, 1] * 25), num_boost_round=3)
    read = read_forest(one.model_to_string())
    assert walker(read).raw([1.0]) == one.predict([[1.0]], raw_score=True)[0]
    assert Contributor(read).base == pytest.approx(one.predict([[1.0]], raw_score=True)[0])


EDITS = {
    "another beginning": (r"\Atree\n", "forest\n"),
    "another version": ("version=v4", "version=v3"),
    "more classes": ("num_class=1", "num_class=3"),
    "another objective": ("objective=binary sigmoid:1", "objective=regression"),
    "no names": (r"feature_names=.*", "feature_names="),
    "cut off": (r"end of trees[\s\S]*", ""),
    "linear leaves": ("is_linear=0", "is_linear=1"),
    "a number too few": (r"leaf_value=\S+ ", "leaf_value="),
    "a leaf that is no number": (r"leaf_value=\S+", "leaf_value=nan"),
    "an endless leaf": (r"leaf_value=\S+", "leaf_value=inf"),
    "words for numbers": (r"split_feature=\d+", "split_feature=x"),
    "a feature that is not there": (r"split_feature=\d+", "split_feature=6"),
    "a circle": (r"left_child=\S+", "left_child=0"),
    "counts that do not add up": (r"internal_count=\d+", "internal_count=1"),
    "no leaves": (r"num_leaves=\d+", "num_leaves=0"),
    "a set of categories that is not there": (r"(num_cat=)[1-9]\d*", r"\g<1>0"),
    "damaged sets of categories": (r"cat_boundaries=0 \d+", "cat_boundaries=0 99"),
    "an unknown kind of test": (r"decision_type=\d+", "decision_type=16"),
}


@pytest.mark.parametrize("edit", EDITS)
def test_a_text_that_is_not_as_the_library_writes_it_is_refused(edit):
    pattern, to = EDITS[edit]
    wrong, count = re.subn(pattern, to, text("small trees"), count=1)
    assert count == 1
    with pytest.raises(Malformed) as refused:
        read_forest(wrong)
    assert refused.value.code == "model_not_ours"
    assert refused.value.detail


def test_a_tree_deeper_than_any_training_makes_is_refused():
    leaves = 300
    chain = {
        "num_leaves": [leaves],
        "num_cat": [0],
        "split_feature": [0] * (leaves - 1),
        "threshold": range(leaves - 1),
        "decision_type": [0] * (leaves - 1),
        "left_child": range(-1, -leaves, -1),
        "right_child": [*range(1, leaves - 1), -leaves],
        "leaf_value": [0.5] * leaves,
        "leaf_count": [1] * leaves,
        "internal_count": range(leaves, 1, -1),
    }
    head = text("small trees").partition("Tree=0")[0]
    tree = "\n".join(f"{name}={' '.join(map(str, values))}" for name, values in chain.items())
    with pytest.raises(Malformed, match="299 tests deep"):
        read_forest(f"{head}\nTree=0\n{tree}\n\nend of trees\n")


@pytest.mark.parametrize("text", ["", "tree", "{}", "\x80\x04pickle", "tree\nend of trees", "tree\nversion=v4\nend of trees"])
def test_something_else_is_refused(text):
    with pytest.raises(Malformed, match="no model file of this house"):
        read_forest(text)
