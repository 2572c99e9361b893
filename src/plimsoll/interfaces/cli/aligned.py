"""Tables as plain text: never cut, the same on a terminal, in a file and in a page of documentation."""

from collections.abc import Sequence
from typing import Final

RULE: Final[tuple[str, ...]] = ()
"""A row that stands for a line across."""
GAP: Final = "  "


def aligned(rows: Sequence[Sequence[str]], *, left: int = 1) -> str:
    """Give rows as lines: the first `left` columns begin together, all others end together."""
    filled = [row for row in rows if row]
    widths = [max(len(row[column]) for row in filled) for column in range(len(filled[0]))]
    rule = "-" * (sum(widths) + len(GAP) * (len(widths) - 1))
    return "\n".join(_line(row, widths, left) if row else rule for row in rows)


def _line(row: Sequence[str], widths: Sequence[int], left: int) -> str:
    cells = [cell.ljust(width) if n < left else cell.rjust(width) for n, (cell, width) in enumerate(zip(row, widths, strict=True))]
    return GAP.join(cells).rstrip()
