"""What each feature adds to the score of one row: exact Shapley values of a forest, path-dependent, without the library.

A tree is a game whose players are its features. Where a feature is not known, a row goes both ways at its tests, weighted by how many
rows of the training went there. For a leaf of value v whose path tests m features, let z be the share of rows that pass the tests of a
feature, and o be 1 where this row passes them and 0 where not. The feature's share of the leaf is

    v (o - z) sum over sets S of the other features of |S|! (m - |S| - 1)! / m! times the product of o in S and of z outside S,

summed by the size of S through the coefficients of the product of all (z + o y). This is what algorithm 2 of Lundberg et al. 2020,
"From local explanations to global understanding with explainable AI for trees", computes, and LightGBM gives as `pred_contrib`. Leaf by
leaf it depends on nothing but which features pass, so each answer is worked out once and kept.
"""

from collections.abc import Sequence
from math import factorial, fsum
from typing import Final, NamedTuple, TypeAlias

from plimsoll.risk.score.forest import Forest, Leaf, Node
from plimsoll.risk.score.walk import Clearing, lay_out

KEPT_MAX: Final = 500_000
"""Answers kept; when there are more, all are forgotten."""

Shares: TypeAlias = tuple[tuple[int, float], ...]
"""What a leaf adds: features by their place, and how much to each."""


class Path(NamedTuple):
    """A leaf: its value, the features tested on the way, the share of rows that passes each, and the tests of each.

    The tests of a feature are two sets of bits, one for each node of the tree: which nodes they are, and where left leads to the leaf.
    """

    value: float
    features: tuple[int, ...]
    shares: tuple[float, ...]
    tests: tuple[tuple[int, int], ...]


class Held(NamedTuple):
    """A leaf: its path, the bits of all its tests, and by those of them that go left the shares that were worked out."""

    path: Path
    asked: int
    kept: dict[int, Shares]


class Contributor:
    """A forest laid out for explaining; `base` is the score (log odds) of a row of which nothing is known."""

    def __init__(self, forest: Forest) -> None:
        """Lay out every leaf of every tree; done once a model."""
        self._features = len(forest.features)
        laid = [_laid(tree) for tree in forest.trees]
        self._layout = lay_out([clearing for clearing, _ in laid])
        self._trees = [tuple(Held(path, _asked(path), {}) for path in paths) for _, paths in laid]
        self._kept = 0
        self.base = fsum(_expected(tree) for tree in forest.trees)

    def contributions(self, row: Sequence[float]) -> list[float]:
        """Give what each feature adds to the log odds of a row (NaN where missing); with `base` they add up to its score."""
        added = [0.0] * self._features
        laid = self._layout.laid(row)
        trees = iter(self._trees)
        for block in self._layout.blocks:
            for lefts, leaves in zip(block.by_tree(block.left(laid, row)), trees, strict=False):
                for path, asked, kept in leaves:
                    shares = kept.get(lefts & asked)
                    if shares is None:
                        shares = kept[lefts & asked] = self._worked_out(path, lefts)
                    for feature, share in shares:
                        added[feature] += share
        return added

    def _worked_out(self, path: Path, lefts: int) -> Shares:
        """Work out the shares of a leaf; when too many are kept, all are forgotten first."""
        if self._kept >= KEPT_MAX:
            self._kept = 0
            for leaves in self._trees:
                for held in leaves:
                    held.kept.clear()
        self._kept += 1
        passed = 0
        for bit, (asked, wanted) in enumerate(path.tests):
            passed |= (lefts & asked == wanted) << bit
        return _shares(path, passed)


def _asked(path: Path) -> int:
    bits = 0
    for asked, _ in path.tests:
        bits |= asked
    return bits


def _laid(tree: Node | Leaf) -> tuple[Clearing, list[Path]]:
    """Give the tests of a tree, each with a bit of its own that says left, and its leaves, each with what leads to it."""
    nodes: list[tuple[Node, int]] = []
    paths: list[Path] = []

    def visit(node: Node | Leaf, way: dict[int, tuple[float, int, int]]) -> None:
        """Go down; `way` has the share of rows and the tests of each feature so far."""
        if isinstance(node, Leaf):
            tests = tuple((asked, wanted) for _, asked, wanted in way.values())
            paths.append(Path(node.value, tuple(way), tuple(share for share, _, _ in way.values()), tests))
            return
        bit = 1 << len(nodes)
        nodes.append((node, bit))
        share, asked, wanted = way.get(node.feature, (1.0, 0, 0))
        for child, left in ((node.left, bit), (node.right, 0)):
            visit(child, {**way, node.feature: (share * child.rows / node.rows, asked | bit, wanted | left)})

    visit(tree, {})
    return Clearing(len(nodes), tuple(nodes)), paths


def _shares(path: Path, passed: int) -> Shares:
    """Give each feature's share of a leaf; bit n of `passed` says that the row passes the tests of feature n of the path."""
    ones = [passed >> bit & 1 for bit in range(len(path.features))]
    return tuple(
        (feature, path.value * (ones[n] - share) * _weight(path.shares, ones, n))
        for n, (feature, share) in enumerate(zip(path.features, path.shares, strict=True))
    )


def _weight(shares: Sequence[float], ones: Sequence[int], left_out: int) -> float:
    """Give the weighted sum over all sets of the other features."""
    coefficients = [1.0]
    for n, (share, one) in enumerate(zip(shares, ones, strict=True)):
        if n != left_out:
            stays = [coefficient * share for coefficient in coefficients] + [0.0]
            joins = [0.0] + [coefficient * one for coefficient in coefficients]
            coefficients = [a + b for a, b in zip(stays, joins, strict=True)]
    count = len(shares)
    return sum(
        coefficient * factorial(size) * factorial(count - size - 1) / factorial(count) for size, coefficient in enumerate(coefficients)
    )


def _expected(tree: Node | Leaf) -> float:
    """Give the mean value of the leaves over the rows of the training."""
    if isinstance(tree, Leaf):
        return tree.value
    return (_expected(tree.left) * tree.left.rows + _expected(tree.right) * tree.right.rows) / tree.rows
