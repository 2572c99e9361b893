"""Explanations of random decisions: reasons are among what decided, changes do what they say and never touch what is protected."""

import json

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from plimsoll.origination.application import APPROVE, COUNTER, DECLINE, REFER
from plimsoll.origination.explain import explain
from plimsoll.origination.said import said_of
from plimsoll.origination.score import lost
from plimsoll.origination.underwrite import underwrite
from plimsoll.origination.would_change import AMOUNT, RANKS, TERM, is_actionable, what_would_change, with_value
from plimsoll.units.rate import Rate
from tests.made_applicant import CATALOGUE, KIT, applicant

SHARES = st.integers(0, 100).map(lambda hundredths: f"{hundredths / 100:.2f}")
CHANGED = st.fixed_dictionaries(
    {},
    optional={
        "age_years": st.integers(15, 70),
        "id_matches": st.booleans(),
        "is_student": st.booleans(),
        "is_new_device": st.booleans(),
        "platform_score": st.none() | st.integers(350, 950),
        "bureau_delinquencies_24m": st.integers(0, 8),
        "bureau_max_dpd_24m": st.integers(0, 120),
        "bureau_current_overdue_minor": st.sampled_from([0, 0, 0, 5_000, 200_000]),
        "bureau_inquiries_30d": st.integers(0, 12),
        "bureau_inquiries_90d": st.integers(0, 25),
        "bureau_lenders": st.integers(0, 12),
        "bureau_new_lenders_30d": st.integers(0, 4),
        "bureau_limit_minor": st.integers(0, 10_000_000),
        "bureau_monthly_due_minor": st.none() | st.integers(0, 1_200_000),
        "income_monthly_minor": st.none() | st.integers(50_000, 6_000_000),
        "assets_minor": st.none() | st.integers(0, 9_000_000),
        "returns_share": SHARES,
        "night_orders_share": SHARES,
        "payday_gap_days": st.integers(0, 30),
        "device_shared_people": st.integers(0, 6),
    },
)
ASKED = st.fixed_dictionaries(
    {"amount_minor": st.integers(5, 2_000).map(lambda hundreds: hundreds * 10_000), "instalments": st.sampled_from([3, 6, 12])}
)


def decided_for(changed: dict, asked: dict, customer_id: int = 1):
    return underwrite(applicant(changed, customer_id=customer_id, **asked), KIT)


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(CHANGED, ASKED)
def test_reasons_are_exactly_those_that_decided(changed, asked):
    decided = decided_for(changed, asked)
    told = {one.reason for one in decided.told if one.verdict == decided.outcome}
    assert len(decided.reasons) == len(set(decided.reasons)) <= 4
    assert set(decided.reasons) <= told | set(lost(decided.score.decides))
    if decided.outcome == APPROVE:
        assert decided.reasons == ()
    else:
        assert decided.reasons[0] in told
        assert {one.reason for one in decided.deciding} == told
    if not told & {"PRICE_OVER_CAP", "RISK_HIGH", "LIMIT_POLICY"}:
        assert set(decided.reasons) <= told


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(CHANGED, ASKED)
def test_an_outcome_follows_from_what_the_stages_said(changed, asked):
    decided = decided_for(changed, asked)
    verdicts = {one.verdict for one in decided.told}
    if DECLINE in verdicts:
        assert decided.outcome == decided.leaning == DECLINE
    elif REFER in verdicts:
        assert decided.outcome == REFER
    else:
        assert decided.outcome == (COUNTER if COUNTER in verdicts else APPROVE)
        assert decided.suggested is not None


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(CHANGED, ASKED)
def test_no_offer_is_above_the_load_line_the_request_or_the_law(changed, asked):
    decided = decided_for(changed, asked)
    offer = decided.suggested
    if offer is None:
        return
    assert 0 < offer.limit_minor <= min(asked["amount_minor"], offer.capacity_minor, KIT.law_minor)
    assert offer.loan_minor <= offer.cash_limit_minor <= offer.limit_minor
    assert decided.drawn.band in ("within", "watch")
    assert not offer.rate.times(Rate(365, 1)).exceeds(KIT.cap)


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(CHANGED, ASKED)
def test_a_change_that_is_told_leads_where_it_says_and_is_in_the_applicants_hands(changed, asked):
    decided = decided_for(changed, asked)
    for one in what_would_change(decided):
        assert is_actionable(KIT, one.name)
        assert not CATALOGUE.features[one.name].is_protected
        dossier = decided.dossier
        if one.name == AMOUNT:
            dossier = dossier._replace(asked=dossier.asked._replace(amount_minor=one.after))
            assert one.after < one.before
        elif one.name == TERM:
            dossier = dossier._replace(asked=dossier.asked._replace(instalments=one.after))
        else:
            dossier = with_value(dossier, one.name, one.after)
        assert underwrite(dossier, KIT).outcome == one.outcome
        assert RANKS.index(one.outcome) > RANKS.index(decided.outcome)


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(CHANGED, ASKED)
def test_an_explanation_names_every_value_that_was_not_there(changed, asked):
    decided = decided_for(changed, asked)
    told = explain(decided)
    missing = {name for name in KIT.needed if name in decided.dossier.readings and decided.values.get(name) is None}
    assert {one.name for one in told.absent} == missing
    assert all(one.outcome for one in told.absent)
    assert not [text for one in told.changes for text in one.said.values() if " CNY" in text], "people read ¥4,961.61"
    assert {one.source for one in told.used} <= {"identity", "score", "bureau", "income", "spending", "assets", "device"}


def test_the_score_never_looks_at_what_is_protected():
    for name in KIT.models.champion.features:
        assert not CATALOGUE.features[name].is_protected
        assert CATALOGUE.forbids(name) is None


def test_debts_elsewhere_change_as_a_whole():
    changed = with_value(applicant(), "bureau_monthly_due_minor", 40_000)
    assert changed.values["bureau_debt_minor"] == 500_000
    assert changed.values["bureau_limit_minor"] == 600_000


def test_a_decision_on_record_is_plain_json_without_floats():
    said = json.loads(json.dumps(said_of(decided_for({}, {"amount_minor": 800_000, "instalments": 12}))))

    def floats(value: object) -> bool:
        if isinstance(value, dict):
            return any(map(floats, value.values()))
        return any(map(floats, value)) if isinstance(value, list) else isinstance(value, float)

    assert not floats(said)
