"""A package put out to tender on pages: opened by the seller, bid for under seal by bidders for themselves, a notice to everybody."""

import re
from datetime import UTC, date, datetime

import pytest

from plimsoll.app.database.opening import create_store
from plimsoll.app.dossier import dossier_of, execute_dossier
from plimsoll.app.execute import Answer
from plimsoll.app.house import House
from plimsoll.app.wiring import DOSSIER_WIRING, read_command
from plimsoll.disposal.tender import KIND, hash_of, tender_of
from plimsoll.risk.lawful import lawful_rules
from tests import looked
from tests.made_house import hire
from tests.made_tender import ROWS, SECRET, SHEET

NONCE = "0123456789abcdef0123456789abcdef"

CHANCE = re.compile(r'req_[0-9a-f]+|/static/[0-9a-f]+|name="(?:form_token|key)" value="[^"]*"')
"""What stands on a page by chance, and may hold any digits."""


class Clock:
    """A clock that a test sets."""

    def __init__(self):
        self.set("2026-10-09T01:00")

    def set(self, at):
        self.at = datetime.fromisoformat(at).replace(tzinfo=UTC)


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def house(tmp_path, clock):
    with create_store(f"sqlite:///{tmp_path / 'book.db'}") as store, House(store, lawful_rules(), now=lambda: clock.at) as made:
        made.today = lambda: clock.at.date()
        hire(made, "fin", ("finance",))
        hire(made, "tre", ("treasury",))
        hire(made, "col", ("collector",))
        hire(made, "heng", ("bidder",), party="a")
        hire(made, "other", ("bidder",), party="b")
        opened = {"cut_off": "2026-09-30", "currency": "CNY", "licence": "cfc", "secret": SECRET}
        give(made, "open_package", "P1", opened)
        give(made, "fill_package", "P1", {"part": 1, "loans": {"loans": ROWS}})
        give(made, "freeze_package", "P1", {"sheet": SHEET})
        for name in ("a", "b"):
            give(made, "register_bidder", name, {"name": f"{name} AMC", "kind": "amc_local"})
            give(made, "qualify_bidder", name, {"until": "2026-12-31", "evidence": ["licence"]}, "zhao")
        yield made


def give(house, verb, subject, said, actor="wang"):
    """Give a command by itself, beside the pages."""
    said = {"key": f"{verb} {subject}", "subject": subject, "on": date(2026, 10, 9).isoformat(), **said}
    outcome = execute_dossier(house.store, DOSSIER_WIRING, read_command(said, verb), actor=actor, now=house.now(), rules=house.rules)
    assert isinstance(outcome, Answer), outcome


@pytest.fixture
def look(house):
    pages = looked.pages_of(house)
    return lambda user="", language="en": looked.browser_of(house, pages, user, language)


def send(client, path, **form):
    page = client.get(f"/console{path}")
    token = re.search(r'name="form_token" value="([^"]+)"', page.text)[1]
    return client.post(f"/console{path}", data={"key": f"{form['act']} {len(page.text)}", **form, "form_token": token})


OPENED = {
    "act": "open_tender", "tender": "T1", "format": "sealed", "start": "8000.00", "deposit": "800.00",
    "joins_until": "2026-10-28T17:00:00Z", "bids_from": "2026-11-02T09:00:00Z", "bids_until": "2026-11-02T10:00:00Z",
    "opens_until": "2026-11-02T12:00:00Z",
}  # fmt: skip
TAKES_PART = {"act": "join_tender", "accepts[]": ["nda", "conduct", "no_resale"]}


def test_a_sealed_tender_from_its_notice_to_its_decision(look, house, clock):
    clock.set("2026-10-12T09:00")
    assert send(look("fin"), "/packages/P1", **OPENED).status_code == 303
    for language in ("en", "zh-CN", "xx"):
        for path in ("/packages", "/packages/P1", "/tenders/T1"):
            assert look("fin", language).get(f"/console{path}").status_code == 200, path
        for path in ("/notices", "/notices/T1"):
            notice = look("", language).get(f"/console{path}")
            assert notice.status_code == 200, "the notice is there without signing in"
            assert "<form" not in notice.text.partition("<main")[2].partition('class="open-tools"')[0]
    assert look("col").get("/console/tenders/T1").status_code == 403
    clock.set("2026-10-20T09:00")
    for user in ("heng", "other"):
        joined = send(look(user), "/tenders/T1", **TAKES_PART)
        assert joined.status_code == 303, joined.text
    assert send(look("heng"), "/tenders/T1", act="ask_question", text="Is it all unsecured?").status_code == 303
    asked = look("fin").get("/console/tenders/T1")
    question = re.search(r'<option value="([^"]+)">Is it all', asked.text)[1]
    assert send(look("fin"), "/tenders/T1", act="answer_question", question=question, text="All of it.").status_code == 303
    assert "All of it." in look("other").get("/console/tenders/T1").text
    for name in ("a", "b"):
        paid = send(look("tre"), "/tenders/T1", act="pay_deposit", bidder=name, amount="800.00", ref=f"bank-{name}")
        assert paid.status_code == 303, paid.text
    clock.set("2026-11-02T09:05")
    page = look("heng").get("/console/tenders/T1").text
    assert re.search(r'name="" value="" [^>]*inputmode="decimal"', page), "the amount has no name, so it is never sent"
    for user, name, minor in (("heng", "a", 900_000), ("other", "b", 850_000)):
        bound = hash_of("T1", name, minor, "CNY", NONCE)
        committed = send(look(user), "/tenders/T1", act="commit_bid", hash=bound, bidder="a")
        assert committed.status_code == 303, committed.text
    clock.set("2026-11-02T10:30")
    assert send(look("heng"), "/tenders/T1", act="reveal_bid", amount="9000.01", nonce=NONCE).status_code == 409
    assert send(look("heng"), "/tenders/T1", act="reveal_bid", amount="9000.00", nonce=NONCE).status_code == 303
    for user in ("fin", "tre", "other"):
        seen = CHANCE.sub("", look(user).get("/console/tenders/T1").text.replace(",", ""))
        assert "9000" not in seen, "opened, and shown to nobody before it is decided"
    assert send(look("fin"), "/tenders/T1", act="decide_tender").status_code == 409, "the opening is not over"
    clock.set("2026-11-02T12:00")
    decided = send(look("fin"), "/tenders/T1", act="decide_tender")
    assert decided.status_code == 303, decided.text


def test_a_bidder_acts_for_itself_alone_and_sees_no_other(look, house, clock):
    clock.set("2026-10-12T09:00")
    send(look("fin"), "/packages/P1", **OPENED)
    clock.set("2026-10-20T09:00")
    assert send(look("heng"), "/tenders/T1", **TAKES_PART, bidder="b").status_code == 303
    assert set(tender_of(dossier_of(house.store, KIND, "T1")).members) == {"a"}
    page = look("heng").get("/console/tenders/T1").text
    assert "cancel_tender" not in page
    assert send(look("heng"), "/tenders/T1", act="cancel_tender", reason="no").status_code in (403, 404, 409)
    assert tender_of(dossier_of(house.store, KIND, "T1")).state == "open"
    assert look("heng").get("/console/packages").status_code == 403


def test_a_package_that_cannot_be_made_says_why(look, house):
    refused = send(look("fin"), "/packages", act="make", package="P2", cut_off="2026-09-30", method="all")
    assert refused.status_code == 409
    assert look("tre").get("/console/packages").status_code == 403


def test_an_agency_is_suspended_and_let_go_on(look, house, clock):
    hire(house, "sup", ("collections_supervisor",))
    said = {
        "title_zh": "北方催收", "title_en": "North", "licence": "L-1", "valid_until": "2027-12-31", "contract_until": "2027-06-30",
        "page": "https://lender.example.com/agencies", "commission": ["61:0.15", "181:0.25"],
    }  # fmt: skip
    give(house, "register_agency", "north", said)
    sup = look("sup")
    for language in ("en", "zh-CN", "xx"):
        assert look("sup", language).get("/console/agencies/north").status_code == 200
    assert send(sup, "/agencies/north", act="suspend", reason="").status_code == 409
    suspended = send(sup, "/agencies/north", act="suspend", reason="complaints")
    assert suspended.status_code == 303, suspended.text
    page = sup.get("/console/agencies/north").text
    assert 'value="resume"' in page
    assert 'value="suspend"' not in page
    assert look("col").get("/console/agencies/north").status_code == 403
