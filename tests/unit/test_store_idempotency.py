"""A command runs once for its key, on both databases."""

import threading
from dataclasses import replace

import pytest

from plimsoll.app.database.opening import open_store
from plimsoll.app.execute import Answer, execute
from plimsoll.units.refusal import Refused
from tests.toys import NOW, WIRING, Draw, Open, Repay, ToyRules, check_book, counts, run


def test_same_key_and_content_gives_the_first_answer(store):
    run(store, Open("a", 1))
    run(store, Draw("b", 1, 10, 100_000))
    first = run(store, Repay("c", 1, 5_000, 10))
    before = counts(store)
    assert first == Answer('{"loan":10,"paid":5000}')
    assert run(store, Repay("c", 1, 5_000, 10)) == Answer(first.text, is_replayed=True)
    assert counts(store) == before


@pytest.mark.parametrize("other", [Open("a", 2), Open("a", 1, limit_minor=1), Draw("a", 1, 10, 5)])
def test_same_key_and_other_content_is_refused(store, other):
    run(store, Open("a", 1))
    before = counts(store)
    assert run(store, other) == Refused("key_reused", detail="a")
    assert counts(store) == before


def test_a_refused_command_leaves_its_key_free(store):
    run(store, Open("a", 1, limit_minor=1_000))
    before = counts(store)
    assert run(store, Draw("b", 1, 10, 2_000)).code == "limit_exceeded"
    assert counts(store) == before
    assert isinstance(run(store, Draw("b", 1, 10, 1_000)), Answer)


@pytest.mark.parametrize(
    ("key", "code"),
    [("", "key_missing"), (None, "key_missing"), ("x" * 201, "key_malformed"), ("a\nb", "key_malformed"), (7, "key_malformed")],
)
def test_a_key_that_cannot_be_used_is_refused(store, key, code):
    assert run(store, Open(key, 1)).code == code


def test_a_command_outside_the_wiring_is_refused(store):
    assert execute(store, {}, Open("a", 1), actor="test", now=NOW, rules=ToyRules).code == "command_unknown"


class Slow:
    """A decision that waits until it is let go."""

    def __init__(self) -> None:
        self.is_deciding = threading.Event()
        self.go = threading.Event()

    def decide(self, book, command, rules):
        self.is_deciding.set()
        assert self.go.wait(60)
        return WIRING[Open].decide(book, command, rules)


def start(store, slow):
    """Start a command whose decision takes long; give its thread and where its answer will be."""
    answers = []
    wiring = {Open: replace_decide(slow)}
    thread = threading.Thread(target=lambda: answers.append(execute(store, wiring, Open("a", 1), actor="t", now=NOW, rules=ToyRules)))
    thread.start()
    assert slow.is_deciding.wait(60)
    return thread, answers


def test_a_command_in_flight_is_told_so_at_once(store):
    slow = Slow()
    thread, answers = start(store, slow)
    try:
        assert run(store, Open("a", 1)) == Refused("command_in_flight", detail="a")
    finally:
        slow.go.set()
        thread.join()
    assert answers == [Answer('{"opened":true}')]
    assert run(store, Open("a", 1)).is_replayed


@pytest.mark.parametrize("kind", [pytest.param("postgresql", marks=pytest.mark.postgres)], indirect=True)
def test_of_two_processes_with_one_key_the_first_to_commit_is_recognised_by_the_other(store, database):
    """Nobody waits for a decision that takes long elsewhere; the unique key decides, and the slow one is given the first answer."""
    slow = Slow()
    thread, answers = start(store, slow)
    try:
        with open_store(database) as other:
            assert run(other, Open("a", 1)) == Answer('{"opened":true}')
    finally:
        slow.go.set()
        thread.join()
    assert answers == [Answer('{"opened":true}', is_replayed=True)]
    check_book(store)


@pytest.mark.parametrize("kind", [pytest.param("postgresql", marks=pytest.mark.postgres)], indirect=True)
def test_a_decision_on_what_has_moved_since_is_taken_again(store, database):
    """The customer was repaid while another process decided on a draw: the draw is decided again on what stands now."""
    run(store, Open("open", 1, limit_minor=2_000))
    run(store, Draw("draw", 1, 10, 1_000))
    seen = []
    slow = Slow()

    def decide(book, command, rules):
        seen.append(book.line.used_minor)
        slow.is_deciding.set()
        assert slow.go.wait(60)
        return WIRING[Draw].decide(book, command, rules)

    outcomes = []
    wiring = {Draw: WIRING[Draw]._replace(decide=decide)}
    more = Draw("more", 1, 11, 400)
    thread = threading.Thread(target=lambda: outcomes.append(execute(store, wiring, more, actor="t", now=NOW, rules=ToyRules)))
    thread.start()
    assert slow.is_deciding.wait(60)
    with open_store(database) as other:
        assert isinstance(run(other, Repay("pay", 1, 500, 10)), Answer)
    slow.go.set()
    thread.join()
    assert seen == [1_000, 500]
    assert isinstance(outcomes[0], Answer)
    check_book(store)


def replace_decide(slow):
    return WIRING[Open]._replace(decide=slow.decide)


def test_many_threads_with_one_key_store_it_once(store):
    """Whoever comes second is told in flight, busy, or the first answer; never a second effect."""
    run(store, Open("a", 1))
    run(store, Draw("b", 1, 10, 100_000))
    outcomes = []
    barrier = threading.Barrier(8)

    def pay():
        barrier.wait()
        for _ in range(50):
            outcome = run(store, Repay("same", 1, 5_000, 10))
            outcomes.append(outcome)
            if isinstance(outcome, Answer):
                return

    threads = [threading.Thread(target=pay) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    first = [one for one in outcomes if isinstance(one, Answer) and not one.is_replayed]
    assert len(first) == 1
    assert {one.code for one in outcomes if isinstance(one, Refused)} <= {"command_in_flight"}
    assert counts(store)["fact"] == 1


def test_a_field_added_later_with_a_default_does_not_change_old_digests():
    from plimsoll.app.execute import digest_of

    command = Repay("k", 1, 5)
    assert digest_of("repay", command) == digest_of("repay", replace(command, key="other"))
    assert digest_of("repay", command) != digest_of("repay", replace(command, loan_id=3))
    assert digest_of("repay", command) == digest_of("repay", replace(command, loan_id=0))
    assert digest_of("repay", command) != digest_of("draw", command)
