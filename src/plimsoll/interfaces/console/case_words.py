"""The lines of a collection case in words: where it stands, why it is treated as it is, what stands on its record."""

import re
from collections.abc import Sequence
from typing import Final

from plimsoll.collections.queue import SEPARATOR
from plimsoll.interfaces.console.words_of import word, words_in
from plimsoll.interfaces.pages import words, written
from plimsoll.interfaces.pages.visit import Visit
from plimsoll.units.money import EXPONENTS, parse_minor

SPOKEN: Final = ("channel", "purpose", "treatment", "outcome", "b.about", "case.said")
"""Families of words that the lines of a case are told in."""
AMOUNT: Final = re.compile(r"(\d+(?:\.\d+)?) ([A-Z]{3})", re.ASCII)
PROMISE: Final = "promise "


def line_of(visit: Visit, note: str) -> str:
    """Give the line of a case: days late and amount first, then what is done, what is waited for, the skill it asks for."""
    days, _, rest = note.partition(f" days{SEPARATOR}")
    if not days.isascii() or not days.isdigit():
        return words_in(visit, SPOKEN, note, SEPARATOR)
    owed, _, done = rest.partition(SEPARATOR)
    parts = [visit.t("case.said.promise") if one.startswith(PROMISE) else words_in(visit, SPOKEN, one) for one in done.split(SEPARATOR)]
    amount = amounts(owed) if AMOUNT.fullmatch(owed) else words_in(visit, ("case.told",), owed)
    said = dict.fromkeys((written.past_due(int(days), visit.language), amount, *parts))
    return SEPARATOR.join(one for one in said if one)


def amounts(text: str) -> str:
    """Give a text with its amounts, such as 218.84 CNY, as amounts are written."""
    return AMOUNT.sub(lambda one: written.money(parse_minor(one[1], one[2]), one[2]) if one[2] in EXPONENTS else one[0], text)


def told(visit: Visit, detail: str) -> str:
    """Give a line of the record: its codes in words, the day until which something holds, amounts as they are written."""
    parts = []
    for part in detail.split(", "):
        name, _, rest = part.partition(" ")
        if name.startswith("promise-") and rest:
            parts.append(f"{visit.t('case.promise')} {word(visit, 'promise.state', rest)}")
            continue
        is_put = name in ("until", "owed", "paid") and bool(rest)
        parts.append(visit.t(f"case.told.{name}", {"what": amounts(rest)}) if is_put else amounts(words_in(visit, SPOKEN, part)))
    return ", ".join(parts)


def because(visit: Visit, conditions: Sequence[str]) -> str:
    """Give the conditions that decided: what is looked at, what it is, and what the row of the strategy asks for where that is more."""
    return "; ".join(_condition(visit, one) for one in conditions)


def _condition(visit: Visit, said: str) -> str:
    """Give one condition, such as `days 5 <= 7` or `segment forgetful = forgetful`."""
    put = words_in(visit, SPOKEN, said)
    if put != said:
        return put
    name, _, rest = said.partition(" ")
    value, _, asked = rest.partition(" ")
    shown = _value(visit, name, value)
    wanted = asked.removeprefix("= ").replace(">=", "≥").replace("<=", "≤")
    more = f" ({wanted})" if wanted and wanted != value and not words.has(f"word.{wanted}") else ""
    return f"{word(visit, 'trait', name)} {shown}{more}".strip()


def _value(visit: Visit, name: str, value: str) -> str:
    """Give what a trait of a case is."""
    if value in ("yes", "no"):
        return visit.t(f"word.{value}")
    if name == "segment":
        return word(visit, "segment", value)
    if name == "owed_band":
        return word(visit, "band", value)
    return word(visit, "bucket" if name == "bucket" else "treatment", value)
