"""The whole automatic decision: in process with the features in hand, and through the stored path in bulk, on one core."""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from functools import partial
from random import Random
from typing import Any

from bench.case import keep_to_one_core
from bench.report import Goal, Result
from bench.setting import Setting, Unavailable
from bench.timing import Contestant, take_turns
from plimsoll.app.database.opening import create_store
from plimsoll.app.database.store import Store
from plimsoll.app.execute import Answer
from plimsoll.app.execute_many import execute_many
from plimsoll.app.file import filings_of
from plimsoll.app.kit import standing_kits, wiring_with
from plimsoll.loan.book import Book
from plimsoll.origination.application import find_application
from plimsoll.origination.decide_application import DecideApplication, dossier_of
from plimsoll.origination.kit import Kit
from plimsoll.origination.said import digest_of, said_of
from plimsoll.origination.underwrite import Dossier, underwrite
from plimsoll.risk.lawful import lawful_rules
from plimsoll.simulator.enter import arrive, open_door
from plimsoll.simulator.people import Person
from plimsoll.simulator.town import make_town
from plimsoll.simulator.truth_of import truth_of
from plimsoll.units.refusal import Refused

TITLE = "the whole automatic decision: tables, scorecard, load line, price, limit, reasons"
ON, AT = date(2026, 12, 1), datetime(2026, 12, 1, 9, tzinfo=UTC)
P50_US, P99_US, STORED_PER_S = 1_000, 5_000, 2_000
SEED = 20_261_201


def people(count: int) -> list[Person]:
    """Return made-up people, the same ones in every run."""
    return make_town(count, 12, lawful_rules(), Random(SEED)).people


def applied(store: Store, count: int) -> None:
    """Let people come with consent, application and evidence; nothing is decided yet."""
    rules = lawful_rules()
    door = open_door(store, rules, SEED)

    def commands() -> Iterator[Any]:
        for person in people(count):
            door.truths[person.customer_id] = truth_of(person, SEED)
            yield from arrive(door, person, ON, AT)

    outcomes = list(execute_many(store, door.wiring, commands(), actor="bench", now=AT, rules=rules))
    refused = [outcome for outcome in outcomes if not isinstance(outcome, Answer)]
    if refused:
        raise Unavailable(f"{len(refused)} commands were not taken: {refused[0]}")


def dossiers(store: Store, count: int, kit: Kit) -> list[Dossier]:
    """Return what is known of each applicant, features in hand."""
    found = []
    for customer_id in range(1, count + 1):
        book = Book(customer_id, 1, None, (), filings=filings_of(store, customer_id), now=AT)
        command = DecideApplication("bench", customer_id, ON, f"demo-{customer_id}")
        application = find_application(book.filings, command.application_id, ON.toordinal())
        assert not isinstance(application, Refused), application
        found.append(dossier_of(book, command, application, kit))
    return found


def one_by_one(asked: list[Dossier], decide: Callable[[Dossier], Any]) -> list[float]:
    """Return the microseconds of each decision, collections of garbage included."""
    taken = []
    for dossier in asked:
        begun = time.perf_counter_ns()
        decide(dossier)
        taken.append((time.perf_counter_ns() - begun) / 1_000)
    return sorted(taken)


def run(setting: Setting, result: Result) -> None:
    """Fill `result` with microseconds a decision in process, and decisions a second through the store."""
    keep_to_one_core()
    count, rules = setting.size(400, 4_000), lawful_rules()
    kits = standing_kits(rules)
    kit = kits.on(ON, "cfc")
    path = setting.fresh("decision") / "book.db"
    with create_store(f"sqlite:///{path}") as store:
        applied(store, count)
        asked = dossiers(store, count, kit)
        decide = partial(underwrite, kit=kit)
        recorded: Callable[[Dossier], str] = lambda dossier: digest_of(said_of(underwrite(dossier, kit)))  # noqa: E731
        one_by_one(asked[:100], recorded)
        gc.collect()
        rounds = setting.size(3, 5)
        taken = [one_by_one(asked, decide) for _ in range(rounds)]
        p50 = statistics.median(turn[len(turn) // 2] for turn in taken)
        p99 = statistics.median(turn[len(turn) * 99 // 100] for turn in taken)
        whole = one_by_one(asked, recorded)
        result.notes.append(f"in process, with the record and its SHA-256: p50 {whole[len(whole) // 2]:.0f} µs")
        result.goals += [Goal("in process, p50 µs", p50, P50_US, at_most=True), Goal("in process, p99 µs", p99, P99_US, at_most=True)]
        stored(setting, result, store, wiring_with(kits), count)


def stored(setting: Setting, result: Result, store: Store, wiring: Any, count: int) -> None:
    """Time decisions through the stored path: what the file holds is read, decided, and put on record, in bulk."""
    rounds = setting.size(2, 4)
    size = count // rounds
    turns = iter(range(rounds))

    def turn() -> int:
        first = next(turns) * size + 1
        commands = [DecideApplication(f"decide:{n}", n, ON, f"demo-{n}") for n in range(first, first + size)]
        now = AT + timedelta(minutes=1)
        outcomes = list(execute_many(store, wiring, commands, actor="bench", now=now, rules=lawful_rules()))
        assert all(isinstance(outcome, Answer) for outcome in outcomes), next(one for one in outcomes if not isinstance(one, Answer))
        return size

    measured = take_turns([Contestant("plimsoll, SQLite, in bulk", turn)], rounds, step=setting.step)
    result.add(measured, "decision on record")
    result.goals.append(Goal("decisions a second through the stored path, one core", measured[0].rate(), STORED_PER_S))
