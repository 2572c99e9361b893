"""Measure models on a file of outcomes: a validation, a comparison with the champion, a month in use."""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from plimsoll.app.modelling.document import About
from plimsoll.app.modelling.outcome_file import Asked, Outcomes, asked_of, groups_of, matured_before, read_outcomes, trained_on
from plimsoll.app.table_file import read_table
from plimsoll.risk.measure.comparison import Comparison, side_by_side
from plimsoll.risk.measure.fair import Bounds, Group, fairness
from plimsoll.risk.measure.monitoring import Monitoring, monitor
from plimsoll.risk.measure.policy import ModelPolicy
from plimsoll.risk.measure.reject import Augmented, check
from plimsoll.risk.measure.validation import Baseline, Floats, Scored, Validation, validate
from plimsoll.risk.score.card import Card
from plimsoll.risk.score.read import Model
from plimsoll.risk.score.table import Table
from plimsoll.risk.score.tree_columns import score_table
from plimsoll.units.refusal import Malformed, Refused


class Under(NamedTuple):
    """Under what is measured: the demands, the digest of the rulebook that they stand in, and the instant."""

    policy: ModelPolicy
    rules: str
    at: datetime


class Views(NamedTuple):
    """What is looked at beside the whole: columns to segment by, columns of groups (no features of the model), the share approved, and a
    file of those who were turned away."""

    segments: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    approved: float = 0.7
    rejected: Path | None = None


class Validated(NamedTuple):
    """A validation with what was measured, the fairness tables by column, the check of those turned away, and what was left out and why."""

    about: About
    found: Validation
    fairness: Mapping[str, tuple[Group, ...]]
    rejects: tuple[Augmented, ...]
    notes: tuple[str, ...]


class Compared(NamedTuple):
    """A comparison with what was measured, and what was left out of the file and why."""

    about: About
    champion: str
    challenger: str
    found: Comparison
    notes: tuple[str, ...]


def validated(model: Model, name: str, path: Path, asked: Asked, views: Views, under: Under) -> Validated | Refused:
    """Validate a model on a file. Refuses outcomes_too_few; raises Malformed for the file, and group_is_feature."""
    inside = [column for column in views.groups if column in model.features]
    if inside:
        raise Malformed("group_is_feature", ", ".join(inside), file=path.name)
    asked = asked_of(model, asked)
    outcomes = read_outcomes(path, asked)
    cases = scored(model, outcomes)
    segments = {column: groups_of(outcomes.table.column(column)) for column in views.segments}
    groups = {column: groups_of(outcomes.table.column(column)) for column in views.groups}
    found = validate(cases, outcomes.outside, segments, under.policy, is_learnt=trained_on(model, outcomes, asked))
    if isinstance(found, Refused):
        return found
    deciding = cases if outcomes.outside is None else cases.only(outcomes.outside)
    approved = _safest(deciding.stated, views.approved)
    bounds = Bounds(under.policy.fair_ratio_least, under.policy.fair_cases_least, under.policy.fair_share_least)
    tables = {
        column: fairness(
            codes if outcomes.outside is None else codes[outcomes.outside],
            names,
            deciding.bad,
            deciding.stated,
            approved,
            bounds,
        )
        for column, (codes, names) in groups.items()
    }
    rejects: tuple[Augmented, ...] = ()
    if views.rejected is not None:
        declined = read_table(views.rejected)
        check_features(model, declined)
        rejects = check(deciding.bad, deciding.stated, score_table(model, declined).probabilities)
    return Validated(about_of(model, name, path, asked, outcomes, under), found, tables, rejects, outcomes.notes)


def compared(champion: Model, challenger: Model, path: Path, asked: Asked, approved: float, under: Under) -> Compared | Refused:
    """Compare two models on the rows of a file that decide. With a column of decision days only matured outcomes count.

    Refuses outcomes_too_few; raises Malformed for the file.
    """
    asked = asked_of(challenger, asked)
    before = matured_before(under.at.date(), under.policy.matured_months) if asked.decided else None
    outcomes = read_outcomes(path, asked, matured_before=before)
    pair = [scored(model, outcomes) for model in (champion, challenger)]
    if outcomes.outside is not None:
        pair = [cases.only(outcomes.outside) for cases in pair]
    is_learnt = any(trained_on(model, outcomes, asked) for model in (champion, challenger))
    found = side_by_side(pair[0], pair[1], approved, under.policy, is_learnt=is_learnt)
    if isinstance(found, Refused):
        return found
    about = about_of(challenger, "", path, asked, outcomes, under)
    return Compared(about, champion.digest, challenger.digest, found, outcomes.notes)


def measured_month(model: Model, baseline: Mapping[str, Any], path: Path, asked: Asked | None, under: Under) -> Monitoring | Refused:
    """Measure a model in use on a file of those scored, from the baseline of its last validation; with outcomes, its strength too.

    Refuses outcomes_too_few; raises Malformed for the file.
    """
    table = read_table(path)
    points = score_table(model, table).points.astype(np.float64)
    start = Baseline(tuple(baseline["edges"]), tuple(baseline["counts"]))
    outcomes = None if asked is None else scored(model, read_outcomes(path, asked_of(model, asked)))
    return monitor(start, points, outcomes, under.policy)


def scored(model: Model, outcomes: Outcomes) -> Scored:
    """Score the cases of a file; raises Malformed column_missing where a feature of the model has no column."""
    check_features(model, outcomes.table)
    scores = score_table(model, outcomes.table)
    return Scored(outcomes.bad, scores.probabilities, scores.points.astype(np.float64))


def check_features(model: Model, table: Table) -> None:
    """Raise Malformed column_missing where a feature of the model has no column."""
    missing = [name for name in model.features if name not in table.columns]
    if missing:
        table.column(missing[0])


def _safest(stated: Floats, share: float) -> Any:
    """Tell who is approved when the safest share is."""
    held = np.zeros(len(stated), bool)
    held[np.argsort(stated, kind="stable")[: round(share * len(stated))]] = True
    return held


def about_of(model: Model, name: str, path: Path, asked: Asked, outcomes: Outcomes, under: Under) -> About:
    """Say what was measured."""
    rows = f"{outcomes.table.rows:,}"
    if asked.split is not None and outcomes.outside is not None:
        rows = f"{int(outcomes.outside.sum()):,} where {asked.split[0]} is {asked.split[1]}; {rows} in all"
    if asked.decided:
        rows += f"; matured by {asked.decided}"
    return About(
        model=model.digest,
        model_kind="scorecard" if isinstance(model, Card) else "tree",
        model_name=name or str(model.about.get("name", "")),
        file=path.name,
        sha256=outcomes.sha256,
        target=asked.target,
        bad=", ".join(asked.bad),
        rows=rows,
        measured_at=f"{under.at:%Y-%m-%dT%H:%M:%SZ}",
        rules=under.rules,
    )
