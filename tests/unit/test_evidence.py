"""Evidence point in time: cases that an officer can check, and that nothing known later changes what was known before."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plimsoll.loan.filing import Filing
from plimsoll.risk.answer import answer_text, filed_answer, items_of, read_answer
from plimsoll.risk.evidence import OUTCOMES, SAYS, Item, absences, features_at, tolerance, values_of
from plimsoll.rulebook.feature import load as load_catalogue
from plimsoll.rulebook.rules import load
from plimsoll.units.rate import Rate
from plimsoll.units.refusal import LANGUAGES, Malformed, sentence
from tests.golden import read_yaml

CASES = read_yaml((Path(__file__).resolve().parents[1] / "cases" / "evidence" / "readings.yaml").read_text("utf-8"))
CATALOGUE = load_catalogue()
DAY = datetime(2026, 8, 1, 12, tzinfo=UTC)
APART = tolerance(load(), DAY.date())
NAMES = ("income_monthly_minor", "is_student", "returns_share", "platform_score", "bureau_debt_minor")


def noon(day) -> datetime:
    return datetime(day.year, day.month, day.day, 12, tzinfo=UTC)


def filed(number: int, told: dict, feature: str) -> Filing:
    """Give one item as the filing that the command would leave."""
    at = noon(told["known"])
    value = None if told.get("value") == "none" else told.get("value")
    item = {"name": feature, "kind": told.get("kind", ""), "value": value, "event_at": str(told.get("of"))}
    text = answer_text(unavailable="source_timed_out") if told.get("down") else answer_text([item])
    answer = read_answer(text, told["source"], CATALOGUE, at)
    return Filing(number, "evidence", told["source"], at.toordinal(), at, "test", filed_answer(answer, 1))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_reading(case):
    filings = [filed(number, told, case["feature"]) for number, told in enumerate(case["items"], 1)]
    for order in (filings, filings[::-1]):
        items = items_of(order, CATALOGUE)
        reading = features_at(items, noon(case["at"]), CATALOGUE, APART, frozenset(case.get("withheld", ())))[case["feature"]]
        value = reading.value.text() if isinstance(reading.value, Rate) else reading.value
        assert value == (None if case["value"] == "none" else case["value"])
        assert (reading.outcome, reading.reason) == (case.get("outcome", ""), case.get("reason", ""))
        if "rule" in case:
            assert reading.feature.missing == case["rule"]
        if "heard" in case:
            assert [f"{item.source} {item.kind}".strip() for item in reading.heard] == case["heard"]


def test_every_outcome_has_a_case_and_a_sentence_in_both_languages():
    assert {case.get("outcome") for case in CASES} - {None} == set(OUTCOMES)
    assert all(sentence(code, language) for code in OUTCOMES for language in LANGUAGES)


def test_what_is_missing_follows_its_rule():
    readings = features_at((), DAY, CATALOGUE, APART)
    assert set(values_of(readings).values()) == {None}
    missing = absences(readings, ("income_monthly_minor", "returns_share"))
    assert [(one.rule, one.reason) for one in missing] == [("refer", "INCOME_MISSING"), ("allow", "EVIDENCE_MISSING")]


instants = st.integers(-4000, 4000).map(lambda hours: DAY + timedelta(hours=hours))
values = {
    "money": st.integers(-10, 3_000_000),
    "whole": st.integers(-10, 1200),
    "share": st.integers(0, 1200).map(lambda share: Rate.parse(f"{share // 1000}.{share % 1000:03d}")),
    "yes-no": st.booleans(),
}


@st.composite
def items(draw):
    """Draw an item as some source may have told it."""
    feature = CATALOGUE.features[draw(st.sampled_from(NAMES))]
    source = draw(st.sampled_from((*feature.sources, "spending")))
    kind = draw(st.sampled_from(("", "payroll", "tax", "inflow")))
    value = draw(st.none() | values[feature.type])
    flags = ("evidence_unavailable",) if value is None and draw(st.booleans()) else ()
    return Item(feature.name, value, source, kind, draw(instants), draw(instants), 1, flags)


@given(st.lists(items(), max_size=12), st.lists(items(), max_size=6), instants, st.randoms(use_true_random=False))
def test_what_becomes_known_later_changes_nothing(known, later, instant, chance):
    known = [item._replace(known_at=min(item.known_at, instant)) for item in known]
    later = [item._replace(known_at=max(item.known_at, instant + timedelta(microseconds=1))) for item in later]
    before = features_at(known, instant, CATALOGUE, APART)
    both = known + later
    chance.shuffle(both)
    assert features_at(both, instant, CATALOGUE, APART) == before


@given(st.lists(items(), max_size=12), instants, st.sets(st.sampled_from(("income", "score", "bureau", "identity", "spending"))))
def test_a_value_is_used_or_its_absence_has_a_name(known, instant, withheld):
    for reading in features_at(known, instant, CATALOGUE, APART, frozenset(withheld)).values():
        assert (reading.value is None) == (reading.outcome in OUTCOMES)
        assert (reading.value is None) == bool(reading.reason)
        if reading.value is not None:
            item = reading.item
            assert item.known_at <= instant
            assert (instant - item.event_at).days <= reading.feature.fresh_days
            assert item.source in reading.feature.sources
            assert item.source == SAYS or reading.feature.purpose not in withheld
            assert reading.feature.fits(reading.value)
            assert not reading.feature.is_absurd(reading.value)


def test_what_is_not_of_the_catalogue_or_not_of_the_source_is_left_out_by_name():
    told = [
        {"name": "platform_score", "value": 712, "event_at": "2026-08-01"},
        {"name": "platform_score", "value": 712, "event_at": "2026-08-01"},
        {"name": "shoe_size", "value": 44, "event_at": "2026-08-01"},
        {"name": "income_monthly_minor", "value": 44, "event_at": "2026-08-01"},
        {"name": "Zhang San 13800000000", "value": 44, "event_at": "2026-08-01"},
        {"value": 44},
    ]
    answer = read_answer(answer_text(told), "score", CATALOGUE, DAY)
    assert [item.name for item in answer.items] == ["platform_score"]
    assert answer.unknown == ("shoe_size", "income_monthly_minor", "?")
    assert answer.doubled == 1


@pytest.mark.parametrize(
    ("item", "flags"),
    [
        ({"value": 712, "event_at": "2026-08-01"}, ()),
        ({"value": 712, "event_at": "2026-08-01T20:00:00+08:00"}, ()),
        ({"value": None, "event_at": "2026-08-01"}, ("evidence_missing",)),
        ({"value": 712.5, "event_at": "2026-08-01"}, ("evidence_malformed",)),
        ({"value": True, "event_at": "2026-08-01"}, ("evidence_malformed",)),
        ({"value": [712], "event_at": "2026-08-01"}, ("evidence_malformed",)),
        ({"value": 10**30, "event_at": "2026-08-01"}, ("evidence_malformed",)),
        ({"value": 712}, ("evidence_malformed",)),
        ({"value": 712, "event_at": "yesterday"}, ("evidence_malformed",)),
        ({"value": 712, "event_at": 20260801}, ("evidence_malformed",)),
        ({"value": 712, "event_at": "2026-08-01", "note": "x"}, ("evidence_malformed",)),
        ({"value": 712, "kind": "hearsay", "event_at": "2026-08-01"}, ("evidence_malformed",)),
        ({"value": -5, "event_at": "2026-08-09"}, ("evidence_negative", "evidence_in_future")),
        ({"value": 951, "event_at": "2026-01-01"}, ("evidence_absurd", "evidence_stale")),
    ],
)
def test_what_is_wrong_with_an_item_is_said_when_it_comes(item, flags):
    (told,) = read_answer(answer_text([{"name": "platform_score", **item}]), "score", CATALOGUE, DAY).items
    assert told.flags == flags
    assert told.value is None or isinstance(told.value, int)


@pytest.mark.parametrize(
    ("text", "source", "code"),
    [
        ("", "score", "evidence_answer_malformed"),
        ("[]", "score", "evidence_answer_malformed"),
        ("{}", "score", "evidence_answer_malformed"),
        ('{"items": {}}', "score", "evidence_answer_malformed"),
        ('{"items": [1]}', "score", "evidence_answer_malformed"),
        ('{"items": [], "unavailable": "source_failed"}', "score", "evidence_answer_malformed"),
        ('{"unavailable": "tired"}', "score", "evidence_answer_malformed"),
        ('{"items": [], "digest": "abc"}', "score", "evidence_answer_malformed"),
        ('{"items": [], "more": 1}', "score", "evidence_answer_malformed"),
        ('{"items": [], "items": []}', "score", "evidence_answer_malformed"),
        ('{"items": [{"value": NaN}]}', "score", "evidence_answer_malformed"),
        ('{"items": [' + "[" * 50_000 + "]" * 50_000, "score", "evidence_answer_malformed"),
        ('{"items": [' + ",".join(["{}"] * 201) + "]}", "score", "evidence_answer_malformed"),
        ('{"items": "' + "x" * 100_000 + '"}', "score", "evidence_answer_malformed"),
        ('{"items": []}', "neighbour", "evidence_source_unknown"),
    ],
    ids=range(15),
)
def test_an_answer_that_cannot_be_read_is_refused_whole(text, source, code):
    with pytest.raises(Malformed) as wrong:
        read_answer(text, source, CATALOGUE, DAY)
    assert wrong.value.code == code
    assert all(wrong.value.text(language) for language in LANGUAGES)


@given(st.text(max_size=200) | st.recursive(st.none() | st.booleans() | st.floats() | st.integers() | st.text(), st.lists).map(str))
def test_no_text_breaks_the_reader(text):
    for source in ("score", "income"):
        try:
            read_answer(text, source, CATALOGUE, DAY)
        except Malformed as wrong:
            assert wrong.code == "evidence_answer_malformed"  # noqa: PT017 -- either is fine, anything else is a bug
