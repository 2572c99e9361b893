"""Duties kept apart, where a role is given and where something is done, on both databases where the book is asked."""

from datetime import UTC, date, datetime, timedelta
from itertools import permutations

import pytest
from sqlalchemy import insert

from plimsoll.app.access.door import Door
from plimsoll.app.access.look import Looking
from plimsoll.app.access.permission import Permission
from plimsoll.app.access.principal import NOTHING, Principal, Target
from plimsoll.app.access.separation import refuse_action, refuse_grant
from plimsoll.app.database.schema import link
from plimsoll.app.execute import Answer
from plimsoll.app.house import House
from plimsoll.app.open_door import open_door
from plimsoll.app.wiring import ALL_COMMANDS
from plimsoll.rulebook import access_conflict, access_role
from plimsoll.rulebook.rules import load
from plimsoll.servicing.draw import Draw
from plimsoll.servicing.open_customer import OpenCustomer
from plimsoll.servicing.open_line import OpenLine
from plimsoll.servicing.repay import Repay
from plimsoll.servicing.reverse import Reverse
from plimsoll.treasury.file_settlement import FileSettlement
from plimsoll.treasury.register_funder import RegisterFunder
from plimsoll.units.rate import Rate
from plimsoll.units.refusal import Malformed, Refused
from tests.access_cells import POLICY, read_roles
from tests.golden import read_texts

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
DAY = date(2026, 3, 2)
ANN, BOB = 41, 42
ROLES = read_roles()
KEPT = read_texts((POLICY / "conflicts.yaml").read_text(encoding="utf-8"))


def code(found):
    """Give the code of a refusal, or what was found."""
    return found.code if isinstance(found, Refused) else found


def are_apart(one, other):
    """Tell by the file alone whether two roles are never one person's."""
    if {one, other} & set(KEPT["alone"]):
        return True
    both = {*ROLES[one].far, *ROLES[other].far}
    return any(both & set(conflict["one"]) and both & set(conflict["other"]) for conflict in KEPT["conflicts"].values())


def test_every_pair_of_roles_is_refused_or_given_as_the_file_says():
    given = [name for name in ROLES if name not in KEPT["not_given"]]
    wrong = [
        (held, role)
        for held, role in permutations(given, 2)
        if code(refuse_grant((held,), role)) != ("duties_conflict" if are_apart(held, role) else None)
    ]
    assert not wrong
    assert {"collector", "finance"} in [{held, role} for held, role in permutations(given, 2) if are_apart(held, role)]


def test_what_no_role_may_hold_is_held_by_none():
    torn = {
        name
        for name, role in ROLES.items()
        for one in KEPT["conflicts"].values()
        if {*role.far} & {*one["one"]} and {*role.far} & {*one["other"]}
    }
    assert not torn


OF_MONEY = ("customer", "personal", "loan", "line", "limit", "application", "decision")
OF_CARE = ("review", "case", "contact", "complaint", "consent")


@pytest.mark.parametrize("name", ["it_ops", "tenant_admin", "support_engineer", "product_admin", "bidder", "merchant_key"])
def test_who_keeps_the_machines_or_trades_with_the_house_sees_no_customer(name):
    reading = {one for one in ROLES[name].far if one.partition(".")[0] in (*OF_MONEY, *OF_CARE)}
    assert not {one for one in reading if one.endswith((".read", ".search", ".reveal", ".export"))}


def test_the_auditor_reads_all_and_changes_nothing():
    changing = {one for one in ROLES["auditor"].far if not one.endswith(".read")}
    assert changing == {"customer.search", "personal.reveal", "loan.quote"}
    reads = {str(one) for one in Permission if one.endswith(".read")}
    assert reads == {one for one in ROLES["auditor"].far if one.endswith(".read")}


def test_a_borrower_reaches_themselves_only():
    assert {one for one, far in ROLES["borrower"].far.items() if far != "own"} == {"product.read"}
    house = {"loan.waive", "loan.reverse", "limit.change", "review.work", "evidence.record", "hardship.decide", "case.work", "contact.make"}
    assert not house & set(ROLES["borrower"].far)


def test_whoever_sees_personal_data_of_others_shows_a_second_factor():
    people = [role for role in ROLES.values() if "personal.reveal" in role.far and role.acts_for != "borrower"]
    assert people
    assert [role.name for role in people if "personal.reveal" not in role.strong] == []


@pytest.mark.parametrize(
    ("held", "role", "expected"),
    [
        ((), "collector", None),
        (("servicing",), "underwriter_1", None),
        (("collector",), "finance", "duties_conflict"),
        (("risk_analyst",), "product_admin", "duties_conflict"),
        (("risk_analyst",), "model_validator", "duties_conflict"),
        (("underwriter_1",), "treasury", "duties_conflict"),
        (("tenant_admin",), "it_ops", "duties_conflict"),
        (("auditor",), "model_validator", "duties_conflict"),
        ((), "break_glass", "duties_conflict"),
        (("support_engineer", "break_glass"), "it_ops", None),
        ((), "king", "role_unknown"),
    ],
)
def test_a_role_is_given_or_not(held, role, expected):
    assert code(refuse_grant(held, role)) == expected


def test_the_file_names_only_what_there_is():
    for one in access_conflict.load().conflicts:
        assert one.one | one.other <= set(Permission)
    for step in access_conflict.load().steps:
        assert step.first | step.then <= set(ALL_COMMANDS)
    assert access_conflict.load().related <= set(Permission)
    assert access_conflict.load().alone | access_conflict.load().not_given <= set(ROLES)


@pytest.mark.parametrize(
    ("file", "old", "new", "expected"),
    [
        ("conflicts.yaml", "one: [write_off.propose]", "one: [write_off.decide]", "field_malformed"),
        ("conflicts.yaml", "days: 365", "days: never", "field_malformed"),
        ("conflicts.yaml", "other: [policy.activate]", "other: [policy.activate, policy.activate]", "rule_duplicate"),
        ("roles.yaml", "own: [bidder.read,", "own: [tender.read,", "rule_duplicate"),
        ("roles.yaml", "strong: [personal.reveal]", "strong: [close.run]", "field_malformed"),
        ("roles.yaml", "acts_for: bidder", "acts_for: anybody", "field_malformed"),
        ("roles.yaml", "own: [funder.read]", "own: [funder]", "field_malformed"),
        ("roles.yaml", "is_machine: true\n    own", "is_machine: true\n    strong: [product.read]\n    own", "field_malformed"),
    ],
)
def test_a_file_that_says_what_cannot_be_is_refused(tmp_path, file, old, new, expected):
    said = (POLICY / file).read_text(encoding="utf-8")
    assert old in said
    (tmp_path / file).write_text(said.replace(old, new), encoding="utf-8")
    read = access_conflict.load if file == "conflicts.yaml" else access_role.load
    with pytest.raises(Malformed) as raised:
        read(tmp_path / file)
    assert raised.value.code == expected
    assert raised.value.line


def test_a_change_of_a_role_holds_from_its_day(tmp_path):
    said = (POLICY / "roles.yaml").read_text(encoding="utf-8")
    change = "    changes:\n      - {from: 2026-06-01, source: a test, farthest: {loan.read: none, tender.bid: house}}\n"
    given = "    own: [bidder.read, tender.bid]\n"
    assert given in said
    changed = said.replace(given, given.replace("]", ", loan.read]") + change)
    (tmp_path / "roles.yaml").write_text(changed, encoding="utf-8")
    bidder = access_role.load(tmp_path / "roles.yaml").roles["bidder"]
    before, after = bidder.gives(date(2026, 5, 31)), bidder.gives(date(2026, 6, 1))
    assert (before["tender.bid"], after["tender.bid"]) == ("own", "house")
    assert ("loan.read" in before, "loan.read" in after) == (True, False)


@pytest.fixture
def house(store):
    with House(store, load(), now=lambda: NOW) as opened:
        store.move_open_day(DAY)
        for one in (ANN, BOB):
            for asked in (
                OpenCustomer(f"c{one}", one, DAY),
                OpenLine(f"l{one}", one, DAY, "CNY", 5_000_00, 3_000_00, 2_000_00, 1, 10),
                Draw(f"d{one}", one, DAY, 2, 1_000_00, "CNY", Rate.parse("0.0004"), 3),
            ):
                assert isinstance(opened.execute(asked, actor="desk"), Answer)
        yield opened


def test_who_holds_both_sides_all_the_same_does_neither(house):
    both = Principal("kim", ("collector", "finance"), strong_at=NOW)
    door = Door(house)
    assert code(door.may(both, "write_off.decide", Target(ANN))) == "duties_conflict"
    assert code(door.may(both, "loan.waive", Target(ANN))) == "duties_conflict"
    assert door.may(both, "customer.read", Target(ANN)) == "unit"
    glass = Principal("kim", ("it_ops", "break_glass"), strong_at=NOW)
    assert door.may(glass, "limit.freeze", Target(ANN)) == "unit"


def test_nobody_acts_for_themselves_or_for_whom_they_share_a_thing_with(house):
    kim = Principal("kim", ("underwriter_2",), customer_id=ANN, strong_at=NOW)
    door = Door(house)
    assert code(door.may(kim, "limit.change", Target(ANN))) == "duties_conflict"
    assert door.may(kim, "limit.change", Target(BOB)) == "unit"
    assert door.may(kim, "loan.read", Target(ANN)) == "own"
    with house.store.changing() as connection:
        for one, kind in ((ANN, "phone"), (BOB, "device")):
            connection.execute(insert(link).values(customer_id=one, kind=kind, blind="x", since=NOW))
    assert door.may(kim, "limit.change", Target(BOB)) == "unit", "another kind of thing"
    with house.store.changing() as connection:
        connection.execute(insert(link).values(customer_id=BOB, kind="phone", blind="x", since=NOW))
    assert code(door.may(kim, "limit.change", Target(BOB))) == "duties_conflict"
    assert door.may(kim, "loan.read", Target(BOB)) == "unit"


def test_who_booked_a_repayment_does_not_undo_it(house):
    door = open_door(house)
    kim, key, lee = (Principal(name, ("treasury",), strong_at=NOW, key_id=key) for name, key in (("kim", ""), ("kim", "k1"), ("lee", "")))
    paid = door.ask(key, Repay("r1", ANN, DAY, 100_00, "CNY", 2))
    assert isinstance(paid, Answer)
    undo = Reverse("u1", ANN, DAY, 2, 1, reason="another account")
    for one in (kim, lee):
        now_finance = Principal(one.user_id, ("finance",), strong_at=NOW)
        found = door.ask(now_finance, undo)
        assert (code(found) == "duties_conflict") == (one.user_id == "kim"), found
    with Looking(house.store, kim, NOTHING) as looking:
        name = "reverse"
        assert refuse_action(looking, kim, undo, name, NOW) is not None
        assert refuse_action(looking, kim, undo, name, NOW + timedelta(days=366)) is None
        assert refuse_action(looking, kim, Reverse("u2", BOB, DAY, 2, 1), name, NOW) is None, "another customer"


def test_who_set_a_funders_terms_does_not_settle_with_it(house):
    registered = RegisterFunder("f1", "bank-a", DAY, "partner", "CNY", 1_000_000_00, Rate.parse("0.06"), Rate.parse("0.7"))
    assert isinstance(house.execute(registered, actor="kim"), Answer), registered
    settle = FileSettlement("s1", "bank-a", DAY, DAY, "{}")
    with Looking(house.store, Principal("kim", ()), NOTHING) as looking:
        for name, is_refused in (("kim", True), ("lee", False), ("ki", False)):
            found = refuse_action(looking, Principal(name, ("treasury",)), settle, "file_settlement", NOW)
            assert (code(found) == "duties_conflict") == is_refused, name
