"""Why it was decided so: what decided with value and threshold, at most four reasons in plain words, what would change it, by what data.

The reasons are the ones that decided, never the nearest of a list. Both languages are worked out, so that what was said can be said again.
"""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Final, NamedTuple

from plimsoll.loan.filing import instant_text
from plimsoll.origination.application import DECLINE, REFER
from plimsoll.origination.said import because, digest_of, plain, said_of
from plimsoll.origination.stages import Told
from plimsoll.origination.underwrite import Underwritten
from plimsoll.origination.words import HELD, OUTCOME_WORDS, TITLES, value_words
from plimsoll.origination.would_change import Change, what_would_change
from plimsoll.risk.evidence import Reading
from plimsoll.rulebook.feature import Value
from plimsoll.units.dates import day_text
from plimsoll.units.money import text_of, written
from plimsoll.units.sentences import SENTENCES

PARTS_MAX: Final = 4
LANGUAGES: Final = ("zh-CN", "en")


class Deciding(NamedTuple):
    """One rule that decided, with each condition of it: what it is called, its value, the operator and the threshold."""

    stage: str
    rule: str
    verdict: str
    reason: str
    conditions: tuple[tuple[Mapping[str, str], str, str, str], ...]


class Principal(NamedTuple):
    """A reason in plain words, and what the applicant can do about it (empty where there is nothing)."""

    code: str
    said: Mapping[str, str]
    change: Mapping[str, str]


class Counterfactual(NamedTuple):
    """A change that would be enough, in words."""

    name: str
    said: Mapping[str, str]
    before: str
    after: str
    outcome: str


class Used(NamedTuple):
    """Data that was used: from which source, known at what instant, under which consent, how many days old, how many features."""

    source: str
    known_at: str
    consent: int
    age_days: int
    features: int


class Absent(NamedTuple):
    """A feature without a value, and why."""

    name: str
    title: Mapping[str, str]
    outcome: str
    said: Mapping[str, str]


class Explanation(NamedTuple):
    """Everything that is told of a decision. `parts` are the features that moved the score most, points against the base."""

    outcome: str
    said: Mapping[str, str]
    on: str
    digest: str
    deciding: tuple[Deciding, ...]
    reasons: tuple[Principal, ...]
    parts: tuple[tuple[str, Mapping[str, str], str, int], ...]
    changes: tuple[Counterfactual, ...]
    used: tuple[Used, ...]
    absent: tuple[Absent, ...]
    next_review: str


def explain(decided: Underwritten) -> Explanation:
    """Give the explanation of a decision."""
    return Explanation(
        outcome=decided.outcome,
        said=OUTCOME_WORDS[decided.outcome],
        on=day_text(decided.dossier.on),
        digest=digest_of(said_of(decided)),
        deciding=tuple(_deciding(one, decided) for one in decided.deciding),
        reasons=tuple(_principal(code, decided) for code in decided.reasons),
        parts=_parts(decided),
        changes=tuple(_counterfactual(one, decided) for one in what_would_change(decided)),
        used=_used(decided.dossier.readings, decided.dossier.on),
        absent=_absent(decided),
        next_review=_next_review(decided),
    )


def title_of(name: str, decided: Underwritten) -> Mapping[str, str]:
    """Give what a feature, or a figure of the decision itself, is called."""
    feature = decided.kit.catalogue.features.get(name)
    return feature.title if feature is not None else TITLES.get(name, dict.fromkeys(LANGUAGES, name))


def _deciding(told: Told, decided: Underwritten) -> Deciding:
    """Give a rule that decided; one that could not be judged shows what was not there."""
    if told.hit is not None:
        shown = [because(one) for one in told.hit.deciding]
        conditions = tuple((title_of(name, decided), value, op, threshold) for name, value, op, threshold, _ in shown)
    else:
        assert told.lacking is not None, "a rule is hit, or lacks a value"
        conditions = ((title_of(told.lacking.column, decided), "missing", "is", "needed"),)
    return Deciding(told.stage, told.rule_id, told.verdict, told.reason, conditions)


def _principal(code: str, decided: Underwritten) -> Principal:
    reason = decided.kit.reasons[code]
    return Principal(code, reason.said, reason.change)


def _parts(decided: Underwritten) -> tuple[tuple[str, Mapping[str, str], str, int], ...]:
    """Give the features that moved the score most, either way."""
    parts = sorted(decided.score.decides.parts, key=lambda part: -abs(part.points))[:PARTS_MAX]
    return tuple((part.feature, title_of(part.feature, decided), part.bin, part.points) for part in parts)


def _counterfactual(change: Change, decided: Underwritten) -> Counterfactual:
    """Put a change into words."""
    feature = decided.kit.catalogue.features[change.name]
    currency = feature.unit if feature.type == "money" else ""
    before, after = shown(change.before, currency), shown(change.after, currency)
    words = {
        name: HELD[name].format(
            title=feature.title[name],
            before=value_words(_written(change.before, currency), name),
            after=value_words(_written(change.after, currency), name),
            outcome=OUTCOME_WORDS[change.outcome][name],
        )
        for name in LANGUAGES
    }
    return Counterfactual(change.name, words, before, after, change.outcome)


def shown(value: Value | None, currency: str = "") -> str:
    """Write a value for people: amounts with their currency, yes and no as such."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if currency and type(value) is int:
        return f"{text_of(value, currency)} {currency}"
    return str(plain(value))


def _written(value: Value | None, currency: str) -> str:
    """Write a value into a sentence: amounts as on pages, all else as `shown`."""
    if currency and type(value) is int:
        return written(value, currency)
    return shown(value, currency)


def _used(readings: Mapping[str, Reading], on: int) -> tuple[Used, ...]:
    """Give the data in use by source, with the age of its oldest value."""
    found: dict[str, Used] = {}
    for reading in readings.values():
        item = reading.item
        if item is None or reading.outcome:
            continue
        age = max(on - item.event_at.date().toordinal(), 0)
        one = found.get(item.source, Used(item.source, "", item.consent, 0, 0))
        known = max(one.known_at, instant_text(item.known_at))
        found[item.source] = Used(item.source, known, item.consent, max(one.age_days, age), one.features + 1)
    return tuple(found[name] for name in sorted(found))


def _absent(decided: Underwritten) -> tuple[Absent, ...]:
    """Give the features that the decision looked for and did not find, and why."""
    found = []
    for name in decided.kit.needed:
        reading = decided.dossier.readings.get(name)
        if reading is not None and reading.outcome and decided.values.get(name) is None:
            said = dict(zip(LANGUAGES, SENTENCES[reading.outcome], strict=True))
            found.append(Absent(name, reading.feature.title, reading.outcome, said))
    return tuple(found)


def _next_review(decided: Underwritten) -> str:
    """Give the day on which it is looked at again: by a person within the time promised, on a new application, or once a year."""
    rules, on = decided.kit.rules, date.fromordinal(decided.dossier.on)
    if decided.outcome == REFER:
        seconds = rules.value("POLICY.REVIEW.SLA.SECONDS", on)
        assert isinstance(seconds, tuple)
        promised = seconds[1] if decided.dossier.is_demanded else seconds[0]
        assert isinstance(promised, int)
        return (datetime.combine(on, datetime.max.time(), UTC) + timedelta(seconds=promised)).date().isoformat()
    key = "POLICY.DECLINE.AGAIN.DAYS" if decided.outcome == DECLINE else "POLICY.LINE.REASSESS.DAYS"
    days = rules.whole(key, on)
    return "" if days is None else (on + timedelta(days=days)).isoformat()
