"""Pictures of figures: the same drawing as SVG, for a page, and as PNG, for a letter or a slide. Needs matplotlib (extra `charts`).

Nothing here keeps state between pictures, and the same figures give the same bytes. Words in a picture are English: a picture carries
no font for Chinese; the page around it says it in both languages.
"""

import io
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Final

INK: Final = "#1f2933"
SOFT: Final = "#8592a2"
LINE: Final = "#dfe4ea"
BLUE: Final = "#2f6db3"
ORANGE: Final = "#d9772b"
GREEN: Final = "#3d8b63"
"""Colours that stay apart for the colour-blind."""

SIZE: Final = (6.4, 4.0)
DPI: Final = 160
SETTINGS: Final[Any] = {
    "svg.fonttype": "none",
    "svg.hashsalt": "plimsoll",
    "font.family": "sans-serif",
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


def picture(name: str, shows: str, draw: Callable[[Any], None], size: tuple[float, float] = SIZE) -> Picture:
    """Draw on one pair of axes (matplotlib.axes.Axes)."""
    from matplotlib import rc_context
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    with rc_context(SETTINGS):
        figure = Figure(figsize=size, layout="constrained")
        FigureCanvasAgg(figure)
        draw(figure.add_subplot())
        vector = io.StringIO()
        figure.savefig(vector, format="svg", metadata={"Date": None, "Creator": None, "Title": shows})
    text = vector.getvalue()
    return Picture(name, shows, text[text.index("<svg") :], figure)


def write_picture(one: Picture, folder: Path) -> tuple[Path, Path]:
    """Write both forms into a folder; give their paths."""
    paths = folder.joinpath(f"{one.name}.svg"), folder.joinpath(f"{one.name}.png")
    paths[0].write_text('<?xml version="1.0" encoding="utf-8"?>\n' + one.svg, "utf-8")
    paths[1].write_bytes(one.png)
    return paths
