"""Every screen of the back office in the states that can be brought about: fresh, nothing found, no database, not allowed, waiting."""

import re

import pytest
from sqlalchemy.exc import OperationalError
from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.testclient import TestClient

from plimsoll.app.access.principal import Principal
from plimsoll.app.house import READ_ONLY
from plimsoll.app.open_door import open_door
from plimsoll.interfaces.console.serve import SCREENS, console
from plimsoll.interfaces.pages.visit import Visit
from plimsoll.servicing.open_customer import OpenCustomer
from plimsoll.servicing.open_line import OpenLine
from plimsoll.servicing.set_limit import SetLimit
from plimsoll.units.refusal import Refused
from tests import looked
from tests.made_house import session_of
from tests.people_of_house import Clock, house_of, settle

ROLES = {
    "all": ("auditor",),
    "risk": ("risk_analyst",),
    "sup": ("collections_supervisor",),
    "ops": ("it_ops",),
    "ada": ("tenant_admin",),
    "tre": ("treasury",),
    "com": ("compliance",),
    "eve": ("underwriter_2",),
    "val": ("model_validator",),
}
PLAIN = [one for one in SCREENS if "{" not in one.path and not one.is_open]
"""Screens whose address names nothing."""
NARROWED = {
    "sup": ("/cases?view=mine", "/cases?view=overdue", "/queues/hardship?view=held", "/complaints?view=overdue"),
    "eve": ("/reviews?view=mine", "/customers?status=frozen"),
    "all": ("/audit?customer=1",),
}


@pytest.fixture
def kind():
    """Pages say the same over either database."""
    return "sqlite"


@pytest.fixture
def house(store):
    with house_of(store, Clock()) as made:
        for user, roles in ROLES.items():
            settle(made, user, *roles)
        yield made


@pytest.fixture
def look(house):
    pages = looked.pages_of(house)
    return lambda user, language="en": looked.browser_of(house, pages, user, language, is_loud=False)


def test_every_screen_of_a_fresh_house_says_that_it_is_empty_and_breaks_nowhere(look):
    clients = {user: look(user, "zh-CN" if n % 2 else "en") for n, user in enumerate(ROLES)}
    wrong = []
    for screen in PLAIN:
        pages = (client.get(f"/console{screen.path}") for client in clients.values())
        page = next((one for one in pages if one.status_code not in (403, 404)), None)
        if page is None or page.status_code not in (200, 303):
            wrong.append((screen.name, page and page.status_code))
        elif re.search(r"<tbody>\s*</tbody>", page.text):
            wrong.append((screen.name, "an empty list that does not say so"))
    assert wrong == []


def test_a_list_that_is_narrowed_to_nothing_says_to_what_and_leads_back(look, house):
    house.execute(OpenCustomer("c1", 1, house.now().date()), actor="all")
    for user, paths in NARROWED.items():
        client = look(user)
        for path in paths:
            page = client.get(f"/console{path}").text
            assert "Asked for:" in page or "<tbody>" in page, path
            assert "Clear" in page or "<tbody>" in page, path


def test_what_somebody_may_not_see_says_which_permission_it_takes(look):
    clients = {user: look(user) for user in ROLES}
    for screen in (one for one in PLAIN if one.permission):
        refused = [page for client in clients.values() if (page := client.get(f"/console{screen.path}")).status_code == 403]
        for page in refused:
            assert screen.permission in page.text, screen.name
            assert "You may not see this" in page.text


def test_a_house_without_its_database_says_so_with_the_number_of_the_request(look, monkeypatch):
    client = look("all")

    def broken(*_, **__):
        raise OperationalError("SELECT 1", {}, Exception("connection refused"))

    monkeypatch.setattr(Visit, "may", broken)
    for path in ("/", "/ledger", "/audit", "/account"):
        page = client.get(f"/console{path}")
        assert page.status_code == 503, path
        assert "The database cannot be reached" in page.text
        assert "Nothing of what you sent was saved." in page.text
        assert re.search(r"req_[0-9a-f]{16}", page.text)
        assert page.headers["x-request-id"] in page.text


def test_what_changed_meanwhile_is_a_conflict_and_what_waits_is_said_on_its_page(look, house):
    today = house.now().date()
    house.execute(OpenCustomer("c1", 1, today), actor="all")
    house.execute(OpenLine("l1", 1, today, "CNY", 100_000, 100_000, 0), actor="all")
    ada = look("ada")
    page = ada.get("/console/users/risk").text
    token = re.search(r'name="form_token" value="([^"]+)"', page)[1]
    version = re.search(r'name="version" value="(\d+)"', page)[1]
    form = {"act": "lock", "key": "k", "form_token": token, "version": version, "reason": "left the house"}
    first, second = ada.post("/console/users/risk", data=form), ada.post("/console/users/risk", data=form | {"reason": "again"})
    strong = (first.status_code, second.status_code)
    assert strong in ((303, 409), (409, 409)), strong
    limit = SetLimit("s1", 1, today, "CNY", 19_000_000, 19_000_000, 0)
    asked = open_door(house).ask(Principal("eve", ("underwriter_2",), strong_at=house.now()), limit)
    assert hasattr(asked, "approval_id"), asked
    shown = look("com").get("/console/customers/1").text
    assert "Waits for agreement" in shown
    assert "asked for by eve" in shown


def test_a_house_that_only_reads_says_so_and_changes_nothing(house):
    house.execute(OpenCustomer("c1", 1, house.now().date()), actor="all")
    with house_of(house.store, Clock(), mode=READ_ONLY) as resting:
        client = TestClient(Starlette(routes=[Mount("/console", console(resting, open_door(resting)))]), "http://desk")
        client.cookies.set("plimsoll", session_of(resting, "com"))
        client.cookies.set("plimsoll-language", "en")
        page = client.get("/console/customers/1/acts/tell_contact_fact")
        assert "READ ONLY" in page.text
        token = re.search(r'name="form_token" value="([^"]+)"', page.text)[1]
        form = {"act": "ask", "key": "k", "form_token": token, "fact": "asked_to_stop"}
        asked = client.post("/console/customers/1/acts/tell_contact_fact", data=form)
        assert asked.status_code == 409
        assert Refused("mode_read_only").text("en")[:20] in asked.text
