"""The index of the documentation names every page once, and a stranger gets from it to each."""

import re

from tests.tidy.source import ROOT, files, text

DOCS = ROOT / "docs"
LINK = re.compile(r"\]\(([^)#\s]+)(?:#[^)]*)?\)")
ANCHOR = re.compile(r"\]\(([^)#\s]*)#([^)\s]+)\)")
APART = {"decisions"}
"""Has an index of its own, which a test of its own holds to it."""


def test_every_page_is_linked_from_the_index_and_none_twice():
    linked = [target for target in LINK.findall(text(DOCS / "README.md")) if "://" not in target]
    twice = sorted({target for target in linked if linked.count(target) > 1})
    assert not twice, twice
    pages = {path.relative_to(DOCS).as_posix() for path in files() if path.suffix == ".md" and path.is_relative_to(DOCS)}
    pages = {page for page in pages if page.partition("/")[0] not in APART and page != "README.md"}
    missing = sorted(pages - set(linked))
    assert not missing, f"link these from docs/README.md: {missing}"


def anchors(page: str) -> set[str]:
    """The anchors of the headings of a page, as they are made of their words."""
    heads = re.findall(r"^#+ (.+)$", page, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in heads}


def test_links_into_pages_lead_to_a_heading():
    broken = []
    for page in (path for path in files() if path.suffix == ".md" and path.is_relative_to(DOCS)):
        for target, anchor in ANCHOR.findall(text(page)):
            where = page if not target else page.parent / target
            if "://" not in target and where.suffix == ".md" and where.exists() and anchor not in anchors(text(where)):
                broken.append(f"{page.relative_to(DOCS)} -> {target}#{anchor}")
    assert not broken, broken
