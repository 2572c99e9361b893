"""The feature catalogue: what it says, what it forbids, and that whatever is wrong in it is named by line and key."""

import json

import pytest

from plimsoll.interfaces.cli.main import main
from plimsoll.risk.evidence import OUTCOMES, REASONS
from plimsoll.rulebook.feature import FILE, SOURCES, load
from plimsoll.rulebook.reason import load as load_reasons
from plimsoll.units.rate import Rate
from plimsoll.units.refusal import LANGUAGES, Malformed
from tests.tidy.source import ROOT

CATALOGUE = load()
TEXT = FILE.read_text("utf-8")


def test_the_catalogue_names_what_a_decision_needs():
    names = {
        "age_years", "id_valid", "id_matches", "phone_valid", "card_matches", "platform_score", "bureau_delinquencies_24m",
        "bureau_max_dpd_24m", "bureau_current_overdue_minor", "bureau_inquiries_30d", "bureau_inquiries_90d", "bureau_lenders",
        "bureau_new_lenders_30d", "bureau_debt_minor", "bureau_limit_minor", "bureau_monthly_due_minor", "income_monthly_minor",
        "income_sources", "is_student", "region_served", "device_shared_people", "ring_size", "ring_bad_share", "is_new_device",
        "payday_gap_days", "spend_monthly_minor", "returns_share", "assets_minor", "employment_months", "night_orders_share",
        "requested_minor", "requested_term", "purpose",
    }  # fmt: skip
    assert names <= set(CATALOGUE.features)
    assert all(any(source in feature.sources for feature in CATALOGUE.features.values()) for source in SOURCES)


def test_each_feature_can_be_judged():
    for feature in CATALOGUE.features.values():
        assert (feature.type in ("text", "yes-no")) == (feature.bounds is None), feature.name
        assert (feature.type == "money") == feature.name.endswith("_minor"), feature.name
        assert feature.purpose == feature.sources[0], "the consent for a feature is that of the source it first comes from"
        assert not CATALOGUE.forbids(feature.name), feature.name
    score = CATALOGUE.features["platform_score"]
    assert [score.is_absurd(points) for points in (349, 350, 950, 951)] == [True, False, False, True]
    share = CATALOGUE.features["returns_share"]
    assert [share.is_absurd(Rate.parse(text)) for text in ("0", "1", "1.01")] == [False, False, True]


def test_what_the_law_protects_moves_neither_score_nor_price():
    assert {name for name, feature in CATALOGUE.features.items() if feature.is_protected} >= {"age_years", "is_student", "region_served"}
    assert not any(feature.is_protected and feature.can_change for feature in CATALOGUE.features.values())


@pytest.mark.parametrize(
    ("column", "name"),
    [
        ("SEX", "sex"),
        ("Gender", "sex"),
        ("applicant gender", "sex"),
        ("personal_status_sex", "sex"),
        ("MaritalStatus", "marriage"),
        ("MARRIAGE", "marriage"),
        ("foreign_worker", "nationality"),
        ("客户性别", "sex"),
        ("民族", "ethnicity"),
        ("essex_branch", None),
        ("trace", None),
        ("interface_errors", None),
        ("AGE", None),
        ("EDUCATION", None),
        ("LIMIT_BAL", None),
        ("", None),
    ],
)
def test_a_forbidden_column_is_known_by_its_words(column, name):
    found = CATALOGUE.forbids(column)
    assert (found and found.name) == name


MALFORMED = [
    ("type: whole", "type: number", "features.age_years.type"),
    ("unit: years", "unit: fathoms", "features.age_years.unit"),
    ("sources: [identity]", "sources: [neighbour]", "features.age_years.sources.1"),
    ("sources: [identity]", "sources: [identity, identity]", "features.age_years.sources"),
    ("fresh_days: 31", "fresh_days: 0", "features.age_years.fresh_days"),
    ("bounds: [0, 120]", "bounds: [120, 0]", "features.age_years.bounds"),
    ("bounds: [0, 120]", "bounds: [0]", "features.age_years.bounds"),
    ("bounds: [350, 950]", "bounds: [350, -1]", "features.platform_score.bounds.2"),
    ("missing: refer", "missing: zero", "features.age_years.missing"),
    ("reason: AGE_UNDER", "reason: too young", "features.age_years.reason"),
    ("more_is: neither", "more_is: better", "features.age_years.more_is"),
    ("is_protected: true", "is_protected: yes", "features.age_years.is_protected"),
    ("  age_years:", "  AgeYears:", "features.AgeYears"),
    ("confidence: default", "confidence: sure", "confidence"),
]


@pytest.mark.parametrize(("old", "new", "key"), MALFORMED, ids=[new for _, new, _ in MALFORMED])
def test_what_is_wrong_is_named(tmp_path, old, new, key):
    assert old in TEXT
    path = tmp_path / "features.yaml"
    path.write_text(TEXT.replace(old, new, 1), "utf-8")
    with pytest.raises(Malformed) as wrong:
        load(path)
    assert (wrong.value.code, wrong.value.key) == ("field_malformed", key)
    assert wrong.value.line


def test_the_page_lists_the_catalogue_as_it_is():
    page = (ROOT / "docs" / "reference" / "evidence.md").read_text("utf-8")
    for name, one in CATALOGUE.features.items():
        assert f"| `{name}` | {one.type} | {', '.join(one.sources)} | {one.fresh_days} | {one.missing} |" in page, name
    assert page.count("\n| `") == len(CATALOGUE.features) + len(OUTCOMES) + 5, "a row too many"


def test_every_reason_is_in_the_catalogue_of_reasons():
    used = {code for one in CATALOGUE.features.values() for code in (one.reason, one.missing_reason)} | set(REASONS.values())
    assert not used - set(load_reasons().by_code)


def test_the_digest_says_what_the_file_says(tmp_path):
    same, other = tmp_path / "same.yaml", tmp_path / "other.yaml"
    same.write_text("# a remark\n" + TEXT, "utf-8")
    other.write_text(TEXT.replace("fresh_days: 31", "fresh_days: 30", 1), "utf-8")
    assert load(same).digest == CATALOGUE.digest != load(other).digest


def test_the_catalogue_is_listed_in_both_languages_and_as_json(capsys):
    for lang in LANGUAGES:
        assert main(["evidence", "features", "--lang", lang]) == 0
        out = capsys.readouterr().out
        assert all(one.title[lang] in out for one in CATALOGUE.features.values())
    assert main(["evidence", "features", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["digest"] == CATALOGUE.digest
    assert set(told["features"]) == set(CATALOGUE.features)
    assert "gender" in told["forbidden"]["sex"]
