"""Random lives: the kernel, through its public port, against the naive model; and what must hold of any life.

The number of lives is PLIMSOLL_LIVES (default 300). A life on which the two differ is cut down to the fewest facts that still show it, and
printed as a case that `plimsoll case` can be fed with.
"""

import json
import os
from random import Random

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from plimsoll.interfaces.case.answer import answer_case
from plimsoll.units.refusal import Malformed
from tests.golden import subset
from tests.machine.lives import account_case, loan_case
from tests.machine.naive import NaiveAccount, NaiveLoan
from tests.machine.naive_numbers import minor

LIVES = int(os.environ.get("PLIMSOLL_LIVES", "300"))
MANY = 4000
BLOCK = 25
LOAN_PARTS = ("state", "schedule", "totals", "allocations")
ACCOUNT_PARTS = ("state", "bills", "loans", "available")
MONEY = ("principal", "principal_past_due", "interest", "interest_past_due", "penalty", "fee", "credit", "payoff")
SEEDS = st.integers(0, 10**9)


def kernel_answer(case: dict) -> dict:
    """Answer a case by the kernel; what its reader refuses counts as refused."""
    try:
        return answer_case(case)
    except Malformed as wrong:
        return {"refused": {"code": wrong.code}}


def naive_answer(case: dict) -> dict:
    """Answer a case by the naive model."""
    if "terms" in case:
        return NaiveLoan(case["terms"], case["facts"]).answer(case["as_of"])
    return NaiveAccount(case["account"], case["facts"]).answer(case["as_of"])


def mismatches(case: dict) -> list[str]:
    """Say where the two arithmetics differ on a case (expected: the model)."""
    naive, kernel = naive_answer(case), kernel_answer(case)
    if "refused" in naive or "refused" in kernel:
        same = ("refused" in naive) == ("refused" in kernel)
        return [] if same else [f"refused: model {naive.get('refused')}, kernel {kernel.get('refused')}"]
    parts = LOAN_PARTS if "terms" in case else ACCOUNT_PARTS
    return [line for part in parts for line in subset(part, naive[part], kernel[part])]


def without(facts: list[dict], n: int) -> list[dict]:
    """Drop the n-th fact, counted from 1, with what undoes it, and number the reversals again."""
    gone = {n} | {i for i, fact in enumerate(facts, 1) if fact.get("of") == n}
    number = {old: new for new, old in enumerate((i for i in range(1, len(facts) + 1) if i not in gone), 1)}
    kept = [fact for i, fact in enumerate(facts, 1) if i not in gone]
    return [{**fact, "of": number[fact["of"]]} if fact["fact"] == "reversed" else fact for fact in kept]


def smallest(case: dict) -> dict:
    """Drop facts from a case on which the two differ, as long as they still differ."""
    for n in range(len(case["facts"]), 0, -1):
        if n <= len(case["facts"]) and mismatches(shorter := {**case, "facts": without(case["facts"], n)}):
            case = shorter
    return case


def agree(make, first: int, count: int) -> None:
    """Hold the two together over lives of that many seeds."""
    for seed in range(first, first + count):
        case = make(Random(seed), f"{make.__name__}-{seed}")
        if mismatches(case):
            small = smallest(case)
            raise AssertionError("\n".join([json.dumps(small, ensure_ascii=False), *mismatches(small)[:12]]))


@pytest.mark.parametrize("first", range(0, LIVES, BLOCK))
def test_kernel_and_model_agree_on_loans(first: int):
    agree(loan_case, first, min(BLOCK, LIVES - first))


@pytest.mark.parametrize("first", range(0, LIVES // 2, BLOCK))
def test_kernel_and_model_agree_on_accounts(first: int):
    agree(account_case, first, min(BLOCK, LIVES // 2 - first))


@pytest.mark.slow
def test_kernel_and_model_agree_on_many_lives():
    """Slow: thousands of lives, each lived day by day in fractions, take some minutes."""
    agree(loan_case, 1_000_000, MANY)
    agree(account_case, 1_000_000, MANY // 4)


def lived(case: dict) -> dict | None:
    """Give the kernel's answer, or nothing where the rules refuse the life."""
    answer = kernel_answer(case)
    return None if "refused" in answer else answer


def cents(mapping: dict, keys: tuple[str, ...]) -> list[int]:
    """Read amounts as minor units."""
    return [minor(mapping[key], "CNY") for key in keys]


@settings(max_examples=80, deadline=None)
@given(SEEDS)
def test_principal_lent_is_principal_repaid_or_owed(seed: int):
    case = loan_case(Random(seed), "life")
    answer = lived(case)
    if answer and not any(fact["fact"] == "charged_off" for fact in case["facts"]):
        repaid = sum(minor(row["principal"], "CNY") for row in answer["allocations"])
        held = sum(minor(row["credit"], "CNY") for row in answer["allocations"]) - minor(answer["state"]["credit"], "CNY")
        rest = minor(case["terms"]["principal"], "CNY") - repaid - minor(answer["state"]["principal"], "CNY")
        # What was held for a due day has paid principal there, and interest, without another fact that says so.
        assert 0 <= rest <= held
        assert rest == 0 or any("for" in fact for fact in case["facts"])


@settings(max_examples=80, deadline=None)
@given(SEEDS, st.sampled_from((loan_case, account_case)))
def test_nothing_owed_is_negative_and_the_ledger_sums_to_zero(seed: int, make):
    answer = lived(make(Random(seed), "life"))
    if answer:
        assert min(cents(answer["state"], MONEY)) >= 0
        assert sum(minor(amount, "CNY") for amount in answer["ledger"].values()) == 0


@settings(max_examples=80, deadline=None)
@given(SEEDS)
def test_a_split_adds_up_to_the_payment(seed: int):
    answer = lived(loan_case(Random(seed), "life"))
    for row in answer["allocations"] if answer else ():
        assert sum(cents(row, ("fee", "penalty", "interest", "principal", "credit"))) == minor(row["amount"], "CNY")


@settings(max_examples=80, deadline=None)
@given(SEEDS, st.sampled_from((loan_case, account_case)), st.integers(0, 40))
def test_a_fact_reversed_has_never_been(seed: int, make, pick: int):
    """Undo one fact at the end of a life: everything but the record of it is as in the life without the fact."""
    case = make(Random(seed), "life")
    case["as_of"] = max([case["as_of"], *(fact["on"] for fact in case["facts"])])
    undone = {fact.get("of") for fact in case["facts"]}
    # A purchase that a later fact names cannot be left out of the case: its reader would not know the name.
    named = [fact["ref"] for fact in case["facts"] if "ref" in fact] + [fact.get("purchase") for fact in case["facts"]]
    free = [
        n for n, fact in enumerate(case["facts"], 1) if n not in undone and fact["fact"] != "reversed" and named.count(fact.get("ref")) < 2
    ]
    if not free:
        return
    n = free[pick % len(free)]
    reversal = {"fact": "reversed", "on": case["as_of"], "of": n}
    after = lived({**case, "facts": [*case["facts"], reversal]})
    never = lived({**case, "facts": without(case["facts"], n)})
    assert after == never


PRINCIPAL_FIRST_AFTER = 90
"""Days past due after which principal is paid before interest."""


@settings(max_examples=80, deadline=None)
@given(SEEDS, st.integers(1, 5000), st.integers(1, 5000))
@example(seed=2_477_159, one=1, other=846)
def test_the_order_of_recording_two_payments_of_a_day_changes_no_total(seed: int, one: int, other: int):
    """What is owed in all never depends on it; principal may, where the first of them ends the days on which principal is paid first."""
    case = loan_case(Random(seed), "life")
    pair = [{"fact": "repaid", "on": case["as_of"], "amount": f"{amount / 100:.2f}"} for amount in (one, other)]
    first = lived({**case, "facts": [*case["facts"], *pair]})
    second = lived({**case, "facts": [*case["facts"], *pair[::-1]]})
    assert (first is None) == (second is None)
    if first and second:
        assert first["state"]["payoff"] == second["state"]["payoff"]
        before = lived(case)
        assert before is not None, "a life that goes on was one"
        if not before["state"]["past_due_days"] > PRINCIPAL_FIRST_AFTER >= first["state"]["past_due_days"]:
            assert first["state"]["principal"] == second["state"]["principal"]
