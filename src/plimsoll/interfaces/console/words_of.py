"""Words for codes: what a status, a chip, a verb or a product is called, and the code itself where nobody gave it a word."""

from plimsoll.interfaces.pages import words
from plimsoll.interfaces.pages.visit import Visit


def word(visit: Visit, family: str, code: str) -> str:
    """Give the word for a code of a family, such as chip and overdue; the code itself, readable, where there is none."""
    key = f"{family}.{code}"
    return visit.t(key) if words.has(key) else code.replace("_", " ")


def words_in(visit: Visit, families: tuple[str, ...], text: str, between: str = ", ") -> str:
    """Give a line of codes and data in words: each part that some family has a word for by that word, the others as they are."""
    return between.join(
        next((visit.t(f"{one}.{part}") for one in families if words.has(f"{one}.{part}")), part) for part in text.split(between)
    )
