"""A model of trees: LightGBM's own text in a sealed model file, scored and explained with the standard library alone.

The file says what the text does not: what each feature is called and how it reads, the reason that an unfavourable value is told as,
the scale of points, and the training. A row is scored as by a scorecard: points, the probability of the bad outcome, and what each
feature added in points, from exact Shapley values, so that the parts and the base add up to the points.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any, Final, NamedTuple

from plimsoll.risk.score.bins import CATEGORY, DATE, EPOCH_DAY, KINDS, Value, number_of, word_of
from plimsoll.risk.score.card import Part, Scale, Scored, probability_of, read_scale
from plimsoll.risk.score.contribute import Contributor
from plimsoll.risk.score.derive import OPS, Derived, derive
from plimsoll.risk.score.forest import Forest, read_forest
from plimsoll.risk.score.sealed import FORMAT, TREE, digest_of, seal, unseal
from plimsoll.risk.score.walk import Walker, walker
from plimsoll.units.refusal import Malformed


class Input(NamedTuple):
    """A feature of the trees, in their order: how it reads, the reason it is told by, and the words of a category, each by its place."""

    name: str
    kind: str
    written: str
    reason: str
    words: tuple[str, ...]


@dataclass(frozen=True)
class Tree:
    """A model of trees. `special` are numbers that count as missing; `about` is all that the file says beside what scores."""

    scale: Scale
    special: tuple[float, ...]
    derived: tuple[Derived, ...]
    inputs: tuple[Input, ...]
    lightgbm: str
    about: Mapping[str, Any]

    @cached_property
    def digest(self) -> str:
        """The SHA-256 of the model, in hex."""
        return digest_of(self.document())

    @cached_property
    def features(self) -> tuple[str, ...]:
        """The features that have to be given, in order."""
        made = {one.name for one in self.derived}
        used = [one.name for one in self.inputs] + [name for one in self.derived for name in one.of]
        return tuple(dict.fromkeys(name for name in used if name not in made))

    @cached_property
    def forest(self) -> Forest:
        """The trees."""
        return read_forest(self.lightgbm)

    @cached_property
    def base_points(self) -> int:
        """The points of a row of which nothing is known."""
        return round(self.scale.exact(self.forest.sigmoid * self._contributor.base))

    @cached_property
    def walker(self) -> Walker:
        """The trees laid out for walking."""
        return walker(self.forest)

    @cached_property
    def _contributor(self) -> Contributor:
        return Contributor(self.forest)

    @cached_property
    def _special(self) -> frozenset[float]:
        return frozenset(self.special)

    @cached_property
    def _words(self) -> tuple[Mapping[str, float], ...]:
        return tuple({word: float(place) for place, word in enumerate(one.words)} for one in self.inputs)

    def score(self, features: Mapping[str, Value]) -> Scored:
        """Score a row and say what each feature did; a feature that is not there is missing. Further ones are passed over."""
        row = self.row(features)
        glanced = self._glance(row)
        exact = [-self.scale.part(self.forest.sigmoid * share) for share in self._contributor.contributions(row)]
        points = whole_parts(exact, glanced.points - self.base_points)
        parts = []
        for one, held, gained in zip(self.inputs, row, points, strict=True):
            is_other = one.kind == CATEGORY and held != held and word_of(features.get(one.name)) is not None
            parts.append(Part(one.name, "other" if is_other else _label(one, held), gained, one.reason))
        return glanced._replace(parts=tuple(parts))

    def glance(self, features: Mapping[str, Value]) -> Scored:
        """Score a row in some microseconds, without the parts."""
        return self._glance(self.row(features))

    def _glance(self, row: Sequence[float]) -> Scored:
        log_odds = self.forest.sigmoid * self.walker.raw(row)
        return Scored(round(self.scale.exact(log_odds)), probability_of(log_odds), ())

    def row(self, features: Mapping[str, Value]) -> list[float]:
        """Give a row as the trees take it: numbers, days since 1970-01-01, places of words; NaN where missing, or a word never seen."""
        derived = derive(self.derived, features, self._special) if self.derived else {}
        row = []
        for one, words in zip(self.inputs, self._words, strict=True):
            value = derived[one.name] if one.name in derived else features.get(one.name)
            if one.kind == CATEGORY:
                row.append(words.get(word_of(value) or "", math.nan))
            else:
                number = number_of(value, one.written)
                row.append(math.nan if number is None or number in self._special else number)
        return row

    def document(self) -> dict[str, Any]:
        """Give the model as plain values, without its digest."""
        return {
            "kind": TREE,
            "format": FORMAT,
            **self.about,
            "scale": self.scale._asdict(),
            "special": list(self.special),
            "derived": [{"name": one.name, "op": one.op, "of": list(one.of)} for one in self.derived],
            "features": [{**one._asdict(), "words": list(one.words)} for one in self.inputs],
            "lightgbm": self.lightgbm,
        }

    def text(self) -> str:
        """Give the model as the text of its file."""
        return seal(self.document())


def whole_parts(exact: Sequence[float], total: int) -> list[int]:
    """Give parts as whole numbers that add up to `total`, each as near as can be: what rounding leaves goes where it hurts least."""
    parts = [round(part) for part in exact]
    left = total - sum(parts)
    order = sorted(range(len(exact)), key=lambda n: (parts[n] - exact[n]) * (1 if left > 0 else -1))
    for step in range(abs(left)):
        parts[order[step % len(order)]] += 1 if left > 0 else -1
    return parts


def _label(one: Input, held: float) -> str:
    """Give what a feature was, in words."""
    if held != held:
        return "missing"
    if one.kind == CATEGORY:
        return one.words[int(held)]
    if one.kind == DATE:
        return date.fromordinal(int(held) + EPOCH_DAY).isoformat()
    return f"= {held:.12g}"


def read_tree(text: str) -> Tree:
    """Read the text of a model of trees; raises Malformed as `unseal` does, and model_not_ours where what it says does not fit."""
    document = unseal(text, (TREE,))
    try:
        tree = _tree(document)
        stands = digest_of(tree.document())
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as wrong:
        if isinstance(wrong, Malformed):
            raise
        raise Malformed("model_not_ours", f"{type(wrong).__name__}: {wrong}"[:200]) from None
    if stands != document["digest"]:
        raise Malformed("model_not_ours", "it says more, or says it otherwise, than a model of trees does")
    return tree


SCORES: Final = ("kind", "format", "scale", "special", "derived", "features", "lightgbm", "digest")
"""Keys of the file that are no part of `about`."""


def _tree(document: Mapping[str, Any]) -> Tree:
    """Build the model; raises what goes wrong where a value has another type, or ValueError."""
    special = tuple(document["special"])
    if not all(type(number) in (int, float) and math.isfinite(number) for number in special):
        raise ValueError("special")
    tree = Tree(
        scale=read_scale(document["scale"]),
        special=tuple(float(number) for number in special),
        derived=tuple(_derived(one) for one in document["derived"]),
        inputs=tuple(_input(one) for one in document["features"]),
        lightgbm=_word(document["lightgbm"]),
        about={name: value for name, value in document.items() if name not in SCORES},
    )
    names = [one.name for one in tree.inputs]
    if len(set(names)) < len(names) or len(names) != len(tree.forest.features):
        raise ValueError(f"{len(names)} features for trees of {len(tree.forest.features)}")
    return tree


def _derived(one: Mapping[str, Any]) -> Derived:
    of = tuple(_word(name) for name in one["of"])
    if one["op"] not in OPS or not of or (one["op"] == "ratio" and len(of) != 2):
        raise ValueError(f"derived {one['name']!r}")
    return Derived(_word(one["name"]), one["op"], of)


def _input(one: Mapping[str, Any]) -> Input:
    found = Input(_word(one["name"]), one["kind"], _word(one["written"]), _word(one["reason"]), tuple(_word(word) for word in one["words"]))
    fits = found.kind in KINDS and (found.kind == DATE) == bool(found.written) and (found.kind == CATEGORY or not found.words)
    if not fits or len(set(found.words)) < len(found.words) or not all(found.words):
        raise ValueError(f"the feature {found.name!r}")
    return found


def _word(value: Any) -> str:
    if type(value) is not str:
        raise ValueError(f"{value!r} is no text"[:80])
    return value
