"""A file of commands does what its rows would do one by one, on both databases."""

import shutil
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from itertools import count
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from plimsoll.app.database.opening import open_store
from plimsoll.app.database.schema import metadata
from plimsoll.app.database.trouble import StoreTrouble
from plimsoll.app.execute import Answer, Desk, Failed, execute
from plimsoll.app.execute_many import InTurn, execute_many
from plimsoll.units.refusal import Refused
from tests.toys import (
    DAY,
    NOW,
    WIRING,
    Break,
    Deposit,
    Draw,
    Freeze,
    Mark,
    Note,
    Open,
    Repay,
    Reverse,
    ToyRules,
    check_book,
    counts,
    rows,
    run,
)

NUMBERS = count(1)
keys = st.integers(1, 40).map(lambda number: f"k{number}")
customers = st.integers(1, 3)
loans = st.integers(1, 4)
READS = ("line", "line+file", "line+file:consent.granted", "open loans+file:evidence", "open loans")
days = st.integers(0, 60).map(lambda number: DAY + timedelta(days=number))
commands = st.lists(
    st.one_of(
        st.builds(Open, keys, customers, limit_minor=st.sampled_from((50_000, 200_000))),
        st.builds(Draw, keys, customers, loans, st.sampled_from((0, 20_000, 60_000)), days),
        st.builds(Repay, keys, customers, st.sampled_from((0, 100, 5_000, 70_000)), st.sampled_from((0, 1, 2, 3)), days),
        st.builds(Reverse, keys, customers, loans, st.integers(1, 3), days),
        st.builds(Freeze, keys, customers, st.sampled_from(("open", "frozen")), st.sampled_from((0, 40_000))),
        st.builds(
            Note,
            keys,
            customers,
            st.sampled_from(("", "x")),
            st.sampled_from(("evidence", "consent.granted")),
            st.integers(-1, 2),
            st.sampled_from(("", "open", "done")),
            st.integers(0, 9),
            days,
            st.sampled_from(READS),
        ),
        st.builds(Mark, keys, customers, st.sampled_from((0, 50_000, 120_000)), days),
        st.builds(Deposit, keys, customers, st.sampled_from((300, -100))),
        st.builds(Break, keys, customers),
    ),
    max_size=40,
)


def many(store, given_commands, chunk=2_000):
    return list(execute_many(store, WIRING, given_commands, actor="test", now=NOW, rules=ToyRules, chunk=chunk))


def one_by_one(store, given_commands):
    outcomes = []
    for command in given_commands:
        try:
            outcomes.append(run(store, command))
        except AssertionError as bug:
            outcomes.append(Failed(f"AssertionError: {bug}"))
    return outcomes


def without_details(outcomes):
    return [Refused(one.code) if isinstance(one, Refused) else one for one in outcomes]


@pytest.fixture
def fresh(request, kind, tmp_path):
    """A function that gives the address of one more empty book."""

    def make():
        if kind == "sqlite":
            path = tmp_path / f"book{next(NUMBERS)}.db"
            shutil.copy(request.getfixturevalue("sqlite_template"), path)
            return f"sqlite:///{path}"
        template = request.getfixturevalue("postgres_template")
        return request.getfixturevalue("postgres_server")(f"plimsoll_many_{next(NUMBERS)}", template)

    return make


def test_many_is_one_by_one(fresh):
    """The same outcomes and the same rows in every table, for any mixture of commands, repeats, refusals and bugs."""
    with open_store(fresh()) as alone, open_store(fresh()) as together:
        wipe = [f"DELETE FROM {table.name}" for table in reversed(metadata.sorted_tables) if table.name not in ("book", "account")]

        @settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
        @given(commands, st.sampled_from((1, 3, 2_000)))
        def check(drawn, chunk):
            for store in (alone, together):
                empty(store, wipe)
            assert without_details(many(together, drawn, chunk)) == without_details(one_by_one(alone, drawn))
            for name in metadata.tables:
                assert rows(together, name) == rows(alone, name), name
            check_book(together)

        check()


def empty(store, wipe):
    """Empty a book for the next example; a test may take the walls down that nothing else may."""
    store.rules_recorded.clear()
    with store.driver() as connection:
        if store.address.kind == "postgresql":
            connection.execute("SET session_replication_role = replica")
        else:
            triggers = list(connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"))
            for name, _ in triggers:
                connection.execute(f"DROP TRIGGER {name}")
        for statement in wipe:
            connection.execute(statement)
        if store.address.kind == "postgresql":
            connection.execute("RESET session_replication_role")
        else:
            for _, sql in triggers:
                connection.execute(sql)


def opened(store, customers_count):
    commands = [Open(f"open{number}", number) for number in range(1, customers_count + 1)]
    commands += [Draw(f"draw{number}", number, 10, 100_000) for number in range(1, customers_count + 1)]
    assert all(isinstance(one, Answer) for one in many(store, commands))


def test_a_bad_row_changes_no_other(store):
    opened(store, 50)
    given_commands = [Repay(f"r{number}", number, 500, 10) for number in range(1, 51)]
    given_commands[7] = Repay("r8", 8, 0, 10)
    given_commands[11] = Repay("r12", 12, 500, 99)
    given_commands[17] = Break("r18", 18)
    given_commands[23] = Repay("", 24, 500, 10)
    outcomes = many(store, given_commands)
    assert {place: one for place, one in enumerate(outcomes) if not isinstance(one, Answer)} == {
        7: Refused("amount_must_be_positive"),
        11: Refused("loan_unknown"),
        17: Failed("AssertionError: customer 18: this must not happen"),
        23: Refused("key_missing"),
    }
    assert counts(store)["fact"] == 46
    check_book(store)


def test_a_row_that_the_database_refuses_changes_no_other(store):
    """A loan id that is taken is seen by the database only; the chunk is then executed row by row."""
    opened(store, 30)
    given_commands = [Repay(f"r{number}", number, 500, 10) for number in range(1, 31)]
    given_commands[4] = Draw("taken", 5, 10, 1_000)
    outcomes = many(store, given_commands)
    assert [place for place, one in enumerate(outcomes) if not isinstance(one, Answer)] == [4]
    assert outcomes[4].code == "loan_exists"
    check_book(store)


def test_a_file_given_again_is_recognised_and_goes_on_where_it_stopped(store):
    opened(store, 40)
    given_commands = [Repay(f"r{number}", number, 500, 10) for number in range(1, 41)]
    taken = execute_many(store, WIRING, iter(given_commands), actor="test", now=NOW, rules=ToyRules, chunk=8)
    next(taken)
    taken.close()
    first = counts(store)["fact"]
    outcomes = many(store, given_commands)
    assert sum(one.is_replayed for one in outcomes) == first
    assert counts(store)["fact"] == 40
    check_book(store)


def test_outcomes_come_in_the_order_of_the_file(store):
    opened(store, 20)
    order = [13, 2, 20, 7, 7, 1, 13]
    given_commands = [Repay(f"r{place}", number, 100 + place, 10) for place, number in enumerate(order)]
    assert [one.text for one in many(store, given_commands)] == [f'{{"loan":10,"paid":{100 + place}}}' for place in range(len(order))]


def test_a_key_that_comes_twice_in_a_file_is_met_the_second_time(store):
    opened(store, 3)
    outcomes = many(store, [Repay("same", 2, 100, 10), Repay("same", 1, 100, 10), Repay("same", 2, 100, 10)])
    assert [type(one) for one in outcomes] == [Answer, Refused, Answer]
    assert outcomes[1].code == "key_reused"
    assert outcomes[2].is_replayed


def test_many_and_one_know_each_others_keys(store):
    opened(store, 2)
    run(store, Repay("a", 1, 100, 10))
    (again,) = many(store, [Repay("a", 1, 100, 10)])
    assert again.is_replayed
    many(store, [Repay("b", 1, 100, 10)])
    assert execute(store, WIRING, Repay("b", 1, 100, 10), actor="test", now=NOW, rules=ToyRules).is_replayed


def test_what_is_folded_together_is_what_would_be_folded_alone(fresh):
    """Enough commands for the compiled kernel, refusals and needs of history among them: the same rows in every table."""
    pytest.importorskip("plimsoll.loan.columns", reason="the extra `fast` is not installed")
    chance = Random(7)
    given_commands = []
    for number in range(1, 141):
        given_commands += [Open(f"o{number}", number), Draw(f"d{number}", number, number, chance.choice((90_000, 1_000)))]
    for turn in range(4):
        for number in range(1, 141):
            on = DAY + timedelta(days=20 * turn + chance.randrange(30))
            command = chance.choice(
                (
                    Repay(f"r{turn}.{number}", number, chance.randrange(1, 12_000), 0, on),
                    Repay(f"r{turn}.{number}", number, chance.choice((0, 9_000)), number, on),
                    Reverse(f"v{turn}.{number}", number, number, 1, on),
                )
            )
            given_commands.append(command)
    with open_store(fresh()) as alone, open_store(fresh()) as together:
        assert without_details(many(together, given_commands)) == without_details(one_by_one(alone, given_commands))
        for name in metadata.tables:
            assert rows(together, name) == rows(alone, name), name
        check_book(together)


def test_a_bug_in_folding_together_leaves_each_row_to_itself(store, monkeypatch):
    from plimsoll.app import execute as execute_module

    def overflow(_):
        raise OverflowError("too long for 64 bits")

    opened(store, 60)
    monkeypatch.setattr(execute_module, "fold_decisions", overflow)
    outcomes = many(store, [Repay(f"r{number}", number, 500, 10) for number in range(1, 61)])
    assert all(isinstance(one, Answer) for one in outcomes)
    check_book(store)


def test_what_is_granted_in_a_run_is_granted_in_the_order_of_customers_and_never_twice(store):
    opened(store, 60)
    granted = []

    def decide(book, command, rules):
        """Grant to the first twenty that ask: a department that heeds what it decided before, as shares of agencies and funders do."""
        taken = len(granted)
        time.sleep(0.0005)  # anybody else who decides meanwhile sees as many as we did
        if taken >= 20:
            return Refused("limit_exceeded")
        granted.append(command.customer_id)
        return WIRING[Deposit].decide(book, command, rules)

    wiring = {**WIRING, Deposit: WIRING[Deposit]._replace(decide=decide)}
    asked = [Deposit(f"ask-{customer}", customer, 5) for customer in reversed(range(1, 61))]
    outcomes = list(execute_many(store, wiring, asked, actor="test", now=NOW, rules=ToyRules, chunk=7))
    assert granted == list(range(1, 21))
    assert [isinstance(outcome, Answer) for outcome in outcomes] == [False] * 40 + [True] * 20


def test_a_store_that_fails_in_one_chunk_stops_the_file_and_nobody_waits(store, monkeypatch):
    opened(store, 30)
    save = Desk.save

    def failing(desk, kept):
        if 8 in desk.taken.sheets:
            raise StoreTrouble("store_full", "no room")
        save(desk, kept)

    monkeypatch.setattr(Desk, "save", failing)
    asked = [Deposit(f"ask-{customer}", customer, 5) for customer in range(1, 31)]
    with pytest.raises(StoreTrouble, match="no room"):
        many(store, asked, chunk=5)
    monkeypatch.undo()
    outcomes = many(store, asked, chunk=5)
    assert all(isinstance(outcome, Answer) for outcome in outcomes)
    assert [outcome.is_replayed for outcome in outcomes][:5] == [True] * 5
    assert not any(outcome.is_replayed for outcome in outcomes[5:10])


def test_who_fails_before_its_turn_lets_the_others_pass():
    turns, gone = InTurn(), []

    def go(number):
        try:
            if number == 2:
                raise ValueError(number)
            with turns.turn(number):
                gone.append(number)
        finally:
            with turns.turn(number):
                pass

    with ThreadPoolExecutor(4) as pool:
        done = [pool.submit(go, number) for number in (3, 2, 1, 0)]
    assert gone == [0, 1, 3]
    assert [type(one.exception()) for one in done] == [type(None), ValueError, type(None), type(None)]
