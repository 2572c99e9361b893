"""What a model shows on cases it has not learnt from: the figures that decide first, then the others, and whether the rules are met.

The first sample decides: rows from after the training where there are some (out of time), else all rows. Probabilities are those of
the bad outcome; points are higher for better risk.
"""

import math
from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from plimsoll.risk.measure.calibration import brier, calibration_line, ece
from plimsoll.risk.measure.interval import Interval, share
from plimsoll.risk.measure.pair import Area, area
from plimsoll.risk.measure.policy import ModelPolicy
from plimsoll.risk.measure.stability import Shift, counts_in, edges_of, psi
from plimsoll.risk.measure.strength import Band, bands, ks, roc
from plimsoll.units.refusal import Refused

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Codes = npt.NDArray[np.int32]

OUT_OF_TIME: Final = "out of time"
IN_TIME: Final = "in time"
ALL: Final = "all rows"
LEARNT: Final = "rows it may have learnt from"
SEGMENT_CASES_MIN: Final = 30
SEGMENTS_MAX: Final = 20
HISTOGRAM_BINS: Final = 40


class Scored(NamedTuple):
    """Cases with their outcome, the probability of bad that the model states, and its points."""

    bad: Flags
    stated: Floats
    points: Floats

    def only(self, held: Flags) -> "Scored":
        """Give some of the cases."""
        return Scored(self.bad[held], self.stated[held], self.points[held])


class Sample(NamedTuple):
    """The figures of some cases; NaN, or None for the AUC, where there are too few of one kind to tell."""

    name: str
    rows: int
    bads: int
    auc: Area | None
    ks: float
    brier: float
    ece: float
    slope: float
    intercept: float
    stated: float


class Segment(NamedTuple):
    """One value of a column: its cases, strength, what was stated and what came true."""

    column: str
    value: str
    rows: int
    bads: int
    auc: Area | None
    ks: float
    stated: float
    bad_rate: Interval


class Histogram(NamedTuple):
    """Cases by points: bounds, and the good and bad counts between them."""

    edges: tuple[float, ...]
    goods: tuple[int, ...]
    bads: tuple[int, ...]


class Baseline(NamedTuple):
    """How the points of the deciding sample spread: inner bounds of bins of equal size, and the cases in each; PSI starts from here."""

    edges: tuple[float, ...]
    counts: tuple[int, ...]


class Check(NamedTuple):
    """One demand of the rules, what was found, and whether it is met."""

    name: str
    value: float
    bound: str
    ok: bool


class Validation(NamedTuple):
    """Everything a validation shows. `curves` belong to `samples`; bands and histogram to the first; `shift` leads from last to first."""

    samples: tuple[Sample, ...]
    curves: tuple[tuple[tuple[float, float], ...], ...]
    bands: tuple[Band, ...]
    histogram: Histogram
    baseline: Baseline
    shift: Shift | None
    segments: tuple[Segment, ...]
    checks: tuple[Check, ...]

    @property
    def is_passed(self) -> bool:
        """Whether every demand is met."""
        return all(check.ok for check in self.checks)


def validate(
    cases: Scored,
    outside: Flags | None,
    segments: Mapping[str, tuple[Codes, Sequence[str]]],
    policy: ModelPolicy,
    *,
    is_learnt: bool = False,
) -> Validation | Refused:
    """Measure a model. `outside` says which rows come from after the training; `segments` has columns as places among their values;
    `is_learnt` says that the model may have learnt from the rows that decide, which meets no demand.

    Refuses outcomes_too_few where the deciding sample has fewer than two good or two bad cases.
    """
    parts = {ALL: cases} if outside is None else {OUT_OF_TIME: cases.only(outside), IN_TIME: cases.only(~outside)}
    name, first = next(iter(parts.items()))
    bads = int(first.bad.sum())
    if min(bads, len(first.bad) - bads) <= 1:
        return Refused("outcomes_too_few", "POLICY.MODEL.VALIDATION", f"{name}: {len(first.bad) - bads} good, {bads} bad")
    parts = {name: part for name, part in parts.items() if len(part.bad)}
    samples = tuple(measured(name, part) for name, part in parts.items())
    others = parts.get(IN_TIME)
    moved = None if others is None else psi(others.points, first.points)
    held = np.ones(len(cases.bad), bool) if outside is None else outside
    return Validation(
        samples=samples,
        curves=tuple(roc(part.bad, part.stated) if sample.auc else () for part, sample in zip(parts.values(), samples, strict=True)),
        bands=bands(first.bad, first.stated),
        histogram=_histogram(first),
        baseline=baseline_of(first.points),
        shift=moved,
        segments=tuple(each for column, (codes, names) in segments.items() for each in _segments(column, codes[held], names, first)),
        checks=_checks(samples[0], moved, policy, is_learnt=is_learnt),
    )


def measured(name: str, cases: Scored) -> Sample:
    """Give the figures of some cases, at least one."""
    line, found = calibration_line(cases.bad, cases.stated), area(cases.bad, cases.stated)
    return Sample(
        name=name,
        rows=len(cases.bad),
        bads=int(cases.bad.sum()),
        auc=None if isinstance(found, Refused) else found,
        ks=ks(cases.bad, cases.stated).value,
        brier=brier(cases.bad, cases.stated),
        ece=ece(cases.bad, cases.stated),
        slope=line.slope,
        intercept=line.intercept,
        stated=float(cases.stated.mean()),
    )


def baseline_of(points: Floats) -> Baseline:
    """Give how points spread."""
    edges = edges_of(points)
    return Baseline(edges, counts_in(points, edges))


def _segments(column: str, codes: Codes, names: Sequence[str], cases: Scored) -> list[Segment]:
    """Give the segments of a column with enough cases, largest first."""
    counts = {int(code): int(count) for code, count in zip(*np.unique(codes, return_counts=True), strict=True)}
    kept = sorted((code for code, count in counts.items() if count >= SEGMENT_CASES_MIN), key=lambda code: -counts[code])[:SEGMENTS_MAX]
    found = []
    for code in kept:
        held = cases.only(codes == code)
        sample = measured("", held)
        value = names[code] if code >= 0 else ""
        rate = share(sample.bads, sample.rows)
        found.append(Segment(column, value, sample.rows, sample.bads, sample.auc, sample.ks, sample.stated, rate))
    return found


def _histogram(cases: Scored) -> Histogram:
    edges = np.histogram_bin_edges(cases.points, HISTOGRAM_BINS)
    counts = [np.histogram(cases.points[held], edges)[0] for held in (~cases.bad, cases.bad)]
    return Histogram(tuple(edges.tolist()), tuple(counts[0].tolist()), tuple(counts[1].tolist()))


def _checks(sample: Sample, moved: Shift | None, policy: ModelPolicy, *, is_learnt: bool) -> tuple[Check, ...]:
    """Hold the deciding sample against the rules; a figure that could not be told meets none."""
    auc = sample.auc.auc if sample.auc else math.nan
    found = [
        Check(LEARNT, sample.rows if is_learnt else 0, "= 0", not is_learnt),
        Check("bad cases", sample.bads, f">= {policy.bads_least}", sample.bads >= policy.bads_least),
        Check("AUC", auc, f">= {policy.auc_least}", auc >= policy.auc_least),
        Check(
            "calibration slope",
            sample.slope,
            f"{policy.slope_least} to {policy.slope_most}",
            policy.slope_least <= sample.slope <= policy.slope_most,
        ),
    ]
    if moved is not None:
        found.append(Check("PSI of the score", moved.psi, f"< {policy.psi_act}", moved.psi < policy.psi_act))
    return tuple(found)
