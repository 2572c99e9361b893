"""Cases end to end on both databases: arrears, the queue, two collectors, a promise and what became of it, the desk and its command."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime

import pytest

from plimsoll.app import case_desk
from plimsoll.app.business_day import At, at_instant
from plimsoll.app.case_desk import DUE, HELD, WAITS, WORTH, Collector, Shown, listed, notes, shown, suggest_next, take_next
from plimsoll.app.execute import Answer, execute
from plimsoll.app.execute_many import execute_many
from plimsoll.app.file import filings_of, work
from plimsoll.app.show.queues import WorkAsked, queue_counts, work_page
from plimsoll.app.verify import verify
from plimsoll.app.wiring import WIRING, read_command
from plimsoll.collections.case import AFTER, QUEUE, case_of
from plimsoll.interfaces.cli import main as cli
from plimsoll.loan.filing import of_kind
from plimsoll.rulebook.rules import load
from plimsoll.units.refusal import Refused

RULES = load()
AMOUNTS = {1: "9000.00", 2: "24000.00", 3: "600.00"}


def at(day: str, time: str = "04:00") -> datetime:
    """An instant, in UTC."""
    return datetime.fromisoformat(f"{day}T{time}:00").replace(tzinfo=UTC)


def give(store, customer: int, key: str, on: str, command: str, *, actor: str = "test", time: str = "04:00", **said: object):
    """Execute one command written as text; its answer, or why not."""
    read = read_command({"command": command, "key": f"{customer}-{key}", "customer_id": customer, "on": on, **said})
    outcome = execute(store, WIRING, read, actor=actor, now=at(on, time), rules=RULES)
    return json.loads(outcome.text) if isinstance(outcome, Answer) else outcome


def in_arrears(store, **told: str) -> None:
    """Three customers whose first instalment of 15 February is missing, each with a case on the 20th, to be called by people."""
    told = told or {"ability": "can", "willingness": "unwilling"}
    for customer, amount in AMOUNTS.items():
        limits = {"currency": "CNY", "limit": "50000.00", "cash_limit": "30000.00", "later_limit": "20000.00", "loan_id": customer * 100}
        give(store, customer, "a", "2026-01-10", "open_customer")
        give(store, customer, "b", "2026-01-10", "open_line", **limits)
        cash = {"currency": "CNY", "amount": amount, "rate": "0.0005", "instalments": 12, "loan_id": customer * 100 + 1}
        assert give(store, customer, "c", "2026-01-15", "draw", **cash)["loan_id"]
        assert give(store, customer, "d", "2026-02-20", "open_case", **told)["case_id"] == "case-1"


def when(day: str, time: str = "04:00") -> At:
    """An instant in a house that is open on the day of the clock."""
    return at_instant(at(day, time))


def order(store, now: datetime) -> list[tuple[str, int]]:
    """The queue as rank and customer."""
    return [(row.rank, row.work.customer_id) for row in listed(store, at_instant(now))]


def test_the_queue_from_arrears_to_the_end(store):
    in_arrears(store)
    assert order(store, at("2026-02-20")) == [(WORTH, 2), (WORTH, 1), (WORTH, 3)], "what a contact is worth most for comes first"
    promise = {"currency": "CNY", "amount": "2100.00", "due_on": "2026-02-24", "channel": "call"}
    assert give(store, 2, "e", "2026-02-20", "make_promise", **promise)["promise_id"] == "promise-1"
    assert give(store, 3, "e", "2026-02-20", "follow_up", due_on="2026-02-23", reason="payday")["state"] == "open"
    assert order(store, at("2026-02-20")) == [(WORTH, 1), (WAITS, 2), (WAITS, 3)]
    assert order(store, at("2026-02-22", "16:00")) == [(DUE, 3), (WORTH, 1), (WAITS, 2)], "the 23rd begins in China at 16:00 UTC"
    assert order(store, at("2026-02-25", "16:00"))[0] == (DUE, 2), "two are due, and more is at stake for customer 2"
    li = Collector("li")
    for sees, comes in (({1, 2, 3}, 2), ({1, 3}, 3), ({1}, 1), (set(), None)):
        assert suggest_next(store, li, when("2026-02-26"), RULES, sees.__contains__) == comes, "what is due comes first, of those one sees"
    assert take_next(store, li, when("2026-02-26"), RULES) == 2
    case = case_of(filings_of(store, 2))
    assert (case.promises[0].state, case.row, case.held_by(at("2026-02-26"))) == ("broken", "C5", "li"), "settled before it was handed out"
    give(store, 3, "f", "2026-02-26", "repay", currency="CNY", amount="100.00")
    paid = shown(store, 3, Collector("chen"), when("2026-02-26"), RULES)
    assert (paid.next.action, paid.next.because, paid.script) == ("close_case", ("nothing past due",), {})
    assert not [one for one in paid.allowed if one.startswith(("contact:", "make_promise"))], "nobody is asked for what is not owed yet"
    assert take_next(store, Collector("chen"), when("2026-02-26"), RULES) == 1, "customer 3 has paid and is not handed out"
    assert suggest_next(store, li, when("2026-02-26"), RULES, {3}.__contains__) is None
    assert case_of(filings_of(store, 3)) is None
    assert take_next(store, Collector("wu"), when("2026-02-26", "04:05"), RULES) is None
    assert order(store, at("2026-02-26", "04:05")) == [(HELD, 2), (HELD, 1)]
    assert take_next(store, Collector("wu"), when("2026-02-26", "04:30"), RULES) == 2, "the time of the claim is over"
    for customer in AMOUNTS:
        assert len(work(store, QUEUE, limit=10)) == len(AMOUNTS), customer
    assert verify(store).breaches == {}


def test_two_collectors_never_get_the_same_case(store):
    in_arrears(store)
    with ThreadPoolExecutor(2) as pool:
        calls = [pool.submit(take_next, store, Collector(name), when("2026-02-20"), RULES) for name in ("li", "chen")]
        taken = [call.result() for call in calls]
    assert set(taken) <= {*AMOUNTS, None}
    got = [one for one in taken if one is not None]
    assert got, "somebody got one"
    assert len(set(got)) == len(got), "nobody got the other's"
    for customer in got:
        claims = of_kind(filings_of(store, customer), "case.claimed")
        assert [one.actor for one in claims] == [case_of(filings_of(store, customer)).assigned_to]


def test_of_two_who_claim_one_case_at_once_one_gets_it(store):
    in_arrears(store)
    for number in range(4):
        with ThreadPoolExecutor(2) as pool:
            calls = [pool.submit(give, store, 1, f"{name}-{number}", "2026-02-20", "claim_case", actor=name) for name in ("li", "chen")]
            said = [call.result() for call in calls]
        refused = [one for one in said if isinstance(one, Refused)]
        assert [one.code for one in refused] == ["case_claimed"], said
        holder = next(one["held_by"] for one in said if not isinstance(one, Refused))
        assert case_of(filings_of(store, 1)).held_by(at("2026-02-20")) == holder
        assert give(store, 1, f"free-{number}", "2026-02-20", "release_case", actor=holder)["assigned_to"] == ""


def test_a_short_list_ranks_as_the_whole_one_does(store):
    in_arrears(store)
    for customer in (1, 2, 3):
        give(store, customer, "f", "2026-02-20", "follow_up", due_on="2026-02-22", reason="payday")
    evening = at("2026-02-22")
    assert order(store, evening) == [(DUE, 2), (DUE, 1), (DUE, 3)]
    assert [(row.rank, row.work.customer_id) for row in listed(store, at_instant(evening), limit=1)] == [(DUE, 2)], (
        "what is due is not among the rest too"
    )


def test_skills_and_capacity(store, monkeypatch):
    in_arrears(store)
    monkeypatch.setattr(case_desk, "PAGES", (1, 100))
    give(store, 1, "e", "2026-02-20", "escalate_case", skill="senior", reason="asks for terms")
    senior = Collector("li", frozenset({"senior"}))
    assert take_next(store, senior, when("2026-02-20"), RULES) == 1, "the first page holds customer 2 alone, who does not suit"
    assert take_next(store, Collector("li", frozenset({"plans"})), when("2026-02-20"), RULES) is None
    for customer in range(4, 10):
        limits = {"currency": "CNY", "limit": "50000.00", "cash_limit": "30000.00", "later_limit": "20000.00", "loan_id": customer * 100}
        give(store, customer, "a", "2026-01-10", "open_customer")
        give(store, customer, "b", "2026-01-10", "open_line", **limits)
        cash = {"currency": "CNY", "amount": "5000.00", "rate": "0.0005", "instalments": 12, "loan_id": customer * 100 + 1}
        give(store, customer, "c", "2026-01-15", "draw", **cash)
        give(store, customer, "d", "2026-02-20", "open_case", ability="can", willingness="unwilling")
    taken = [take_next(store, Collector("li"), when("2026-02-20"), RULES) for _ in range(5)]
    assert taken[0] == 2
    assert isinstance(taken[4], Refused), "with the first one that makes five"
    assert taken[4].code == "collector_at_capacity"


def test_nobody_is_handed_a_case_that_rests(store):
    in_arrears(store)
    give(store, 2, "e", "2026-02-20", "open_hardship", hardship_id="h1", currency="CNY", income="4000.00", city_tier="tier2")
    give(store, 1, "e", "2026-02-20", "tell_contact_fact", fact="disputed", about="amount")
    assert take_next(store, Collector("li"), when("2026-02-20"), RULES) == 3
    assert case_of(filings_of(store, 2)).treatment == "rest", "looked at on the way"


def test_what_comes_next_is_what_the_policy_of_today_says_and_the_record_keeps_what_was_decided(store):
    in_arrears(store, ability="unknown")
    early = shown(store, 3, Collector("li"), when("2026-02-20"), RULES)
    assert (early.next.row, early.next.because) == ("C13", ("days 5 <= 7", "owed_band small = small"))
    kept = filings_of(store, 3)
    late = shown(store, 3, Collector("li"), when("2026-03-30"), RULES)
    assert (late.next.row, late.case.bucket, late.case.days) == ("C15", "mid", 43)
    told = notes(store, [3, 3, 77], when("2026-03-30"), RULES)
    assert [(customer, line.split("; ")[0], line.split("; ")[2:]) for customer, line in told.items()] == [
        (3, "43 days", ["ai_call", "general"])
    ]
    assert case_of(filings_of(store, 3)).row == "C13"
    assert filings_of(store, 3) == kept, "looking changes nothing"
    give(store, 3, "p", "2026-03-30", "repay", currency="CNY", amount="300.00")
    assert notes(store, [3], when("2026-03-30"), RULES)[3].split("; ")[2] == "close_case"


def test_days_are_those_of_the_business_date_and_holds_those_of_the_clock(store):
    """The house is open on 21 February; the clock says the 28th."""
    in_arrears(store)
    give(store, 2, "e", "2026-02-20", "follow_up", due_on="2026-02-23", reason="payday")
    behind = At(at("2026-02-28"), date(2026, 2, 21))
    assert [(row.rank, row.work.customer_id) for row in listed(store, behind)] == [(WORTH, 1), (WORTH, 3), (WAITS, 2)]
    assert not any(one.is_overdue for one in work_page(store, QUEUE, behind).rows)
    assert take_next(store, Collector("li"), behind, RULES) == 1
    assert [row.rank for row in listed(store, behind)] == [WORTH, HELD, WAITS], "held by the clock"
    later = At(at("2026-02-28", "05:00"), date(2026, 2, 21))
    assert [row.rank for row in listed(store, later)] == [DUE, WORTH, WAITS], "the claim ran out, the follow-up is not due"
    assert queue_counts(store, later, [QUEUE], [None])[0].overdue == 1
    assert work_page(store, QUEUE, later, WorkAsked(is_overdue=True)).rows[0].customer_id == 1
    assert shown(store, 2, Collector("li"), behind, RULES).debt.days == 6


def test_a_case_as_a_whole(store):
    in_arrears(store, ability="unknown")
    assert take_next(store, Collector("li"), when("2026-02-20"), RULES) is None, "calls of a machine take nobody's time"
    give(store, 2, "m", "2026-02-20", "follow_up", due_on="2026-02-20", reason=f"{AFTER}ai_call")
    assert take_next(store, Collector("li"), when("2026-02-20"), RULES) is None, "nor do they the next time"
    give(store, 3, "m", "2026-02-20", "follow_up", due_on="2026-02-20", reason="asked to be called; after lunch")
    assert take_next(store, Collector("li"), when("2026-02-20"), RULES) == 3, "what a person agreed on is a person's"
    call = {"channel": "call", "purpose": "collect", "by": "lender", "zone": "Asia/Shanghai", "number": "n1"}
    assert give(store, 1, "e", "2026-02-20", "attempt_contact", contact_id="c1", **call)["allowed"]
    assert give(store, 1, "f", "2026-02-20", "note_outcome", contact_id="c1", code="hung_up")["follow_up_on"] == "2026-02-22"
    found = shown(store, 1, Collector("li"), when("2026-02-22"), RULES)
    assert isinstance(found, Shown)
    assert (found.next.action, found.next.channel, found.next.row) == ("ai_call", "ai_call", "C14")
    assert found.next.because == ("bucket short = short",)
    assert "an automated voice" in found.script["opening"]
    assert "this is the voice assistant" in found.script["opening"], "a machine goes by no name of a person"
    left = {one.channel: (one.today, one.week) for one in found.budget}
    assert left["call"] == (3, 14), "one of the fifteen in seven days was used on the 20th"
    assert left["sms"] == (1, 7)
    assert [one.kind for one in found.timeline] == [
        "case.opened",
        "contact.attempted",
        "contact.outcome",
        "case.contacted",
        "case.follow_up",
    ]
    at_night = shown(store, 1, Collector("li"), when("2026-02-22", "13:30"), RULES)
    assert (at_night.next.action, at_night.next.held) == ("wait", "POLICY.CONTACT.QUIET"), "21:30 in China"
    assert at_night.next.not_before == "2026-02-23T09:00:00+08:00"
    assert "contact:call" not in at_night.allowed
    assert shown(store, 77, Collector("li"), when("2026-02-22"), RULES).code == "customer_unknown"


@pytest.mark.parametrize("kind", ["sqlite"])
def test_the_command(store, database, kind, capsys):
    in_arrears(store)
    words = ["--db", database, "--at", "2026-02-20T12:00:00+08:00"]
    assert cli.main(["queue", "list", *words, "--json"]) == 0
    listed_now = json.loads(capsys.readouterr().out)["cases"]
    assert [one["customer_id"] for one in listed_now] == [2, 1, 3]
    assert cli.main(["queue", *words]) == 0
    assert "24432.43 CNY" in capsys.readouterr().out
    assert cli.main(["queue", "next", "--actor", "li", "--skill", "general", *words, "--json"]) == 0
    case = json.loads(capsys.readouterr().out)
    assert (case["customer_id"], case["held_by"], case["arm"]) == (2, "li", "champion")
    assert cli.main(["queue", "show", "2", *words, "--language", "zh-CN"]) == 0
    told = capsys.readouterr().out
    assert "建案" in told
    assert "工作人员" in told
    assert cli.main(["queue", "show", "2", *words[:2], "--at", "2026-02-20T12:00:00"]) == 2, "an instant without a zone"
    assert cli.main(["queue", "next", "--actor", "li", "--skill", "charm", *words]) == 2
    assert cli.main(["queue", "show", "77", *words]) == 3
    assert cli.main(["queue", "next", "--actor", "li", "--skill", "plans", *words]) == 3


@pytest.mark.parametrize("kind", ["sqlite"])
def test_the_command_of_promises(store, database, kind, capsys):
    in_arrears(store)
    words = ["--db", database, "--at", "2026-02-20T12:00:00+08:00"]
    for customer, due, amount in ((1, "2026-02-20", "500.00"), (2, "2026-02-21", "300.00"), (3, "2026-03-01", "100.00")):
        said = {"currency": "CNY", "amount": amount, "due_on": due, "channel": "call"}
        assert give(store, customer, "p", "2026-02-20", "make_promise", **said)["promise_id"] == "promise-1"
    assert cli.main(["queue", "promises", *words, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert [(one["when"], one["count"], one["amount"]) for one in told["open"]] == [
        ("today", 1, "500.00"),
        ("tomorrow", 1, "300.00"),
        ("later", 1, "100.00"),
    ]
    give(store, 1, "q", "2026-02-20", "repay", currency="CNY", amount="700.00")
    give(store, 1, "r", "2026-02-20", "settle_promise", promise_id="promise-1")
    give(store, 2, "r", "2026-02-23", "settle_promise", promise_id="promise-1")
    give(store, 3, "r", "2026-02-23", "cancel_promise", promise_id="promise-1", reason="a plan")
    assert cli.main(["queue", "promises", "--db", database, "--at", "2026-02-23T12:00:00+08:00"]) == 0
    assert "1 broken, 1 cancelled, 1 kept; 500.00 of 800.00 CNY came in time (62.50 %)" in capsys.readouterr().out


def test_a_promise_of_everything_is_kept_by_a_loan_that_is_paid_off(store):
    in_arrears(store)
    said = {"currency": "CNY", "amount": "600.00", "due_on": "2026-02-22", "channel": "call"}
    assert give(store, 3, "e", "2026-02-20", "make_promise", **said)["promise_id"] == "promise-1"
    give(store, 3, "f", "2026-02-22", "settle", loan_id=301)
    kept = give(store, 3, "g", "2026-02-22", "settle_promise", promise_id="promise-1")
    assert (kept["state"], kept["paid"]) == ("kept", "611.42"), "the loan is paid off, and its history counts all the same"
    many = [
        read_command({"command": "move_case", "key": f"m{n}", "customer_id": n, "on": "2026-03-18"}) if n < 3
        else read_command({"command": "close_case", "key": f"m{n}", "customer_id": n, "on": "2026-03-18"})
        for n in AMOUNTS
    ]  # fmt: skip
    told = [json.loads(one.text) for one in execute_many(store, WIRING, many, actor="night", now=at("2026-03-18"), rules=RULES)]
    assert [(one["state"], one["bucket"]) for one in told] == [("open", "mid"), ("open", "mid"), ("closed", "short")]
