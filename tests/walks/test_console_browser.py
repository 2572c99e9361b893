"""The back office in a real browser: nothing serious for those who need help to see it, and a checker's work without a mouse.

Slow: it starts Chromium and a server, and looks at some thirty pages. It skips where Chromium or axe is not installed, and says so.
"""

import shutil
import socket
import threading
import time
from pathlib import Path

import pytest
import uvicorn
from sqlalchemy import select
from starlette.applications import Starlette
from starlette.routing import Mount

from plimsoll.app.database.schema import fact, filing, line, loan, loan_state
from plimsoll.app.database.schema_access import approval
from plimsoll.app.open_door import open_door
from plimsoll.interfaces.console.serve import console
from plimsoll.loan.facts import KINDS
from tests.made_house import made_house, session_of

AXE = Path(__file__).resolve().parents[2] / "build" / "web" / "axe.js"
LOOK = """axe.run().then(found => found.violations.filter(one => ["serious", "critical"].includes(one.impact))
  .map(one => `${one.id}: ${one.nodes[0].html.slice(0, 100)}`))"""
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """A house served on a port of this machine: the house and the address."""
    with made_house(tmp_path_factory.mktemp("house")) as house, socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        app = Starlette(routes=[Mount("/console", console(house, open_door(house)))])
        server = uvicorn.Server(uvicorn.Config(app, log_level="error", lifespan="off"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [bound]}, daemon=True)
        thread.start()
        while not server.started:
            time.sleep(0.05)
        yield house, f"http://127.0.0.1:{bound.getsockname()[1]}"
        server.should_exit = True
        thread.join(10)


@pytest.fixture(scope="module")
def chromium():
    playwright = pytest.importorskip("playwright.sync_api")
    path = shutil.which("chromium")
    if path is None:
        pytest.skip("Chromium is not installed: apt-get install chromium")
    with playwright.sync_playwright() as started:
        browser = started.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-gpu"])
        yield browser
        browser.close()


@pytest.fixture
def opened(site, chromium):
    """Open a window of somebody of the staff; what the page says on its console, and what it could not load, is a failure."""
    house, address = site
    windows = []

    def window(user, language="en", width=1280, theme="", *, checks=False):
        context = chromium.new_context(viewport={"width": width, "height": 900}, bypass_csp=checks)
        kept = {"plimsoll": session_of(house, user), "plimsoll-language": language, **({"plimsoll-theme": theme} if theme else {})}
        context.add_cookies([{"name": name, "value": value, "url": address} for name, value in kept.items()])
        page = context.new_page()
        said = []
        page.on("console", lambda message: said.append(message.text))
        page.on("request", lambda request: request.url.startswith(address) or said.append(f"asked {request.url}"))
        windows.append((context, said))
        return page, said

    yield window
    for context, _ in windows:
        context.close()


def pages_of(house):
    """Give who looks at which pages."""
    with house.store.engine.connect() as connection:
        customer, number = connection.execute(
            select(loan.c.customer_id, loan.c.loan_id).where(loan.c.product == "cash-line").limit(1)
        ).one()
        applied = connection.execute(select(filing.c.customer_id, filing.c.subject).where(filing.c.kind == "decision").limit(1)).one()
    return {
        "ana": ["/customers", f"/customers/{customer}", f"/customers/{customer}/loans/{number}", "/complaints", "/find?q=7"],
        "eve": ["/reviews", f"/reviews/{applied[0]}/{applied[1]}", "/approvals"],
        "sup": ["/cases", "/agencies"],
        "ris": ["/", "/monitoring", "/models", "/policies"],
        "fin": ["/close", "/ledger", "/rules"],
        "tre": ["/treasury"],
        "ada": ["/users", "/users/col"],
        "ops": ["/developers"],
    }


@pytest.mark.parametrize(("language", "width", "theme"), [("en", 1280, ""), ("zh-CN", 820, "dark")])
def test_nothing_serious_stands_in_anybodys_way(site, opened, language, width, theme):
    if not AXE.exists():
        pytest.skip("axe is not here: python tools/web.py --dev")
    house, address = site
    for user, paths in pages_of(house).items():
        page, said = opened(user, language, width, theme, checks=True)
        for path in paths:
            assert page.goto(f"{address}/console{path}").status == 200, path
            assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, f"{path} runs over at {width}"
            page.add_script_tag(path=str(AXE))
            assert page.evaluate(LOOK) == [], path
        assert said == [], user


def test_a_stretched_language_runs_over_nothing(site, opened):
    house, address = site
    for user, paths in pages_of(house).items():
        page, _ = opened(user, "xx")
        for path in paths:
            page.goto(f"{address}/console{path}")
            assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, path


def test_the_policy_of_the_pages_lets_them_work(site, opened):
    _, address = site
    page, said = opened("ris")
    page.goto(f"{address}/console/")
    page.wait_for_function("document.querySelector('figure canvas') !== null")
    page.get_by_role("button", name="What is Principal?").click()
    assert page.get_by_role("note").filter(has_text="Principal outstanding").is_visible()
    assert said == []


def test_a_checker_needs_no_mouse(site, opened):
    house, address = site
    with house.store.engine.connect() as connection:
        repaid = connection.execute(
            select(fact.c.customer_id, fact.c.loan_id, fact.c.n)
            .join(loan_state, (loan_state.c.customer_id == fact.c.customer_id) & (loan_state.c.loan_id == fact.c.loan_id))
            .where(fact.c.kind == KINDS["repaid"], loan_state.c.status == 1)
            .limit(1)
        ).one()
    fin, said = opened("fin")
    fin.goto(f"{address}/console/customers/{repaid.customer_id}/loans/{repaid.loan_id}")
    fin.keyboard.press("r")
    fin.keyboard.type(str(repaid.n))
    fin.keyboard.press("Tab")
    fin.keyboard.type("the bank sent it back")
    fin.keyboard.press("Enter")
    fin.wait_for_selector("#effect")
    fin.locator("details[open] input[name=reason]").focus()
    fin.keyboard.press("Tab")
    fin.keyboard.press("Tab")
    fin.keyboard.press("Enter")
    fin.wait_for_url("**done=done.waiting**")
    com, heard = opened("com")
    com.goto(f"{address}/console/")
    com.keyboard.press("g")
    com.keyboard.press("i")
    com.wait_for_url("**/approvals")
    com.keyboard.press("j")
    com.keyboard.press("Enter")
    com.wait_for_url("**/approvals/*")
    assert "asset.loan.principal" in com.content()
    com.keyboard.press("a")
    com.keyboard.type("seen")
    com.keyboard.press("Tab")
    com.keyboard.press("Enter")
    com.wait_for_url("**done=done.approval.executed**")
    with house.store.engine.connect() as connection:
        assert connection.scalar(select(approval.c.state).where(approval.c.verb == "reverse")) == "executed"
    assert said == heard == []


def test_the_search_opens_a_customer_by_keys(site, opened):
    house, address = site
    with house.store.engine.connect() as connection:
        customer = connection.scalar(select(line.c.customer_id).where(line.c.status == "open").limit(1))
    page, said = opened("ana")
    page.goto(f"{address}/console/customers")
    page.keyboard.press("/")
    page.keyboard.type(f"cus_{customer}")
    page.wait_for_selector("#found a")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/customers/{customer}")
    assert said == []


def test_the_back_button_shows_nothing_once_somebody_signed_out(site, opened):
    _, address = site
    page, _ = opened("ana")
    page.goto(f"{address}/console/customers")
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url("**/sign-in?**")
    page.go_back()
    page.wait_for_url("**/sign-in**")
    assert "Customers" not in page.title()


def test_pages_work_without_scripts(site, chromium):
    house, address = site
    context = chromium.new_context(java_script_enabled=False)
    context.add_cookies([{"name": "plimsoll", "value": session_of(house, "ris"), "url": address}])
    page = context.new_page()
    page.goto(f"{address}/console/")
    assert page.locator("figure table").first.is_visible(), "the table of a chart is open"
    context.close()
