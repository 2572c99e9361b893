"""Scorecards: a million rows at once, one row beside optbinning, and how well models of real data tell good from bad."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date

import numpy as np

from bench.ran import plimsoll
from bench.replay import source
from bench.report import Goal, Result
from bench.setting import Setting, Unavailable
from bench.timing import Contestant, Measured, ratio, take_turns
from plimsoll.risk.score.card import Card
from plimsoll.risk.score.fit_card import Wishes, card_policy, fit_card
from plimsoll.risk.score.score_columns import score_columns
from plimsoll.risk.score.table import NUMBER, Column, Table
from plimsoll.rulebook.rules import load

TITLE = "scores: a million rows, one row, and models of real data by cross-validation"
FEATURES, SAMPLE = 12, 20_000
BATCH_S = 3.0
OURS, THEIRS = "plimsoll, one row", "optbinning, one row"
REAL = (("scorecard", 0.772, 0.426), ("tree", 0.786, 0.441))
"""Kind of model, and the AUC and KS to reach on the Taiwan panel without sex, age, marriage and education."""


def made_up(rows: int, seed: int) -> tuple[Table, np.ndarray]:
    """Return numbers, some of which tell the outcome, and the outcome."""
    chance = np.random.default_rng(seed)
    values = chance.normal(size=(rows, FEATURES))
    log_odds = values @ np.linspace(0.6, 0.0, FEATURES) - 2
    bad = (chance.uniform(size=rows) < 1 / (1 + np.exp(-log_odds))).astype(float)
    columns = {f"x{place}": Column(f"x{place}", NUMBER, numbers=values[:, place], distinct=rows) for place in range(FEATURES)}
    return Table("made up", columns, rows), bad


def rival(table: Table, bad: np.ndarray) -> Callable[[dict[str, float]], None]:
    """Return what scores one row with optbinning; raises Unavailable where that is not installed."""
    try:
        import pandas as pd
        from optbinning import BinningProcess, Scorecard
        from sklearn.linear_model import LogisticRegression
    except ModuleNotFoundError as missing:
        raise Unavailable(f"the package {missing.name} is not installed") from None
    names = list(table.columns)
    frame = pd.DataFrame({name: table.columns[name].numbers for name in names})
    fitted = Scorecard(binning_process=BinningProcess(names), estimator=LogisticRegression(max_iter=1000)).fit(frame, bad)

    def score(row: dict[str, float]) -> None:
        fitted.predict_proba(pd.DataFrame([row]))

    return score


def one_row(setting: Setting, card: Card, table: Table, bad: np.ndarray, result: Result) -> None:
    """Score rows one by one, ours beside the rival."""
    count, few = setting.size(2_000, 20_000), setting.size(20, 200)
    rows = [{name: float(column.numbers[place]) for name, column in table.columns.items()} for place in range(max(count, few))]
    theirs = rival(table, bad)

    def ours() -> int:
        for row in rows[:count]:
            card.score(row)
        return count

    def other() -> int:
        for row in rows[:few]:
            theirs(row)
        return few

    measured: list[Measured] = take_turns([Contestant(OURS, ours), Contestant(THEIRS, other)], setting.size(2, 5), step=setting.step)
    result.add(measured, "row", ours=OURS)
    result.goals.append(Goal(f"× {THEIRS}", ratio(*measured), 1.0))


def real(setting: Setting, result: Result) -> None:
    """Cross-validate models of the Taiwan panel by the command that a user types."""
    path = source()
    folder = setting.fresh("score")
    for kind, least_auc, least_ks in REAL:
        setting.step(f"score: {kind} of the Taiwan panel")
        log = folder / f"{kind}.log"
        words = ["model", "crossval", str(path), "--target", "default_next_month", "--bad", "1", "--exclude", "SEX,AGE,MARRIAGE,EDUCATION"]
        ran = plimsoll([*words, "--kind", kind, "--folds", "5", "--seed", "42", "--json"], log)
        found = json.loads(next(line for line in log.read_text("utf-8").splitlines() if line.startswith("{")))
        result.goals.append(Goal(f"Taiwan, {kind}, 5 folds: AUC", found["auc"], least_auc))
        result.goals.append(Goal(f"Taiwan, {kind}, 5 folds: KS", found["ks"], least_ks))
        result.notes.append(f"{kind}: {ran.wall_s:.1f} s, {ran.cpu_s:.1f} CPU s; Brier {found['brier']:.4f}, ECE {found['ece']:.4f}")


def run(setting: Setting, result: Result) -> None:
    """Fill `result` with rows a second, the seconds of a million rows, and what the models of real data reach."""
    table, bad = made_up(SAMPLE, 20_261_122)
    card = fit_card(table, bad, card_policy(load(), date(2026, 11, 22)), Wishes(derives=False))
    count = setting.size(100_000, 1_000_000)
    many, _ = made_up(count, 7)

    def batch() -> int:
        score_columns(card, many)
        return count

    measured = take_turns([Contestant("plimsoll, all at once", batch)], setting.size(2, 5), step=setting.step)
    result.add(measured, "row")
    result.goals.append(Goal(f"seconds for {count:,} rows of {FEATURES} features", count / measured[0].rate(), BATCH_S, at_most=True))
    for part in (lambda: one_row(setting, card, table, bad, result), lambda: real(setting, result)):
        try:
            part()
        except Unavailable as missing:
            result.skipped.append(str(missing))
