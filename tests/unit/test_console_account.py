"""An invited person lets themselves in once; everybody looks after their own password, codes, passkeys and sessions, and nobody else's."""

import json
import re
from html import unescape

import pytest
import segno
from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.testclient import TestClient

from plimsoll.app.access import invitation, passkey, people, session
from plimsoll.app.open_door import open_door
from plimsoll.interfaces.console.serve import console
from tests.people_of_house import PASSWORD, ROOT, Clock, code_at, enter, house_of, settle
from tests.soft_authenticator import SoftAuthenticator

ORIGIN = "http://desk"
NEW = "nine gulls over the breakwater"


@pytest.fixture
def kind():
    """These pages are the same over either database."""
    return "sqlite"


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def house(store, clock, monkeypatch):
    monkeypatch.setenv(passkey.SITE, ORIGIN)
    with house_of(store, clock) as made:
        yield made


@pytest.fixture
def browser(house):
    """Give a browser of nobody yet."""
    pages = Starlette(routes=[Mount("/console", console(house, open_door(house)))])

    def opened(token=""):
        client = TestClient(pages, ORIGIN, follow_redirects=False)
        client.cookies.set("plimsoll-language", "en")
        if token:
            client.cookies.set("plimsoll", token)
        return client

    return opened


def send(client, path, act, **fields):
    """Send a form of a page as the page has it."""
    page = client.get(f"/console{path}").text
    token = re.search(r'name="form_token" value="([^"]+)"', page)
    assert token, page[:400]
    return client.post(f"/console{path}", data={"act": act, "key": "k", "form_token": token[1], **fields})


def invited(house, user_id="mei"):
    people.register(house, ROOT, people.NewUser(user_id, "Mei", language="en"))
    found = invitation.invite(house, ROOT, user_id)
    assert isinstance(found, invitation.Invitation)
    return f"/invitation/{found.text}"


def test_whoever_is_invited_sets_a_password_once_and_is_led_to_a_second_factor(house, browser):
    path, client = invited(house), browser()
    assert "Welcome, mei" in client.get(f"/console{path}").text
    assert "not the same" in send(client, path, "accept", password=NEW, again="another").text
    assert "at least" in send(client, path, "accept", password="short", again="short").text.lower()
    done = send(client, path, "accept", password=NEW, again=NEW)
    assert done.headers["location"].startswith("/console/account?done=done.password")
    page = client.get("/console/account").text
    assert "You have no second factor yet" in page
    used = browser().get(f"/console{path}")
    assert used.status_code == 410
    assert "This invitation was used" in used.text


def test_an_invitation_that_ran_out_or_never_was_says_so_and_sets_nothing(house, browser, clock):
    path = invited(house)
    assert browser().get(f"/console{path}x").status_code == 404
    assert browser().get("/console/invitation/pli.nothing.nothing").status_code == 404
    clock.go(hours=200)
    late = browser().get(f"/console{path}")
    assert late.status_code == 410
    assert "has run out" in late.text
    assert not people.get(house, "mei").has_password


def matrix(text):
    """Give the squares of the QR code of a text, as another program draws them."""
    return segno.make_qr(unescape(text), error="m").matrix


def squares(path):
    """Give the places of the dark squares that a path draws."""
    runs = re.findall(r"M(\d+) (\d+)h(\d+)v1h-\d+z", path)
    return {(int(x) + n, int(y)) for x, y, width in runs for n in range(int(width))}


def test_codes_are_set_up_shown_once_and_asked_for_from_then_on(house, browser, clock):
    settle(house, "kim", "risk_analyst")
    client = browser(enter(house, "kim").token)
    shown = send(client, "/account", "enrol")
    fields = {name: re.search(rf'name="{name}" value="([^"]*)"', shown.text)[1] for name in ("challenge", "seed", "uri")}
    assert f"{fields['seed'][:4]} {fields['seed'][4:8]}" in shown.text
    side, path = re.search(r'<svg class="qr" viewBox="0 0 (\d+) \d+".*?<path d="([^"]*)"', shown.text).groups()
    assert squares(path) == {(x + 4, y + 4) for y, row in enumerate(matrix(fields["uri"])) for x, is_dark in enumerate(row) if is_dark}
    assert int(side) == len(matrix(fields["uri"])) + 8, "four light squares stand on every side"
    wrong = send(client, "/account", "confirm", code="000000", **fields)
    assert wrong.status_code == 409
    assert fields["challenge"] in wrong.text, "the seed is shown again with what was wrong"
    done = send(client, "/account", "confirm", code=code_at(fields["seed"], clock()), **fields)
    assert done.headers["location"].endswith("done=done.codes")
    assert fields["seed"] not in client.get("/console/account").text
    assert enter(house, "kim").waits_for == ("one_time",)


def test_a_passkey_is_made_signs_in_by_itself_and_is_removed(house, browser):
    settle(house, "kim", "risk_analyst")
    client, key = browser(enter(house, "kim").token), SoftAuthenticator(ORIGIN)
    asked = json.loads(send(client, "/account", "ask_passkey").content)
    fields = {"challenge": asked["challenge"], "credential": json.dumps(key.make(asked["options"])), "label": "my phone"}
    assert send(client, "/account", "add_passkey", **fields).headers["location"].endswith("done=done.passkey")
    assert "my phone" in client.get("/console/account").text
    guest = browser()
    refused = send(guest, "/sign-in", "passkey", challenge="ch_none", credential="not json")
    assert refused.status_code == 409
    asked = json.loads(send(guest, "/sign-in?next=/models", "ask_passkey", next="/models").content)
    answer = json.dumps(key.sign(asked["options"]))
    entered = send(guest, "/sign-in", "passkey", challenge=asked["challenge"], credential=answer, next="/models")
    assert entered.headers["location"] == "/console/models"
    assert "second factor that you have" in client.get("/console/account").text, "the session that showed none may not"
    name = passkey.passkeys_of(house, "kim")[0].credential
    assert send(client, "/account", "remove_passkey", passkey=name).status_code == 409
    assert send(guest, "/account", "remove_passkey", passkey=name).status_code == 303
    assert passkey.passkeys_of(house, "kim") == []


def test_whoever_has_a_passkey_alone_is_asked_for_it_after_the_password(house, browser):
    settle(house, "kim", "risk_analyst")
    client, key = browser(enter(house, "kim").token), SoftAuthenticator(ORIGIN)
    asked = json.loads(send(client, "/account", "ask_passkey").content)
    send(client, "/account", "add_passkey", challenge=asked["challenge"], credential=json.dumps(key.make(asked["options"])))
    waiting = browser(enter(house, "kim").token)
    assert waiting.get("/console/").headers["location"].startswith("/console/second-factor")
    page = waiting.get("/console/second-factor").text
    assert 'data-passkey="get"' in page
    assert 'name="code"' not in page
    asked = json.loads(send(waiting, "/second-factor", "ask_passkey").content)
    send(waiting, "/second-factor", "passkey", challenge=asked["challenge"], credential=json.dumps(key.sign(asked["options"])))
    assert waiting.get("/console/account").status_code == 200


def test_a_password_is_changed_by_who_knows_it_and_other_sessions_end(house, browser):
    settle(house, "kim", "risk_analyst")
    here, there = browser(enter(house, "kim").token), browser(enter(house, "kim").token)
    assert send(here, "/account", "password", old="wrong", password=NEW, again=NEW).status_code == 409
    assert send(here, "/account", "password", old=PASSWORD, password=NEW, again=NEW).status_code == 303
    assert here.get("/console/account").status_code == 200
    assert there.get("/console/account").status_code == 303
    assert enter(house, "kim", NEW).user_id == "kim"


def test_sessions_of_ones_own_are_ended_and_nobody_elses(house, browser):
    settle(house, "kim", "risk_analyst")
    settle(house, "lee", "risk_analyst")
    here, there, third, other = (enter(house, one) for one in ("kim", "kim", "kim", "lee"))
    client = browser(here.token)
    assert send(client, "/account", "end", session=other.session_id).status_code == 409
    assert send(client, "/account", "end", session=there.session_id).status_code == 303
    assert {one.session_id for one in session.sessions_of(house, "kim")} == {here.session_id, third.session_id}
    send(client, "/account", "end_others")
    assert {one.session_id for one in session.sessions_of(house, "kim")} == {here.session_id}
    assert session.sessions_of(house, "lee")
