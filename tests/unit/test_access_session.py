"""Who asks: sessions that end by themselves, by their owner and by others; keys of the API; what is trusted, and for how long."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from plimsoll.app.access import session
from plimsoll.app.access.memory import KEPT_MAX, Memory
from plimsoll.app.access.principal import Principal
from plimsoll.app.access.recognise import Sitting, by_session, by_token, session_of
from plimsoll.app.access.session import sessions_of, sign_out, sign_out_everywhere
from plimsoll.app.database.opening import open_store
from plimsoll.app.database.schema_access import access_event, access_event_waiting, access_session
from plimsoll.units.refusal import Refused
from tests import people_of_house
from tests.people_of_house import enter, house_of, settle

clock, house = people_of_house.clock, people_of_house.house


def actions(house, actor):
    columns = access_event.c
    with house.store.engine.connect() as connection:
        return list(connection.execute(select(columns.action).where(columns.actor == actor).order_by(columns.event_id)).scalars())


def test_a_session_says_who_it_is_and_nothing_of_it_lies_in_the_book(house):
    settle(house, "wang", "servicing", unit="hangzhou")
    begun = enter(house, "wang", device="a browser")
    who = by_token(house, begun.token, "")
    assert isinstance(who, Principal)
    assert (who.user_id, who.roles, who.unit, who.strong_at) == ("wang", ("servicing",), "hangzhou", None)
    with house.store.engine.connect() as connection:
        row = connection.execute(select(access_session)).one()
    assert begun.token.encode() not in row.token
    assert begun.token not in f"{row}"


def test_a_session_ends_when_it_is_not_used_and_when_it_is_old(house, clock):
    settle(house, "wang", "servicing")
    begun = enter(house, "wang")
    clock.go(minutes=14, seconds=59)
    assert isinstance(by_session(house, begun.token), Principal)
    clock.go(minutes=14, seconds=59)
    assert isinstance(by_session(house, begun.token), Principal), "use begins the time anew"
    clock.go(minutes=15)
    assert by_session(house, begun.token) == Refused("session_ended")
    again = enter(house, "wang")
    for _ in range(47):
        clock.go(minutes=10)
        assert isinstance(by_session(house, again.token), Principal)
    clock.go(minutes=10)
    assert by_session(house, again.token) == Refused("session_ended"), "eight hours, however much it is used"


def test_use_is_written_down_for_other_processes(house, clock):
    settle(house, "wang", "servicing")
    begun = enter(house, "wang")
    for _ in range(3):
        clock.go(minutes=10)
        assert isinstance(by_session(house, begun.token), Principal)
    with open_store(house.store.address.url) as other, house_of(other, clock) as elsewhere:
        clock.go(minutes=14)
        assert isinstance(by_session(elsewhere, begun.token), Principal)


def test_what_is_ended_elsewhere_is_trusted_ten_seconds_longer_and_not_more(house, clock):
    settle(house, "wang", "servicing")
    begun = enter(house, "wang")
    watch = [100.0]
    with open_store(house.store.address.url) as other, house_of(other, clock) as elsewhere:
        assert isinstance(by_session(elsewhere, begun.token, clock=lambda: watch[0]), Principal)
        sign_out(house, begun.token)
        assert by_session(house, begun.token) == Refused("session_ended"), "at once where it was done"
        watch[0] += 9.9
        assert isinstance(by_session(elsewhere, begun.token, clock=lambda: watch[0]), Principal)
        watch[0] += 0.1
        assert by_session(elsewhere, begun.token, clock=lambda: watch[0]) == Refused("session_ended")


def test_signing_out_is_on_record_once(house):
    settle(house, "wang", "servicing")
    begun = enter(house, "wang")
    sign_out(house, begun.token)
    sign_out(house, begun.token)
    sign_out(house, "pls_of nobody")
    assert actions(house, "wang") == ["password_set", "signed_in", "signed_out"]


@pytest.mark.parametrize("kind", ["sqlite"])
def test_signing_out_everywhere_ends_every_session(house):
    settle(house, "wang", "servicing")
    begun = [enter(house, "wang") for _ in range(3)]
    assert len(sessions_of(house, "wang")) == 3
    assert sign_out_everywhere(house, "wang", "wang") == 3
    assert [by_session(house, one.token) for one in begun] == [Refused("session_ended")] * 3
    assert sessions_of(house, "wang") == []


@pytest.mark.parametrize("kind", ["sqlite"])
def test_a_list_of_sessions_marks_ones_own_and_leaves_out_what_has_ended(house, clock):
    settle(house, "wang", "servicing")
    first = enter(house, "wang", device="a phone")
    clock.go(minutes=10)
    second = enter(house, "wang", device="a desk")
    assert [(one.session_id, one.device, one.is_this) for one in sessions_of(house, "wang", second.token)] == [
        (second.session_id, "a desk", True), (first.session_id, "a phone", False),
    ]  # fmt: skip
    clock.go(minutes=10)
    assert [one.session_id for one in sessions_of(house, "wang", second.token)] == [second.session_id]


def test_signing_in_ends_the_session_that_the_browser_held(house):
    settle(house, "wang", "servicing")
    planted = enter(house, "wang")
    begun = enter(house, "wang", token=planted.token)
    assert begun.token != planted.token
    assert by_session(house, planted.token) == Refused("session_ended")
    assert isinstance(by_session(house, begun.token), Principal)


@pytest.mark.parametrize("kind", ["sqlite"])
def test_a_session_carries_a_secret_for_forms_of_its_own(house):
    settle(house, "wang", "servicing")
    one, other = enter(house, "wang"), enter(house, "wang")
    sitting = session_of(house, one.token)
    assert isinstance(sitting, Sitting)
    assert sitting.csrf == one.csrf != other.csrf
    assert sitting.ends_at - one.ends_at == timedelta(0)


@pytest.mark.parametrize("kind", ["sqlite"])
@pytest.mark.parametrize("token", ["", "pls_", "plk_test_x_y", "plk_live_00_00", "Bearer x", "\ud800", "x" * 10_000])
def test_what_is_no_token_recognises_nobody(house, token):
    found = by_token(house, token, "")
    assert isinstance(found, Refused)
    assert found.code in ("not_recognised", "key_of_another_mode")


def test_every_event_waits_to_be_sealed(house):
    settle(house, "wang", "servicing")
    enter(house, "wang")
    with house.store.engine.connect() as connection:
        made = set(connection.execute(select(access_event.c.event_id)).scalars())
        waiting = set(connection.execute(select(access_event_waiting.c.event_id)).scalars())
    assert made == waiting
    assert made


def test_a_memory_forgets_who_was_looked_up_longest_ago():
    memory: Memory[int] = Memory()
    for number in range(KEPT_MAX + 1):
        memory.keep(b"%d" % number, number, lambda: 0.0)
    assert memory.get(b"0", 10, lambda: 0.0) is None
    assert memory.get(b"1", 10, lambda: 0.0) == 1
    memory.forget()
    assert memory.get(b"1", 10, lambda: 0.0) is None


@pytest.mark.parametrize("kind", ["sqlite"])
def test_ending_what_is_no_session_does_nothing(house):
    with house.store.changing() as connection:
        session.end(connection, b"nothing", house.now())
