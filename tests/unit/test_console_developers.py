"""Keys, webhooks, events and test clocks on pages: made, shown once, moved and ended; other people's are not there."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import insert

from plimsoll.app.access.key import keys
from plimsoll.app.database.schema_chain import hook_attempt, hook_delivery
from plimsoll.app.hooks.endpoint import Hooks
from plimsoll.app.sandbox.of_house import sandbox_of
from tests import looked
from tests.made_house import hire, made_house, session_of

WHERE = {"ops": ("/developers", "/developers/webhooks", "/developers/clocks", "/developers/events"), "ada": ("/developers/keys",)}


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    with made_house(tmp_path_factory.mktemp("house"), people=8, months=2) as made:
        hire(made, "sup2", ("support_engineer",))
        yield made


pages, look = looked.pages, looked.look


def send(client, path, **form):
    token = re.search(r'name="form_token" value="([^"]+)"', client.get(f"/console{path}").text)[1]
    return client.post(f"/console{path}", data={**form, "form_token": token})


@pytest.mark.parametrize("language", ["en", "zh-CN", "xx"])
def test_every_page_shows_itself_to_who_may(look, language):
    for user, paths in WHERE.items():
        for path in paths:
            page = look(user, language).get(f"/console{path}")
            assert page.status_code == 200, f"{user} {path}"
            assert page.text.count("<h1") == 1
    assert look("ana").get("/console/developers").status_code == 200
    for path in ("/developers/keys", "/developers/webhooks", "/developers/clocks"):
        assert look("ana").get(f"/console{path}").status_code == 403


def test_a_key_is_shown_once_renewed_and_ended(look, house):
    ada = look("ada")
    made = send(ada, "/developers/keys", act="make", permissions="loan.read", networks="203.0.113.0/24")
    assert made.status_code == 200, made.text
    text = re.search(r"plk_[a-z]+_[0-9a-f]{16}_[0-9a-f]+", made.text)[0]
    (one,) = [each for each in keys(house) if each.user_id == "ada"]
    assert (one.permissions, one.networks) == (("loan.read",), ("203.0.113.0/24",))
    assert text not in ada.get("/console/developers/keys").text
    renewed = send(ada, f"/developers/keys/{one.key_id}", act="rotate")
    assert renewed.status_code == 200, renewed.text
    later = next(each for each in keys(house) if each.replaces == one.key_id)
    assert send(ada, f"/developers/keys/{later.key_id}", act="revoke", reason="").status_code == 409
    assert send(ada, f"/developers/keys/{later.key_id}", act="revoke", reason="lost").status_code == 303
    assert later.key_id not in [each.key_id for each in keys(house)]
    assert send(ada, "/developers/keys", act="make", permissions="no.such").status_code == 409
    assert send(ada, "/developers/keys", act="make", user="nobody-here").status_code == 409


def test_a_webhook_is_registered_seen_and_replayed(look, house):
    ops = look("ops")
    form = {"act": "register", "url": "https://hooks.example.com/one", "kinds": "plimsoll.loan.*", "key": "hook-1"}
    made = send(ops, "/developers/webhooks", **form)
    assert made.status_code == 200, made.text
    assert "whsec_" in made.text
    (one,) = Hooks(house).every()
    again = send(ops, "/developers/webhooks", **form)
    assert again.status_code == 200
    assert "whsec_" not in again.text.partition("<main")[2].partition('id="panel-2"')[0]
    assert len(Hooks(house).every()) == 1, "the same form makes one endpoint"
    row = {"endpoint_id": one.endpoint_id, "seq": 7, "event_id": f"evt_{7:032x}", "type": "plimsoll.loan.drawn.v1", "state": "given_up"}
    with house.store.changing() as connection:
        more = {"attempts_count": 2, "next_at": None, "done_at": house.now(), "last_status": 500, "last_error": "hook_answer"}
        connection.execute(insert(hook_delivery).values(**row, **more))
        for n in (1, 2):
            connection.execute(insert(hook_attempt).values((one.endpoint_id, 7, n, house.now() + timedelta(n), 500, "hook_answer", 40 + n)))
    path = f"/developers/webhooks/{one.endpoint_id}"
    assert "given up" in ops.get(f"/console{path}").text
    tried = ops.get(f"/console{path}/{row['event_id']}")
    assert "42 ms" in tried.text
    assert send(ops, f"{path}/{row['event_id']}", act="again").status_code == 303
    assert "given up" not in ops.get(f"/console{path}").text.partition('id="deliveries"')[2]
    assert send(ops, path, act="replay", since="").status_code == 409
    assert send(ops, path, act="disable").status_code == 303
    assert Hooks(house).find(one.endpoint_id).state == "disabled"
    assert send(ops, path, act="rotate").status_code == 200
    assert send(ops, path, act="change", url="https://hooks.example.com/two", kinds="", version="0").status_code == 409, "an old version"


def test_a_clock_is_made_moved_copied_and_deleted_by_its_owner(look, house):
    ops = look("ops")
    made = send(ops, "/developers/clocks", act="make", name="spring", at="2026-03-01", key="clk-1")
    assert made.status_code == 303, made.text
    path = made.headers["location"].partition("?")[0].removeprefix("/console")
    clock = path.rpartition("/")[2]
    assert clock in ops.get(f"/console{path}").text
    assert look("sup2").get(f"/console{path}").status_code == 404, "other people's are not there"
    moved = send(ops, path, act="advance", to="2026-03-03", **{"stop[]": "business_date.closed"})
    assert moved.status_code == 303, moved.text
    sandbox = sandbox_of(house)
    assert sandbox.mover.wait(60)
    found = sandbox.clocks.find(clock)
    assert (found.state, found.stopped_by) == ("frozen", "business_date.closed")
    assert send(ops, path, act="advance", to="2026-02-01").status_code == 409, "time goes forward"
    copied = send(ops, path, act="branch", name="pays", key="clk-2")
    assert copied.status_code == 303
    assert sandbox.clocks.find(copied.headers["location"].partition("?")[0].rpartition("/")[2]).parent == clock
    assert send(ops, path, act="delete").status_code == 303
    assert sandbox.clocks.find(clock).code == "clock_unknown"


def test_emergency_access_takes_three_people(look, house):
    ops, ada, com = look("ops"), look("ada"), look("com")
    asked = send(ops, "/emergency", act="ask", reason="the close hangs")
    assert asked.status_code == 303, asked.text
    path = asked.headers["location"].partition("?")[0].removeprefix("/console")
    assert look("ana").get(f"/console{path}").status_code == 404
    assert send(ops, path, act="agree").status_code == 409
    assert send(ada, path, act="agree").status_code == 303
    assert send(com, path, act="review", review="not over").status_code == 409
    assert send(ops, path, act="end").status_code == 303
    assert send(com, path, act="review", review="needed, and no more").status_code == 303
    for language in ("en", "zh-CN", "xx"):
        assert "needed, and no more" in look("com", language).get(f"/console{path}").text
    assert look("ops").get("/console/emergency").status_code == 200


def test_a_role_is_given_until_a_day_and_sessions_are_ended(look, house):
    ada = look("ada")
    hire(house, "newby", ())
    assert send(ada, "/users/newby", act="give", role="servicing", reason="for leave", until="2020-01-01").status_code == 409
    given = send(ada, "/users/newby", act="give", role="servicing", reason="for leave", until="2030-01-01")
    assert given.status_code == 303, given.text
    session_of(house, "newby")
    page = ada.get("/console/users/newby").text
    assert "2030-01-01" in page
    assert 'id="sessions"' in page
    assert send(ada, "/users/newby", act="sign_out", reason="left").status_code == 303
    assert "Not signed in anywhere" in ada.get("/console/users/newby").text
    assert send(look("aud"), "/users/newby", act="sign_out", reason="x").status_code in (403, 409)
