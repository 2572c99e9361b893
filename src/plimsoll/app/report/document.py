"""A report as parts (words twice, tables, pictures), and its forms: one HTML page with both languages, a PDF in one of them."""

import json
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Final, NamedTuple

from plimsoll.app.chart import Picture
from plimsoll.app.contract import find_fonts, font_folders
from plimsoll.app.page import Words, heading, page, paragraph, pictures, table
from plimsoll.units.refusal import Refused

TEMPLATE: Final = Path(__file__).parents[1] / "documents" / "report.typ"
CHINESE: Final = "zh-CN"


class Grid(NamedTuple):
    """A table: its heads and its rows; the first column is text, the others figures."""

    heads: tuple[Words, ...]
    rows: tuple[tuple[Words | str, ...], ...]


class Part(NamedTuple):
    """One part: its title, what its figures mean, its tables and pictures, and the command that lists the accounts behind it."""

    title: Words
    meaning: Words
    grids: tuple[Grid, ...] = ()
    pictures: tuple[Picture, ...] = ()
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
        parts += [table(grid.heads, [[_both(cell) for cell in row] for row in grid.rows]) for grid in part.grids]
        if part.pictures:
            parts.append(pictures(part.pictures))
        if part.drill:
            parts.append(paragraph(Words(f"{DRILL.zh}：{part.drill}", f"{DRILL.en}: {part.drill}")))
    return page(document.title, [_both(line) for line in document.said], parts)


def _both(cell: Words | str) -> str:
    return cell if isinstance(cell, str) else f"{cell.zh} · {cell.en}" if cell.zh != cell.en else cell.zh


def object_of(document: Document, language: str) -> dict[str, Any]:
    """Give the report in one language as plain values."""

    def said(words: Words | str) -> str:
        return words if isinstance(words, str) else words.zh if language == CHINESE else words.en

    return {
        "language": language,
        "title": said(document.title),
        "said": [said(line) for line in document.said],
        "drill": said(DRILL),
        "parts": [
            {
                "title": said(part.title),
                "meaning": said(part.meaning),
                "grids": [
                    {"heads": [said(head) for head in grid.heads], "rows": [[said(cell) for cell in row] for row in grid.rows]}
                    for grid in part.grids
                ],
                "pictures": [one.svg for one in part.pictures],
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

    said = json.dumps(object_of(document, language), ensure_ascii=False)
    fonts = find_fonts(said)
    if isinstance(fonts, Refused):
        return fonts
    form_of: Any = form
    return typst.compile(
        TEMPLATE.read_bytes(),
        format=form_of,
        ppi=110 if form == "png" else None,
        font_paths=typst.Fonts(font_paths=font_folders()),
        sys_inputs={"data": said, "fonts": "|".join(fonts)},
        timestamp=at.replace(microsecond=0),
    )
