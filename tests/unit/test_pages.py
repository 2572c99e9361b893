"""The base of all pages: forms that are ours, headers, sessions, states, words and figures."""

import re
from datetime import UTC, date, datetime
from fractions import Fraction
from types import SimpleNamespace

import pytest
from sqlalchemy import insert, select, update
from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.testclient import TestClient

from plimsoll.app.access.password import hasher_of
from plimsoll.app.access.people import NewUser, register
from plimsoll.app.access.policy import hash_cost
from plimsoll.app.access.principal import Principal
from plimsoll.app.access.session import Begin, begin
from plimsoll.app.database.schema_access import access_grant, access_session, access_user
from plimsoll.app.database.trouble import StoreTrouble
from plimsoll.app.house import House
from plimsoll.app.open_door import open_door
from plimsoll.interfaces.pages import static_files, words, written
from plimsoll.interfaces.pages.parts import Cell, Field, Form, Head, Heading, Panel, Table, board
from plimsoll.interfaces.pages.serve import Chrome, site
from plimsoll.interfaces.pages.sign_in import SCREENS, safe_path
from plimsoll.interfaces.pages.visit import Act, Go, Screen
from plimsoll.rulebook.rules import load
from plimsoll.servicing.open_customer import OpenCustomer
from plimsoll.units.refusal import Refused

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
SCRIPT = "<script>alert(1)</script>\"'>"
PASSWORD = "correct horse battery"


def shown(visit):
    """Show what was asked for, and a form that opens a customer."""
    fields = [Field("customer", "Customer", "number", visit.form.get("customer", ""))]
    table = Table("Rows", (Head("Name"), Head("Sum", True)), [(Cell(visit.query.get("q", "")), Cell("1"))])
    panels = [Panel("A panel", [table]), Panel("Open", [Form("open", "Open", "Open it", fields, key=visit.form.get("key", ""))])]
    return board(Heading(visit.query.get("q", "title")), panels)


def opened(visit):
    """Open a customer as the form says."""
    return Act(OpenCustomer(visit.form["key"], int(visit.form["customer"]), date(2026, 3, 2)), "done.done", "/toy")


def bug(visit):
    """Run into a bug."""
    raise RuntimeError("secret detail")


TOYS = (
    Screen("toy", "/toy", "customer.open", "page.html", shown, {"open": opened, "gone": lambda visit: Go("/toy", "done.done")}),
    Screen("forbidden", "/forbidden", "treasury.read", "page.html", shown),
    Screen("bug", "/bug", "", "page.html", bug),
    Screen("no", "/no", "", "page.html", lambda visit: Refused("limit_exceeded", "", "300")),
)


@pytest.fixture
def house(store):
    with House(store, load(), now=lambda: NOW) as made:
        register(made, Principal("house", ()), NewUser("kim", "Kim", language="en"))
        with store.changing() as connection:
            secret = hasher_of(hash_cost(made.rules, NOW)).make(PASSWORD)
            connection.execute(update(access_user).values(password=secret))
            grant = {
                "grant_id": "g",
                "user_id": "kim",
                "role": "servicing",
                "given_by": "house",
                "given_at": NOW,
                "reason": "",
                "ended_by": "",
            }
            connection.execute(insert(access_grant).values(**grant))
        yield made


def browser(house, *, door=None, signed_in=True):
    """Give a browser on the toys, mounted somewhere."""
    chrome = Chrome("open.html", "open.html", lambda _: {}, "/toy")
    pages = site(house, door or open_door(house), (*TOYS, *SCREENS), chrome)
    client = TestClient(
        Starlette(routes=[Mount("/desk", pages)]), base_url="http://desk", raise_server_exceptions=False, follow_redirects=False
    )
    if signed_in:
        with house.store.changing() as connection:
            client.cookies.set("plimsoll", begin(connection, house, Begin("kim", now=NOW)).token)
    return client


def token_in(page):
    """Give the token of the first form of a page."""
    found = re.search(r'name="form_token" value="([^"]+)"', page.text)
    assert found, page.text
    return found[1]


def test_every_page_says_that_it_may_not_be_framed_kept_or_scripted(house):
    page = browser(house).get("/desk/toy")
    assert page.status_code == 200
    assert page.headers["X-Frame-Options"] == "DENY"
    assert "frame-ancestors 'none'" in page.headers["Content-Security-Policy"]
    assert "unsafe" not in page.headers["Content-Security-Policy"]
    assert page.headers["Cache-Control"] == "no-store"
    assert page.headers["X-Request-Id"].startswith("req_")
    assert not re.search(r"<script(?![^>]* src=)|\son[a-z]+=|\sstyle=|<style", page.text)


def test_a_script_in_any_text_is_shown_and_not_run(house):
    client = browser(house)
    page = client.get("/desk/toy", params={"q": SCRIPT, "done": SCRIPT, "d.n": SCRIPT})
    assert "<script>alert" not in page.text
    assert "&lt;script&gt;" in page.text
    form = {"act": "open", "key": SCRIPT, "customer": SCRIPT, "form_token": token_in(page)}
    with pytest.raises(ValueError, match="invalid literal"):
        browser_raising(house, client).post("/desk/toy", data=form)


def browser_raising(house, client):
    """Give the same browser, that raises what the server raises."""
    again = TestClient(client.app, base_url="http://desk", follow_redirects=False)
    again.cookies = client.cookies
    return again


def test_a_form_without_our_token_changes_nothing(house):
    client = browser(house)
    right = token_in(client.get("/desk/toy"))
    form = {"act": "open", "key": "k1", "customer": "7"}
    other = browser(house)
    for wrong in ({}, {"form_token": "x" * 43}, {"form_token": token_in(other.get("/desk/toy"))}):
        answer = client.post("/desk/toy", data=form | wrong)
        assert (answer.status_code, "not sent by a page of ours" in answer.text) == (403, True)
    for headers in ({"Origin": "http://elsewhere"}, {"Sec-Fetch-Site": "cross-site"}):
        assert client.post("/desk/toy", data=form | {"form_token": right}, headers=headers).status_code == 403
    with house.store.engine.connect() as connection:
        assert not connection.exec_driver_sql("SELECT count(*) FROM customer").scalar()
    assert client.post("/desk/toy", data=form | {"form_token": right}, headers={"Origin": "http://desk"}).status_code == 303


def test_a_form_sent_twice_is_done_once(house):
    client = browser(house)
    form = {"act": "open", "key": "k1", "customer": "7", "form_token": token_in(client.get("/desk/toy"))}
    first, second = (client.post("/desk/toy", data=form).headers["location"] for _ in range(2))
    assert "done=done.done" in first
    assert "done=done.again" in second
    assert "not done twice" in client.get(second).text


def test_a_refusal_is_shown_on_the_page_with_what_was_typed(house):
    client = browser(house)
    form = {"act": "open", "key": "k1", "customer": "7", "form_token": token_in(client.get("/desk/toy"))}
    client.post("/desk/toy", data=form)
    page = client.post("/desk/toy", data=form | {"key": "k2"})
    assert page.status_code == 409
    assert 'role="alert"' in page.text
    assert 'value="7"' in page.text


def test_each_way_a_page_can_end_has_its_state(house):
    client = browser(house)
    assert "treasury.read" in client.get("/desk/forbidden").text
    assert client.get("/desk/forbidden").status_code == 403
    assert client.get("/desk/nowhere").status_code == 404
    assert client.get("/desk/no").status_code == 409
    broken = client.get("/desk/bug")
    assert (broken.status_code, "secret detail" in broken.text) == (500, False)
    assert re.search(r"req_[0-9a-f]{16}", broken.text)
    assert client.get("/desk/toy").headers["X-Request-Id"] != client.get("/desk/toy").headers["X-Request-Id"]


def test_what_is_not_known_is_asked_about_with_the_same_key(house):
    def unknown(who, command, **more):
        raise StoreTrouble("outcome_unknown")

    door = SimpleNamespace(ask=unknown, may=open_door(house).may)
    client = browser(house, door=door)
    form = {"act": "open", "key": "k1", "customer": "7", "form_token": token_in(client.get("/desk/toy"))}
    page = client.post("/desk/toy", data=form)
    assert page.status_code == 202
    assert "Do not enter it again" in page.text
    assert 'name="key" value="k1"' in page.text
    assert 'name="customer" value="7"' in page.text
    after, in_form = browser(house), page.text.partition("data-check")[2].partition("</form>")[0]
    fields = dict(re.findall(r'<input type="hidden" name="([a-z_]+)" value="([^"]*)">', in_form))
    assert after.post("/desk/toy", data=fields | {"form_token": token_in(after.get("/desk/toy"))}).status_code == 303


def test_signing_in_gives_a_new_session_and_signing_out_ends_it(house):
    client = browser(house, signed_in=False)
    sent = client.get("/desk/toy?q=1")
    assert sent.headers["location"] == "/desk/sign-in?next=%2Ftoy%3Fq%3D1"
    form = client.get(sent.headers["location"])
    planted = "pls_" + "a" * 43
    client.cookies.set("plimsoll", planted, domain="desk", path="/")
    data = {"act": "sign_in", "user": "kim", "password": PASSWORD, "next": "/toy?q=1", "form_token": token_in(form)}
    assert client.post("/desk/sign-in", data=data | {"password": "wrong"}).status_code == 409
    answer = client.post("/desk/sign-in", data=data)
    assert answer.headers["location"] == "/desk/toy?q=1"
    said = answer.headers["set-cookie"]
    assert "HttpOnly" in said
    assert "SameSite=lax" in said
    token = re.search(r"plimsoll=(pls_[^;]+)", said)[1]
    assert token != planted
    client.cookies.clear()
    client.cookies.set("plimsoll", token)
    page = client.get("/desk/toy")
    assert page.status_code == 200
    assert client.get("/desk/sign-out").status_code == 303
    assert client.get("/desk/toy").status_code == 200, "looking does not sign out"
    client.post("/desk/sign-out", data={"act": "sign_out", "form_token": token_in(page)})
    client.cookies.set("plimsoll", token)
    assert client.get("/desk/toy").status_code == 303
    with house.store.engine.connect() as connection:
        assert connection.execute(select(access_session.c.ended_at)).scalars().all() != [None]


def test_a_choice_of_language_is_kept_and_leads_back_here_only(house):
    client = browser(house)
    page = client.get("/desk/toy")
    data = {"act": "choose", "language": "zh-CN", "back": "//elsewhere/", "form_token": token_in(page)}
    answer = client.post("/desk/choose", data=data)
    assert answer.headers["location"] == "/desk/"
    assert 'lang="zh-CN"' in client.get("/desk/toy").text
    assert [safe_path(path) for path in ("/a?b", "//a", "/\\a", "http://a", "")] == ["/a?b", "/", "/", "/", "/"]


def test_static_files_are_kept_by_their_digest_and_nothing_else_is_given(house):
    client = browser(house)
    address = re.search(r'href="(/desk/static/[0-9a-f]+/pages.css)"', client.get("/desk/toy").text)[1]
    answer = client.get(address, headers={"Accept-Encoding": "gzip"})
    assert "immutable" in answer.headers["Cache-Control"]
    assert answer.headers["Content-Encoding"] == "gzip"
    assert client.get("/desk/static/0/pages.css").headers["Cache-Control"] == "no-store"
    for name in ("made-from", "..%2f..%2fserve.py", "serve.py"):
        assert client.get(f"/desk/static/0/{name}").status_code == 404


def test_pages_work_without_the_files_of_the_build_and_name_the_command(house, monkeypatch):
    monkeypatch.setattr(static_files, "VENDOR", ("tabler.css", "not-there.js"))
    assert "python tools/web.py" in browser(house).get("/desk/toy").text


def test_figures_are_written_in_one_way():
    assert [written.money(minor) for minor in (123456789, -5, 0, None)] == ["¥1,234,567.89", "−¥0.05", "¥0.00", "–"]
    assert written.money(1500, "JPY") == "¥1,500"
    assert written.money(10000, "CAD") == "CAD 100.00"
    assert [written.large(234_567_800, "CNY", language) for language in words.LANGUAGES] == ["¥234.6 万", "¥2.35m"]
    assert [written.large(-1_500_000, "CNY", language) for language in words.LANGUAGES] == ["−¥1.5 万", "−¥15k"]
    assert written.large(99_999, "CNY", "en") == "¥999.99"
    assert written.daily_rate("0.00035", "en") == "0.035 %/day (12.775 % a year, simple)"
    assert written.daily_rate("0.00035", "zh-CN") == "日利率 0.035 %（年化 12.775 %，单利）"
    assert written.share(Fraction(1, 80)) == "1.25 %"
    assert written.day(date(2026, 12, 1)) == written.day(date(2026, 12, 1).toordinal()) == "2026-12-01"
    assert written.instant(datetime(2026, 12, 1, 17, 30, tzinfo=UTC)) == "2026-12-02 01:30"
    assert written.past_due(12, "en") == "12 days · M1"
    assert [written.past_due(days, "zh-CN") for days in (0, 1, 400)] == ["未逾期", "逾期 1 天 · M1", "逾期 400 天 · M7+"]


def test_words_are_filled_and_stretched():
    assert words.say("done.waiting", "en", {"n": 1, "approval": "ap_1"}).startswith("Not done yet: 1 other person")
    assert words.say("done.waiting", "en", {"n": 2, "approval": "ap_1"}).startswith("Not done yet: 2 other people")
    plain, long = words.say("list.more", "en"), words.say("list.more", "xx")
    assert len(long) >= len(plain) * 1.3
    with pytest.raises(KeyError):
        words.say("done.waiting", "en", {"n": 1})
