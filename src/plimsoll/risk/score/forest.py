"""Trees as LightGBM writes them (its text format, version v4), read and walked by the standard library alone, to the last bit.

How a row walks (LightGBM, include/LightGBM/tree.h, Decision): a number goes left when it is at most the threshold. A missing one goes
the node's own way where the node knows missing values, and counts as zero where it does not. A category goes left when it stands in
the node's set; a missing or unknown one goes right.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Final, NamedTuple

from plimsoll.units.refusal import Malformed

VERSION: Final = "v4"
END: Final = "end of trees"
LEAVES_MAX: Final = 4_096
TREES_MAX: Final = 10_000
DEPTH_MAX: Final = 200
CATEGORIES_MAX: Final = 2**31
ZERO: Final = 1.0000000180025095e-35
"""What LightGBM takes for zero: 1e-35 as a float of 32 bits."""

CATEGORICAL, DEFAULT_LEFT, MISSING_SHIFT = 1, 2, 2
NONE, ZERO_IS_MISSING, NAN_IS_MISSING = 0, 1, 2


class Node(NamedTuple):
    """A test of a tree: the feature's place, the threshold or the set of categories, and what follows if it holds (left) or not."""

    feature: int
    threshold: float
    categories: frozenset[int] | None
    missing: int
    is_default_left: bool
    left: "Node | Leaf"
    right: "Node | Leaf"
    rows: int

    def goes_left(self, value: float) -> bool:
        """Tell which way a value goes; a missing one is NaN."""
        if self.categories is not None:
            return is_among(value, self.categories)
        if value != value and self.missing == NONE:
            return self.threshold >= 0
        if value != value or (self.missing == ZERO_IS_MISSING and -ZERO <= value <= ZERO):
            return self.is_default_left
        return value <= self.threshold


def is_among(value: float, categories: frozenset[int]) -> bool:
    """Tell whether a number stands for one of some categories; LightGBM cuts off what is after the point."""
    return -1 < value < CATEGORIES_MAX and int(value) in categories


class Leaf(NamedTuple):
    """Where a walk ends: what the tree adds to the score (log odds), and how many rows of the training ended there."""

    value: float
    rows: int


class Forest(NamedTuple):
    """Trees whose leaves add up to log odds; `sigmoid` is the factor that LightGBM puts before them."""

    features: tuple[str, ...]
    trees: tuple[Node | Leaf, ...]
    sigmoid: float


def read_forest(text: str) -> Forest:
    """Read LightGBM's own text. Raises Malformed model_not_ours with what is wrong and where."""
    lines = text.split("\n")
    if lines[0] != "tree":
        raise _wrong("it does not begin as a text of LightGBM does")
    if END not in lines:
        raise _wrong("the end of the trees is missing")
    head, *blocks = _blocks(lines[: lines.index(END)])
    if head.get("version") != VERSION:
        raise _wrong(f"version {head.get('version')!r}; only {VERSION} is read")
    if (head.get("num_class"), head.get("num_tree_per_iteration")) != ("1", "1"):
        raise _wrong("it has more than one class")
    objective, _, options = head.get("objective", "").partition(" ")
    sigmoid = dict(part.split(":", 1) for part in options.split() if ":" in part).get("sigmoid", "")
    if objective != "binary" or not sigmoid:
        raise _wrong(f"objective {objective!r}; only binary is read")
    features = tuple(head.get("feature_names", "").split())
    if not features or not blocks or len(blocks) > TREES_MAX:
        raise _wrong(f"{len(features)} features, {len(blocks)} trees")
    return Forest(features, tuple(_Tree(block, len(features), n).root() for n, block in enumerate(blocks)), _number(sigmoid))


def _blocks(lines: Sequence[str]) -> Iterator[dict[str, str]]:
    """Give the head and then each tree as its keys and values."""
    block: dict[str, str] = {}
    for line in lines:
        name, _, value = line.partition("=")
        if name == "Tree":
            yield block
            block = {}
        elif line:
            block[name] = value
    yield block


def _wrong(detail: str) -> Malformed:
    return Malformed("model_not_ours", detail)


def _number(text: str, *, is_bound: bool = False) -> float:
    """Read a number; a bound may be infinite, where a test tells only missing values from the others."""
    try:
        number = float(text)
    except ValueError:
        raise _wrong(f"{text!r} is no number") from None
    if math.isnan(number) or (math.isinf(number) and not is_bound):
        raise _wrong(f"{text!r} is no finite number")
    return number


class _Tree:
    """One tree of the text: its lists by name, checked while the nodes are built."""

    def __init__(self, block: Mapping[str, str], features: int, place: int) -> None:
        self.block, self.features, self.place = block, features, place
        if block.get("is_linear", "0") != "0":
            raise _wrong(f"tree {place} has linear leaves")
        self.leaves = self.wholes("num_leaves", 1)[0]
        if not 1 <= self.leaves <= LEAVES_MAX:
            raise _wrong(f"tree {place} has {self.leaves} leaves")
        self.values = [_number(text) for text in self.texts("leaf_value", self.leaves)]
        self.counts = self.wholes("leaf_count", self.leaves) if self.leaves > 1 else [0]
        self.sets: list[frozenset[int]] = []

    def texts(self, name: str, count: int) -> list[str]:
        """Give a list of the text; `count` is how long it has to be, -1 for any length."""
        found = self.block.get(name, "").split()
        if count >= 0 and len(found) != count:
            raise _wrong(f"tree {self.place}: {name} has {len(found)} values instead of {count}")
        return found

    def wholes(self, name: str, count: int) -> list[int]:
        """Give a list of whole numbers."""
        try:
            return [int(text) for text in self.texts(name, count)]
        except ValueError:
            raise _wrong(f"tree {self.place}: {name} holds something else than whole numbers") from None

    def root(self) -> Node | Leaf:
        """Build the tree from its leaves up; children come after their parents in the text, so there is no circle."""
        inner = self.leaves - 1
        if not inner:
            return Leaf(self.values[0], self.counts[0])
        left, right = self.wholes("left_child", inner), self.wholes("right_child", inner)
        if sorted([*left, *right]) != [*range(-self.leaves, 0), *range(1, inner)]:
            raise _wrong(f"tree {self.place}: its nodes do not form a tree")
        if any(0 <= child <= node for node in range(inner) for child in (left[node], right[node])):
            raise _wrong(f"tree {self.place}: a node comes before its parent")
        self.sets = self.category_sets()
        fields = zip(
            self.wholes("split_feature", inner),
            self.texts("threshold", inner),
            self.wholes("decision_type", inner),
            self.wholes("internal_count", inner),
            strict=True,
        )
        depth = [1] * inner
        for node in range(inner):
            for child in (left[node], right[node]):
                if child > 0:
                    depth[child] = depth[node] + 1
        if max(depth) > DEPTH_MAX:
            raise _wrong(f"tree {self.place} is {max(depth)} tests deep")
        nodes: dict[int, Node | Leaf] = {~n: Leaf(self.values[n], self.counts[n]) for n in range(self.leaves)}
        for place, (feature, threshold, decision, rows) in reversed(list(enumerate(fields))):
            nodes[place] = self.node(feature, threshold, decision, rows, nodes[left[place]], nodes[right[place]])
        return nodes[0]

    def node(self, feature: int, threshold: str, decision: int, rows: int, left: Node | Leaf, right: Node | Leaf) -> Node:
        """Build one test."""
        if not 0 <= feature < self.features or not 0 <= decision < 1 << 4 or rows != left.rows + right.rows or not rows:
            raise _wrong(f"tree {self.place}: a test of feature {feature} with {rows} rows")
        number = _number(threshold, is_bound=True)
        categories = None
        if decision & CATEGORICAL:
            if not 0 <= number < len(self.sets) or number != int(number):
                raise _wrong(f"tree {self.place}: no set of categories {threshold}")
            categories = self.sets[int(number)]
        return Node(feature, number, categories, decision >> MISSING_SHIFT, bool(decision & DEFAULT_LEFT), left, right, rows)

    def category_sets(self) -> list[frozenset[int]]:
        """Read the sets of categories: words of 32 bits, a bit a category."""
        count = self.wholes("num_cat", 1)[0]
        if not count:
            return []
        bounds = self.wholes("cat_boundaries", count + 1)
        words = self.wholes("cat_threshold", -1)
        if bounds != sorted(bounds) or bounds[0] != 0 or bounds[-1] != len(words) or any(not 0 <= word < 1 << 32 for word in words):
            raise _wrong(f"tree {self.place}: its sets of categories are damaged")
        return [
            frozenset(32 * n + bit for n, word in enumerate(words[first:last]) for bit in range(32) if word >> bit & 1)
            for first, last in pairwise(bounds)
        ]
