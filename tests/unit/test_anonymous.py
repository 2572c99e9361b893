"""No combination of what an outsider may know fits fewer than k shared cases, whatever the cases are; and what is left out is counted."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from plimsoll.risk.anonymous import HIDDEN, Demand, Scale, anonymous
from tests.examples import draws

AGES = Scale(
    "age", ({"23": "20-29", "27": "20-29", "34": "30-39", "61": "60-69"}, {"23": "20-39", "27": "20-39", "34": "20-39", "61": "40+"})
)
PLACES = Scale("place", ({"A": "A", "B": "B", "C": "C"},))
BANDS = Scale("band", ({"s": "s", "m": "m", "l": "l"}, {"s": "short", "m": "longer", "l": "longer"}))
SCALES = (AGES, PLACES, BANDS)
VALUES = st.tuples(st.sampled_from(["23", "27", "34", "61", "?"]), st.sampled_from("ABCX"), st.sampled_from("sml"))
CASES = st.dictionaries(st.tuples(VALUES, st.sampled_from(["open", "cured", "written_off"])), st.integers(1, 60), max_size=40)


@draws(60, new=300)
@given(cases=CASES, k=st.integers(2, 40), outcomes=st.integers(1, 3), left_out=st.sampled_from([0.0, 0.05, 0.3]))
def test_every_group_is_large_and_mixed_enough(cases, k, outcomes, left_out):
    found = anonymous(cases, SCALES, Demand(k, outcomes, left_out))
    rows = Counter()
    for group in found.groups:
        rows[group.told] += group.size
        assert len(group.outcomes) >= outcomes
    assert all(count >= k for count in rows.values()), "a combination fits fewer than k"
    assert len(rows) == len(found.groups), "a combination stands twice"
    assert sum(rows.values()) + found.left_out == sum(cases.values())
    told = {group.told for group in found.groups}
    assert all(told_of(values, found.levels) in told or found.left_out for values, _ in cases)


@draws(40, new=100)
@given(cases=CASES, k=st.integers(2, 40))
def test_no_part_of_a_combination_tells_more_than_the_whole(cases, k):
    """Whoever knows only some of the columns finds at least k cases too."""
    found = anonymous(cases, SCALES, Demand(k, 1, 0.05))
    for place in range(len(SCALES)):
        parts = Counter()
        for group in found.groups:
            parts[group.told[place]] += group.size
        assert all(count >= k for count in parts.values())


def told_of(values: tuple[str, ...], levels: tuple[int, ...]) -> tuple[str, ...]:
    return tuple(scale.at(value, level) for scale, value, level in zip(SCALES, values, levels, strict=True))


def test_what_is_large_enough_is_told_finely():
    cases = {
        (("23", "A", "s"), "open"): 30,
        (("23", "A", "s"), "cured"): 30,
        (("34", "B", "l"), "open"): 25,
        (("34", "B", "l"), "cured"): 5,
    }
    found = anonymous(cases, SCALES, Demand(20, 2, 0.05))
    assert found.levels == (0, 0, 0)
    assert [(group.told, group.size) for group in found.groups] == [(("20-29", "A", "s"), 60), (("30-39", "B", "l"), 30)]


def test_one_strange_case_is_left_out_rather_than_everything_told_coarsely():
    cases = {(("23", "A", "s"), "open"): 50, (("23", "A", "s"), "cured"): 50, (("61", "C", "l"), "open"): 1}
    found = anonymous(cases, SCALES, Demand(20, 2, 0.05))
    assert (found.levels, found.left_out) == ((0, 0, 0), 1)


def test_too_few_cases_are_not_told_at_all():
    found = anonymous({(("23", "A", "s"), "open"): 19}, SCALES, Demand(20, 1, 0.05))
    assert (found.groups, found.left_out) == ((), 19)


def test_outcomes_that_are_all_alike_are_left_out():
    found = anonymous({(("23", "A", "s"), "open"): 100}, SCALES, Demand(20, 2, 0.05))
    assert (found.groups, found.left_out) == ((), 100)


def test_a_value_that_the_scale_does_not_know_is_hidden():
    assert AGES.at("?", 0) == HIDDEN
    assert PLACES.at("A", 1) == HIDDEN
