"""Who may in, over HTTP: an administrator registers, the invited sets a password, a second factor, a key; and what guessing is told."""

import json
import secrets
from datetime import timedelta

import pytest
from starlette.testclient import TestClient

from plimsoll.app.access import grant, passkey
from plimsoll.app.access.code import sandbox_code
from plimsoll.app.access.first import first
from plimsoll.app.access.invitation import set_by_operator
from plimsoll.app.access.people import NewUser
from plimsoll.app.access.principal import Principal
from plimsoll.app.open_door import open_door
from plimsoll.app.vault import Act
from plimsoll.interfaces.http.serve import application
from tests.people_of_house import PASSWORD, Clock, code_at, house_of
from tests.soft_authenticator import SoftAuthenticator
from tests.toys import Open, run

OTHER = "tides come and go twice"
OPERATOR = Principal("operator", ())


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def house(store, clock):
    with house_of(store, clock) as made:
        yield made


@pytest.fixture
def api(house):
    client = TestClient(application(house, open_door(house)), raise_server_exceptions=True)

    def call(token, method, path, body=None, **heads):
        own = {} if method == "GET" else {"Idempotency-Key": secrets.token_hex(8)}
        heads = {**({"Authorization": f"Bearer {token}"} if token else {}), **own, **heads}
        answer = client.request(method, "/v1" + path, json=body, headers=heads)
        return answer.status_code, answer.json()

    return call


@pytest.fixture
def boss(house, api, clock):
    """The token of an administrator with a second factor, shown just now."""
    first(house, OPERATOR, NewUser("boss", "The Boss"))
    set_by_operator(house, OPERATOR, "boss", PASSWORD)
    return with_codes(api, clock, "boss", PASSWORD)[0]


def with_codes(api, clock, user, password):
    """Enrol one-time codes and sign in by one; give the token and the seed."""
    status, begun = api("", "POST", "/sessions", {"user": user, "password": password})
    assert (status, begun["waits_for"]) == (200, [])
    status, seed = api(begun["token"], "POST", "/me/one_time")
    assert status == 200
    assert (
        api(begun["token"], "POST", "/me/one_time/confirm", {"challenge": seed["challenge"], "code": code_at(seed["seed"], clock.at)})[0]
        == 200
    )
    clock.go(seconds=30)
    status, strong = api(begun["token"], "POST", "/sessions/one_time", {"code": code_at(seed["seed"], clock.at)})
    assert status == 200, strong
    return strong["token"], seed["seed"]


def test_from_an_empty_house_to_a_clerk_with_a_key(api, boss, clock):
    status, made = api(boss, "POST", "/users", {"id": "wang", "name": "Wang Fang", "unit": "north"})
    assert (status, made["state"], made["version"], made["has_password"]) == (200, "active", 1, False)
    assert api(boss, "POST", "/users", {"id": "wang", "name": "another"})[1]["code"] == "user_exists"
    status, given = api(boss, "POST", "/users/wang/grants", {"role": "servicing", "reason": "works at the desk"})
    assert (status, given["given_by"], given["role"]) == (200, "boss", "servicing")
    status, invited = api(boss, "POST", "/users/wang/invitations")
    assert status == 200
    status, taken = api("", "POST", "/invitations/accept", {"invitation": invited["invitation"], "password": "short"})
    assert (status, taken["code"]) == (422, "password_too_short")
    assert api("", "POST", "/invitations/accept", {"invitation": invited["invitation"], "password": OTHER}) == (200, {"user": "wang"})
    wang, seed = with_codes(api, clock, "wang", OTHER)
    status, me = api(wang, "GET", "/me")
    assert (me["user"], me["roles"], me["unit"], me["key"], me["waits_for"]) == ("wang", ["servicing"], "north", "", [])
    status, key = api(wang, "POST", "/keys", {"permissions": ["product.read"], "networks": []})
    assert (status, key["user"], key["permissions"]) == (200, "wang", ["product.read"])
    status, me = api(key["text"], "GET", "/me")
    assert (me["user"], me["key"], me["narrowed_to"]) == ("wang", key["id"], ["product.read"])
    assert "text" not in api(wang, "GET", f"/keys/{key['id']}")[1]
    status, again = api(wang, "POST", f"/keys/{key['id']}/rotate", {"overlap_hours": 0})
    assert (status, again["replaces"]) == (200, key["id"])
    assert api(key["text"], "GET", "/me")[0] == 401
    assert api(wang, "POST", f"/keys/{again['id']}/revoke", {"reason": "it was seen"})[0] == 200
    assert api(again["text"], "GET", "/me")[1]["code"] == "not_recognised"
    assert api(wang, "DELETE", "/sessions/current") == (200, {"ended": 1})
    assert api(wang, "GET", "/me")[1]["code"] == "session_ended"
    assert len(seed) == 32


@pytest.mark.parametrize("kind", ["sqlite"])
def test_a_session_that_waits_for_a_second_factor_may_nothing_else(house, api, boss):
    status, begun = api("", "POST", "/sessions", {"user": "boss", "password": PASSWORD})
    assert (status, begun["waits_for"]) == (200, ["one_time"])
    weak = begun["token"]
    for method, path, body in [
        ("GET", "/users", None), ("POST", "/users", {"id": "evil", "name": "Evil"}), ("POST", "/me/one_time", None), ("POST", "/keys", {}),
        ("POST", "/me/passkeys", None), ("POST", "/me/password", {"old": PASSWORD, "new": OTHER}), ("DELETE", "/sessions", None),
        ("GET", "/sessions", None),
    ]:  # fmt: skip
        status, told = api(weak, method, path, body)
        assert (status, told["code"] in ("permission_missing", "second_factor_needed")) == (403, True), (method, path, told)
    assert api(weak, "POST", "/sessions/one_time", {"code": "000000"})[1]["code"] == "code_refused"
    assert api(weak, "GET", "/me")[1]["waits_for"] == ["one_time"]


@pytest.mark.parametrize("kind", ["sqlite"])
def test_what_is_wrong_is_told_alike(house, api, boss):
    told = set()
    for user, password in (("boss", "not this password"), ("nobody.there", PASSWORD), ("borrower-1", PASSWORD)):
        status, problem = api("", "POST", "/sessions", {"user": user, "password": password})
        problem.pop("request_id")
        told.add((status, json.dumps(problem, sort_keys=True)))
    assert len(told) == 1
    assert told.pop()[0] == 401


def test_an_administrator_needs_the_version_and_a_fresh_second_factor(api, boss, clock):
    api(boss, "POST", "/users", {"id": "wang", "name": "Wang Fang"})
    assert api(boss, "PATCH", "/users/wang", {"unit": "south"})[1]["code"] == "if_match_missing"
    assert api(boss, "PATCH", "/users/wang", {"unit": "south"}, **{"If-Match": '"7"'})[0] == 412
    status, changed = api(boss, "PATCH", "/users/wang", {"unit": "south"}, **{"If-Match": '"1"'})
    assert (status, changed["unit"], changed["version"]) == (200, "south", 2)
    assert api(boss, "PATCH", "/users/boss", {"unit": "all"}, **{"If-Match": '"1"'})[1]["code"] == "user_is_yourself"
    assert api(boss, "PATCH", "/users/wang", {"state": "active"}, **{"If-Match": '"2"'})[0] == 400, "no field too many"
    short = api(boss, "POST", "/users/wang/lock", {"reason": "x"}, **{"If-Match": '"2"'})[1]
    assert (short["code"], "1 of 4" in short["detail"]) == ("reason_too_short", True)
    assert api(boss, "POST", "/users/wang/lock", {"reason": "left the desk open"}, **{"If-Match": '"2"'})[1]["state"] == "locked"
    assert api(boss, "POST", "/users/wang/unlock", {"reason": "talked to"}, **{"If-Match": '"3"'})[1]["state"] == "active"
    assert api(boss, "POST", "/users/boss/grants", {"role": "treasury", "reason": "for myself"})[1]["code"] in (
        "user_is_yourself",
        "duties_conflict",
    )
    clock.go(minutes=14)
    assert api(boss, "GET", "/users")[0] == 200
    clock.go(minutes=2)
    assert api(boss, "GET", "/users/wang")[0] == 200
    assert api(boss, "POST", "/users", {"id": "zhao", "name": "Zhao"})[1]["code"] == "second_factor_needed"
    status, closed = api(boss, "GET", "/users?limit=1")
    assert (status, [one["id"] for one in closed["data"]]) == (200, ["boss"])
    assert [one["id"] for one in api(boss, "GET", f"/users?limit=1&cursor={closed['next_cursor']}")[1]["data"]] == ["wang"]


@pytest.mark.parametrize("kind", ["sqlite"])
def test_keys_of_others_look_absent_and_a_key_does_not_change_how_one_signs_in(house, api, boss, clock):
    for name in ("wang", "zhao"):
        api(boss, "POST", "/users", {"id": name, "name": f"{name} of the desk"})
        api(boss, "POST", f"/users/{name}/grants", {"role": "servicing", "reason": "works there"})
        set_by_operator(house, OPERATOR, name, OTHER)
    tokens = {name: api("", "POST", "/sessions", {"user": name, "password": OTHER})[1]["token"] for name in ("wang", "zhao")}
    key = api(tokens["wang"], "POST", "/keys", {})[1]
    missing = api(tokens["zhao"], "GET", "/keys/0000000000000000")
    theirs = api(tokens["zhao"], "GET", f"/keys/{key['id']}")
    for told in (missing, theirs):
        told[1].pop("request_id")
    assert missing == theirs
    assert missing[0] == 404
    assert api(tokens["zhao"], "POST", f"/keys/{key['id']}/revoke", {"reason": "not mine"})[0] == 404
    assert api(tokens["zhao"], "GET", "/keys?user=wang")[0] == 403
    assert [one["id"] for one in api(boss, "GET", "/keys")[1]["data"]] == [key["id"]]
    for method, path, body in [
        ("POST", "/me/one_time", None), ("POST", "/me/password", {"old": OTHER, "new": PASSWORD}), ("POST", "/me/passkeys", None),
        ("DELETE", "/sessions", None), ("DELETE", "/sessions/current", None), ("POST", "/sessions/one_time", {"code": "000000"}),
    ]:  # fmt: skip
        assert api(key["text"], method, path, body)[1]["code"] == "person_needed", path


def test_a_borrower_signs_in_by_phone_and_a_passkey_works_over_http(house, api):
    run(house.store, Open("open", 17))
    house.vault.put(17, "phone", "13812341234", Act("li", house.now(), "opened"))
    status, asked = api("", "POST", "/sessions/code", {"phone": "138 1234 1234"})
    assert (status, sorted(asked)) == (200, ["challenge", "until"])
    code = sandbox_code(house, asked["challenge"])
    status, begun = api("", "POST", "/sessions/code/answer", {"challenge": asked["challenge"], "code": code})
    assert (status, begun["user"]) == (200, "borrower-17")
    token = begun["token"]
    assert api(token, "GET", "/me")[1]["customer"] == "cus_17"
    assert api(token, "POST", "/keys", {})[1]["code"] == "permission_missing"
    phone = SoftAuthenticator(passkey.site_of().origin)
    options = api(token, "POST", "/me/passkeys")[1]
    made = {"challenge": options["challenge"], "credential": json.dumps(phone.make(json.loads(options["options"]))), "label": "mine"}
    status, kept = api(token, "POST", "/me/passkeys/answer", made)
    assert (status, kept["label"]) == (200, "mine")
    asked = api("", "POST", "/sessions/passkey")[1]
    answer = {"challenge": asked["challenge"], "credential": json.dumps(phone.sign(json.loads(asked["options"])))}
    status, begun = api("", "POST", "/sessions/passkey/answer", answer)
    assert (status, begun["user"]) == (200, "borrower-17")
    for wrong in ("{}", "[]", "nope", '{"id": 1}'):
        assert api("", "POST", "/sessions/passkey/answer", {**answer, "credential": wrong})[1]["code"] == "passkey_refused"
    assert api(begun["token"], "DELETE", f"/me/passkeys/{kept['id']}") == (200, {"done": True})
    assert api(begun["token"], "GET", "/me/passkeys")[1] == {"data": []}


@pytest.mark.parametrize("kind", ["sqlite"])
def test_the_glass_over_http(house, api, boss, clock):
    for name, role in (("ops", "it_ops"), ("law", "compliance")):
        api(boss, "POST", "/users", {"id": name, "name": f"{name} of the house"})
        api(boss, "POST", f"/users/{name}/grants", {"role": role, "reason": "works there"})
        set_by_operator(house, OPERATOR, name, OTHER)
    ops, law = (api("", "POST", "/sessions", {"user": name, "password": OTHER})[1]["token"] for name in ("ops", "law"))
    status, glass = api(ops, "POST", "/break_glass", {"reason": "the close hangs"})
    assert (status, glass["state"]) == (200, "asked")
    assert api(ops, "POST", f"/break_glass/{glass['id']}/agree")[0] == 403
    status, broken = api(boss, "POST", f"/break_glass/{glass['id']}/agree")
    assert (status, broken["state"], broken["approved_by"]) == (200, "broken", "boss")
    assert api(ops, "GET", "/me")[1]["roles"] == ["break_glass", "it_ops"]
    assert [one["id"] for one in api(ops, "GET", "/break_glass?state=broken")[1]["data"]] == [glass["id"]]
    assert api(ops, "POST", f"/break_glass/{glass['id']}/end")[1]["state"] == "over"
    assert api(law, "GET", f"/break_glass/{glass['id']}/record")[0] == 200
    assert api(boss, "POST", f"/break_glass/{glass['id']}/review", {"review": "it was needed"})[0] == 403
    assert api(law, "POST", f"/break_glass/{glass['id']}/review", {"review": "it was needed"})[1]["reviewed_by"] == "law"


@pytest.mark.parametrize("kind", ["sqlite"])
def test_a_role_that_ends_is_gone_from_the_next_request(house, api, boss, clock):
    api(boss, "POST", "/users", {"id": "wang", "name": "Wang Fang"})
    until = (clock.at + timedelta(minutes=5)).isoformat()
    status, given = api(boss, "POST", "/users/wang/grants", {"role": "it_ops", "reason": "for a moment", "until": until})
    assert status == 200
    set_by_operator(house, OPERATOR, "wang", OTHER)
    token = api("", "POST", "/sessions", {"user": "wang", "password": OTHER})[1]["token"]
    assert api(token, "GET", "/me")[1]["roles"] == ["it_ops"]
    assert api(boss, "POST", f"/grants/{given['id']}/end", {"reason": "done sooner"})[1]["ended_by"] == "boss"
    assert api(token, "GET", "/me")[1]["roles"] == []
    assert [one["ended_by"] for one in api(boss, "GET", "/users/wang/grants")[1]["data"]] == ["boss"]
    assert grant.grants_of(house, "wang")[0].ended_by == "boss"
