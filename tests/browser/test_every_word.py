"""Every word of every page comes from the catalogue or is data.

In the stretched language what comes from the catalogue stands between brackets, so a heading, a label, a button or the head of a column
without them was written into the code. Borrowers read no English on a Chinese page. Slow only for the number of pages.
"""

import re
from collections.abc import Callable

import pytest

from tests.browser.places import back_office, borrower_pages
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
    for who, places in by_person(back_office(site)).items():
        found = opened(window, who, "xx", width, root="/console")
        for _, _, path in places:
            found.go(path)
            wrong += [f"{path}: {one}" for one in found.page.evaluate(FRAME) if not DATA.fullmatch(one)]
            wrong += [f"{path} over the edge: {one}" for one in found.page.evaluate(OVER)]
    assert wrong == []


def test_what_frames_a_borrower_page_is_in_the_catalogue(site: Site, window: Callable[..., Window]) -> None:
    wrong = []
    for who, places in by_person(borrower_pages(site)).items():
        found = opened(window, who, "xx", 390, root="/me")
        for name, _, path in places:
            found.go(path)
            wrong += [f"{path} over the edge: {one}" for one in found.page.evaluate(OVER)]
            wrong += [f"{path}: {one}" for one in found.page.evaluate(FRAME) if not DATA.fullmatch(one) and name not in OF_RULES]
    assert wrong == []


OF_RULES = ("b-apply", "b-consents", "b-learn", "b-contract", "b-costs", "b-sign", "b-convert-costs", "b-offer")
"""Pages whose titles are those of purposes and lessons, of contracts and tables of costs: both languages stand in the rulebook."""
PROOF = re.compile(r"[0-9a-f]{32,}|\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC[+-]\d+")
"""What a contract proves itself by: a digest, an instant."""


def test_a_borrower_reads_no_english_on_a_chinese_page(site: Site, window: Callable[..., Window]) -> None:
    wrong = []
    for who, places in by_person(borrower_pages(site)).items():
        found = opened(window, who, "zh-CN", 390, root="/me")
        for name, _, path in places:
            found.go(path)
            texts = found.page.evaluate(TEXTS)
            latin = [one for one in texts if re.search(r"[A-Za-z]{3}", one) and not re.search(r"[\u4e00-\u9fff]", one)]
            ours = [one for one in latin if not PROOF.fullmatch(one) and not one.startswith(("Plimsoll", "demo"))]
            wrong += [f"{path}: {one}" for one in ours if not (name == "b-bills" and GOODS.fullmatch(one))]
    assert wrong == []
