"""Evidence through the real executor, on both databases: consent first, every answer on record, rings without a scan."""

import json
import threading
import time
from datetime import UTC, date, datetime, timedelta
from random import Random

import pytest
from sqlalchemy import select, update

from plimsoll.app import links
from plimsoll.app.database.schema import filing, link, loan_state
from plimsoll.app.execute import Answer, execute
from plimsoll.app.file import filings_of
from plimsoll.app.gather import Desk, ask, gather
from plimsoll.app.links import Thing, add_links, ring_of, rings_of
from plimsoll.app.sources.port import Fetched, Link, Person, Request, Unavailable
from plimsoll.app.sources.sandbox import NAMES, Mood, SandboxSource, sandbox
from plimsoll.app.sources.truth import Truth
from plimsoll.app.wiring import WIRING, read_command
from plimsoll.loan.layout import CHARGED_OFF
from plimsoll.risk.answer import answer_text, items_of
from plimsoll.risk.evidence import features_at, notices_on, tolerance, withheld_at
from plimsoll.risk.ring import Ring
from plimsoll.rulebook.feature import load as load_catalogue
from plimsoll.rulebook.rules import load
from plimsoll.units.rate import Rate
from plimsoll.units.refusal import LANGUAGES, Refused

DAY = date(2026, 12, 1)
NOW = datetime(2026, 12, 1, 9, tzinfo=UTC)
RULES, CATALOGUE = load(), load_catalogue()
WANG = Person("王伟", "360426199101010071", "13800000000", "4111111111111111")


class Applicant:
    """One customer of a book who is asked about."""

    def __init__(self, store, number=1):
        self.store = store
        self.number = number
        self.now = NOW
        self.keys = 0
        self.do("open_customer")

    def tick(self):
        self.now += timedelta(seconds=1)
        return self.now

    def ask(self, name, **said):
        self.keys += 1
        key = f"{self.number} {self.keys}"
        command = read_command({"key": key, "customer_id": self.number, "on": DAY.isoformat(), **said}, name)
        return execute(self.store, WIRING, command, actor="test", now=self.tick(), rules=RULES)

    def do(self, name, **said):
        outcome = self.ask(name, **said)
        assert isinstance(outcome, Answer), outcome
        return json.loads(outcome.text)

    def agree(self, *purposes):
        for purpose in purposes or NAMES:
            self.do("grant_consent", purpose=purpose, version=RULES.purposes[purpose].notice(DAY).version)

    def desk(self, blind=lambda kind, value: f"{kind[0]}:{value}"):
        return Desk(self.store, RULES, "test", self.tick, blind)

    def gather(self, sources, ref="a1", **how):
        return {one.source: one for one in gather(self.desk(), sources, Request(self.number, DAY, WANG), ref, **how)}

    def readings(self, at=None):
        filings, at = filings_of(self.store, self.number), at or self.tick()
        withheld = withheld_at(filings, at, notices_on(RULES, at.date()))
        return features_at(items_of(filings, CATALOGUE), at, CATALOGUE, tolerance(RULES, DAY), withheld)


@pytest.fixture
def wang(store):
    return Applicant(store)


def well(**moods):
    return sandbox(1, lambda number: Truth(age_years=20 + number), moods)


def test_nothing_is_fetched_without_consent_and_all_of_it_with(wang):
    asked = []

    class Watched(SandboxSource):
        def fetch(self, request, now):
            asked.append(self.name)
            return super().fetch(request, now)

    sources = [Watched(name, 1, lambda _: Truth()) for name in NAMES]
    found = wang.gather(sources)
    assert {one.code for one in found.values()} == {"consent_missing"}
    assert not asked
    assert not [one for one in filings_of(wang.store, 1) if one.kind == "evidence"]
    wang.agree("score", "income")
    found = wang.gather(sources)
    assert sorted(asked) == ["income", "score"]
    assert {name for name, one in found.items() if one.is_recorded} == {"income", "score"}
    wang.agree(*(name for name in NAMES if name not in ("score", "income")))
    found = wang.gather(sources)
    assert all(one.is_recorded for one in found.values())
    assert sorted(asked) == sorted(NAMES), "what is on record under the reference is not asked again"
    readings = wang.readings()
    missing = {name for name, one in readings.items() if one.outcome and one.feature.sources != ("application",)}
    assert not missing
    assert readings["age_years"].value == 35
    assert [item.kind for item in readings["income_monthly_minor"].heard] == ["payroll", "tax", "inflow"]
    assert all(item.consent for item in readings["income_monthly_minor"].heard)


def test_withdrawing_stops_use_from_that_instant_and_leaves_what_was_known_before(wang):
    wang.agree()
    wang.gather(well())
    before = wang.now
    known = wang.readings(before)
    assert 690 < known["platform_score"].value < 750
    wang.do("withdraw_consent", purpose="score")
    after = wang.readings()["platform_score"]
    assert (after.value, after.outcome) == (None, "evidence_withheld")
    assert wang.readings(before) == known
    refused = wang.ask("record_evidence", source="score", body=json.loads(answer_text()))
    assert isinstance(refused, Refused)
    assert refused.code == "consent_withdrawn"
    assert wang.gather(well(), ref="a2")["score"].code == "consent_withdrawn"


def test_consent_withdrawn_while_the_source_answers(wang):
    wang.agree("score")

    class Slow(SandboxSource):
        def fetch(self, request, now):
            wang.do("withdraw_consent", purpose="score")
            return super().fetch(request, now)

    found = wang.gather([Slow("score", 1, lambda _: Truth())])["score"]
    assert (found.code, found.is_recorded) == ("consent_withdrawn", False)
    assert not [one for one in filings_of(wang.store, 1) if one.kind == "evidence"]


def test_a_source_that_is_down_leaves_a_filing_that_says_so(wang):
    wang.agree()
    found = wang.gather(well(bureau=Mood(down=1.0)))
    assert (found["bureau"].code, found["bureau"].is_recorded) == ("source_failed", True)
    readings = wang.readings()
    for name in ("bureau_debt_minor", "bureau_lenders"):
        assert (readings[name].value, readings[name].outcome, readings[name].feature.missing) == (None, "evidence_unavailable", "refer")
    assert readings["platform_score"].value
    found = wang.gather(well(), ref="a2")
    assert found["bureau"].code == ""
    assert wang.readings()["bureau_debt_minor"].value == 0


def test_nobody_waits_for_a_source_that_hangs_or_breaks():
    released = threading.Event()

    class Hangs(SandboxSource):
        def fetch(self, request, now):
            released.wait(20)
            return super().fetch(request, now)

    class Breaks(SandboxSource):
        def fetch(self, request, now):
            raise ValueError(f"cannot read {request.person.document}")

    sources = [Hangs("bureau", 1, lambda _: Truth()), Breaks("score", 1, lambda _: Truth()), *well()[:1]]
    begun = time.monotonic()
    found = ask(sources, Request(1, DAY, WANG), NOW, 0.3)
    assert time.monotonic() - begun < 10
    released.set()
    assert found["bureau"].code == "source_timed_out"
    assert found["score"] == Unavailable("source_failed", "ValueError"), "and says nothing personal"
    assert isinstance(found["identity"], Fetched)


def test_an_answer_that_cannot_be_read_counts_as_none(wang):
    wang.agree("score")

    class Talks(SandboxSource):
        def fetch(self, request, now):
            return Fetched(({"name": "platform_score", "value": "x" * 100_000, "event_at": "2026-12-01"},), "0" * 64)

    found = wang.gather([Talks("score", 1, lambda _: Truth())])["score"]
    assert (found.code, found.is_recorded) == ("evidence_answer_malformed", True)
    assert wang.readings()["platform_score"].outcome == "evidence_unavailable"


def test_the_applicants_word_needs_no_consent(wang):
    body = {"items": [{"name": "income_monthly_minor", "kind": "stated", "value": 900_000, "event_at": "2026-12-01"}]}
    assert wang.do("record_evidence", source="application", body=body)["items"] == 1
    assert wang.readings()["income_monthly_minor"].value == 900_000


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ({"source": "neighbour", "body": {"items": []}}, "evidence_source_unknown"),
        ({"source": "score", "body": {"items": 5}}, "evidence_answer_malformed"),
        ({"source": "score", "body": {"items": []}}, "consent_missing"),
    ],
)
def test_what_is_refused_leaves_nothing(wang, said, code):
    refused = wang.ask("record_evidence", **said)
    assert isinstance(refused, Refused)
    assert refused.code == code
    assert all(refused.text(language) for language in LANGUAGES)
    assert not [one for one in filings_of(wang.store, 1) if one.kind == "evidence"]


def test_no_personal_data_is_on_record(wang):
    wang.agree()
    wang.gather(well())
    with wang.store.engine.connect() as connection:
        bodies = " ".join(connection.scalars(select(filing.c.body)))
    assert not [part for part in (WANG.name, WANG.document, WANG.phone, WANG.card) if part in bodies]


# ---- Rings


def test_people_on_one_device_are_a_ring_and_one_gone_bad_marks_it(store):
    people = [Applicant(store, number) for number in (1, 2, 3, 4)]
    people[0].agree("device")
    add_links(store, 2, [Thing("device", "d:shared"), Thing("card", "c:77")], NOW)
    add_links(store, 3, [Thing("card", "c:77")], NOW)
    add_links(store, 4, [Thing("device", "d:other")], NOW)
    sources = [SandboxSource("device", 1, lambda _: Truth(device="shared"))]
    people[0].gather(sources)
    readings = people[0].readings()
    told = [readings[name].value for name in ("device_shared_people", "ring_size", "ring_bad_share")]
    assert told == [1, 3, Rate(0, 1)]
    with store.engine.connect() as connection:
        assert sorted(connection.scalars(select(link.c.kind).where(link.c.customer_id == 1))) == ["card", "device", "phone"]


def test_what_the_source_knows_of_a_ring_counts_where_it_is_more(wang):
    wang.agree("device")
    wang.gather([SandboxSource("device", 1, lambda _: Truth(ring_size=15, ring_bad_ppm=428_571))])
    readings = wang.readings()
    assert readings["ring_size"].value == 15
    assert readings["ring_bad_share"].value == Rate.parse("0.428571")


def test_a_link_told_twice_is_one(wang):
    for _ in range(2):
        add_links(wang.store, 1, [Thing("device", "x"), Thing("device", "x")], NOW)
    with wang.store.engine.connect() as connection:
        assert len(connection.execute(select(link)).fetchall()) == 1


def test_following_a_ring_finds_what_reading_everything_finds(store, monkeypatch):
    monkeypatch.setattr(links, "PAGE", 7)
    monkeypatch.setattr(links, "PAGE_OF_ALL", 11)
    chance = Random(3)
    with store.changing() as connection:
        rows = {(person, "device", str(chance.randrange(60))) for person in range(1, 80) for _ in range(chance.randint(0, 2))}
        connection.execute(link.insert(), [dict(zip(("customer_id", "kind", "blind"), row, strict=True)) | {"since": NOW} for row in rows])
    whole = rings_of(store, DAY, RULES)
    for person in range(1, 80):
        assert ring_of(store, person, DAY, RULES).ring == whole.ring(person)
    assert ring_of(store, 999, DAY, RULES).ring == Ring(1, 0)


def test_somebody_charged_off_or_long_late_makes_a_ring_bad(store):
    """A loan is opened by the book; only its state is set here."""
    from tests.toys import Draw, Open, run

    for number in (1, 2, 3):
        run(store, Open(f"open {number}", number))
        run(store, Draw(f"draw {number}", number, number * 10, 100_000))
        add_links(store, number, [Thing("phone", "same")], NOW)
    assert ring_of(store, 1, DAY, RULES).ring == Ring(3, 0)
    late, almost = DAY - timedelta(days=91), DAY - timedelta(days=90)
    for number, values in ((2, {"status": CHARGED_OFF}), (3, {"oldest_due": almost})):
        with store.changing() as connection:
            connection.execute(update(loan_state).where(loan_state.c.customer_id == number).values(**values))
    assert ring_of(store, 1, DAY, RULES).ring == Ring(3, 1)
    with store.changing() as connection:
        connection.execute(update(loan_state).where(loan_state.c.customer_id == 3).values(oldest_due=late))
    assert ring_of(store, 1, DAY, RULES).ring == Ring(3, 2)
    assert rings_of(store, DAY, RULES).ring(1) == Ring(3, 2)


def test_links_are_blinded_before_they_are_kept(wang):
    wang.agree("device")

    class Named(SandboxSource):
        def fetch(self, request, now):
            return Fetched((), "0" * 64, (Link("phone", request.person.phone),))

    desk = wang.desk(blind=lambda kind, value: "b" + str(len(value)))
    gather(desk, [Named("device", 1, lambda _: Truth())], Request(1, DAY, WANG), "a1")
    with wang.store.engine.connect() as connection:
        assert connection.scalars(select(link.c.blind)).all() == ["b11"]
