"""Reminders as data: the ladder of steps before and after a due day, channels with their costs, templates, and retries of debits."""

import functools
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final, NamedTuple

from plimsoll.rulebook.read import Field, read
from plimsoll.rulebook.rule import CONFIDENCES, read_title
from plimsoll.units.refusal import LANGUAGES

FOLDER: Final = Path(__file__).parent.joinpath("policy", "reminders")
CHANNELS: Final = ("in_app", "push", "sms", "email", "ai_call", "call")
PARTS: Final = ("lender", "amount", "due_on", "help", "bill", "plan", "effect")
"""What a template can be filled with."""
ALWAYS: Final = frozenset(("lender", "amount", "due_on", "help"))
"""Parts that every template about a debt has to have: who asks, how much, by when, and where help is found."""
PHRASES: Final = ("help", "effect", "bill", "plan_fits", "plan_payday", "plan_spread", "plan_talk")
ALL, FIRST = "all", "first"
RISKY: Final = "risky"
DAYS_BEFORE_MAX, DAYS_AFTER_MAX = 45, 1
_PLACE: Final = re.compile(r"\{([^{}]*)\}")
_TIME: Final = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])")
_DAYS: Final = re.compile(r"-?[0-9]{1,2}")


class Step(NamedTuple):
    """One rung: how many days after the due day (below 0 before it), at which minute of the borrower's day, by what, in which words."""

    name: str
    days: int
    minute: int
    channels: tuple[str, ...]
    is_first_only: bool
    template: str
    is_for_risky: bool
    waits_for_payday: bool


class Channel(NamedTuple):
    """A way to reach somebody: whether all take it unless they said otherwise, the most in a day, and fen for a thousand messages."""

    is_usual: bool
    most_a_day: int
    fen_per_1000: int


@dataclass(frozen=True, slots=True)
class Ladder:
    """The steps of a reminder in the order of days and minutes, and the channels; receipts count as late after some hours.

    `spread_months` are the months over which a reminder may suggest to spread what a month cannot carry, the fewest first.
    """

    since: date
    steps: tuple[Step, ...]
    channels: Mapping[str, Channel]
    late_receipt_hours: int
    spread_months: tuple[int, ...]


class Words(NamedTuple):
    """One version of a template, in force from a day until the next; the text by language."""

    template: str
    version: int
    since: date
    text: Mapping[str, str]

    def filled(self, language: str, parts: Mapping[str, str]) -> str:
        """Give the message in a language, with what belongs into it; a part that is not told is left empty."""
        return _PLACE.sub(lambda place: parts.get(place[1], ""), self.text[language]).strip()


class Failure(NamedTuple):
    """Why a debit failed: after how many days each next try comes, whether it waits for the payday, whether the borrower has to act."""

    days: tuple[int, ...]
    is_on_payday: bool
    is_told: bool


@dataclass(frozen=True, slots=True)
class Reminders:
    """Everything the house says of reminders."""

    ladder: Ladder
    templates: Mapping[str, tuple[Words, ...]]
    failures: Mapping[str, Failure]
    payday_within: int
    phrases: Mapping[str, Mapping[str, str]]

    def phrase(self, name: str, language: str, parts: Mapping[str, str] | None = None) -> str:
        """Give one of PHRASES in a language, with what belongs into it."""
        told = parts or {}
        return _PLACE.sub(lambda place: told.get(place[1], ""), self.phrases[name][language])

    def words(self, template: str, on: date) -> Words | None:
        """Give the version of a template in force on a day; None before the first."""
        return next((one for one in reversed(self.templates[template]) if one.since <= on), None)


@functools.cache
def load(folder: Path = FOLDER) -> Reminders:
    """Read and validate all three files, once for each folder. Raises Malformed with file, line and key: template_incomplete too."""
    told = read(folder.joinpath("templates.yaml"), "templates.yaml")
    templates = read_templates(told)
    phrases = {name: read_title(entry) for name, entry in told.entries()["phrases"].fields(PHRASES).items()}
    ladder = read_ladder(read(folder.joinpath("ladder.yaml"), "ladder.yaml"), templates)
    failures, within = read_failures(read(folder.joinpath("autopay.yaml"), "autopay.yaml"))
    return Reminders(ladder, templates, failures, within, phrases)


_HEAD: Final = ("from", "source", "confidence", "review_by")


def _body(field: Field, names: tuple[str, ...]) -> dict[str, Field]:
    """Read the head that each file has, and give the rest."""
    found = field.fields((*_HEAD, *names))
    found["source"].text()
    found["confidence"].one_of(CONFIDENCES)
    found["review_by"].date()
    return found


def read_ladder(field: Field, templates: Mapping[str, tuple[Words, ...]]) -> Ladder:
    """Read the ladder; a step names known channels and a template that exists by then."""
    found = _body(field, ("steps", "channels", "late_receipt_hours", "spread_months"))
    since = found["from"].date()
    channels = {name: _read_channel(entry) for name, entry in found["channels"].fields(CHANNELS).items()}
    steps = [_read_step(entry, templates) for entry in found["steps"].each()]
    if len({step.name for step in steps}) < len(steps):
        raise found["steps"].wrong("rule_duplicate", "a step stands twice")
    ordered = sorted(steps, key=lambda step: (step.days, step.minute))
    months = sorted(entry.whole(2, 60) for entry in found["spread_months"].each())
    return Ladder(since, tuple(ordered), channels, found["late_receipt_hours"].whole(1, 1_000), tuple(months))


def _read_channel(field: Field) -> Channel:
    found = field.fields(("usual", "a_day", "fen_per_1000"))
    return Channel(found["usual"].flag(), found["a_day"].whole(0, 24), found["fen_per_1000"].whole(0, 10_000_000))


def _read_step(field: Field, templates: Mapping[str, tuple[Words, ...]]) -> Step:
    found = field.fields(("step", "days", "at", "channels", "how", "template"), ("if", "waits_for_payday"))
    days, time = found["days"].text(), _TIME.fullmatch(found["at"].text())
    if not _DAYS.fullmatch(days) or not -DAYS_BEFORE_MAX <= int(days) <= DAYS_AFTER_MAX:
        raise found["days"].wrong("field_malformed", f"{days!r}", f"From -{DAYS_BEFORE_MAX} to {DAYS_AFTER_MAX}; later is collection.")
    if time is None:
        raise found["at"].wrong("field_malformed", found["at"].text(), "A time such as 10:00.")
    return Step(
        name=found["step"].text(),
        days=int(days),
        minute=int(time[1]) * 60 + int(time[2]),
        channels=found["channels"].words(CHANNELS),
        is_first_only=found["how"].one_of((ALL, FIRST)) == FIRST,
        template=found["template"].one_of(templates),
        is_for_risky="if" in found and found["if"].one_of((RISKY,)) == RISKY,
        waits_for_payday="waits_for_payday" in found and found["waits_for_payday"].flag(),
    )


def read_templates(field: Field) -> dict[str, tuple[Words, ...]]:
    """Read the templates by name, each with its versions, oldest first.

    Refuses template_incomplete (a part of PARTS that has to be there is not in a text), template_banned_word, field_malformed.
    """
    found = _body(field, ("phrases", "banned", "templates"))
    banned = tuple(word.text() for word in found["banned"].each())
    return {name: _read_template(name, entry, banned) for name, entry in found["templates"].entries().items()}


def _read_template(name: str, field: Field, banned: tuple[str, ...]) -> tuple[Words, ...]:
    found = field.fields(("title", "parts", "versions"))
    read_title(found["title"])
    needed = set(found["parts"].words(PARTS))
    if not needed >= ALWAYS:
        raise found["parts"].wrong("template_incomplete", ", ".join(sorted(ALWAYS - needed)))
    versions: list[Words] = []
    for entry in found["versions"].each():
        said = entry.fields(("version", "from", "text"))
        one = Words(name, said["version"].whole(1, 999), said["from"].date(), read_title(said["text"]))
        if versions and (one.version <= versions[-1].version or one.since <= versions[-1].since):
            raise entry.wrong("rule_overlap", f"version {one.version} from {one.since}, after version {versions[-1].version}")
        for language in LANGUAGES:
            _check_text(said["text"], one.text[language], needed, banned)
        versions.append(one)
    return tuple(versions)


def _check_text(field: Field, text: str, needed: set[str], banned: tuple[str, ...]) -> None:
    places = _PLACE.findall(text)
    unknown = [place for place in places if place not in PARTS]
    if unknown or "{" in _PLACE.sub("", text) or "}" in _PLACE.sub("", text):
        raise field.wrong("field_malformed", f"{unknown}", f"Known parts: {', '.join(PARTS)}.")
    missing = needed - set(places)
    if missing:
        raise field.wrong("template_incomplete", ", ".join(sorted(missing)))
    said = [word for word in banned if word.lower() in text.lower()]
    if said:
        raise field.wrong("template_banned_word", ", ".join(said))


def read_failures(field: Field) -> tuple[dict[str, Failure], int]:
    """Read why debits fail and what follows, and within how many days a payday is waited for."""
    found = _body(field, ("payday_within", "failures"))
    failures = {}
    for name, entry in found["failures"].entries().items():
        said = entry.fields(("days", "payday", "tell"))
        # An empty list: it is not tried again.
        is_empty = said["days"].is_sequence() and said["days"].plain() == []
        days = () if is_empty else tuple(day.whole(0, 31) for day in said["days"].each())
        failures[name] = Failure(days, said["payday"].flag(), said["tell"].flag())
    return failures, found["payday_within"].whole(0, 31)
