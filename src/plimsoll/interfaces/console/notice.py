"""What the notice of a tender says, in the language of whoever reads it: parts of the debts with their amounts, notes in words."""

import json
import re
from typing import Any, Final

from plimsoll.disposal.sheet_words import CLASS_WORDS, FIELDS, GUARANTEE_WORDS, LITIGATION_WORDS, MISSING, NOTES
from plimsoll.interfaces.pages import written
from plimsoll.interfaces.pages.visit import Visit
from plimsoll.units.money import parse_minor

PARTS: Final = {**CLASS_WORDS, **GUARANTEE_WORDS, **LITIGATION_WORDS}
BY_ENGLISH: Final = {english: (chinese, english) for chinese, english in NOTES.values()}
HIDDEN: Final = "hidden"
LACKING: Final = re.compile(re.escape(MISSING[1]).replace(r"\{count\}", r"(\d+)").replace(r"\{column\}", r"([a-z_ ]+)"), re.ASCII)
AMOUNTS: Final = ("principal", "interest", "penalty", "fees", "total", "largest_borrower", "mean_borrower", "weighted_limit")
"""Fields of a notice that are amounts of its currency."""


def said(visit: Visit, name: str, value: str, currency: str) -> str:
    """Give the value of a field in words; "" where there is none."""
    if value in ("", "null"):
        return ""
    if name in AMOUNTS:
        return amount(visit, value, currency)
    try:
        found = json.loads(value) if value[:1] in "[{" else value
    except ValueError:
        return value
    if isinstance(found, list):
        return " ".join(_note(visit, str(one)) for one in found)
    return _parts(visit, found, currency) if isinstance(found, dict) else value


def amount(visit: Visit, value: str, currency: str) -> str:
    """Give an amount as amounts are written; "" where none is told, words where it is not to be seen yet."""
    if value == HIDDEN:
        return visit.t("tender.hidden")
    return written.money(parse_minor(value, currency), currency) if value else ""


def _parts(visit: Visit, found: dict[str, Any], currency: str) -> str:
    """Give parts of the debts, each with how many loans it has and what they come to."""
    if {"loans", "total"} <= found.keys():
        return visit.t("notice.part", {"n": found["loans"], "amount": amount(visit, str(found["total"]), currency)})
    inside = [(name, one) for name, one in found.items() if isinstance(one, dict)]
    return "; ".join(f"{visit.told(*PARTS.get(name, (name, name)))} {_parts(visit, one, currency)}" for name, one in inside)


def _note(visit: Visit, note: str) -> str:
    """Give a note in the language of the visit; one that a person wrote stands as it is."""
    lacking = LACKING.fullmatch(note)
    if lacking is None:
        return visit.told(*BY_ENGLISH.get(note, (note, note)))
    count, column = lacking.groups()
    chinese, english = FIELDS.get(f"weighted_{column}", FIELDS.get(column, (column, column)))
    return visit.told(MISSING[0].format(count=count, column=chinese), MISSING[1].format(count=count, column=english))
