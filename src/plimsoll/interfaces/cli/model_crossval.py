"""`plimsoll model crossval`: how well a table can be told good from bad, measured on rows that the model has not seen."""

import json
import sys
from pathlib import Path
from typing import Annotated, Final

import typer

from plimsoll.app.config import now, threads
from plimsoll.app.model_maker import KINDS, Order, chosen_of, maker_of, special_in, withheld_in, words_in
from plimsoll.interfaces.cli.aligned import RULE, aligned
from plimsoll.interfaces.cli.bar import bar
from plimsoll.interfaces.cli.exits import USAGE, Stop
from plimsoll.interfaces.cli.options import AsJson
from plimsoll.risk.score.choose import Chosen
from plimsoll.risk.score.crossval import Crossed, crossval
from plimsoll.risk.score.fit_card import Wishes
from plimsoll.rulebook.rules import load

FOLDS_MIN, FOLDS_MAX = 2, 50
CELLS_FOR_THREADS: Final = 10_000_000
"""A table with more cells is worth more than one thread."""
TOLD_APART: Final = 0.9999

File = Annotated[Path, typer.Argument(metavar="FILE", help="A table: CSV (plain or gzip) or Parquet, with names in its first line.")]
Target = Annotated[str, typer.Option("--target", metavar="COLUMN", help="The column that says how each case ended.")]
BadValue = Annotated[str, typer.Option("--bad", metavar="VALUE", help="Its value for a bad ending; every other value is good.")]
Exclude = Annotated[str, typer.Option("--exclude", metavar="A,B", help="Columns to leave out, with commas between.")]
Special = Annotated[str, typer.Option("--special", metavar="VALUE,…", help="Numbers that are codes, each with a bin of its own.")]
Kind = Annotated[str, typer.Option("--kind", metavar="KIND", help="scorecard or tree.")]
Derive = Annotated[bool, typer.Option("--derive/--no-derive", help="Whether features may be derived: of series of columns, and ratios.")]
Seed = Annotated[int, typer.Option("--seed", metavar="N", min=0, max=2**31 - 1, help="What chance begins with.")]


def command(
    file: File,
    target: Target,
    bad: BadValue,
    exclude: Exclude = "",
    special: Special = "",
    kind: Kind = "scorecard",
    folds: Annotated[
        int, typer.Option("--folds", metavar="N", min=FOLDS_MIN, max=FOLDS_MAX, help="How many parts are measured in turn.")
    ] = 5,
    seed: Seed = 42,
    derive: Derive = True,
    as_json: AsJson = False,
) -> None:
    """Measure a way of making models on a table by cross-validation: every row by a model made without it. Nothing is written.

    Standard error says which columns are left out and why. Folds are stratified; figures are means over the folds.
    """
    check_kind(kind)
    wishes = Wishes(special=special_in(words_in(special)), derives=derive)
    order = Order(target=target, bad=values_in(bad), exclude=words_in(exclude), kind=kind, seed=seed, wishes=wishes)
    chosen = chosen_of(file, order)
    if chosen.table.rows * len(chosen.table.columns) > CELLS_FOR_THREADS:
        order = Order(order.target, order.bad, order.exclude, kind=kind, seed=seed, threads=threads(), wishes=wishes)
    tell(chosen)
    for name in withheld_in(chosen):
        say(f"{name} is measured with; a model that decides may not use it (plimsoll model train refuses it)")
    with bar(folds, "folds") as step:
        found = crossval(chosen.table, chosen.bad, maker_of(order, load(), now().date()), folds, seed, step)
    if found.auc > TOLD_APART:
        say("good and bad are told apart almost without a fault: is every column known before the outcome is?")
    print(json.dumps(found.told()) if as_json else text_of(found))


def check_kind(kind: str) -> None:
    """End with 2 where there is no such kind of model."""
    if kind not in KINDS:
        raise Stop(USAGE, f"--kind {kind!r}: one of {', '.join(KINDS)}")


def values_in(bad: str) -> tuple[str, ...]:
    """Give the value of a bad ending, as a tuple of one; it may hold commas."""
    return (bad,)


def tell(chosen: Chosen) -> None:
    """Say on standard error what is left out and why, and what else is worth noting."""
    for one in chosen.left_out:
        say(f"left out {one.name}: {one.why}")
    if chosen.rows_out:
        say(f"left out {chosen.rows_out:,} rows without an outcome")
    for note in chosen.notes:
        say(note)


def say(text: str) -> None:
    """Say something beside the result."""
    print(text, file=sys.stderr)


def text_of(found: Crossed) -> str:
    """Give the figures of every fold and their means."""
    rows = [("fold", "AUC", "KS", "Brier", "ECE"), RULE]
    rows += [(str(number), *(f"{value:.4f}" for value in one)) for number, one in enumerate(found.folds, 1)]
    means = (found.auc, found.ks, found.brier, found.ece)
    return aligned([*rows, RULE, ("mean", *(f"{value:.4f}" for value in means))]) + f"\n\n{found.rows:,} rows"
