"""What a borrower owes on which day, as reminders tell it: what is late, what is due, the bill as it stands, and what is to come."""

from datetime import date

from plimsoll.collections.owing import due_amounts, owing_of, owing_together
from plimsoll.loan.book import Decision, standing_of
from tests.counter import Counter, opened


def day_of(text: str) -> int:
    return date.fromisoformat(text).toordinal()


def told(counter: Counter, loan_id: int, on: str, until: str) -> list[tuple[str, int, bool]]:
    held = counter.held(loan_id)
    found = owing_of(loan_id, held.terms, standing_of(held, day_of(on)), day_of(until))
    return [(date.fromordinal(one.due_on).isoformat(), one.minor, one.is_projected) for one in found]


def drawn() -> Counter:
    counter = opened()
    loan = {"loan_id": 7, "amount": "1200.00", "currency": "CNY", "rate": "0.0004", "instalments": 12}
    outcome = counter.run("draw", "2026-01-15", **loan)
    assert isinstance(outcome, Decision), outcome
    return counter


def test_a_loan_owes_what_is_late_what_is_due_and_what_comes():
    counter = drawn()
    ahead = told(counter, 7, "2026-01-20", "2026-03-15")
    assert [(one[0], one[2]) for one in ahead] == [("2026-02-15", True), ("2026-03-15", True)]
    level = ahead[0][1]
    assert 10_000 < level < 11_000
    assert told(counter, 7, "2026-02-15", "2026-03-01") == [("2026-02-15", level, False)], "what was projected falls due"
    late = told(counter, 7, "2026-02-25", "2026-03-15")
    assert [(one[0], one[2]) for one in late] == [("2026-02-15", False), ("2026-03-15", True)]
    assert late[0][1] > level, "with penalty"


def test_a_payment_is_seen_at_once():
    counter = drawn()
    held = counter.held(7)
    level = due_amounts(owing_together([held], day_of("2026-02-15"), day_of("2026-02-28")))[day_of("2026-02-15"), "CNY"]
    paid = f"{level // 100}.{level % 100:02d}"
    assert isinstance(counter.run("repay", "2026-02-15", loan_id=7, amount=paid, currency="CNY"), Decision)
    assert told(counter, 7, "2026-02-15", "2026-02-28") == []
    assert isinstance(counter.run("settle", "2026-02-16", loan_id=7), Decision)
    assert told(counter, 7, "2026-02-16", "2026-12-31") == []


def test_an_account_owes_its_bill_and_before_that_what_will_be_on_it():
    counter = opened()
    assert isinstance(counter.run("purchase", "2026-01-20", loan_id=1, amount="300.00", currency="CNY"), Decision)
    (ahead,) = told(counter, 1, "2026-01-25", "2026-02-28")
    assert ahead == ("2026-02-10", 30_000, True)
    counter.close("2026-02-01")
    assert told(counter, 1, "2026-02-05", "2026-03-20") == [("2026-02-10", 30_000, True)]
    assert isinstance(counter.run("repay", "2026-02-06", loan_id=1, amount="120.00", currency="CNY"), Decision)
    assert told(counter, 1, "2026-02-06", "2026-03-20") == [("2026-02-10", 18_000, True)]
    assert isinstance(counter.run("repay", "2026-02-07", loan_id=1, amount="180.00", currency="CNY"), Decision)
    assert told(counter, 1, "2026-02-07", "2026-03-20") == []
