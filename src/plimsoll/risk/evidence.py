"""Evidence point in time: what was known about an applicant at an instant, from whom, and why a value is not used.

A value that is stale, negative, absurd, dated in the future, of the wrong type, contradicted or without consent is not used, and never
becomes zero: the feature then has no value, its outcome says why (a code of `units/sentences.py`), and its missing rule applies.
"""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import Final, NamedTuple

from plimsoll.loan.filing import Filing
from plimsoll.risk.consent import consents, required_version
from plimsoll.rulebook.feature import PURPOSES, Catalogue, Feature, Value
from plimsoll.rulebook.rules import Rules
from plimsoll.units.rate import Rate
from plimsoll.units.refusal import Refused

KINDS: Final = ("payroll", "tax", "social_security", "", "inflow", "stated")
"""What a source may call a value that it can prove in several ways, the most trusted first; "" where there is only one way."""

PROVEN: Final = ("payroll", "tax", "social_security", "")
SAYS: Final = "application"
"""The source that is the applicant's own word."""

AHEAD_MAX: Final = timedelta(days=1)
"""How far a source's day may be ahead of the instant in UTC: its day begins earlier than ours. Later than that is the future."""

MISSING: Final = "evidence_missing"
UNAVAILABLE: Final = "evidence_unavailable"
WITHHELD: Final = "evidence_withheld"
STALE: Final = "evidence_stale"
FUTURE: Final = "evidence_in_future"
MALFORMED: Final = "evidence_malformed"
NEGATIVE: Final = "evidence_negative"
ABSURD: Final = "evidence_absurd"
CONTRADICTORY: Final = "evidence_contradictory"
OUTCOMES: Final = (MISSING, UNAVAILABLE, WITHHELD, STALE, FUTURE, MALFORMED, NEGATIVE, ABSURD, CONTRADICTORY)
"""Why a feature has no value."""

REASONS: Final = {STALE: "STALE_EVIDENCE", FUTURE: "STALE_EVIDENCE", CONTRADICTORY: "CONTRADICTORY_EVIDENCE"}
"""What an outcome is told as to the applicant; every other one as the missing reason of its feature."""


class Item(NamedTuple):
    """One value that a source told, or None where it was asked and had none; instants in UTC."""

    name: str  # a feature of the catalogue
    value: Value | None
    source: str
    kind: str  # one of KINDS
    event_at: datetime  # what the value was true of
    known_at: datetime  # when the house had it on record
    consent: int  # number of the filing by which consent was given, 0 for what the applicant says
    flags: tuple[str, ...] = ()  # what was wrong with it when it came, of OUTCOMES


class Tolerance(NamedTuple):
    """How far two sources may be apart: the greatest multiple between proven values and between others; closer than `least` is equal."""

    proven: Rate
    other: Rate
    least_minor: int


class Reading(NamedTuple):
    """What is known of one feature at an instant: its value, or why it has none."""

    feature: Feature
    value: Value | None
    outcome: str  # "" where the value is used, else one of OUTCOMES
    item: Item | None  # where the value comes from, or the item that is not used
    heard: tuple[Item, ...]  # everything that could be used, the most trusted first: income keeps each source here

    @property
    def reason(self) -> str:
        """Give the reason code of a feature without a value; "" where it has one."""
        return "" if not self.outcome else REASONS.get(self.outcome, self.feature.missing_reason)


def tolerance(rules: Rules, on: date) -> Tolerance:
    """Give how far sources may be apart on a day."""
    value = rules.value("POLICY.EVIDENCE.DISAGREE", on)
    assert isinstance(value, dict)
    proven, other, least = value["proven"], value["other"], value["least"]
    assert isinstance(proven, Rate)
    assert isinstance(other, Rate)
    assert isinstance(least, int)
    return Tolerance(proven, other, least)


def notices_on(rules: Rules, on: date) -> dict[str, int]:
    """Give the version of the notice in force for each source that needs consent; a source without one is not there."""
    versions = {purpose: required_version(rules, purpose, on) for purpose in PURPOSES if purpose != SAYS}
    return {purpose: version for purpose, version in versions.items() if not isinstance(version, Refused)}


def withheld_at(filings: Iterable[Filing], instant: datetime, notices: Mapping[str, int]) -> frozenset[str]:
    """Give the purposes for which no consent was in force at an instant, to the notice of `notices_on` or a later one.

    What the applicant says is never one.
    """
    given = consents(filings, instant)
    withheld = {purpose for purpose in PURPOSES if purpose != SAYS}
    for purpose, version in notices.items():
        one = given.get(purpose)
        if one is not None and one.is_granted and one.version >= version:
            withheld.remove(purpose)
    return frozenset(withheld)


def features_at(
    items: Iterable[Item], instant: datetime, catalogue: Catalogue, apart: Tolerance, withheld: frozenset[str] = frozenset()
) -> dict[str, Reading]:
    """Give every feature of the catalogue as known at an instant; what came to be known later changes nothing.

    `withheld` are the purposes without a consent in force at the instant. Of each source and kind the latest value counts, by what it
    was true of, then by when it was known; that a source did not answer takes nothing away that it told before. Sources are heard in
    the order of the catalogue; one that told a value which cannot be used, or was down, is not replaced by a less trusted one.
    """
    told: dict[str, list[Item]] = {}
    for item in items:
        if item.known_at <= instant:
            before = told.get(item.name)
            if before is None:
                told[item.name] = [item]
            else:
                before.append(item)
    found = {}
    for name, feature in catalogue.features.items():
        about = told.get(name, [])
        if len(about) > 1:
            about = _latest(about)
        elif about and about[0].source in feature.sources and not judge(feature, about[0], instant, withheld):
            found[name] = Reading(feature, about[0].value, "", about[0], tuple(about))
            continue
        found[name] = _read(feature, about, instant, apart, withheld)
    return found


def _latest(told: Iterable[Item]) -> list[Item]:
    """Give the latest items of each source and kind; a silence of a source is a kind of its own."""
    latest: dict[tuple[str, str], list[Item]] = {}
    for item in told:
        key = item.source, UNAVAILABLE if UNAVAILABLE in item.flags else item.kind
        before = latest.get(key)
        if before is None or _order(before[0]) < _order(item):
            latest[key] = [item]
        elif _order(before[0]) == _order(item):
            before.append(item)
    return [item for same in latest.values() for item in same]


def values_of(readings: Mapping[str, Reading]) -> dict[str, Value | None]:
    """Give the value of each feature, None where there is none."""
    return {name: reading.value for name, reading in readings.items()}


def _order(item: Item) -> tuple[datetime, datetime]:
    return item.event_at, item.known_at


def _read(feature: Feature, told: Iterable[Item], instant: datetime, apart: Tolerance, withheld: frozenset[str]) -> Reading:
    """Judge what sources told about one feature."""
    ranked = [item for item in told if item.source in feature.sources]
    if len(ranked) > 1:
        ranked.sort(key=lambda item: _rank(feature, item))
    heard: list[Item] = []
    refused: tuple[Item, str] | None = None
    for item in ranked:
        outcome = judge(feature, item, instant, withheld)
        if not outcome:
            heard.append(item)
        elif outcome != MISSING and refused is None:
            refused = item, outcome
    if refused is not None and (not heard or _trust(feature, refused[0]) < _trust(feature, heard[0])):
        return Reading(feature, None, refused[1], refused[0], tuple(heard))
    if not heard:
        return Reading(feature, None, WITHHELD if feature.purpose in withheld else MISSING, ranked[0] if ranked else None, ())
    if len(heard) > 1 and contradict(feature, heard, apart):
        return Reading(feature, None, CONTRADICTORY, heard[0], tuple(heard))
    return Reading(feature, heard[0].value, "", heard[0], tuple(heard))


def _trust(feature: Feature, item: Item) -> int:
    """Give the place of an item's source; kinds of one source stand in for each other."""
    return feature.sources.index(item.source)


def _rank(feature: Feature, item: Item) -> tuple[int, bool, int, str]:
    """Order items by trust; equal ones by what is said, so that no order of arrival matters."""
    kind = KINDS.index(item.kind) if item.kind in KINDS else len(KINDS)
    return _trust(feature, item), UNAVAILABLE in item.flags, kind, f"{item.kind}:{item.value}"


def judge(feature: Feature, item: Item, instant: datetime, withheld: frozenset[str] = frozenset()) -> str:
    """Give why an item cannot be used at an instant, "" where it can: one of OUTCOMES, contradiction aside."""
    if feature.purpose in withheld and item.source != SAYS:
        return WITHHELD
    if item.value is None:
        return next((flag for flag in item.flags if flag in (UNAVAILABLE, MALFORMED, NEGATIVE)), MISSING)
    if item.event_at > item.known_at + AHEAD_MAX:
        return FUTURE
    wrong = judge_value(feature, item.value)
    if wrong:
        return wrong
    return STALE if (instant - item.event_at).days > feature.fresh_days else ""


def judge_value(feature: Feature, value: Value) -> str:
    """Give why a value cannot be meant, "" where it can: malformed, negative, absurd."""
    if not feature.fits(value):
        return MALFORMED
    if type(value) is int and value < 0:
        return NEGATIVE
    return ABSURD if feature.is_absurd(value) else ""


def contradict(feature: Feature, items: Iterable[Item], apart: Tolerance) -> bool:
    """Tell whether any two usable items cannot both be true."""
    told = list(items)
    return any(_apart(feature, one, other, apart) for at, one in enumerate(told) for other in told[at + 1 :])


def _apart(feature: Feature, one: Item, other: Item, apart: Tolerance) -> bool:
    """Tell whether two values are further apart than their sources may be; words and yes-or-no may not differ at all."""
    if feature.type in ("text", "yes-no"):
        return one.value != other.value
    low, high = sorted((_parts(one.value), _parts(other.value)), key=lambda part: part[0] * 10**9 // part[1])
    if feature.type == "money" and high[0] - low[0] <= apart.least_minor:
        return False
    most = apart.proven if _is_proven(one) and _is_proven(other) else apart.other
    return high[0] * low[1] * most.den > low[0] * high[1] * most.num


def _parts(value: Value | None) -> tuple[int, int]:
    """Give a number as a fraction."""
    if isinstance(value, Rate):
        return value.num, value.den
    assert type(value) is int
    return value, 1


def _is_proven(item: Item) -> bool:
    return item.source != SAYS and item.kind in PROVEN


class Absence(NamedTuple):
    """A feature without a value, and what follows from it."""

    name: str
    rule: str  # refer, decline or allow
    reason: str
    outcome: str  # one of OUTCOMES


def absences(readings: Mapping[str, Reading], names: Iterable[str]) -> tuple[Absence, ...]:
    """Give those of some features that have no value, with the missing rule that applies; a decision follows the strictest."""
    found = (readings[name] for name in names)
    return tuple(Absence(one.feature.name, one.feature.missing, one.reason, one.outcome) for one in found if one.outcome)
