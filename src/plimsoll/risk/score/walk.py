"""Walk a row through all trees of a forest at once, in a few microseconds and to the last bit what the library gives.

Every row is laid out in slots, so that each test of a number reads `slot <= threshold`: a missing one is minus infinity in the slot of
the tests that send it left and plus infinity in the other. There is a bit for each leaf. Of the tests on one slot, sorted by
threshold, those that fail are found by bisection, those on categories by the category; each clears the leaves on its left, and the
lowest bit that a tree has left is its leaf (Lucchese et al. 2015, QuickScorer).
"""

import math
import operator
import sys
from bisect import bisect_left
from collections.abc import Callable, Sequence
from functools import partial, reduce
from typing import Final, NamedTuple, TypeAlias

from plimsoll.risk.score.forest import CATEGORIES_MAX, NONE, ZERO, ZERO_IS_MISSING, Forest, Leaf, Node

BLOCK: Final = 128
"""Trees whose bits share one integer: more would make each test dearer and the tables larger."""

FORMATS: Final = {8: "B", 16: "H", 32: "I", 64: "Q"}
"""Bits that a tree has -> how `memoryview` takes the integer of a block apart."""

GREATEST: Final = sys.float_info.max

Slot: TypeAlias = tuple[int, bool, int]
"""What a slot holds: the feature's place, whether a missing value goes left, how missing values are known."""


class Clearing(NamedTuple):
    """A tree for laying out: how many bits it has, and each of its tests with the bits that it clears when it fails."""

    bits: int
    tests: tuple[tuple[Node, int], ...]


class Block(NamedTuple):
    """Some trees laid out: the tests of each slot and of each feature with categories, and how their bits are taken apart.

    `numbers` has a slot's sorted thresholds and, for each count of failed tests, the bits that are left; `categories` has a feature's
    categories with the bits that are left, and what is left for any other category.
    """

    numbers: tuple[tuple[int, list[float], list[int]], ...]
    categories: tuple[tuple[int, dict[int, int], int], ...]
    full: int
    width: int
    size: int
    cut: Callable[[bytes], Sequence[int]]

    def left(self, laid: Sequence[float], row: Sequence[float]) -> int:
        """Give the bits that no failing test has cleared."""
        left = self.full
        for place, thresholds, masks in self.numbers:
            left &= masks[bisect_left(thresholds, laid[place])]
        for place, known, others in self.categories:
            value = row[place]
            left &= known.get(int(value), others) if -1 < value < CATEGORIES_MAX else others
        return left

    def by_tree(self, bits: int) -> Sequence[int]:
        """Give the bits of each tree."""
        return self.cut(bits.to_bytes(self.size, "little"))


class Layout(NamedTuple):
    """Trees laid out for rows."""

    slots: tuple[Slot, ...]
    blocks: tuple[Block, ...]

    def laid(self, row: Sequence[float]) -> list[float]:
        """Give what each slot holds for a row: one float for each feature of the forest, NaN where it is missing."""
        return [_lay(slot, row[slot[0]]) for slot in self.slots]


class Walker(NamedTuple):
    """A forest laid out for walking: for each block of trees the lowest bit of each, and the values of their leaves by their bits."""

    layout: Layout
    ends: tuple[tuple[int, tuple[dict[int, float], ...]], ...]

    def raw(self, row: Sequence[float]) -> float:
        """Give the log odds of a row: one float for each feature of the forest, NaN where it is missing."""
        laid = self.layout.laid(row)
        total = 0.0
        for block, (lowest, values) in zip(self.layout.blocks, self.ends, strict=True):
            left = block.left(laid, row)
            left &= ~(left - lowest)
            # Added one by one in the order of the trees, as the library does; `sum` may be more exact, and so another number.
            total = reduce(operator.add, map(operator.getitem, values, block.by_tree(left)), total)
        return total


def walker(forest: Forest) -> Walker:
    """Lay out a forest; done once a model."""
    layers = [_leaves(tree) for tree in forest.trees]
    layout = lay_out([clearing for _, clearing in layers])
    ends = []
    for n, block in enumerate(layout.blocks):
        held = [leaves for leaves, _ in layers[n * BLOCK : (n + 1) * BLOCK]]
        values = tuple({1 << place: leaf.value for place, leaf in enumerate(leaves)} for leaves in held)
        ends.append((sum(1 << place * block.width for place in range(len(held))), values))
    return Walker(layout, tuple(ends))


def lay_out(trees: Sequence[Clearing]) -> Layout:
    """Lay out trees in blocks."""
    slots: dict[Slot, int] = {}
    blocks = [_block(trees[place : place + BLOCK], slots) for place in range(0, len(trees), BLOCK)]
    return Layout(tuple(slots), tuple(blocks))


def _lay(slot: Slot, value: float) -> float:
    """Give what a slot holds for a value."""
    _, is_left, missing = slot
    if value != value and missing == NONE:
        return 0.0
    if value != value or (missing == ZERO_IS_MISSING and -ZERO <= value <= ZERO):
        return -math.inf if is_left else math.inf
    return _finite(value)


def _finite(number: float) -> float:
    """Give a number, the greatest for infinity: it keeps its place among all others, and infinity is left to what is missing."""
    return number if -GREATEST <= number <= GREATEST else math.copysign(GREATEST, number)


def _block(trees: Sequence[Clearing], slots: dict[Slot, int]) -> Block:
    """Lay out some trees; slots not met before are added."""
    width = 8
    while width < max(tree.bits for tree in trees):
        width *= 2
    numbers: dict[int, dict[float, int]] = {}
    sets: dict[int, list[tuple[frozenset[int], int]]] = {}
    for n, tree in enumerate(trees):
        for node, cleared in tree.tests:
            if node.categories is not None:
                sets.setdefault(node.feature, []).append((node.categories, cleared << n * width))
                continue
            slot = slots.setdefault((node.feature, node.is_default_left and node.missing != NONE, node.missing), len(slots))
            masks = numbers.setdefault(slot, {})
            threshold = _finite(node.threshold)
            masks[threshold] = masks.get(threshold, 0) | cleared << n * width
    full = (1 << width * len(trees)) - 1
    return Block(
        numbers=tuple((slot, *_running(masks, full)) for slot, masks in numbers.items()),
        categories=tuple((feature, *_by_category(tests, full)) for feature, tests in sets.items()),
        full=full,
        width=width,
        size=width * len(trees) // 8,
        cut=partial(_cut, form=FORMATS[width]) if width in FORMATS else partial(_cut_wide, width=width // 8),
    )


def _leaves(tree: Node | Leaf) -> tuple[list[Leaf], Clearing]:
    """Give the leaves of a tree from left to right, and each test with the bits of the leaves on its left."""
    leaves: list[Leaf] = []
    tests: list[tuple[Node, int]] = []

    def visit(node: Node | Leaf) -> int:
        """Give the bits of the leaves under a node."""
        if isinstance(node, Leaf):
            leaves.append(node)
            return 1 << len(leaves) - 1
        left = visit(node.left)
        tests.append((node, left))
        return left | visit(node.right)

    visit(tree)
    return leaves, Clearing(len(leaves), tuple(tests))


def _running(masks: dict[float, int], full: int) -> tuple[list[float], list[int]]:
    """Give thresholds in order, and for each number of failed tests the bits that are left."""
    thresholds, left = sorted(masks), [full]
    for threshold in thresholds:
        left.append(left[-1] & ~masks[threshold])
    return thresholds, left


def _by_category(tests: Sequence[tuple[frozenset[int], int]], full: int) -> tuple[dict[int, int], int]:
    """Give the bits that are left for each category that some test knows, and for any other."""
    known = dict.fromkeys(frozenset[int]().union(*(categories for categories, _ in tests)), full)
    others = full
    for categories, cleared in tests:
        others &= ~cleared
        for category in known.keys() - categories:
            known[category] &= ~cleared
    return known, others


def _cut(data: bytes, form: str) -> memoryview:
    return memoryview(data).cast(form)  # type: ignore[call-overload,no-any-return]


def _cut_wide(data: bytes, width: int) -> list[int]:
    return [int.from_bytes(data[place : place + width], "little") for place in range(0, len(data), width)]
