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
from typing import Any, Final, NamedTuple, TypeAlias

from plimsoll.risk.score.forest import CATEGORIES_MAX, NONE, ZERO, ZERO_IS_MISSING, Forest, Leaf, Node

BLOCK: Final = 128
"""Trees whose leaves share one integer: more would make each test dearer and the tables larger."""

FORMATS: Final = {8: "B", 16: "H", 32: "I", 64: "Q"}
"""Bits that a tree has for its leaves -> how `memoryview` takes the integer of a block apart."""

GREATEST: Final = sys.float_info.max

Slot: TypeAlias = tuple[int, bool, int]
"""What a slot holds: the feature's place, whether a missing value goes left, how missing values are known."""


class Block(NamedTuple):
    """Some trees: the tests of each slot and of each feature with categories, and the values of the leaves of each tree.

    `numbers` has a slot's sorted thresholds and, for each count of failed tests, the leaves that are left; `categories` has a
    feature's categories with the leaves that are left, and what is left for any other category.
    """

    numbers: tuple[tuple[int, list[float], list[int]], ...]
    categories: tuple[tuple[int, dict[int, int], int], ...]
    full: int
    lowest: int
    size: int
    cut: Callable[[bytes], Sequence[Any]]
    values: tuple[dict[Any, float], ...]


class Walker(NamedTuple):
    """A forest laid out for walking."""

    slots: tuple[Slot, ...]
    blocks: tuple[Block, ...]

    def raw(self, row: Sequence[float]) -> float:
        """Give the log odds of a row: one float for each feature of the forest, NaN where it is missing."""
        laid = [_lay(slot, row[slot[0]]) for slot in self.slots]
        total = 0.0
        for numbers, categories, full, lowest, size, cut, values in self.blocks:
            left = full
            for place, thresholds, masks in numbers:
                left &= masks[bisect_left(thresholds, laid[place])]
            for place, known, others in categories:
                value = row[place]
                left &= known.get(int(value), others) if -1 < value < CATEGORIES_MAX else others
            left &= ~(left - lowest)
            # Added one by one in the order of the trees, as the library does; `sum` may be more exact, and so another number.
            total = reduce(operator.add, map(operator.getitem, values, cut(left.to_bytes(size, "little"))), total)
        return total


def walker(forest: Forest) -> Walker:
    """Lay out a forest; done once a model."""
    slots: dict[Slot, int] = {}
    places = range(0, len(forest.trees), BLOCK)
    blocks = [_block(forest.trees[place : place + BLOCK], slots) for place in places]
    return Walker(tuple(slots), tuple(blocks))


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


def _block(trees: Sequence[Node | Leaf], slots: dict[Slot, int]) -> Block:
    """Lay out some trees; slots not met before are added."""
    layers = [_layer(tree) for tree in trees]
    width = 8
    while width < max(len(leaves) for leaves, _ in layers):
        width *= 2
    numbers: dict[int, dict[float, int]] = {}
    sets: dict[int, list[tuple[frozenset[int], int]]] = {}
    for n, (_, nodes) in enumerate(layers):
        for node, cleared in nodes:
            if node.categories is not None:
                sets.setdefault(node.feature, []).append((node.categories, cleared << n * width))
                continue
            slot = slots.setdefault((node.feature, node.is_default_left and node.missing != NONE, node.missing), len(slots))
            masks = numbers.setdefault(slot, {})
            threshold = _finite(node.threshold)
            masks[threshold] = masks.get(threshold, 0) | cleared << n * width
    full = (1 << width * len(trees)) - 1
    cut = partial(_cut, form=FORMATS[width]) if width in FORMATS else partial(_cut_wide, width=width // 8)
    return Block(
        numbers=tuple((slot, *_running(masks, full)) for slot, masks in numbers.items()),
        categories=tuple((feature, *_by_category(tests, full)) for feature, tests in sets.items()),
        full=full,
        lowest=sum(1 << n * width for n in range(len(trees))),
        size=width * len(trees) // 8,
        cut=cut,
        values=tuple(
            {cut((1 << n).to_bytes(width // 8, "little"))[0]: leaf.value for n, leaf in enumerate(leaves)} for leaves, _ in layers
        ),
    )


def _layer(tree: Node | Leaf) -> tuple[list[Leaf], list[tuple[Node, int]]]:
    """Give the leaves of a tree from left to right, and each test with the bits of the leaves on its left."""
    leaves: list[Leaf] = []
    nodes: list[tuple[Node, int]] = []

    def visit(node: Node | Leaf) -> int:
        """Give the bits of the leaves under a node."""
        if isinstance(node, Leaf):
            leaves.append(node)
            return 1 << len(leaves) - 1
        left = visit(node.left)
        nodes.append((node, left))
        return left | visit(node.right)

    visit(tree)
    return leaves, nodes


def _running(masks: dict[float, int], full: int) -> tuple[list[float], list[int]]:
    """Give thresholds in order, and for each number of failed tests the leaves that are left."""
    thresholds, left = sorted(masks), [full]
    for threshold in thresholds:
        left.append(left[-1] & ~masks[threshold])
    return thresholds, left


def _by_category(tests: Sequence[tuple[frozenset[int], int]], full: int) -> tuple[dict[int, int], int]:
    """Give the leaves that are left for each category that some test knows, and for any other."""
    known = dict.fromkeys(frozenset[int]().union(*(categories for categories, _ in tests)), full)
    others = full
    for categories, cleared in tests:
        others &= ~cleared
        for category in known.keys() - categories:
            known[category] &= ~cleared
    return known, others


def _cut(data: bytes, form: str) -> memoryview:
    return memoryview(data).cast(form)  # type: ignore[call-overload,no-any-return]


def _cut_wide(data: bytes, width: int) -> list[bytes]:
    return [data[place : place + width] for place in range(0, len(data), width)]
