"""The personas of the sandbox: consent, application, sources and the real engine give each the fate that its document promises."""

import json
from datetime import UTC, datetime

import pytest

from plimsoll.app.execute import Answer
from plimsoll.app.file import filings_of
from plimsoll.app.house import LIVE, House
from plimsoll.app.keyring import new_keyring
from plimsoll.app.sandbox.of_house import sandbox_of
from plimsoll.app.sandbox.people import ask_sources, keep_person, refuse_persona
from plimsoll.app.sources.persona import PERSONAS
from plimsoll.app.sources.port import Person
from plimsoll.app.sources.sandbox import NAMES
from plimsoll.app.vault import Vault
from plimsoll.app.wiring import read_command
from plimsoll.risk.lawful import lawful_rules
from plimsoll.simulator.documents import make_person

pytestmark = pytest.mark.parametrize("kind", ["sqlite"])
RULES = lawful_rules()
AT = datetime(2026, 12, 1, 1, tzinfo=UTC)
FATES = {
    "0001": ("approve", []),
    "0002": ("refer", ["EVIDENCE_MISSING", "SCORE_NEAR_CUT_OFF"]),
    "0003": ("decline", ["DTI_HIGH", "LOAD_OVER"]),
    "0004": ("refer", ["NEW_LENDERS"]),
    "0005": ("refer", ["DEVICE_SHARED", "RING"]),
    "0006": ("decline", ["WATCH_LIST"]),
    "0007": ("decline", ["DECEASED"]),
    "0008": ("decline", ["BUREAU_OVERDUE", "DTI_HIGH", "LOAD_OVER"]),
    "0009": ("refer", ["EVIDENCE_MISSING"]),
}


@pytest.fixture
def house(store, tmp_path, monkeypatch):
    """The house of a clock that stands on 1 December 2026."""
    monkeypatch.setenv("PLIMSOLL_CLOCKS", str(tmp_path / "clocks"))
    with House(store, RULES, Vault(store, new_keyring(AT))) as own:
        sandbox = sandbox_of(own)
        yield sandbox.opened.house_of(sandbox.clocks.make("personas", AT, "li").clock_id)


def give(house: House, command: str, customer_id: int, **said: object) -> dict:
    read = read_command({"key": f"{customer_id}{command}{said}", "customer_id": customer_id, "on": "2026-12-01", **said}, command)
    outcome = house.execute(read, actor="engine")
    assert isinstance(outcome, Answer), outcome
    return dict(json.loads(outcome.text))


def applied(house: House, customer_id: int, suffix: str, but: tuple[str, ...] = ()) -> None:
    """Somebody of a persona agrees to every source, and applies."""
    from random import Random

    give(house, "open_customer", customer_id)
    person = make_person(PERSONAS[suffix].truth.age_years, AT.date(), Random(customer_id), suffix)
    assert keep_person(house, customer_id, person, "li") is None
    for source in NAMES:
        if source not in but:
            give(house, "grant_consent", customer_id, purpose=source, version=1)
    said = {"application_id": f"A{customer_id}", "product": "cash-line", "amount": "8000.00", "currency": "CNY", "purpose": "rent"}
    give(house, "apply", customer_id, **said)


def test_every_persona_has_a_promise(kind):
    assert FATES.keys() == PERSONAS.keys()
    assert refuse_persona("0000").code == "persona_unknown"


@pytest.mark.parametrize("suffix", FATES)
def test_the_promised_outcome_by_the_real_engine(house, suffix):
    """All at one instant, since a clock stands still: consent, application, evidence and decision need no waiting."""
    applied(house, 7, suffix)
    found = ask_sources(house, 7, "A7")
    silent = [one.source for one in found if one.code == "source_timed_out"]
    assert silent == (["bureau"] if suffix == "0009" else [])
    assert all(one.is_recorded for one in found)
    told = give(house, "decide_application", 7, application_id="A7")
    outcome, reasons = FATES[suffix]
    assert (told["outcome"], told["reasons"]) == (outcome, reasons)


def test_sources_are_asked_once_and_only_with_consent(house):
    applied(house, 7, "0001", but=("bureau",))
    first = {one.source: one.code for one in ask_sources(house, 7, "A7")}
    assert first["bureau"] == "consent_missing"
    count = len([one for one in filings_of(house.store, 7) if one.kind == "evidence"])
    assert ask_sources(house, 7, "A7") is not None
    assert len([one for one in filings_of(house.store, 7) if one.kind == "evidence"]) == count == len(NAMES) - 1


def test_nobody_is_asked_about_who_did_not_say_who_they_are(house, store):
    give(house, "open_customer", 7)
    assert ask_sources(house, 7, "A7").code == "person_not_kept"
    with House(store, RULES, mode=LIVE) as live:
        assert ask_sources(live, 7, "A7").code == "sandbox_only"
    with House(store, RULES) as keyless:
        assert ask_sources(keyless, 7, "A7").code == "vault_keys_needed"
        assert keep_person(keyless, 7, Person("a", "b", "c"), "li").code == "vault_keys_needed"
