"""Limits that move and loans that are called back, as an officer would check them: `tests/cases/monitoring/*.yaml`."""

from pathlib import Path
from typing import Any

import pytest

from plimsoll.units.money import parse_minor
from plimsoll.units.refusal import Refused
from tests.counter import Counter
from tests.golden import read_yaml
from tests.unit.test_class_record import drawn
from tests.unit.test_limit_moves import lined

FOLDER = Path(__file__).resolve().parents[1] / "cases" / "monitoring"
SAID_OF_A_STEP = ("do", "on", "by", "refused", "says", "limit_is", "due_on")


def cases() -> list:
    """Return every case of the files, in their order."""
    found = [(path.stem, case) for path in sorted(FOLDER.glob("*.yaml")) for case in read_yaml(path.read_text("utf-8"))]
    assert len({case["id"] for _, case in found}) == len(found), "an id is used twice"
    return [pytest.param(kind, case, id=case["id"]) for kind, case in found]


@pytest.mark.parametrize(("kind", "case"), cases())
def test_case(kind: str, case: dict[str, Any]):
    counter = lined(case["capacity"]) if kind == "limits" else drawn()
    for number, step in enumerate(case["steps"], 1):
        check(counter, step, f"{case['id']}, step {number}: {case['why']}", is_limit=kind == "limits")


def check(counter: Counter, step: dict[str, Any], where: str, *, is_limit: bool):
    """Do one step and hold it to what the case says."""
    left_out = (*SAID_OF_A_STEP, "reason") if is_limit else SAID_OF_A_STEP
    counter.actor = step.get("by", "test")
    found = counter.run(step["do"], step["on"], **{name: value for name, value in step.items() if name not in left_out})
    if "refused" in step:
        assert isinstance(found, Refused), f"{where}: {found}"
        assert found.code == step["refused"], where
        return
    assert not isinstance(found, Refused), f"{where}: {found}"
    if "says" in step:
        assert [kind for kind, _ in counter.said] == step["says"], where
    if "limit_is" in step:
        assert counter.sheet.line.limit_minor == parse_minor(step["limit_is"], "CNY"), where
    if is_limit and "reason" in step:
        assert counter.said[0][1]["reason"] == step["reason"], where
    if "due_on" in step:
        assert counter.said[0][1]["due_on"] == step["due_on"], where
