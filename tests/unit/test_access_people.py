"""Users and their roles: who may be changed by whom, what is kept apart, and the walls of the database under it."""

import json
from datetime import timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from plimsoll.app.access import grant, invitation, key, people
from plimsoll.app.access.first import first
from plimsoll.app.access.people import Change, NewUser, User
from plimsoll.app.access.principal import Principal
from plimsoll.app.access.recognise import by_key, by_session
from plimsoll.app.database.schema_access import access_event
from plimsoll.units.refusal import Malformed
from tests import people_of_house
from tests.people_of_house import AT, BOSS, PASSWORD, code, enter, settle

clock, house = people_of_house.clock, people_of_house.house


def events(house, subject):
    columns = access_event.c
    with house.store.engine.connect() as connection:
        rows = connection.execute(select(access_event).where(columns.subject == subject).order_by(columns.event_id)).all()
    return [(row.actor, row.action, json.loads(row.body)) for row in rows]


# ---- users


def test_a_user_is_registered_once_and_on_record(house):
    made = people.register(house, BOSS, NewUser("wang.fang", "王芳", unit="hangzhou"))
    assert made == User(
        "wang.fang", "王芳", "hangzhou", "", 0, "active", "zh-CN", False, False, None, AT, "boss", 1
    )  # fmt: skip
    assert people.get(house, "wang.fang") == made
    assert code(people.register(house, BOSS, NewUser("wang.fang", "another"))) == "user_exists"
    assert events(house, "wang.fang") == [("boss", "user_registered", {"unit": "hangzhou", "party": ""})]


@pytest.mark.parametrize("kind", ["sqlite"])
@pytest.mark.parametrize("user_id", ["Wang", "w", "wang fang", "1wang", "wang/key", "wang.", "a..b", "wáng", "w" * 64, "", "nobody\n"])
def test_a_name_is_refused(house, user_id):
    with pytest.raises(Malformed) as wrong:
        people.register(house, BOSS, NewUser(user_id, "Wang"))
    assert wrong.value.code == "user_malformed"


@pytest.mark.parametrize("kind", ["sqlite"])
@pytest.mark.parametrize("user_id", ["nobody", "house", "admin", "borrower-17", "borrower-x"])
def test_a_name_of_the_house_is_not_given(house, user_id):
    assert code(people.register(house, BOSS, NewUser(user_id, "Wang"))) == "user_reserved"


@pytest.mark.parametrize("kind", ["sqlite"])
@pytest.mark.parametrize(
    "new", [NewUser("wang", ""), NewUser("wang", "W\x00"), NewUser("wang", "W", language="fr"), NewUser("wang", "W" * 101)]
)
def test_what_is_on_record_of_a_user_can_be_read(house, new):
    with pytest.raises(Malformed):
        people.register(house, BOSS, new)


def test_a_change_needs_the_version_that_was_looked_at(house):
    people.register(house, BOSS, NewUser("wang", "Wang"))
    changed = people.change(house, BOSS, "wang", 1, Change(unit="ningbo"))
    assert isinstance(changed, User)
    assert (changed.unit, changed.name, changed.version) == ("ningbo", "Wang", 2)
    assert code(people.change(house, BOSS, "wang", 1, Change(unit="hangzhou"))) == "version_passed"
    assert code(people.change(house, BOSS, "nobody.there", 1, Change())) == "absent"
    assert events(house, "wang")[-1] == ("boss", "user_changed", {"before": {"unit": ""}, "after": {"unit": "ningbo"}})


@pytest.mark.parametrize("kind", ["sqlite"])
def test_a_name_of_a_person_does_not_stand_on_the_record(house):
    people.register(house, BOSS, NewUser("wang", "Wang"))
    people.change(house, BOSS, "wang", 1, Change(name="王芳"))
    assert "王芳" not in str(events(house, "wang"))


def test_nobody_changes_locks_or_closes_themselves(house):
    settle(house, "boss", "tenant_admin")
    version = people.get(house, "boss").version
    assert code(people.change(house, BOSS, "boss", version, Change(unit="all"))) == "user_is_yourself"
    assert code(people.lock(house, BOSS, "boss", version, "a test")) == "user_is_yourself"
    assert code(people.close(house, BOSS, "boss", version, "a test")) == "user_is_yourself"


def test_a_change_takes_effect_at_once_on_who_is_signed_in(house):
    settle(house, "wang", "servicing", unit="hangzhou")
    begun = enter(house, "wang")
    assert by_session(house, begun.token).unit == "hangzhou"
    people.change(house, BOSS, "wang", people.get(house, "wang").version, Change(unit="ningbo"))
    assert by_session(house, begun.token).unit == "ningbo"


def test_who_is_locked_is_out_and_comes_back_when_unlocked(house):
    settle(house, "wang", "servicing")
    begun = enter(house, "wang")
    version = people.get(house, "wang").version
    assert code(people.lock(house, BOSS, "wang", version, "no")) == "reason_too_short"
    assert people.lock(house, BOSS, "wang", version, "left the desk open").state == "locked"
    assert code(by_session(house, begun.token)) == "not_recognised"
    assert people.unlock(house, BOSS, "wang", version + 1, "talked to").state == "active"
    assert code(by_session(house, begun.token)) == "session_ended"
    enter(house, "wang")


def test_who_is_closed_loses_everything_for_good(house):
    wang = settle(house, "wang", "servicing")
    begun, made = enter(house, "wang"), key.make(house, wang, key.NewKey("wang"))
    people.close(house, BOSS, "wang", people.get(house, "wang").version, "left the house")
    assert code(by_session(house, begun.token)) == "not_recognised"
    assert code(by_key(house, made.text, "")) == "not_recognised"
    closed = people.get(house, "wang")
    assert (closed.state, closed.has_password) == ("closed", False)
    assert [one.ended_by for one in grant.grants_of(house, "wang")] == ["boss"]
    assert code(people.unlock(house, BOSS, "wang", closed.version, "came back")) == "user_closed"
    assert code(people.register(house, BOSS, NewUser("wang", "another Wang"))) == "user_exists"
    assert code(grant.give(house, BOSS, "wang", "servicing", "came back")) == "user_closed"


@pytest.mark.parametrize("kind", ["sqlite"])
def test_users_are_listed_by_name_and_by_role(house):
    for name in ("li", "wang", "zhao"):
        settle(house, name, "servicing" if name != "li" else "treasury", password="")
    assert [one.user_id for one in people.users(house)] == ["li", "wang", "zhao"]
    assert [one.user_id for one in people.users(house, after="li", limit=1)] == ["wang"]
    assert [one.user_id for one in people.users(house, role="servicing")] == ["wang", "zhao"]


# ---- roles


def test_a_role_is_given_by_somebody_else_until_an_instant_or_an_end(house, clock):
    settle(house, "wang")
    begun = enter(house, "wang")
    given = grant.give(house, BOSS, "wang", "servicing", "works at the desk", clock.at + timedelta(minutes=10))
    assert by_session(house, begun.token).roles == ("servicing",)
    clock.go(minutes=10)
    assert by_session(house, begun.token).roles == ()
    ended = grant.take_back(house, BOSS, given.grant_id, "left the desk")
    assert (ended.ended_by, ended.ended_at) == ("boss", clock.at)
    assert code(grant.take_back(house, BOSS, given.grant_id, "once more")) == "role_ended"
    assert code(grant.take_back(house, BOSS, "gr_none", "once more")) == "absent"
    assert [action for _, action, _ in events(house, "wang")][-2:] == ["role_given", "role_ended"]


@pytest.mark.parametrize("kind", ["sqlite"])
@pytest.mark.parametrize(
    ("user", "role", "said"),
    [
        ("boss", "servicing", "user_is_yourself"),
        ("wang", "pirate", "role_unknown"),
        ("wang", "servicing", "role_held"),
        ("wang", "break_glass", "duties_conflict"),
        ("idle", "borrower", "role_does_not_fit"),
        ("idle", "agency_staff", "role_does_not_fit"),
        ("agent", "servicing", "role_does_not_fit"),
        ("nobody.there", "servicing", "absent"),
        ("finance", "treasury", "duties_conflict"),
    ],
)
def test_a_role_is_refused(house, user, role, said):
    settle(house, "boss", "tenant_admin", password="")
    settle(house, "wang", "servicing", password="")
    settle(house, "idle", password="")
    settle(house, "agent", password="", party="agency-1")
    settle(house, "finance", "finance", password="")
    assert code(grant.give(house, BOSS, user, role, "for a test")) == said
    assert code(grant.give(house, BOSS, user, role, " ")) == "reason_missing"


@pytest.mark.parametrize("kind", ["sqlite"])
def test_a_role_that_ended_before_it_began_is_refused(house, clock):
    settle(house, "wang", password="")
    assert code(grant.give(house, BOSS, "wang", "servicing", "for a test", clock.at)) == "until_passed"


def test_the_database_lets_nobody_give_a_role_to_themselves(house):
    settle(house, "wang", password="")
    row = grant.Grant("gr_1", "wang", "treasury", "wang", AT, "mine", None, None, "")
    with pytest.raises(DBAPIError, match="ck_access_grant_given"), house.store.changing() as connection:
        grant.put(connection, row, "wang")
    assert grant.grants_of(house, "wang") == []


def test_the_record_of_access_cannot_be_changed(house):
    settle(house, "wang", password="")
    for statement in ("UPDATE access_event SET actor = 'li'", "DELETE FROM access_event"):
        with pytest.raises(DBAPIError), house.store.changing() as connection:
            connection.execute(text(statement))


def test_the_first_administrator_is_made_where_there_is_none_and_the_last_stays(house):
    operator = Principal("operator", ())
    made = first(house, operator, NewUser("boss", "Boss"))
    assert isinstance(made, User)
    assert [(one.role, one.given_by) for one in grant.grants_of(house, "boss")] == [("tenant_admin", "house")]
    assert code(first(house, operator, NewUser("li", "Li"))) == "administrator_exists"
    assert code(people.get(house, "li")) == "absent"
    (only,) = grant.grants_of(house, "boss")
    assert code(grant.take_back(house, operator, only.grant_id, "for a test")) == "last_administrator"
    settle(house, "li", password="")
    assert isinstance(grant.give(house, BOSS, "li", "tenant_admin", "a second one"), grant.Grant)
    assert isinstance(grant.take_back(house, operator, only.grant_id, "for a test"), grant.Grant)


# ---- invitations


def test_an_invitation_is_good_once_and_for_a_day(house, clock):
    settle(house, "wang", password="")
    old = invitation.invite(house, BOSS, "wang")
    new = invitation.invite(house, BOSS, "wang")
    assert code(invitation.accept(house, old.text, "tides come and go twice")) == "invitation_refused"
    assert code(invitation.accept(house, new.text[:-1] + "x", "tides come and go twice")) == "invitation_refused"
    assert code(invitation.accept(house, new.text, "too short")) == "password_too_short"
    assert isinstance(invitation.accept(house, new.text, "tides come and go twice"), User)
    assert code(invitation.accept(house, new.text, "tides come and go twice")) == "invitation_refused"
    late = invitation.invite(house, BOSS, "wang")
    clock.go(days=1)
    assert code(invitation.accept(house, late.text, "tides come and go twice")) == "invitation_refused"
    for text_ in ("", "pli", "pli.a.b", "pli.ch_0.00", "x.y.z", "pli.a.b.c"):
        assert code(invitation.accept(house, text_, "tides come and go twice")) == "invitation_refused"


@pytest.mark.parametrize("kind", ["sqlite"])
def test_setting_a_password_anew_ends_every_session(house):
    settle(house, "wang", "servicing")
    begun = enter(house, "wang")
    invited = invitation.invite(house, BOSS, "wang")
    assert isinstance(by_session(house, begun.token), Principal), "the old password goes on until then"
    invitation.accept(house, invited.text, "tides come and go twice")
    assert code(by_session(house, begun.token)) == "session_ended"
    enter(house, "wang", "tides come and go twice")


def test_who_invites_somebody_does_not_also_take_their_second_factor(house, clock):
    settle(house, "wang", password="")
    invitation.invite(house, BOSS, "wang")
    assert code(invitation.remove_factors(house, BOSS, "wang", "lost the phone")) == "two_people_needed"
    li = Principal("li", ("tenant_admin",))
    assert isinstance(invitation.remove_factors(house, li, "wang", "lost the phone"), User)
    assert code(invitation.invite(house, li, "wang")) == "two_people_needed"
    clock.go(hours=25)
    assert isinstance(invitation.remove_factors(house, BOSS, "wang", "lost the phone"), User)
    assert isinstance(invitation.invite(house, li, "wang"), invitation.Invitation)
    assert code(invitation.remove_factors(house, Principal("wang", ()), "wang", "lost it")) == "user_is_yourself"


@pytest.mark.parametrize("kind", ["sqlite"])
def test_ones_own_password_is_changed_by_who_knows_it(house):
    wang = settle(house, "wang", "servicing")
    here, there = enter(house, "wang"), enter(house, "wang")
    new = "tides come and go twice"
    assert code(invitation.change_password(house, wang, here.token, "not this one at all", new)) == "sign_in_refused"
    assert code(invitation.change_password(house, wang, here.token, PASSWORD, "the wang password")) == "password_names_user"
    assert isinstance(invitation.change_password(house, wang, here.token, PASSWORD, new), User)
    assert isinstance(by_session(house, here.token), Principal), "the session that did it goes on"
    assert code(by_session(house, there.token)) == "session_ended"


@pytest.mark.parametrize("kind", ["sqlite"])
def test_a_password_set_on_the_machine_is_on_record_with_who_did(house):
    settle(house, "wang", password="")
    assert isinstance(invitation.set_by_operator(house, Principal("operator", ()), "wang", PASSWORD), User)
    assert events(house, "wang")[-1] == ("wang", "password_set", {"by": "operator", "sessions": 0})
    assert code(invitation.set_by_operator(house, Principal("operator", ()), "li", PASSWORD)) == "absent"
