"""How well a source of evidence answers: what is missing, stale, broken or contradicted, and whether its people have changed.

A day's answers of a source are counted once into a `Tally`; tallies add up, so that a baseline is the sum of the days before. Drift is
the population stability index of each feature (which for a feature is called CSI): the sum over bins of (now - before) x ln(now / before),
both as shares with half a case added to every bin.
"""

import math
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final, NamedTuple

from plimsoll.loan.filing import Filing
from plimsoll.risk.answer import answers_of, items_of
from plimsoll.risk.drift import drift_by_bin
from plimsoll.risk.evidence import ABSURD, CONTRADICTORY, FUTURE, MALFORMED, NEGATIVE, SAYS, STALE, Reading, Tolerance, features_at
from plimsoll.risk.parameters import figures
from plimsoll.rulebook.feature import Catalogue, Feature, Value
from plimsoll.rulebook.rules import Rules
from plimsoll.units.rate import Rate

BROKEN: Final = frozenset((NEGATIVE, ABSURD, FUTURE, MALFORMED))
WIDTHS: Final = {"points": 50, "years": 5}
"""Width of a bin of whole numbers by their unit; other units are binned one by one up to ten, then by powers of two."""

SMALL: Final = 10
MONEY_STEP_MINOR: Final = 10_000
BY_CHANCE: Final = 3.7
"""Standard deviations that a shift must be above what chance alone does between two samples: once in some ten thousand."""


@dataclass(slots=True)
class Tally:
    """What a source answered, counted: how often it was asked, and by feature what came of it."""

    asked: int = 0
    unavailable: int = 0
    expected: Counter[str] = field(default_factory=Counter)  # answers in which a feature should stand
    missing: Counter[str] = field(default_factory=Counter)
    stale: Counter[str] = field(default_factory=Counter)
    broken: Counter[str] = field(default_factory=Counter)
    compared: Counter[str] = field(default_factory=Counter)  # values that another one could contradict
    disagree: Counter[str] = field(default_factory=Counter)
    bins: dict[str, Counter[str]] = field(default_factory=dict)  # values that can be used, by bin

    def add(self, other: "Tally") -> None:
        """Take in another tally of the same source."""
        self.asked += other.asked
        self.unavailable += other.unavailable
        for name in _COUNTERS:
            getattr(self, name).update(getattr(other, name))
        for name, bins in other.bins.items():
            self.bins.setdefault(name, Counter()).update(bins)

    def said(self) -> dict[str, object]:
        """Give the tally as JSON can say it."""
        told: dict[str, object] = {name: dict(getattr(self, name)) for name in _COUNTERS}
        return told | {"asked": self.asked, "unavailable": self.unavailable, "bins": {name: dict(one) for name, one in self.bins.items()}}


_COUNTERS: Final = ("expected", "missing", "stale", "broken", "compared", "disagree")


def read_tally(said: Mapping[str, Any]) -> Tally:
    """Give back what `Tally.said` told."""
    tally = Tally(said["asked"], said["unavailable"])
    for name in _COUNTERS:
        getattr(tally, name).update(said[name])
    tally.bins.update({name: Counter(bins) for name, bins in said["bins"].items()})
    return tally


class Watch(NamedTuple):
    """From where on a source is off: shares of 1, the index, how many answers a judgement needs, how many days are compared with."""

    unavailable: float
    missing: float
    stale: float
    broken: float
    disagree: float
    drift: float
    asked: int
    baseline: int


class Off(NamedTuple):
    """One thing that is off: what, of which feature ("" for all of the source's), what was found, from where on it is off."""

    what: str
    feature: str
    found: float
    bound: float


class Quality(NamedTuple):
    """A source on a day: its shares, the feature that drifted most, and what is off. `is_judged` is False where too little was asked."""

    source: str
    asked: int
    unavailable: float
    missing: float
    stale: float
    broken: float
    disagree: float
    drift: float
    drifted: str
    is_judged: bool
    off: tuple[Off, ...]


def watch_of(rules: Rules, on: date) -> Watch:
    """Give the thresholds in force on a day."""
    told = figures(rules, "POLICY.EVIDENCE.WATCH", on)
    return Watch(
        unavailable=told["unavailable"],
        missing=told["missing"],
        stale=told["stale"],
        broken=told["broken"],
        disagree=told["disagree"],
        drift=told["drift"],
        asked=int(told["asked"]),
        baseline=int(told["baseline"]),
    )


def count_customer(tallies: dict[str, Tally], filings: Iterable[Filing], catalogue: Catalogue, apart: Tolerance, until: datetime) -> None:
    """Add to the tallies, by source, what sources answered about one customer on one day; what they say together is compared."""
    file = tuple(filings)
    for filing, answer, _ in answers_of(file):
        if filing.subject == SAYS:
            continue
        tally = tallies.setdefault(filing.subject, Tally())
        tally.asked += 1
        if answer.unavailable:
            tally.unavailable += 1
            continue
        readings = features_at(items_of((filing,), catalogue), filing.at, catalogue, apart)
        for feature in catalogue.of_source(filing.subject):
            _count(tally, feature, readings[feature.name])
    together = features_at(items_of(file, catalogue), until, catalogue, apart)
    for reading in together.values():
        _compare(tallies, reading)


def _count(tally: Tally, feature: Feature, reading: Reading) -> None:
    """Count what one answer told of one feature."""
    tally.expected[feature.name] += 1
    if reading.value is not None:
        tally.bins.setdefault(feature.name, Counter())[bin_of(feature, reading.value)] += 1
    elif reading.outcome == STALE:
        tally.stale[feature.name] += 1
    elif reading.outcome in BROKEN:
        tally.broken[feature.name] += 1
    elif reading.outcome != CONTRADICTORY:  # which is counted where values are compared
        tally.missing[feature.name] += 1


def _compare(tallies: dict[str, Tally], reading: Reading) -> None:
    """Count for each source whether what it told of a feature was contradicted."""
    if len(reading.heard) > 1:
        for source in {item.source for item in reading.heard} & tallies.keys():
            tallies[source].compared[reading.feature.name] += 1
            tallies[source].disagree[reading.feature.name] += reading.outcome == CONTRADICTORY


def bin_of(feature: Feature, value: Value) -> str:
    """Give the bin of a value: fixed for a feature, so that days can be added up."""
    if isinstance(value, bool | str):
        return str(value)
    if isinstance(value, Rate):
        return f"0.{min(value.num * 10 // value.den, 9)}"
    if feature.type == "money":
        return f"2^{(value // MONEY_STEP_MINOR).bit_length()}"
    width = WIDTHS.get(feature.unit)
    if width is not None:
        return str(value // width * width)
    return str(value) if value <= SMALL else f"2^{value.bit_length()}"


def psi(before: Mapping[str, int], now: Mapping[str, int]) -> float:
    """Give the population stability index between two samples, counted by bin; 0 where either is empty."""
    if not sum(before.values()) or not sum(now.values()):
        return 0.0
    bins = sorted(before.keys() | now.keys())
    return sum(one.part for one in drift_by_bin(*([counted.get(name, 0) for name in bins] for counted in (before, now))))


def psi_by_chance(before: Mapping[str, int], now: Mapping[str, int]) -> float:
    """Give how large the index gets between two samples of the same people, hardly ever more.

    It is then about chi-square of (bins - 1) degrees times (1/n + 1/m); the quantile is that of Wilson and Hilferty (1931).
    """
    count_before, count_now = sum(before.values()), sum(now.values())
    degrees = len(before.keys() | now.keys()) - 1
    if degrees < 1 or not count_before or not count_now:
        return 0.0
    spread = 2 / (9 * degrees)
    return (1 / count_before + 1 / count_now) * degrees * (1 - spread + BY_CHANCE * math.sqrt(spread)) ** 3


def judge(source: str, tally: Tally, baseline: Tally, watch: Watch, catalogue: Catalogue) -> Quality:
    """Judge a source's day against the days before; where fewer than `watch.asked` answers were asked for, nothing is off.

    A feature that decisions can do without is looked at only if the source tells it, that day or before.
    """
    needed = {feature.name for feature in catalogue.of_source(source) if feature.missing != "allow"}
    names = sorted(needed | tally.bins.keys() | baseline.bins.keys())
    expected, missing = _sum(tally.expected, names), _sum(tally.missing, names)
    shares = {
        "unavailable": _share(tally.unavailable, tally.asked),
        "missing": _share(missing, expected),
        "stale": _share(_sum(tally.stale, names), expected - missing),
        "broken": _share(_sum(tally.broken, names), expected - missing),
        "disagree": _share(_sum(tally.disagree, names), _sum(tally.compared, names)),
    }
    drifts = {name: psi(baseline.bins.get(name, {}), tally.bins.get(name, {})) for name in names}
    drifted = max(drifts, key=drifts.__getitem__, default="")
    off = [Off(what, "", found, getattr(watch, what)) for what, found in shares.items() if found > getattr(watch, what)]
    for name in names:
        share = _share(tally.missing[name], tally.expected[name])
        if share > watch.missing >= shares["missing"]:
            off.append(Off("missing", name, share, watch.missing))
        if drifts[name] > watch.drift and _has_drifted(baseline.bins.get(name, {}), tally.bins.get(name, {}), watch.asked):
            off.append(Off("drift", name, drifts[name], watch.drift))
    is_judged = tally.asked >= watch.asked
    return Quality(
        source,
        tally.asked,
        **shares,
        drift=drifts.get(drifted, 0.0),
        drifted=drifted,
        is_judged=is_judged,
        off=tuple(off) if is_judged else (),
    )


def _has_drifted(before: Mapping[str, int], now: Mapping[str, int], least: int) -> bool:
    """Tell whether two samples are large enough and further apart than chance makes them."""
    return min(sum(before.values()), sum(now.values())) >= least and psi(before, now) > psi_by_chance(before, now)


def _sum(counted: Mapping[str, int], names: Iterable[str]) -> int:
    return sum(counted.get(name, 0) for name in names)


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 0.0
