"""The words of the pages: catalogues in `words/*.yaml`, each key with its text in every language.

A text may hold places in braces, `{amount}`; a text that counts is two, `one` and `other`, told apart by the place `n`. Chinese needs
one. The language `xx` is English stretched by two fifths between brackets: what overflows with it overflows in a long language, and
what has no brackets does not come from the catalogue.
"""

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

import yaml

CHINESE, ENGLISH, STRETCHED = "zh-CN", "en", "xx"
LANGUAGES: Final = (CHINESE, ENGLISH)
FOLDER: Final = Path(__file__).with_name("words")
PLACE: Final = re.compile(r"\{([a-z_]+)\}")
NOTHING: Final[Mapping[str, Any]] = MappingProxyType({})
_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_FILLING: Final = " lorem ipsum dolor sit amet consectetur adipiscing elit sed do eiusmod tempor incididunt ut labore"

Text = str | dict[str, str]


@cache
def catalogue() -> Mapping[str, Mapping[str, Text]]:
    """Give every key with its texts by language; raises ValueError where a key stands in two files."""
    found: dict[str, Mapping[str, Text]] = {}
    for path in sorted(FOLDER.glob("*.yaml")):
        for key, texts in (yaml.load(path.read_text("utf-8"), _Loader) or {}).items():  # noqa: S506 -- a safe one, in C where there is one
            if key in found:
                raise ValueError(f"{path.name}: {key} stands in another catalogue as well")
            found[key] = texts
    return MappingProxyType(found)


def say(key: str, language: str = ENGLISH, values: Mapping[str, Any] = NOTHING) -> str:
    """Give the text of a key with its places filled; raises KeyError for a key or a place that is not there."""
    texts = catalogue()[key]
    text = texts[ENGLISH if language == STRETCHED else language]
    if isinstance(text, dict):
        text = text["one"] if str(values["n"]) == "1" and "one" in text else text["other"]
    filled = PLACE.sub(lambda found: str(values[found[1]]), text)
    return stretched(filled) if language == STRETCHED else filled


def has(key: str) -> bool:
    """Tell whether there is a text of that key."""
    return key in catalogue()


def stretched(text: str) -> str:
    """Give a text two fifths longer, between brackets."""
    return f"[{text}{(_FILLING * 4)[: len(text) * 2 // 5]}]"
