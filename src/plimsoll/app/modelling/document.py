"""A validation, a comparison, a month's measurement as plain values: what `--json` prints and a step of the register carries."""

import math
from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

from plimsoll.risk.measure.comparison import Comparison
from plimsoll.risk.measure.fair import Group
from plimsoll.risk.measure.monitoring import Monitoring
from plimsoll.risk.measure.reject import Augmented
from plimsoll.risk.measure.validation import Validation

DIGITS: Final = 6
VALIDATION, COMPARISON, MONITORING = "validation", "comparison", "monitoring"


class About(NamedTuple):
    """What was measured: the model, the file with its SHA-256, the outcome, how the rows were chosen, when, and under which rules."""

    model: str
    model_kind: str
    model_name: str
    file: str
    sha256: str
    target: str
    bad: str
    rows: str
    measured_at: str
    rules: str


def validation_document(
    about: About, found: Validation, fairness: Mapping[str, Sequence[Group]], rejects: Sequence[Augmented] = ()
) -> dict[str, Any]:
    """Give a validation; what is only drawn (curves, histogram) is left out."""
    return {
        "kind": VALIDATION,
        "about": plain(about),
        "passed": found.is_passed,
        "checks": plain(found.checks),
        "samples": plain(found.samples),
        "bands": plain(found.bands),
        "baseline": plain(found.baseline),
        "shift": plain(found.shift),
        "segments": plain(found.segments),
        "fairness": {column: plain(tuple(groups)) for column, groups in fairness.items()},
        "rejects": plain(tuple(rejects)),
    }


def comparison_document(about: About, champion: str, challenger: str, found: Comparison) -> dict[str, Any]:
    """Give a comparison of two models by their digests; curves are left out."""
    return {
        "kind": COMPARISON,
        "about": plain(about),
        "champion": champion,
        "challenger": challenger,
        "passed": found.is_passed,
        "checks": plain(found.checks),
        "pair": plain(found.pair),
        "samples": plain(found.samples),
        "approved": found.approved,
        "swap": plain(found.swap),
    }


def monitoring_document(about: Mapping[str, str], found: Monitoring) -> dict[str, Any]:
    """Give a month's measurement; `psi` and `auc` stand at the top, where what is due looks for them."""
    auc = found.sample.auc if found.sample is not None else None
    return {
        "kind": MONITORING,
        "about": dict(about),
        "passed": found.is_passed,
        "level": found.level,
        "psi": plain(found.shift.psi),
        "auc": None if auc is None else plain(auc.auc),
        "ks": None if found.sample is None else plain(found.sample.ks),
        "checks": plain(found.checks),
        "shift": plain(found.shift),
        "sample": plain(found.sample),
    }


def plain(value: object) -> Any:
    """Give named tuples as objects and numbers that JSON can hold: six digits after the point, None for what is no number."""
    if isinstance(value, tuple) and hasattr(value, "_fields"):
        return {name: plain(part) for name, part in zip(value._fields, value, strict=True)}
    if isinstance(value, tuple | list):
        return [plain(part) for part in value]
    if isinstance(value, float):
        return round(value, DIGITS) if math.isfinite(value) else None
    return value
