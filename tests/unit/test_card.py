"""A scorecard as an officer could check it by hand, and every way in which its file is refused."""

import json
import math
import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plimsoll.risk.score.bins import CATEGORY, DATE, NUMBER, Bin, Bins
from plimsoll.risk.score.card import Card, Entry, Scale, read_card
from plimsoll.risk.score.derive import Derived
from plimsoll.risk.score.sealed import seal, unseal
from plimsoll.units.rate import Rate
from plimsoll.units.refusal import LANGUAGES, Malformed

LN2 = math.log(2)
NONE = Bin(0, 0, 0.0)
IN_LATE = (NONE, NONE, Bin(5, 1, 0.0), Bin(60, 6, -LN2), Bin(25, 8, LN2), Bin(10, 5, 2 * LN2))
IN_HOME = (NONE, Bin(2, 1, LN2), Bin(50, 5, -LN2), Bin(48, 14, LN2))
LATE = Bins("late", NUMBER, "", (-9.0,), (0.0, 2.0), (), IN_LATE)
HOME = Bins("home", CATEGORY, "", (), (), (("own", "mortgage"), ("rent",)), IN_HOME)
SINCE = Bins("since", DATE, "%d/%m/%Y", (), (0.0,), (), (Bin(0, 0, 0.0), Bin(0, 0, 0.0), Bin(40, 4, -LN2), Bin(60, 16, LN2)))
USED = Bins("owed / limit", NUMBER, "", (), (0.5,), (), (Bin(3, 1, 0.0), Bin(0, 0, 0.0), Bin(50, 5, -LN2), Bin(47, 14, LN2)))
CARD = Card(
    scale=Scale(600, 16, 20),
    intercept=-math.log(4),
    special=(-9.0,),
    derived=(Derived("owed / limit", "ratio", ("owed", "limit")),),
    entries=(Entry(LATE, "LATE", 1.0), Entry(HOME, "HOME", 0.5), Entry(SINCE, "SINCE", 0.5), Entry(USED, "USED", 1.0)),
    about={"name": "by hand", "training": {"rows": 100, "bads": 20}},
)
"""Good to bad odds are 4 to 1 in the training: 600 points stand at 16 to 1, two doublings higher, so the base is 560."""


@pytest.mark.parametrize(
    ("features", "points", "halvings"),
    [
        ({}, 560, 0),
        ({"late": 0}, 580, 1),
        ({"late": 1}, 540, -1),
        ({"late": 3.0}, 520, -2),
        ({"late": "-9"}, 560, 0),
        ({"late": "oops"}, 560, 0),
        ({"late": math.nan}, 560, 0),
        ({"late": math.inf}, 560, 0),
        ({"late": False}, 580, 1),
        ({"late": 10**400}, 560, 0),
        ({"home": "own"}, 570, 0.5),
        ({"home": " rent "}, 550, -0.5),
        ({"home": "a boat"}, 550, -0.5),
        ({"since": "31/12/1969"}, 570, 0.5),
        ({"since": "1970-01-01"}, 570, 0.5),
        ({"since": "02/01/1970"}, 550, -0.5),
        ({"since": -3}, 570, 0.5),
        ({"owed": 40, "limit": 100}, 580, 1),
        ({"owed": Rate.parse("0.6"), "limit": 1}, 540, -1),
        ({"owed": -9, "limit": 100}, 560, 0),
        ({"owed": 5, "limit": 0}, 560, 0),
        ({"late": 0, "home": "own", "since": "1960-05-05", "owed": 1, "limit": 9, "more": "x"}, 620, 3),
    ],
)
def test_points_and_probability_by_hand(features: dict, points: int, halvings: float):
    scored = CARD.score(features)
    assert scored.points == points == CARD.base_points + sum(part.points for part in scored.parts)
    assert scored.probability == pytest.approx(1 / (1 + 4 * 2**halvings))
    assert CARD.scale.points_of(scored.probability) == points


def test_what_cost_points_comes_first():
    scored = CARD.score({"late": 1, "home": "rent", "since": "1960-01-01"})
    assert [(part.feature, part.bin, part.points, part.reason) for part in scored.costs()] == [
        ("late", "(0, 2]", -20, "LATE"),
        ("home", "rent", -10, "HOME"),
    ]
    assert [part.bin for part in scored.parts] == ["(0, 2]", "rent", "(-∞, 1970-01-01]", "missing"]
    assert scored.costs(1)[0].feature == "late"


def test_the_features_to_be_given_are_those_before_anything_is_derived():
    assert CARD.features == ("late", "home", "since", "owed", "limit")


def test_a_card_survives_its_file():
    again = read_card(CARD.text())
    assert again == CARD
    assert again.digest == CARD.digest
    assert again.text() == CARD.text()


def changed(change) -> str:
    """The card with something changed and its digest put right again."""
    document = json.loads(CARD.text())
    change(document)
    return seal(document)


def set_at(*path):
    """A change of one value, named by the keys and places that lead to it; the last is the new value."""

    def change(document):
        for step in path[:-2]:
            document = document[step]
        document[path[-2]] = path[-1]

    return change


REFUSED = {
    "no JSON": ("name,points\n", "model_not_ours"),
    "another object": ('{"points": 3}', "model_not_ours"),
    "a list": ("[1]", "model_not_ours"),
    "nested without end": ("[" * 100_000, "model_not_ours"),
    "endless numbers": ('{"kind": "scorecard", "digest": "", "a": Infinity}', "model_not_ours"),
    "a pickle": (pickle.dumps({"kind": "scorecard"}).decode("latin-1"), "model_pickled"),
    "an old pickle": (pickle.dumps({"kind": "scorecard"}, 0).decode("latin-1"), "model_pickled"),
    "another kind": (seal({"kind": "network", "format": 1}), "model_kind_unknown"),
    "another format": (seal({"kind": "scorecard", "format": 2}), "model_not_ours"),
    "tampered": (CARD.text().replace('"coefficient": 0.5', '"coefficient": 0.4', 1), "model_tampered"),
    "nothing in it": (seal({"kind": "scorecard", "format": 1}), "model_not_ours"),
    "points that do not follow": (changed(set_at("features", 0, "bins", 3, "points", 999)), "model_not_ours"),
    "base points that do not follow": (changed(set_at("base_points", 1)), "model_not_ours"),
    "a worse bin that adds points": (changed(set_at("features", 0, "coefficient", -1.0)), "model_not_ours"),
    "edges out of order": (changed(set_at("features", 0, "edges", [2.0, 0.0])), "model_not_ours"),
    "a bin too few": (changed(lambda document: document["features"][0]["bins"].pop()), "model_not_ours"),
    "a word twice": (changed(set_at("features", 1, "groups", [["own"], ["own"]])), "model_not_ours"),
    "text for a number": (changed(set_at("intercept", "0")), "model_not_ours"),
    "another thing done": (changed(set_at("derived", 0, "op", "eval")), "model_not_ours"),
    "a scale of nothing": (changed(set_at("scale", "double", 0)), "model_not_ours"),
    "the same feature twice": (changed(lambda document: document["features"].append(document["features"][0])), "model_not_ours"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_file_that_is_not_a_card_of_ours_is_refused(case: str):
    text, code = REFUSED[case]
    with pytest.raises(Malformed) as refused:
        read_card(text)
    assert refused.value.code == code
    assert all(refused.value.text(language) for language in LANGUAGES)


@given(st.integers(0, len(CARD.text()) - 1), st.characters(codec="ascii"))
def test_whatever_one_character_becomes_the_card_says_the_same_or_is_refused(at: int, other: str):
    text = CARD.text()
    try:
        read = read_card(text[:at] + other + text[at + 1 :])
    except Malformed as refused:
        read = refused
    assert read == CARD or read.code.startswith("model_")


def test_the_digest_is_of_what_is_said_not_of_how_it_is_spaced():
    document = json.loads(CARD.text())
    assert unseal(json.dumps(document), ("scorecard",)) == document


@given(st.lists(st.floats(-1e9, 1e9) | st.none(), min_size=1, max_size=8))
def test_derived_features_lie_where_they_must(numbers: list):
    from plimsoll.risk.score.derive import above_zero, largest, mean, smallest, spread

    known = [number for number in numbers if number is not None]
    low, middle, high = smallest(numbers), mean(numbers), largest(numbers)
    if not known:
        assert low is middle is high is above_zero(numbers) is spread(numbers) is None
    else:
        assert low - 1e-3 <= middle <= high + 1e-3
        assert spread(numbers) == high - low
        assert above_zero(numbers) == len([number for number in known if number > 0])
