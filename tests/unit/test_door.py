"""The door, on both databases: who may do what to whom, what is not to be seen, and what a command may say of who asks."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import insert

from plimsoll.app.access.door import Door
from plimsoll.app.access.principal import EVERYBODY, NOTHING, Principal, Relation, Target
from plimsoll.app.execute import Answer
from plimsoll.app.house import House
from plimsoll.app.schema_access import access_unit
from plimsoll.collections.open_case import OpenCase
from plimsoll.rulebook.rules import load
from plimsoll.servicing.draw import Draw
from plimsoll.servicing.freeze import Freeze
from plimsoll.servicing.open_customer import OpenCustomer
from plimsoll.units.refusal import Refused

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
DAY = date(2026, 3, 2)
ANN, BOB, NOBODY = 41, 42, 43


@pytest.fixture
def house(store):
    with House(store, load(), now=lambda: NOW) as opened:
        for customer_id in (ANN, BOB):
            answer = opened.execute(OpenCustomer(f"open-{customer_id}", customer_id, DAY), actor="desk")
            assert isinstance(answer, Answer), answer
        with store.changing() as connection:
            connection.execute(insert(access_unit).values(customer_id=ANN, unit="north"))
        yield opened


def person(*roles, **more):
    """Give somebody with roles."""
    return Principal("kim", roles, **more)


def code(found):
    """Give the code of a refusal, or what was found."""
    return found.code if isinstance(found, Refused) else found


def test_a_borrower_sees_themselves_and_nobody_else(house):
    door, ann = Door(house), person("borrower", customer_id=ANN)
    assert door.may(ann, "loan.read", Target(ANN)) is Relation.OWN
    assert code(door.may(ann, "loan.read", Target(BOB))) == code(door.may(ann, "loan.read", Target(NOBODY))) == "absent"
    assert code(door.may(ann, "loan.waive", Target(ANN))) == "permission_missing"
    assert code(door.may(ann, "loan.waive", Target(NOBODY))) == "permission_missing"
    assert door.sight(ann, "loan.read").customer_ids == {ANN}
    assert not door.sight(ann, "case.read").is_everybody


def test_a_unit_bounds_what_its_people_see(house):
    door, north, south, whole = Door(house), *(person("servicing", unit=unit) for unit in ("north", "south", ""))
    assert door.may(north, "customer.read", Target(ANN)) is Relation.UNIT
    assert code(door.may(south, "customer.read", Target(ANN))) == "absent"
    assert code(door.may(north, "customer.read", Target(BOB))) == "absent", "of no unit: for the whole house only"
    assert door.may(whole, "customer.read", Target(BOB)) is Relation.UNIT
    assert door.may(north, "customer.read", EVERYBODY) is Relation.UNIT
    with house.store.engine.connect() as connection:
        assert [door.sight(who, "customer.read").holds(connection, ANN) for who in (north, south, whole)] == [True, False, True]
        assert [door.sight(who, "customer.read").holds(connection, BOB) for who in (north, south, whole)] == [False, False, True]


def test_what_concerns_nobody_needs_the_whole_house(house):
    door = Door(house)
    assert door.may(person("auditor"), "ledger.read", NOTHING) is Relation.HOUSE
    assert code(door.may(person("servicing"), "ledger.read", NOTHING)) == "permission_missing"
    assert code(door.may(person("no_such_role"), "ledger.read")) == "permission_missing"


def test_a_key_may_no_more_than_it_is_narrowed_to(house):
    narrow = person("house_job", narrowed=("loan.repay",), key_id="k1")
    assert code(Door(house).may(narrow, "loan.repay", Target(ANN))) is Relation.UNIT
    assert code(Door(house).may(narrow, "limit.review", Target(ANN))) == "permission_missing"


def test_a_second_factor_is_asked_for_where_policy_says_so(house):
    door = Door(house)
    shown = [None, NOW - timedelta(days=1), NOW]
    found = [code(door.may(person("auditor", strong_at=at), "personal.reveal", Target(ANN))) for at in shown]
    assert found == ["second_factor_needed", "second_factor_needed", Relation.UNIT]


def test_ask_executes_only_what_one_may(house):
    door = Door(house)
    draw = Draw("d1", BOB, DAY, 1, 100_00, "CNY", None, 12, "annuity")
    assert code(door.ask(person("borrower", customer_id=ANN), draw)) == "absent"
    assert code(door.ask(person("auditor"), draw)) == "permission_missing"
    assert isinstance(door.ask(person("risk_analyst"), Freeze("f0", NOBODY, DAY, "odd")), Refused)
    assert code(door.ask(person("risk_analyst"), OpenCase("c1", ANN, DAY))) == "permission_missing"
