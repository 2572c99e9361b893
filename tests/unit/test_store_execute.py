"""What one command writes, what a refusal leaves, and that the caches agree with what was appended."""

from dataclasses import dataclass
from datetime import date

import pytest

from plimsoll.app.execute import Answer, Verb, execute
from plimsoll.loan.book import Decision
from plimsoll.loan.facts import Fact
from plimsoll.loan.layout import REPAID
from plimsoll.units.refusal import Refused
from tests.toys import (
    DAY,
    NOW,
    WIRING,
    Break,
    Deposit,
    Draw,
    Freeze,
    Open,
    OpenAccount,
    Purchase,
    Repay,
    Reverse,
    ToyRules,
    check_book,
    counts,
    rows,
    run,
)


@pytest.fixture
def drawn(store):
    """A customer with a loan of 1,000.00."""
    run(store, Open("open", 1))
    run(store, Draw("draw", 1, 10, 100_000))
    return store


def test_a_repayment_writes_one_row_of_each_and_a_leg_for_each_account(drawn):
    before = counts(drawn)
    run(drawn, Repay("pay", 1, 9_005, 10, date(2026, 2, 15)))
    written = {name: count - before[name] for name, count in counts(drawn).items() if count != before[name]}
    assert written == {"fact": 1, "journal": 3, "command": 1, "outbox": 1, "audit": 1}
    check_book(drawn)


def test_a_fact_says_when_it_counts_when_it_was_recorded_and_under_which_rules(drawn):
    run(drawn, Repay("pay", 1, 9_005, 10, date(2026, 2, 15)))
    (fact,) = rows(drawn, "fact")
    assert (fact["n"], fact["kind"], fact["effective_on"], fact["amount_minor"]) == (1, REPAID, date(2026, 2, 15), 9_005)
    assert fact["recorded_at"].replace(tzinfo=None) == NOW.replace(tzinfo=None)
    assert fact["detail"] == '{"by":"bank"}'
    assert [(row["rules_id"], row["digest"]) for row in rows(drawn, "rulebook")] == [(fact["rules_id"], ToyRules.digest)]
    (audit,) = [row for row in rows(drawn, "audit") if row["command_n"] == fact["command_n"]]
    assert (audit["actor"], audit["name"], audit["key"]) == ("test", "repay", "pay")


@pytest.mark.parametrize(
    ("command", "code"),
    [
        (Repay("x", 1, 0, 10), "amount_must_be_positive"),
        (Repay("x", 1, 100, 99), "loan_unknown"),
        (Repay("x", 2, 100), "loan_unknown"),
        (Draw("x", 1, 11, 10_000_000), "limit_exceeded"),
        (Draw("x", 2, 11, 10), "line_missing"),
        (Repay("x", 1, 100, 10, date(2026, 1, 1)), "fact_before_disbursement"),
        (Open("x", 1), "customer_exists"),
    ],
)
def test_a_refusal_leaves_nothing(drawn, command, code):
    before = {name: rows(drawn, name) for name in counts(drawn)}
    outcome = run(drawn, command)
    assert isinstance(outcome, Refused)
    assert outcome.code == code
    assert {name: rows(drawn, name) for name in counts(drawn)} == before


def test_a_bug_leaves_nothing_and_is_not_hidden(drawn):
    before = counts(drawn)
    with pytest.raises(AssertionError, match="customer 1"):
        run(drawn, Break("x", 1))
    assert counts(drawn) == before
    assert isinstance(run(drawn, Repay("x", 1, 100, 10)), Answer)


def test_a_loan_id_is_used_once(drawn):
    before = counts(drawn)
    refused = run(drawn, Draw("again", 1, 10, 5_000))
    assert refused.code == "loan_exists", refused
    assert counts(drawn) == before


def test_repaying_gives_the_limit_back_and_reversing_takes_it_again_even_above_the_limit(store):
    run(store, Open("open", 1, limit_minor=100_000, cash_limit_minor=100_000))
    run(store, Draw("draw", 1, 10, 100_000))
    run(store, Repay("pay", 1, 60_000, 10))
    run(store, Draw("more", 1, 11, 50_000))
    assert isinstance(run(store, Reverse("undo", 1, 10, 1)), Answer)
    (line,) = rows(store, "line")
    assert (line["used_minor"], line["limit_minor"]) == (150_000, 100_000)
    assert run(store, Draw("no", 1, 12, 1)).code == "limit_exceeded"
    assert isinstance(run(store, Repay("yes", 1, 1_000, 10)), Answer)
    check_book(store)


def test_products_share_the_limit_and_keep_to_their_own(store):
    run(store, Open("open", 1, limit_minor=100_000, cash_limit_minor=80_000, later_limit_minor=50_000))
    run(store, OpenAccount("account", 1, 20))
    assert isinstance(run(store, Draw("a", 1, 10, 60_000)), Answer)
    assert run(store, Draw("b", 1, 11, 20_001)).code == "sub_limit_exceeded"
    assert run(store, Purchase("c", 1, 20, 40_001)).code == "limit_exceeded"
    assert isinstance(run(store, Purchase("d", 1, 20, 40_000)), Answer)
    assert run(store, Purchase("e", 1, 20, 1)).code == "limit_exceeded"
    (line,) = rows(store, "line")
    assert (line["used_minor"], line["cash_used_minor"], line["later_used_minor"]) == (100_000, 60_000, 40_000)
    check_book(store)


def test_a_frozen_line_takes_repayments_and_nothing_else(drawn):
    assert isinstance(run(drawn, Freeze("freeze", 1)), Answer)
    assert run(drawn, Draw("x", 1, 11, 1)).code == "line_frozen"
    assert isinstance(run(drawn, Repay("pay", 1, 100, 10)), Answer)
    assert isinstance(run(drawn, Freeze("thaw", 1, "open")), Answer)
    assert isinstance(run(drawn, Draw("y", 1, 11, 1)), Answer)
    run(drawn, Freeze("close", 1, "closed"))
    assert run(drawn, Draw("z", 1, 12, 1)).code == "line_closed"
    check_book(drawn)


def test_a_limit_may_be_cut_below_its_use(drawn):
    assert isinstance(run(drawn, Freeze("cut", 1, "open", limit_minor=50_000)), Answer)
    assert run(drawn, Draw("x", 1, 11, 1)).code == "limit_exceeded"
    check_book(drawn)


def test_a_repayment_dated_back_posts_the_difference_on_the_day_of_the_state(drawn):
    run(drawn, Repay("late", 1, 9_005, 10, date(2026, 3, 1)))
    run(drawn, Repay("early", 1, 20_000, 10, date(2026, 2, 10)))
    assert {row["posted_on"] for row in rows(drawn, "journal") if row["entry_n"] == 3} == {date(2026, 3, 1)}
    check_book(drawn)


def test_a_reversal_in_the_middle_of_history_posts_the_difference(drawn):
    for n in range(4):
        run(drawn, Repay(f"pay{n}", 1, 9_005, 10, date(2026, 2 + n, 15)))
    assert isinstance(run(drawn, Reverse("undo", 1, 10, 2, date(2026, 5, 20))), Answer)
    assert run(drawn, Reverse("again", 1, 10, 2, date(2026, 5, 20))).code == "already_reversed"
    assert run(drawn, Reverse("more", 1, 10, 5, date(2026, 5, 20))).code == "reversal_of_reversal"
    check_book(drawn)


def test_nothing_is_posted_on_a_closed_day(drawn):
    drawn.move_open_day(date(2026, 2, 20))
    drawn.move_open_day(date(2026, 2, 1))
    run(drawn, Repay("pay", 1, 9_005, 10, date(2026, 2, 15)))
    assert {row["posted_on"] for row in rows(drawn, "journal") if row["entry_n"] == 2} == {date(2026, 2, 20)}
    assert rows(drawn, "fact")[0]["effective_on"] == date(2026, 2, 15)


def test_money_that_no_loan_uses_yet_stands_in_the_ledger(drawn):
    run(drawn, Deposit("in", 1, 700))
    run(drawn, Deposit("out", 1, -200, date(2026, 1, 16)))
    own = [(row["entry_n"], row["account"], row["minor"]) for row in rows(drawn, "journal") if row["loan_id"] == 0]
    assert own == [(3, 0, 700), (3, 6, -700), (4, 0, -200), (4, 6, 200)]
    assert rows(drawn, "line")[0]["credit_minor"] == 500


def test_no_loan_named_means_the_oldest_open_one(store):
    run(store, Open("open", 1))
    run(store, Draw("second", 1, 5, 10_000, date(2026, 1, 20)))
    run(store, Draw("first", 1, 9, 10_000, date(2026, 1, 16)))
    assert run(store, Repay("a", 1, 20_000, on=date(2026, 1, 20))).text == '{"loan":9,"paid":20000}'
    assert run(store, Repay("b", 1, 100, on=date(2026, 1, 20))).text == '{"loan":5,"paid":100}'
    check_book(store)


@dataclass(frozen=True, slots=True)
class Spread:
    key: str
    customer_id: int
    on: date = DAY


def test_one_command_may_touch_several_loans(store):
    def spread(book, command, rules):
        return Decision(facts=tuple((held.loan_id, Fact(REPAID, command.on.toordinal(), 100), "") for held in book.loans))

    run(store, Open("open", 1))
    for loan_id in (10, 11, 12):
        run(store, Draw(f"draw{loan_id}", 1, loan_id, 10_000))
    wiring = {**WIRING, Spread: Verb("spread", spread, "open loans")}
    execute(store, wiring, Spread("spread", 1), actor="t", now=NOW, rules=ToyRules)
    facts = rows(store, "fact")
    assert [(row["loan_id"], row["n"]) for row in facts] == [(10, 1), (11, 1), (12, 1)]
    assert len({row["command_n"] for row in facts}) == 1
    check_book(store)
