"""What a borrower learns before borrowing: short pages and a few questions, in dated versions."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final, NamedTuple

from plimsoll.rulebook.read import Field
from plimsoll.rulebook.rule import read_title

LETTERS: Final = "abcdef"
VERSION_MAX: Final = 999


class Question(NamedTuple):
    """A question with its options, by language; `right` is the letter of the one that is, `because` is told with the answer."""

    ask: Mapping[str, str]
    options: tuple[Mapping[str, str], ...]
    right: str
    because: Mapping[str, str]

    @property
    def letters(self) -> str:
        """Give the letters that can be answered."""
        return LETTERS[: len(self.options)]


class LessonVersion(NamedTuple):
    """One version of a lesson, in force from a day until the next."""

    version: int
    since: date
    pages: tuple[Mapping[str, str], ...]
    questions: tuple[Question, ...]


@dataclass(frozen=True, slots=True)
class Lesson:
    """A lesson with all its versions, oldest first."""

    name: str
    title: Mapping[str, str]
    versions: tuple[LessonVersion, ...]

    def at(self, on: date) -> LessonVersion | None:
        """Give the version in force on a day; None before the first."""
        return next((version for version in reversed(self.versions) if version.since <= on), None)


def read_lessons(field: Field) -> dict[str, Lesson]:
    """Read a file of lessons by name. Raises Malformed with file, line and key."""
    lessons: dict[str, Lesson] = {}
    for name, entry in field.fields(("lessons",))["lessons"].entries().items():
        found = entry.fields(("title", "versions"))
        versions: list[LessonVersion] = []
        for said in found["versions"].each():
            version = _read_version(said)
            if versions and (version.version <= versions[-1].version or version.since <= versions[-1].since):
                raise said.wrong("rule_overlap", f"version {version.version} from {version.since}, after version {versions[-1].version}")
            versions.append(version)
        lessons[name] = Lesson(name, read_title(found["title"]), tuple(versions))
    return lessons


def _read_version(field: Field) -> LessonVersion:
    found = field.fields(("version", "from", "pages", "questions"))
    return LessonVersion(
        version=found["version"].whole(1, VERSION_MAX),
        since=found["from"].date(),
        pages=tuple(read_title(page) for page in found["pages"].each()),
        questions=tuple(_read_question(question) for question in found["questions"].each()),
    )


def _read_question(field: Field) -> Question:
    found = field.fields(("ask", "options", "right", "because"))
    options = tuple(read_title(option) for option in found["options"].each())
    if not 2 <= len(options) <= len(LETTERS):
        raise found["options"].wrong("field_malformed", f"{len(options)} options", f"From 2 to {len(LETTERS)}.")
    right = found["right"].one_of(LETTERS[: len(options)])
    return Question(read_title(found["ask"]), options, right, read_title(found["because"]))
