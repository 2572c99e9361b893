"""Train a model on a table: rows kept for measuring are taken away first, then columns are chosen, then the model is made and measured."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np

from plimsoll.app.modelling.config import Config
from plimsoll.app.modelling.maker import Order, chosen_in, maker_of, outcome_in, withheld_in
from plimsoll.risk.measure.calibration import calibration_line
from plimsoll.risk.score.bins import DATE, EPOCH_DAY
from plimsoll.risk.score.choose import Chosen, Outcome
from plimsoll.risk.score.crossval import check_classes, figures_of
from plimsoll.risk.score.read import Model
from plimsoll.risk.score.table import Floats, Table
from plimsoll.risk.score.tree_columns import score_table
from plimsoll.rulebook import feature
from plimsoll.rulebook.rules import Rules
from plimsoll.units.refusal import Malformed, Refused

CLASS_MIN = 5
"""Good and bad rows that there must be at least of, to learn from."""


@dataclass(frozen=True, slots=True)
class Trained:
    """A model with its figures by sample: of the rows it has learnt from, and of those kept for measuring where there are any."""

    model: Model
    chosen: Chosen
    samples: Mapping[str, Mapping[str, float | int]]


def parted(found: Outcome, split: tuple[str, str] | None) -> tuple[Outcome, Outcome | None]:
    """Give the rows to learn from and those kept for measuring; raises Malformed: column_missing, split_malformed."""
    if split is None:
        return found, None
    column, value = split
    kept = found.table.column(column).is_word([value])
    if not kept.any() or kept.all():
        detail = f"{value!r} in {'every' if kept.any() else 'no'} row of {column}, which has {found.table.column(column).shown()}"
        raise Malformed("split_malformed", detail, file=found.table.name, key=column)
    learning = found._replace(table=found.table.take(~kept), bad=found.bad[~kept])
    measuring = found._replace(table=found.table.take(kept), bad=found.bad[kept])
    return learning, measuring


def forbidden_in(chosen: Chosen) -> Refused | None:
    """Refuse features that no model that decides may use, unless the order leaves them out: feature_forbidden."""
    catalogue = feature.load()
    forbidden = [f"{one.name} ({one.why})" for one in chosen.left_out if one.is_forbidden]
    for name in withheld_in(chosen):
        one = catalogue.withholds(name)
        assert one is not None
        forbidden.append(f"{name} (withheld: {one.title['en']})")
    return Refused("feature_forbidden", "", "; ".join(forbidden)) if forbidden else None


def train(
    table: Table, order: Order, config: Config, split: tuple[str, str] | None, sha256: str, rules: Rules, on: date
) -> Trained | Refused:
    """Make a model and measure it. Raises Malformed as `choose`, `parted` and `check_classes` do; refuses feature_forbidden."""
    learning, measuring = parted(outcome_in(table, order), split)
    # The column of the split tells the rows kept from the others, and nothing else.
    left_out = (*order.exclude, *([split[0]] if split is not None else []), *([config.window] if config.window else []))
    chosen = chosen_in(learning, replace(order, exclude=left_out))
    refused = forbidden_in(chosen)
    if refused is not None:
        return refused
    check_classes(chosen.bad, CLASS_MIN, table.name)
    about = _about(learning, chosen, order, config, split, sha256)
    make = maker_of(order, rules, on, about)
    model = make(chosen.table, chosen.bad)
    samples = {"training": _sample(model, chosen.table, chosen.bad)}
    if measuring is not None:
        samples["out_of_time"] = _sample(model, measuring.table, measuring.bad)
    return Trained(replace(model, about={**model.about, "metrics": samples}), chosen, samples)


def _sample(model: Model, table: Table, bad: Floats) -> dict[str, float | int]:
    """Measure a model on rows; a figure that cannot be told is left out."""
    stated = score_table(model, table).probabilities
    is_bad = bad == 1.0
    figures: dict[str, float | int] = {"rows": table.rows, "bads": int(bad.sum())}
    line = calibration_line(is_bad, stated)
    told = {**figures_of(is_bad, stated)._asdict(), "slope": line.slope, "intercept": line.intercept}
    return figures | {name: round(value, 6) for name, value in told.items() if np.isfinite(value)}


def _about(found: Outcome, chosen: Chosen, order: Order, config: Config, split: tuple[str, str] | None, sha256: str) -> dict[str, Any]:
    """Give what the file of the model says beside what scores."""
    training: dict[str, Any] = {
        "file": Path(found.table.name).name,
        "sha256": sha256,
        "rows": found.table.rows,
        "bads": int(found.bad.sum()),
    }
    if config.window:
        training["window"] = _window(found.table, config.window)
    if split is not None:
        training["split"] = f"{split[0]}={split[1]} is kept for measuring"
    target: dict[str, Any] = {"column": order.target, "bad": list(order.bad)}
    if order.good:
        target["good"] = list(order.good)
    if order.only:
        target["only"] = {name: list(values) for name, values in order.only.items()}
    return {
        "name": config.name or Path(found.table.name).name.partition(".")[0],
        "population": config.population,
        "target": target,
        "training": training,
        "metrics": {},
        "left_out": [{"name": one.name, "why": one.why} for one in chosen.left_out],
        "seed": order.seed,
    }


def _window(table: Table, name: str) -> dict[str, str]:
    """Give the first and the last day of a column; raises Malformed: column_missing, field_malformed where it has no dates."""
    column = table.column(name)
    days = column.numbers[~np.isnan(column.numbers)]
    if column.kind != DATE or not len(days):
        raise Malformed("field_malformed", f"{name} holds no dates but, for example, {column.shown(1)}", file=table.name, key="window")
    first, last = (date.fromordinal(int(day) + EPOCH_DAY).isoformat() for day in (days.min(), days.max()))
    return {"column": name, "from": first, "to": last}


def sha256_of(path: Path) -> str:
    """Give the SHA-256 of a file, in hex."""
    return hashlib.sha256(path.read_bytes()).hexdigest()
