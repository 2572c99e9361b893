"""The register keeps duties apart in code and in the database, on SQLite and on PostgreSQL, and what was entered stays."""

from datetime import UTC, datetime
from threading import Thread

import pytest
from sqlalchemy import exc, insert, select, text

from plimsoll.app.database.roles import grant_role
from plimsoll.app.database.schema import artefact, artefact_step
from plimsoll.app.governed import Act, Artefact, Draft, find, listed, move, register, steps
from plimsoll.risk.score.lifecycle import MOVES
from plimsoll.units.refusal import Refused

NOW = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)
WAY = (("validate", "bo"), ("approve", "chen"), ("shadow", "ana"), ("propose", "bo"), ("promote", "chen"))
FIRST, SECOND, OTHER = "aaaaaa11" * 8, "bbbbbb22" * 8, "aaaaaa22" * 8


def act(actor, evidence="{}", reason="because"):
    return Act(actor, NOW, reason, evidence)


def enter(store, digest=FIRST, name="application", actor="ana", kind="model"):
    return register(store, Draft(kind, name, digest, f"{digest} is the file"), MOVES, act(actor, ""))


def walk(store, digest, *, until="champion"):
    for verb, actor in WAY:
        found = move(store, digest, verb, MOVES, act(actor))
        assert isinstance(found, Artefact), found
        if found.state == until:
            return found
    raise AssertionError(until)


def state_of(store, digest):
    return find(store, "model", digest).state


def test_a_life_is_written_down_step_by_step(store):
    assert enter(store).state == "draft"
    assert walk(store, FIRST).state == "champion"
    held = find(store, "model", FIRST[:6])
    assert held == Artefact(FIRST, "model", "application", "champion", f"{FIRST} is the file", "ana", NOW)
    taken = steps(store, FIRST)
    assert [(step.n, step.verb, step.before, step.after, step.actor) for step in taken] == [
        (1, "register", "", "draft", "ana"),
        (2, "validate", "draft", "validated", "bo"),
        (3, "approve", "validated", "approved", "chen"),
        (4, "shadow", "approved", "shadow", "ana"),
        (5, "propose", "shadow", "shadow", "bo"),
        (6, "promote", "shadow", "champion", "chen"),
    ]
    assert {step.at for step in taken} == {NOW}
    assert (taken[1].duty, taken[1].reason, taken[1].evidence) == ("check", "because", "{}")


def test_what_code_refuses_leaves_no_trace(store):
    enter(store)
    for verb, actor, code in (
        ("validate", "ana", "duties_not_separated"),
        ("approve", "chen", "step_not_allowed"),
        ("promote", "chen", "step_not_allowed"),
        ("validate", "", "actor_missing"),
    ):
        assert move(store, FIRST, verb, MOVES, act(actor)).code == code
    assert move(store, FIRST, "validate", MOVES, act("bo", "")).code == "proof_missing"
    assert move(store, SECOND, "validate", MOVES, act("bo")).code == "artefact_unknown"
    assert enter(store, actor="dora").code == "artefact_exists"
    assert register(store, Draft("model", "x", SECOND, "x"), MOVES, Act("ana", NOW, " ")).code == "reason_missing"
    assert len(steps(store, FIRST)) == 1
    assert [one.digest for one in listed(store, "model")] == [FIRST]


def test_a_blank_or_another_form_of_a_letter_makes_no_second_person(store):
    enter(store)
    for alias in (" ana", "ana\t", "\uff41na"):
        assert move(store, FIRST, "validate", MOVES, act(alias)).code == "duties_not_separated"


def test_a_new_champion_ousts_the_old_one_of_its_place_only(store):
    for digest, name in ((FIRST, "application"), (SECOND, "application"), (OTHER, "behaviour")):
        enter(store, digest, name)
    walk(store, FIRST)
    walk(store, OTHER)
    walk(store, SECOND)
    assert [state_of(store, digest) for digest in (FIRST, SECOND, OTHER)] == ["retired", "champion", "champion"]
    last = steps(store, FIRST)[-1]
    assert (last.verb, last.duty, last.actor, last.reason) == ("succeed", "", "chen", f"succeeded by {SECOND}")
    assert move(store, FIRST, "shadow", MOVES, act("ana")).code == "step_not_allowed"


def test_things_are_found_by_the_beginning_of_their_digest_and_listed_by_place_and_state(store):
    for digest, kind in ((FIRST, "model"), (OTHER, "model"), (SECOND, "table")):
        enter(store, digest, kind=kind)
    walk(store, OTHER, until="validated")
    assert find(store, "model", FIRST[:8]).digest == FIRST
    for named, code in (
        ("aaaaaa", "artefact_ambiguous"),
        ("aaaaa", "artefact_unknown"),
        ("bbbbbb22", "artefact_unknown"),
        ("%%%%%%", "artefact_unknown"),
    ):
        assert find(store, "model", named).code == code
    assert [one.digest for one in listed(store, "model", state="validated")] == [OTHER]
    assert [one.digest for one in listed(store, "model", name="behaviour")] == []
    assert [one.digest for one in listed(store, "table", name="application")] == [SECOND]


STEP = {"verb": "x", "duty": "check", "actor": "dora", "at": NOW, "reason": "r", "evidence": "{}"}
FORGED = {
    "the maker checks": {"actor": "ana"},
    "a number is left out": {"n": 4},
    "a number is used again": {"n": 1},
    "it does not follow": {"before_state": "validated"},
    "a champion without evidence": {"after_state": "champion", "evidence": "", "duty": "approve"},
    "a champion by a checker": {"after_state": "champion"},
    "a duty that there is not": {"duty": "all"},
    "nobody acts": {"actor": ""},
    "no reason": {"reason": ""},
    "of nothing": {"digest": SECOND, "n": 1, "before_state": "", "duty": "build"},
    "the checker approves": {"actor": "bo", "before_state": "validated", "after_state": "approved", "duty": "approve", "n": 3},
}


def test_the_database_refuses_steps_that_the_code_would_not_write(store):
    enter(store)
    for forgery, said in FORGED.items():
        row = {"digest": FIRST, "n": 2, "before_state": "draft", "after_state": "validated", **STEP, **said}
        if row["n"] == 3:
            move(store, FIRST, "validate", MOVES, act("bo"))
        before = steps(store, FIRST)
        with pytest.raises(exc.DBAPIError), store.changing() as connection:
            connection.execute(insert(artefact_step).values(**row))
        assert steps(store, FIRST) == before, forgery


def test_the_database_takes_an_honest_step_and_moves_the_state(store):
    enter(store)
    with store.changing() as connection:
        connection.execute(insert(artefact_step).values(digest=FIRST, n=2, before_state="draft", after_state="validated", **STEP))
    assert state_of(store, FIRST) == "validated"


def test_the_first_step_is_the_makers(store):
    row = {"digest": FIRST, "kind": "model", "name": "application", "body": "x", "made_by": "ana", "made_at": NOW}
    with pytest.raises(exc.DBAPIError), store.changing() as connection:
        connection.execute(insert(artefact).values(state="champion", **row))
    with store.changing() as connection:
        connection.execute(insert(artefact).values(state="", **row))
    for wrong in ({"actor": "bo"}, {"duty": "check"}):
        step = {**STEP, "actor": "ana", "duty": "build", **wrong}
        with pytest.raises(exc.DBAPIError, match="does not follow"), store.changing() as connection:
            connection.execute(insert(artefact_step).values(digest=FIRST, n=1, before_state="", after_state="draft", **step))


TAMPERED = [
    "UPDATE artefact SET body = 'other'",
    "UPDATE artefact SET made_by = 'bo'",
    "UPDATE artefact SET state = 'champion'",
    "UPDATE artefact SET name = 'behaviour'",
    "DELETE FROM artefact",
    "UPDATE artefact_step SET actor = 'bo'",
    "DELETE FROM artefact_step",
]


def test_what_was_entered_stays(store):
    enter(store)
    before = (find(store, "model", FIRST), steps(store, FIRST))
    for statement in TAMPERED:
        with pytest.raises(exc.DBAPIError, match=r"stays as it was entered|append-only"), store.changing() as connection:
            connection.execute(text(statement))
        assert (find(store, "model", FIRST), steps(store, FIRST)) == before, statement


@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
def test_nothing_is_replaced_on_sqlite(store):
    enter(store)
    for statement in ("REPLACE INTO artefact SELECT * FROM artefact", "REPLACE INTO artefact_step SELECT * FROM artefact_step"):
        with pytest.raises(exc.DBAPIError), store.changing() as connection:
            connection.execute(text(statement))


@pytest.mark.parametrize("kind", [pytest.param("postgresql", marks=pytest.mark.postgres)], indirect=True)
def test_the_register_works_under_the_application_role_and_is_not_truncated(store, database):
    from plimsoll.app.database.opening import open_store

    grant_role(store, "plimsoll_app", is_login=True)
    with open_store(database.replace("postgres:@", "plimsoll_app:@")) as limited:
        enter(limited)
        assert walk(limited, FIRST).state == "champion"
        with pytest.raises(exc.DBAPIError, match="permission denied"), limited.changing() as connection:
            connection.execute(text("DELETE FROM artefact"))
    with pytest.raises(exc.DBAPIError, match=r"stays as it was|append-only"), store.changing() as connection:
        connection.execute(text("TRUNCATE artefact CASCADE"))


def test_two_that_act_at_once_take_turns(store):
    """Two approvers and a checker race for one step: one wins, the others are refused by what then stands."""
    enter(store)
    walk(store, FIRST, until="validated")
    found: list[Artefact | Refused] = []
    racers = [Thread(target=lambda who=who: found.append(move(store, FIRST, "approve", MOVES, act(who)))) for who in ("bo", "chen", "dora")]
    for racer in racers:
        racer.start()
    for racer in racers:
        racer.join()
    won = [one for one in found if isinstance(one, Artefact)]
    assert len(won) == 1
    assert sorted(one.code for one in found if isinstance(one, Refused)) in (
        ["duties_not_separated", "step_not_allowed"],
        ["step_not_allowed", "step_not_allowed"],
    )
    assert [step.n for step in steps(store, FIRST)] == [1, 2, 3]


def test_one_place_has_one_champion_whoever_writes(store):
    for digest in (FIRST, SECOND):
        enter(store, digest)
    walk(store, FIRST)
    walk(store, SECOND, until="shadow")
    step = {**STEP, "duty": "approve"}
    with pytest.raises(exc.IntegrityError), store.changing() as connection:
        connection.execute(insert(artefact_step).values(digest=SECOND, n=5, before_state="shadow", after_state="champion", **step))
    with store.engine.connect() as connection:
        assert connection.execute(select(artefact.c.digest).where(artefact.c.state == "champion")).scalars().all() == [FIRST]
