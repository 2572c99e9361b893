"""The golden cases and the published answers, through the kernel's public port."""

import pytest

from plimsoll.interfaces.case.answer import answer_case
from plimsoll.units.refusal import Malformed
from tests.golden import differences, golden_cases, reference_cases, reference_folder
from tests.machine.naive_numbers import minor


def asked(case: dict) -> dict:
    """Give a case as it stands on a line of standard input: without what it expects."""
    return {key: value for key, value in case.items() if key not in ("expect", "source", "why")}


@pytest.mark.parametrize("case", golden_cases(), ids=lambda case: case["id"])
def test_golden_case(case: dict):
    """Which door refuses (the reader or the rules) is not the case's concern: the code is."""
    try:
        answer = answer_case(asked(case))
    except Malformed as wrong:
        answer = {"refused": {"code": wrong.code}}
    assert not differences(case["expect"], answer), case["why"]


@pytest.mark.parametrize("case", [case for case in golden_cases() if "refused" not in case["expect"]], ids=lambda case: case["id"])
def test_ledger_of_golden_case_sums_to_zero(case: dict):
    ledger = answer_case(asked(case))["ledger"]
    assert sum(minor(amount, "CNY") for amount in ledger.values()) == 0


def test_every_golden_case_says_why_and_by_whom():
    assert all(case["why"] and case["source"] for case in golden_cases())


def test_published_answers():
    cases = reference_cases()
    if not cases:
        pytest.skip(f"no oracles/*.jsonl in {reference_folder().name}: set PLIMSOLL_REFERENCE to the folder that holds them")
    wrong = {case["id"]: found for case in cases if (found := differences(case["expect"], answer_case(asked(case))))}
    assert not wrong
