"""Commands that share a commit have the outcomes that they would have alone."""

import threading
from concurrent.futures import wait

import pytest

from plimsoll.app.commit_together import GroupExecutor
from plimsoll.app.database.sheet import Want
from plimsoll.app.database.trouble import StoreTrouble
from plimsoll.app.execute import Answer, Failed
from plimsoll.units.refusal import Refused
from tests.toys import NOW, WIRING, Break, Draw, Open, Repay, ToyRules, check_book, counts, rows, run

WANT_NOBODY = Want(999)


@pytest.fixture
def together(store):
    with GroupExecutor(store, WIRING, ToyRules) as executor:
        yield executor


def submit(executor, command):
    return executor.submit(command, actor="test", now=NOW)


def test_many_threads_get_their_own_answers(store, together):
    for number in range(1, 21):
        run(store, Open(f"open{number}", number))
        run(store, Draw(f"draw{number}", number, 10, 100_000))
    answers = {}

    def pay(thread):
        for attempt in range(10):
            customer_id = (thread * 10 + attempt) % 20 + 1
            amount_minor = 1_000 * thread + attempt + 1
            outcome = together.execute(Repay(f"{thread}.{attempt}", customer_id, amount_minor, 10), actor="t", now=NOW)
            answers[thread, attempt] = (outcome, amount_minor)

    threads = [threading.Thread(target=pay, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(answers) == 80
    for outcome, amount_minor in answers.values():
        assert outcome == Answer(f'{{"loan":10,"paid":{amount_minor}}}')
    check_book(store)


def test_refusals_bugs_and_repeats_in_a_group_stay_their_own(store, together):
    run(store, Open("open", 1))
    run(store, Draw("draw", 1, 10, 100_000))
    run(store, Repay("known", 1, 5, 10))
    with store.transaction() as held:
        held.take_one("hold", WANT_NOBODY)
        given = [Repay("a", 1, 100, 10), Break("b", 1), Repay("c", 1, 0, 10), Repay("known", 1, 5, 10), Repay("", 1, 5, 10)]
        futures = [submit(together, command) for command in given]
    outcomes = [future.result(timeout=60) for future in futures]
    assert [type(one) for one in outcomes] == [Answer, Failed, Refused, Answer, Refused]
    assert outcomes[3].is_replayed
    assert counts(store)["fact"] == 2
    check_book(store)


def test_a_key_that_waits_is_in_flight(store, together):
    run(store, Open("open", 1))
    with store.transaction() as held:
        held.take_one("hold", WANT_NOBODY)
        first = submit(together, Draw("same", 1, 10, 1_000)) if store.address.kind == "sqlite" else None
        if first is not None:
            assert submit(together, Draw("same", 1, 10, 1_000)).result(timeout=60).code == "command_in_flight"
    if first is not None:
        assert isinstance(first.result(timeout=60), Answer)


def test_closing_answers_what_waits_and_takes_no_more(store):
    run(store, Open("open", 1))
    run(store, Draw("draw", 1, 10, 100_000))
    executor = GroupExecutor(store, WIRING, ToyRules)
    futures = [submit(executor, Repay(f"r{number}", 1, 10, 10)) for number in range(200)]
    executor.close()
    executor.close()
    done, waiting = wait(futures, timeout=60)
    assert len(done) == 200
    assert not waiting
    assert all(isinstance(future.result(), Answer) for future in futures)
    assert not executor.writer.is_alive()
    assert submit(executor, Repay("late", 1, 10, 10)).result().code == "store_busy"
    assert len(rows(store, "fact")) == 200
    assert not store.keys_in_flight


def test_trouble_with_the_store_reaches_every_caller(store):
    def lost(*_):
        raise StoreTrouble("store_unreachable", "cut")

    run(store, Open("open", 1))
    with GroupExecutor(store, WIRING, ToyRules) as executor:
        store.transaction = lost
        futures = [submit(executor, Repay(f"r{number}", 1, 10, 10)) for number in range(5)]
        for future in futures:
            with pytest.raises(StoreTrouble, match="cut"):
                future.result(timeout=60)
    assert not store.keys_in_flight


def test_who_comes_alone_writes_and_who_comes_meanwhile_is_queued(store, together):
    run(store, Open("open", 1))
    run(store, Draw("draw", 1, 10, 100_000))
    alone = together.take(Repay("alone", 1, 100, 10), actor="test", now=NOW)
    assert isinstance(alone, Answer), "written by the time that it is given back"
    with together.turn:
        meanwhile = together.take(Repay("meanwhile", 1, 100, 10), actor="test", now=NOW)
        again = together.take(Repay("meanwhile", 1, 100, 10), actor="test", now=NOW)
        assert not meanwhile.done()
    assert again.code == "command_in_flight"
    assert isinstance(meanwhile.result(timeout=60), Answer)
    together.close()
    assert together.take(Repay("late", 1, 10, 10), actor="test", now=NOW).code == "store_busy"
    assert not store.keys_in_flight
    check_book(store)
