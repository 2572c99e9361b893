"""Events, the record of audit, checkpoints and proofs over HTTP: who may, what is told, and that what is told can be checked."""

import json

import pytest
from sqlalchemy import func, select, update

from plimsoll.app.access.principal import Principal
from plimsoll.app.chain.anchor import read_anchors
from plimsoll.app.chain.keep_sealing import Sealer
from plimsoll.app.chain.key import new_keys, shown
from plimsoll.app.chain.seal import seal
from plimsoll.app.chain.verify import verify
from plimsoll.app.database.schema import book, filing
from plimsoll.app.execute import Answer
from plimsoll.app.house import House
from plimsoll.risk.lawful import lawful_rules
from plimsoll.servicing.repay import Repay
from tests import served
from tests.served import DAY, NOW, caller, furnish
from tests.unit.test_audit_chain import check

COMMANDS = ["customer.opened", "credit_line.opened", "loan.disbursing"]


@pytest.fixture
def house(store, monkeypatch):
    monkeypatch.setitem(served.PEOPLE, "eve", Principal("eve", ("auditor",)))
    monkeypatch.setitem(served.PEOPLE, "max", Principal("max", ("compliance",)))
    monkeypatch.setitem(served.PEOPLE, "shop", Principal("shop", ("merchant",), party="shop"))
    with store.changing() as connection:
        connection.execute(update(book).values(open_on=DAY))
    with House(store, lawful_rules(), now=lambda: NOW) as opened:
        furnish(opened)
        yield opened


def test_events_are_told_in_order_from_where_one_left_off(house):
    seal(house.store, None, NOW)
    auditor = caller(house, "eve")
    page = auditor.get("/v1/events", params={"limit": 4}).json()
    assert [event["type"] for event in page["data"][:3]] == [f"plimsoll.{name}.v1" for name in COMMANDS]
    assert (page["data"][2]["subject"], page["data"][2]["businessdate"], page["data"][2]["sequence"]) == ("loan_17_1", str(DAY), "3")
    assert page["data"][2]["data"]["loan"] == "loan_17_1"
    assert page["has_more"] is True
    rest = auditor.get("/v1/events", params={"after": page["next_after"]}).json()
    assert ([event["subject"] for event in rest["data"]], rest["has_more"]) == (["cus_18", "loan_18_1"], False)
    again = auditor.get("/v1/events", params={"after": rest["next_after"]}).json()
    assert (again["data"], again["next_after"], again["has_more"]) == ([], rest["next_after"], False)


def test_events_of_some_types(house):
    seal(house.store, None, NOW)
    auditor = caller(house, "eve")
    drawn = auditor.get("/v1/events", params={"types": "plimsoll.loan.disbursing.v1"}).json()
    assert ([event["subject"] for event in drawn["data"]], drawn["has_more"]) == (["loan_17_1", "loan_18_1"], False)
    assert auditor.get("/v1/events", params={"types": "plimsoll.loan.lost.v1"}).json()["code"] == "event_type_unknown"


def test_who_may_see_the_record(house):
    seal(house.store, new_keys(), NOW)
    for path in ("/v1/audit_events", "/v1/audit_checkpoints", "/v1/audit_events/1/proof", "/v1/audit_events?customer=cus_17"):
        assert [caller(house, who).get(path).status_code for who in ("eve", "max")] == [200, 200], path
        assert [caller(house, who).get(path).status_code for who in ("ann", "shop")] == [403, 403], path


def test_a_look_at_a_customers_record_is_on_it_the_next_time(house):
    auditor = caller(house, "eve")
    first = auditor.get("/v1/audit_events", params={"customer": "cus_17"}).json()["data"]
    assert {one["what"] for one in first} == {"viewed", "open_customer", "open_line", "draw"}
    second = auditor.get("/v1/audit_events", params={"customer": "cus_17"}).json()["data"]
    assert (len(second), [one["actor"] for one in second if one["what"] == "viewed"]) == (5, ["eve", "eve"])
    assert auditor.get("/v1/audit_events", params={"customer": "cus_99"}).status_code == 404


def test_a_proof_from_the_api_is_checked_without_the_house(house, tmp_path):
    keys = new_keys()
    seal(house.store, keys, NOW)
    auditor = caller(house, "eve")
    proof = tmp_path / "proof.json"
    proof.write_text(json.dumps(auditor.get("/v1/audit_events/3/proof").json()))
    notes = tmp_path / "notes"
    notes.write_text(auditor.get("/v1/audit_checkpoints").json()["data"][0]["note"])
    code, said = check(proof, "--key", shown(keys.publics[0]), "--anchor", notes)
    assert (code, '"name":"draw"' in said) == (0, True), said
    for seq in ("0", "99999", "x", "9" * 30):
        assert auditor.get(f"/v1/audit_events/{seq}/proof").status_code == 404


def test_a_server_seals_what_it_answered_within_its_next_step_and_others_at_the_next_full_look(house, tmp_path):
    time = iter((0, 5, 10, 15, 60, 65)).__next__
    sealer = Sealer(house, new_keys(), tmp_path, every_s=60, clock=time)
    first = sealer.once()
    assert first.records == 10 + filings(house)
    post(house, "k1")
    assert sealer.once().records > 0
    assert sealer.once().records == 0
    with House(house.store, lawful_rules(), now=lambda: NOW) as other:
        post(other, "k2")
    assert sealer.once().records == 0, "another process wrote it: nobody told the sealer"
    assert sealer.once().records > 0
    assert [note.block_n for note in read_anchors(next(tmp_path.glob("*.notes")))] == [1, 2, 3]
    assert verify(house.store, sealer.keys.publics).breaches == []


def filings(house):
    with house.store.engine.connect() as connection:
        return connection.execute(select(func.count()).select_from(filing)).scalar_one()


def post(house, key):
    paid = house.execute(Repay(key, 17, DAY, 1_000, "CNY", 1), actor="test")
    assert isinstance(paid, Answer), paid
