"""What `plimsoll model crossval` and `plimsoll model train` are told alike: options, a config file behind them, and what they say."""

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final, NamedTuple

import typer

from plimsoll.interfaces.cli.exits import USAGE, Stop
from plimsoll.interfaces.cli.model_options import read_names, read_split

if TYPE_CHECKING:
    from plimsoll.app.modelling.config import Config
    from plimsoll.app.modelling.maker import Order
    from plimsoll.risk.score.choose import Chosen

KINDS: Final = ("scorecard", "tree")
BLAS_THREADS: Final = ("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")
CELLS_FOR_THREADS: Final = 10_000_000
"""A table with more cells is worth more than one thread."""

File = Annotated[Path, typer.Argument(metavar="FILE", help="A table: CSV (plain or gzip) or Parquet, with names in its first line.")]
Target = Annotated[str, typer.Option("--target", metavar="COLUMN", help="The column that says how each case ended.")]
Bad = Annotated[
    list[str] | None,
    typer.Option("--bad", metavar="VALUE", help="Its value for a bad ending; may be given again. Every other value is good."),
]
Exclude = Annotated[str, typer.Option("--exclude", metavar="A,B", help="Columns to leave out, with commas between.")]
Special = Annotated[str, typer.Option("--special", metavar="VALUE,…", help="Numbers that are codes, each with a bin of its own.")]
Kind = Annotated[str, typer.Option("--kind", metavar="KIND", help="scorecard (the default) or tree.")]
Derive = Annotated[bool, typer.Option("--derive/--no-derive", help="Whether features may be derived: of series of columns, and ratios.")]
Seed = Annotated[int, typer.Option("--seed", metavar="N", min=0, max=2**31 - 1, help="What chance begins with.")]
ConfigFile = Annotated[Path | None, typer.Option("--config", metavar="YAML", help="A file that says what options do not.")]


class Said(NamedTuple):
    """What the options say, before the config file is asked."""

    target: str
    bad: list[str] | None
    exclude: str
    special: str
    kind: str
    seed: int
    derives: bool


def order_of(said: Said, config: "Config", cells: int) -> "Order":
    """Give the order; an option goes before the file. What neither says ends the command with 2."""
    from plimsoll.app.config import threads
    from plimsoll.app.modelling.maker import Order, special_in
    from plimsoll.risk.score.fit_card import Wishes

    kind, target, bad = said.kind or config.kind or KINDS[0], said.target or config.target, tuple(said.bad or config.bad)
    if kind not in KINDS:
        raise Stop(USAGE, f"--kind {kind!r}: one of {', '.join(KINDS)}")
    if not target or not bad:
        raise Stop(USAGE, "--target COLUMN and --bad VALUE are needed, or a --config that says them")
    special = special_in(read_names(said.special) or config.special)
    return Order(
        target=target,
        bad=bad,
        good=config.good,
        only=config.only,
        exclude=(*read_names(said.exclude), *config.exclude),
        include=config.include,
        kind=kind,
        seed=said.seed,
        threads=threads() if cells > CELLS_FOR_THREADS else 1,
        wishes=Wishes(special=special, directions=config.directions, reasons=config.reasons, derives=said.derives),
    )


def calm() -> None:
    """Let linear algebra use one thread, unless the environment says otherwise; to be called before NumPy is there.

    The matrices of a fit are small: a second thread saves little, waits busily for a core that others use, and rounds otherwise, so that
    the same table would give another model on another machine.
    """
    for name in BLAS_THREADS:
        os.environ.setdefault(name, "1")


def config_of(path: Path | None) -> "Config":
    """Read the config file, or give an empty one."""
    from plimsoll.app.modelling.config import Config, read_config

    return read_config(path) if path is not None else Config()


def split_of(option: str, config: "Config") -> tuple[str, str] | None:
    """Give the column and value of the rows that are kept for measuring; None where there is no split."""
    return read_split(option or config.split)


def tell(chosen: "Chosen") -> None:
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
