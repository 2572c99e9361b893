"""What the commands of `plimsoll portfolio` share: which tape, by which map, on which engine, and how an answer is shown."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from plimsoll.app.config import book_url, tape_folder, threads
from plimsoll.app.tape.reading import HOUSE, Order, Tape, digest_of, open_tape
from plimsoll.interfaces.cli.aligned import RULE, aligned
from plimsoll.interfaces.cli.exits import USAGE, Stop
from plimsoll.interfaces.cli.options import read_language
from plimsoll.units.money import parse_minor, text_of
from plimsoll.units.refusal import Malformed

if TYPE_CHECKING:
    from plimsoll.app.chart import Picture

Where = Annotated[
    str, typer.Option("--tape", metavar="PATH", help="Folder or file of the tape. Default: $PLIMSOLL_TAPE, else beside the book.")
]
Map = Annotated[str, typer.Option("--map", metavar="NAME|FILE", help="What its columns mean: house, taiwan, lendingclub, or a YAML file.")]
Currency = Annotated[str, typer.Option("--currency", metavar="CODE", help="Which currency is looked at, where the tape has several.")]
Engine = Annotated[str, typer.Option("--engine", metavar="NAME", help="duckdb, or spark (extra `spark`).")]
Master = Annotated[str, typer.Option("--master", metavar="URL", help="Spark's master: local[2], spark://HOST:7077, yarn, k8s://…")]
By = Annotated[str, typer.Option("--by", metavar="DIM", help="A dimension of the map, such as product: one answer for each value.")]
Every = Annotated[str, typer.Option("--every", metavar="SPAN", help="Gather openings by month, quarter, half or year.")]
Chart = Annotated[Path | None, typer.Option("--chart", metavar="FILE", help="Also draw it: a .svg or .png file (extra `charts`).")]

Lang = Annotated[str, typer.Option("--language", "--lang", metavar="LANG", help="Language of the picture: zh-CN or en.")]

MONTHS_SHOWN: Final = 13
SUFFIXES: Final = (".svg", ".png")


def order_of(tape: str, map_name: str, currency: str, engine: str, master: str) -> Order:
    """Give what to open from the words of a command."""
    return Order(tape, map_name or HOUSE, currency, engine, master, threads())


@contextmanager
def opened(order: Order, *needs: str) -> Iterator[Tape]:
    """Open a tape for a question that needs these parts of it (an empty one is none)."""
    where = order.where or str(tape_folder(book_url()))
    with open_tape(replace(order, where=where)) as tape:
        tape.shape.needs(*(one for one in needs if one))
        yield tape


def one_of(option: str, word: str, known: Sequence[str]) -> str:
    """Give a word of an option; any other ends the command with 2."""
    if word not in known:
        raise Stop(USAGE, f"{option} {word}: one of {', '.join(known)}")
    return word


def month_of(option: str, text: str, tape: Tape) -> int:
    """Read a month of the tape, such as 2026-03; anything else ends the command with 2."""
    for month in tape.source.months:
        if tape.month(month) == text:
            return month
    raise Stop(USAGE, f"{option} {text}: a month of the tape, {tape.month(tape.source.months[0])} to {tape.month(tape.source.months[-1])}")


def share(value: float | None) -> str:
    """Write a share as per cent with two digits; a dash of nothing."""
    return "-" if value is None else f"{100 * value:.2f}"


def rounded(value: float | None) -> float | None:
    """Give a share for JSON: six digits."""
    return None if value is None else round(value, 6)


def money(minor: int, tape: Tape) -> str:
    """Write an amount in the currency of the tape."""
    return text_of(minor, tape.source.currency)


def head(tape: Tape) -> str:
    """Give the lines that stand over every table: what was read, as of when, and how completely loans are seen."""
    about = tape.about()
    first, last = tape.source.months[0], tape.source.months[-1]
    read = f"{about['tape']} by the map {about['map']}, on {about['engine']}: {about['rows']:,} rows, {about['loans']:,} loans"
    lines = [f"{read}, {tape.month(first)} to {tape.month(last)}, as of {about['as_of']}, {about['currency']}"]
    if tape.seen.with_gap:
        lines.append(f"{tape.seen.with_gap:,} loans are not seen in {tape.seen.missing:,} months between their first and their last.")
    if tape.seen.gone:
        lines.append(f"{tape.seen.gone:,} loans left the tape while they owed; what became of them is not known.")
    return "\n".join(lines)


UNTOLD: Final = {
    "opened": "when loans were opened",
    "days": "days past due",
    "originated": "what was lent",
    "limit": "limits",
    "written_off": "what was written off",
    "recovered": "what was recovered",
    "late": "which loans were late between their beginning and their end",
    "lost": "which loans were written off or sold",
}


def untold(tape: Tape, follows: Mapping[str, str]) -> dict[str, str]:
    """Give of some parts those that the tape does not tell, each with what that makes of the answer."""
    return {part: said for part, said in follows.items() if not tape.shape.tells(part)}


def untold_text(lacking: Mapping[str, str]) -> list[str]:
    """Say what a tape does not tell, a line each; none where it tells all."""
    return ["\n".join(f"Not told by this tape: {UNTOLD[part]}. {said}" for part, said in lacking.items())] if lacking else []


def answer(tape: Tape, queries: Sequence[str], told: Mapping[str, Any]) -> dict[str, Any]:
    """Give an answer for JSON: what it is about, the digest of its queries, the figures."""
    return {**tape.about(), "query": digest_of(*queries), **told}


def show(told: Mapping[str, Any], text: str, *, as_json: bool) -> None:
    """Print an answer as JSON or as text."""
    print(json.dumps(told, ensure_ascii=False) if as_json else text)


def table(rows: Sequence[Sequence[str]], *, left: int = 1) -> str:
    """Give a table: the first row is its head."""
    return aligned([rows[0], RULE, *rows[1:]], left=left)


def amount_of(option: str, text: str, tape: Tape) -> int:
    """Read an amount of an option in the currency of the tape, nought where none is given; one below nought ends the command with 2."""
    minor = parse_minor(text, tape.source.currency) if text else 0
    if minor < 0 or (text and not minor):
        raise Stop(USAGE, f"{option} {text}: an amount above nought")
    return minor


def drawn(path: Path | None, language: str, draw: Callable[[], "Picture"]) -> str:
    """Draw a picture into a file where one is asked for; give a line that says so. Checks the language of the option before."""
    read_language(language)
    if path is None:
        return ""
    if path.suffix not in SUFFIXES:
        raise Stop(USAGE, f"--chart {path}: a file that ends in {' or '.join(SUFFIXES)}")
    one = draw()
    try:
        if path.suffix == ".png":
            path.write_bytes(one.png)
        else:
            path.write_text('<?xml version="1.0" encoding="utf-8"?>\n' + one.svg, "utf-8")
    except OSError as wrong:
        raise Malformed("file_missing", wrong.strerror or "", file=str(path)) from None
    return f"\nPicture: {path}"
