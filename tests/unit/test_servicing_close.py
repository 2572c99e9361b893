"""The close of a day tells of what fell on it, also where commands of that day or the next came before the close."""

import json

from plimsoll.loan.book import Decision
from plimsoll.loan.look import look_at
from plimsoll.servicing.close import decide
from plimsoll.servicing.tell import tell
from tests.counter import Counter, opened


def bought_and_drawn() -> Counter:
    """Return a counter with draw 7 (due on the 15th) and a purchase of 1,200.00 on account 1 (bill on the 1st, due on the 10th)."""
    counter = opened()
    said = {"currency": "CNY"}
    assert isinstance(counter.run("draw", "2026-01-15", loan_id=7, amount="10000.00", rate="0.0004", **said), Decision)
    assert isinstance(counter.run("purchase", "2026-02-14", loan_id=1, amount="1200.00", **said), Decision)
    return counter


def told(counter: Counter, through: str, kind: str) -> list[dict]:
    return [json.loads(text) for decision in counter.close(through) for one, text in decision.messages if one == kind]


def test_a_purchase_on_the_bill_day_does_not_hide_the_bill():
    counter = bought_and_drawn()
    counter.run("purchase", "2026-03-01", loan_id=1, amount="50.00", currency="CNY")
    (bill,) = told(counter, "2026-03-01", "bill")
    assert (bill["billed_on"], bill["total"]) == ("2026-03-01", "1200.00")


def test_a_bill_paid_the_day_it_was_cut_is_told_as_cut_and_paid():
    counter = bought_and_drawn()
    counter.run("repay", "2026-03-01", loan_id=1, amount="1200.00", currency="CNY")
    (bill,) = told(counter, "2026-03-01", "bill")
    assert (bill["total"], bill["paid"]) == ("1200.00", "1200.00")
    assert told(counter, "2026-03-10", "autopay") == [], "nothing is left to collect"


def test_autopay_on_the_due_day_asks_for_what_is_left():
    counter = bought_and_drawn()
    counter.run("repay", "2026-02-15", loan_id=7, amount="400.41", currency="CNY")
    (asked,) = told(counter, "2026-02-15", "autopay")
    assert (asked["amount"], asked["due_on"]) == ("500.00", "2026-02-15")


def test_an_instruction_is_written_as_everything_that_is_told_is():
    counter = bought_and_drawn()
    texts = [text for day in ("2026-02-15", "2026-03-10") for one in counter.close(day) for kind, text in one.messages if kind == "autopay"]
    assert [tell(json.loads(text)) for text in texts] == texts
    assert any(said["amount"] != said["minimum"] for said in map(json.loads, texts)), "of a bill, more than the minimum"


def test_money_of_the_next_day_before_the_close_does_not_hide_that_a_loan_became_late():
    """The loan is late from the 16th; 1.00 of the 17th is booked before the 16th is closed."""
    counter = bought_and_drawn()
    assert told(counter, "2026-02-15", "autopay")
    counter.run("repay", "2026-02-17", loan_id=7, amount="1.00", currency="CNY")
    (late,) = told(counter, "2026-02-16", "late")
    assert (late["on"], late["past_due_days"]) == ("2026-02-16", 1)
    assert counter.held(7).summary.next_day == counter.held(7).summary.as_of, "the day it has reached is looked at as well"
    assert told(counter, "2026-02-17", "late") == []


def test_a_bucket_that_begins_on_the_day_of_a_payment_is_noted():
    counter = bought_and_drawn()
    counter.close("2026-03-17")
    counter.run("repay", "2026-03-18", loan_id=7, amount="1.00", currency="CNY")
    decisions = counter.close("2026-03-18")
    assert [(fact.a, fact.b) for decision in decisions for _, fact, _ in decision.facts] == [(2, 1)]


def test_a_loan_paid_off_leaves_the_agenda():
    counter = bought_and_drawn()
    counter.run("settle", "2026-02-15", loan_id=7)
    assert counter.held(7).summary.next_day == 0


def test_a_day_looked_at_twice_says_the_same():
    """Where the close was stopped and starts again, what it decides has not changed."""
    counter = bought_and_drawn()
    held = counter.held(7)
    day = held.summary.next_day
    assert decide(look_at(held, day), day, counter.rules) == decide(look_at(held, day), day, counter.rules)
    assert decide(look_at(held, day), day, counter.rules).messages
