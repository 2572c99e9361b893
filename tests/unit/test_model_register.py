"""From draft to champion with the documents each step rests on; what fails, what is outdated, and what is due."""

import json
from datetime import UTC, date, datetime, timedelta

import pytest

from plimsoll.app.governed import Act, Artefact, steps
from plimsoll.app.modelling.register import (
    document_text,
    enter,
    last_by,
    model,
    promote,
    propose,
    record_monitoring,
    record_validation,
    standing,
    step,
)
from plimsoll.risk.measure.policy import model_policy
from plimsoll.rulebook.rules import load
from plimsoll.units.refusal import Refused

POLICY = model_policy(load(), date(2026, 12, 1))
NOW = datetime(2026, 3, 31, 9, tzinfo=UTC)
OLD, NEW = "aa11" * 16, "bb22" * 16
GOOD = {"kind": "validation", "passed": True, "checks": [{"name": "auc", "value": 0.77, "bound": ">= 0.6", "ok": True}]}
POOR = {"kind": "validation", "passed": False, "checks": [{"name": "auc", "value": 0.55, "bound": ">= 0.6", "ok": False}, *GOOD["checks"]]}


def act(actor, at=NOW):
    return Act(actor, at, "because")


def better(champion=OLD, challenger=NEW, passed=True):
    checks = [{"name": "p", "value": 0.2, "bound": "<= 0.05", "ok": passed}]
    return {"kind": "comparison", "champion": champion, "challenger": challenger, "passed": passed, "checks": checks}


def held(store, digest):
    found = model(store, digest)
    assert isinstance(found, Artefact), found
    return found


def to_shadow(store, digest, at=NOW):
    assert isinstance(enter(store, "application", digest, f"text of {digest}", act("ana", at)), Artefact)
    for taken in (
        record_validation(store, held(store, digest), GOOD, act("bo", at)),
        step(store, held(store, digest), "approve", act("chen", at)),
        step(store, held(store, digest), "shadow", act("ana", at)),
    ):
        assert isinstance(taken, Artefact), taken
    return held(store, digest)


def to_champion(store, digest, comparison=None, at=NOW):
    to_shadow(store, digest, at)
    assert isinstance(propose(store, held(store, digest), comparison, act("bo", at)), Artefact)
    promoted = promote(store, held(store, digest), POLICY, act("chen", at))
    assert isinstance(promoted, Artefact), promoted
    return promoted


def code(found):
    assert isinstance(found, Refused), found
    return found.code


def test_a_first_champion_rests_on_its_validation_and_the_next_on_a_comparison(store):
    assert to_champion(store, OLD).state == "champion"
    assert json.loads(steps(store, OLD)[-1].evidence) == {"kind": "first", "validation": 2, "passed": True}
    assert model(store, "application").digest == OLD
    assert to_champion(store, NEW, better()).state == "champion"
    assert model(store, "application").digest == NEW
    assert held(store, OLD).state == "retired"
    assert json.loads(steps(store, NEW)[-1].evidence) == better()


def test_a_validation_that_fails_passes_nothing(store):
    enter(store, "application", OLD, "{}", act("ana"))
    found = record_validation(store, held(store, OLD), POOR, act("bo"))
    assert code(found) == "validation_failed"
    assert found.detail == "auc 0.55 (>= 0.6)"
    assert held(store, OLD).state == "draft"


def test_the_builder_passes_nothing_of_his_own(store):
    enter(store, "application", OLD, "{}", act("ana"))
    assert code(record_validation(store, held(store, OLD), GOOD, act("ana"))) == "duties_not_separated"


NO_PROOF = (
    (None, "proof_missing"),
    (better(passed=False), "comparison_failed"),
    (better(champion="cc33" * 16), "comparison_outdated"),
    (better(challenger=OLD), "comparison_outdated"),
)


def test_what_is_no_proof_against_a_champion(store):
    to_champion(store, OLD)
    challenger = to_shadow(store, NEW)
    for comparison, said in NO_PROOF:
        assert code(propose(store, challenger, comparison, act("bo"))) == said
        assert code(promote(store, challenger, POLICY, act("chen"))) == "proof_missing"
        assert held(store, NEW).state == "shadow"


def test_a_proposal_grows_old_and_is_bound_to_the_champion_it_was_made_against(store):
    to_champion(store, OLD)
    challenger, third = to_shadow(store, NEW), to_shadow(store, "cc33" * 16)
    propose(store, challenger, better(), act("bo"))
    propose(store, third, better(challenger=third.digest), act("bo"))
    late = NOW + timedelta(days=POLICY.comparison_days + 1)
    assert code(promote(store, challenger, POLICY, act("chen", late))) == "comparison_outdated"
    assert isinstance(promote(store, challenger, POLICY, act("chen")), Artefact)
    assert code(promote(store, held(store, third.digest), POLICY, act("chen"))) == "comparison_outdated"


def test_four_eyes_at_the_promotion(store):
    to_champion(store, OLD)
    challenger = to_shadow(store, NEW)
    propose(store, challenger, better(), act("bo"))
    for actor in ("ana", "bo"):
        assert code(promote(store, challenger, POLICY, act(actor))) == "duties_not_separated"


def test_what_is_due_follows_from_the_steps(store):
    assert standing(store, POLICY) == ()
    to_champion(store, OLD)
    to_shadow(store, NEW, NOW + timedelta(days=40))

    def dues():
        return {one.model.digest: {due.what: date.fromordinal(due.by).isoformat() for due in one.dues} for one in standing(store, POLICY)}

    assert dues()[OLD] == {"psi": "2026-04-30", "strength": "2026-06-30", "validation": "2027-03-31"}
    assert [one.model.digest for one in standing(store, POLICY)] == [OLD, NEW]
    at = datetime(2026, 5, 20, tzinfo=UTC)
    record_monitoring(store, held(store, OLD), {"kind": "monitoring", "psi": 0.31, "passed": False}, act("bo", at))
    assert dues()[OLD] == {"psi": "2026-06-20", "strength": "2026-06-30", "validation": "2027-03-31"}
    record_monitoring(store, held(store, OLD), {"kind": "monitoring", "psi": 0.02, "auc": 0.7, "passed": True}, act("dora", at))
    assert dues()[OLD]["strength"] == "2026-08-20"
    record_validation(store, held(store, OLD), GOOD, act("bo", at))
    assert last_by(steps(store, OLD), ("revalidate",)).before == "champion"
    assert dues()[OLD]["validation"] == "2027-05-20"


def test_a_document_is_written_one_way():
    assert document_text({"b": "通过", "a": 0.5}) == '{"a":0.5,"b":"通过"}'
    with pytest.raises(ValueError, match="JSON"):
        document_text({"a": float("nan")})
