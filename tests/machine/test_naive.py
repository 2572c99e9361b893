"""The naive model against documents and published answers, so that what the kernel is held against has itself been checked."""

from random import Random

import pytest

from tests.golden import differences, golden_cases, reference_cases, reference_folder
from tests.machine.lives import account_case, loan_case
from tests.machine.naive import NaiveAccount, NaiveLoan
from tests.machine.naive_numbers import minor

BEYOND_THE_MODEL = ("cost", "ledger")


def naive_answer(case: dict) -> dict:
    """Answer a case by the naive model."""
    if "terms" in case:
        return NaiveLoan(case["terms"], case.get("facts", ())).answer(case.get("as_of"))
    return NaiveAccount(case["account"], case.get("facts", ())).answer(case.get("as_of"))


def known_to_model(expect: dict) -> dict:
    """Leave out what the model does not answer."""
    return {key: value for key, value in expect.items() if key not in BEYOND_THE_MODEL}


@pytest.mark.parametrize("case", golden_cases(), ids=lambda case: case["id"])
def test_model_agrees_with_golden_case(case: dict):
    answer = naive_answer(case)
    assert ("refused" in case["expect"]) == ("refused" in answer), answer.get("refused")
    if "refused" not in answer:
        assert not differences(known_to_model(case["expect"]), answer)


def test_model_agrees_with_published_answers():
    cases = reference_cases()
    if not cases:
        pytest.skip(f"no oracles/*.jsonl in {reference_folder().name}: set PLIMSOLL_REFERENCE to the folder that holds them")
    wrong = {case["id"]: found for case in cases if (found := differences(known_to_model(case["expect"]), naive_answer(case)))}
    assert not wrong


def paid(answer: dict, part: str) -> int:
    """Add up one part of all allocations, in minor units."""
    return sum(minor(row[part], "CNY") for row in answer["allocations"])


@pytest.mark.parametrize("seed", range(60))
def test_model_loses_no_principal_and_splits_whole(seed: int):
    case = loan_case(Random(seed), f"loan-{seed}")
    answer = naive_answer(case)
    if "refused" in answer:
        pytest.skip(f"a life that the rules refuse: {answer['refused']}")
    if not any(entry["fact"] == "charged_off" or "for" in entry for entry in case["facts"]):
        assert minor(case["terms"]["principal"], "CNY") == minor(answer["state"]["principal"], "CNY") + paid(answer, "principal")
    for row in answer["allocations"]:
        parts = sum(minor(row[part], "CNY") for part in ("fee", "penalty", "interest", "principal", "credit"))
        assert parts == minor(row["amount"], "CNY")


@pytest.mark.parametrize("seed", range(30))
def test_model_bills_carry_what_was_left(seed: int):
    answer = naive_answer(account_case(Random(seed), f"account-{seed}"))
    if "refused" in answer:
        pytest.skip(f"a life that the rules refuse: {answer['refused']}")
    for bill in answer["bills"]:
        columns = {key: minor(value, "CNY") for key, value in bill.items() if not key.endswith("_on")}
        owed = sum(columns[key] for key in ("purchases", "instalments_due", "carried", "interest", "penalty"))
        assert columns["total"] == owed - columns["refunds"]
        assert columns["outstanding"] == columns["total"] - columns["converted"] - columns["paid"] >= 0
