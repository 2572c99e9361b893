"""The door, on both databases: who may do what to whom, what is not to be seen, and what a command may say of who asks."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import insert, select, update

from plimsoll.app.access.door import Door, Waiting
from plimsoll.app.access.price import agreed_rate
from plimsoll.app.access.principal import EVERYBODY, NOTHING, Principal, Relation, Target
from plimsoll.app.access.unit import place_in_unit, unit_of
from plimsoll.app.database.schema import filing, work_item
from plimsoll.app.database.schema_access import access_event, access_unit
from plimsoll.app.execute import Answer
from plimsoll.app.house import LIVE, READ_ONLY, House
from plimsoll.app.open_door import open_door
from plimsoll.collections.open_case import OpenCase
from plimsoll.collections.prefer_reminders import PreferReminders
from plimsoll.collections.propose_plan import ProposePlan
from plimsoll.loan.filing import body_of
from plimsoll.origination.decide_application import DecideApplication
from plimsoll.origination.review import Review
from plimsoll.rulebook.rules import load
from plimsoll.servicing.draw import Draw
from plimsoll.servicing.freeze import Freeze
from plimsoll.servicing.open_customer import OpenCustomer
from plimsoll.servicing.open_line import OpenLine
from plimsoll.servicing.purchase import Purchase
from plimsoll.servicing.refund import Refund
from plimsoll.servicing.repay import Repay
from plimsoll.servicing.set_limit import SetLimit
from plimsoll.units.rate import Rate
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


@pytest.fixture
def lent(house):
    """The house with lines: customer 41 and 42 each with a pay-later account."""
    house.store.move_open_day(DAY)
    for one in (ANN, BOB):
        opened = house.execute(OpenLine(f"l{one}", one, DAY, "CNY", 5_000_00, 3_000_00, 2_000_00, 1, 10), actor="desk")
        assert isinstance(opened, Answer), opened
    return house


def test_a_borrower_draws_at_the_price_that_was_agreed_and_no_other(lent):
    door, ann = open_door(lent), person("borrower", customer_id=ANN)
    with lent.store.engine.connect() as connection:
        agreed = agreed_rate(connection, lent.rules, ANN, "cash-line", DAY)
    assert not isinstance(agreed, Refused)

    def draw(key, rate, loan_id=2):
        return door.ask(ann, Draw(key, ANN, DAY, loan_id, 500_00, "CNY", rate, 3))

    assert code(draw("d1", Rate.parse("0"))) == "rate_not_agreed"
    assert code(draw("d2", Rate.parse("0.0001"))) == "rate_not_agreed"
    assert code(draw("d3", agreed)) not in ("rate_not_agreed", "absent", "permission_missing")
    with lent.store.changing() as connection:
        signed = {"cash_product": "cash-line", "rate": "0.0003", "first_draw_minor": 500_00}
        row = {"customer_id": ANN, "n": 900, "command_n": 1, "kind": "offer.signed", "subject": "a1", "effective_on": DAY}
        connection.execute(insert(filing).values(**row, recorded_at=NOW, actor="ann", rules_id=1, body=body_of(signed)))
    assert code(draw("d4", agreed, 3)) == "rate_not_agreed"
    staff = person("borrower", "servicing", customer_id=ANN)
    assert code(door.ask(staff, Draw("d5", BOB, DAY, 2, 500_00, "CNY", Rate.parse("0.0001"), 3))) == "permission_missing"


def test_what_somebody_says_of_themselves_has_to_be_theirs(lent):
    door = open_door(lent)
    with lent.store.changing() as connection:
        row = {"customer_id": BOB, "kind": "review", "subject": "a1", "command_n": 1, "state": "claimed", "priority": 0}
        connection.execute(insert(work_item).values(**row, due_at="", assigned_to="kim", note="", opened_at=NOW, changed_at=NOW))
    for role, rank, expected in (
        ("underwriter_1", "chief", "rank_not_yours"),
        ("underwriter_1", "underwriter", "application_unknown"),
        ("underwriter_2", "chief", "application_unknown"),
    ):
        opinion = Review(f"r-{role}-{rank}", BOB, DAY, "a1", "decline", rank, "CNY", reasons="R-1")
        assert code(door.ask(person(role, strong_at=NOW), opinion)) == expected, (role, rank)
    ann = person("borrower", customer_id=ANN)
    assert code(door.ask(ann, DecideApplication("e1", ANN, DAY, "a1", suspended="bureau"))) == "field_not_yours"
    assert code(door.ask(ann, DecideApplication("e2", ANN, DAY, "a1"))) != "field_not_yours"
    assert code(door.ask(ann, ProposePlan("p1", ANN, DAY, "p1", 1, "CNY", instalments=3))) == "field_not_yours"
    assert (
        code(door.ask(person("servicing"), ProposePlan("p2", ANN, DAY, "p2", 1, "CNY", instalments=3, is_borrowers=True)))
        == "field_not_yours"
    )


def test_a_merchant_sells_and_gives_back_in_its_own_name_only(lent):
    door, shop, other = open_door(lent), *(person("merchant_key", party=name, key_id="k") for name in ("shop", "other"))
    sold = door.ask(shop, Purchase("p1", ANN, DAY, 1, 100_00, "CNY", merchant="shop", ref="o-1"))
    assert isinstance(sold, Answer), sold
    number = json.loads(sold.text)["fact"]
    assert code(door.ask(shop, Purchase("p2", ANN, DAY, 1, 100_00, "CNY", merchant="other"))) == "absent"
    assert code(door.ask(shop, Purchase("p3", NOBODY, DAY, 1, 100_00, "CNY", merchant="shop"))) == "absent"
    back = [Refund(f"b{who.party}", ANN, DAY, 1, 50_00, "CNY", number, "o-1") for who in (shop, other)]
    assert code(door.ask(other, back[1])) == "absent"
    assert isinstance(door.ask(shop, back[0]), Answer)
    assert code(door.ask(shop, Refund("b9", ANN, DAY, 1, 50_00, "CNY", 99))) == "absent"
    assert code(door.may(shop, "loan.read", Target(ANN))) == "permission_missing"


@pytest.mark.parametrize("kind", ["sqlite"])
def test_a_merchant_cannot_tell_an_account_from_none(lent):
    """No such customer, no such account, no room, an amount that is none: the same word to the merchant; staff are told which."""
    door, shop = open_door(lent), person("merchant_key", party="shop", key_id="k")
    probes = [(NOBODY, 1, 100_00), (ANN, 9, 100_00), (ANN, 1, 99_999_00), (ANN, 1, 0)]
    asked = [Purchase(f"p{n}", who, DAY, loan, minor, "CNY", merchant="shop") for n, (who, loan, minor) in enumerate(probes)]
    told = [door.ask(shop, one) for one in asked]
    assert {(one.code, one.rule, one.detail) for one in told} == {("absent", "", "")}
    assert code(lent.execute(asked[2], actor="desk")) != "absent", "the book knows why"
    sold = Purchase("p9", ANN, DAY, 1, 100_00, "CNY", merchant="shop")
    assert isinstance(door.ask(shop, sold), Answer)
    assert code(door.ask(shop, replace(sold, amount_minor=200_00))) == "key_reused", "of the request, not of the account"


def test_who_repeats_what_they_were_allowed_to_do_is_given_the_first_answer(lent):
    door, key = open_door(lent), "m1"
    with lent.store.changing() as connection:
        row = {"customer_id": BOB, "kind": "case", "subject": "c1", "command_n": 1, "state": "claimed", "priority": 0}
        connection.execute(insert(work_item).values(**row, due_at="", assigned_to="kim", note="", opened_at=NOW, changed_at=NOW))
    asked = PreferReminders(key, BOB, DAY, ("sms",), "zh-CN")
    first = door.ask(person("collector"), asked)
    assert isinstance(first, Answer), first
    with lent.store.changing() as connection:
        connection.execute(update(work_item).where(work_item.c.kind == "case").values(assigned_to="lee"))
    again = door.ask(person("collector", unit="north"), asked)
    assert (again.text, again.is_replayed) == (first.text, True)
    assert code(door.ask(person("collector", unit="north"), PreferReminders("m2", BOB, DAY, ("sms",), "en"))) == "absent"
    assert code(door.ask(Principal("lee2", ("collector",), "north"), asked)) == "absent", "another person"
    assert code(door.ask(person("auditor"), asked)) == "permission_missing", "no longer held at all"


def test_whoever_opens_a_customer_has_them_in_their_unit(house):
    door, north, partner = open_door(house), person("servicing", unit="north"), person("partner_key", unit="broker", key_id="k")
    assert isinstance(door.ask(north, OpenCustomer("n1", 51, DAY)), Answer)
    assert isinstance(door.ask(partner, OpenCustomer("n2", 52, DAY)), Answer)
    assert isinstance(door.ask(person("servicing"), OpenCustomer("n3", 53, DAY)), Answer)
    assert [unit_of(house, one) for one in (51, 52, 53)] == ["north", "broker", ""]
    assert code(door.may(partner, "application.read", Target(51))) == "absent"
    assert door.may(partner, "application.read", Target(52)) is Relation.UNIT
    assert isinstance(door.ask(partner, OpenCustomer("n2", 52, DAY)), Answer), "again"
    assert place_in_unit(house, north, 51, "south", "moved") is None
    assert code(place_in_unit(house, north, 51, " south")) == "unit_malformed"
    assert code(door.may(north, "customer.read", Target(51))) == "absent"
    assert place_in_unit(house, north, 51, "") is None
    with house.store.engine.connect() as connection:
        placed = (
            select(access_event.c.subject, access_event.c.reason).where(access_event.c.customer_id == 51).order_by(access_event.c.event_id)
        )
        assert {tuple(row) for row in connection.execute(placed)} == {("north", ""), ("south", "moved"), ("", "")}


def test_where_there_is_real_money_a_borrower_books_none(store):
    with House(store, load(), mode=LIVE, now=lambda: NOW) as live:
        assert isinstance(live.execute(OpenCustomer("o", ANN, DAY), actor="desk"), Answer)
        paid = Repay("r1", ANN, DAY, 100_00, "CNY")
        assert code(open_door(live).ask(person("borrower", customer_id=ANN), paid)) == "permission_missing"
        assert code(open_door(live).ask(person("treasury", strong_at=NOW), paid)) != "permission_missing"


def test_a_house_that_only_reads_takes_nothing(store):
    with House(store, load(), mode=READ_ONLY, now=lambda: NOW) as mirror:
        door = open_door(mirror)
        assert code(door.ask(person("servicing"), OpenCustomer("o", ANN, DAY))) == "mode_read_only"
        assert code(door.may(person("servicing"), "customer.read", Target(ANN))) == "absent"


def test_a_look_at_personal_data_is_on_record_before_it_is_given(house):
    Door(house).saw(person("compliance", key_id="k9"), "personal", (BOB, ANN, BOB), "a request of theirs")
    with house.store.engine.connect() as connection:
        rows = connection.execute(select(access_event).order_by(access_event.c.customer_id)).all()
    assert [(row.actor, row.action, row.subject, row.customer_id, row.reason) for row in rows] == [
        ("kim/k9", "viewed", "personal", one, "a request of theirs") for one in (ANN, BOB)
    ]


def test_what_policy_asks_for_waits_for_others(lent):
    raised = SetLimit("s1", ANN, DAY, "CNY", 9_000_00, 9_000_00, 2_000_00, reason="income doubled")
    found = open_door(lent).ask(person("underwriter_2", strong_at=NOW), raised, reason="income doubled")
    assert isinstance(found, Waiting), found
    assert found.checkers >= 1
    with pytest.raises(AssertionError):
        Door(lent).ask(person("underwriter_2", strong_at=NOW), raised)
