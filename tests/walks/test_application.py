"""From consent to a signed draw on both databases, and every way in which that can go wrong, each by its name."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import insert

from plimsoll.app.database.schema import source_alert
from plimsoll.app.execute import Answer, execute
from plimsoll.app.file import filings_of, work_on
from plimsoll.app.kit import kits_of, standing_kits, wiring_with
from plimsoll.app.replay_decision import decisions_of, replay
from plimsoll.app.reviewers import tally
from plimsoll.app.sources.persona import PERSONAS
from plimsoll.app.sources.sandbox import NAMES
from plimsoll.app.verify import verify
from plimsoll.app.wiring import WIRING, read_command
from plimsoll.interfaces.cli.main import main
from plimsoll.origination.kit import Kits, Models, Parts
from plimsoll.origination.queue import KIND
from plimsoll.risk.answer import answer_text
from plimsoll.risk.lawful import lawful_rules
from plimsoll.rulebook.underwriting import standing_tables
from plimsoll.simulator.enter import enter, open_door
from plimsoll.simulator.people import KINDS, Person
from plimsoll.simulator.walk import FATES, Wish, start, walk
from plimsoll.units.refusal import Refused

ON = date(2026, 12, 1)
AT = datetime(2026, 12, 1, 9, tzinfo=UTC)
RULES = lawful_rules()


class House:
    """A book with an engine, and commands written as text."""

    def __init__(self, store):
        self.store = store
        self.wiring = wiring_with(kits_of(store, RULES))
        self.keys = 0

    def give(self, name: str, minutes: int = 0, actor: str = "applicant", key: str = "", on: str = "2026-12-01", **said: object):
        """Execute a command some minutes after nine; its answer, or the code of its refusal."""
        self.keys += 1
        at = datetime.combine(date.fromisoformat(on), AT.timetz()) + timedelta(minutes=minutes)
        command = read_command({"key": key or f"k{self.keys}", "customer_id": 1, "on": on, **said}, name)
        outcome = execute(self.store, self.wiring, command, actor=actor, now=at, rules=RULES)
        return json.loads(outcome.text) if isinstance(outcome, Answer) else outcome.code

    def evidence(self, persona: str, minutes: int = 2, but: tuple[str, ...] = ()) -> None:
        """Record what the sandbox shows of a persona."""
        from plimsoll.app.sources.port import Request
        from plimsoll.app.sources.sandbox import sandbox

        truth = PERSONAS[FATES[persona].suffix].truth
        for source in sandbox(1, lambda _: truth):
            if source.name not in but:
                answer = source.fetch(Request(1, ON), AT)
                body = answer_text(answer.items, digest=answer.digest)
                assert isinstance(self.give("record_evidence", minutes, "engine", source=source.name, body=body), dict)

    def applied(self, persona: str = "approve", amount: str = "8000.00", but: tuple[str, ...] = ()) -> "House":
        """Bring an applicant as far as the decision."""
        self.give("open_customer")
        for source in NAMES:
            if source not in but:
                assert isinstance(self.give("grant_consent", purpose=source, version=1), dict)
        said = {"application_id": "A1", "product": "cash-line", "amount": amount, "currency": "CNY", "purpose": "rent"}
        assert isinstance(self.give("apply", 1, **said), dict)
        self.evidence(persona, but=but)
        return self

    def decide(self, minutes: int = 3, **said: object):
        return self.give("decide_application", minutes, "engine", application_id="A1", **said)

    def read(self, about: str, minutes: int, **said: object) -> None:
        """Have costs shown, and confirm them a minute later."""
        shown = self.give("show_disclosure", minutes, about=about, product="cash-line", currency="CNY", language="en", **said)
        assert isinstance(shown, dict), shown
        assert isinstance(self.give("confirm_disclosure", minutes + 1, disclosure=shown["disclosure"]), dict)

    def learn(self, minutes: int = 6) -> None:
        (taught,) = [RULES.lessons["borrowing"].at(ON)]
        answers = "".join(question.right for question in taught.questions)
        assert self.give("take_lesson", minutes, lesson="borrowing", version=taught.version, answers=answers)["passed"]

    def accept(self, offer: dict, minutes: int = 8, **said: object):
        words = {name: offer[name] for name in ("limit", "currency", "rate", "instalments")} | said
        return self.give("accept_offer", minutes, application_id="A1", **words)


@pytest.fixture
def house(store) -> House:
    return House(store)


def offered(house: House) -> dict:
    """The offer to an applicant whom the engine approves."""
    told = house.applied().decide()
    assert told["outcome"] == "approve"
    return told["offer"]


def words_of(offer: dict) -> dict:
    return {"amount": offer["loan"], "rate": offer["rate"], "instalments": offer["instalments"]}


def test_from_consent_to_signed_draw(house):
    offer = offered(house)
    house.read("offer", 4, limit=offer["limit"], **words_of(offer))
    house.learn()
    assert house.accept(offer)["limit"] == "8000.00"
    house.read("draw", 9, **words_of(offer))
    drawn = house.give("draw", 11, loan_id=1001, currency="CNY", **words_of(offer))
    assert drawn["loan_id"] == 1001
    kinds = [one.kind for one in filings_of(house.store, 1)]
    assert kinds.index("decision") < kinds.index("offer.made") < kinds.index("offer.signed") < kinds.index("load_line")
    assert house.give("draw", 11, loan_id=1002, currency="CNY", **words_of(offer)) == "disclosure_not_confirmed"
    assert verify(house.store).is_proved
    (decided,) = decisions_of(house.store, "A1")
    replayed = replay(house.store, decided, RULES)
    assert not isinstance(replayed, Refused)
    assert replayed.is_same
    assert replayed.differs == ()


def test_a_draw_is_bound_by_what_was_signed(house):
    offer = offered(house)
    house.read("offer", 4, limit=offer["limit"], **words_of(offer))
    house.learn()
    assert isinstance(house.accept(offer), dict)
    said = words_of(offer) | {"currency": "CNY"}
    assert float(offer["loan"]) < float(offer["limit"])
    assert house.give("draw", 11, loan_id=1001, **said | {"amount": offer["limit"]}) == "first_draw_exceeded"
    assert house.give("draw", 11, loan_id=1001, **said | {"rate": "0.0005"}) == "rate_above_signed"
    small = said | {"amount": "500.00"}
    house.read("draw", 12, **{name: small[name] for name in words_of(offer)})
    assert isinstance(house.give("draw", 14, loan_id=1001, **small), dict)
    large = said | {"amount": f"{float(offer['loan']) + 100:.2f}"}
    house.read("draw", 15, **{name: large[name] for name in words_of(offer)})
    assert isinstance(house.give("draw", 17, loan_id=1002, **large), dict)


def test_a_decision_asked_twice_is_the_first_one(house):
    first = house.applied().decide()
    again = house.decide(minutes=30)
    assert again == first
    assert len(decisions_of(house.store, "A1")) == 1
    key = house.give("decide_application", 40, "engine", key="the same", application_id="A1")
    assert house.give("decide_application", 50, "engine", key="the same", application_id="A1") == key
    # Evidence that comes after an offer changes nothing of it.
    house.evidence("hardship", 60)
    assert house.decide(minutes=70) == first


def test_without_a_kit_nothing_is_decided_and_another_kit_is_refused(house):
    house.applied()
    command = read_command({"key": "x", "customer_id": 1, "on": "2026-12-01", "application_id": "A1"}, "decide_application")
    outcome = execute(house.store, WIRING, command, actor="engine", now=AT, rules=RULES)
    assert isinstance(outcome, Refused)
    assert outcome.code == "kit_missing"
    assert house.decide(kit="0" * 64) == "kit_changed"
    kit = standing_kits(RULES).on(ON, "cfc")
    assert house.decide(kit=kit.digest)["outcome"] == "approve"


def test_consent_missing_or_withdrawn_midway(house):
    house.applied(but=("bureau",))
    body = answer_text([{"name": "bureau_lenders", "kind": "", "value": 0, "event_at": "2026-12-01"}])
    assert house.give("record_evidence", 2, "engine", source="bureau", body=body) == "consent_missing"
    assert isinstance(house.give("grant_consent", 3, purpose="bureau", version=1), dict)
    assert isinstance(house.give("record_evidence", 4, "engine", source="bureau", body=body), dict)
    assert isinstance(house.give("withdraw_consent", 5, purpose="bureau"), dict)
    assert house.give("record_evidence", 6, "engine", source="bureau", body=body) == "consent_withdrawn"
    told = house.decide(7)
    assert told["outcome"] == "refer"
    (decided,) = decisions_of(house.store, "A1")
    assert decided.said["absent"]["bureau_lenders"] == "evidence_withheld"
    assert "bureau" not in decided.said["purposes"]


def test_consent_withdrawn_after_the_offer_stops_the_signature(house):
    offer = offered(house)
    house.read("offer", 4, limit=offer["limit"], **words_of(offer))
    house.learn()
    assert isinstance(house.give("withdraw_consent", 7, purpose="income"), dict)
    assert house.accept(offer) == "consent_withdrawn"


def test_what_stands_before_a_signature(house):
    offer = offered(house)
    assert house.accept(offer) == "lesson_needed"
    house.learn()
    assert house.accept(offer) == "disclosure_missing"
    shown = house.give(
        "show_disclosure", 9, about="offer", product="cash-line", currency="CNY", language="en", limit=offer["limit"], **words_of(offer)
    )
    assert house.accept(offer, 9) == "disclosure_not_confirmed"
    assert isinstance(house.give("confirm_disclosure", 10, disclosure=shown["disclosure"]), dict)
    assert house.accept(offer, 11, limit="9000.00") == "offer_changed"
    assert house.accept(offer, 11, rate="0.0003") == "offer_changed"
    assert house.accept(offer, 11, on="2026-12-16") == "offer_expired"
    assert isinstance(house.accept(offer, 12), dict)
    assert house.accept(offer, 13) == "application_not_ready"


def test_the_book_holds_the_load_line_that_was_signed(house):
    offer = offered(house)
    house.read("offer", 4, limit=offer["limit"], **words_of(offer))
    house.learn()
    house.accept(offer)
    (decided,) = decisions_of(house.store, "A1")
    capacity = decided.said["suggested"]["capacity_minor"]
    above = f"{capacity // 100 + 100}.00"
    limits = {"limit": above, "cash_limit": above, "later_limit": "0.00", "currency": "CNY"}
    assert house.give("set_limit", 20, "clerk", **limits) == "load_line_passed"


def test_a_case_goes_to_a_person_and_two_reviewers_meet(house):
    told = house.applied("review").decide()
    assert told["outcome"] == "refer"
    assert told["offer"] is None
    item = work_on(house.store, KIND, 1, "A1").item
    assert (item.state, item.due_at) == ("open", "2026-12-02T09:03:00Z")
    claim = {"application_id": "A1"}
    assert isinstance(house.give("claim_review", 5, "li", **claim), dict)
    assert house.give("claim_review", 6, "wang", **claim) == "review_claimed"
    opinion = {"application_id": "A1", "outcome": "approve", "role": "underwriter", "currency": "CNY", "reasons": "NEW_LENDERS"}
    assert house.give("review", 7, "wang", **opinion) == "review_claimed"
    assert house.give("review", 9, "li", **opinion)["state"] == "offered"
    assert work_on(house.store, KIND, 1, "A1").item.state == "done"
    (li,) = tally(house.store, ON, ON, RULES)
    assert (li.actor, li.decided, li.approved, li.overrides, li.median_minutes()) == ("li", 1, 1, 0, 4)


def test_a_declined_borrower_asks_for_a_person_who_may_differ(house):
    assert house.applied("over-extended").decide()["outcome"] == "decline"
    told = house.give("demand_review", 10, application_id="A1", reason="the debt was repaid")
    assert told["decided_by"] == "2026-12-01T21:10:00Z"
    house.give("claim_review", 11, "li", application_id="A1")
    opinion = {"application_id": "A1", "role": "chief", "currency": "CNY", "reasons": "DTI_HIGH"}
    assert house.give("review", 12, "li", outcome="approve", differs="repaid", **opinion) == "review_without_offer"
    assert house.give("review", 13, "li", outcome="decline", **opinion)["state"] == "declined"
    assert house.give("demand_review", 14, application_id="A1") == "review_by_person"


def test_documents_bring_evidence_and_the_engine_decides_anew(house):
    assert house.applied("approve", but=("income",)).decide()["outcome"] == "refer"
    house.give("claim_review", 4, "li", application_id="A1")
    assert isinstance(house.give("request_documents", 5, "li", application_id="A1", documents="pay_slip"), dict)
    house.give("provide_documents", 6, application_id="A1", documents="pay_slip", reference="vault:document:1")
    assert isinstance(house.give("grant_consent", 7, purpose="income", version=1), dict)
    body = answer_text(
        [
            {"name": "income_monthly_minor", "kind": "payroll", "value": 1_500_000, "event_at": "2026-11-15"},
            {"name": "income_sources", "kind": "", "value": 1, "event_at": "2026-11-15"},
        ]
    )
    assert isinstance(house.give("record_evidence", 8, "li", source="income", body=body), dict)
    again = house.decide(9)
    assert again["outcome"] == "approve"
    assert work_on(house.store, KIND, 1, "A1").item.state == "done"
    assert [one.said["outcome"] for one in decisions_of(house.store, "A1")] == ["refer", "approve"]


def test_a_replay_says_what_differs(house):
    house.applied().decide()
    (decided,) = decisions_of(house.store, "A1")
    altered = decided._replace(said={**decided.said, "outcome": "decline", "digest": "0" * 64})
    found = replay(house.store, altered, RULES)
    assert not isinstance(found, Refused)
    assert not found.is_same
    assert ("outcome", "decline", "approve") in found.differs
    strange = decided._replace(said={**decided.said, "versions": {**decided.said["versions"], "champion": "f" * 64}})
    refused = replay(house.store, strange, RULES)
    assert isinstance(refused, Refused)
    assert refused.code == "decision_parts_missing"


def test_an_edit_that_no_decision_rests_on_leaves_its_replay_the_same(house):
    house.applied().decide()
    (decided,) = decisions_of(house.store, "A1")
    edited = replace(RULES, digest="e" * 64)
    found = replay(house.store, decided, edited)
    assert not isinstance(found, Refused)
    assert (found.is_same, found.differs, found.edited) == (True, (), ("rules",))
    assert found.digest_now == decided.said["digest"]


def test_an_edit_that_a_decision_rests_on_is_said_with_the_edition(house):
    house.applied().decide()
    (decided,) = decisions_of(house.store, "A1")
    days = RULES.rule("POLICY.OFFER.DAYS")
    tracks = {licence: tuple(replace(row, value=row.value + 1) for row in rows) for licence, rows in days.tracks.items()}
    edited = replace(RULES, digest="e" * 64, rules={**RULES.rules, days.key: replace(days, tracks=tracks)})
    found = replay(house.store, decided, edited)
    assert not isinstance(found, Refused)
    assert (found.is_same, found.edited) == (False, ())
    assert [place for place, _, _ in found.differs] == ["suggested.expires_on", "versions.rules"]


def test_a_challenger_scores_in_the_shadow_and_decides_for_its_share(house):
    standing = standing_kits(RULES).parts
    kits = Kits(Parts(Models(standing.models.champion, standing.models.champion), standing_tables()), RULES)
    house.wiring = wiring_with(kits)
    told = house.applied().decide()
    assert told["outcome"] == "approve"
    (decided,) = decisions_of(house.store, "A1")
    # The points of a card are rounded part by part, those of its probability once.
    assert abs(decided.said["score"]["shadow"]["gap_points"]) <= len(decided.said["score"]["parts"])
    assert decided.said["score"]["arm"] in ("champion", "challenger")
    assert "challenger" in decided.said["versions"]


@pytest.mark.parametrize("persona", FATES)
def test_every_persona_walks_as_far_as_it_goes(store, persona):
    wish = Wish(persona, "cash-line", "CNY", 800_000, 12, "electronics", ON, "zh-CN")
    steps = {told.step: told.shown for told in walk(start(store, RULES, wish))}
    assert not [step for step, shown in steps.items() if isinstance(shown, Refused)]
    outcome = steps["decision"].outcome
    wanted = {"approve": "approve", "over-extended": "decline", "watch-list": "decline", "deceased": "decline", "hardship": "decline"}
    assert outcome == wanted.get(persona, "refer")
    assert ("draw" in steps) == (persona in ("approve", "review"))
    (decided,) = decisions_of(store, "walk-1")
    replayed = replay(store, decided, RULES)
    assert not isinstance(replayed, Refused)
    assert replayed.is_same


def test_in_bulk_people_enter_as_one_by_one(store):
    people = [Person(n, KINDS[n % 2], ON.toordinal(), 0, 1_200_000, 10, 10, 900_000, 900_000, 450_000, 0.5, True) for n in range(1, 41)]
    door = open_door(store, RULES, 5)
    done = enter(store, door, people, ON.toordinal(), AT, "demo")
    assert not [outcome for _, outcome in done if isinstance(outcome, Refused)]
    assert door.funnel["applied"] == 40
    assert sum(person.is_in for person in people) == door.funnel["signed"] > 20
    for number in (1, 2, 3):
        (decided,) = decisions_of(store, f"demo-{number}")
        replayed = replay(store, decided, RULES)
        assert not isinstance(replayed, Refused)
        assert replayed.is_same
    assert verify(store).is_proved


def test_the_command_line_shows_replays_and_lists(house, database, capsys):
    house.applied("review").decide()
    assert main(["decision", "show", "A1", "--db", database, "--language", "zh-CN"]) == 0
    assert "转人工审核" in capsys.readouterr().out
    assert main(["decision", "show", "A1", "--db", database, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["explanation"]["reasons"][0]["code"] == "NEW_LENDERS"
    assert main(["decision", "replay", "A1", "--db", database]) == 0
    assert "the same hash" in capsys.readouterr().out
    assert main(["decision", "replay", "A2", "--db", database]) == 3
    capsys.readouterr()
    assert main(["review", "list", "--db", database, "--json"]) == 0
    (case,) = json.loads(capsys.readouterr().out)["cases"]
    assert case["application_id"] == "A1"
    assert main(["review", "list", "--db", database]) == 0
    assert "NEW_LENDERS" in capsys.readouterr().out
    assert main(["review", "stats", "--db", database, "--through", "2026-12-01"]) == 0
    assert "Nobody decided" in capsys.readouterr().out


@pytest.mark.parametrize("alert", ["", "device"])
def test_a_file_of_commands_decides_by_the_book_and_heeds_its_alerts(house, database, tmp_path, monkeypatch, capsys, alert):
    house.applied("approve")
    if alert:
        with house.store.engine.begin() as connection:
            raised = {"source": alert, "raised_on": ON, "raised_at": AT, "reasons": "[]"}
            connection.execute(insert(source_alert).values(raised))
    row = {"command": "decide_application", "key": "by-file", "customer_id": 1, "on": "2026-12-01", "application_id": "A1"}
    (tmp_path / "decide.jsonl").write_text(json.dumps(row), "utf-8")
    monkeypatch.setattr("plimsoll.interfaces.cli.post.now", lambda: AT + timedelta(minutes=5))
    capsys.readouterr()
    assert main(["post", str(tmp_path / "decide.jsonl"), "--db", database, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)["answer"]
    assert told["outcome"] == ("refer" if alert else "approve"), told
    assert main(["decision", "replay", "A1", "--db", database]) == 0
