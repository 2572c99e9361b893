"""Keys of the API: shown once, narrowed, bound to networks, rotated. The glass: asked by one, agreed by another, seen by a third."""

from datetime import timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from plimsoll.app.access import glass, key, people
from plimsoll.app.access.door import Door
from plimsoll.app.access.key import NewKey
from plimsoll.app.access.principal import Principal, Relation
from plimsoll.app.access.recognise import by_key, by_session, key_of
from plimsoll.app.database.opening import open_store
from plimsoll.app.database.schema_access import access_key
from plimsoll.app.house import LIVE
from plimsoll.units.refusal import Malformed
from tests import people_of_house
from tests.people_of_house import BOSS, PASSWORD, ROOT, code, enter, house_of, settle

clock, house = people_of_house.clock, people_of_house.house


def other(digits):
    """The same digits but for the last."""
    return digits[:-1] + ("1" if digits.endswith("0") else "0")


def test_a_key_is_shown_once_and_lies_hashed(house):
    wang = settle(house, "wang", "servicing", unit="hangzhou")
    made = key.make(house, wang, NewKey("wang"))
    assert made.text.startswith(f"plk_test_{made.key.key_id}_")
    who = by_key(house, made.text, "")
    assert (who.user_id, who.roles, who.unit, who.actor) == ("wang", ("servicing",), "hangzhou", f"wang/{made.key.key_id}")
    with house.store.engine.connect() as connection:
        row = connection.execute(select(access_key)).one()
    assert made.text.rpartition("_")[2] not in f"{row}"
    assert row.used_on == house.now().date()


def test_what_a_key_made_ends_with_it(house, clock):
    """Who held a key that is ended does not go on by another one that they made with it, however far down the line."""
    wang, robot = settle(house, "wang", "servicing"), settle(house, "robot", "servicing", password="")
    first = key.make(house, wang, NewKey("wang"))
    own = key.make(house, wang, NewKey("wang"))
    by_first = by_key(house, first.text, "")
    second = key.make(house, by_first, NewKey("wang"))
    third = key.make(house, by_key(house, second.text, ""), NewKey("robot"))
    renewed = key.rotate(house, by_first, first.key.key_id, timedelta(hours=1))
    clock.go(hours=2)
    assert key.get(house, first.key.key_id).ended_at is None, "it ran out"
    gone = key.revoke(house, wang, first.key.key_id, "it was seen in a log")
    assert set(gone.ended_with_it) == {one.key.key_id for one in (second, third, renewed)}
    for one in (first, second, third, renewed):
        assert code(by_key(house, one.text, "")) == "not_recognised"
    assert by_key(house, own.text, "").user_id == "wang", "what the person made goes on"
    assert code(key.revoke(house, wang, first.key.key_id, "once more")) == "key_ended"
    by_own = key.make(house, by_key(house, own.text, ""), NewKey("robot"))
    people.close(house, BOSS, "wang", people.get(house, "wang").version, "left the house")
    assert code(by_key(house, by_own.text, "")) == "not_recognised"
    assert people.get(house, robot.user_id).state == "active"


@pytest.mark.parametrize("kind", ["sqlite"])
def test_a_key_with_anything_changed_is_nobodys(house):
    made = key.make(house, settle(house, "wang", "servicing"), NewKey("wang"))
    prefix, mode, key_id, secret = made.text.split("_")
    for wrong in (
        f"{prefix}_{mode}_{key_id}_{other(secret)}", f"{prefix}_{mode}_{key_id}_", f"{prefix}_{mode}_{key_id}",
        f"{prefix}_{mode}__{secret}",
        f"{prefix}_{mode}_{other(key_id)}_{secret}", f" {made.text}", f"{made.text}_", f"pls_{mode}_{key_id}_{secret}",
        f"{prefix}_{mode}_{key_id}_{'0' * 64}", f"{prefix}_{mode}_%_{secret}",
    ):  # fmt: skip
        assert code(by_key(house, wrong, "")) == "not_recognised"


def test_test_keys_work_in_a_sandbox_and_live_keys_in_a_live_house(house, clock):
    wang = settle(house, "wang", "servicing")
    made = key.make(house, wang, NewKey("wang"))
    with house_of(house.store, clock, mode=LIVE) as live:
        assert code(by_key(live, made.text, "")) == "key_of_another_mode"
        real = key.make(live, wang, NewKey("wang"))
        assert real.text.startswith("plk_live_")
        assert by_key(live, real.text, "").user_id == "wang"
    assert code(by_key(house, real.text, "")) == "key_of_another_mode"


def test_a_key_comes_from_its_networks_only(house):
    wang = settle(house, "wang", "servicing")
    made = key.make(house, wang, NewKey("wang", networks=("203.0.113.0/24", "2001:db8::/48")))
    for address in ("203.0.113.9", "::ffff:203.0.113.9", "2001:db8::1"):
        assert by_key(house, made.text, address).user_id == "wang"
    for address in ("203.0.114.9", "::ffff:203.0.114.9", "2001:db9::1", "", "testclient", "203.0.113.9, 203.0.114.9"):
        assert code(by_key(house, made.text, address)) == "address_not_allowed"
    for network in ("203.0.113.9/24", "everywhere", "", "10.0.0.0/33"):
        with pytest.raises(Malformed) as wrong:
            key.make(house, wang, NewKey("wang", networks=(network,)))
        assert wrong.value.code == "key_network_malformed"


def test_a_key_narrows_what_its_user_may_and_never_widens_it(house):
    wang = settle(house, "wang", "servicing")
    made = key.make(house, wang, NewKey("wang", ("product.read", "role.grant")))
    door, who = Door(house), by_key(house, made.text, "")
    assert door.may(who, "product.read") is Relation.HOUSE
    assert code(door.may(who, "rule.read")) == "permission_missing", "narrowed away"
    assert code(door.may(who, "role.grant")) == "permission_missing", "its user may not"
    assert code(key.make(house, wang, NewKey("wang", ("fly.away",)))) == "permission_unknown"
    assert code(key.make(house, who, NewKey("wang"))) == "permission_missing", "a narrow key makes no wide one"
    assert isinstance(key.make(house, who, NewKey("wang", ("product.read",))), key.MadeKey)


def test_a_person_makes_their_own_keys_and_a_machine_takes_two(house):
    settle(house, "wang", "servicing")
    settle(house, "shop", "merchant_key", password="", party="shop-7")
    assert code(key.make(house, BOSS, NewKey("wang"))) == "key_for_a_person"
    assert code(key.make(house, ROOT, NewKey("shop"))) == "two_people_needed", "who gave it its roles"
    assert by_key(house, key.make(house, BOSS, NewKey("shop")).text, "").party == "shop-7"
    assert code(key.make(house, BOSS, NewKey("nobody.there"))) == "absent"


def test_a_key_ends(house, clock):
    wang = settle(house, "wang", "servicing")
    assert code(key.make(house, wang, NewKey("wang", until=clock.at))) == "until_passed"
    assert code(key.make(house, wang, NewKey("wang", until=clock.at + timedelta(days=366)))) == "key_too_long"
    short = key.make(house, wang, NewKey("wang", until=clock.at + timedelta(hours=1)))
    long = key.make(house, wang, NewKey("wang"))
    clock.go(hours=1)
    assert code(by_key(house, short.text, "")) == "not_recognised"
    assert by_key(house, long.text, "").user_id == "wang"
    assert [one.key_id for one in key.keys(house, "wang")] == [long.key.key_id]
    assert len(key.keys(house, with_ended=True)) == 2
    clock.go(days=365)
    assert code(by_key(house, long.text, "")) == "not_recognised"


def test_a_key_that_is_revoked_stops_here_at_once_and_elsewhere_in_ten_seconds(house, clock):
    wang = settle(house, "wang", "servicing")
    made = key.make(house, wang, NewKey("wang"))
    watch = [5.0]
    with open_store(house.store.address.url) as other, house_of(other, clock) as elsewhere:
        assert isinstance(by_key(elsewhere, made.text, "", clock=lambda: watch[0]), Principal)
        assert code(key.revoke(house, wang, made.key.key_id, "no")) == "reason_too_short"
        assert key.revoke(house, wang, made.key.key_id, "it was seen").ended_at == clock.at
        assert code(by_key(house, made.text, "")) == "not_recognised"
        watch[0] += 10
        assert code(by_key(elsewhere, made.text, "", clock=lambda: watch[0])) == "not_recognised"
    assert code(key.revoke(house, wang, made.key.key_id, "once more")) == "key_ended"
    assert code(key.revoke(house, wang, "none", "once more")) == "absent"


def test_both_keys_work_while_one_follows_the_other(house, clock):
    wang = settle(house, "wang", "servicing")
    old = key.make(house, wang, NewKey("wang", ("product.read",), ("203.0.113.0/24",), clock.at + timedelta(days=30)))
    clock.go(days=20)
    assert code(key.rotate(house, wang, old.key.key_id, timedelta(hours=73))) == "overlap_too_long"
    new = key.rotate(house, wang, old.key.key_id, timedelta(hours=2))
    assert (new.key.permissions, new.key.networks, new.key.replaces) == (old.key.permissions, old.key.networks, old.key.key_id)
    assert new.key.until == clock.at + timedelta(days=30)
    for text_ in (old.text, new.text):
        assert by_key(house, text_, "203.0.113.9").user_id == "wang"
    clock.go(hours=2)
    assert code(by_key(house, old.text, "203.0.113.9")) == "not_recognised"
    assert by_key(house, new.text, "203.0.113.9").user_id == "wang"
    assert code(key.rotate(house, wang, old.key.key_id)) == "key_ended"


def test_a_key_is_pinned_to_the_first_version_it_was_used_with(house):
    made = key.make(house, settle(house, "wang", "servicing"), NewKey("wang"))
    assert key_of(house, made.text, "").pinned == ""
    key.pin(house, made.key.key_id, "2026-12-01")
    key.pin(house, made.key.key_id, "2027-06-01")
    assert key_of(house, made.text, "").pinned == "2026-12-01"


# ---- breaking the glass


def test_the_glass_is_broken_by_two_for_an_hour_and_looked_at_by_a_third(house, clock):
    ops = settle(house, "ops", "it_ops")
    begun = enter(house, "ops", PASSWORD)
    asked = glass.ask(house, ops, "the close hangs at two in the morning")
    assert by_session(house, begun.token).roles == ("it_ops",)
    assert code(glass.ask(house, ops, "once more")) == "glass_open"
    assert code(glass.agree(house, ops, asked.glass_id)) == "two_people_needed"
    own = key.make(house, ops, NewKey("ops"))
    clock.go(seconds=1)
    broken = glass.agree(house, BOSS, asked.glass_id)
    assert (broken.state, broken.until) == ("broken", clock.at + timedelta(hours=1))
    assert by_session(house, begun.token).roles == ("break_glass", "it_ops")
    assert by_key(house, own.text, "").roles == ("it_ops",), "the person, not their keys"
    Door(house).saw(ops, "customer", [17], "who was hit")
    assert code(glass.agree(house, BOSS, asked.glass_id)) == "glass_not_asked"
    assert code(glass.review(house, ROOT, asked.glass_id, "it was right")) == "glass_not_over"
    for _ in range(6):
        clock.go(minutes=10)
        found = by_session(house, begun.token)
    assert found.roles == ("it_ops",), "the hour is over"
    assert [(one.action, one.customer_id) for one in glass.done_meanwhile(house, asked.glass_id)] == [("viewed", 17)]
    assert [one.glass_id for one in glass.glasses(house, state="over")] == [asked.glass_id]
    assert code(glass.review(house, ops, asked.glass_id, "it was right")) == "two_people_needed"
    assert code(glass.review(house, BOSS, asked.glass_id, "it was right")) == "two_people_needed"
    assert glass.review(house, ROOT, asked.glass_id, "it was right").state == "reviewed"
    assert code(glass.review(house, ROOT, asked.glass_id, "once more")) == "glass_reviewed"
    assert code(glass.end(house, ops, asked.glass_id)) == "glass_over"


def test_it_ends_before_its_time_and_what_was_not_agreed_to_is_not_reviewed(house):
    ops = settle(house, "ops", "it_ops", password="")
    asked = glass.ask(house, ops, "the close hangs")
    assert code(glass.done_meanwhile(house, "gl_none")) == "absent"
    assert glass.done_meanwhile(house, asked.glass_id) == []
    assert glass.end(house, ops, asked.glass_id).state == "over"
    assert code(glass.review(house, ROOT, asked.glass_id, "it was right")) == "glass_not_over"
    again = glass.ask(house, ops, "the close hangs again")
    glass.agree(house, BOSS, again.glass_id)
    assert glass.end(house, ops, again.glass_id).state == "over"
    assert isinstance(glass.review(house, ROOT, again.glass_id, "it was right"), glass.Glass)


@pytest.mark.parametrize(
    ("change", "wall"),
    [
        ("approved_by = 'ops'", "ck_access_glass_approved"),
        ("reviewed_by = 'ops'", "ck_access_glass_reviewed"),
        ("approved_by = 'boss', reviewed_by = 'boss'", "ck_access_glass_third"),
    ],
)
def test_the_database_holds_the_three_apart(house, change, wall):
    glass.ask(house, settle(house, "ops", "it_ops", password=""), "the close hangs")
    with pytest.raises(DBAPIError, match=wall), house.store.changing() as connection:
        connection.execute(text(f"UPDATE access_glass SET {change}"))
