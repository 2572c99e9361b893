"""Two at once, on both databases: what is good once is good once, whoever agrees is counted once, and somebody always keeps the keys."""

import threading
from collections import Counter
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import func, select

from plimsoll.app.access import code as phone
from plimsoll.app.access import glass, grant, invitation, key, one_time, people
from plimsoll.app.access.door import Door
from plimsoll.app.access.key import NewKey
from plimsoll.app.access.principal import Principal
from plimsoll.app.access.rate import Limiter
from plimsoll.app.access.session import SignedIn
from plimsoll.app.access.sign_in import show_one_time
from plimsoll.app.approve.ask import ask_approval, key_of
from plimsoll.app.approve.check import AGREE, REJECT, check, withdraw
from plimsoll.app.approve.inbox import approval_of
from plimsoll.app.approve.need import needed
from plimsoll.app.database.schema import command
from plimsoll.app.execute import Answer
from plimsoll.app.house import House
from plimsoll.app.vault import Act
from plimsoll.servicing.open_customer import OpenCustomer
from plimsoll.servicing.open_line import OpenLine
from plimsoll.servicing.set_limit import SetLimit
from plimsoll.units.refusal import Refused
from tests.people_of_house import PASSWORD, ROOT, Clock, cheap_rules, code_at, enter, house_of, settle
from tests.toys import Open, run

AT_ONCE = 6
NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
DAY = date(2026, 3, 2)
BUSY = {"command_in_flight", "store_busy"}


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def house(store, clock):
    with house_of(store, clock) as made:
        yield made


def freely():
    """Buckets that never run empty."""
    clock = [0.0]

    def later():
        clock[0] += 3600.0
        return clock[0]

    return Limiter(cheap_rules(), later)


def at_once(*acts):
    """Do things in threads that begin together; give what came of each, in their order."""
    start, found = threading.Barrier(len(acts)), [None] * len(acts)

    def one(at):
        start.wait()
        found[at] = acts[at]()

    threads = [threading.Thread(target=one, args=(at,)) for at in range(len(acts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found


def said(found):
    return found.code if isinstance(found, Refused) else type(found).__name__


def test_attack_one_time_code_shown_twice_at_once(house, clock):
    settle(house, "wang", "servicing")
    begun = enter(house, "wang")
    who = Principal("wang", ("servicing",))
    made = one_time.enrol(house, who)
    at = [lambda: said(one_time.confirm(house, who, made.challenge_id, code_at(made.seed, clock.at)))] * AT_ONCE
    assert Counter(at_once(*at)) == {"NoneType": 1, "code_refused": AT_ONCE - 1}
    clock.go(seconds=30)
    code = code_at(made.seed, clock.at)
    sessions = [begun, *(enter(house, "wang") for _ in range(AT_ONCE - 1))]
    limits = [freely() for _ in sessions]
    tried = [
        lambda one=one, limit=limit: said(show_one_time(house, one.token, code, limiter=limit))
        for one, limit in zip(sessions, limits, strict=True)
    ]
    assert Counter(at_once(*tried)) == {SignedIn.__name__: 1, "code_refused": AT_ONCE - 1}


def test_attack_invitation_taken_twice_at_once(house):
    settle(house, "wang", "servicing", password="")
    invited = invitation.invite(house, ROOT, "wang")
    words = [f"{PASSWORD} {n}" for n in range(AT_ONCE)]
    found = at_once(*(lambda word=word: said(invitation.accept(house, invited.text, word)) for word in words))
    assert Counter(found) == {"User": 1, "invitation_refused": AT_ONCE - 1}
    assert isinstance(enter(house, "wang", words[found.index("User")]), SignedIn), "and the password is of the one who was let in"


def test_attack_code_of_a_phone_entered_twice_at_once(house):
    run(house.store, Open("open 17", 17))
    assert house.vault.put(17, "phone", "13812341234", Act("li", house.now(), "the borrower called")) is None
    asked = phone.ask_code(house, "13812341234", limiter=freely())
    sent = phone.sandbox_code(house, asked.challenge_id)
    found = at_once(*[lambda: said(phone.enter_code(house, asked.challenge_id, sent))] * AT_ONCE)
    assert Counter(found) == {"SignedIn": 1, "code_refused": AT_ONCE - 1}


def test_attack_glass_agreed_to_twice_at_once(house):
    ops = settle(house, "ops", "it_ops")
    people = [settle(house, f"p{n}", "tenant_admin") for n in range(AT_ONCE)]
    asked = glass.ask(house, ops, "the gateway is down")
    found = at_once(*(lambda who=who: said(glass.agree(house, who, asked.glass_id)) for who in people))
    assert Counter(found) == {"Glass": 1, "glass_not_asked": AT_ONCE - 1}


def test_attack_key_renewed_twice_at_once(house):
    settle(house, "kim", "servicing")
    kim = Principal("kim", ("servicing",))
    made = key.make(house, kim, NewKey("kim"))
    nothing = key.timedelta(0)
    found = at_once(*[lambda: said(key.rotate(house, kim, made.key.key_id, nothing))] * AT_ONCE)
    assert Counter(found) == {"MadeKey": 1, "key_ended": AT_ONCE - 1}


def test_attack_two_roles_that_exclude_each_other_given_at_once(house):
    settle(house, "kim")
    admins = [Principal(f"a{n}", ("tenant_admin",)) for n in range(2)]
    for role, other in (("auditor", "finance"), ("collector", "finance")):
        found = at_once(
            lambda role=role: said(grant.give(house, admins[0], "kim", role, "for a test")),
            lambda other=other: said(grant.give(house, admins[1], "kim", other, "for a test")),
        )
        assert "Grant" in found or "duties_conflict" in found, found
    with house.store.engine.connect() as connection:
        held = {one.role for one in grant.holding(connection, "kim", house.now())}
    assert not {"auditor", "finance"} <= held
    assert not {"collector", "finance"} <= held


def test_attack_the_last_administrators_end_each_other_at_once(house):
    """Nobody is left who gives roles, if each looks while the other is still there."""
    pairs = [[settle(house, f"ada0-{n}", "tenant_admin") for n in range(2)]]
    for turn in range(6):
        two = pairs[-1]
        with house.store.engine.connect() as connection:
            (first,), (second,) = (grant.holding(connection, who.user_id, house.now()) for who in two)
        found = at_once(
            lambda two=two, second=second: said(grant.take_back(house, two[0], second.grant_id, "for a test")),
            lambda two=two, first=first: said(grant.take_back(house, two[1], first.grant_id, "for a test")),
        )
        assert Counter(found) == {"Grant": 1, "last_administrator": 1}, turn
        with house.store.engine.connect() as connection:
            (left,) = grant.administrators(connection, house.now())
        # The next two, so that the last of these can go.
        pairs.append([settle(house, f"ada{turn + 1}-{n}", "tenant_admin") for n in range(2)])
        with house.store.engine.connect() as connection:
            (last,) = grant.holding(connection, left, house.now())
        assert said(grant.take_back(house, ROOT, last.grant_id, "for a test")) == "Grant"


def test_attack_administrators_close_each_other_at_once(house):
    """Who is closed closes nobody: of two who do it to each other one stays, and the other did not act."""
    for turn in range(4):
        one, two = (settle(house, f"end{turn}-{n}", "tenant_admin") for n in range(2))
        versions = [people.get(house, who.user_id).version for who in (one, two)]
        found = at_once(
            lambda one=one, two=two, said_of=versions[1]: said(people.close(house, one, two.user_id, said_of, "for a test")),
            lambda one=one, two=two, said_of=versions[0]: said(people.close(house, two, one.user_id, said_of, "for a test")),
        )
        assert Counter(found) == {"User": 1, "not_recognised": 1}, turn


@pytest.fixture
def desk(store):
    with House(store, cheap_rules(), now=lambda: NOW) as opened:
        store.move_open_day(DAY)
        for asked in (OpenCustomer("c", 41, DAY), OpenLine("l", 41, DAY, "CNY", 5_000_00, 5_000_00, 0, 1, 10)):
            assert isinstance(opened.execute(asked, actor="desk"), Answer)
        yield opened


def strong(name, *roles):
    return Principal(name, roles, strong_at=NOW)


def put_before_others(house, maker, name, minor=8_000_00):
    raised = SetLimit(name, 41, DAY, "CNY", minor, minor, 0, reason="income doubled")
    return ask_approval(house, maker, raised, needed(house, maker, raised), "because")


def done(house, waiting):
    with house.store.engine.connect() as connection:
        return connection.scalar(select(func.count()).select_from(command).where(command.c.key == key_of(waiting.approval_id)))


def test_attack_maker_checks_while_a_second_person_does(desk):
    """The maker under each of their keys, and one other: it is done once, by the other alone."""
    maker = strong("li", "underwriter_2", "finance")
    waiting = put_before_others(desk, maker, "raise")
    same = [Principal("li", ("finance",), key_id=f"k{n}", strong_at=NOW) for n in range(3)]
    people = [*same, strong("wang", "finance")]
    may = Door(desk).may
    found = at_once(*(lambda who=who: said(check(desk, who, waiting.approval_id, waiting.sha256, AGREE, "", may=may)) for who in people))
    assert set(found[:3]) <= {"maker_cannot_check", "approval_ended", *BUSY}, found
    assert found[3] in {"Checked", *BUSY}
    shown = approval_of(desk, waiting.approval_id)
    assert {one.checker for one in shown.verdicts} <= {"wang"}
    assert done(desk, waiting) == (shown.state == "executed")


@pytest.mark.parametrize("other", ["reject", "withdraw"])
def test_attack_agreed_to_while_it_is_rejected_or_taken_back(desk, other):
    """It is either done or not, never both, and never twice."""
    maker, may = strong("li", "underwriter_2"), Door(desk).may
    for turn in range(3):
        waiting = put_before_others(desk, maker, f"raise {turn}", (8_000 + turn) * 100)

        def agree(waiting=waiting, turn=turn):
            return said(check(desk, strong(f"w{turn}", "finance"), waiting.approval_id, waiting.sha256, AGREE, "", may=may))

        def against(waiting=waiting, turn=turn):
            if other == "withdraw":
                return said(withdraw(desk, maker, waiting.approval_id, "a mistake"))
            return said(check(desk, strong(f"x{turn}", "finance"), waiting.approval_id, waiting.sha256, REJECT, "too much", may=may))

        at_once(agree, against)
        state = approval_of(desk, waiting.approval_id).state
        assert state in {"executed", "rejected", "withdrawn", "pending", "refused", "stale"}
        assert done(desk, waiting) == (state == "executed"), state
