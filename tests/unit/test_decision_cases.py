"""Decisions as an underwriter would check them: `tests/cases/decision/*.yaml`; and what holds of every decision whatsoever."""

from pathlib import Path

import pytest

from plimsoll.origination.explain import explain
from plimsoll.origination.said import digest_of, said_of, sealed
from plimsoll.origination.underwrite import underwrite
from plimsoll.units.money import parse_minor, text_of
from tests.golden import read_yaml
from tests.made_applicant import KIT, applicant, told

FOLDER = Path(__file__).resolve().parents[1] / "cases" / "decision"
OFFER = {"limit": "limit_minor", "loan": "loan_minor", "cash_limit": "cash_limit_minor", "later_limit": "later_limit_minor"}


def cases() -> list:
    """Return every case, in the order of the files."""
    found = [one for path in sorted(FOLDER.glob("*.yaml")) for one in read_yaml(path.read_text("utf-8"))]
    assert len({one["id"] for one in found}) == len(found), "an id is used twice"
    return [pytest.param(one, id=one["id"]) for one in found]


def dossier_of(case: dict):
    asked = dict(case.get("asked", {}))
    if "amount" in asked:
        asked["amount_minor"] = parse_minor(asked.pop("amount"), "CNY")
    more = [told(one.pop("feature"), one.pop("value"), **one) for one in (dict(one) for one in case.get("told", ()))]
    return applicant(
        case.get("changed"),
        more,
        withheld=case.get("withheld", ()),
        suspended=tuple(case.get("suspended", ())),
        is_demanded=case.get("is_demanded", False),
        **asked,
    )


@pytest.mark.parametrize("case", cases())
def test_case(case: dict):
    dossier = dossier_of(case)
    decided = underwrite(dossier, KIT)
    assert decided.outcome == case["outcome"], case["why"]
    assert decided.leaning == case.get("leaning", decided.leaning)
    assert list(decided.reasons) == case.get("reasons", list(decided.reasons))
    assert [f"{one.stage} {one.rule_id}" for one in decided.deciding] == case.get(
        "rules", [f"{one.stage} {one.rule_id}" for one in decided.deciding]
    )
    for name, why in case.get("absent", {}).items():
        assert dossier.readings[name].outcome == why
        assert decided.values[name] is None
    if "offer" in case:
        check_offer(case["offer"], decided.suggested)


def check_offer(wanted: dict | None, offer):
    if wanted is None:
        assert offer is None
        return
    for name, value in wanted.items():
        if name in OFFER:
            assert text_of(getattr(offer, OFFER[name]), offer.currency) == value, name
        else:
            found = getattr(offer, name)
            assert (found.text() if name == "rate" else found) == value, name


@pytest.mark.parametrize("case", cases())
def test_every_case_is_explained_in_both_languages(case: dict):
    decided = underwrite(dossier_of(case), KIT)
    found = explain(decided)
    assert len(found.reasons) <= 4
    assert [one.code for one in found.reasons] == list(decided.reasons)
    assert all(one.said["zh-CN"] and one.said["en"] for one in found.reasons)
    assert all(one.said["zh-CN"] and one.said["en"] for one in (*found.changes, *found.absent))
    assert bool(found.deciding) == (decided.outcome != "approve")
    assert found.next_review > found.on


@pytest.mark.parametrize("case", cases())
def test_every_case_is_the_same_twice_and_its_record_holds_its_own_hash(case: dict):
    first, second = (said_of(underwrite(dossier_of(case), KIT)) for _ in range(2))
    assert digest_of(first) == digest_of(second)
    body, digest = sealed(first)
    assert digest == digest_of(first)
    assert f'"digest":"{digest}"' in body


def test_every_outcome_has_a_case():
    assert {one.values[0]["outcome"] for one in cases()} == {"approve", "counter-offer", "refer", "decline"}
