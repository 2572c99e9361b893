"""A day of collection reads only the files of cases that have something to do; what it puts on record is what reading all of them gives."""

from contextlib import nullcontext
from datetime import UTC, date, datetime, timedelta

import pytest

from plimsoll.app.collecting import day as collecting_day
from plimsoll.app.collecting import late, waiting, work
from plimsoll.app.collecting.day import collect
from plimsoll.app.collecting.late import open_cases, standings
from plimsoll.app.collecting.waiting import NOT_TOLD, cases_waiting, to_look_at, to_settle
from plimsoll.app.database.kept_files import KeptFiles
from plimsoll.app.database.opening import create_store
from plimsoll.app.database.sheet import Want
from plimsoll.app.database.store import Store
from plimsoll.app.execute import Answer
from plimsoll.app.execute_many import execute_many
from plimsoll.app.wiring import WIRING, read_command
from plimsoll.rulebook.lateness import lateness
from plimsoll.simulator.answer_contacts import SandboxPeople
from plimsoll.units.refusal import Refused
from tests.walks.test_collect import DRAWN, RULES, TODAY, Deaf, close, done, orders, owing, record

BY_HAND = {
    1: {"customer_id": 1, "command": "repay", "loan_id": 10, "amount": "100.00", "currency": "CNY"},
    2: {"customer_id": 2, "command": "claim_case"},
    3: {"customer_id": 3, "command": "follow_up", "due_on": "2026-03-20", "reason": "promise of a call; later"},
    4: {"customer_id": 2, "command": "release_case"},
    5: {"customer_id": 5, "command": "settle", "loan_id": 50},
    6: {"customer_id": 6, "command": "make_promise", "amount": "50.00", "currency": "CNY", "due_on": "2026-03-18", "channel": "call"},
    7: {"customer_id": 6, "command": "repay", "loan_id": 60, "amount": "50.00", "currency": "CNY"},
    9: {"customer_id": 7, "command": "file_complaint", "complaint_id": "c-1", "about": "collection_conduct"},
}
"""What people do beside, by the day on which they do it: money that comes, cases that are held, reasons of their own, complaints."""


def worked(store: Store, days: int, look=lambda store, on: None) -> list[tuple[int, str]]:
    """Work some days, and give what went wrong on them."""
    people, wrong = SandboxPeople(3), []
    for number in range(days):
        on = TODAY + timedelta(days=number)
        said = BY_HAND.get(number)
        if said is not None:
            at = datetime.combine(on, datetime.min.time(), UTC) + timedelta(minutes=5)
            command = read_command({"key": f"by-hand-{number}", "on": on.isoformat(), **said})
            (outcome,) = execute_many(store, WIRING, [command], actor="people", now=at, rules=RULES)
            wrong += [] if isinstance(outcome, Answer) else [(number, str(outcome))]
        look(store, on)
        found = collect(store, on, orders(people))
        assert not isinstance(found, Refused)
        wrong += [(number, f"{code} {count}") for code, count in sorted(found.failed.items())]
        close(store, on)
    return wrong


def rows_say_what_files_do(store: Store, on: date) -> None:
    """Hold each row against the file and the loans that it speaks for."""
    rows = {one.customer_id: one for one in cases_waiting(store, on)}
    found = {one.customer_id: one for one in standings(store, open_cases(store), on)}
    assert rows.keys() == found.keys()
    named, settled, looked_at = lateness(RULES, on), set(to_settle(rows.values())), set(to_look_at(rows.values(), on, RULES))
    for customer_id, one in found.items():
        row = rows[customer_id]
        assert row.days == one.debt.days
        assert named.overdue_class(row.noted_days) == one.case.bucket
        is_due = one.case.open_promise() is None and one.case.follow_up_on <= on.toordinal()
        is_moved = named.overdue_class(one.debt.days) != one.case.bucket
        assert customer_id in looked_at or not (is_due or is_moved)
        is_settled = one.case.open_promise() is not None or one.debt.days < 1 or one.debt.late_minor == 0
        assert customer_id in settled or not is_settled


def read_all(monkeypatch) -> None:
    """Let a day read every open case whenever it asks for those with something to do, and keep nothing of what it read."""
    for module in (collecting_day, work):
        for name in ("to_settle", "to_look_at"):
            monkeypatch.setattr(module, name, lambda rows, *_: [one.customer_id for one in rows], raising=False)
    monkeypatch.setattr(Store, "keeping_files", lambda store: nullcontext())


def test_what_is_put_on_record_is_what_reading_every_file_gives(store, tmp_path, monkeypatch):
    """Twelve days on either database, beside a book on SQLite whose cases are all read every time."""
    alike(store, tmp_path, monkeypatch, 12, 12)


@pytest.mark.slow
def test_what_is_put_on_record_in_two_months(store, tmp_path, monkeypatch):
    """Sixty days of thirty customers, through promises, complaints, requests for help and charge-offs. Slow: twice sixty nights."""
    alike(store, tmp_path, monkeypatch, 30, 60)


def alike(store: Store, tmp_path, monkeypatch, customers: int, days: int) -> None:
    owing(store, customers)
    wrong = worked(store, days, rows_say_what_files_do)
    read_all(monkeypatch)
    with create_store(f"sqlite:///{tmp_path / 'read-all.db'}") as other:
        owing(other, customers)
        assert worked(other, days) == wrong
        assert record(other) == record(store)


def test_a_night_without_work_reads_no_file(store, monkeypatch):
    """Cases that wait cost a row each: their files stay closed, however many they are."""
    owing(store, 12)
    done(store, Deaf())
    close(store, TODAY)
    on = TODAY + timedelta(days=1)
    assert len(cases_waiting(store, on)) == 9
    read: list[int] = []
    real = late.books

    def counted(store, customers, kinds=late.KINDS):
        ids = list(customers)
        read.extend(ids)
        return real(store, ids, kinds)

    monkeypatch.setattr(late, "books", counted)
    waits = {one.customer_id for one in cases_waiting(store, on) if one.due_at > f"{on}"}
    assert waits
    done(store, Deaf(), on)
    assert waits.isdisjoint(read)


def test_a_row_that_does_not_say_how_late_is_looked_at():
    row = waiting.Row(1, "waiting", "2026-09-01T16:00:00Z", "nothing", datetime(2026, 3, 1, tzinfo=UTC), 3, False)
    assert row.noted_days == NOT_TOLD
    assert to_look_at([row], TODAY, RULES) == [1]
    assert to_look_at([row._replace(note="3 days; 1.00 CNY")], TODAY, RULES) == []
    assert to_look_at([row._replace(note="3 days; 1.00 CNY", opened_at=datetime(2020, 1, 1, tzinfo=UTC))], TODAY, RULES) in ([], [1])


def test_kept_files_are_what_the_store_has(store):
    """Of a file that is kept only what came since is read; what is kept is bounded, and whole however often it was forgotten."""
    owing(store, 4)
    store.files = KeptFiles(most=3) if store.kind == "sqlite" else None
    for number in range(6):
        for customer_id in (1, 2, 3):
            said = {
                "key": f"w{customer_id}-{number}",
                "customer_id": customer_id,
                "on": DRAWN.isoformat(),
                "channels": ["usual"],
                "language": "en",
            }
            (outcome,) = execute_many(
                store, WIRING, [read_command(said, "prefer_reminders")], actor="t", now=datetime(2026, 2, 1, 8, tzinfo=UTC), rules=RULES
            )
            assert isinstance(outcome, Answer), outcome
    for kinds in ((), ("reminder.preference",), ("case.opened",)):
        with store.transaction() as transaction:
            kept = transaction.take([], [Want(1, kinds=kinds), Want(2, kinds=kinds)]).sheets
        store.files, files = None, store.files
        with store.transaction() as transaction:
            plain = transaction.take([], [Want(1, kinds=kinds), Want(2, kinds=kinds)]).sheets
        store.files = files
        for one in (1, 2):
            want = Want(one, kinds=kinds)
            assert kept[one].book(want).filings == plain[one].book(want).filings
    assert store.files is None or store.files.count <= 6 + 3
