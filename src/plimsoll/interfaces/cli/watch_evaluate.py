"""`plimsoll watch evaluate taiwan FILE`: how good early warnings would have been on real accounts, by models that never saw them."""

import json
import sys
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from plimsoll.app.config import now, threads
from plimsoll.interfaces.cli.aligned import RULE, aligned
from plimsoll.interfaces.cli.exits import USAGE, Stop
from plimsoll.interfaces.cli.options import AsJson
from plimsoll.risk.lawful import lawful_rules

if TYPE_CHECKING:
    from plimsoll.risk.hazard.evaluate import AtBudget

MODELS = ("tree", "card")
FOLDS_MIN, FOLDS_MAX = 2, 20

evaluate = typer.Typer(help="How good early warnings would have been on real accounts.", no_args_is_help=True, add_completion=False)
File = Annotated[Path, typer.Argument(metavar="FILE", help="The panel as it was published: CSV, plain or gzip. It is read, never copied.")]
Kind = Annotated[str, typer.Option("--model", metavar="KIND", help="tree (LightGBM) or card (scorecard).")]
Folds = Annotated[int, typer.Option("--folds", metavar="N", min=FOLDS_MIN, max=FOLDS_MAX, help="Folds of clients.")]


@evaluate.callback()
def _evaluate() -> None:
    """Say how good early warnings would have been on real accounts."""


@evaluate.command()
def taiwan(file: File, model: Kind = "tree", folds: Folds = 5, as_json: AsJson = False) -> None:
    """Score the clean account-months of the Taiwan card panel by a hazard of being late, out of fold by client; measure at budgets."""
    if model not in MODELS:
        raise Stop(USAGE, f"--model: {model!r} is none of {', '.join(MODELS)}")
    told = evaluated(file, model, folds, now().date())
    print(json.dumps(told, ensure_ascii=False) if as_json else _text(told))


def evaluated(file: Path, model: str, folds: int, on: date) -> dict[str, Any]:
    """Give the figures as an object of plain values."""
    from plimsoll.risk.hazard.evaluate import BUDGETS, at_budget, persistence
    from plimsoll.risk.hazard.fit_hazard import out_of_fold
    from plimsoll.risk.hazard.recipe import recipe_on
    from plimsoll.risk.measure.strength import auc
    from plimsoll.simulator.taiwan_panel import read_panel
    from plimsoll.simulator.watch_taiwan import HORIZON, watch

    watched = watch(read_panel(file))
    recipe = recipe_on(lawful_rules(), on, grows=model == "tree", threads=threads())._replace(horizon=HORIZON)
    _, spells = watched.units()
    late = spells.is_late(HORIZON)
    print(f"{len(late):,} clean account-months; {folds} folds", file=sys.stderr)
    score = out_of_fold(watched.table, watched.spells, recipe, folds, watched.is_clean)
    measured = [at_budget(score, spells, HORIZON, budget) for budget in BUDGETS]
    monthly = [at_budget(score, spells, HORIZON, budget, by_month=True) for budget in BUDGETS]
    return {
        "model": model,
        "horizon_months": HORIZON,
        "units": len(late),
        "late": int(late.sum()),
        "base_rate": round(float(late.mean()), 6),
        "auc": round(auc(late > 0, score), 4),
        "budgets": [_plain(one) for one in measured],
        "budgets_by_month": [_plain(one) for one in monthly],
        "persistence_at_5_per_cent": round(persistence(score, spells, 0.05), 4),
        "holdout": _held_out(score, spells, on),
    }


def _plain(one: "AtBudget") -> dict[str, Any]:
    return {name: round(value, 4) for name, value in one._asdict().items()}


def _held_out(score: Any, spells: Any, on: date) -> dict[str, Any]:
    """Give how those who would be held out fare beside the others: on a past where nobody acted, alike but for chance."""
    import numpy as np

    from plimsoll.monitoring.warn import watch_policy
    from plimsoll.risk.hazard.evaluate import at_budget
    from plimsoll.risk.hazard.fit_hazard import taken
    from plimsoll.risk.score.split import is_chosen

    split = watch_policy(lawful_rules(), on).held_out
    flags = np.array([is_chosen(one, split) for one in spells.customer_id.tolist()])
    found: dict[str, Any] = {"share": split.share_bp / 10_000}
    for name, rows in (("held_out", np.flatnonzero(flags)), ("acted_on", np.flatnonzero(~flags))):
        one = at_budget(score[rows], taken(spells, rows), 3, 0.05)
        found[name] = {"units": len(rows), "warnings": one.warnings, "precision": round(one.precision, 4)}
    return found


def _text(told: dict[str, Any]) -> str:
    """Give the figures for people."""
    head = (
        f"{told['units']:,} clean account-months, {told['late']:,} late within {told['horizon_months']} months: "
        f"{100 * told['base_rate']:.1f} %. Model: {told['model']}, AUC {told['auc']:.4f}, scored out of fold by client."
    )
    held = told["holdout"]
    split = (
        f"Held out at random: {100 * held['share']:.0f} % of clients, precision {held['held_out']['precision']:.3f} "
        f"on {held['held_out']['warnings']:,} warnings; the others {held['acted_on']['precision']:.3f}. Nobody acted in this past."
    )
    return "\n\n".join(
        [
            head,
            "Warnings at a budget, all account-months ranked together",
            _table(told["budgets"]),
            "The same with the budget spent month by month",
            _table(told["budgets_by_month"]),
            f"Warned of again a month later, of those still clean: {100 * told['persistence_at_5_per_cent']:.0f} %.",
            split,
        ]
    )


def _table(rows: list[dict[str, Any]]) -> str:
    head = ("budget", "warnings", "right", "precision", "recall", "lift", "lead median", "lead mean", "lead >= 2 months", "useful recall")
    shown = [
        (
            f"{100 * one['budget']:.0f} %",
            f"{one['warnings']:,}",
            f"{one['right']:,}",
            f"{one['precision']:.3f}",
            f"{one['recall']:.3f}",
            f"{one['lift']:.2f}",
            f"{one['lead_median']:.0f} months",
            f"{one['lead_mean']:.2f}",
            f"{100 * one['lead_two']:.0f} %",
            f"{one['useful']:.3f}",
        )
        for one in rows
    ]
    return aligned([head, RULE, *shown])
