"""A model of trees scores as the library does, says why in points that add up, and is read from nothing but a sealed file of ours."""

import json
import pickle
from datetime import date, timedelta
from functools import cache

import lightgbm
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from plimsoll.risk.score.bins import CATEGORY, DATE, EPOCH_DAY, NUMBER
from plimsoll.risk.score.card import Scale, Scored
from plimsoll.risk.score.derive import Derived
from plimsoll.risk.score.read import model_of, read_model
from plimsoll.risk.score.sealed import digest_of, seal
from plimsoll.risk.score.table import Column, Table
from plimsoll.risk.score.tree import Input, Tree, read_tree, whole_parts
from plimsoll.risk.score.tree_columns import score_table
from plimsoll.units.rate import Rate
from plimsoll.units.refusal import Malformed

WORDS = ("app", "branch", "web")
INPUTS = (
    Input("income", NUMBER, "", "INCOME_LOW", ()),
    Input("channel", CATEGORY, "", "CHANNEL", WORDS),
    Input("since", DATE, "%Y-%m-%d", "SHORT_HISTORY", ()),
    Input("bills", NUMBER, "", "BILLS_HIGH", ()),
    Input("bills max", NUMBER, "", "BILLS_HIGH", ()),
)
DERIVED = (Derived("bills max", "max", ("b1", "b2")),)
FIRST_DAY = date(2015, 1, 1)


def people(seed, count):
    """Rows as an application brings them: numbers, words, dates as text, shares as exact rates; some missing."""
    chance = np.random.default_rng(seed)
    rows = []
    for _ in range(count):
        row = {
            "income": float(np.round(chance.normal(8, 3), 2)),
            "channel": str(chance.choice(WORDS)),
            "since": (FIRST_DAY + timedelta(days=int(chance.integers(0, 3_000)))).isoformat(),
            "bills": int(chance.integers(-9, 9)),
            "b1": int(chance.integers(0, 50)),
            "b2": int(chance.integers(0, 50)),
        }
        rows.append({name: value for name, value in row.items() if chance.random() > 0.1})
    return rows


def laid(row):
    """A row as the library takes it."""
    nan = float("nan")
    bills = [row[name] for name in ("b1", "b2") if name in row]
    return [
        row.get("income", nan),
        WORDS.index(row["channel"]) if "channel" in row else nan,
        date.fromisoformat(row["since"]).toordinal() - EPOCH_DAY if "since" in row else nan,
        nan if row.get("bills", -9) == -9 else row["bills"],
        max(bills, default=nan),
    ]


@cache
def booster():
    rows = np.array([laid(row) for row in people(1, 2_000)], float)
    strength = np.nan_to_num(rows[:, 4], nan=25) / 25 - np.nan_to_num(rows[:, 0], nan=8) / 5 + (rows[:, 1] == 2)
    bad = (strength + np.random.default_rng(2).normal(size=len(rows)) > 0).astype(int)
    settings = {"objective": "binary", "verbose": -1, "num_leaves": 8, "num_iterations": 30, "num_threads": 1, "min_data_per_group": 5}
    settings |= {"max_cat_to_onehot": 1, "seed": 1}
    return lightgbm.train(settings, lightgbm.Dataset(rows, bad, categorical_feature=[1]))


@cache
def tree():
    about = {"name": "a test", "training": {"rows": 2_000}}
    return Tree(Scale(600, 30, 20), (-9.0,), DERIVED, INPUTS, booster().model_to_string(), about)


def test_it_scores_as_the_library_does():
    rows = people(3, 300)
    stated = booster().predict(np.array([laid(row) for row in rows], float))
    assert [tree().score(row).probability for row in rows] == stated.tolist()
    assert [tree().glance(row).probability for row in rows] == stated.tolist()


def test_parts_and_base_add_up_to_the_points_and_lean_the_right_way():
    shares = booster().predict(np.array([laid(row) for row in people(4, 100)], float), pred_contrib=True)
    for row, share in zip(people(4, 100), shares, strict=True):
        scored = tree().score(row)
        assert isinstance(scored, Scored)
        assert scored.points == tree().base_points + sum(part.points for part in scored.parts)
        assert scored.points == tree().glance(row).points == tree().scale.points_of(scored.probability)
        exact = [-20 / np.log(2) * one for one in share[:-1]]
        assert [part.points for part in scored.parts] == pytest.approx(exact, abs=1.5)


def test_parts_say_what_was_there_and_the_reason_it_is_told_by():
    row = {"income": Rate.parse("3.5"), "channel": "web", "since": "2016-02-29", "bills": -9, "b1": 4, "further": "passed over"}
    parts = {part.feature: part for part in tree().score(row).parts}
    assert {name: part.bin for name, part in parts.items()} == {
        "income": "= 3.5",
        "channel": "web",
        "since": "2016-02-29",
        "bills": "missing",
        "bills max": "= 4",
    }
    assert parts["income"].reason == "INCOME_LOW"
    assert tree().features == ("income", "channel", "since", "bills", "b1", "b2")
    other = {part.feature: part for part in tree().score({"channel": "post"}).parts}
    assert (other["channel"].bin, other["income"].bin) == ("other", "missing")


def test_a_word_never_seen_scores_as_a_missing_one():
    assert tree().glance({"channel": "post"}) == tree().glance({})


def table_of(rows):
    """Rows as the columns of a file."""
    numbers = {
        name: Column(name, NUMBER, numbers=np.array([float(row.get(name, "nan")) for row in rows]))
        for name in ("income", "bills", "b1", "b2")
    }
    days = [date.fromisoformat(row["since"]).toordinal() - EPOCH_DAY if "since" in row else np.nan for row in rows]
    labels = tuple(sorted({row["channel"] for row in rows if "channel" in row}))
    codes = np.array([labels.index(row["channel"]) if "channel" in row else -1 for row in rows], np.int32)
    more = {
        "since": Column("since", DATE, numbers=np.array(days, float)),
        "channel": Column("channel", CATEGORY, codes=codes, labels=labels),
    }
    return Table("test", numbers | more, len(rows))


def test_columns_score_as_rows_do():
    rows = [*people(6, 200), {}, {"channel": "post", "bills": -9}]
    found = score_table(tree(), table_of(rows))
    scored = [tree().glance(row) for row in rows]
    assert found.points.tolist() == [one.points for one in scored]
    assert found.probabilities.tolist() == [one.probability for one in scored]


def test_columns_that_are_not_there_or_of_another_kind_score_as_such_rows_do():
    rows = people(7, 50)
    table = table_of(rows)
    assert score_table(tree(), table.without(["income"])).points.tolist() == [tree().glance({**row, "income": None}).points for row in rows]
    words = Column("income", CATEGORY, codes=np.array([0, 1, -1], np.int32), labels=("7.5", "plenty"))
    numbers = Column("channel", NUMBER, numbers=np.array([1.0, np.nan, np.inf]))
    odd = Table("odd", {"income": words, "channel": numbers}, 3)
    expected = [tree().glance(row).points for row in ({"income": "7.5", "channel": 1.0}, {"income": "plenty"}, {})]
    assert score_table(tree(), odd).points.tolist() == expected


@given(st.lists(st.floats(-50, 50), min_size=1, max_size=12), st.integers(-300, 300))
def test_whole_parts_add_up_and_stay_near(exact, total):
    parts = whole_parts(exact, total)
    assert sum(parts) == total
    if abs(total - sum(exact)) <= 0.5:
        assert all(abs(part - share) <= 1 for part, share in zip(parts, exact, strict=True))


def test_what_is_written_is_what_is_read():
    text = tree().text()
    again = read_tree(text)
    assert (again, again.digest, again.text()) == (tree(), tree().digest, text)
    assert read_model(text.encode()) == tree()
    row = people(5, 1)[0]
    assert again.score(row) == tree().score(row)


def changed(**said):
    """The text of a model with other content, sealed again as ours."""
    return seal(json.loads(tree().text()) | said)


def code(content):
    with pytest.raises(Malformed) as wrong:
        read_model(content.encode() if isinstance(content, str) else content)
    assert wrong.value.text("zh-CN").strip()
    return wrong.value.code


class Trap:
    """Runs when a pickle of it is opened."""

    def __reduce__(self):
        return (pytest.fail, ("the pickle was opened",))


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_a_pickle_is_never_opened(protocol):
    assert code(pickle.dumps(Trap(), protocol)) in ("model_pickled", "model_not_ours")
    found = code(pickle.dumps({"a": [1]}, protocol))
    assert found == "model_pickled" or protocol == 1, "protocol 1 begins like any text; it is not ours"


def test_one_changed_leaf_is_noticed():
    text = tree().text()
    leaf = tree().lightgbm.partition("leaf_value=")[2].split()[0]
    assert leaf in text
    assert code(text.replace(leaf, "9.75", 1)) == "model_tampered"


FILES = {
    "nothing": ("", "file_empty"),
    "the bare text of the library": (booster().model_to_string(), "model_not_ours"),
    "JSON of somebody else": ('{"learner": {}}', "model_not_ours"),
    "a list": ("[]", "model_not_ours"),
    "bytes": (b"\xff\xfe\x00", "model_not_ours"),
    "another kind": (seal({"kind": "network", "format": 1}), "model_kind_unknown"),
    "another format": (seal({"kind": "tree", "format": 2}), "model_not_ours"),
    "nothing but a kind": (seal({"kind": "tree", "format": 1}), "model_not_ours"),
    "trees of another header": (changed(lightgbm="forest\n"), "model_not_ours"),
    "trees cut off": (changed(lightgbm=booster().model_to_string()[:900]), "model_not_ours"),
    "a feature too few": (changed(features=[one._asdict() | {"words": list(one.words)} for one in INPUTS[1:]]), "model_not_ours"),
    "a feature twice": (changed(features=[one._asdict() | {"words": list(one.words)} for one in INPUTS[:1] * 5]), "model_not_ours"),
    "a scale of words": (changed(scale={"points": "600", "odds": 30, "double": 20}), "model_not_ours"),
    "endless special values": (seal(json.loads(tree().text()) | {"special": ["-9"]}), "model_not_ours"),
    "an unknown way to derive": (changed(derived=[{"name": "bills max", "op": "eval", "of": ["b1"]}]), "model_not_ours"),
    "a feature with more to say": (
        changed(features=[{**one._asdict(), "words": list(one.words), "x": 1} for one in INPUTS]),
        "model_not_ours",
    ),
}


@pytest.mark.parametrize("name", FILES)
def test_what_is_not_ours_is_refused(name):
    content, said = FILES[name]
    assert code(content) == said


def test_a_card_of_the_same_house_is_no_tree():
    sealed = seal({"kind": "scorecard", "format": 1})
    with pytest.raises(Malformed) as wrong:
        read_tree(sealed)
    assert wrong.value.code == "model_kind_unknown"
    with pytest.raises(Malformed) as wrong:
        model_of(sealed)
    assert wrong.value.code == "model_not_ours"


def test_the_digest_is_of_everything_but_itself():
    document = json.loads(tree().text())
    assert document["digest"] == digest_of(document) == tree().digest
