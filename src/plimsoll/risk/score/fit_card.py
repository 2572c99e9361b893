"""Fit a scorecard: derive, bin, weigh, and keep what helps. The same rows give the same card, wherever and whenever.

Good and bad rows count alike in the fit, so that it is sharpest where the two balance; slope and intercept are then put right on the
rows as they are. Features whose coefficient would fall below zero, or is within chance of it, are left out.
"""

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final, NamedTuple

import numpy as np

from plimsoll.risk.parameters import figures
from plimsoll.risk.score.bin import EITHER, Binning, bin_column, information
from plimsoll.risk.score.bins import Bins
from plimsoll.risk.score.card import Card, Entry, Scale, weights_of
from plimsoll.risk.score.derive import Derived
from plimsoll.risk.score.find_derived import find_ratios, find_series
from plimsoll.risk.score.logistic import fit_logistic
from plimsoll.risk.score.refine import refine
from plimsoll.risk.score.score_columns import derive_columns, places_of, weights_in
from plimsoll.risk.score.table import Column, Floats, Ints, Table
from plimsoll.rulebook.rules import Rules

PAIR: Final = 2
CHANCE_FREE: Final = 13
CHANCE_SLOPE: Final = 4.5


class CardPolicy(NamedTuple):
    """How scorecards are made: how to bin, and the scale; the least information value of a feature, the most features that are
    weighed, the ridge, how many standard errors a coefficient must be above zero, the most ratios that are derived, and the
    rows' worth that draws refined bins to what they tell alone."""

    binning: Binning
    scale: Scale
    information: float
    weighed: int
    ridge: float
    errors: float
    ratios: int
    refine: float


@dataclass(frozen=True, slots=True)
class Wishes:
    """What an analyst may ask of a fit: special values, directions by feature, reason codes by feature, derived features or none."""

    special: tuple[float, ...] = ()
    directions: Mapping[str, str] = field(default_factory=dict)
    reasons: Mapping[str, str] = field(default_factory=dict)
    derives: bool = True


class Weighed(NamedTuple):
    """An intercept, and the features that a fit keeps; they have no reason code yet."""

    intercept: float
    entries: tuple[Entry, ...]


def card_policy(rules: Rules, on: date) -> CardPolicy:
    """Give the policy of a day; raises Malformed rule_not_in_force."""
    bins = figures(rules, "POLICY.MODEL.BINS", on)
    scale = figures(rules, "POLICY.MODEL.SCALE", on)
    fit = figures(rules, "POLICY.MODEL.CARD", on)
    return CardPolicy(
        binning=Binning(
            fine=int(bins["fine"]),
            few=int(bins["few"]),
            share=bins["share"],
            least=int(bins["least"]),
            zeros=bins["zeros"],
            ratio=bins["ratio"],
            words=bins["words"],
            shrink=int(bins["shrink"]),
        ),
        scale=Scale(int(scale["points"]), int(scale["odds"]), int(scale["double"])),
        information=fit["information"],
        weighed=int(fit["weighed"]),
        ridge=fit["ridge"],
        errors=fit["errors"],
        ratios=int(fit["ratios"]),
        refine=fit["refine"],
    )


def fit_card(table: Table, bad: Floats, policy: CardPolicy, wishes: Wishes | None = None, about: Mapping[str, Any] | None = None) -> Card:
    """Fit a card on rows of which some are bad (1.0) and some good (0.0); every column of the table may become a feature."""
    asked = wishes or Wishes()
    derived = derived_for(table, bad, policy, asked)
    columns = derive_columns(derived, table, asked.special)
    fitted = weighed(columns, bad, policy, asked)
    names = [entry.bins.name for entry in fitted.entries]
    reasons = reasons_for(names, asked.reasons)
    return Card(
        scale=policy.scale,
        intercept=fitted.intercept,
        special=asked.special,
        derived=needed(derived, names),
        entries=tuple(entry._replace(reason=reasons[entry.bins.name]) for entry in fitted.entries),
        about=dict(about or {}),
    )


def derived_for(table: Table, bad: Floats, policy: CardPolicy, asked: Wishes) -> list[Derived]:
    """Give the derived features that the rows of a training call for."""
    if not asked.derives:
        return []
    series = find_series(table, asked.special)
    if not policy.ratios:
        return series
    columns = derive_columns(series, table, asked.special)
    first = weighed(columns, bad, policy._replace(errors=0.0), asked)
    return series + find_ratios(table, bad, log_odds_of(first, columns), series, asked.special, policy.ratios)


def weighed(columns: Mapping[str, Column], bad: Floats, policy: CardPolicy, asked: Wishes) -> Weighed:
    """Bin every column and weigh the bins; features that do not help are left out."""
    binned = [
        bin_column(column, bad, policy.binning, asked.special, asked.directions.get(name, EITHER)) for name, column in columns.items()
    ]
    told = sorted(((information(bins), place) for place, bins in enumerate(binned)), key=lambda one: (-one[0], one[1]))
    least = least_information(policy, len(binned), bad)
    kept = [binned[place] for value, place in told[: policy.weighed] if value >= least]
    if not kept:
        return Weighed(_log_odds(float(bad.mean())), ())
    woes = np.column_stack([weights_in(bins, columns[bins.name]) for bins in kept])
    weights = np.where(bad == 1.0, 0.5 / bad.mean(), 0.5 / (1 - bad.mean()))
    held, coefficients, balanced = _chosen(woes, bad, weights, policy)
    if not len(held):
        return Weighed(_log_odds(float(bad.mean())), ())
    used = [kept[at] for at in held.tolist()]
    places = [places_of(bins, columns[bins.name], len(bad)) for bins in used]
    told_alone = [np.array([one.woe for one in bins.bins]) for bins in used]
    refined = refine(places, told_alone, coefficients.tolist(), balanced, bad, weights, policy.refine)
    # Good and bad count alike up to here; slope and intercept are those of the rows as they are.
    score = np.full(len(bad), balanced)
    for at, weight in zip(places, refined, strict=True):
        score += weight[at]
    right = fit_logistic(score[:, None], bad, np.ones(len(bad)), policy.ridge)
    slope = float(right.coefficients[0])
    entries = [
        _entry(bins, slope * float(coefficient), slope * weight)
        for bins, coefficient, weight in zip(used, coefficients.tolist(), refined, strict=True)
    ]
    return Weighed(right.intercept + slope * balanced, tuple(entries))


def _entry(bins: Bins, coefficient: float, weights: Floats) -> Entry:
    """Give a feature whose bins add some log odds."""
    added = [float(weight) - coefficient * one.woe for one, weight in zip(bins.bins, weights.tolist(), strict=True)]
    return Entry(bins, "", coefficient, tuple(added))


def least_information(policy: CardPolicy, columns: int, bad: Floats) -> float:
    """Give the information value that a column must have, among so many, to be weighed.

    The value of a column that tells nothing is about a chi-square by rows x bad share x good share, so the more columns are tried on the
    fewer rows, the more of them look telling. Beyond `CHANCE_FREE` columns each doubling asks for three more of chi-square.
    """
    asked = CHANCE_SLOPE * math.log(max(columns / CHANCE_FREE, 1.0))
    return max(policy.information, asked / float(len(bad) * bad.mean() * (1 - bad.mean())))


def _chosen(woes: Floats, bad: Floats, weights: Floats, policy: CardPolicy) -> tuple[Ints, Floats, float]:
    """Give the columns that are kept, their coefficients, and the intercept; the least telling go one by one, each time fitted anew."""
    held, start = np.arange(woes.shape[1]), None
    while True:
        fit = fit_logistic(woes[:, held], bad, weights, policy.ridge, start)
        told = fit.coefficients / fit.errors
        if (told >= policy.errors).all() or not len(held):
            return held, fit.coefficients, fit.intercept
        gone = told <= 0 if (told <= 0).any() else told <= np.min(told)
        held, start = held[~gone], np.append(fit.coefficients[~gone], fit.intercept)
        if not len(held):
            return held, np.empty(0), 0.0


def log_odds_of(fitted: Weighed, columns: Mapping[str, Column]) -> Floats:
    """Give the log odds of the rows that the columns hold."""
    total = np.full(len(next(iter(columns.values()))), fitted.intercept)
    for entry in fitted.entries:
        total += np.array(weights_of(entry))[places_of(entry.bins, columns[entry.bins.name], len(total))]
    return total


def _log_odds(share: float) -> float:
    return float(np.log(share / (1 - share)))


def needed(derived: Sequence[Derived], names: Sequence[str]) -> tuple[Derived, ...]:
    """Give those derived features that some features are, or rest on, in their order."""
    wanted = set(names)
    for one in reversed(derived):
        if one.name in wanted:
            wanted |= set(one.of)
    return tuple(one for one in derived if one.name in wanted)


def reasons_for(names: Sequence[str], given: Mapping[str, str]) -> dict[str, str]:
    """Give each feature a reason code: the one given, or its name in capitals; no two features share one that was not given."""
    found: dict[str, str] = {}
    for place, name in enumerate(names, 1):
        code = given.get(name) or re.sub(r"[^A-Z0-9]+", "_", name.upper()).strip("_")
        if not re.match(r"[A-Z]", code):
            code = f"R{place}_{code}".rstrip("_")
        while name not in given and code in found.values():
            code += f"_{PAIR}"
        found[name] = code
    return found
