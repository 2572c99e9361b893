"""Dossiers: what stands in them stays, is numbered without a gap, and comes with its command once, whoever else writes at the moment."""

import json
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import exc, text

from plimsoll.app.database.opening import open_store
from plimsoll.app.database.trouble import StoreTrouble
from plimsoll.app.dossier import PAGE, DossierVerb, dossier_of, dossiers, execute_dossier
from plimsoll.app.execute import Answer
from plimsoll.app.execute_any import execute_any
from plimsoll.app.verify import verify
from plimsoll.loan.dossier import Written
from plimsoll.loan.filing import Filing, NewFiling, body_of, read_body
from plimsoll.units.refusal import Refused
from tests.toys import DAY, NOW, WIRING, Draw, Open, ToyRules, rows

ENTRY = "agency.amended"


@dataclass(frozen=True, slots=True)
class Jot:
    """Append so many entries that say how many entries were seen here, and in the other dossiers that are read."""

    key: str
    subject: str
    on: date = DAY
    times: int = 1
    reads: tuple[str, ...] = field(default=())


def jot(seen, command, rules):
    if command.times == 99:
        return Refused("customer_unknown")
    others = {subject: len(filings) for (_, subject), filings in seen.others.items()}
    said = body_of({"seen": len(seen.filings), "others": others, "actor": seen.actor})
    return Written(tuple(NewFiling(ENTRY, f"part {n}", said) for n in range(command.times)), said)


def others(command):
    return tuple(("agency", subject) for subject in command.reads)


VERBS = {Jot: DossierVerb("jot", "agency", jot, others)}


def do(store, command, actor="ana", now=NOW, verbs=VERBS):
    return execute_dossier(store, verbs, command, actor=actor, now=now, rules=ToyRules)


def test_what_is_written_is_read_back_as_it_was(store):
    assert dossier_of(store, "agency", "north") == ()
    answer = do(store, Jot("k1", "north", times=2))
    assert json.loads(answer.text) == {"seen": 0, "others": {}, "actor": "ana"}
    do(store, Jot("k2", "north", date(2026, 2, 28)), actor="bo")
    first, second = (body_of({"seen": n, "others": {}, "actor": who}) for n, who in ((0, "ana"), (2, "bo")))
    assert dossier_of(store, "agency", "north") == (
        Filing(1, ENTRY, "part 0", DAY.toordinal(), NOW, "ana", first),
        Filing(2, ENTRY, "part 1", DAY.toordinal(), NOW, "ana", first),
        Filing(3, ENTRY, "part 0", date(2026, 2, 28).toordinal(), NOW, "bo", second),
    )
    (recorded, again) = rows(store, "dossier_command")
    assert (recorded["actor"], recorded["name"], recorded["command_n"], again["command_n"]) == ("ana", "jot", 1, 2)
    assert {row["rules_id"] for row in rows(store, "dossier_filing")} == {row["rules_id"] for row in rows(store, "rulebook")}
    assert verify(store).is_proved


def test_a_key_counts_once(store):
    first = do(store, Jot("k1", "north"))
    assert do(store, Jot("k1", "north")) == Answer(first.text, is_replayed=True)
    assert do(store, Jot("k1", "north", times=2)).code == "key_reused"
    assert do(store, Jot("k1", "south")).code == "key_reused", "one key, one dossier"
    assert len(rows(store, "dossier_filing")) == 1


def test_a_refusal_stores_nothing_and_its_key_can_be_used(store):
    assert do(store, Jot("k1", "north", times=99)).code == "customer_unknown"
    assert rows(store, "dossier") == rows(store, "dossier_command") == []
    assert isinstance(do(store, Jot("k1", "north")), Answer)


@pytest.mark.parametrize(
    ("command", "code"),
    [
        (Jot("", "north"), "key_missing"),
        (Jot("a\nb", "north"), "key_malformed"),
        (Jot("k", ""), "dossier_malformed"),
        (Jot("k", " north"), "dossier_malformed"),
        (Jot("k", "n\north"), "dossier_malformed"),
        (Jot("k", "n" * 65), "dossier_malformed"),
        (Open("k", 1), "dossier_malformed"),
    ],
)
def test_what_cannot_be_a_command_is_refused(store, command, code):
    if isinstance(command, Open):
        assert do(store, Jot("k", "north"), verbs={}).code == "command_unknown"
        return
    assert do(store, command).code == code


def test_other_dossiers_are_seen_as_they_stand(store):
    do(store, Jot("a", "south", times=3))
    answer = do(store, Jot("b", "north", reads=("south", "nobody", "north")))
    assert json.loads(answer.text)["others"] == {"nobody": 0, "south": 3}


def test_dossiers_of_a_kind_come_in_order_and_whole(store, monkeypatch):
    monkeypatch.setattr("plimsoll.app.dossier.PAGE", 2)
    for name in ("c", "a", "e", "b", "d"):
        do(store, Jot(f"k{name}", name, times=2))
    assert [(subject, len(filings)) for subject, filings in dossiers(store, "agency")] == [(name, 2) for name in "abcde"]
    assert list(dossiers(store, "tender")) == []
    assert PAGE > 2


def together(database, count, work):
    """Run the same work in threads, each with the book opened for itself; give what each answered."""
    barrier, found = threading.Barrier(count), [None] * count

    def run(place):
        with open_store(database) as mine:
            barrier.wait()
            found[place] = work(mine, place)

    threads = [threading.Thread(target=run, args=(place,)) for place in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found


def test_two_writers_at_once_follow_on_each_other(store, database):
    """Neither loses an entry: each sees what the other wrote, or is told that the dossier is busy."""
    each = 8
    answers = together(database, 2, lambda mine, who: [do(mine, Jot(f"{who}-{n}", "north"), actor=str(who)) for n in range(each)])
    done = [one for answer in answers for one in answer if isinstance(one, Answer)]
    refused = [one for answer in answers for one in answer if not isinstance(one, Answer)]
    assert {one.code for one in refused} <= {"store_busy"}
    assert len(done) >= each, "at least one of two goes on"
    filings = dossier_of(store, "agency", "north")
    assert [filing.n for filing in filings] == list(range(1, len(done) + 1))
    assert [read_body(filing)["seen"] for filing in filings] == list(range(len(done))), "each saw all that stood before it"
    assert sorted(json.loads(one.text)["seen"] for one in done) == list(range(len(done)))
    assert verify(store).is_proved


def test_the_same_command_from_two_at_once_is_stored_once(store, database):
    answers = together(database, 4, lambda mine, who: do(mine, Jot("same", "north")))
    assert len({one.text for one in answers}) == 1
    assert sorted(one.is_replayed for one in answers) == [False, True, True, True]
    assert len(rows(store, "dossier_filing")) == 1


def test_one_key_for_two_dossiers_at_once_is_used_by_one(store, database):
    answers = together(database, 4, lambda mine, who: do(mine, Jot("same", f"agency {who}")))
    assert sorted(type(one).__name__ for one in answers) == ["Answer", "Refused", "Refused", "Refused"]
    assert {one.code for one in answers if isinstance(one, Refused)} == {"key_reused"}
    assert len(rows(store, "dossier")) == 1


def test_what_another_dossier_said_is_still_so_when_it_is_written(store):
    """The other dossier is written between reading and writing: the decision is made again with what stands there now."""
    do(store, Jot("a", "south"))
    meanwhile = []

    def slow(seen, command, rules):
        if not meanwhile:
            meanwhile.append(do(store, Jot("b", "south")))
        return jot(seen, command, rules)

    answer = do(store, Jot("c", "north", reads=("south",)), verbs={Jot: DossierVerb("jot", "agency", slow, others)})
    assert json.loads(answer.text)["others"] == {"south": 2}


def test_a_dossier_that_is_always_in_the_way_is_told_as_busy(store):
    numbers = iter(range(100))

    def beaten(seen, command, rules):
        do(store, Jot(f"other {next(numbers)}", "north"))
        return jot(seen, command, rules)

    assert do(store, Jot("mine", "north"), verbs={Jot: DossierVerb("jot", "agency", beaten)}).code == "store_busy"
    assert next(numbers) == 5


def test_a_connection_that_breaks_while_writing_leaves_the_outcome_to_the_key(store, monkeypatch):
    changing = store.changing

    @contextmanager
    def cut():
        with changing() as connection:
            yield connection
        raise StoreTrouble("store_unreachable", "server closed the connection")

    monkeypatch.setattr(store, "changing", cut)
    with pytest.raises(StoreTrouble) as found:
        do(store, Jot("k", "north"))
    assert found.value.code == "outcome_unknown"
    monkeypatch.undo()
    assert do(store, Jot("k", "north")).is_replayed


def test_an_entry_that_is_not_of_the_list_or_too_long_is_a_bug(store):
    def wrong(kind, body):
        return {Jot: DossierVerb("jot", "agency", lambda *_: Written((NewFiling(kind, "", body),)))}

    for kind, body in (("agency.dreamt", "{}"), (ENTRY, "[]"), (ENTRY, "{" + " " * 200_000)):
        with pytest.raises(AssertionError):
            do(store, Jot("k", "north"), verbs=wrong(kind, body))
    with pytest.raises(AssertionError):
        do(store, Jot("k", "north", times=0))
    with pytest.raises(AssertionError):
        do(store, Jot("k", "north"), verbs={Jot: DossierVerb("jot", "ship", jot)})
    assert rows(store, "dossier") == []


@pytest.mark.parametrize("table", ["dossier_filing", "dossier_command"])
def test_verify_finds_what_is_missing(store, table):
    for n in range(3):
        do(store, Jot(f"k{n}", "north"))
    assert verify(store).is_proved
    with store.engine.connect() as connection:
        if store.kind == "postgresql":
            connection.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER ALL"))
        else:
            connection.execute(text(f"DROP TRIGGER {table}_no_delete"))
        number = "n" if table == "dossier_filing" else "command_n"
        connection.execute(text(f"DELETE FROM {table} WHERE {number} = 2"))
    assert list(verify(store).breaches) == [
        "dossier agency north: entries or commands are not numbered without a gap",
        f"audit chain: {table}: not numbered without a gap up to what is counted, of agency/north",
    ]


def test_an_entry_of_a_dossier_that_is_not_there_is_refused_by_the_database(store):
    with store.engine.connect() as connection, pytest.raises(exc.IntegrityError):
        connection.execute(
            text("INSERT INTO dossier_filing VALUES ('agency', 'ghost', 1, 1, 'agency.amended', '', '2026-01-15', :at, 'x', 5, '{}')"),
            {"at": datetime(2026, 1, 1, tzinfo=UTC)},
        )


def test_commands_on_customers_and_dossiers_are_executed_in_their_order(store):
    commands = [Open("a", 1), Jot("b", "north"), Draw("c", 1, 10, 5_000), Draw("d", 2, 10, 5_000), Jot("b", "north"), Jot("e", " ")]
    outcomes = list(execute_any(store, lambda: WIRING, VERBS, commands, actor="t", now=NOW, rules=ToyRules))
    assert [getattr(one, "code", "done") for one in outcomes] == ["done", "done", "done", "line_missing", "done", "dossier_malformed"]
    assert outcomes[4].is_replayed
