"""Hardship end to end on both databases: the request, the decision, a plan agreed to by two, its monitoring, its break."""

import json
from datetime import UTC, date, datetime, timedelta

from plimsoll.app.execute import Answer, execute
from plimsoll.app.file import filings_of, work_on
from plimsoll.app.verify import verify
from plimsoll.app.wiring import WIRING, read_command
from plimsoll.interfaces.cli.main import main
from plimsoll.risk.complaint import is_collection_stopped
from plimsoll.rulebook.rules import load
from plimsoll.units.refusal import Refused

AT = datetime(2026, 4, 20, 9, tzinfo=UTC)
RULES = load()


def give(store, number: int, on: str, actor: str = "test", **said: object) -> dict | Refused:
    """Execute one command written as text; its answer, or why not."""
    command = read_command({"key": f"k{number}", "customer_id": 1, "on": on} | said)
    now = datetime.combine(date.fromisoformat(on), AT.timetz()) + timedelta(seconds=number)
    outcome = execute(store, WIRING, command, actor=actor, now=now, rules=RULES)
    return json.loads(outcome.text) if isinstance(outcome, Answer) else outcome


def test_hardship_from_request_to_break(store):
    limits = {"currency": "CNY", "limit": "50000.00", "cash_limit": "30000.00", "later_limit": "20000.00", "loan_id": 10}
    give(store, 1, "2026-01-10", command="open_customer")
    give(store, 2, "2026-01-10", command="open_line", **limits)
    cash = {"currency": "CNY", "amount": "24000.00", "rate": "0.0005", "instalments": 12}
    assert give(store, 3, "2026-01-15", command="draw", loan_id=11, **cash)["loan_id"] == 11
    told = {"hardship_id": "h1", "currency": "CNY", "income": "6500.00", "others": "300.00", "city_tier": "tier2", "flags": ["illness"]}
    assert give(store, 4, "2026-04-20", command="open_hardship", **told)["collection_stopped"]
    assert work_on(store, "hardship", 1, "h1").item.state == "open"
    decided = give(store, 5, "2026-04-22", command="decide_hardship", hardship_id="h1", currency="CNY", outcome="accept", known="verified")
    offer = decided["offers"][0]
    terms = {name: offer[name] for name in ("rate", "instalments", "penalty_waived", "interest_waived")}
    plan = {"plan_id": "p1", "loan_id": 11}
    waits = give(store, 6, "2026-04-22", "li", command="propose_plan", currency="CNY", **plan, **terms)
    assert waits["highest"] == offer["highest"], "what is offered is what is asked"
    assert give(store, 7, "2026-04-22", "li", command="agree_plan", **plan, signed="vault-2").code == "maker_cannot_check"
    begun = give(store, 8, "2026-04-22", "chen", command="agree_plan", **plan, signed="vault-2")
    told = ("highest", "instalments", "total", "cost")
    assert [begun[name] for name in told] == [offer[name] for name in told], "what it costs is what was told before"
    assert give(store, 9, "2026-04-23", command="draw", loan_id=12, **(cash | {"amount": "500.00"})).code == "line_frozen"
    first = date.fromisoformat(begun["first_due_on"])
    paid = {"command": "repay", "loan_id": 11, "currency": "CNY", "amount": offer["highest"]}
    assert not isinstance(give(store, 10, first.isoformat(), **paid), Refused)
    second = date(2026, 6, 22)
    early, late = ((second + timedelta(days=days)).isoformat() for days in (29, 30))
    assert give(store, 11, early, command="break_plan", **plan).code == "plan_not_broken"
    assert is_collection_stopped(filings_of(store, 1))
    broken = give(store, 12, late, command="break_plan", **plan)
    assert (broken["missed"], broken["late_days"]) == (1, 30), "the third instalment falls due on that day, and is not late yet"
    assert not is_collection_stopped(filings_of(store, 1))
    assert [one.kind for one in filings_of(store, 1) if one.kind.startswith(("hardship", "plan"))] == [
        "hardship.opened",
        "hardship.decided",
        "plan.proposed",
        "plan.started",
        "hardship.closed",
        "plan.broken",
    ]
    assert verify(store).breaches == {}


def under_plans(store) -> None:
    """Customers 1 to 3, each with loan 11 on a plan of 24 months from 20 April 2026; customer 4 asked for help and waits."""
    for customer_id in (1, 2, 3, 4):
        said = {"customer_id": customer_id, "actor": "test"}
        limits = {"currency": "CNY", "limit": "50000.00", "cash_limit": "30000.00", "later_limit": "20000.00", "loan_id": 10}
        cash = {"currency": "CNY", "amount": "9000.00", "rate": "0.0005", "instalments": 12, "loan_id": 11}
        told = {"hardship_id": f"h{customer_id}", "currency": "CNY", "income": "6500.00", "city_tier": "tier2"}
        plan = {"plan_id": "p1", "loan_id": 11, "currency": "CNY", "rate": "0.12", "instalments": 24, "signed": "v", "is_borrowers": True}
        number = 100 * customer_id
        for step, (on, fields) in enumerate(
            (
                ("2026-01-10", {"command": "open_customer"}),
                ("2026-01-10", {"command": "open_line", **limits}),
                ("2026-01-15", {"command": "draw", **cash}),
                ("2026-04-20", {"command": "open_hardship", **told}),
                ("2026-04-20", {"command": "propose_plan", **plan}),
            )[: 4 if customer_id == 4 else 5]
        ):
            assert not isinstance(give(store, number + step, on, **said, **fields), Refused)


def watched(capsys, database: str, on: str) -> dict:
    assert main(["plan", "watch", "--on", on, "--db", database, "--allow-unsafe", "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def test_plans_are_looked_after(store, database, capsys):
    """One is paid off and kept, one pays nothing and is broken on its day, one performs; each once, however often it is looked at."""
    under_plans(store)
    assert watched(capsys, database, "2026-05-20") == {
        "on": "2026-05-20",
        "plans": {"performing": 3},
        "ended": [],
        "requests_overdue": ["h4"],
        "requests_lapsed": [],
    }
    assert not isinstance(give(store, 150, "2026-05-20", command="settle", loan_id=11), Refused)
    for day in ("2026-05-20", "2026-06-19"):
        paid = give(store, int(day[5:7]) + 200, day, customer_id=2, command="repay", loan_id=11, currency="CNY", amount="900.00")
        assert not isinstance(paid, Refused)
    assert watched(capsys, database, "2026-06-18")["ended"] == [[1, 11, "p1", "kept"]]
    assert watched(capsys, database, "2026-06-19")["ended"] == [[3, 11, "p1", "broken"]], "the first instalment is thirty days past due"
    assert watched(capsys, database, "2026-06-20")["plans"] == {"performing": 1}
    assert not is_collection_stopped(filings_of(store, 3))
    assert is_collection_stopped(filings_of(store, 2))


def test_requests_that_wait_are_listed_with_the_days_left(store, database, capsys):
    under_plans(store)
    assert main(["plan", "requests", "--on", "2026-04-28", "--db", database, "--allow-unsafe", "--json"]) == 0
    (waiting,) = json.loads(capsys.readouterr().out)
    assert waiting == {"customer": 4, "request": "h4", "state": "open", "due": "2026-04-30", "days_left": 2, "flags": ""}
    assert main(["plan", "requests", "--on", "2026-04-28", "--db", database, "--allow-unsafe"]) == 0
    assert "h4" in capsys.readouterr().out


def test_a_past_day_knows_no_request_that_came_later(store, database, capsys):
    under_plans(store)
    assert main(["plan", "requests", "--on", "2026-04-19", "--db", database, "--allow-unsafe", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == []
    assert watched(capsys, database, "2026-04-19")["requests_overdue"] == []


def test_an_accepted_request_lapses_when_no_plan_came_of_it(store, database, capsys):
    """Accepted on 22 April; 22 May is the last day for a plan, and on the 23rd collection may go on and people are told, once."""
    under_plans(store)
    decided = give(
        store,
        900,
        "2026-04-22",
        customer_id=4,
        command="decide_hardship",
        hardship_id="h4",
        currency="CNY",
        outcome="accept",
        known="verified",
    )
    assert not isinstance(decided, Refused)
    assert watched(capsys, database, "2026-05-22")["requests_lapsed"] == []
    assert is_collection_stopped(filings_of(store, 4))
    assert watched(capsys, database, "2026-05-23")["requests_lapsed"] == ["h4"]
    assert not is_collection_stopped(filings_of(store, 4))
    item = work_on(store, "hardship", 4, "h4").item
    assert (item.state, item.due_at[:10], item.note) == ("open", "2026-06-02", "no plan by its day")
    assert watched(capsys, database, "2026-05-24")["requests_lapsed"] == []
    assert main(["plan", "requests", "--on", "2026-05-20", "--db", database, "--allow-unsafe", "--json"]) == 0
    (then,) = json.loads(capsys.readouterr().out)
    assert (then["state"], then["due"], then["days_left"]) == ("waiting", "2026-05-22", 2), "as it stood on that day"
