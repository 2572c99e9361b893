"""The quality of sources: tallies that add up, drift that chance does not explain, and each thing that can be off."""

from collections import Counter
from datetime import UTC, date, datetime
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plimsoll.app.sources.port import Request
from plimsoll.app.sources.sandbox import Mood, SandboxSource
from plimsoll.app.sources.truth import Truth
from plimsoll.loan.filing import Filing
from plimsoll.risk.answer import answer_text, filed_answer, read_answer
from plimsoll.risk.evidence import tolerance
from plimsoll.risk.quality import Tally, bin_of, count_customer, judge, psi, psi_by_chance, read_tally, watch_of
from plimsoll.rulebook.feature import load as load_catalogue
from plimsoll.rulebook.rules import load
from plimsoll.units.rate import Rate

DAY = date(2026, 8, 1)
NOW = datetime(2026, 8, 1, 9, tzinfo=UTC)
CATALOGUE, RULES = load_catalogue(), load()
WATCH, APART = watch_of(RULES, DAY), tolerance(RULES, DAY)


def filed(source, fetched, n=1):
    text = answer_text(unavailable=fetched.code) if hasattr(fetched, "code") else answer_text(fetched.items, digest=fetched.digest)
    body = filed_answer(read_answer(text, source, CATALOGUE, NOW), 1)
    return Filing(n, "evidence", source, DAY.toordinal(), NOW, "test", body)


def truth(number: int, shift: int = 0) -> Truth:
    chance = Random(f"{number}:{shift}")
    return Truth(
        platform_score=min(max(round(chance.gauss(700 - shift, 50)), 350), 950),
        income_minor=round(800_000 * chance.lognormvariate(0, 0.4)),
        lenders=chance.randint(0, 4),
        inquiries=chance.randint(0, 3),
    )


def tally(name="score", mood=Mood(), people=range(200), shift=0, says=None) -> Tally:  # noqa: B008 -- a mood is a value
    source = SandboxSource(name, 1, lambda number: truth(number, shift), mood)
    tallies = {}
    for number in people:
        filings = [filed(name, source.fetch(Request(number, DAY), NOW))]
        if says is not None:
            item = {"name": "income_monthly_minor", "kind": "stated", "value": says(truth(number).income_minor), "event_at": "2026-08-01"}
            body = filed_answer(read_answer(answer_text([item]), "application", CATALOGUE, NOW), 0)
            filings.append(Filing(2, "evidence", "application", DAY.toordinal(), NOW, "test", body))
        count_customer(tallies, filings, CATALOGUE, APART, NOW)
    return tallies[name]


BEFORE = tally(people=range(1000, 1600))


def off(found: Tally, name="score", before: Tally = BEFORE):
    return {one.what for one in judge(name, found, before, WATCH, CATALOGUE).off}


@pytest.mark.parametrize(
    ("mood", "expected"),
    [
        (Mood(), set()),
        (Mood(duplicated=1.0), set()),
        (Mood(down=0.3), {"unavailable"}),
        (Mood(missing=0.8), {"missing"}),
        (Mood(stale=0.3), {"stale"}),
        (Mood(wrong=0.3), {"broken"}),
        (Mood(contradictory=0.4), {"disagree"}),
    ],
    ids=["well", "duplicated", "down", "missing", "stale", "wrong", "contradictory"],
)
def test_each_misbehaviour_is_seen_as_what_it_is(mood, expected):
    assert off(tally(mood=mood)) == expected


def test_other_people_are_seen_as_drift_and_the_same_people_are_not():
    quality = judge("score", tally(shift=60), BEFORE, WATCH, CATALOGUE)
    assert [(one.what, one.feature) for one in quality.off] == [("drift", "platform_score")]
    assert quality.drift > WATCH.drift
    assert quality.drifted == "platform_score"
    assert off(tally(people=range(5000, 5100))) == set()


def test_a_small_sample_of_the_same_people_is_not_taken_for_drift():
    """With few answers the index passes 0.25 by chance alone; the bound by chance is what keeps that quiet."""
    passed = 0
    for sample in range(40):
        few = tally(people=range(10_000 + sample * 40, 10_000 + sample * 40 + 40))
        passed += psi(BEFORE.bins["platform_score"], few.bins["platform_score"]) > WATCH.drift
        assert off(few) == set()
    assert passed, "the case would prove nothing"


def test_too_few_answers_are_not_judged():
    quality = judge("score", tally(mood=Mood(down=1.0), people=range(WATCH.asked - 1)), BEFORE, WATCH, CATALOGUE)
    assert (quality.is_judged, quality.unavailable, quality.off) == (False, 1.0, ())
    quality = judge("score", tally(mood=Mood(down=1.0), people=range(WATCH.asked)), BEFORE, WATCH, CATALOGUE)
    assert quality.is_judged
    assert quality.off


def test_one_feature_that_goes_missing_is_named():
    found = tally("bureau")
    before = tally("bureau", people=range(1000, 1300))
    name = "bureau_lenders"
    found.missing[name] += found.expected[name] // 2
    quality = judge("bureau", found, before, WATCH, CATALOGUE)
    assert ("missing", name) in [(one.what, one.feature) for one in quality.off]
    assert quality.missing < WATCH.missing


def test_a_feature_that_decisions_can_do_without_counts_once_the_source_tells_it():
    never = tally("spending", mood=Mood())
    quiet = Tally(100, 0, Counter({"returns_share": 100}), Counter({"returns_share": 100}))
    assert off(quiet, "spending", Tally()) == set()
    assert off(quiet, "spending", never) == {"missing"}


def test_a_source_that_others_contradict():
    before = tally("income", people=range(1000, 1200))
    agreed = tally("income", says=lambda minor: minor)
    assert sum(agreed.compared.values()) == 200
    assert off(agreed, "income", before) == set()
    liars = tally("income", says=lambda minor: minor * 4)
    assert off(liars, "income", before) == {"disagree"}


@given(st.lists(st.sampled_from("abcd"), max_size=30), st.lists(st.sampled_from("abcde"), max_size=30))
def test_the_index_is_symmetric_and_never_below_zero(one, other):
    before, now = Counter(one), Counter(other)
    assert psi(before, now) == pytest.approx(psi(now, before))
    assert psi(before, now) >= -1e-12
    assert psi(before, before) == 0
    assert psi_by_chance(before, now) >= 0


def test_the_index_of_a_known_table():
    """Shares with half a case added: 10.5/21 and 10.5/21 before, 5.5/21 and 15.5/21 now."""
    assert psi({"a": 10, "b": 10}, {"a": 5, "b": 15}) == pytest.approx(0.2467, abs=5e-5)


def test_days_add_up_to_what_they_hold_together():
    first, second, both = tally(people=range(50)), tally(people=range(50, 90)), tally(people=range(90))
    first.add(second)
    assert first == both
    assert read_tally(both.said()) == both


@pytest.mark.parametrize(
    ("name", "value", "label"),
    [
        ("platform_score", 712, "700"),
        ("age_years", 34, "30"),
        ("bureau_lenders", 7, "7"),
        ("bureau_lenders", 12, "2^4"),
        ("bureau_debt_minor", 0, "2^0"),
        ("bureau_debt_minor", 800_000, "2^7"),
        ("returns_share", Rate.parse("0.25"), "0.2"),
        ("returns_share", Rate.parse("1"), "0.9"),
        ("is_student", False, "False"),
    ],
)
def test_bins(name, value, label):
    assert bin_of(CATALOGUE.features[name], value) == label
