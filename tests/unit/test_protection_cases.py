"""Verbs of protection as a compliance officer would check them: `tests/cases/protection/*.yaml`, each case from an open line on.

A step does a command (`do`) on a day, at an instant (`at`, UTC) and by somebody (`by`), or closes days (`close`). It may name the refusal,
part of the answer, what went into the file (`filed`, kinds) and into a queue (`work`: state, due instant, who has it). `keep` remembers
parts of the answer under a name; `$name` stands for it later.
"""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from plimsoll.app.wiring import COMMANDS, parts_of
from plimsoll.loan.book import Decision
from plimsoll.units.refusal import Refused
from tests.counter import Counter, opened
from tests.golden import read_yaml

FOLDER = Path(__file__).resolve().parents[1] / "cases" / "protection"
CHECKS = ("do", "on", "at", "by", "refused", "answer", "filed", "work", "says", "keep", "close", "stopped")
MINE = [name for name, command in COMMANDS.items() if command.__module__.startswith("plimsoll.protection")]


def cases() -> list:
    """Return every case, in the order of the files."""
    found = [case for path in sorted(FOLDER.glob("*.yaml")) for case in read_yaml(path.read_text("utf-8"))]
    assert len({case["id"] for case in found}) == len(found), "an id is used twice"
    return [pytest.param(case, id=case["id"]) for case in found]


@pytest.mark.parametrize("case", cases())
def test_case(case: dict):
    counter, known = opened(**case.get("limits", {})), {}
    for number, step in enumerate(case["steps"], 1):
        wrong = check(counter, step, known)
        assert not wrong, f"{case['why']} Step {number}: {wrong}"


def check(counter: Counter, step: dict, known: dict) -> list[str]:
    """Take a step; say where it did not go as expected."""
    if "close" in step:
        counter.close(step["close"])
        return []
    if "at" in step:
        counter.now = datetime.fromisoformat(step["at"]).replace(tzinfo=UTC)
    counter.actor = step.get("by", "test")
    fields = {key: known.get(f"{value}", value) for key, value in step.items() if key not in CHECKS}
    if "currency" in parts_of(step["do"]):
        fields.setdefault("currency", "CNY")
    outcome = counter.run(step["do"], step["on"], **fields)
    if isinstance(outcome, Refused):
        return [] if step.get("refused") == outcome.code else [f"expected {step.get('refused', 'an answer')}, got {outcome.text()}"]
    assert isinstance(outcome, Decision)
    answer = json.loads(outcome.answer)
    known.update({f"${name}": answer[key] for name, key in step.get("keep", {}).items()})
    wanted = {"refused": step.get("refused", ""), "answer": step.get("answer", {}), "filed": step.get("filed"), "work": step.get("work")}
    found = {
        "refused": "",
        "answer": {key: answer.get(key) for key in step.get("answer", {})},
        "filed": [one.kind for one in outcome.filings],
        "work": [[one.state, one.due_at, one.assigned_to] for one in outcome.work],
    }
    return [f"{key}: expected {value}, got {found[key]}" for key, value in wanted.items() if value is not None and value != found[key]]


def test_every_verb_of_protection_has_a_case_that_works_and_one_that_is_refused():
    steps = [step for case in cases() for step in case.values[0]["steps"] if "do" in step]
    assert not set(MINE) - {step["do"] for step in steps if "refused" not in step}, "no case in which it works"
    assert not set(MINE) - {step["do"] for step in steps if "refused" in step}, "no case in which it is refused"
