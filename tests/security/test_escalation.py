"""More rights than one was given: by one's own hand, by a key, by what is left over of yesterday, by fields that nobody asked for."""

from datetime import timedelta

import pytest

from plimsoll.app.access import glass, grant, key
from plimsoll.app.access.key import NewKey
from plimsoll.app.access.principal import Principal
from plimsoll.app.access.recognise import key_of
from plimsoll.units.refusal import Refused
from tests import people_of_house
from tests.people_of_house import ROOT, settle

clock, house = people_of_house.clock, people_of_house.house


ONE_ENGINE = pytest.mark.parametrize("kind", ["sqlite"])


def by(house, text, address="") -> Principal:
    """Give who is recognised by a key."""
    found = key_of(house, text, address)
    assert not isinstance(found, Refused), found
    return found.who


@ONE_ENGINE
def test_attack_role_given_to_oneself(house):
    ada = settle(house, "ada", "tenant_admin")
    for role in ("finance", "underwriter_2", "break_glass"):
        assert grant.give(house, ada, "ada", role, "for a test").code == "user_is_yourself"
    with_key = Principal("ada", ada.roles, key_id="00")
    assert grant.give(house, with_key, "ada", "finance", "for a test").code == "user_is_yourself", "by a key of one's own no less"


@ONE_ENGINE
def test_attack_key_wider_than_its_maker_by_rotation(house):
    """Who has a narrow key of somebody does not come by it to a wide one of theirs."""
    settle(house, "kim", "servicing")
    kim = Principal("kim", ("servicing",))
    wide = key.make(house, kim, NewKey("kim", (), (), None))
    narrow = key.make(house, kim, NewKey("kim", ("product.read",), (), None))
    thief = by(house, narrow.text)
    assert key.make(house, thief, NewKey("kim", (), (), None)).code == "permission_missing"
    assert key.rotate(house, thief, wide.key.key_id).code == "permission_missing"
    assert not isinstance(key.rotate(house, thief, narrow.key.key_id), Refused), "its own it may renew"


@ONE_ENGINE
def test_attack_key_of_a_person_taken_by_who_manages_keys(house):
    """An administrator who renews somebody's key would be told it, and could be that person: a second pair of eyes with one head."""
    settle(house, "una", "underwriter_2")
    settle(house, "robot", "servicing", password="")
    ada = settle(house, "ada", "tenant_admin")
    hers = key.make(house, Principal("una", ("underwriter_2",)), NewKey("una", (), (), None))
    assert key.rotate(house, ada, hers.key.key_id).code == "key_for_a_person"
    machine = key.make(house, ada, NewKey("robot", (), (), None))
    assert not isinstance(machine, Refused), machine
    assert not isinstance(key.rotate(house, ada, machine.key.key_id), Refused)
    giver = Principal(ROOT.user_id, ("tenant_admin",))
    assert key.rotate(house, giver, machine.key.key_id).code == "two_people_needed", "who gave the machine its roles does not hold its key"
    assert not isinstance(key.revoke(house, ada, hers.key.key_id, "it was seen"), Refused), "to end it anybody may who manages keys"


@ONE_ENGINE
def test_attack_key_that_leaves_its_network_by_making_another(house):
    settle(house, "kim", "servicing")
    near = key.make(house, Principal("kim", ("servicing",)), NewKey("kim", (), ("203.0.113.0/24",), None))
    thief = by(house, near.text, "203.0.113.9")
    for networks in ((), ("0.0.0.0/0",), ("203.0.113.0/24", "198.51.100.0/24"), ("2001:db8::/48",)):
        assert key.make(house, thief, NewKey("kim", (), networks, None)).code == "permission_missing", networks
    assert not isinstance(key.make(house, thief, NewKey("kim", (), ("203.0.113.128/25",), None)), Refused)


@ONE_ENGINE
def test_attack_break_glass_used_again(house, clock):
    ops, ada, lee = settle(house, "ops", "it_ops"), settle(house, "ada", "tenant_admin"), settle(house, "lee", "compliance")
    asked = glass.ask(house, ops, "the gateway is down")
    assert glass.agree(house, ops, asked.glass_id).code == "two_people_needed"
    assert glass.agree(house, ada, asked.glass_id).state == glass.BROKEN
    assert glass.agree(house, lee, asked.glass_id).code == "glass_not_asked", "nobody makes it longer"
    clock.go(hours=1, seconds=1)
    assert glass.agree(house, ada, asked.glass_id).code == "glass_not_asked", "what is over is not broken again"
    assert glass.review(house, ops, asked.glass_id, "it was needed").code == "two_people_needed"
    assert glass.review(house, ada, asked.glass_id, "it was needed").code == "two_people_needed"
    assert glass.review(house, lee, asked.glass_id, "it was needed").state == glass.REVIEWED
    assert glass.agree(house, ada, asked.glass_id).code == "glass_not_asked"
    assert clock.at > asked.asked_at + timedelta(hours=1)
