"""`plimsoll model crossval`: how well a table can be told good from bad, measured on rows that the model has not seen."""

import json
from typing import TYPE_CHECKING, Annotated, Final

import typer

from plimsoll.interfaces.cli.aligned import RULE, aligned
from plimsoll.interfaces.cli.bar import bar
from plimsoll.interfaces.cli.model_order import (
    Bad,
    ConfigFile,
    Derive,
    Exclude,
    File,
    Kind,
    Said,
    Seed,
    Special,
    Target,
    calm,
    config_of,
    order_of,
    say,
    tell,
)
from plimsoll.interfaces.cli.options import AsJson

if TYPE_CHECKING:
    from plimsoll.risk.score.crossval import Crossed

TOLD_APART: Final = 0.9999

Folds = Annotated[int, typer.Option("--folds", metavar="N", min=2, max=50, help="How many parts are measured in turn.")]


def crossval(
    file: File,
    target: Target = "",
    bad: Bad = None,
    exclude: Exclude = "",
    special: Special = "",
    kind: Kind = "",
    folds: Folds = 5,
    seed: Seed = 42,
    derive: Derive = True,
    config: ConfigFile = None,
    as_json: AsJson = False,
) -> None:
    """Measure a way of making models on a table by cross-validation: every row by a model made without it. Nothing is written.

    Standard error says which columns are left out and why. Folds are stratified; figures are means over the folds.
    """
    calm()
    from plimsoll.app.config import now
    from plimsoll.app.modelling.maker import chosen_in, maker_of, outcome_in, stater_of, withheld_in
    from plimsoll.app.table_file import read_table
    from plimsoll.risk.score.crossval import crossval as measured
    from plimsoll.rulebook.rules import load

    said = config_of(config)
    table = read_table(file)
    order = order_of(Said(target, bad, exclude, special, kind, seed, derive), said, table.rows * len(table.columns))
    chosen = chosen_in(outcome_in(table, order), order)
    tell(chosen)
    for name in withheld_in(chosen):
        say(f"{name} is measured with; a model that decides may not use it (plimsoll model train refuses it)")
    with bar(folds, "folds") as step:
        found = measured(chosen.table, chosen.bad, maker_of(order, load(), now().date()), folds, seed, step, stater_of(order))
    if found.auc > TOLD_APART:
        say("good and bad are told apart almost without a fault: is every column known before the outcome is?")
    print(json.dumps(found.told()) if as_json else _text(found))


def _text(found: "Crossed") -> str:
    """Give the figures of every fold and their means."""
    rows = [("fold", "AUC", "KS", "Brier", "ECE"), RULE]
    rows += [(str(number), *(f"{value:.4f}" for value in one)) for number, one in enumerate(found.folds, 1)]
    means = (found.auc, found.ks, found.brier, found.ece)
    return aligned([*rows, RULE, ("mean", *(f"{value:.4f}" for value in means))]) + f"\n\n{found.rows:,} rows"
