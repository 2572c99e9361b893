"""The customer's file: what is put on record stays, is numbered, is read back as it was, and comes with its command or not at all."""

import json
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plimsoll.app import file
from plimsoll.app.database.sheet import Sheet, Want, hold_filings
from plimsoll.app.execute import Answer, Verb, execute
from plimsoll.app.execute_many import execute_many
from plimsoll.app.file import filings_of, filings_on, work, work_on
from plimsoll.app.verify import verify
from plimsoll.loan.book import Decision, LoadLine
from plimsoll.loan.filing import Filing, NewFiling, WorkItem, body_of, instant_text, of_kind, read_body
from plimsoll.units.refusal import Refused
from tests.toys import (
    DAY,
    NOW,
    ROOM,
    UNSAID,
    WIRING,
    Draw,
    Mark,
    Note,
    Open,
    OpenAccount,
    Purchase,
    Repay,
    ToyRules,
    check_book,
    counts,
    rows,
    run,
)

ON = DAY.toordinal()
POSTGRES = [pytest.param("postgresql", marks=pytest.mark.postgres)]


@dataclass(frozen=True, slots=True)
class Do:
    """Do what a decision says that the test hands in."""

    key: str
    customer_id: int
    on: date = DAY


CHAIN = "audit chain: "


def do(store, decision, key="do", customer_id=1):
    wiring = {Do: Verb("do", lambda book, command, rules: decision, "line")}
    return execute(store, wiring, Do(key, customer_id), actor="test", now=NOW, rules=ToyRules)


@pytest.fixture
def opened(store):
    run(store, Open("a", 1))
    return store


def seen(store, key="see", customer_id=1, **said):
    """What a command sees of the file, as rows of JSON."""
    answer = run(store, Note(key, customer_id, times=0, **said))
    return json.loads(answer.text)


@given(st.dictionaries(st.text(), st.recursive(st.none() | st.booleans() | st.integers() | st.text(), st.lists, max_leaves=5)))
def test_a_body_says_the_same_whatever_the_order(said):
    body = body_of(said)
    assert body == body_of(dict(reversed(said.items())))
    assert json.loads(body) == said == read_body(NewFiling("evidence", "", body))


@pytest.mark.parametrize("number", [float("nan"), float("inf")])
def test_a_body_has_no_number_that_is_not_finite(number):
    with pytest.raises(ValueError, match="JSON"):
        body_of({"a": number})


def test_instants_sort_as_their_text():
    moments = [NOW + timedelta(days=n % 7, seconds=n) for n in range(50)]
    assert [instant_text(at) for at in sorted(moments)] == sorted(instant_text(at) for at in moments)
    with pytest.raises(AssertionError):
        instant_text(NOW.astimezone(timezone(timedelta(hours=8))))


def test_what_is_filed_is_read_back_as_it_was(opened):
    run(opened, Note("n1", 1, "银行 \"a\\b'", times=2))
    run(opened, Note("n2", 1, "", kind="consent.granted", on=DAY + timedelta(days=3)))
    first = body_of({"seen": 0, "by": "test", "at": str(NOW), "loans": []})
    second = body_of({"seen": 2, "by": "test", "at": str(NOW), "loans": []})
    assert filings_of(opened, 1) == (
        Filing(1, "evidence", "银行 \"a\\b'", ON, NOW, "test", first),
        Filing(2, "evidence", "银行 \"a\\b'", ON, NOW, "test", first),
        Filing(3, "consent.granted", "", ON + 3, NOW, "test", second),
    )
    assert filings_of(opened, 2) == ()
    assert [row[0] for row in seen(opened)] == [1, 2, 3]
    assert [row[:3] for row in seen(opened, "see2", reads="line+file:consent.granted,lesson.taken")] == [[3, "consent.granted", ""]]
    assert seen(opened, "see3", reads="line") == []
    assert [one.n for one in of_kind(filings_of(opened, 1), "evidence")] == [1, 2]
    assert of_kind(filings_of(opened, 1), "evidence", "x") == []
    check_book(opened)


def test_an_instant_is_filed_in_utc_to_the_microsecond(opened):
    at = datetime(2026, 2, 1, 0, 30, 0, 123_456, tzinfo=timezone(timedelta(hours=8)))
    execute(opened, WIRING, Note("n", 1), actor="who", now=at, rules=ToyRules)
    (filing,) = filings_of(opened, 1)
    assert (filing.at, filing.at.tzinfo, filing.actor) == (at, UTC, "who")
    assert read_body(filing)["at"] == "2026-01-31 16:30:00.123456+00:00", "the decision is told the instant in UTC"


def test_a_body_of_two_hundred_thousand_bytes_is_kept(opened):
    body = body_of({"a": "界" * 66_000})
    assert isinstance(do(opened, Decision(filings=(NewFiling("evidence", "", body),))), Answer)
    assert filings_of(opened, 1)[0].body == body


def test_a_repeat_files_nothing_and_a_refusal_neither(opened):
    first = run(opened, Note("n", 1, "x", state="open"))
    before = counts(opened)
    assert run(opened, Note("n", 1, "x", state="open")) == Answer(first.text, is_replayed=True)
    assert run(opened, Note("n", 1, "y", state="open")).code == "key_reused"
    assert run(opened, Note("m", 1, times=-1)).code == "amount_must_be_positive"
    assert run(opened, Note("o", 7)).code == "customer_unknown"
    assert do(opened, Decision(), customer_id=7).code == "customer_unknown"
    assert counts(opened) == before


@pytest.mark.parametrize(
    "new", [NewFiling("gossip", "", "{}"), NewFiling("evidence", "", "[]"), NewFiling("evidence", "", '{"a":"' + "x" * 200_000 + '"}')]
)
def test_what_is_no_filing_is_a_bug_and_stores_nothing(opened, new):
    before = counts(opened)
    with pytest.raises(AssertionError):
        do(opened, Decision(filings=(new,)))
    assert counts(opened) == before


def test_filings_come_with_the_rest_of_the_decision_or_not_at_all(opened):
    """What the limit refuses, and what the kernel refuses, puts nothing on record."""
    wiring = dict(WIRING)

    def draw_and_file(book, command, rules):
        drawn = WIRING[Draw].decide(book, command, rules)
        return Decision(loans=drawn.loans, answer=drawn.answer, filings=(NewFiling("disclosure.shown", "d", "{}"),),
                        work=(WorkItem("review", "d", "open", 1, "", "", ""),))  # fmt: skip

    wiring[Draw] = Verb("draw", draw_and_file, "line+file")
    outcomes = list(execute_many(opened, wiring, [Draw("x", 1, 10, 10_000_001), Draw("y", 1, 11, 500)], actor="t", now=NOW, rules=ToyRules))
    assert outcomes[0].code == "limit_exceeded"
    assert isinstance(outcomes[1], Answer)
    assert execute(opened, wiring, Draw("z", 1, 12, 10_000_001), actor="t", now=NOW, rules=ToyRules).code == "limit_exceeded"
    assert [filing.n for filing in filings_of(opened, 1)] == [1]
    assert len(work(opened, "review")) == 1
    check_book(opened)


def test_a_customer_may_be_opened_with_a_file_and_a_load_line_and_no_line(store):
    load_line = LoadLine("CNY", 80_000, 9_000, 95_000_001, ON)
    decision = Decision(customer_opened_on=ON, filings=(NewFiling("evidence", "a", "{}"),), load_line=load_line)
    assert isinstance(do(store, decision), Answer)
    again = Decision(filings=(NewFiling("decision", "a", "{}"),), load_line=load_line._replace(capacity_minor=70_000))
    assert isinstance(do(store, again, "again"), Answer)
    with store.transaction() as transaction:
        sheet = transaction.take_one("k", Want(1)).sheets[1]
    assert (sheet.line, sheet.load_line) == (None, load_line._replace(capacity_minor=70_000))
    assert [filing.kind for filing in filings_of(store, 1)] == ["evidence", "decision"]


def test_filings_are_streamed_by_kind_and_day(store, monkeypatch):
    monkeypatch.setattr(file, "PAGE", 4)
    for customer_id in range(1, 6):
        run(store, Open(f"o{customer_id}", customer_id))
        for n in range(3):
            on = DAY + timedelta(days=n)
            run(store, Note(f"n{customer_id}.{n}", customer_id, times=2, on=on, reads="line"))
            run(store, Note(f"c{customer_id}.{n}", customer_id, kind="consent.granted", on=on, reads="line"))
    found = [(customer_id, filing.n, filing.on - ON) for customer_id, filing in filings_on(store, "evidence", ON + 1)]
    assert found == [(customer_id, n, 1) for customer_id in range(1, 6) for n in (4, 5)]
    through = [(filing.on - ON, customer_id) for customer_id, filing in filings_on(store, "consent.granted", ON + 1, ON + 9)]
    assert through == [(day, customer_id) for day in (1, 2) for customer_id in range(1, 6)]
    assert list(filings_on(store, "lesson.taken", ON)) == []


def item(store, subject="x"):
    found = work_on(store, "review", 1, subject)
    return None if found is None else found.item


def test_a_row_of_a_queue_takes_the_place_of_the_one_before(opened):
    later = NOW + timedelta(hours=5)
    run(opened, Note("n1", 1, "x", state="open", priority=3))
    execute(opened, WIRING, Note("n2", 1, "x", state="claimed", priority=7), actor="t", now=later, rules=ToyRules)
    run(opened, Note("n3", 1, "y", state="done"))
    found = work_on(opened, "review", 1, "x")
    assert found.item == WorkItem("review", "x", "claimed", 7, "2026-02-01T08:00:00Z", "", "")
    assert (found.opened_at, found.changed_at) == (NOW, later)
    assert {one.item.subject for one in work(opened, "review")} == {"x", "y"}
    assert [one.item.subject for one in work(opened, "review", "done")] == ["y"]
    assert work(opened, "complaint") == []
    assert work_on(opened, "review", 2, "x") is None


def test_the_last_of_several_in_one_transaction_counts(opened):
    commands = [Note(f"n{n}", 1, "x", state=state, priority=n) for n, state in enumerate(("open", "done", "waiting"))]
    outcomes = list(execute_many(opened, WIRING, commands, actor="t", now=NOW, rules=ToyRules))
    assert all(isinstance(one, Answer) for one in outcomes)
    two = tuple(WorkItem("review", "y", state, 1, "", "", "") for state in ("open", "claimed"))
    assert isinstance(do(opened, Decision(work=two)), Answer)
    assert (item(opened).state, item(opened).priority) == ("waiting", 2)
    assert item(opened, "y").state == "claimed"


def test_a_queue_is_read_with_the_most_urgent_first(opened):
    soon, late = "2026-02-01T08:00:00Z", "2026-03-01T08:00:00Z"
    rows_of_work = [("a", 1, ""), ("b", 5, ""), ("c", 5, late), ("d", 5, soon), ("e", 9, late)]
    given_work = tuple(WorkItem("complaint", subject, "open", priority, due, subject, "") for subject, priority, due in rows_of_work)
    do(opened, Decision(work=given_work))
    assert [one.item.subject for one in work(opened, "complaint", "open")] == ["e", "d", "c", "b", "a"]
    assert [one.item.subject for one in work(opened, "complaint", limit=2)] == ["e", "d"]
    assert [one.item.subject for one in work(opened, "complaint", assigned_to="c")] == ["c"]


@pytest.mark.parametrize(
    "wrong",
    [
        WorkItem("review", "x", "lost", 1, "", "", ""),
        WorkItem("review", "x", "open", 1, "2026-02-01T08:00:00+00:00", "", ""),
        WorkItem("review", "x", "open", 1, "tomorrow", "", ""),
    ],
)
def test_what_is_no_work_is_a_bug(opened, wrong):
    with pytest.raises((AssertionError, ValueError)):
        do(opened, Decision(work=(wrong,)))
    assert item(opened) is None


def test_a_load_line_holds_whatever_is_taken_and_lets_everything_be_given_back(opened):
    run(opened, Mark("m", 1, 100_000))
    run(opened, OpenAccount("acc", 1, 20))
    assert isinstance(run(opened, Draw("d", 1, 10, 60_000)), Answer)
    assert run(opened, Draw("e", 1, 11, 40_001)) == Refused("load_line_passed", detail="600.00 used of 1000.00 CNY, 400.01 asked for")
    assert run(opened, Purchase("p", 1, 20, 40_001)).code == "load_line_passed"
    assert isinstance(run(opened, Purchase("p", 1, 20, 40_000)), Answer)
    assert isinstance(run(opened, Mark("lower", 1, 10_000)), Answer), "a load line may fall below what is used"
    assert run(opened, Purchase("q", 1, 20, 1)).code == "load_line_passed"
    assert isinstance(run(opened, Repay("r", 1, 500, 10)), Answer)
    assert isinstance(run(opened, Mark("raise", 1, 200_000)), Answer)
    assert isinstance(run(opened, Purchase("q", 1, 20, 1)), Answer)
    (line,) = rows(opened, "line")
    assert (line["load_currency"], line["load_capacity_minor"], line["load_room_minor"]) == ("CNY", 200_000, ROOM)
    assert (line["load_stress_ppb"], line["load_on"]) == (95_000_001, DAY)
    check_book(opened)


def test_a_load_line_of_nothing_lets_nothing_be_taken(opened):
    run(opened, Mark("m", 1, 0))
    assert run(opened, Draw("d", 1, 10, 1)).code == "load_line_passed"


def test_the_limit_is_said_first_where_both_are_passed(opened):
    run(opened, Mark("m", 1, 100))
    assert run(opened, Draw("d", 1, 10, 10_000_001)).code == "limit_exceeded"


def test_a_load_line_is_in_the_currency_of_the_line(opened):
    before = counts(opened)
    assert do(opened, Decision(load_line=LoadLine("USD", 1, 1, 1, ON))).code == "currency_must_match"
    assert counts(opened) == before


def test_a_verb_reads_the_loan_it_names_beside_all_that_are_open(opened):
    for loan_id in (13, 11, 12):
        run(opened, Draw(f"d{loan_id}", 1, loan_id, 1_000))
    for loan_id in (11, 12):
        run(opened, Repay(f"r{loan_id}", 1, 9_000, loan_id))
    for command in (Note("n1", 1, loan_id=11, reads="loan+open loans"), Note("n2", 1, loan_id=99, reads="loan+open loans+file")):
        assert isinstance(run(opened, command), Answer)
    many = [Note("n3", 1, loan_id=11, reads="loan+facts+open loans+file"), Note("n4", 1, reads="open loans")]
    assert all(isinstance(one, Answer) for one in execute_many(opened, WIRING, many, actor="t", now=NOW, rules=ToyRules))
    assert [read_body(filing)["loans"] for filing in filings_of(opened, 1)] == [[11, 13], [13], [11, 13], [13]]


def test_a_filing_that_came_after_the_customer_was_read_is_not_seen():
    """Without a lock the customer and the file are two reads: the file is cut to what the customer knew."""
    sheet = Sheet(1, filings_count=1)
    hold_filings({1: sheet}, [(1, n, "evidence", "", None, NOW, "t", "{}") for n in (1, 2)], {None: ON})
    assert [filing.n for filing in sheet.filings] == [1]


@pytest.mark.parametrize("kind", POSTGRES, indirect=True)
def test_what_was_filed_under_a_decision_makes_it_anew(store):
    """Nobody is locked while a department decides; who filed meanwhile is seen when it decides again."""
    run(store, Open("a", 1))
    wiring = dict(WIRING)

    def decide(book, command, rules):
        if not book.filings:
            run(store, Note("meanwhile", 1))
        return Decision(filings=(NewFiling("decision", str(len(book.filings)), "{}"),))

    wiring[Note] = Verb("note", decide, "line+file")
    assert isinstance(execute(store, wiring, Note("n", 1), actor="t", now=NOW, rules=ToyRules), Answer)
    assert [(filing.n, filing.kind, filing.subject) for filing in filings_of(store, 1)] == [(1, "evidence", ""), (2, "decision", "1")]


def test_a_missing_filing_and_a_stranger_are_found(opened):
    run(opened, Note("n", 1, times=3))
    assert verify(opened).breaches.keys() <= UNSAID
    with opened.driver() as connection:
        if opened.kind == "sqlite":
            connection.execute("DROP TRIGGER filing_no_delete")
        else:
            connection.execute("SET session_replication_role = replica")
        connection.execute("DELETE FROM filing WHERE n = 2")
        connection.execute("INSERT INTO work_item SELECT 7, 'review', '', 1, 'open', 1, '', '', '', at, at FROM audit WHERE command_n = 1")
        if opened.kind == "postgresql":
            connection.execute("RESET session_replication_role")
    breaches = verify(opened).breaches
    assert {said: ids for said, ids in breaches.items() if said not in UNSAID and not said.startswith(CHAIN)} == {
        "filings are not numbered without a gap": [(1, 0)],
        "rows of work_item of a customer who is not there": [(7, 0)],
    }
    assert [said for said in breaches if said.startswith(CHAIN)] == [
        f"{CHAIN}filing: not numbered without a gap up to what is counted, of 1"
    ]
