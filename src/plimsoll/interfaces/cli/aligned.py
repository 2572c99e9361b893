"""Tables as plain text: never cut, the same on a terminal, in a file and in a page of documentation."""

from collections.abc import Sequence
from typing import Final

from rich.cells import cell_len

from plimsoll.units.money import text_of

RULE: Final[tuple[str, ...]] = ()
"""A row that stands for a line across."""
GAP: Final = "  "


def aligned(rows: Sequence[Sequence[str]], *, left: int = 1) -> str:
    """Give rows as lines: the first `left` columns begin together, all others end together."""
    filled = [row for row in rows if row]
    widths = [max(cell_len(row[column]) for row in filled) for column in range(len(filled[0]))]
    rule = "-" * (sum(widths) + len(GAP) * (len(widths) - 1))
    return "\n".join(_line(row, widths, left) if row else rule for row in rows)


def _line(row: Sequence[str], widths: Sequence[int], left: int) -> str:
    cells = []
    for n, (cell, width) in enumerate(zip(row, widths, strict=True)):
        gap = " " * (width - cell_len(cell))  # a Chinese character is two columns wide
        cells.append(cell + gap if n < left else gap + cell)
    return GAP.join(cells).rstrip()


def with_commas(text: str) -> str:
    """Write decimal text with commas between thousands: "12345.60" becomes "12,345.60"."""
    whole, point, part = text.partition(".")
    sign = "-" if whole.startswith("-") else ""
    return sign + f"{int(whole.lstrip('-')):,}" + point + part


def grouped(minor: int, currency: str) -> str:
    """Write an amount in minor units with commas between thousands."""
    return with_commas(text_of(minor, currency))


def per_cent(part: int, whole: int) -> str:
    """Give a share as per cent with two digits, half-up; "0.00" of nothing."""
    hundredths = (part * 20_000 + whole) // (2 * whole) if whole else 0
    return f"{hundredths // 100}.{hundredths % 100:02d}"
