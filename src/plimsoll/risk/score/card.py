"""The scorecard: a JSON model card that scores a row, and says why, with the standard library alone, in some microseconds.

The log odds of bad are the intercept plus, for each feature, its coefficient times the weight of evidence of the bin that the row falls
in, plus what puts the bin right for the other features, where the card says so. Points turn this round and scale it: `scale.points` at
good to bad odds of `scale.odds`, `scale.double` points more where the odds double (Siddiqi 2006, "Credit Risk Scorecards"). Each bin's
share is rounded by itself, so the parts add up to the points; the probability is that of the exact log odds.
"""

import math
import operator
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Any, Final, NamedTuple

from plimsoll.risk.score.bins import CATEGORY, DATE, FIRST_PLACE, KINDS, Bin, Bins, Value
from plimsoll.risk.score.derive import OPS, Derived, derive
from plimsoll.risk.score.sealed import FORMAT, SCORECARD, digest_of, seal, unseal
from plimsoll.units.refusal import Malformed

LOG_ODDS_MAX: Final = 700.0
"""Log odds are held within these, where the exponential is a number."""

CLOSE: Final = 1e-9
"""Log odds that differ by less are the same."""


class Part(NamedTuple):
    """What one feature did to a score: its bin, the points it added (below 0: cost), and the reason code it is told by."""

    feature: str
    bin: str
    points: int
    reason: str


class Scored(NamedTuple):
    """A score: points (more is better), the probability of bad, and the parts that with the base add up to the points."""

    points: int
    probability: float
    parts: tuple[Part, ...]

    def costs(self, most: int = 4) -> tuple[Part, ...]:
        """Give the parts that cost points, the dearest first."""
        return tuple(sorted((part for part in self.parts if part.points < 0), key=lambda part: part.points)[:most])


class Scale(NamedTuple):
    """`points` at good to bad odds of `odds` to one; `double` points more where the odds double."""

    points: int
    odds: int
    double: int

    def exact(self, log_odds: float) -> float:
        """Give the points of log odds of bad, not rounded."""
        return self.points - self.part(log_odds + math.log(self.odds))

    def part(self, log_odds: float) -> float:
        """Give how many points a share of the log odds costs."""
        return self.double / math.log(2) * log_odds

    def points_of(self, probability: float) -> int:
        """Give the points of a probability of bad."""
        held = min(max(probability, 1e-12), 1 - 1e-12)
        return round(self.exact(math.log(held / (1 - held))))


def read_scale(said: Mapping[str, Any]) -> Scale:
    """Read the scale of a model; raises TypeError or ValueError."""
    scale = Scale(**said)
    if not all(type(number) is int and number > 0 for number in scale):
        raise ValueError("scale")
    return scale


class Entry(NamedTuple):
    """A feature of the card: its bins, its reason code, its coefficient (0 or more), and what is added to the log odds of each bin.

    A worse bin, by weight of evidence, never adds points. `added` is empty where nothing is.
    """

    bins: Bins
    reason: str
    coefficient: float
    added: tuple[float, ...] = ()


@dataclass(frozen=True)
class Card:
    """A scorecard. `about` is all that the file says beside what scores: name, target, training, population, metrics, what was left out."""

    scale: Scale
    intercept: float
    special: tuple[float, ...]
    derived: tuple[Derived, ...]
    entries: tuple[Entry, ...]
    about: Mapping[str, Any]

    @cached_property
    def digest(self) -> str:
        """The SHA-256 of the card, in hex."""
        return digest_of(self.document())

    @cached_property
    def features(self) -> tuple[str, ...]:
        """The features that have to be given, in order."""
        made = {one.name for one in self.derived}
        used = [entry.bins.name for entry in self.entries] + [name for one in self.derived for name in one.of]
        return tuple(dict.fromkeys(name for name in used if name not in made))

    @cached_property
    def base_points(self) -> int:
        """The points of a row whose every bin is as the average."""
        return round(self.scale.exact(self.intercept))

    @cached_property
    def _compiled(self) -> tuple[tuple[str, Bins, tuple[float, ...], tuple[Part, ...]], ...]:
        """For each feature: its name, its bins, and for each place the log odds and the part that it adds."""
        return tuple((entry.bins.name, entry.bins, weights_of(entry), self.parts_of(entry)) for entry in self.entries)

    @cached_property
    def _special(self) -> frozenset[float]:
        return frozenset(self.special)

    def parts_of(self, entry: Entry) -> tuple[Part, ...]:
        """Give the part of each place of a feature."""
        bins = entry.bins
        points = [round(-self.scale.part(weight)) for weight in weights_of(entry)]
        return tuple(Part(bins.name, bins.label(place), gained, entry.reason) for place, gained in enumerate(points))

    def score(self, features: Mapping[str, Value]) -> Scored:
        """Score a row; a feature that is not there is missing. Further ones are passed over."""
        derived = derive(self.derived, features, self._special) if self.derived else {}
        log_odds, points, parts = self.intercept, self.base_points, []
        for name, bins, weights, known in self._compiled:
            place = bins.place(derived[name] if name in derived else features.get(name))
            part = known[place]
            log_odds += weights[place]
            points += part.points
            parts.append(part)
        return Scored(points, probability_of(log_odds), tuple(parts))

    def glance(self, features: Mapping[str, Value]) -> Scored:
        """Score a row where nobody asks why; of a card the parts cost nothing and come along."""
        return self.score(features)

    def document(self) -> dict[str, Any]:
        """Give the card as plain values, without its digest."""
        return {
            "kind": SCORECARD,
            "format": FORMAT,
            **self.about,
            "scale": self.scale._asdict(),
            "intercept": self.intercept,
            "base_points": self.base_points,
            "special": list(self.special),
            "derived": [{"name": one.name, "op": one.op, "of": list(one.of)} for one in self.derived],
            "features": [self._entry_document(entry) for entry in self.entries],
        }

    def _entry_document(self, entry: Entry) -> dict[str, Any]:
        bins, parts = entry.bins, self.parts_of(entry)
        return {
            "name": bins.name,
            "kind": bins.kind,
            "written": bins.written,
            "reason": entry.reason,
            "coefficient": entry.coefficient,
            "apart": list(bins.apart),
            "edges": list(bins.edges),
            "groups": [list(group) for group in bins.groups],
            **({"added": list(entry.added)} if entry.added else {}),
            "bins": [{"bin": part.bin, **bin_._asdict(), "points": part.points} for bin_, part in zip(bins.bins, parts, strict=True)],
        }

    def text(self) -> str:
        """Give the card as the text of its file."""
        return seal(self.document())


def weights_of(entry: Entry) -> tuple[float, ...]:
    """Give the log odds that each place of a feature adds."""
    alone = (entry.coefficient * bin_.woe for bin_ in entry.bins.bins)
    return tuple(map(operator.add, alone, entry.added)) if entry.added else tuple(alone)


def probability_of(log_odds: float) -> float:
    """Give the probability of log odds, strictly between 0 and 1."""
    return 1 / (1 + math.exp(-min(max(log_odds, -LOG_ODDS_MAX), LOG_ODDS_MAX)))


def read_card(text: str) -> Card:
    """Read the text of a scorecard; raises Malformed as `unseal` does, and model_not_ours where what it says does not fit together."""
    document = unseal(text, (SCORECARD,))
    try:
        card = _card(document)
        stands = card.document()
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError, IndexError) as wrong:
        raise Malformed("model_not_ours", f"{type(wrong).__name__}: {wrong}"[:200]) from None
    if digest_of(stands) != document["digest"]:
        raise Malformed("model_not_ours", "what it says of itself does not follow from its bins")
    return card


SCORES: Final = ("kind", "format", "scale", "intercept", "base_points", "special", "derived", "features", "digest")
"""Keys of the file that are no part of `about`."""


def _card(document: Mapping[str, Any]) -> Card:
    """Build the card; raises what goes wrong where a value has another type, or ValueError."""
    derived = tuple(_derived(one) for one in document["derived"])
    entries = tuple(_entry(one) for one in document["features"])
    names = [one.name for one in derived] + [entry.bins.name for entry in entries if entry.bins.name not in {one.name for one in derived}]
    if len(set(names)) < len(names) or len({entry.bins.name for entry in entries}) < len(entries):
        raise ValueError("a name stands twice")
    return Card(
        scale=read_scale(document["scale"]),
        intercept=_finite(document["intercept"]),
        special=tuple(_finite(value) for value in document["special"]),
        derived=derived,
        entries=entries,
        about={name: value for name, value in document.items() if name not in SCORES},
    )


def _derived(one: Mapping[str, Any]) -> Derived:
    of = tuple(_word(name) for name in one["of"])
    if one["op"] not in OPS or not of or (one["op"] == "ratio" and len(of) != 2):
        raise ValueError(f"derived {one['name']!r}")
    return Derived(_word(one["name"]), one["op"], of)


def _entry(one: Mapping[str, Any]) -> Entry:
    """Build one feature; its places, bounds and words must agree."""
    kind = one["kind"]
    bins = Bins(
        name=_word(one["name"]),
        kind=kind,
        written=_word(one["written"]),
        apart=tuple(_finite(value) for value in one["apart"]),
        edges=tuple(_finite(value) for value in one["edges"]),
        groups=tuple(tuple(_word(word) for word in group) for group in one["groups"]),
        bins=tuple(Bin(_count(bin_["rows"]), _count(bin_["bads"]), _finite(bin_["woe"])) for bin_ in one["bins"]),
    )
    words = [word for group in bins.groups for word in group]
    places = FIRST_PLACE + (len(bins.groups) if kind == CATEGORY else len(bins.apart) + len(bins.edges) + 1)
    fits = kind in KINDS and len(bins.bins) == places and (kind == DATE) == bool(bins.written)
    fits = fits and (not bins.edges and not bins.apart if kind == CATEGORY else not words)
    fits = (
        fits and list(bins.edges) == sorted(set(bins.edges)) and len(set(words)) == len(words) and len(set(bins.apart)) == len(bins.apart)
    )
    added = tuple(_finite(value) for value in one.get("added", ()))
    entry = Entry(bins, _word(one["reason"]), _finite(one["coefficient"]), added)
    fits = fits and entry.coefficient >= 0 and len(added) in (0, len(bins.bins)) and all(bin_.bads <= bin_.rows for bin_ in bins.bins)
    if not fits or not _is_in_order(entry):
        raise ValueError(f"the bins of {bins.name!r}")
    return entry


def _is_in_order(entry: Entry) -> bool:
    """Tell whether no bin with rows of the training costs less than one with a smaller weight of evidence, but for rounding."""
    pairs = zip(entry.bins.bins, weights_of(entry), strict=True)
    ordered = [weight for _, weight in sorted((bin_.woe, weight) for bin_, weight in pairs if bin_.rows)]
    return all(before <= after + CLOSE for before, after in pairwise(ordered))


def _finite(value: Any) -> float:
    if type(value) not in (int, float) or not math.isfinite(value):
        raise ValueError(f"{value!r} is no number"[:80])
    return float(value)


def _count(value: Any) -> int:
    if type(value) is not int or value < 0:
        raise ValueError(f"{value!r} is no count"[:80])
    return value


def _word(value: Any) -> str:
    if type(value) is not str:
        raise ValueError(f"{value!r} is no text"[:80])
    return value
