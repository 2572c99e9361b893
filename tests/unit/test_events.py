"""The list of events: every verb has a type, the file for machines is up to date and its examples fit, and no text for people leaves."""

import json
from datetime import timedelta

import jsonschema_rs
import pytest

from plimsoll.app.access.event import record
from plimsoll.app.chain.seal import seal
from plimsoll.app.events.asyncapi import asyncapi, catalogue, example_of, schema_of
from plimsoll.app.events.listing import events_after, page_after, safe
from plimsoll.app.events.type import OF_COMMANDS, OF_VAULT, TYPES
from plimsoll.app.hooks.deliver import envelope
from plimsoll.app.vault import ERASE, FIND, PUT, REVEAL
from plimsoll.app.wiring import ALL_COMMANDS
from tests.chained import LATER, NOW, sealed
from tests.toys import Note, run
from tools.events_page import FILE, PAGE, file, page


def fits(schema, value):
    """Tell whether a value fits a schema of the file."""
    document = {"components": asyncapi()["components"], **schema}
    return jsonschema_rs.Draft202012Validator(document, validate_formats=True).is_valid(value)


def test_every_verb_has_a_type_of_its_own():
    assert set(OF_COMMANDS) == set(ALL_COMMANDS)
    assert len(set(OF_COMMANDS.values())) == len(OF_COMMANDS)
    assert set(OF_VAULT) == {PUT, REVEAL, FIND, ERASE}


def test_the_file_holds_every_type_once_and_is_up_to_date():
    told = asyncapi()
    assert (told["asyncapi"], set(told["components"]["messages"]), len(catalogue())) == ("3.0.0", set(TYPES), len(TYPES))
    assert FILE.read_text("utf-8") == file(), "run: python tools/events_page.py"
    assert PAGE.read_text("utf-8") == page(), "run: python tools/events_page.py"


def test_each_example_fits_its_schema_and_no_other():
    told = catalogue()
    for one, other in zip(told, [*told[1:], told[0]], strict=True):
        assert fits(schema_of(one), example_of(one)), one.name
        assert not fits(schema_of(one), example_of(other)), one.name
        assert not fits(schema_of(one), example_of(one) | {"name": "Zhang San"}), one.name


def test_what_is_told_fits_the_schema_of_its_type(store):
    sealed(store)
    schemas = {f"plimsoll.{one.name}.v1": schema_of(one) for one in catalogue()}
    events = events_after(store, 0, 100)
    kinds = {event.type for event in events}
    assert {"plimsoll.day.closed.v1", "plimsoll.artefact.moved.v1", "plimsoll.access.recorded.v1"} < kinds
    assert {"plimsoll.personal_data.revealed.v1", "plimsoll.repayment.received.v1"} < kinds
    for event in events:
        assert fits(schemas[event.type], json.loads(json.dumps(envelope(event, "live")))), event


def test_numbers_go_on_and_each_page_follows_the_one_before(store):
    sealed(store)
    whole = events_after(store, 0, 100)
    seqs = [event.seq for event in whole]
    assert seqs == sorted(set(seqs))
    for limit in (1, 2, 7):
        seen, found = 0, []
        while True:
            page_of = page_after(store, seen, limit)
            found += page_of.events
            if page_of.seen_seq == seen:
                break
            seen = page_of.seen_seq
        assert found == whole, limit
    assert [event.seq for event in events_after(store, seqs[4], 3)] == seqs[5:8]
    paid = [event for event in whole if event.type == "plimsoll.repayment.received.v1"]
    assert events_after(store, 0, 100, ("plimsoll.repayment.received.v1",)) == paid != []


def test_what_concerns_one_object_is_numbered_in_its_order(store):
    keys = sealed(store)
    for n in range(3):
        run(store, Note(f"more {n}", 2))
        seal(store, keys, LATER + timedelta(seconds=n))
    by_key = {}
    for event in events_after(store, 0, 100):
        by_key.setdefault(event.key, []).append(event.sequence)
    assert by_key["cus_2"] == [1, 2, 3, 4, 5, 6, 7]
    assert all(numbers == sorted(set(numbers)) for numbers in by_key.values())


def test_an_event_keeps_its_id_and_nothing_is_told_before_it_is_sealed(store):
    keys = sealed(store)
    before = events_after(store, 0, 100)
    with store.changing() as connection:
        record(connection, NOW, "ana", "approval_requested", "apr_7", 2, "too large")
    assert events_after(store, 0, 100) == before
    seal(store, keys, LATER)
    (new,) = events_after(store, before[-1].seq, 9)
    assert (new.type, new.subject, new.customer_id) == ("plimsoll.approval.requested.v1", "apr_7", 2)
    assert "too large" not in json.dumps(envelope(new, "live"))


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        ({"loan_id": 3, "first_due_on": "2026-02-15"}, {"loan_id": 3, "first_due_on": "2026-02-15"}),
        ({"text": "Dear Zhang San", "message": "hello", "why": "he is ill"}, {}),
        ({"outcome": "张三生病了", "state": "he is ill", "rule": "CN.CONTACT.HOURS"}, {"rule": "CN.CONTACT.HOURS"}),
        ({"facts": [1, 2], "until": None, "is_sent": True, "reference": "x" * 101}, {"is_sent": True}),
        ([1], {}),
    ],
)
def test_no_text_for_people_leaves_with_an_event(answer, told):
    assert safe(json.dumps(answer)) == told


@pytest.mark.parametrize("said", [None, "", "{", "7"])
def test_an_answer_that_is_no_object_tells_nothing(said):
    assert safe(said) == {}
