"""The feature catalogue: what may be known about an applicant, from where, how long it holds, and what its absence means."""

import functools
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final, TypeAlias

from plimsoll.rulebook.read import Field, read, sha_of
from plimsoll.rulebook.rule import CONFIDENCES, read_title
from plimsoll.units.money import EXPONENTS
from plimsoll.units.rate import Rate

FILE: Final = Path(__file__).parent.joinpath("policy", "features", "features.yaml")
"""The catalogue that comes with the package."""

Value: TypeAlias = int | Rate | str | bool
"""What a feature can be: a count, days or money in minor units; a share, exact; a word; yes or no."""

TYPES: Final = ("whole", "money", "share", "text", "yes-no", "days")
SOURCES: Final = ("identity", "score", "bureau", "income", "spending", "assets", "device", "application")
"""Where evidence comes from. `application` is what the applicant says, and needs no consent beyond applying."""

PURPOSES: Final = SOURCES
"""What consent is given for: each source stands for one purpose, so that the applicant may allow one and not another."""

MISSING: Final = ("refer", "decline", "allow")
DIRECTIONS: Final = ("riskier", "safer", "neither")
UNITS: Final = ("years", "months", "days", "times", "points", "lenders", "kinds", "people", "share", "word", "yes or no")
REASON: Final = re.compile(r"[A-Z][A-Z0-9_]*")
NAME: Final = re.compile(r"[a-z][a-z0-9_]*")
_PLAIN: Final = re.compile(r"[\W_]+")


@dataclass(frozen=True, slots=True)
class Feature:
    """One feature. `bounds` are the least and greatest value that can be meant, in the value's own type; None where there are none."""

    name: str
    title: Mapping[str, str]
    type: str
    unit: str
    sources: tuple[str, ...]  # the most trusted first
    purpose: str
    fresh_days: int
    bounds: tuple[int, int] | tuple[Rate, Rate] | None
    missing: str  # one of MISSING
    missing_reason: str
    reason: str
    more_is: str  # one of DIRECTIONS
    is_protected: bool
    can_change: bool

    def fits(self, value: object) -> bool:
        """Tell whether a value is of the type of the feature; bounds are not looked at."""
        if self.type == "share":
            return isinstance(value, Rate)
        if self.type == "text":
            return isinstance(value, str)
        if self.type == "yes-no":
            return isinstance(value, bool)
        return type(value) is int

    def is_absurd(self, value: Value) -> bool:
        """Tell whether a value of the type lies outside what can be meant."""
        if self.bounds is None:
            return False
        least, most = self.bounds
        if isinstance(value, Rate):
            assert isinstance(least, Rate)
            assert isinstance(most, Rate)
            return least.exceeds(value) or value.exceeds(most)
        assert type(value) is int
        assert type(least) is int
        assert type(most) is int
        return not least <= value <= most


@dataclass(frozen=True, slots=True)
class Forbidden:
    """What no model, table or price may use, and how else it is called."""

    name: str
    title: Mapping[str, str]
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Catalogue:
    """All features by name, what is forbidden, and the SHA-256 of what the file says."""

    since: date
    source: str
    confidence: str
    review_by: date
    features: Mapping[str, Feature]
    forbidden: tuple[Forbidden, ...]
    withheld: tuple[Forbidden, ...]  # not for a model that decides; a table may be measured with it
    digest: str

    def of_source(self, source: str) -> tuple[Feature, ...]:
        """Give the features that a source may tell."""
        return tuple(feature for feature in self.features.values() if source in feature.sources)

    def forbids(self, column: str) -> Forbidden | None:
        """Give what a column of this name would bring in that is forbidden: the name itself or one of its words; None if nothing."""
        return _found(self.forbidden, column)

    def withholds(self, column: str) -> Forbidden | None:
        """Give what a column of this name would bring in that is withheld from models that decide; None if nothing."""
        return _found(self.withheld, column)


def _found(listed: Iterable[Forbidden], column: str) -> Forbidden | None:
    """Give the first thing of a list that a column is named for."""
    words = words_of(column)
    for one in listed:
        for name in (one.name, *one.names):
            if _stands_in(words_of(name), words):
                return one
    return None


def words_of(name: str) -> tuple[str, ...]:
    """Give the words of a column's name in lower case: "MaritalStatus", "marital_status" and "marital status" are the same two."""
    apart = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name)
    return tuple(word for word in _PLAIN.split(apart.lower()) if word)


def _stands_in(few: tuple[str, ...], many: tuple[str, ...]) -> bool:
    """Tell whether some words stand one after another among others; a Chinese word may stand anywhere in a name."""
    if len(few) == 1 and not few[0].isascii():
        return any(few[0] in word for word in many)
    return any(many[at : at + len(few)] == few for at in range(len(many) - len(few) + 1))


@functools.cache
def load(path: Path = FILE) -> Catalogue:
    """Read and validate a catalogue, once for each file. Raises Malformed with file, line and key."""
    field = read(path, path.name)
    found = field.fields(("from", "source", "confidence", "review_by", "features", "forbidden", "withheld"))
    return Catalogue(
        since=found["from"].date(),
        source=found["source"].text(),
        confidence=found["confidence"].one_of(CONFIDENCES),
        review_by=found["review_by"].date(),
        features={name: _read_feature(name, entry) for name, entry in found["features"].entries().items()},
        forbidden=tuple(_read_forbidden(name, entry) for name, entry in found["forbidden"].entries().items()),
        withheld=tuple(_read_forbidden(name, entry) for name, entry in found["withheld"].entries().items()),
        digest=sha_of(field.plain()),
    )


_NEEDED: Final = (
    "title", "type", "unit", "sources", "purpose", "fresh_days", "missing", "missing_reason", "reason", "more_is",
)  # fmt: skip


def _read_feature(name: str, field: Field) -> Feature:
    """Read one feature."""
    if not NAME.fullmatch(name):
        raise field.wrong("field_malformed", f"{name!r}", "Lower-case words joined by _.")
    found = field.fields(_NEEDED, ("bounds", "is_protected", "can_change"))
    kind = found["type"].one_of(TYPES)
    unit = found["unit"].one_of(EXPONENTS if kind == "money" else UNITS)
    return Feature(
        name=name,
        title=read_title(found["title"]),
        type=kind,
        unit=unit,
        sources=found["sources"].words(SOURCES),
        purpose=found["purpose"].one_of(PURPOSES),
        fresh_days=found["fresh_days"].whole(1, 3650),
        bounds=_read_bounds(found["bounds"], kind, unit) if "bounds" in found else None,
        missing=found["missing"].one_of(MISSING),
        missing_reason=_reason(found["missing_reason"]),
        reason=_reason(found["reason"]),
        more_is=found["more_is"].one_of(DIRECTIONS),
        is_protected="is_protected" in found and found["is_protected"].flag(),
        can_change="can_change" in found and found["can_change"].flag(),
    )


def _read_bounds(field: Field, kind: str, unit: str) -> tuple[int, int] | tuple[Rate, Rate]:
    """Read the least and the greatest value; a feature that is a word or a yes has none."""
    parts = field.each()
    if len(parts) != 2 or kind in ("text", "yes-no"):
        raise field.wrong("field_malformed", f"{len(parts)} values for {kind}", "The least and the greatest value of a number.")
    if kind == "share":
        least, most = parts[0].rate(), parts[1].rate()
        if least.exceeds(most):
            raise field.wrong("field_malformed", f"{least.text()} above {most.text()}")
        return least, most
    low, high = _numbers(parts, kind, unit)
    if low > high:
        raise field.wrong("field_malformed", f"{low} above {high}")
    return low, high


def _numbers(parts: Iterable[Field], kind: str, unit: str) -> list[int]:
    return [part.minor(unit) if kind == "money" else part.whole() for part in parts]


def _reason(field: Field) -> str:
    """Read the code of a reason; whether it is in the catalogue of reasons is asked where both are read."""
    text = field.text()
    if not REASON.fullmatch(text):
        raise field.wrong("field_malformed", f"{text!r}", "Upper-case words joined by _.")
    return text


def _read_forbidden(name: str, field: Field) -> Forbidden:
    found = field.fields(("title", "names"))
    return Forbidden(name, read_title(found["title"]), tuple(one.text() for one in found["names"].each()))
