"""Contacts in the product: the gate asked with the customer's own file, and what goes on record and out of the house."""

import json
from datetime import UTC, datetime

import pytest

from plimsoll.collections.contact import known_of
from plimsoll.collections.contact_rules import country_rules
from plimsoll.collections.debtor import Attempt
from plimsoll.collections.gate import Allowed, Denied, may_contact
from plimsoll.loan.book import Book, Decision
from plimsoll.loan.filing import Filing, NewFiling, body_of
from plimsoll.units.refusal import Malformed, Refused
from tests.counter import Counter, opened

DAY = "2026-12-01"
CALL = {"channel": "call", "purpose": "collect", "by": "lender", "zone": "Asia/Shanghai", "number": "blind-1"}


class Desk:
    """A customer who owes something, and whoever contacts them; times are those of Shanghai."""

    def __init__(self, owing: bool = True) -> None:
        self.counter: Counter = opened()
        self.contacts = 0
        self.placed: list[str] = []
        if owing:
            drawn = self.counter.run("draw", "2026-01-15", loan_id=2, amount="1000.00", currency="CNY", rate="0.0004", instalments=12)
            assert isinstance(drawn, Decision), drawn

    def at(self, text: str) -> None:
        self.counter.now = datetime.fromisoformat(f"{text}+08:00").astimezone(UTC)

    def contact(self, at: str, **said: object) -> dict:
        """Attempt a contact at a time of the day, or at a day and time; give the answer with what was filed and said."""
        self.at(at if "-" in at else f"{DAY} {at}")
        self.contacts += 1
        done = self.counter.run("attempt_contact", DAY, **{"contact_id": f"c{self.contacts}"} | CALL | said)
        assert isinstance(done, Decision), done
        filed = [(one.kind, one.subject, json.loads(one.body)) for one in done.filings]
        assert len(filed) == 1
        return json.loads(done.answer) | {"filed": filed[0], "messages": done.messages}

    def outcome(self, outcome: str, contact_id: str = "") -> Decision | Refused:
        return self.counter.run("record_outcome", DAY, contact_id=contact_id or f"c{self.contacts}", outcome=outcome)

    def place(self, agency: str) -> None:
        """Place the customer with an agency, called back from the one before."""
        said = {
            "agency": agency,
            "return_by": 10**6,
            "licence_until": 10**6,
            "days": 90,
            "currency": "CNY",
            "owed_minor": 1,
            "late_minor": 1,
        }
        said |= {"expected_minor": 1, "commission": "0.2", "batch": "", "is_by_lot": False, "propensity_ppb": 10**9}
        filed = [NewFiling("placement.ended", one, body_of({"reason": "asked"})) for one in self.placed]
        self.counter._post(Decision(filings=(*filed, NewFiling("placement.made", agency, body_of(said)))), 739_000)
        self.placed = [agency]

    def tell(self, fact: str, **said: object) -> None:
        told = self.counter.run("tell_contact_fact", DAY, fact=fact, **said)
        assert isinstance(told, Decision), told


def test_an_allowed_contact_is_on_record_with_its_recording_and_goes_out():
    done = Desk().contact("10:00", recording="rec-1", template="T1")
    kind, subject, body = done["filed"]
    assert (done["allowed"], kind, subject) == (True, "contact.attempted", "c1")
    assert body["recording"] == "rec-1"
    assert (body["keep_until"], body["keep_years_after_settlement"]) == ("2031-12-01", 3)
    (name, letter) = done["messages"][0]
    said = json.loads(letter)
    assert name == "contact"
    assert (said["contact_id"], said["channel"], said["number"], said["template"]) == ("c1", "call", "blind-1", "T1")


def test_a_denied_contact_is_on_record_with_its_rule_and_nothing_goes_out():
    done = Desk().contact("22:30")
    kind, _, body = done["filed"]
    assert (kind, body["rule"], body["until"]) == ("contact.denied", "CN.COLLECT.QUIET", "2026-12-02T09:00:00+08:00")
    assert (done["allowed"], done["rule"], done["messages"]) == (False, "CN.COLLECT.QUIET", ())


def test_the_fourth_connected_call_is_denied_whoever_makes_it():
    desk = Desk()
    for hour, by in ((9, "lender"), (10, "agency-1"), (11, "agency-2")):
        desk.place(by)
        assert desk.contact(f"{hour:02}:00", by=by, number=f"blind-{hour}")["allowed"]
        assert isinstance(desk.outcome("connected"), Decision)
    desk.place("agency-3")
    assert desk.contact("12:00", by="agency-3", number="blind-12")["rule"] == "CN.COLLECT.CALLS.CONNECTED.MAX"
    assert desk.contact("2026-12-02 09:00")["allowed"]


def test_a_call_whose_outcome_nobody_told_counts_for_the_worse():
    desk = Desk()
    assert [desk.contact(f"{hour:02}:00").get("rule") for hour in (9, 10, 11, 12)] == [None] * 3 + ["CN.COLLECT.CALLS.CONNECTED.MAX"]
    assert isinstance(desk.outcome("unanswered", "c1"), Decision)
    assert desk.contact("13:00")["allowed"]


def test_unanswered_dials_of_a_number():
    desk = Desk()
    for minute in range(6):
        assert desk.contact(f"09:{minute:02}")["allowed"]
        desk.outcome("unanswered")
    assert desk.contact("10:00")["rule"] == "CN.COLLECT.DIALS.UNANSWERED.MAX"
    assert desk.contact("10:00", number="blind-2")["allowed"]


def test_somebody_else_answered():
    """It counts as a connected call, and the debtor is as lost as before; a stranger's number is not dialled again."""
    desk = Desk()
    desk.tell("unreachable", reason="moved away")
    assert desk.contact("09:00")["allowed"]
    desk.outcome("third_party")
    assert desk.contact("09:10", to="contact_person", person="v-1", purpose="locate", number="blind-3")["allowed"]
    desk.outcome("refused")
    assert (
        desk.contact("09:20", to="contact_person", person="v-1", purpose="locate", number="blind-3")["rule"]
        == "CN.COLLECT.CONTACT_PERSON.STOP"
    )
    assert desk.contact("09:30")["allowed"]
    desk.outcome("wrong_number")
    assert desk.contact("09:40")["rule"] == "POLICY.CONTACT.STOP.WRONG_NUMBER"
    assert desk.contact("09:40", channel="sms", number="blind-9", purpose="remind")["allowed"]


def test_a_debtor_who_answers_is_lost_no_more():
    desk = Desk()
    desk.tell("unreachable")
    assert desk.contact("09:00")["allowed"]
    desk.outcome("connected")
    assert desk.contact("09:10", to="contact_person", person="v-1", purpose="locate")["rule"] == "CN.COLLECT.CONTACT_PERSON"


def test_an_open_complaint_stops_collection_and_not_reminders():
    desk = Desk()
    desk.counter.run("file_complaint", DAY, complaint_id="k1", about="service")
    assert desk.contact("10:00")["rule"] == "POLICY.CONTACT.STOP.COMPLAINT"
    assert desk.contact("10:00", channel="push", number="", purpose="remind")["allowed"]
    desk.counter.actor = "li"
    desk.counter.run("classify_complaint", DAY, complaint_id="k1", kind="simple", handler="li")
    desk.counter.run("answer_complaint", DAY, complaint_id="k1", root_cause="staff_conduct", outcome="upheld")
    closed = desk.counter.run("close_complaint", DAY, complaint_id="k1")
    assert isinstance(closed, Decision), closed
    assert desk.contact("11:00")["allowed"]


@pytest.mark.parametrize(
    ("subject", "rule"),
    [
        ("hardship:h1", "POLICY.CONTACT.STOP.HARDSHIP"),
        ("plan:p1", "CN.COLLECT.STOP.PLAN"),
        ("k1", "POLICY.CONTACT.STOP.COMPLAINT"),
    ],
)
def test_what_stopped_collection_is_told_by_whose_name_it_has(subject: str, rule: str):
    desk, country = Desk(), country_rules(Desk().counter.rules, "cn", with_policy=True)
    at = datetime(2026, 12, 1, 10, tzinfo=UTC)
    stopped = [Filing(n, kind, subject, 1, at, "x", "{}") for n, kind in enumerate(("collection.stopped", "collection.resumed"), 1)]
    attempt = Attempt("sms", "", "debtor", "", "", "lender", at, UTC, "cn", "collect", "")
    for filings, kind in ((stopped[:1], Denied), (stopped, Allowed)):
        book = Book(1, 1, None, tuple(desk.counter.sheet.loans.values()), filings=tuple(filings))
        said = may_contact(known_of(book, [country]), attempt, country)
        assert isinstance(said, kind)
        assert not isinstance(said, Denied) or said.rule == rule


def test_nothing_is_collected_from_who_owes_nothing():
    assert Desk(owing=False).contact("10:00")["rule"] == "POLICY.CONTACT.STOP.PAID_OFF"


def test_the_house_keeps_to_its_own_hours():
    desk = Desk()
    assert desk.contact("08:30")["rule"] == "POLICY.CONTACT.QUIET"
    desk.tell("consented", reason="asked to be called before work")
    assert desk.contact("08:30")["allowed"]


REFUSED = [
    ("attempt_contact", CALL | {"contact_id": ""}, "field_missing"),
    ("attempt_contact", CALL | {"contact_id": "x" * 65}, "contact_unnamed"),
    ("attempt_contact", CALL | {"contact_id": "c1"}, "contact_exists"),
    ("attempt_contact", CALL | {"contact_id": "n1", "channel": "fax"}, "channel_unknown"),
    ("attempt_contact", CALL | {"contact_id": "n1", "purpose": "shame"}, "contact_malformed"),
    ("attempt_contact", CALL | {"contact_id": "n1", "to": "employer"}, "contact_malformed"),
    ("attempt_contact", CALL | {"contact_id": "n1", "to": "contact_person"}, "contact_malformed"),
    ("attempt_contact", CALL | {"contact_id": "n1", "number": ""}, "contact_malformed"),
    ("attempt_contact", CALL | {"contact_id": "n1", "country": "tw"}, "country_unknown"),
    ("attempt_contact", CALL | {"contact_id": "n1", "zone": "Asia/Nowhere"}, "zone_unknown"),
    ("attempt_contact", {key: CALL[key] for key in CALL if key != "zone"} | {"contact_id": "n1"}, "field_missing"),
    ("record_outcome", {"contact_id": "never", "outcome": "connected"}, "contact_not_made"),
    ("record_outcome", {"contact_id": "c2", "outcome": "connected"}, "contact_not_made"),
    ("record_outcome", {"contact_id": "c1", "outcome": "promised"}, "contact_outcome_unknown"),
    ("record_outcome", {"contact_id": "c1", "outcome": "unanswered"}, "contact_outcome_told"),
    ("tell_contact_fact", {"fact": "complained"}, "contact_fact_unknown"),
    ("tell_contact_fact", {"fact": "grumbled"}, "contact_fact_unknown"),
    ("tell_contact_fact", {"fact": "refused_contact"}, "contact_malformed"),
    ("tell_contact_fact", {"fact": "wrong_number"}, "contact_malformed"),
]


@pytest.mark.parametrize(("verb", "said", "code"), REFUSED, ids=lambda value: value if isinstance(value, str) else "")
def test_what_cannot_be_judged_is_refused(verb: str, said: dict, code: str):
    desk = Desk()
    desk.contact("10:00")
    desk.outcome("connected")
    desk.contact("23:00")
    try:
        found = desk.counter.run(verb, DAY, **said)
    except Malformed as wrong:
        found = Refused(wrong.code)
    assert isinstance(found, Refused)
    assert found.code == code
