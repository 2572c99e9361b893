"""Every page in a real browser: nothing in anybody's way, nothing over the edge, nothing from elsewhere.

Which screen is looked at, where and by whom stands in `places.py`; a screen that is not listed there fails a test. The back office, and
whatever is looked at in a second language, width and colour, is slow only because every page is made and drawn: about a minute each.
"""

from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

from plimsoll.interfaces.borrower.serve import SCREENS as BORROWER_SCREENS
from plimsoll.interfaces.console.serve import SCREENS as CONSOLE_SCREENS
from tests.browser.places import BORROWER, CONSOLE, NO_PAGES, Place, back_office, borrower_pages
from tests.browser.site import Site, Window

pytestmark = pytest.mark.browser
AXE = Path(__file__).resolve().parents[2] / "build" / "web" / "axe.js"
LOOK = """axe.run({resultTypes: ["violations"]}).then(found => found.violations
  .filter(one => ["serious", "critical"].includes(one.impact))
  .map(one => `${one.id}: ${one.nodes.length} x ${one.nodes[0].html.slice(0, 160)}`))"""
OVER = """() => { const wide = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= wide) return [];
  return [...document.querySelectorAll('body *')].filter(one => one.getBoundingClientRect().right > wide + 1 && !one.closest('.scroll'))
    .slice(0, 4).map(one => `${one.tagName}.${one.className} ${Math.round(one.getBoundingClientRect().right)}`); }"""

PUSHED = """() => [...document.querySelectorAll('.scroll')].filter(one => one.scrollWidth > one.clientWidth + 1 && one.checkVisibility())
  .map(one => `${one.getAttribute('aria-label')} by ${one.scrollWidth - one.clientWidth}`)"""
WIDE = ("policy-page", "policy-draft", "tender-page")
"""Pages with tables that nobody made for a tablet: the columns of a decision table are the lender's own, and a bid has its hash."""


def opened(window: Callable[..., Window], who: str | int, language: str, width: int = 0, theme: str = "", root: str = "") -> Window:
    return window(who, language, root=root, width=width, theme=theme, bypass_csp=True)


def test_every_screen_is_looked_at() -> None:
    for screens, listed in ((CONSOLE_SCREENS, CONSOLE), (BORROWER_SCREENS, BORROWER)):
        assert {one.name for one in screens} - set(NO_PAGES) == set(listed)


def look(found: Window, place: Place) -> list[str]:
    """Give what is wrong with a page: what stands over its edge, columns that have to be pushed, what axe finds."""
    path = place.path
    found.go(path)
    wrong = [f"{path} over the edge: {one}" for one in found.page.evaluate(OVER)]
    if place.name not in WIDE:
        wrong += [f"{path} to be pushed: {one}" for one in found.page.evaluate(PUSHED)]
    if AXE.exists():
        found.page.add_script_tag(path=str(AXE))
        wrong += [f"{path} {one}" for one in found.page.evaluate(LOOK)]
    return wrong


def by_person(places: Iterable[Place]) -> dict[str | int, list[Place]]:
    """Give who looks at which pages, so that each needs one window."""
    found: dict[str | int, list[Place]] = {}
    for place in places:
        found.setdefault(place.who, []).append(place)
    return found


@pytest.mark.slow
@pytest.mark.parametrize(("language", "width", "theme"), [("zh-CN", 1280, "dark"), ("en", 820, "")])
def test_nothing_stands_in_the_way_in_the_back_office(site: Site, window: Callable[..., Window], language, width, theme) -> None:
    if not AXE.exists():
        pytest.skip("axe is not here, so pages are not looked at with it: python tools/web.py --dev")
    wrong = []
    for who, places in by_person(back_office(site)).items():
        found = opened(window, who, language, width, theme, root="/console")
        for place in places:
            wrong += look(found, place)
    assert wrong == []


@pytest.mark.parametrize(("language", "theme"), [("zh-CN", "dark"), pytest.param("en", "", marks=pytest.mark.slow)])
def test_nothing_stands_in_a_borrowers_way(site: Site, window: Callable[..., Window], language: str, theme: str) -> None:
    if not AXE.exists():
        pytest.skip("axe is not here, so pages are not looked at with it: python tools/web.py --dev")
    wrong = []
    for who, places in by_person(borrower_pages(site)).items():
        found = opened(window, who, language, 390, theme, root="/me")
        for place in places:
            wrong += look(found, place)
    assert wrong == []
