"""Pictures of figures: the same drawing as SVG, for a page, and as PNG, for a letter or a slide. Needs matplotlib (extra `charts`).

Nothing here keeps state between pictures, and the same figures give the same bytes. A picture speaks the language it is asked for, or
both; where no font with Chinese is there it speaks English, and says in a line below why.
"""

import io
import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property, partial
from pathlib import Path
from typing import Any, Final, Protocol

from plimsoll.app.fonts import picture_font
from plimsoll.app.words import Words, said

INK: Final = "#1f2933"
SOFT: Final = "#8592a2"
LINE: Final = "#dfe4ea"
BLUE: Final = "#2f6db3"
ORANGE: Final = "#d9772b"
GREEN: Final = "#3d8b63"
"""Colours that stay apart for the colour-blind."""

ENGLISH: Final = "en"
NO_FONT: Final = "In English: no font with Chinese was found (plimsoll doctor says what to install)."


class Say(Protocol):
    """Says words in the language of the picture."""

    def __call__(self, words: Words | str, *, between: str = ...) -> str:
        """Say them; `between` stands between both languages where there are two, a new line where there is little room."""


SIZE: Final = (6.4, 4.0)
DPI: Final = 160
SETTINGS: Final[Any] = {
    "svg.fonttype": "none",
    "svg.hashsalt": "plimsoll",
    "font.size": 10,
    "axes.edgecolor": SOFT,
    "axes.labelcolor": INK,
    "axes.titlesize": 11,
    "axes.titlelocation": "left",
    "axes.titlecolor": INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.axisbelow": True,
    "axes.grid": True,
    "grid.color": LINE,
    "grid.linewidth": 0.8,
    "xtick.color": SOFT,
    "ytick.color": SOFT,
    "xtick.labelcolor": INK,
    "ytick.labelcolor": INK,
    "legend.frameon": False,
    "legend.fontsize": 9,
    "text.color": INK,
    "figure.facecolor": "white",
}


@dataclass(frozen=True)
class Picture:
    """One picture: a short name for its file, what it shows in words, and its two forms; as PNG it is drawn when that is asked for."""

    name: str
    shows: str
    svg: str
    figure: Any = field(repr=False, compare=False)

    @cached_property
    def png(self) -> bytes:
        """Give the picture as a PNG file."""
        from matplotlib import rc_context

        raster = io.BytesIO()
        with rc_context(SETTINGS):
            self.figure.savefig(raster, format="png", dpi=DPI, metadata={"Software": None})
        return raster.getvalue()


def picture(
    name: str, shows: Words | str, draw: Callable[[Any, Say], None], language: str = ENGLISH, size: tuple[float, float] = SIZE
) -> Picture:
    """Draw on one pair of axes (matplotlib.axes.Axes), in a language (zh-CN, en) or in both."""
    from matplotlib import rc_context
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    font = "" if language == ENGLISH else picture_font()
    say: Say = partial(said, language=language if font else ENGLISH)
    families = [family for family in (font, "sans-serif") if family]
    # Which font is used was chosen here; that its one weight is called otherwise than "normal" is no news to who runs a command.
    logging.getLogger("matplotlib.font_manager").setLevel(logging.ERROR)
    with rc_context(SETTINGS | {"font.family": families}):
        figure = Figure(figsize=size, layout="constrained")
        FigureCanvasAgg(figure)
        draw(figure.add_subplot(), say)
        if language != ENGLISH and not font:
            figure.supxlabel(NO_FONT, fontsize=7, color=SOFT)
        vector = io.StringIO()
        figure.savefig(vector, format="svg", metadata={"Date": None, "Creator": None, "Title": say(shows)})
    text = vector.getvalue()
    return Picture(name, say(shows), text[text.index("<svg") :], figure)


def write_picture(one: Picture, folder: Path) -> tuple[Path, Path]:
    """Write both forms into a folder; give their paths."""
    paths = folder.joinpath(f"{one.name}.svg"), folder.joinpath(f"{one.name}.png")
    paths[0].write_text('<?xml version="1.0" encoding="utf-8"?>\n' + one.svg, "utf-8")
    paths[1].write_bytes(one.png)
    return paths
