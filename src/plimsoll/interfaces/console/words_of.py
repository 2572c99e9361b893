"""Words for codes: what a status, a chip, a verb or a product is called, and the code itself where nobody gave it a word."""

from plimsoll.interfaces.pages import words
from plimsoll.interfaces.pages.visit import Visit


def word(visit: Visit, family: str, code: str) -> str:
    """Give the word for a code of a family, such as chip and overdue; the code itself, readable, where there is none."""
    key = f"{family}.{code}"
    return visit.t(key) if words.has(key) else code.replace("_", " ")
