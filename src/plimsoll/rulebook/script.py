"""Scripts of contacts with a case: what is said, in dated versions and both languages, with what the law of a country asks to be said.

A script without a mandatory part is refused on load, and so is an opening that tells of a debt before it is known who listens.
"""

import functools
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final, NamedTuple

from plimsoll.rulebook.headed import read_headed
from plimsoll.rulebook.read import Field, read
from plimsoll.rulebook.rule import read_title
from plimsoll.units.refusal import LANGUAGES

FILE: Final = Path(__file__).parent.joinpath("policy", "collections", "scripts.yaml")
PARTS: Final = ("caller", "voice", "lender", "recorded", "name", "amount", "days", "help", "notice")
"""What fills a script: who calls, a person or a machine, for whom, that it is recorded, whom one asks for, what is owed."""
OF_THE_DEBT: Final = frozenset(("amount", "days", "notice"))
OPENING, BODY, CLOSING, MESSAGE = "opening", "body", "closing", "message"
OF_A_CALL: Final = (OPENING, BODY, CLOSING)
LEAST: Final[Mapping[str, frozenset[str]]] = {
    OPENING: frozenset(("caller", "recorded", "name")),
    BODY: frozenset(("amount",)),
    CLOSING: frozenset(("help",)),
    MESSAGE: frozenset(("lender", "amount", "help")),
}
"""What no country may do without."""
PHRASES: Final = ("recorded", "voice_person", "voice_machine", "caller_machine", "help", "notice")
TONES: Final = ("gentle", "plain", "firm")
_PLACE: Final = re.compile(r"\{([^{}]*)\}")


class Version(NamedTuple):
    """One version of a script, in force from a day until the next: its texts by part and language."""

    version: int
    since: date
    text: Mapping[str, Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class Script:
    """A script by name, with its versions, oldest first."""

    name: str
    title: Mapping[str, str]
    tone: str
    is_message: bool
    countries: tuple[str, ...]
    versions: tuple[Version, ...]


@dataclass(frozen=True, slots=True)
class Scripts:
    """Every script, and the phrases that stand for {recorded}, {voice}, {help} and {notice}."""

    by_name: Mapping[str, Script]
    phrases: Mapping[str, Mapping[str, str]]

    def version(self, name: str, on: date) -> Version | None:
        """Give the version of a script in force on a day; None before the first, and for "none"."""
        script = self.by_name.get(name)
        return next((one for one in reversed(script.versions) if one.since <= on), None) if script is not None else None

    def filled(self, name: str, on: date, language: str, parts: Mapping[str, str], *, is_machine: bool = False) -> dict[str, str]:
        """Give the texts of a script on a day, in a language, with what belongs into them; {} where there is none.

        A machine says that it is one, and goes by no name of a person.
        """
        version = self.version(name, on)
        if version is None:
            return {}
        said = {phrase: self.phrases[phrase][language] for phrase in ("recorded", "help", "notice")}
        said["voice"] = self.phrases["voice_machine" if is_machine else "voice_person"][language]
        said.update(parts)
        if is_machine:
            said["caller"] = self.phrases["caller_machine"][language]
        return {part: _PLACE.sub(lambda place: said.get(place[1], place[0]), text[language]) for part, text in version.text.items()}


@functools.cache
def load(file: Path = FILE) -> Scripts:
    """Read and check all scripts, once for each file.

    Raises Malformed with file, line and key: script_incomplete, script_tells_debt, template_banned_word, field_malformed, rule_overlap.
    """
    found = read_headed(read(file, f"policy/collections/{file.name}"), ("mandatory", "phrases", "banned", "scripts"))
    mandatory = {country: _read_mandatory(entry) for country, entry in found["mandatory"].entries().items()}
    banned = tuple(word.text().lower() for word in found["banned"].each())
    phrases = {name: read_title(entry) for name, entry in found["phrases"].fields(PHRASES).items()}
    asked = _Asked(mandatory, banned)
    return Scripts({name: _read_script(name, entry, asked) for name, entry in found["scripts"].entries().items()}, phrases)


class _Asked(NamedTuple):
    """What is asked of every text: parts by country and place, and words that no text holds."""

    mandatory: Mapping[str, Mapping[str, frozenset[str]]]
    banned: tuple[str, ...]


def _read_mandatory(field: Field) -> dict[str, frozenset[str]]:
    """Read what a country asks for; it cannot ask for less than every country does."""
    found = {part: frozenset(entry.words(PARTS)) for part, entry in field.fields((*OF_A_CALL, MESSAGE)).items()}
    for part, least in LEAST.items():
        if not least <= found[part]:
            raise field.wrong("script_incomplete", f"{part}: {', '.join(sorted(least - found[part]))}")
    return found


def _read_script(name: str, field: Field, asked: _Asked) -> Script:
    found = field.fields(("title", "tone", "is_message", "countries", "versions"))
    countries = found["countries"].words(tuple(asked.mandatory))
    is_message = found["is_message"].flag()
    versions: list[Version] = []
    for entry in found["versions"].each():
        parts = (BODY,) if is_message else OF_A_CALL
        said = entry.fields(("version", "from", *parts))
        texts = {part: read_title(said[part]) for part in parts}
        one = Version(said["version"].whole(1, 999), said["from"].date(), texts)
        if versions and (one.version <= versions[-1].version or one.since <= versions[-1].since):
            raise entry.wrong("rule_overlap", f"version {one.version} from {one.since}, after version {versions[-1].version}")
        for part in parts:
            place = MESSAGE if is_message else part
            needed = frozenset().union(*(asked.mandatory[country][place] for country in countries))
            for language in LANGUAGES:
                _check(said[part], texts[part][language], place, needed, asked.banned)
        versions.append(one)
    return Script(name, read_title(found["title"]), found["tone"].one_of(TONES), is_message, countries, tuple(versions))


def _check(field: Field, text: str, place: str, needed: frozenset[str], banned: tuple[str, ...]) -> None:
    """Refuse a text that lacks what is needed, says what it may not, or names what nobody can fill in."""
    places = set(_PLACE.findall(text))
    unknown = places - set(PARTS)
    if unknown or "{" in _PLACE.sub("", text) or "}" in _PLACE.sub("", text):
        raise field.wrong("field_malformed", f"{sorted(unknown)}", f"Known parts: {', '.join(PARTS)}.")
    if not needed <= places:
        raise field.wrong("script_incomplete", ", ".join(sorted(needed - places)))
    if place == OPENING and places & OF_THE_DEBT:
        raise field.wrong("script_tells_debt", ", ".join(sorted(places & OF_THE_DEBT)))
    said = [word for word in banned if word in text.lower()]
    if said:
        raise field.wrong("template_banned_word", ", ".join(said))
