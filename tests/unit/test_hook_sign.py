"""Signatures of webhooks: known answers of the scheme, rotation, and everything a receiver must not believe."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plimsoll.app.hooks.sign import ID, SIGNATURE, TIMESTAMP, headers_of, new_secret, signature, verify
from plimsoll.interfaces.client.webhook import Unbelieved, event_of
from plimsoll.units.refusal import Malformed

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
"""Of the examples that Standard Webhooks publishes."""
NOW = 1_796_090_400
BODY = b'{"id":"evt_1"}'


def test_the_known_answer_of_the_scheme():
    """The example of the specification of Standard Webhooks: id, timestamp, body and what they sign to."""
    found = signature(SECRET, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, b'{"test": 2432232314}')
    assert found == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


@given(st.binary(max_size=300), st.integers(0, 10**11))
def test_what_is_signed_is_believed(body, at):
    secret = new_secret()
    assert verify(secret, headers_of([secret], "evt_1", at, body), body, at) is None


@given(st.binary(min_size=1, max_size=100), st.integers(0, 99), st.integers(1, 255))
def test_a_changed_byte_is_not(body, place, by):
    headers = headers_of([SECRET], "evt_1", NOW, body)
    place %= len(body)
    changed = body[:place] + bytes([body[place] ^ by]) + body[place + 1 :]
    assert verify(SECRET, headers, changed, NOW).code == "hook_signature_wrong"


def test_while_a_secret_is_replaced_both_hold():
    old, new = new_secret(), new_secret()
    headers = headers_of([new, old], "evt_1", NOW, BODY)
    assert headers[SIGNATURE].count("v1,") == 2
    assert [verify(one, headers, BODY, NOW) for one in (old, new)] == [None, None]
    assert verify(new_secret(), headers, BODY, NOW).code == "hook_signature_wrong"


@pytest.mark.parametrize(("off", "code"), [(300, ""), (-300, ""), (301, "hook_timestamp_off"), (-301, "hook_timestamp_off")])
def test_five_minutes_either_way(off, code):
    refused = verify(SECRET, headers_of([SECRET], "evt_1", NOW, BODY), BODY, NOW + off)
    assert (refused.code if refused else "") == code


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({SIGNATURE: None}, "hook_headers_missing"),
        ({ID: ""}, "hook_headers_missing"),
        ({TIMESTAMP: "now"}, "hook_timestamp_malformed"),
        ({TIMESTAMP: "-1"}, "hook_timestamp_malformed"),
        ({TIMESTAMP: "９"}, "hook_timestamp_malformed"),
        ({TIMESTAMP: "1" * 13}, "hook_timestamp_malformed"),
        ({TIMESTAMP: str(NOW + 1)}, "hook_signature_wrong"),
        ({ID: "evt_2"}, "hook_signature_wrong"),
        ({SIGNATURE: "v1,"}, "hook_signature_wrong"),
        ({SIGNATURE: "v2,AAAA"}, "hook_signature_wrong"),
        ({SIGNATURE: "签"}, "hook_signature_wrong"),
    ],
)
def test_what_is_not_believed(change, code):
    headers = {**headers_of([SECRET], "evt_1", NOW, BODY), **change}
    assert verify(SECRET, headers, BODY, NOW).code == code


def test_headers_come_in_any_case():
    headers = {name.title(): value for name, value in headers_of([SECRET], "evt_1", NOW, BODY).items()}
    assert verify(SECRET, headers, BODY, NOW) is None


@pytest.mark.parametrize("secret", ["", "whsec_", "whsec_###", "whsec_YWJj", "签名"])
def test_a_secret_that_is_none(secret):
    with pytest.raises(Malformed) as raised:
        signature(secret, "evt_1", NOW, BODY)
    assert raised.value.code == "hook_secret_malformed"


def test_what_a_receiver_calls():
    body = b'{"id":"evt_1","type":"plimsoll.loan.disbursed.v1"}'
    headers = headers_of([SECRET], "evt_1", NOW, body)
    assert event_of(SECRET, headers, body, now=NOW)["type"] == "plimsoll.loan.disbursed.v1"
    with pytest.raises(Unbelieved) as raised:
        event_of(SECRET, headers, body + b" ", now=NOW)
    assert raised.value.code == "hook_signature_wrong"
    for other in (b"[]", b"not json", b"{}"):
        with pytest.raises(Unbelieved) as raised:
            event_of(SECRET, headers_of([SECRET], "evt_1", NOW, other), other, now=NOW)
        assert raised.value.code == "hook_event_malformed"
