"""The parts of a change of the bad share add up to it, and a change of one cause alone is all its own."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plimsoll.portfolio.attribution import CAUSES, FIELDS, Book, Period, attribute, bad_share
from tests.refusing import refuses

SHARE = st.floats(0, 0.2)
PERIODS = st.builds(Period, st.floats(0.1, 1), st.floats(0.5, 1.5), SHARE, SHARE, st.floats(0.6, 1.1), SHARE, SHARE, SHARE)
BOOKS = st.builds(Book, st.dictionaries(st.sampled_from("abc"), PERIODS, min_size=1), st.floats(0.9, 1.3))
BEFORE = Book({"a": Period(0.7, 1.0, 0.02, 0.01, 0.98, 0.1, 0.05, 0.02), "b": Period(0.3, 1.1, 0.05, 0.02, 0.99, 0.05, 0.1, 0.0)}, 1.05)


@given(BOOKS, BOOKS)
def test_parts_add_up(before, after):
    assert sum(attribute(before, after).values()) == pytest.approx(bad_share(after) - bad_share(before), abs=1e-12)


@pytest.mark.parametrize("cause", [*FIELDS, "growth"])
def test_one_cause_alone_is_all_its_own(cause):
    if cause == "growth":
        after = BEFORE._replace(grown=1.2)
    else:
        change = {"mix": {"weight": 0.4}, "roll": {"roll": 1.0}}.get(cause, {FIELDS[cause][0]: 0.5})
        after = BEFORE._replace(segments=BEFORE.segments | {"a": BEFORE.segments["a"]._replace(**change)})
    parts = attribute(BEFORE, after)
    assert parts[cause] == pytest.approx(bad_share(after) - bad_share(BEFORE))
    assert parts[cause] != 0
    assert all(part == pytest.approx(0, abs=1e-15) for name, part in parts.items() if name != cause)


@given(BOOKS, BOOKS)
def test_the_way_back_is_the_same_with_the_sign_turned(before, after):
    there, back = attribute(before, after), attribute(after, before)
    assert all(there[cause] == pytest.approx(-back[cause], abs=1e-12) for cause in CAUSES)


def test_a_book_from_flows_ends_where_the_flows_lead():
    """1,000 good and 50 bad; 30 become bad, 10 cured, 4 paid, 6 written off, 5 sold; 200 granted: 55 bad of what is left."""
    good, bad = 1000, 50
    one = Period(1.0, 1.0, bad / 1050, 30 / good, 1 - 4 / bad, 10 / bad, 6 / bad, 5 / bad)
    ends = 1050 + 200 - 4
    assert bad_share(Book({"all": one}, ends / 1050)) == pytest.approx(55 / (ends - 11))


def test_a_new_segment_is_mix():
    after = BEFORE._replace(
        segments={"a": BEFORE.segments["a"]._replace(weight=0.5), "b": BEFORE.segments["b"], "c": BEFORE.segments["b"]._replace(weight=0.2)}
    )
    parts = attribute(BEFORE, after)
    assert parts["mix"] == pytest.approx(bad_share(after) - bad_share(BEFORE))


def test_nothing_to_compare_is_refused():
    with refuses("segments_missing"):
        attribute(Book({}, 1.0), Book({}, 1.0))
