"""Rings found by union-find, against rings found by walking; and that very many links are taken in within seconds."""

import time
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from plimsoll.risk.ring import Ring, Rings

PEOPLE = st.integers(1, 12)
LINKS = st.lists(st.tuples(st.tuples(st.sampled_from(("device", "phone", "card")), st.integers(1, 8)), PEOPLE), max_size=40)


def walked(links, person):
    """Give everybody who can be reached from a person by what they share."""
    found, edge = {person}, [person]
    while edge:
        one = edge.pop()
        things = {thing for thing, somebody in links if somebody == one}
        new = {somebody for thing, somebody in links if thing in things} - found
        found |= new
        edge += new
    return found


@given(LINKS, st.sets(PEOPLE), st.randoms(use_true_random=False))
def test_a_ring_is_everybody_who_can_be_reached(links, bad, chance):
    rings = Rings()
    steps = [lambda thing=thing, person=person: rings.link(thing, person) for thing, person in links]
    steps += [lambda person=person: rings.mark_bad(person) for person in bad]
    chance.shuffle(steps)
    for step in steps:
        step()
    for person in range(1, 14):
        others = walked(links, person) - {person}
        assert rings.ring(person) == Ring(len(others) + 1, len(others & bad))
        things = {thing for thing, somebody in links if somebody == person}
        assert rings.shared_with(person, things) == len({one for thing, one in links if thing in things} - {person})
    told = sorted(one for ring in rings.rings().values() for one in ring)
    assert told == sorted({person for _, person in links} | bad)


@given(LINKS, LINKS)
def test_taking_links_in_one_by_one_gives_what_taking_all_gives(first, second):
    grown, whole = Rings(), Rings()
    grown.take(first)
    assert all(grown.ring(person).size >= 1 for person in range(1, 13))
    grown.take(second)
    whole.take(second + first + first)
    assert [grown.ring(person) for person in range(1, 13)] == [whole.ring(person) for person in range(1, 13)]


def test_shares_of_a_ring():
    rings = Rings()
    rings.take([("a", 1), ("a", 2), ("b", 2), ("b", 3), ("c", 9)])
    rings.mark_bad(3)
    rings.mark_bad(3)
    assert rings.ring(1) == Ring(3, 1)
    assert rings.ring(1).bad_share_ppm == 500_000
    assert rings.ring(3) == Ring(3, 0)
    assert rings.ring(9).bad_share_ppm == rings.ring(77).bad_share_ppm == 0
    assert rings.shared_with(1, ["a", "b", "never seen"]) == 2


def test_a_hundred_thousand_links_are_taken_in_within_seconds():
    """Bounds are wide: the machine of a test is slow and shared."""
    chance = Random(7)
    links = [((chance.randrange(3), chance.randrange(40_000)), chance.randrange(70_000)) for _ in range(100_000)]
    begun = time.process_time()
    rings = Rings()
    rings.take(links)
    assert time.process_time() - begun < 5
    chained = Rings()
    chained.take([(n // 2, (n + 1) // 2) for n in range(40_000)])
    assert chained.ring(0).size == 20_001
