"""Every role at its desk: it signs in, everything its navigation names is there for it, and what it is for can be reached from there."""

import re
from datetime import date
from html import unescape
from types import SimpleNamespace

import pytest
from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.testclient import TestClient

from plimsoll.app.access.role import roles_on
from plimsoll.app.execute import Answer
from plimsoll.app.open_door import open_door
from plimsoll.app.posting import KINDS
from plimsoll.app.treasury.disclose import Event
from plimsoll.collections.timeline import TITLES
from plimsoll.interfaces.console import calls, funders, notice
from plimsoll.interfaces.console.serve import console
from plimsoll.interfaces.pages import words
from plimsoll.interfaces.pages.visit import Visit
from plimsoll.simulator.fund import made_up
from tests.browser.desks import TENDER, leave_agency, leave_tender
from tests.made_house import hire, made_house, session_of

ELSEWHERE = {"borrower": "the borrower pages", "merchant_key": "the API", "partner_key": "the API", "house_job": "the command line"}
"""Roles whose people, or machines, do not come to the back office."""
PARTY = {"agency_staff": "north", "funder": "river-bank", "bidder": "hengshan"}
FOR = {
    "servicing": ("/customers", "/complaints", "/loans"),
    "underwriter_1": ("/reviews",),
    "underwriter_2": ("/reviews", "/approvals", "/customers"),
    "collector": ("/cases",),
    "collections_supervisor": ("/cases", "/placements", "/agencies", "/calls", "/approvals"),
    "risk_analyst": ("/policies", "/models", "/monitoring", "/portfolio"),
    "model_validator": ("/models", "/portfolio"),
    "compliance": ("/complaints", "/calls", "/audit", "/approvals", "/emergency", "/tenders"),
    "auditor": ("/audit", "/ledger", "/close", "/tenders", "/users"),
    "treasury": ("/treasury", "/tenders", "/approvals", "/ledger"),
    "finance": ("/ledger", "/close", "/packages", "/tenders", "/portfolio"),
    "product_admin": ("/policies", "/rules", "/approvals"),
    "it_ops": ("/close", "/developers", "/emergency"),
    "tenant_admin": ("/users", "/emergency", "/approvals"),
    "support_engineer": ("/close", "/emergency", "/developers"),
    "break_glass": ("/customers", "/close", "/treasury"),
    "agency_staff": ("/agencies/north", "/cases"),
    "funder": ("/treasury/river-bank",),
    "bidder": ("/tenders",),
}
"""What each role is for, as pages of its navigation."""


@pytest.fixture(scope="module")
def pages(tmp_path_factory):
    folder = tmp_path_factory.mktemp("roles")
    with pytest.MonkeyPatch.context() as patch, made_house(folder, people=12, months=2) as house:
        patch.setenv("PLIMSOLL_TAPE", str(folder / "tape"))
        leave_agency(house)
        leave_tender(house)
        for command in made_up(house.today(), 3):
            assert isinstance(house.execute(command, actor="treasury"), Answer)
        for role in FOR:
            hire(house, f"one-{role.replace('_', '-')}", (role,), PARTY.get(role, ""))
        hire(house, "one-of-nowhere", ("agency_staff",), "nowhere")
        app = Starlette(routes=[Mount("/console", console(house, open_door(house)))])

        def opened(role, language="en", user=""):
            client = TestClient(app, "http://desk", follow_redirects=True)
            client.cookies.set("plimsoll", session_of(house, user or f"one-{role.replace('_', '-')}"))
            client.cookies.set("plimsoll-language", language)
            return client

        yield opened


def navigation(page):
    return re.findall(r'href="/console([^"]*)"', page.partition('<nav class="side"')[2].partition("</nav>")[0])


def test_every_role_has_a_desk_or_a_reason_why_not():
    assert set(FOR) | set(ELSEWHERE) == {str(one) for one in roles_on(date.max)}


@pytest.mark.parametrize("role", list(FOR))
def test_everything_in_the_navigation_of_a_role_is_there_and_is_what_it_is_for(pages, role):
    client = pages(role, "zh-CN" if len(role) % 2 else "en")
    home = client.get("/console/")
    assert home.status_code == 200
    ways = navigation(home.text)
    assert set(FOR[role]) <= set(ways), set(FOR[role]) - set(ways)
    for way in ways:
        page = client.get(f"/console{way}")
        assert page.status_code == 200, way
        crumbs = page.text.partition('<nav class="above"')[2].partition("</nav>")[0]
        for above in re.findall(r'href="/console([^"]*)"', crumbs):
            assert client.get(f"/console{above}").status_code == 200, f"{way} leads up to {above}"


@pytest.mark.parametrize("role", ["collector", "collections_supervisor", "model_validator", "treasury", "product_admin", "servicing"])
def test_no_link_leads_where_one_may_not_go(pages, role):
    client, seen, shapes = pages(role), {"/"}, set()
    waiting = ["/"]
    while waiting:
        way = waiting.pop()
        page = client.get(f"/console{way}")
        assert page.status_code == 200, way
        for link in re.findall(r'href="/console(/[^"#]*)"', page.text):
            link = unescape(link)
            shape = re.sub(r"\d+|(?<==)[^&]*", "", link)
            if link not in seen and shape not in shapes and "static" not in link:
                seen.add(link)
                shapes.add(shape)
                waiting.append(link)
    assert len(seen) > 10


def test_whoever_acts_for_a_party_begins_at_its_own_place_and_sees_no_other(pages):
    for role, own, other in (
        ("agency_staff", "/agencies/north", "/agencies"),
        ("funder", "/treasury/river-bank", "/treasury"),
        ("bidder", "/tenders", "/packages"),
    ):
        client = pages(role)
        assert client.get("/console/").url.path == f"/console{own}"
        assert client.get(f"/console{other}").status_code in (403, 404), other
    assert pages("funder").get("/console/treasury/harbour-notes").status_code == 404


def test_a_party_that_is_not_registered_yet_is_told_what_its_page_will_show(pages):
    page = pages("agency_staff", user="one-of-nowhere").get("/console/")
    assert (page.status_code, page.url.path) == (200, "/console/")
    assert "not registered here yet" in page.text


def test_a_button_under_questions_says_what_it_does(pages):
    for role, path, said in (
        ("treasury", "/treasury/stress", "开始测算"),
        ("treasury", "/treasury", "测算"),
        ("finance", "/ledger", "查看该日"),
        ("compliance", "/agencies/north/calls", "抽样"),
    ):
        page = pages(role, "zh-CN").get(f"/console{path}").text
        assert f'<button class="btn">{said}</button>' in page, path
        assert "筛选" not in page, path


def test_everything_that_goes_on_record_has_a_name_in_both_languages():
    names = {kind for kind in KINDS if kind not in TITLES}
    assert [one for one in sorted(names) if not words.has(f"filed.{one}")] == []


def test_the_notice_of_a_tender_is_told_in_words():
    zh, en = (Visit(house=None, door=None, language=language) for language in ("zh-CN", "en"))
    parts = '{"loss": {"loans": 7, "total": "19454.88"}, "substandard": {"loans": 6, "total": "41249.46"}}'
    assert notice.said(zh, "five_class", parts, "CNY") == "损失 7 笔 ¥19,454.88; 次级 6 笔 ¥41,249.46"
    assert notice.said(en, "written_off", '{"loans": 7, "total": "19454.88"}', "CNY") == "7 loans, ¥19,454.88"
    notes = '["Averages are weighted by unpaid principal and interest.", "13 loans do not tell age, so the field is left out.", "ask Lin"]'
    assert notice.said(zh, "notes", notes, "CNY") == "加权平均以未偿本息为权重。 13 笔未提供 借款人加权平均年龄，相应项目不列示。 ask Lin"
    assert notice.said(zh, "principal", "56563.52", "CNY") == "¥56,563.52"
    assert notice.amount(en, "hidden", "CNY") == "not told before bids are opened"


def test_a_bidder_sees_where_it_stands_and_the_house_sees_who_takes_part(pages):
    bidder, seller = pages("bidder").get("/console/tenders").text, pages("finance").get("/console/tenders").text
    assert "bid bound" in bidder
    assert "hengshan" not in seller
    room = pages("bidder").get(f"/console/tenders/{TENDER}").text
    assert "Data room" in room
    assert 'href="/console/tenders"' in room.partition('<nav class="above"')[2].partition("</nav>")[0]
    assert "Data room" not in pages("auditor").get(f"/console/tenders/{TENDER}?view=public").text


def test_a_funder_is_told_its_month_or_why_there_is_none(pages):
    page = pages("funder").get("/console/treasury/river-bank/month?month=2025-12")
    assert page.status_code == 200
    assert "Monthly report to investors" in page.text
    assert pages("funder").get("/console/treasury/river-bank/month?month=0000-99").status_code == 200


def form_token(page):
    return re.search(r'name="form_token" value="([^"]+)"', page.text)[1]


def test_customers_are_ticked_and_who_cannot_be_placed_is_told_why(pages):
    supervisor, path = pages("collections_supervisor"), "/console/placements"
    form = {"act": "preview_place", "key": "p", "agency": "north", "pick[]": ["1", "2"], "form_token": form_token(supervisor.get(path))}
    for act, said in (("preview_place", "what it would do"), ("place", "what became of each")):
        outcome = supervisor.post(path, data=form | {"act": act}).text.partition('id="outcome"')[2].partition("</section>")[0]
        assert said in outcome
        assert outcome.count('chip bad">refused') == 2, "no agency has a share of nobody"
    gone = {"act": "recall", "key": "r", "why": "asked", "pick[]": ["1:none"], "form_token": form["form_token"]}
    assert ">refused<" in supervisor.post("/console/agencies/north", data=gone).text
    assert supervisor.post("/console/agencies/north", data=gone | {"pick[]": []}).status_code == 409


def test_a_sample_of_calls_is_drawn_by_lot_heard_and_its_verdict_kept_once(pages, monkeypatch):
    heard = [calls.Call(n, f"c-{n}", 1, "2025-12-01 10:00", f"tape/{n}", "connected") for n in range(1, 30)]
    monkeypatch.setattr(calls, "recorded", lambda *_: list(heard))
    officer, path = pages("compliance"), "/console/agencies/north/calls?seed=autumn&size=4"
    page = officer.get(path)
    drawn = re.findall(r'name="pick\[\]" value="(c-\d+)"', page.text)
    assert len(drawn) == 4
    assert drawn == re.findall(r'name="pick\[\]" value="(c-\d+)"', officer.get(path).text), "the same seed draws the same calls"
    form = {"act": "keep", "key": "audit-1", "pick[]": drawn[:3], "findings": "", "form_token": form_token(page)}
    assert officer.post(path, data=form).status_code == 409, "what was wrong with the fourth has to be said"
    kept = officer.post(path, data=form | {"findings": "shouted"})
    assert "3 of 4 as they should be" in kept.text
    assert "This sample was audited before" in officer.get(path).text
    assert pages("collector").get(path).status_code in (403, 404)


def test_a_month_tells_a_funder_nothing_of_another_by_name():
    place = object()
    told = SimpleNamespace(
        parts={"river-bank": 5, "harbour-notes": 3, "lantern-fund": 2, "lender": 10},
        triggers=[("delinquency", place), ("funder-used river-bank", place), ("funder-used harbour-notes", place)],
        events=[
            Event(date(2026, 1, 31), "trigger-near", "funder-used harbour-notes", 1),
            Event(date(2026, 1, 2), "funder.closed", "lantern-fund", 1),
        ],
    )
    told._replace = lambda **more: SimpleNamespace(**{**vars(told), **more})
    own = funders._without_others(told, "river-bank")
    assert own.parts == {"river-bank": 5, funders.OTHERS: 5, "lender": 10}
    assert [name for name, _ in own.triggers] == ["delinquency", "funder-used river-bank"]
    assert own.events == []
