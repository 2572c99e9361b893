"""A report as parts (words twice, tables, pictures), and its forms: one HTML page with both languages, a PDF in one of them."""

import json
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any, Final, NamedTuple

from plimsoll.app.chart import Picture
from plimsoll.app.fonts import find_fonts, font_folders
from plimsoll.app.page import heading, page, paragraph, pictures, table
from plimsoll.app.words import BOTH, Words, said
from plimsoll.units.refusal import Refused

TEMPLATE: Final = Path(__file__).parents[1] / "documents" / "report.typ"


class Grid(NamedTuple):
    """A table: its heads and its rows; the first column is text, the others figures."""

    heads: tuple[Words, ...]
    rows: tuple[tuple[Words | str, ...], ...]


class Part(NamedTuple):
    """One part: its title, what its figures mean, its tables, its pictures (each drawn in a language), and the command behind it."""

    title: Words
    meaning: Words
    grids: tuple[Grid, ...] = ()
    pictures: tuple[Callable[[str], Picture], ...] = ()
    drill: str = ""


class Document(NamedTuple):
    """A whole report: its title, the lines that say what it was made from, and its parts."""

    title: Words
    said: tuple[Words, ...]
    parts: tuple[Part, ...]


DRILL: Final = Words("账户明细", "accounts behind it")


def html_of(document: Document) -> str:
    """Give one page with both languages; nothing of it lies anywhere else."""
    parts: list[str] = []
    for part in document.parts:
        parts += [heading(part.title), paragraph(part.meaning)]
        parts += [table(grid.heads, [[said(cell, BOTH) for cell in row] for row in grid.rows]) for grid in part.grids]
        if part.pictures:
            parts.append(pictures([draw(BOTH) for draw in part.pictures]))
        if part.drill:
            parts.append(paragraph(Words(f"{DRILL.zh}：{part.drill}", f"{DRILL.en}: {part.drill}")))
    return page(document.title, [said(line, BOTH) for line in document.said], parts)


def object_of(document: Document, language: str) -> dict[str, Any]:
    """Give the words and figures of the report in one language as plain values; pictures are not among them."""
    say = partial(said, language=language)
    return {
        "language": language,
        "title": say(document.title),
        "said": [say(line) for line in document.said],
        "drill": say(DRILL),
        "parts": [
            {
                "title": say(part.title),
                "meaning": say(part.meaning),
                "grids": [
                    {"heads": [say(head) for head in grid.heads], "rows": [[say(cell) for cell in row] for row in grid.rows]}
                    for grid in part.grids
                ],
                "drill": part.drill,
            }
            for part in document.parts
        ],
    }


def pdf_of(document: Document, language: str, at: datetime) -> bytes | Refused:
    """Give the report as PDF in one language, the same bytes for the same report and instant; refuses font_missing."""
    found: bytes | Refused = _set(document, language, at, "pdf")
    return found


def pages_of(document: Document, language: str, at: datetime) -> Sequence[bytes] | Refused:
    """Give pictures (PNG) of the pages of the PDF."""
    found = _set(document, language, at, "png")
    return [found] if isinstance(found, bytes) else found


def _set(document: Document, language: str, at: datetime, form: str) -> Any:
    import typst

    told = object_of(document, language)
    fonts = find_fonts(json.dumps(told, ensure_ascii=False))
    if isinstance(fonts, Refused):
        return fonts
    for shown, part in zip(told["parts"], document.parts, strict=True):
        shown["pictures"] = [draw(language).svg for draw in part.pictures]
    form_of: Any = form
    return typst.compile(
        TEMPLATE.read_bytes(),
        format=form_of,
        ppi=110 if form == "png" else None,
        font_paths=typst.Fonts(font_paths=font_folders()),
        sys_inputs={"data": json.dumps(told, ensure_ascii=False), "fonts": "|".join(fonts)},
        timestamp=at.replace(microsecond=0),
    )
