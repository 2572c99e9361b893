"""A picture that a camera reads: text as the dark squares of a QR code, drawn in the page itself."""

from dataclasses import dataclass
from typing import ClassVar, Final

import segno

QUIET: Final = 4
"""Squares that stay light on every side, as the standard asks for."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A QR code: what it is to whoever cannot see it, how many squares it has on a side with the light ones around it, and the dark ones
    as the path of an SVG."""

    said: str
    side: int
    dark: str
    is_a: ClassVar[str] = "qr"


def picture(text: str, said: str) -> Picture:
    """Give the picture of a text, of medium resistance to damage."""
    rows = segno.make(text, error="m", micro=False).matrix
    dark = "".join(f"M{x + QUIET} {y + QUIET}h{width}v1h-{width}z" for y, row in enumerate(rows) for x, width in _runs(row))
    return Picture(said, len(rows) + 2 * QUIET, dark)


def _runs(row: bytearray | tuple[int, ...]) -> list[tuple[int, int]]:
    """Give where dark squares of a row begin, and how many stand beside each other."""
    found: list[tuple[int, int]] = []
    for x, is_dark in enumerate(row):
        if not is_dark:
            continue
        if found and found[-1][0] + found[-1][1] == x:
            found[-1] = (found[-1][0], found[-1][1] + 1)
        else:
            found.append((x, 1))
    return found
