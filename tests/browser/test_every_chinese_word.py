"""A Chinese page of the back office has no word of English in it but names, codes that are marked as such, and what people wrote.

Slow only for the number of pages: every one of them is asked for once.
"""

import json
import re
from collections.abc import Iterator
from html.parser import HTMLParser

import httpx
import pytest
from sqlalchemy import select

from plimsoll.app.database.schema import metadata
from plimsoll.app.show.roles import role_rows
from tests.browser.places import back_office
from tests.browser.site import Site

pytestmark = pytest.mark.slow

MARKED = {"script", "style", "code", "cite", "pre", "kbd", "svg", "title", "textarea"}
VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
WRITTEN = (
    "filing", "dossier", "dossier_filing", "approval", "approval_check", "access_user", "access_unit", "access_glass", "access_grant",
    "access_key", "access_event", "hook_endpoint", "test_clock", "artefact", "artefact_step",
)  # fmt: skip
"""Tables in which people's words and names stand."""
WORD = re.compile(r"[A-Za-z][A-Za-z0-9_.@/:~|-]*")
CODE = re.compile(r"[A-Z][A-Z0-9_.-]*|[0-9a-f]{8,}|[a-z]{2,5}_[0-9a-f_]+|.*[/@:.|].*|[a-z]\d.*|M\d\+?|t-\d.*|\w+-\d[\w-]*")
"""A currency, a rule, a digest, an id, an address, the name of a type or a permission, a bucket."""
NAMES = {
    *("Plimsoll", "Vasicek", "LendingClub", "Webhook", "replay-lendingclub", "replay-taiwan", "is", "missing", "in"),
    *("eligibility", "outcome", "policy", "review"),
    *("id", "note", "verdict", "reason", "payslip", "application", "Mei", "mei", "a year", "the desk is ill, and money waits"),
}
"""Proper names, tables of policy and their columns, and what people of this house call things that stand in none of WRITTEN."""


class Seen(HTMLParser):
    """The texts of a page that are neither marked as code nor in another language."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[tuple[str, bool]] = []
        self.texts: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = dict(attrs)
        is_marked = tag in MARKED or ("lang" in said and tag != "html") or "actor" in (said.get("class") or "").split()
        inside = bool(self.open) and self.open[-1][1]
        if tag not in VOID:
            self.open.append((tag, is_marked or inside))
        if not (is_marked or inside):
            self.texts += [said[name] or "" for name in ("title", "aria-label") if said.get(name)]

    def handle_endtag(self, tag: str) -> None:
        while self.open and self.open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        if self.open and not self.open[-1][1]:
            self.texts.append(" ".join(data.split()))


def strings(value: object) -> Iterator[str]:
    """Give every text in a value."""
    if isinstance(value, str):
        yield value.strip()
    elif isinstance(value, dict | list):
        for one in value.values() if isinstance(value, dict) else value:
            yield from strings(one)


def written(site: Site) -> set[str]:
    """Give what people of the house wrote, and what things of it are called."""
    found: set[str] = set(NAMES) | {one.role for one in role_rows(site.house.today())}
    for name in WRITTEN:
        for row in site.rows(select(metadata.tables[name])):
            for value in row:
                is_json = isinstance(value, str) and value[:1] in ("{", "[")
                texts = set(strings(json.loads(value) if is_json else value))
                found |= {one for one in texts if not is_json or not one.isalpha()}
    return found | {word for one in found for word in one.split() if "-" in one}


def test_a_chinese_page_has_no_english_in_its_data(site: Site) -> None:
    known, wrong = written(site), []
    people = sorted((one for one in known if " " in one), key=len, reverse=True)
    for place in back_office(site):
        if not place.who:
            continue
        cookies = {"plimsoll": site.session(str(place.who)), "plimsoll-language": "zh-CN"}
        page = Seen()
        page.feed(httpx.get(f"{site.address}/console{place.path}", cookies=cookies, timeout=60).text)
        for text in page.texts:
            bare = text
            for one in people:
                bare = bare.replace(one, "")
            words = [one.rstrip(".,:;-") for one in WORD.findall(bare)]
            if any(len(one) > 1 and one not in known and not CODE.fullmatch(one) for one in words):
                wrong.append(f"{place.name}: {text[:120]}")
    assert not wrong, "\n".join(sorted(set(wrong)))
