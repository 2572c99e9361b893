"""One page that needs nothing beside itself: headings in Chinese and English, tables, pictures inside. No script, no font, no address.

What comes from data is escaped; a picture is SVG that this house has drawn.
"""

from collections.abc import Iterable, Sequence
from html import escape
from typing import Final, NamedTuple

from plimsoll.app.chart import Picture
from plimsoll.app.words import Words

STYLE: Final = """
:root { color-scheme: light; }
body { font: 15px/1.5 system-ui, "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif; color: #1f2933; background: #fff;
  margin: 0 auto; padding: 2rem 1.5rem 4rem; max-width: 68rem; }
h1 { font-size: 1.5rem; margin: 0 0 .25rem; }
h2 { font-size: 1.15rem; margin: 2.4rem 0 .6rem; padding-top: .8rem; border-top: 1px solid #dfe4ea; }
h1 span, h2 span, th span { color: #616e7c; font-weight: 400; }
p { margin: .4rem 0; }
.said { color: #616e7c; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; margin: .6rem 0; font-variant-numeric: tabular-nums; }
caption { text-align: left; color: #616e7c; padding-bottom: .3rem; }
th, td { padding: .3rem .7rem; border-bottom: 1px solid #e8ecf0; text-align: right; vertical-align: top; }
th { font-weight: 600; vertical-align: bottom; border-bottom: 2px solid #c5ced8; }
th:first-child, td:first-child, td.text, th.text { text-align: left; }
td { white-space: nowrap; }
td.text { white-space: normal; overflow-wrap: anywhere; }
.yes { color: #23754b; font-weight: 600; }
.no { color: #b3261e; font-weight: 600; }
.verdict { display: inline-block; padding: .15rem .6rem; border-radius: .3rem; border: 1px solid currentColor; }
.pictures { display: flex; flex-wrap: wrap; gap: 1rem 1.5rem; align-items: flex-start; }
figure { margin: 0; max-width: 100%; }
figure svg { max-width: 100%; height: auto; display: block; }
figcaption { color: #616e7c; font-size: .85rem; max-width: 28rem; }
@page { size: A4 landscape; margin: 14mm; }
@media print { h2 { break-after: avoid; } figure, tr { break-inside: avoid; } figure { width: 47%; }
  body { padding: 0; max-width: none; font-size: 11px; } }
"""


class Mark(NamedTuple):
    """A cell that says whether something is as it should be."""

    is_good: bool
    words: Words


Cell = str | Mark


def page(title: Words, said: Sequence[str], parts: Iterable[str]) -> str:
    """Give a whole page."""
    head = f"<h1>{_twice(title, ' ')}</h1>"
    lines = "".join(f"<p class='said'>{escape(line)}</p>" for line in said)
    return (
        "<!DOCTYPE html>\n<html lang='zh-CN'>\n<head>\n<meta charset='utf-8'>\n"
        "<meta name='viewport' content='width=device-width, initial-scale=1'>\n"
        f"<title>{escape(title.zh)} · {escape(title.en)}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n<main>\n{head}\n{lines}\n"
        + "\n".join(parts)
        + "\n</main>\n</body>\n</html>\n"
    )


def heading(words: Words) -> str:
    """Give the heading of a part."""
    return f"<h2>{_twice(words, ' ')}</h2>"


def paragraph(words: Words) -> str:
    """Give a paragraph in both languages."""
    return f"<p>{escape(words.zh)}</p><p class='said' lang='en'>{escape(words.en)}</p>"


def verdict(mark: Mark) -> str:
    """Give an outcome that is seen at once."""
    return f"<p>{_marked(mark, 'verdict ')}</p>"


def table(columns: Sequence[Words], rows: Iterable[Sequence[Cell]], *, text_columns: Sequence[int] = ()) -> str:
    """Give a table; the first column and `text_columns` (counted from 0) are text, the others figures."""
    head = "".join(f"<th scope='col'{_text_class(n, text_columns)}>{_twice(words, '<br>')}</th>" for n, words in enumerate(columns))
    body = "".join(
        "<tr>" + "".join(f"<td{_text_class(n, text_columns)}>{_cell(cell)}</td>" for n, cell in enumerate(row)) + "</tr>\n" for row in rows
    )
    return f"<div class='scroll'><table>\n<thead><tr>{head}</tr></thead>\n<tbody>\n{body}</tbody>\n</table></div>"


def pictures(drawn: Iterable[Picture]) -> str:
    """Give pictures side by side, each named for those who cannot see it."""
    figures = "".join(f"<figure role='img' aria-label='{escape(one.shows, quote=True)}'>{one.svg}</figure>\n" for one in drawn)
    return f"<div class='pictures'>\n{figures}</div>"


def _twice(words: Words, between: str) -> str:
    """Give words in both languages; once where they are the same."""
    english = "" if words.en == words.zh else f"{between}<span lang='en'>{escape(words.en)}</span>"
    return escape(words.zh) + english


def _text_class(n: int, text_columns: Sequence[int]) -> str:
    return " class='text'" if n in text_columns else ""


def _cell(cell: Cell) -> str:
    return _marked(cell, "") if isinstance(cell, Mark) else escape(cell)


def _marked(mark: Mark, classes: str) -> str:
    way = "yes" if mark.is_good else "no"
    return f"<span class='{classes}{way}'>{escape(mark.words.zh)} · {escape(mark.words.en)}</span>"
