"""A command runs once for its key, on both databases."""

from plimsoll.app.execute import Answer, execute
from plimsoll.units.refusal import Refused
from tests.toys import NOW, WIRING, Draw, Open, Repay, ToyRules


def run(store, command):
    return execute(store, WIRING, command, actor="test", now=NOW, rules=ToyRules)


def test_same_key_and_content_gives_the_first_answer(store):
    run(store, Open("a", 1))
    run(store, Draw("b", 1, 10, 100_000))
    first = run(store, Repay("c", 1, 5_000, 10))
    assert first == Answer('{"loan":10,"paid":5000}')
    assert run(store, Repay("c", 1, 5_000, 10)) == Answer(first.text, is_replayed=True)


def test_same_key_and_other_content_is_refused(store):
    run(store, Open("a", 1))
    assert run(store, Open("a", 2)) == Refused("key_reused", detail="a")
