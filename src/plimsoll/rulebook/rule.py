"""One rule of the rulebook: dated values, each with its source, for kinds of lender."""

import re
from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final, TypeAlias

from plimsoll.rulebook.read import Field
from plimsoll.units.money import EXPONENTS
from plimsoll.units.rate import Rate
from plimsoll.units.refusal import Malformed

Value: TypeAlias = int | str | bool | Rate | tuple["Value", ...] | Mapping[str, "Value"]
"""What a rule says: a rate, a count, an amount in minor units, a word, yes or no; or several of them, listed or named."""

ANY: Final = ""
"""The licence of a row that holds for every lender."""

CONFIDENCES: Final = ("sourced", "memory-high", "memory-medium", "weak", "default")
ROOMS: Final = (
    "rulebook", "risk", "origination", "servicing", "monitoring", "collections", "disposal", "treasury", "protection", "portfolio", "app",
)  # fmt: skip
RATES: Final = ("rate per year", "rate per day", "share", "multiple")
COUNTS: Final = ("days", "months", "years", "seconds", "times")
WORDS: Final = ("word", "phrase", "time of day", "yes or no")
KEY: Final = re.compile(r"[A-Z][A-Z0-9_]*(\.[A-Z0-9_]+)+")
_TIME: Final = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]")
_WORD: Final = re.compile(r"[a-z][a-z0-9_]*")


@dataclass(frozen=True, slots=True)
class Row:
    """A value in force on [since, until); `until` None means until the next row of the same licence. A value of None ends the rule."""

    since: date
    until: date | None
    licences: tuple[str, ...]
    value: Value | None
    formula: str
    multiple: Rate | None
    multiple_of: str
    source: str
    confidence: str
    review_by: date
    note: str
    file: str
    line: int


@dataclass(frozen=True, slots=True)
class Rule:
    """A key of the rulebook with all its rows, by licence, each list sorted by date and without overlap."""

    key: str
    title: Mapping[str, str]
    unit: str | Mapping[str, str]
    used_in: str
    basis: str
    base: str
    per: str
    clamp: str
    counted_from: str
    tracks: Mapping[str, tuple[Row, ...]]
    file: str
    line: int

    def row(self, licences: Iterable[str], on: date) -> tuple[str, Row] | None:
        """Give the row in force on a day for the first of these licences that has a value then, with that licence; None if none has."""
        for licence in licences:
            rows = self.tracks.get(licence, ())
            found = bisect_right(rows, on, key=_since) - 1
            if found >= 0:
                row = rows[found]
                if (row.until is None or on < row.until) and (row.value is not None or row.formula):
                    return licence, row
        return None


def _since(row: Row) -> date:
    return row.since


def read_title(field: Field) -> Mapping[str, str]:
    """Read the two names of a thing, zh-CN and en."""
    return {language: name.text() for language, name in field.fields(("zh-CN", "en")).items()}


def read_rule(field: Field, prefix: str, licences: Iterable[str]) -> Rule:
    """Read one rule; its key must begin with the prefix of its folder. Raises Malformed with file, line and key."""
    if not KEY.fullmatch(field.key) or not field.key.startswith(prefix + "."):
        raise field.wrong("rule_malformed", f"the key {field.key!r}", f"Upper-case words joined by dots, the first of them {prefix}.")
    found = field.fields(("title", "unit", "used_in", "values"), ("basis", "base", "per", "clamp", "counted_from"))
    unit = _read_unit(found["unit"])
    rows = [_read_row(row, unit, tuple(licences)) for row in found["values"].each()]
    words = {name: found[name].text() if name in found else "" for name in ("basis", "base", "per", "clamp", "counted_from")}
    return Rule(
        key=field.key,
        title=read_title(found["title"]),
        unit=unit,
        used_in=found["used_in"].one_of(ROOMS),
        basis=words["basis"],
        base=words["base"],
        per=words["per"],
        clamp=words["clamp"],
        counted_from=words["counted_from"],
        tracks=_tracks(rows, field.key),
        file=field.file,
        line=field.line,
    )


def _read_unit(field: Field) -> str | Mapping[str, str]:
    """Read the unit of all values, or one for each of their names."""
    if field.is_mapping():
        return {name: unit.one_of((*RATES, *COUNTS, *WORDS, *EXPONENTS)) for name, unit in field.entries().items()}
    return field.one_of((*RATES, *COUNTS, *WORDS, *EXPONENTS))


def _read_row(field: Field, unit: str | Mapping[str, str], licences: tuple[str, ...]) -> Row:
    """Read one dated value."""
    found = field.fields(("from", "value", "source", "confidence", "review_by"), ("until", "licence", "note"))
    since = found["from"].date()
    until = found["until"].date() if "until" in found else None
    if until is not None and until <= since:
        raise found["until"].wrong(
            "rule_malformed", f"until {until} is not after from {since}", "The day of until is the first without the rule."
        )
    formula, multiple, multiple_of = _read_formula(found["value"], unit)
    return Row(
        since=since,
        until=until,
        licences=_read_licences(found["licence"], licences) if "licence" in found else (ANY,),
        value=None if formula or found["value"].is_null() else read_value(found["value"], unit),
        formula=formula,
        multiple=multiple,
        multiple_of=multiple_of,
        source=found["source"].text(),
        confidence=found["confidence"].one_of(CONFIDENCES),
        review_by=found["review_by"].date(),
        note=found["note"].text() if "note" in found else "",
        file=field.file,
        line=field.line,
    )


def _read_licences(field: Field, known: tuple[str, ...]) -> tuple[str, ...]:
    for licence in field.each():
        if licence.text() not in known:
            raise licence.wrong("licence_unknown", f"{licence.text()!r}", f"One of: {', '.join(known)}.")
    return field.words(known)


def _read_formula(field: Field, unit: str | Mapping[str, str]) -> tuple[str, Rate | None, str]:
    """Read "4*CN.LPR1Y" as a multiple of another rule; a value that is no formula gives ("", None, "")."""
    if unit not in RATES or field.is_null() or field.is_mapping() or field.is_sequence() or "*" not in field.text():
        return "", None, ""
    text = field.text()
    multiple, _, key = text.partition("*")
    if not KEY.fullmatch(key):
        raise field.wrong("rule_formula_malformed", f"{text!r}")
    try:
        return text, Rate.parse(multiple), key
    except Malformed:
        raise field.wrong("rule_formula_malformed", f"{text!r}") from None


def read_value(field: Field, unit: str | Mapping[str, str]) -> Value:
    """Read a value as its unit says: exact, never by way of a float. A list gives a tuple, named values a mapping."""
    if not isinstance(unit, str):
        found = field.fields(tuple(unit))
        return {name: read_value(found[name], unit[name]) for name in unit}
    if field.is_sequence():
        return tuple(read_value(value, unit) for value in field.each())
    if unit in RATES:
        return field.rate()
    if unit in COUNTS:
        return field.whole()
    if unit in EXPONENTS:
        return field.minor(unit)
    if unit == "yes or no":
        return field.flag()
    text = field.text()
    if unit == "phrase":
        return text
    if not (_TIME if unit == "time of day" else _WORD).fullmatch(text):
        raise field.wrong(
            "field_malformed", f"{text!r}", "A time such as 08:00." if unit == "time of day" else "Lower-case words joined by _."
        )
    return text


def _tracks(rows: list[Row], key: str) -> Mapping[str, tuple[Row, ...]]:
    """Sort the rows by licence and date; raises rule_overlap where a day would have two values."""
    tracks: dict[str, list[Row]] = {}
    for row in sorted(rows, key=_since):
        for licence in row.licences:
            track = tracks.setdefault(licence, [])
            if track and (track[-1].since == row.since or (track[-1].until or row.since) > row.since):
                before = track[-1]
                detail = f"{licence or 'every licence'} from {row.since}: the row of line {before.line} holds from {before.since}"
                detail += f" until {before.until}" if before.until else ""
                raise Malformed("rule_overlap", detail, file=row.file, line=row.line, key=key)
            track.append(row)
    return {licence: tuple(track) for licence, track in tracks.items()}
