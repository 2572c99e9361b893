"""Guessing: what nobody has and what somebody else has are told in the same words after the same work. Statements are counted, not time."""

import json

import pytest
from sqlalchemy import func, select
from starlette.testclient import TestClient

from plimsoll.app.access import code as phone
from plimsoll.app.access import invitation
from plimsoll.app.access.key import NewKey, make, revoke
from plimsoll.app.access.principal import Principal
from plimsoll.app.access.rate import Limiter
from plimsoll.app.access.recognise import key_of
from plimsoll.app.database.schema_access import access_event
from plimsoll.app.open_door import open_door
from plimsoll.app.vault import Act
from plimsoll.interfaces.http.serve import application
from plimsoll.units.refusal import Refused
from tests.attacked import body, code, statements
from tests.people_of_house import PASSWORD, ROOT, Clock, cheap_rules, house_of, settle
from tests.toys import Open, run


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def house(store, clock):
    with house_of(store, clock) as made:
        yield made


@pytest.fixture
def api(house):
    return TestClient(application(house, open_door(house), is_limited=False))


def freely():
    """Buckets that never run empty."""
    clock = [0.0]

    def later():
        clock[0] += 3600.0
        return clock[0]

    return Limiter(cheap_rules(), later)


def test_attack_names_of_users_by_signing_in(house, api):
    settle(house, "wang", "servicing")
    told = []
    for said in ({"user": "wang", "password": "not this one at all"}, {"user": "nobody", "password": "not this one at all"}):
        with statements(house) as found:
            answer = api.post("/v1/sessions", json=said)
        assert code(answer) == (401, "sign_in_refused")
        told.append((body(answer), found))
    assert told[0] == told[1]


def test_attack_customers_by_their_telephones(house):
    """Whether a number is a customer's is told neither by the answer nor by what is written down; the message itself is sent beside."""
    run(house.store, Open("open 17", 17))
    assert house.vault.put(17, "phone", "13812341234", Act("li", house.now(), "the borrower called")) is None
    told = []
    for number in ("13812341234", "13999999999"):
        with statements(house) as found:
            asked = phone.ask_code(house, number, limiter=freely())
        assert isinstance(asked, phone.CodeAsked)
        told.append((found.count("COMMIT"), [one for one in found if one.startswith("INSERT INTO access_challenge")]))
    assert told[0] == told[1], "as many transactions, and a challenge either way"
    for challenge in (asked.challenge_id, "ch_unknown"):
        assert phone.enter_code(house, challenge, "000000").code == "code_refused"


def test_attack_invitations_by_trying(house, api):
    settle(house, "wang", "servicing", password="")
    invited = invitation.invite(house, ROOT, "wang").text
    right, wrong = invited, invited[:-4] + ("0000" if not invited.endswith("0000") else "1111")
    told = set()
    for text in (wrong, "pli.ch_none." + "0" * 48, "x", "", "pli." + "a" * 90 + "." + "b" * 90):
        answer = api.post("/v1/invitations/accept", json={"invitation": text, "password": PASSWORD})
        told.add((answer.status_code, answer.json()["code"]) if answer.status_code != 401 else body(answer))
    assert len({one for one in told if isinstance(one, str)}) == 1, told
    assert api.post("/v1/invitations/accept", json={"invitation": right, "password": PASSWORD}).status_code == 200
    again = api.post("/v1/invitations/accept", json={"invitation": right, "password": PASSWORD})
    assert body(again) in told, "used is told like unknown"


def test_attack_keys_and_sessions_by_trying(house, api):
    """Unknown, altered, ended, from elsewhere: one word, and nothing of why."""
    settle(house, "kim", "servicing")
    kim = Principal("kim", ("servicing",))
    good, far = make(house, kim, NewKey("kim")), make(house, kim, NewKey("kim", (), ("203.0.113.0/24",)))
    start = good.text.rpartition("_")[0]
    told = set()
    for text in (start + "_" + "0" * 64, good.text.replace(good.key.key_id, "0" * 16), good.text[:-1], good.text + "0", "x"):
        answer = api.get("/v1/me", headers={"Authorization": f"Bearer {text}"})
        told.add(body(answer))
    assert len(told) == 1, told
    assert api.get("/v1/me", headers={"Authorization": f"Bearer {far.text}"}).status_code in (401, 403)
    assert api.get("/v1/me", headers={"Authorization": f"Bearer {good.text}"}).status_code == 200


def test_attack_keys_by_trying_stands_on_record_and_does_not_flood_it(house, api):
    """Each try at a key is on record with why it failed, nothing of what was typed; of one address five in ten minutes, of all sixty."""
    settle(house, "kim", "servicing")
    kim = Principal("kim", ("servicing",))
    good, far, gone = (make(house, kim, NewKey("kim", (), networks)) for networks in ((), ("203.0.113.0/24",), ()))
    revoke(house, kim, gone.key.key_id, "it was seen")
    start = good.text.rpartition("_")[0]
    tried = (
        start + "_" + "0" * 64,
        good.text.replace(good.key.key_id, "0" * 16),
        far.text,
        gone.text,
        good.text.replace("_test_", "_live_"),
    )
    for text in (*tried, "x", *tried):
        assert isinstance(key_of(house, text, "198.51.100.7"), Refused)
    with house.store.engine.connect() as connection:
        rows = connection.execute(
            select(access_event).where(access_event.c.action == "key_refused").order_by(access_event.c.event_id)
        ).all()
    told = [(row.actor, row.subject, json.loads(row.body)["why"]) for row in rows]
    mine, others = good.key.key_id, (far.key.key_id, gone.key.key_id)
    assert told == [
        ("nobody", mine, "secret"), ("nobody", "", "unknown"), ("nobody", others[0], "address"), ("nobody", others[1], "ended"),
        ("nobody", mine, "mode"),
    ]  # fmt: skip
    assert "0" * 64 not in f"{rows}"
    for number in range(100):
        assert isinstance(key_of(house, tried[0], f"198.51.101.{number}"), Refused)
    with house.store.engine.connect() as connection:
        assert connection.scalar(select(func.count()).where(access_event.c.action == "key_refused")) == 60


def test_attack_an_answer_of_another_by_their_idempotency_key(house, api):
    """A key of one caller means nothing under the name of another, whatever bars and quotes it holds."""
    run(house.store, Open("open 17", 17))
    people = {}
    for name in ("kim", "lee"):
        settle(house, name, "servicing")
        people[name] = make(house, Principal(name, ("servicing",)), NewKey(name)).text
    said = {"customer": "cus_71"}
    first = api.post("/v1/customers", json=said, headers={"Authorization": f"Bearer {people['kim']}", "Idempotency-Key": "same"})
    assert first.status_code == 201, first.text
    for key in ("same", '"same"'):
        other = api.post("/v1/customers", json=said, headers={"Authorization": f"Bearer {people['lee']}", "Idempotency-Key": key})
        assert "idempotency-replayed" not in other.headers
        assert other.status_code != 201
    for key in ("kim|same", "a|kim|same"):
        other = api.post("/v1/customers", json=said, headers={"Authorization": f"Bearer {people['lee']}", "Idempotency-Key": key})
        assert code(other) == (400, "idempotency_key_malformed")
    again = api.post("/v1/customers", json=said, headers={"Authorization": f"Bearer {people['kim']}", "Idempotency-Key": "same"})
    assert again.headers["idempotency-replayed"] == "true"
    assert again.content == first.content
