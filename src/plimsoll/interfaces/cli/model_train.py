"""`plimsoll model train`: make a model of a table and write it to a file, measured on rows that were kept from it."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from plimsoll.interfaces.cli.aligned import aligned
from plimsoll.interfaces.cli.bar import bar
from plimsoll.interfaces.cli.exits import FAILURE, REFUSED, Stop
from plimsoll.interfaces.cli.model_card import features_text
from plimsoll.interfaces.cli.model_options import Split
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
    split_of,
    tell,
)
from plimsoll.interfaces.cli.options import AsJson

if TYPE_CHECKING:
    from plimsoll.app.modelling.training import Trained

Out = Annotated[Path, typer.Option("--out", metavar="MODEL", help="The file that the model is written to.")]


def train(
    file: File,
    out: Out,
    target: Target = "",
    bad: Bad = None,
    exclude: Exclude = "",
    special: Special = "",
    kind: Kind = "",
    split: Split = "",
    seed: Seed = 42,
    derive: Derive = True,
    config: ConfigFile = None,
    as_json: AsJson = False,
) -> None:
    """Make a model of a table and write it as a sealed file. With --split, rows where a column has a value are kept for measuring.

    Refuses (4) features that the rulebook forbids, until --exclude leaves them out.
    """
    calm()
    from plimsoll.app.config import now
    from plimsoll.app.modelling.training import sha256_of
    from plimsoll.app.modelling.training import train as made
    from plimsoll.app.table_file import read_table
    from plimsoll.rulebook.rules import load
    from plimsoll.units.refusal import Refused

    said = config_of(config)
    with bar(2, "train") as step:
        table = read_table(file)
        step("read")
        order = order_of(Said(target, bad, exclude, special, kind, seed, derive), said, table.rows * len(table.columns))
        trained = made(table, order, said, split_of(split, said), sha256=sha256_of(file), rules=load(), on=now().date())
        step("made")
    if isinstance(trained, Refused):
        raise Stop(REFUSED, trained.text())
    tell(trained.chosen)
    _write(out, trained.model.text())
    if as_json:
        print(json.dumps({"digest": trained.model.digest, "features": list(trained.model.features), "samples": trained.samples}))
    else:
        print(f"{samples_text(trained)}\n\n{features_text(trained.model)}\n\ndigest {trained.model.digest}")
    say(f"written: {out}")


def samples_text(trained: "Trained") -> str:
    """Give the figures of the samples as a table."""
    names = list(dict.fromkeys(name for sample in trained.samples.values() for name in sample))
    rows = [("sample", *names)]
    for sample, figures in trained.samples.items():
        told = [figures.get(name) for name in names]
        cells = ("-" if value is None else f"{value:,}" if isinstance(value, int) else f"{value:.4f}" for value in told)
        rows.append((sample.replace("_", " "), *cells))
    return aligned(rows)


def _write(path: Path, text: str) -> None:
    """Write the file whole, or not at all."""
    unfinished = path.with_name(path.name + ".unfinished")
    try:
        unfinished.write_text(text, "utf-8")
        unfinished.replace(path)
    except OSError as failed:
        raise Stop(FAILURE, f"--out: {path} cannot be written: {failed.strerror}") from None
