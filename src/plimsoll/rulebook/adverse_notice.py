"""The words in which a borrower is told that an adverse record is about to go to the credit bureau: dated versions, in both languages."""

import functools
import re
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Final, NamedTuple

from plimsoll.rulebook.read import Field, read
from plimsoll.rulebook.rule import CONFIDENCES, read_title
from plimsoll.units.refusal import LANGUAGES, Malformed

FILE: Final = Path(__file__).parent.joinpath("policy", "credit", "notice.yaml")
PARTS: Final = frozenset(("lender", "product", "loan", "due_on", "amount", "until", "phone"))
"""What every text has to say."""
_PLACE: Final = re.compile(r"\{([^{}]*)\}")


class Words(NamedTuple):
    """One version of the notice, in force from a day until the next; the text by language."""

    version: int
    since: date
    text: Mapping[str, str]

    def filled(self, language: str, parts: Mapping[str, str]) -> str:
        """Give the notice in a language, with what belongs into it."""
        return _PLACE.sub(lambda place: parts[place[1]], self.text[language]).strip()


@functools.cache
def load(file: Path = FILE) -> tuple[Words, ...]:
    """Read every version, oldest first. Raises Malformed with file, line and key: template_incomplete, field_malformed, rule_overlap."""
    found = read(file, file.name).fields(("from", "source", "confidence", "review_by", "versions"))
    found["source"].text()
    found["confidence"].one_of(CONFIDENCES)
    found["review_by"].date()
    versions: list[Words] = []
    for entry in found["versions"].each():
        said = entry.fields(("version", "from", "text"))
        one = Words(said["version"].whole(1, 999), said["from"].date(), read_title(said["text"]))
        if versions and (one.version <= versions[-1].version or one.since <= versions[-1].since):
            raise entry.wrong("rule_overlap", f"version {one.version} from {one.since}")
        for language in LANGUAGES:
            _check(said["text"], one.text[language])
        versions.append(one)
    return tuple(versions)


def words_on(on: date) -> Words:
    """Give the version in force on a day; raises Malformed template_not_in_force."""
    found = next((one for one in reversed(load()) if one.since <= on), None)
    if found is None:
        raise Malformed("template_not_in_force", f"{on}")
    return found


def _check(field: Field, text: str) -> None:
    places = set(_PLACE.findall(text))
    if places - PARTS:
        raise field.wrong("field_malformed", f"{sorted(places - PARTS)}", f"Known parts: {', '.join(sorted(PARTS))}.")
    if PARTS - places:
        raise field.wrong("template_incomplete", ", ".join(sorted(PARTS - places)))
