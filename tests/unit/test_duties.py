"""The life of a model as a table: every move, every refusal, and no way for one person to hold two duties."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plimsoll.risk.score.lifecycle import CHAMPION, MOVES, STATES
from plimsoll.rulebook.duties import APPROVE, BUILD, CHECK, OUSTED, Acted, Move, next_move
from plimsoll.units.refusal import Refused

PEOPLE = ("ana", "bo", "chen")
VERBS = sorted({move.verb for move in MOVES})


def ask(state, verb, actor="dora", *, reason="because", evidence="{}", acted=()):
    return next_move(MOVES, state, verb, actor=actor, reason=reason, evidence=evidence, acted=acted)


def test_the_straight_way_to_champion():
    way = (("register", "ana"), ("validate", "bo"), ("approve", "chen"), ("shadow", "ana"), ("propose", "bo"), ("promote", "chen"))
    state, acted = "", []
    for verb, actor in way:
        move = ask(state, verb, actor, acted=acted)
        assert isinstance(move, Move), (verb, move)
        state, acted = move.after, [*acted, Acted(actor, move.duty)]
    assert state == CHAMPION


@pytest.mark.parametrize(
    ("state", "verb", "actor", "code"),
    [
        ("draft", "validate", "ana", "duties_not_separated"),
        ("validated", "approve", "ana", "duties_not_separated"),
        ("validated", "approve", "bo", "duties_not_separated"),
        ("shadow", "promote", "bo", "duties_not_separated"),
        ("shadow", "propose", "ana", "duties_not_separated"),
        ("draft", "approve", "chen", "step_not_allowed"),
        ("draft", "promote", "chen", "step_not_allowed"),
        ("retired", "shadow", "chen", "step_not_allowed"),
        ("retired", "retire", "chen", "step_not_allowed"),
        ("shadow", "validate", "bo", "step_not_allowed"),
        ("draft", "succeed", "bo", "step_not_allowed"),
    ],
)
def test_what_is_refused(state, verb, actor, code):
    refused = ask(state, verb, actor, acted=[Acted("ana", BUILD), Acted("bo", CHECK)])
    assert isinstance(refused, Refused)
    assert refused.code == code


def test_a_step_needs_a_person_a_reason_and_its_proof():
    assert ask("draft", "validate", " ").code == "actor_missing"
    assert ask("draft", "validate", reason="\n").code == "reason_missing"
    assert ask("draft", "validate", reason="x" * 2_001).code == "reason_too_long"
    assert ask("draft", "validate", evidence="").code == "proof_missing"


def test_the_refusal_says_what_is_allowed_from_here():
    assert "validate, retire" in ask("draft", "promote").detail


@given(st.lists(st.tuples(st.sampled_from(VERBS), st.sampled_from(PEOPLE)), max_size=12))
def test_no_history_gives_one_person_two_duties_or_a_champion_with_fewer_than_three(steps):
    state, acted = "", []
    for verb, actor in steps:
        move = ask(state, verb, actor, acted=acted)
        if isinstance(move, Move):
            state, acted = move.after, [*acted, Acted(actor, move.duty)]
    held = {(one.actor, one.duty) for one in acted if one.duty}
    assert len({actor for actor, _ in held}) == len(held)
    if state == CHAMPION:
        assert {duty for _, duty in held} == {BUILD, CHECK, APPROVE}


def test_the_table_is_sound():
    assert len({(move.verb, move.before) for move in MOVES}) == len(MOVES), "a verb leads one way from a state"
    assert {move.before for move in MOVES} | {move.after for move in MOVES} == {"", *STATES}
    assert not [move for move in MOVES if move.before == "retired"]
    assert [move.before for move in MOVES if move.verb == OUSTED] == [move.after for move in MOVES if move.ousts]
    for verb, state in product(VERBS, STATES):
        assert isinstance(ask(state, verb), Move | Refused)
