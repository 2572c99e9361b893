"""Words for codes: what a status, a chip, a verb or a product is called, and the code itself where nobody gave it a word."""

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType
from typing import Final

from plimsoll.collections.timeline import TITLES
from plimsoll.interfaces.pages import words
from plimsoll.interfaces.pages.parts import Cell, text
from plimsoll.interfaces.pages.visit import Visit

TEXT: Final = "text."
"""Keys of what stands in English in the files of the house: notes of policy tables, cards of models."""


def word(visit: Visit, family: str, code: str) -> str:
    """Give the word for a code of a family, such as chip and overdue; the code itself, readable, where there is none."""
    key = f"{family}.{code}"
    return visit.t(key) if words.has(key) else code.replace("_", " ")


def words_in(visit: Visit, families: tuple[str, ...], text: str, between: str = ", ") -> str:
    """Give a line of codes and data in words: each part that some family has a word for by that word, the others as they are."""
    return between.join(
        next((visit.t(f"{one}.{part}") for one in families if words.has(f"{one}.{part}")), part) for part in text.split(between)
    )


def name_of(visit: Visit, what: str) -> str:
    """Give the name of what stands on record: a verb, an entry of a file or a dossier, an act at the door; the code where it has none."""
    if what in TITLES:
        return visit.told(*TITLES[what])
    keys = (f"verb.{what}", f"filed.{what}", f"access.{what}", f"policy.step.{what}")
    found = next(filter(words.has, keys), "")
    return visit.t(found) if found else what.replace("_", " ")


@cache
def _texts() -> Mapping[str, str]:
    """Give the key of every English text of the house that the catalogue has in other languages."""
    return MappingProxyType({words.say(key): key for key in words.catalogue() if key.startswith(TEXT)})


def said(visit: Visit, english: str) -> Cell:
    """Give a text of the house in the language of the visit; one that nobody put into it stands in English, and says so."""
    key = _texts().get(english.strip())
    if key is not None:
        return text(visit.t(key))
    is_foreign = visit.speech == words.CHINESE and " " in english and english.isascii()
    return text(english)._replace(lang="en" if is_foreign else "")
