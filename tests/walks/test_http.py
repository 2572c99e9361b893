"""The API on both databases: keys, repeats, what it refuses and how, whose objects look absent, and what an answer carries."""

import json
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import func, select, update

from plimsoll.app.database.schema import audit, book, loan
from plimsoll.app.database.trouble import StoreTrouble
from plimsoll.app.house import READ_ONLY, House
from plimsoll.interfaces.client.client import Client, Patience
from plimsoll.interfaces.client.refused import Refusal
from plimsoll.interfaces.http.strict import BODY_MAX
from plimsoll.risk.lawful import lawful_rules
from tests.served import ANN, BOB, DAY, LIMIT, NOW, caller, furnish, serving

TEN = {"amount": {"amount": 1_000, "currency": "CNY"}}
REPAY = "/v1/customers/cus_17/repayments"
RATE = "0.0005"


@pytest.fixture
def house(store):
    with store.changing() as connection:
        connection.execute(update(book).values(open_on=DAY))
    with House(store, lawful_rules(), now=lambda: NOW) as opened:
        furnish(opened, RATE)
        yield opened


def post(asking, path, said, key="k1", **headers):
    return asking.post(path, json=said, headers={"Idempotency-Key": key, **headers} if key else headers)


def code(answer):
    assert answer.headers["content-type"] == "application/problem+json", answer.text
    said = answer.json()
    assert said["status"] == answer.status_code
    assert said["request_id"] == answer.headers["request-id"]
    return answer.status_code, said["code"]


def repayments(store):
    with store.engine.connect() as connection:
        return connection.execute(select(func.count()).where(audit.c.name == "repay")).scalar_one()


def test_a_repeat_is_answered_again_even_after_the_business_date_moved(house, store):
    desk = caller(house)
    first = post(desk, REPAY, TEN)
    assert first.status_code == 201, first.text
    assert "idempotency-replayed" not in first.headers
    with store.changing() as connection:
        connection.execute(update(book).values(open_on=DAY + timedelta(days=1)))
    again = post(desk, REPAY, TEN)
    quoted = post(desk, REPAY, {"amount": {"currency": "CNY", "amount": 1_000}}, '"k1"')
    assert again.status_code == quoted.status_code == 201
    assert again.content == quoted.content == first.content, "bare or quoted, in any order of the fields"
    assert again.headers["idempotency-replayed"] == "true"
    assert repayments(store) == 1


def test_a_key_is_the_callers_own_and_of_one_action(house, store):
    desk, clerk = caller(house), caller(house, "clerk")
    assert post(desk, REPAY, TEN).status_code == 201
    other = {"amount": {"amount": 2_000, "currency": "CNY"}}
    assert code(post(desk, REPAY, other)) == (422, "idempotency_key_reused")
    assert code(post(desk, "/v1/customers/cus_18/repayments", TEN)) == (422, "idempotency_key_reused")
    mine = post(clerk, REPAY, TEN)
    assert mine.status_code == 201
    assert "idempotency-replayed" not in mine.headers, "nobody is given the answer of another"
    assert repayments(store) == 2


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ([], (400, "idempotency_key_missing")),
        ([("Idempotency-Key", "x" * 121)], (400, "idempotency_key_malformed")),
        ([("Idempotency-Key", "a|b")], (400, "idempotency_key_malformed")),
        ([("Idempotency-Key", "")], (400, "idempotency_key_malformed")),
        ([("Idempotency-Key", "a b")], (400, "idempotency_key_malformed")),
        ([("Idempotency-Key", "a"), ("Idempotency-Key", "a")], (400, "header_twice")),
        ([("Idempotency-Key", "a"), ("X-HTTP-Method-Override", "DELETE")], (400, "header_not_taken")),
        ([("Idempotency-Key", "a"), ("Plimsoll-Version", "2020-01-01")], (400, "version_unknown")),
        ([("Idempotency-Key", "a"), ("X-Padding", "x" * 20_000)], (431, "header_too_large")),
        ([("Idempotency-Key", "a"), ("Content-Type", "text/plain")], (415, "content_type_wrong")),
        ([("Idempotency-Key", "a"), ("Content-Type", "application/json; charset=gbk")], (415, "content_type_wrong")),
        ([("Idempotency-Key", "a"), ("Authorization", "Basic abc")], (401, "sign_in_needed")),
        ([("Idempotency-Key", "a"), ("Authorization", "Bearer nobody")], (401, "not_recognised")),
    ],
)
def test_header_abuse_stores_nothing(house, store, headers, expected):
    given = {name.lower() for name, _ in headers}
    defaults = [(name, value) for name, value in (("Content-Type", "application/json"),) if name.lower() not in given]
    asking = caller(house)
    if "authorization" in given:
        del asking.headers["authorization"]
    answer = asking.post(REPAY, content=json.dumps(TEN), headers=[*headers, *defaults])
    assert code(answer) == expected
    assert repayments(store) == 0


@pytest.mark.parametrize(
    ("sent", "expected", "pointer"),
    [
        (b"", (400, "field_missing"), "/amount"),
        (b"[]", (400, "field_malformed"), ""),
        (b'{"amount":{"amount":1000.0,"currency":"CNY"}}', (400, "number_must_be_text"), "/amount/amount"),
        (b'{"amount":{"amount":1e3,"currency":"CNY"}}', (400, "number_must_be_text"), "/amount/amount"),
        (b'{"amount":{"amount":"1000","currency":"CNY"}}', (400, "field_malformed"), "/amount/amount"),
        (b'{"amount":{"amount":true,"currency":"CNY"}}', (400, "field_malformed"), "/amount/amount"),
        (b'{"amount":{"amount":-5,"currency":"CNY"}}', (422, "amount_must_be_positive"), "/amount/amount"),
        (b'{"amount":{"amount":0,"currency":"CNY"}}', (422, "amount_must_be_positive"), None),
        (b'{"amount":{"amount":1000000000000001,"currency":"CNY"}}', (422, "amount_too_large"), "/amount/amount"),
        (b'{"amount":{"amount":1000,"currency":"XXX"}}', (422, "currency_unknown"), "/amount/currency"),
        (b'{"amount":{"amount":1000,"currency":"USD"}}', (422, "nothing_owed"), None),
        (b'{"amount":{"amount":1000,"currency":"CNY"},"on":"2026-02-30"}', (422, "date_malformed"), "/on"),
        (b'{"amount":{"amount":1000,"currency":"CNY"},"on":"2026-03-02T00:00:00"}', (422, "date_malformed"), "/on"),
        (b'{"amount":{"amount":1000,"currency":"CNY"},"on":"2026-03-01"}', (422, "customer_not_yet_open"), None),
        (b'{"amount":{"amount":1000,"currency":"CNY"},"loan":"loan_18_1"}', (400, "field_malformed"), "/loan"),
        (b'{"amount":{"amount":1000,"currency":"CNY"},"actor":"boss"}', (400, "field_unknown"), "/actor"),
        (b'{"amount":{"amount":1000,"currency":"CNY"},"key":"mine"}', (400, "field_unknown"), "/key"),
        (b'{"amount":{"amount":1000,"currency":"CNY"},"customer_id":18}', (400, "field_unknown"), "/customer_id"),
        (b'{"amount":{"amount":1000,"amount":1,"currency":"CNY"}}', (400, "key_duplicate"), "/amount/amount"),
        (b'{"amount":{"amount":1000,"currency":"CNY"},"ref":"a\\u0000b"}', (400, "text_unseen"), "/ref"),
        (b'{"amount":{"amount":1000,"currency":"CNY"},"ref":"a\\nb"}', (400, "field_malformed"), "/ref"),
        (b"[" * 21 + b"]" * 21, (400, "json_too_deep"), ""),
        (b" " * (BODY_MAX + 1), (413, "body_too_large"), ""),
    ],
)
def test_a_body_that_cannot_be_read_stores_nothing_and_is_not_repeated(house, store, sent, expected, pointer):
    headers = {"Idempotency-Key": "k", "Content-Type": "application/json"}
    answer = caller(house).post(REPAY, content=sent, headers=headers)
    assert code(answer) == expected, answer.text
    if pointer:
        assert answer.json()["errors"][0]["pointer"] == pointer
    assert len(answer.content) < 2_000
    assert "boss" not in answer.text
    assert repayments(store) == 0


def test_others_objects_look_like_what_is_not_there(house):
    ann = caller(house, "ann")
    for path in (
        "/v1/customers/cus_18",
        "/v1/customers/cus_99",
        "/v1/customers/18",
        "/v1/loans/loan_18_1",
        "/v1/loans/loan_99_1",
        "/v1/loans/x",
    ):
        said = ann.get(path)
        assert code(said) == (404, "absent"), path
        assert {key: value for key, value in said.json().items() if key != "request_id"} == {
            key: value for key, value in ann.get("/v1/customers/cus_99").json().items() if key != "request_id"
        }
    for path in ("/v1/customers/cus_18/repayments", "/v1/customers/cus_99/repayments"):
        assert code(post(ann, path, TEN)) == (404, "absent"), path
    assert code(post(ann, "/v1/loans/loan_17_1/waivers", {"interest": {"amount": 1, "currency": "CNY"}})) == (403, "permission_missing")


def test_answers_in_the_language_asked_for_with_a_code_that_stays(house):
    desk = caller(house)
    zh = desk.get("/v1/customers/cus_99", headers={"Accept-Language": "fr;q=0.9, zh;q=0.8, en;q=0.1"}).json()
    en = desk.get("/v1/customers/cus_99", headers={"Accept-Language": "en-GB"}).json()
    assert zh["code"] == en["code"] == "absent"
    assert zh["title"].startswith("找不到")
    assert en["title"].startswith("There is nothing")
    assert code(desk.get("/v1/nowhere")) == (404, "path_unknown")
    lost = desk.put("/v1/customers/cus_17")
    assert code(lost) == (405, "method_not_taken")
    assert lost.headers["allow"] == "GET"


def test_an_answer_carries_what_keeps_it_safe(house):
    answer = caller(house).get("/v1/health", headers={"X-Forwarded-For": "10.0.0.1"})
    wanted = {"cache-control": "no-store", "x-content-type-options": "nosniff", "plimsoll-version": "2026-12-01"}
    assert {name: answer.headers[name] for name in wanted} == wanted
    assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
    assert "server" not in answer.headers


def test_a_loan_without_a_number_takes_the_next_and_a_repeat_knows_it(house, store):
    ann = caller(house, "ann")
    said = {"amount": {"amount": 50_000, "currency": "CNY"}, "rate": RATE}
    first = post(ann, "/v1/customers/cus_17/loans", said)
    assert first.status_code == 201, first.text
    assert first.json()["loan"] == "loan_17_2"
    assert post(ann, "/v1/customers/cus_17/loans", said).json() == first.json()
    assert post(ann, "/v1/customers/cus_17/loans", said, "k2").json()["loan"] == "loan_17_3"
    assert code(post(ann, "/v1/customers/cus_17/loans", said | {"loan": "loan_17_3"}, "k3")) == (409, "loan_exists")


def outcome(client, said):
    try:
        client.ask("draw", {"customer": "cus_17", **said})
    except Refusal as refused:
        return refused.code
    return ""


def test_sixteen_clients_drain_one_limit_and_never_more(house, store):
    said = {"amount": {"amount": 50_000, "currency": "CNY"}, "rate": RATE}
    with serving(house) as address:
        clients = [Client(address, "ann", patience=Patience(first_s=0.02)) for _ in range(16)]

        def drain(one):
            with one:
                return [outcome(one, said) for _ in range(3)]

        with ThreadPoolExecutor(16) as pool:
            told = Counter(code for codes in pool.map(drain, clients) for code in codes)
    with store.engine.connect() as connection:
        loans = connection.execute(select(func.count()).where(loan.c.customer_id == ANN)).scalar_one()
    assert told.keys() == {"", "limit_exceeded"}, told
    assert told[""] == loans - 1 == (LIMIT - 100_000) // 50_000, "the last of it, and not one more"


def test_a_house_that_only_reads_takes_no_change(store):
    with House(store, lawful_rules(), mode=READ_ONLY, now=lambda: NOW) as reading:
        assert code(post(caller(reading), REPAY, TEN)) == (403, "mode_read_only")
        assert caller(reading).get("/v1/health").json()["mode"] == "read-only"


def test_cursors_go_through_a_list_once_and_cannot_be_altered(house):
    desk = caller(house)
    first = desk.get("/v1/customers", params={"limit": 1}).json()
    second = desk.get("/v1/customers", params={"limit": 1, "cursor": first["next_cursor"]}).json()
    assert [row["customer"] for row in first["data"] + second["data"]] == [f"cus_{ANN}", f"cus_{BOB}"]
    cursor = first["next_cursor"]
    altered = ("A" if cursor[-3] != "A" else "B").join((cursor[:-3], cursor[-2:]))
    assert code(desk.get("/v1/customers", params={"cursor": altered})) == (400, "cursor_malformed")
    assert code(desk.get("/v1/customers", params={"cursor": cursor, "status": "frozen"})) == (400, "cursor_of_other_list")
    assert code(desk.get("/v1/customers", params={"limit": 201})) == (400, "query_malformed")
    assert code(desk.get("/v1/customers?limit=1&limit=2")) == (400, "query_malformed")
    assert code(desk.get("/v1/customers", params={"sort": "name"})) == (400, "query_malformed")


def test_a_bug_is_told_by_its_number_alone(house, monkeypatch):
    def broken():
        raise RuntimeError("the secret of the house")

    monkeypatch.setattr(house, "today", broken)
    answer = caller(house, raise_server_exceptions=False).get("/v1/health")
    assert code(answer) == (500, "internal")
    assert "secret" not in answer.text
    assert "Traceback" not in answer.text


def test_a_store_that_cannot_be_reached_asks_to_try_again_with_the_same_key(house, monkeypatch):
    def gone(*_args, **_more):
        raise StoreTrouble("store_unreachable", "connection to 10.1.2.3 refused")

    monkeypatch.setattr(house.executor, "take", gone)
    answer = post(caller(house), REPAY, TEN)
    assert code(answer) == (503, "store_unreachable")
    assert answer.json()["retryable"]
    assert answer.headers["retry-after"] == "1"
    assert "10.1.2.3" not in answer.text
