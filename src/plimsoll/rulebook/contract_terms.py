"""The words of a contract beside its numbers: title, lines of the summary, and articles."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final, NamedTuple

from plimsoll.rulebook.read import Field
from plimsoll.rulebook.rule import read_title

VERSION_MAX: Final = 999


class Article(NamedTuple):
    """One article: its heading and its text, by language."""

    heading: Mapping[str, str]
    text: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class ContractTerms:
    """A version of the terms, in force from a day; names in braces stand for what the lender's file says."""

    version: int
    since: date
    title: Mapping[str, str]
    summary: tuple[Mapping[str, str], ...]
    articles: tuple[Article, ...]


def read_contract(field: Field) -> ContractTerms:
    """Read the file of contract terms. Raises Malformed with file, line and key."""
    found = field.fields(("contract",))["contract"].fields(("version", "from", "title", "summary", "articles"))
    articles = [entry.fields(("heading", "text")) for entry in found["articles"].each()]
    return ContractTerms(
        version=found["version"].whole(1, VERSION_MAX),
        since=found["from"].date(),
        title=read_title(found["title"]),
        summary=tuple(read_title(line) for line in found["summary"].each()),
        articles=tuple(Article(read_title(article["heading"]), read_title(article["text"])) for article in articles),
    )
