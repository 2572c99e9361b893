"""Rings: people held together by a device, a phone or a card that they share, found by union-find, one link after another.

Union by size with path halving: n links cost n times next to nothing (Tarjan 1975), so that a million are taken in within seconds.
"""

from collections.abc import Hashable, Iterable
from typing import NamedTuple


class Ring(NamedTuple):
    """The ring of one person: how many belong to it, how many of the others have gone bad."""

    size: int
    bad_others: int

    @property
    def bad_share_ppm(self) -> int:
        """Give how many of a million others have gone bad; 0 for somebody alone."""
        return self.bad_others * 1_000_000 // (self.size - 1) if self.size > 1 else 0


class Rings:
    """People joined by what they share. A person is a whole number; a thing is its kind and its blinded value, or anything with a hash."""

    __slots__ = ("_bad", "_bad_in", "_first", "_people", "_size", "_up")

    def __init__(self) -> None:
        self._up: dict[int, int] = {}
        self._size: dict[int, int] = {}  # of each person that stands for a ring
        self._bad: set[int] = set()
        self._bad_in: dict[int, int] = {}  # of each person that stands for a ring with somebody bad in it
        self._first: dict[Hashable, int] = {}  # who was linked to a thing first
        self._people: dict[Hashable, set[int]] = {}  # everybody linked to a thing that more than one is linked to

    def link(self, thing: Hashable, person: int) -> None:
        """Take in that a person uses a thing."""
        if person not in self._up:
            self._up[person] = person
            self._size[person] = 1
        first = self._first.setdefault(thing, person)
        if first != person:
            self._people.setdefault(thing, {first}).add(person)
            self._join(first, person)

    def take(self, links: Iterable[tuple[Hashable, int]]) -> None:
        """Take in many links."""
        for thing, person in links:
            self.link(thing, person)

    def mark_bad(self, person: int) -> None:
        """Take in that a person has gone bad."""
        if person not in self._bad:
            self._bad.add(person)
            self._up.setdefault(person, person)
            root = self._root(person)
            self._size.setdefault(root, 1)
            self._bad_in[root] = self._bad_in.get(root, 0) + 1

    def ring(self, person: int) -> Ring:
        """Give the ring of a person; somebody never seen is alone."""
        if person not in self._up:
            return Ring(1, 0)
        root = self._root(person)
        return Ring(self._size[root], self._bad_in.get(root, 0) - (person in self._bad))

    def shared_with(self, person: int, things: Iterable[Hashable]) -> int:
        """Give how many others are on at least one of some things."""
        others: set[int] = set()
        for thing in things:
            first = self._first.get(thing)
            others |= self._people.get(thing, set() if first is None else {first})
        return len(others - {person})

    def rings(self) -> dict[int, list[int]]:
        """Give everybody by the person that stands for their ring."""
        found: dict[int, list[int]] = {}
        for person in self._up:
            found.setdefault(self._root(person), []).append(person)
        return found

    def bad_in(self, person: int) -> int:
        """Give how many of the ring of a person, the person included, have gone bad."""
        return self._bad_in.get(self._root(person), 0) if person in self._up else 0

    def _root(self, person: int) -> int:
        up = self._up
        while (above := up[person]) != person:
            up[person] = up[above]
            person = above
        return person

    def _join(self, one: int, other: int) -> None:
        great, small = self._root(one), self._root(other)
        if great == small:
            return
        size = self._size
        if size[great] < size[small]:
            great, small = small, great
        self._up[small] = great
        size[great] += size.pop(small)
        bad = self._bad_in.pop(small, 0)
        if bad:
            self._bad_in[great] = self._bad_in.get(great, 0) + bad
