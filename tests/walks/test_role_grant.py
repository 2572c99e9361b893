"""A role in a house that lends real money: one asks, another agrees, and neither is the one who receives it."""

from dataclasses import replace

import pytest
from starlette.testclient import TestClient

from plimsoll.app.access import grant
from plimsoll.app.access.grant import Grant, Wish, grants_of
from plimsoll.app.acts import ACTS
from plimsoll.app.approve.check import AGREE, Checked, check
from plimsoll.app.approve.give_role import give_role
from plimsoll.app.approve.inbox import approval_of
from plimsoll.app.approve.need import Waiting
from plimsoll.app.house import LIVE, SANDBOX
from plimsoll.app.open_door import open_door
from plimsoll.interfaces.http.serve import application
from tests.people_of_house import Clock, house_of, settle

WISH = Wish("kim", "servicing", "works at the desk")


def held(house, user_id):
    return [one.role for one in grants_of(house, user_id) if one.ended_at is None]


def agreed(house, waiting, who):
    found = check(
        house, replace(who, strong_at=house.now()), waiting.approval_id, waiting.sha256, AGREE, may=open_door(house).may, acts=ACTS
    )
    return found.state if isinstance(found, Checked) else found.code


@pytest.fixture
def clock():
    return Clock()


def test_a_second_person_agrees_and_it_is_given_once(store, clock):
    house = house_of(store, clock, mode=LIVE)
    ann, bob, kim = (settle(house, name, *roles) for name, roles in (("ann", ["tenant_admin"]), ("bob", ["compliance"]), ("kim", [])))
    waiting = give_role(house, ann, WISH, "key-1")
    assert isinstance(waiting, Waiting)
    assert held(house, "kim") == []
    assert give_role(house, ann, WISH, "key-1").approval_id == waiting.approval_id
    shown = approval_of(house, waiting.approval_id)
    assert shown.headline_en == "Give a role to kim"
    assert agreed(house, waiting, ann) == "maker_cannot_check"
    assert agreed(house, waiting, kim) == "permission_missing"
    assert agreed(house, waiting, bob) == "executed"
    assert agreed(house, waiting, bob) == "executed"
    (given,) = grants_of(house, "kim")
    assert (given.role, given.given_by, given.reason) == ("servicing", "ann", WISH.reason)


def test_nobody_agrees_to_a_role_of_their_own(store, clock):
    house = house_of(store, clock, mode=LIVE)
    ann, bob = settle(house, "ann", "tenant_admin"), settle(house, "bob", "compliance")
    settle(house, "cai", "tenant_admin")
    waiting = give_role(house, ann, Wish("bob", "auditor", "looks on too"), "key-1")
    if isinstance(waiting, Waiting):
        assert agreed(house, waiting, bob) == "user_is_yourself"
    else:
        assert waiting.code == "duties_conflict"
    assert held(house, "bob") == ["compliance"]


def test_what_changed_meanwhile_makes_it_stale(store, clock):
    house = house_of(store, clock, mode=LIVE)
    ann, bob = settle(house, "ann", "tenant_admin"), settle(house, "bob", "compliance")
    settle(house, "kim")
    first, second = give_role(house, ann, WISH, "key-1"), give_role(house, ann, Wish("kim", "collector", "or there"), "key-2")
    assert agreed(house, first, bob) == "executed"
    assert agreed(house, second, bob) == "approval_stale"
    assert held(house, "kim") == ["servicing"]


def test_the_first_people_are_let_in_by_one(store, clock):
    house = house_of(store, clock, mode=LIVE)
    ann = settle(house, "ann", "tenant_admin")
    settle(house, "bob")
    settle(house, "kim")
    assert isinstance(give_role(house, ann, Wish("bob", "tenant_admin", "the second of two")), Grant), "nobody else could agree"
    assert isinstance(give_role(house, ann, WISH), Waiting), "from now on somebody can"


def test_a_sandbox_asks_nobody_and_what_cannot_be_given_is_not_asked_for(store, clock):
    house = house_of(store, clock, mode=SANDBOX)
    ann = settle(house, "ann", "tenant_admin")
    settle(house, "bob", "tenant_admin")
    settle(house, "kim")
    given = give_role(house, ann, WISH)
    assert isinstance(given, Grant)
    house = house_of(store, clock, mode=LIVE)
    assert give_role(house, ann, WISH, "key-2").code == "role_held"
    assert give_role(house, ann, Wish("ann", "servicing", "for me"), "key-3").code == "user_is_yourself"
    assert isinstance(grant.take_back(house, ann, given.grant_id, "left"), Grant), "what is taken back waits for nobody"


def test_over_http_it_waits_and_the_other_agrees(store, clock):
    house = house_of(store, clock, mode=LIVE)
    ann, bob = (
        replace(settle(house, name, role), strong_at=house.now()) for name, role in (("ann", "tenant_admin"), ("bob", "compliance"))
    )
    settle(house, "kim")
    people = {"plk_live_a_1": ann, "plk_live_b_2": bob}
    with TestClient(application(house, open_door(house), recognise=lambda _house, token, _address: people[token])) as client:

        def post(who, path, body, key):
            heads = {"Authorization": f"Bearer {who}", "Idempotency-Key": key}
            return client.post(f"/v1{path}", json=body, headers=heads)

        asked = post("plk_live_a_1", "/users/kim/grants", {"role": "servicing", "reason": "works at the desk"}, "k1")
        assert asked.status_code == 202, asked.text
        again = post("plk_live_a_1", "/users/kim/grants", {"role": "servicing", "reason": "works at the desk"}, "k1")
        assert (again.status_code, again.json()) == (202, asked.json())
        waiting = asked.json()
        done = post("plk_live_b_2", f"/approvals/{waiting['id']}/approve", {"payload_sha256": waiting["payload_sha256"]}, "k2")
        assert done.status_code == 200, done.text
    assert held(house, "kim") == ["servicing"]
