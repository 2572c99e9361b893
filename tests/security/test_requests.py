"""Requests that are none: what two readers could read differently, what would be repeated in an answer, what goes on too long."""

import gzip
import json
import socket

import pytest
from starlette.testclient import TestClient

from plimsoll.app.open_door import open_door
from plimsoll.interfaces.http.serve import application
from plimsoll.units.refusal import Refused
from tests.attacked import Caller, attacked_house, code, recognise
from tests.served import serving

SAFE = {"cache-control": "no-store", "x-content-type-options": "nosniff", "x-frame-options": "DENY"}


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    with attacked_house(tmp_path_factory.mktemp("requests")) as made:
        yield made


@pytest.fixture(scope="module")
def ask(house):
    return Caller(house)


@pytest.mark.parametrize(
    "path", ["/v1/loans/loan_17_2%0a", "/v1/%0a", "/v1/customers/cus_17%0d%0aset-cookie:a=b", "/v1x", "/admin", "/.git/config"]
)
def test_attack_path_that_leaves_the_api_by_a_line_end(ask, path):
    answer = ask.client.get(path, headers={"Authorization": "Bearer desk"})
    assert code(answer)[0] == 404
    assert {name: answer.headers.get(name) for name in SAFE} == SAFE
    assert "set-cookie" not in answer.headers


@pytest.mark.parametrize("name", ["a%0ab", "%1b[31m", "a%00b", "%c2%9b31m", "x" * 5_000, "%e2%80%ae"])
def test_attack_name_of_a_field_that_writes_into_an_answer(ask, name):
    """The name of an unknown field is told as the place of what is wrong, never with marks that steer a screen or a log."""
    answer = ask.get("desk", f"/customers?{name}=1")
    assert code(answer) == (400, "query_malformed")
    pointer = answer.json()["errors"][0]["pointer"]
    assert pointer.isprintable()
    assert len(pointer) < 100
    body = json.dumps({"\x1b[31m" + "y" * 5_000: 1})
    answer = ask.client.post("/v1/search", content=body, headers={"Authorization": "Bearer desk", "Content-Type": "application/json"})
    assert code(answer) == (400, "text_unseen")
    assert "yyy" not in answer.text


def test_attack_packed_body_that_expands(ask):
    """Nothing is unpacked: a body is what was sent, however it says that it is packed."""
    packed = gzip.compress(b" " * 50_000_000)
    heads = {"Authorization": "Bearer desk", "Content-Type": "application/json", "Content-Encoding": "gzip"}
    answer = ask.client.post("/v1/search", content=packed, headers=heads)
    assert answer.status_code == 400
    assert code(answer)[1] in ("body_not_text", "json_malformed", "header_not_taken")


def test_attack_deep_and_many_and_twice(ask):
    heads = {"Authorization": "Bearer desk", "Content-Type": "application/json"}

    def sent(body: bytes) -> tuple[int, str]:
        return code(ask.client.post("/v1/search", content=body, headers=heads))

    assert sent(b'{"text":' + b"[" * 200_000 + b"]" * 200_000 + b"}") == (400, "json_too_deep")
    assert sent(b'{"a":' * 200_000) == (400, "json_too_deep")
    assert sent(b'{"text":[' + b",".join(b"1" for _ in range(20_000)) + b"]}") == (400, "json_too_many")
    assert sent(b'{"text":"cus:17","text":"cus:18"}') == (400, "key_duplicate")
    assert sent(b'{"text":"cus:17","te\\u0078t":"cus:18"}') == (400, "key_duplicate"), "the same name, written otherwise"
    assert sent(b'{"text":' + b"9" * 900_000 + b"}")[0] == 400, "a number that would take long to read"
    assert sent(b'{"text":"cus:17"} {"text":"cus:18"}') == (400, "json_malformed")


def test_attack_address_in_a_header_is_not_believed(house):
    """Networks of keys and the count of tries go by who is connected, not by who says so."""
    seen = []

    def listen(_house, _token, address):
        seen.append(address)
        return Refused("not_recognised")

    client = TestClient(application(house, open_door(house), recognise=listen), client=("198.51.100.7", 4_000))
    heads = {"X-Forwarded-For": "203.0.113.9", "Forwarded": "for=203.0.113.9", "X-Real-IP": "203.0.113.9", "Authorization": "Bearer x"}
    assert client.get("/v1/customers", headers=heads).status_code == 401
    assert seen == ["198.51.100.7"]


def raw(address: str, sent: bytes) -> bytes:
    """Send bytes to a server as they are, and give what comes until it stops."""
    host, port = address.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=5) as connection:
        connection.sendall(sent)
        connection.settimeout(1)
        found = b""
        try:
            while part := connection.recv(65_536):
                found += part
        except TimeoutError:
            pass
    return found


def test_attack_request_hidden_in_a_request(house):
    """Length told twice, or beside chunks: one answer at most is of a request that was meant, and a hidden one is never answered."""
    hidden = b"GET /v1/customers/cus_17 HTTP/1.1\r\nHost: house\r\nAuthorization: Bearer desk\r\n\r\n"
    head = b"POST /v1/search HTTP/1.1\r\nHost: house\r\nAuthorization: Bearer bo\r\nContent-Type: application/json\r\n"
    app = application(house, open_door(house), recognise=recognise, is_limited=False)
    with serving(house, app) as address:
        for lengths in (
            b"Content-Length: 4\r\nContent-Length: 90\r\n",
            b"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n",
            b"Transfer-Encoding: chunked\r\nContent-Length: 4\r\n",
            b"Content-Length: +4\r\n",
            b"Content-Length: -1\r\n",
            b"Transfer-Encoding: chunked, identity\r\n",
        ):
            answer = raw(address, head + lengths + b"\r\n0\r\n\r\n" + hidden)
            assert b'"customer":"cus_17"' not in answer, lengths
            assert b" 400 " in answer.split(b"\r\n")[0], (lengths, answer[:200])


@pytest.mark.parametrize("name", ["Plimsoll-Version", "Plimsoll-Test-Clock"])
def test_attack_header_that_says_nothing(ask, name):
    """A clock that was left empty would act on the house itself."""
    assert code(ask("desk", "GET", "/health", **{name: ""})) == (400, "header_not_taken")
    assert code(ask("desk", "GET", "/health", **{name: " "})) == (400, "header_not_taken")
    assert code(ask("desk", "GET", "/customers", **{name: "2020-01-01"}))[0] in (400, 404)
