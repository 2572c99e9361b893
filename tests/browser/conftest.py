"""What the tests in a browser share: one small house for the session, a Chromium a file, windows that fail on any complaint."""

import shutil
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.browser.site import PATIENCE, Site, Window, made_once, served

WIDTHS = {"/console": 1280, "/me": 390}
PATHS = ("chromium", "chromium-browser", "google-chrome")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, worker_id: str, chromium: Any) -> Iterator[Site]:
    """The house, served; it is not made where there is no browser to look at it."""
    base = tmp_path_factory.getbasetemp()
    shared = base if worker_id == "master" else base.parent
    with served(made_once(shared, tmp_path_factory.mktemp("browser"))) as found:
        yield found


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    """A Chromium without a screen, for one file of tests: while it is there, nothing else in this process may run a loop of its own."""
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed: make env")
    path = next(filter(None, map(shutil.which, PATHS)), None)
    if path is None:
        pytest.skip("there is no Chromium on this machine: apt-get install chromium")
    with playwright.sync_playwright() as started:
        browser = started.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"])
        yield browser
        browser.close()


@pytest.fixture
def window(site: Site, chromium: Any) -> Iterator[Callable[..., Window]]:
    """Open a window: of somebody of the staff by name, of a borrower by number, of nobody yet by "".

    What a page says on its console, and what it asks of another host, fails the test in the end.
    """
    opened: list[tuple[Any, Window]] = []

    def open_window(
        who: str | int = "", language: str = "en", *, root: str = "", width: int = 0, theme: str = "", address: str = "", **more: Any
    ) -> Window:
        root = root or ("/me" if isinstance(who, int) else "/console")
        context = chromium.new_context(viewport={"width": width or WIDTHS[root], "height": 860}, **more)
        context.set_default_timeout(PATIENCE * 1_000)
        token = (site.borrower(who) if isinstance(who, int) else site.session(who)) if who else ""
        kept = {"plimsoll": token, "plimsoll-language": language, "plimsoll-theme": theme}
        for url in (site.address, site.localhost):
            context.add_cookies([{"name": name, "value": value, "url": url} for name, value in kept.items() if value])
        found = Window(site, context.new_page(), language, root, address)
        opened.append((context, found))
        return found

    yield open_window
    said = [one for _, found in opened for one in found.said]
    for context, _ in opened:
        context.close()
    assert said == []
