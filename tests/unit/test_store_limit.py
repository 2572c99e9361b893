"""The limit of a customer is never oversold, however many draw at once, by whatever road."""

import multiprocessing
import random
import threading

import pytest

from plimsoll.app.database.opening import open_store
from plimsoll.app.database.sheet import Pending, Use, Want
from plimsoll.app.database.trouble import LimitGuard
from plimsoll.app.execute import Answer, execute
from plimsoll.app.execute_many import execute_many
from plimsoll.units.refusal import Refused
from tests.toys import NOW, WIRING, Draw, Mark, Open, OpenAccount, Purchase, ToyRules, check_book, rows, run

DRAW_MINOR = 300
LIMIT_MINOR = 1_000
CUSTOMERS = 12
ATTEMPTS = 10
EXPECTED = {"limit_exceeded", "load_line_passed", "command_in_flight", "store_busy"}


def drain(url, worker):
    """Draw and purchase from every customer until refused; give the codes of the refusals."""
    chance = random.Random(worker)
    codes = set()
    with open_store(url) as store:
        for attempt in range(ATTEMPTS):
            for customer_id in chance.sample(range(1, CUSTOMERS + 1), CUSTOMERS):
                key = f"{worker}.{attempt}.{customer_id}"
                if worker % 2:
                    command = Draw(key, customer_id, 1_000 * worker + attempt + 100, DRAW_MINOR)
                else:
                    command = Purchase(key, customer_id, 1, DRAW_MINOR)
                outcome = execute(store, WIRING, command, actor="t", now=NOW, rules=ToyRules)
                if isinstance(outcome, Refused):
                    codes.add(outcome.code)
    return codes


def drain_into(url, worker, answers):
    answers.put(drain(url, worker))


def prepare(store):
    """Open customers with a limit; every second has a load line that lets as much through, with a limit far above it."""
    for customer_id in range(1, CUSTOMERS + 1):
        run(store, Open(f"open{customer_id}", customer_id, limit_minor=LIMIT_MINOR if customer_id % 2 else 9 * LIMIT_MINOR))
        run(store, Mark(f"mark{customer_id}", customer_id, LIMIT_MINOR if customer_id % 2 == 0 else 9 * LIMIT_MINOR))
        run(store, OpenAccount(f"account{customer_id}", customer_id, 1))


def check_drained(store):
    for line in rows(store, "line"):
        assert line["used_minor"] == LIMIT_MINOR // DRAW_MINOR * DRAW_MINOR, "neither oversold nor left over"
    check_book(store)


@pytest.mark.parametrize("kind", [pytest.param("postgresql", marks=pytest.mark.postgres)], indirect=True)
def test_sixteen_threads_drain_one_limit_on_postgresql(store, database):
    prepare(store)
    codes = []
    threads = [threading.Thread(target=lambda worker=worker: codes.append(drain(database, worker))) for worker in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(codes) == 16
    # Where the machine is slow enough, one may be told to try again; everybody else is told why not.
    assert {"limit_exceeded", "load_line_passed"} <= set().union(*codes) <= EXPECTED
    check_drained(store)


@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
def test_four_processes_drain_one_limit_on_sqlite(store, database):
    prepare(store)
    context = multiprocessing.get_context("spawn")
    answers = context.Queue()
    processes = [context.Process(target=drain_into, args=(database, worker, answers)) for worker in range(4)]
    for process in processes:
        process.start()
    codes = [answers.get(timeout=60) for _ in processes]
    for process in processes:
        process.join()
    assert set().union(*codes) <= EXPECTED
    check_drained(store)


def test_one_by_one_and_files_at_once_drain_one_limit(store, database):
    """Half of the threads give files of draws, half give single ones."""
    prepare(store)

    def draw_many(worker):
        commands = [
            Draw(f"{worker}.{attempt}.{customer_id}", customer_id, 1_000 * worker + attempt + 100, DRAW_MINOR)
            for attempt in range(ATTEMPTS)
            for customer_id in range(1, CUSTOMERS + 1)
        ]
        outcomes = list(execute_many(store, WIRING, commands, actor="t", now=NOW, rules=ToyRules, chunk=7))
        assert all(isinstance(one, Answer) or one.code in EXPECTED for one in outcomes)

    threads = [threading.Thread(target=draw_many, args=(worker,)) for worker in (21, 23)]
    threads += [threading.Thread(target=drain, args=(database, worker)) for worker in (1, 2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    check_drained(store)


@pytest.mark.parametrize("capacity_minor", [1_000, 5_000])
@pytest.mark.parametrize(
    ("use", "fits"),
    [
        (Use(used=400, cash=400, need=400, need_cash=400), True),
        (Use(used=401, cash=401, need=401, need_cash=401), False),
        (Use(used=401, cash=401), True),
        (Use(used=-600, cash=-600), True),
        (Use(used=300, later=300, need=300, need_later=300), False),
        (Use(used=100, cash=100, need=500, need_cash=500), False),
    ],
)
def test_the_database_itself_refuses_what_does_not_fit(store, use, fits, capacity_minor):
    """The rule stands in the UPDATE, for the limit and for the load line: it holds also where the decision before it was wrong."""
    run(store, Open("open", 1, limit_minor=6_000 - capacity_minor, later_limit_minor=200))
    run(store, Mark("mark", 1, capacity_minor))
    run(store, Draw("draw", 1, 10, 600))
    with store.transaction() as transaction:
        sheet = transaction.take_one("k", Want(1)).sheets[1]
        sheet.use = use
        sheet.commands_new = 1
        if fits:
            transaction.save(Pending(sheets=[sheet]))
        else:
            with pytest.raises(LimitGuard):
                transaction.save(Pending(sheets=[sheet]))
    (line,) = rows(store, "line")
    assert line["used_minor"] == 600 + (use.used if fits else 0)
    assert line["commands_count"] == 3 + fits


def test_the_database_itself_refuses_a_frozen_line(store):
    from tests.toys import Freeze

    run(store, Open("open", 1))
    run(store, Freeze("freeze", 1))
    with store.transaction() as transaction:
        sheet = transaction.take_one("k", Want(1)).sheets[1]
        sheet.use = Use(used=1, cash=1, need=1, need_cash=1)
        sheet.commands_new = 1
        with pytest.raises(LimitGuard):
            transaction.save(Pending(sheets=[sheet]))
