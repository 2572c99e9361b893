"""Which fonts letters and pictures are set with: the ones with Chinese that are there, the better ones first."""

import os
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Final

from plimsoll.units.refusal import Refused

FONTS_VARIABLE: Final = "PLIMSOLL_FONTS"
LATIN: Final = ("Libertinus Serif", "DejaVu Sans")
CHINESE: Final = (
    "Noto Serif CJK SC",
    "Noto Sans CJK SC",
    "Source Han Serif SC",
    "Source Han Sans SC",
    "Noto Serif SC",
    "Noto Sans SC",
    "Songti SC",
    "PingFang SC",
    "SimSun",
    "Microsoft YaHei",
    "AR PL UMing CN",
    "WenQuanYi Zen Hei",
    "WenQuanYi Micro Hei",
    "Droid Sans Fallback",
)
"""Fonts with Chinese, the better ones first."""

UPRIGHT: Final = ("Sans", "PingFang", "YaHei", "Hei")
"""What the names of fonts without serifs have in them: the ones for pictures."""

FILES: Final = (
    "cjk",
    "sourcehan",
    "notosanssc",
    "notoserifsc",
    "songti",
    "pingfang",
    "simsun",
    "msyh",
    "uming",
    "wqy",
    "droidsansfallback",
)
"""What the names of files of those fonts have in them."""

SUFFIXES: Final = (".ttf", ".otf", ".ttc")
INSTALL: Final = f"install one (Debian: apt-get install fonts-noto-cjk), or name a folder with one in {FONTS_VARIABLE}"
CHINESE_FROM: Final = "\u2e80"


def find_fonts(said: str) -> Sequence[str] | Refused:
    """Give the fonts to set a text with; refuses font_missing where it holds Chinese and no font does."""
    if not any(one >= CHINESE_FROM for one in said):
        return LATIN
    chinese = chinese_fonts()
    return (LATIN[0], *chinese, *LATIN[1:]) if chinese else Refused("font_missing", "", INSTALL)


def chinese_fonts() -> list[str]:
    """Give the known fonts with Chinese that are there, the better ones first."""
    import typst

    known = set(typst.Fonts(font_paths=font_folders()).families())
    return [family for family in CHINESE if family in known]


def font_folders() -> list[str]:
    """Give the folders of fonts that the configuration names, beside those of the system."""
    named = os.environ.get(FONTS_VARIABLE, "")
    return [folder for folder in named.split(os.pathsep) if folder]


def picture_font() -> str:
    """Give the font with Chinese that pictures are drawn with, best without serifs; empty where there is none."""
    return _picture_font(tuple(font_folders()))


@cache
def _picture_font(folders: tuple[str, ...]) -> str:
    """Look among the fonts that matplotlib knows, and in files it has not seen yet: its list is as old as its cache."""
    from matplotlib.font_manager import findSystemFonts, fontManager

    known = {one.name for one in fontManager.ttflist}
    if folders or not known & set(CHINESE):
        for path in (*_files(folders), *(path for path in findSystemFonts() if _is_hopeful(path))):
            fontManager.addfont(path)
        known = {one.name for one in fontManager.ttflist}
    upright = [family for family in CHINESE if any(part in family for part in UPRIGHT)]
    return next((family for family in (*upright, *CHINESE) if family in known), "")


def _files(folders: Sequence[str]) -> Iterator[str]:
    for folder in folders:
        yield from (str(path) for path in sorted(Path(folder).rglob("*")) if path.suffix.lower() in SUFFIXES)


def _is_hopeful(path: str) -> bool:
    name = Path(path).name.lower().replace("-", "")
    return any(part in name for part in FILES)
