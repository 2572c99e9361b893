"""Hardship and plans as an officer would check them: `tests/cases/plans/hardship.yaml`, each case with loan 11 in arrears.

A step is one of `test_protection_cases`; `work` lists state, due instant and priority, `stopped` says whether collection rests, `owes` what
the loan owes after it.
"""

import json
from pathlib import Path

import pytest

from plimsoll.app.wiring import COMMANDS, parts_of
from plimsoll.loan.book import Decision
from plimsoll.risk.complaint import is_collection_stopped
from plimsoll.units.money import text_of
from plimsoll.units.refusal import Refused
from tests.counter import Counter, opened
from tests.golden import read_yaml

FILE = Path(__file__).resolve().parents[1] / "cases" / "plans" / "hardship.yaml"
CASES = read_yaml(FILE.read_text("utf-8"))
CHECKS = ("do", "on", "by", "refused", "answer", "filed", "work", "stopped", "owes")
MINE = ("open_hardship", "decide_hardship", "propose_plan", "agree_plan", "break_plan", "keep_plan")


def in_arrears(**limits: str) -> Counter:
    """A customer whose loan 11 asked for the first of twelve instalments on 15 February and got nothing."""
    counter = opened(**limits)
    drawn = counter.run("draw", "2026-01-15", loan_id=11, currency="CNY", amount="9000.00", rate="0.0005", instalments=12)
    assert isinstance(drawn, Decision), drawn
    return counter


@pytest.mark.parametrize("case", CASES, ids=[case["id"] for case in CASES])
def test_case(case: dict):
    counter = in_arrears(**case.get("limits", {}))
    for number, step in enumerate(case["steps"], 1):
        wrong = check(counter, step)
        assert not wrong, f"{case['why']} Step {number}: {wrong}"


def check(counter: Counter, step: dict) -> list[str]:
    """Take a step; say where it did not go as expected."""
    counter.actor = step.get("by", "test")
    fields = {key: value for key, value in step.items() if key not in CHECKS}
    if "currency" in parts_of(step["do"]):
        fields.setdefault("currency", "CNY")
    outcome = counter.run(step["do"], step["on"], **fields)
    if isinstance(outcome, Refused):
        return [] if step.get("refused") == outcome.code else [f"expected {step.get('refused', 'an answer')}, got {outcome.text()}"]
    answer = json.loads(outcome.answer)
    found = {
        "refused": "",
        "answer": {key: answer.get(key) for key in step.get("answer", {})},
        "filed": [one.kind for one in outcome.filings],
        "work": [[one.state, one.due_at, one.priority] for one in outcome.work],
        "stopped": is_collection_stopped(counter.sheet.filed),
        "owes": {},
    }
    if "owes" in step:
        state = counter.state(step["loan_id"])
        found["owes"] = {"penalty": text_of(state.penalty, "CNY"), "late": state.past_due_days}
    wanted = {"refused": step.get("refused", ""), **{key: step[key] for key in found if key in step and key != "refused"}}
    return [f"{key}: expected {value}, got {found[key]}" for key, value in wanted.items() if value != found[key]]


def test_every_verb_has_a_case_that_works_and_one_that_is_refused():
    steps = [step for case in CASES for step in case["steps"]]
    assert set(MINE) <= COMMANDS.keys()
    assert not set(MINE) - {step["do"] for step in steps if "refused" not in step}, "no case in which it works"
    assert not set(MINE) - {step["do"] for step in steps if "refused" in step}, "no case in which it is refused"
