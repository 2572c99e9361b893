"""Every word of every page comes from the catalogue or is data.

In the stretched language what comes from the catalogue stands between brackets, so a heading, a label, a button or the head of a column
without them was written into the code. Borrowers read no English on a Chinese page. Slow only for the number of pages.
"""

import re
from collections.abc import Callable

import pytest

from tests.browser.places import BORROWER, CONSOLE, named
from tests.browser.site import Site, Window
from tests.browser.test_every_page import OVER, by_person, opened

pytestmark = [pytest.mark.browser, pytest.mark.slow]
FRAME = """() => [...document.querySelectorAll(
  'h2, thead th, label > span, button, summary, nav a span, caption, figcaption, .stat-name, .facts dt')]
  .map(one => { const copy = one.cloneNode(true);
    copy.querySelectorAll('[lang], .definition, .help, kbd, small, code, svg, .chip, a').forEach(part => part.remove());
    return copy.textContent.trim().replace(/\\s+/g, ' '); }).filter(text => text)"""
TEXTS = """() => { const found = [], walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) { const one = walk.currentNode, box = one.parentElement;
    if (!one.textContent.trim() || box.closest('script, style, code, pre, kbd, svg, .actor, button[lang]')) continue;
    if (box.checkVisibility()) found.push(one.textContent.trim().replace(/\\s+/g, ' ')); }
  return found; }"""
DATA = re.compile(r".*\[.*|[^A-Za-z]*|[A-Z]{3}|[A-Z]\d?\+?|[\w.-]+|\w+\.\w+.*|\{.*|[\d.,¥% ]+\w*|.*\d{4}-\d\d.*")
"""Between brackets, or figures, a currency, a bucket, one name or code, a day."""
GOODS = re.compile(r"[a-z]+( [a-z]+)?|Plimsoll.*|.*@.*")
"""What a merchant calls its goods; the name of the house."""


@pytest.mark.parametrize("width", [820, 1280])
def test_what_frames_a_page_of_the_back_office_is_in_the_catalogue(site: Site, window: Callable[..., Window], width: int) -> None:
    wrong = []
    for who, paths in by_person(CONSOLE, site).items():
        found = opened(window, who, "xx", width, root="/console")
        for path in paths:
            found.go(path)
            wrong += [f"{path}: {one}" for one in found.page.evaluate(FRAME) if not DATA.fullmatch(one)]
            wrong += [f"{path} over the edge: {one}" for one in found.page.evaluate(OVER)]
    assert wrong == []


def test_what_frames_a_borrower_page_is_in_the_catalogue(site: Site, window: Callable[..., Window]) -> None:
    given, wrong = named(site), []
    found = opened(window, given["customer"], "xx", 390)
    for name, path in BORROWER.items():
        if name != "sign-in":
            found.go(path.format(**given))
            wrong += [f"{path} over the edge: {one}" for one in found.page.evaluate(OVER)]
            wrong += [f"{path}: {one}" for one in found.page.evaluate(FRAME) if not DATA.fullmatch(one) and name not in OF_RULES]
    assert wrong == []


OF_RULES = ("b-apply", "b-consents", "b-learn")
"""Pages whose titles are those of purposes and lessons, which stand in both languages in the rulebook."""


def test_a_borrower_reads_no_english_on_a_chinese_page(site: Site, window: Callable[..., Window]) -> None:
    given, wrong = named(site), []
    pages = {one: opened(window, given[one], "zh-CN", 390) for one in ("customer", "late")}
    for name, path in BORROWER.items():
        if name == "sign-in":
            continue
        found = pages["late" if name == "b-overdue" else "customer"]
        found.go(path.format(**given))
        texts = found.page.evaluate(TEXTS)
        latin = [one for one in texts if re.search(r"[A-Za-z]{3}", one) and not re.search(r"[\u4e00-\u9fff]", one)]
        wrong += [
            f"{path}: {one}"
            for one in latin
            if not (name == "b-bills" and GOODS.fullmatch(one)) and not one.startswith(("Plimsoll", "demo"))
        ]
    assert wrong == []
