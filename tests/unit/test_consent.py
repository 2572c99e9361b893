"""Consent as the file tells it: by purpose, version and instant."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plimsoll.loan.filing import Filing, body_of
from plimsoll.risk.consent import GRANTED, WITHDRAWN, Consent, consent_in_force, consents, refuse_without_consent
from plimsoll.rulebook.rules import load
from plimsoll.units.refusal import LANGUAGES, Malformed, Refused
from tests.unit.rule_folder import edited

AT = datetime(2026, 8, 16, 9, tzinfo=UTC)
RULES = load()
FILE = "policy/consents/consents.yaml"
STEP = st.tuples(st.sampled_from(("bureau", "income")), st.sampled_from((1, 2, 0)), st.integers(0, 5))


def file_of(steps) -> list[Filing]:
    """Give filings: purpose, version agreed to (0: withdrawn), seconds after the one before."""
    filings, at = [], AT
    for n, (purpose, version, later) in enumerate(steps, 1):
        at += timedelta(seconds=later)
        kind, body = (GRANTED, body_of({"version": version})) if version else (WITHDRAWN, "{}")
        filings.append(Filing(n, kind, purpose, at.date().toordinal(), at, "li", body))
    return filings


def code(found: Consent | Refused | None) -> str:
    return found.code if isinstance(found, Refused) else ""


def test_a_consent_counts_from_its_instant_and_ends_at_that_of_its_withdrawal():
    filings = file_of([("bureau", 1, 0), ("bureau", 0, 60), ("bureau", 1, 60)])
    moments = [AT - timedelta(seconds=1), AT, AT + timedelta(seconds=59), AT + timedelta(seconds=60), AT + timedelta(seconds=120)]
    assert [code(consent_in_force(filings, "bureau", at)) for at in moments] == ["consent_missing", "", "", "consent_withdrawn", ""]


def test_one_purpose_says_nothing_of_another():
    filings = file_of([("bureau", 1, 0)])
    assert code(consent_in_force(filings, "income", AT)) == "consent_missing"


def test_a_newer_notice_asks_again():
    filings = file_of([("bureau", 1, 0)])
    assert code(consent_in_force(filings, "bureau", AT, 1)) == ""
    assert code(consent_in_force(filings, "bureau", AT, 2)) == "consent_outdated"
    assert code(consent_in_force(file_of([("bureau", 1, 0), ("bureau", 2, 1)]), "bureau", AT + timedelta(seconds=1), 2)) == ""


@given(st.lists(STEP, max_size=12), st.integers(-1, 40))
def test_the_last_word_on_a_purpose_counts(steps, later):
    """Against the naive reading: of all filings about a purpose up to an instant, the last one decides."""
    filings, at = file_of(steps), AT + timedelta(seconds=later)
    found = consents(filings, at)
    for purpose in ("bureau", "income"):
        said = [one for one in filings if one.subject == purpose and one.at <= at]
        granted = [n for n, one in enumerate(said) if one.kind == GRANTED]
        is_granted = bool(said) and said[-1].kind == GRANTED
        assert (purpose in found) == bool(granted)
        assert code(consent_in_force(filings, purpose, at)) == (
            "consent_missing" if not granted else "" if is_granted else "consent_withdrawn"
        )


def test_data_are_used_under_the_notice_in_force_on_the_day(tmp_path):
    again = """      - version: 2
        from: 2026-09-01
        text: {zh-CN: 新, en: new}
  score:"""
    edited(tmp_path, FILE, "  score:", again)
    rules = load(tmp_path)
    filings = file_of([("bureau", 1, 0)])
    assert refuse_without_consent(filings, "bureau", AT, rules) is None
    september = datetime(2026, 9, 1, tzinfo=UTC)
    assert code(refuse_without_consent(filings, "bureau", september, rules)) == "consent_outdated"
    assert code(refuse_without_consent(filings, "everything", AT, rules)) == "consent_purpose_unknown"
    assert code(refuse_without_consent(filings, "bureau", datetime(2020, 1, 1, tzinfo=UTC), rules)) == "consent_purpose_unknown"


def test_every_notice_speaks_both_languages_and_names_its_articles():
    for purpose in RULES.purposes.values():
        assert purpose.articles
        for notice in purpose.versions:
            assert all(notice.text[language].strip() for language in LANGUAGES)
        assert purpose.notice(date(2020, 1, 1)) is None


def test_what_nobody_needs_can_be_refused():
    """PIPL Art. 16: of the purposes, only those without which nothing can be lent are required; advertising never is."""
    required = {name for name, purpose in RULES.purposes.items() if purpose.is_required}
    assert required == {"application", "identity", "bureau", "reporting"}


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("  bureau:", "  Bureau:", "field_malformed"),
        ("    required: true", "    required: maybe", "field_malformed"),
        ("      - version: 1", "      - version: zero", "field_malformed"),
        ("        from: 2021-11-01", "        from: soon", "date_malformed"),
        ("    separate: true\n", "", "field_missing"),
    ],
)
def test_a_file_of_notices_that_cannot_be_read_says_where(tmp_path, old, new, code):
    edited(tmp_path, FILE, old, new)
    with pytest.raises(Malformed) as wrong:
        load(tmp_path)
    assert wrong.value.code == code
    assert wrong.value.file == FILE


@pytest.mark.parametrize(
    ("file", "old", "new", "code"),
    [
        ("policy/lessons/lessons.yaml", "right: b", "right: e", "field_malformed"),
        ("policy/lessons/lessons.yaml", "    versions:", "    versions: 7", "yaml_malformed"),
        ("policy/lender/lender.yaml", "  licence: cfc", "", "field_missing"),
        ("policy/contract/loan.yaml", "  version: 1", "  version: 0", "field_malformed"),
    ],
)
def test_other_files_of_protection_that_cannot_be_read_say_where(tmp_path, file, old, new, code):
    edited(tmp_path, file, old, new)
    with pytest.raises(Malformed) as wrong:
        load(tmp_path)
    assert wrong.value.code == code
    assert wrong.value.file == file
