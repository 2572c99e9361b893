"""What the commands that measure a model share: the outcome and rows of a file, the model, where things are written, and what is told."""

import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from plimsoll.app.database.store import Store
from plimsoll.app.modelling import register as model_register
from plimsoll.app.modelling.file import read_model_file
from plimsoll.interfaces.cli.aligned import aligned
from plimsoll.interfaces.cli.exits import FAILURE, NOT_FOUND, USAGE, Stop
from plimsoll.risk.score.read import Model, model_of
from plimsoll.units.refusal import Refused

if TYPE_CHECKING:
    from plimsoll.risk.measure.pair import Area
    from plimsoll.risk.measure.validation import Check, Sample

File = Annotated[Path, typer.Argument(metavar="FILE", help="Cases with their outcomes: CSV (also .gz) or Parquet.")]
Named = Annotated[str, typer.Option("--model", metavar="MODEL", help="A model file, or what is on the register by digest or place.")]
Target = Annotated[
    str, typer.Option("--target", metavar="COLUMN", help="The column with the outcome. Default: that of the model's training.")
]
Bad = Annotated[list[str] | None, typer.Option("--bad", metavar="VALUE", help="Its value for the bad outcome; may be given again.")]
Split = Annotated[str, typer.Option("--split", metavar="COLUMN=VALUE", help="Which rows come from after the training; they decide.")]
Approve = Annotated[
    float, typer.Option("--approve", metavar="SHARE", help="The share that is approved, the safest, where groups or swaps are told.")
]
Folder = Annotated[
    Path | None, typer.Option("--out", metavar="DIR", help="Write report.html, the figures as JSON, and pictures as SVG and PNG here.")
]


def read_split(text: str) -> tuple[str, str] | None:
    """Read COLUMN=VALUE; "" is no split."""
    if not text:
        return None
    column, equals, value = text.partition("=")
    if not equals or not column or not value:
        raise Stop(USAGE, f"--split: {text!r} is not COLUMN=VALUE")
    return column, value


def read_share(share: float) -> float:
    """Hold a share between 0 and 1."""
    if not 0 < share < 1:
        raise Stop(USAGE, f"--approve: {share} does not lie between 0 and 1")
    return share


def read_names(text: str) -> tuple[str, ...]:
    """Read names of columns joined by commas."""
    return tuple(name.strip() for name in text.split(",") if name.strip())


def model_named(named: str, store: Store | None) -> Model:
    """Give a model: a file, else what is on the register under that digest or name."""
    path = Path(named)
    if path.is_file():
        return read_model_file(path)[0]
    if store is None:
        raise Stop(NOT_FOUND, f"there is no file {named}; for a model on the register name the book: --db URL")
    held = model_register.model(store, named)
    if isinstance(held, Refused):
        raise Stop(NOT_FOUND, held.text())
    return model_of(held.body)


def note(lines: Iterable[str]) -> None:
    """Say on standard error what was left out and why."""
    for line in lines:
        print(f"note: {line}", file=sys.stderr)


def samples_text(samples: "Sequence[Sample]") -> str:
    """Give the figures of samples as a table."""
    rows = [("sample", "cases", "bad", "bad rate", "stated", "AUC", "95 % bounds", "KS", "Brier", "ECE", "slope")]
    rows += [
        (
            one.name,
            f"{one.rows:,}",
            f"{one.bads:,}",
            f"{100 * one.bads / one.rows:.2f} %",
            f"{100 * one.stated:.2f} %",
            *area_text(one.auc),
            f"{one.ks:.4f}",
            f"{one.brier:.4f}",
            f"{one.ece:.4f}",
            f"{one.slope:.3f}",
        )
        for one in samples
    ]
    return aligned(rows)


def area_text(found: "Area | None") -> tuple[str, str]:
    """Give an AUC and its bounds, dashes where it cannot be told."""
    return ("-", "-") if found is None else (f"{found.auc:.4f}", f"{found.low:.4f} to {found.high:.4f}")


def checks_text(checks: "Sequence[Check]") -> str:
    """Give demands and whether they are met as a table."""
    rows = [("demand", "found", "bound", "met")]
    rows += [(one.name, _figure(one.value), one.bound, "yes" if one.ok else "NO") for one in checks]
    return aligned(rows)


def _figure(value: float) -> str:
    """Write a count as it is, and a figure with four digits, or more where that would be nothing."""
    if isinstance(value, int):
        return f"{value:,}"
    return f"{value:.4f}" if abs(value) >= 0.0001 or value == 0 or value != value else f"{value:.1e}"


def write_report(folder: Path, document: Mapping[str, Any], html: str) -> None:
    """Write the figures and the page into a folder, which is made where it is missing."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        folder.joinpath(f"{document['kind']}.json").write_text(json.dumps(document, ensure_ascii=False, indent=1) + "\n", "utf-8")
        folder.joinpath("report.html").write_text(html, "utf-8")
    except OSError as failed:
        raise Stop(FAILURE, f"--out: {folder} cannot be written: {failed.strerror}") from None
    print(f"written: {folder.joinpath('report.html')}", file=sys.stderr)
