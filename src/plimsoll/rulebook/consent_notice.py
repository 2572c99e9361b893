"""What a person is asked to agree to: purposes, and the dated versions of the notice that explains each."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final, NamedTuple

from plimsoll.rulebook.read import Field
from plimsoll.rulebook.rule import read_title

VERSION_MAX: Final = 999
_NAME: Final = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")


class Notice(NamedTuple):
    """One version of what is told before somebody agrees, in force from a day until the next version."""

    version: int
    since: date
    text: Mapping[str, str]  # by language


@dataclass(frozen=True, slots=True)
class Purpose:
    """What data are used for. `is_required`: no service without it; `is_separate`: the law wants a consent of its own."""

    name: str
    title: Mapping[str, str]
    is_required: bool
    is_separate: bool
    articles: tuple[str, ...]
    versions: tuple[Notice, ...]

    def notice(self, on: date) -> Notice | None:
        """Give the version in force on a day; None before the first."""
        return next((notice for notice in reversed(self.versions) if notice.since <= on), None)


def read_purposes(field: Field) -> dict[str, Purpose]:
    """Read a file of purposes by name. Raises Malformed with file, line and key."""
    return {name: _read_purpose(name, entry) for name, entry in field.fields(("purposes",))["purposes"].entries().items()}


def _read_purpose(name: str, field: Field) -> Purpose:
    if not _NAME.fullmatch(name):
        raise field.wrong("field_malformed", f"{name!r}", "Lower-case words joined by _.")
    found = field.fields(("title", "required", "separate", "articles", "versions"))
    versions: list[Notice] = []
    for entry in found["versions"].each():
        said = entry.fields(("version", "from", "text"))
        notice = Notice(said["version"].whole(1, VERSION_MAX), said["from"].date(), read_title(said["text"]))
        if versions and (notice.version <= versions[-1].version or notice.since <= versions[-1].since):
            raise entry.wrong("rule_overlap", f"version {notice.version} from {notice.since}, after version {versions[-1].version}")
        versions.append(notice)
    return Purpose(
        name=name,
        title=read_title(found["title"]),
        is_required=found["required"].flag(),
        is_separate=found["separate"].flag(),
        articles=tuple(article.text() for article in found["articles"].each()),
        versions=tuple(versions),
    )
