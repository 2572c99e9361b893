"""Cases and promises as a collector would check them: `tests/cases/collections/{cases,promises}.yaml`, each from loan 11 on.

Loan 11 of 9,000.00 asked for 812.92 on 15 February and every month after it. A step does a command (`do`) on a day, at an instant (`at`,
UTC) and by somebody (`as`). It may name the refusal, part of the answer, what went on file (`filed`, kinds), its place in the queue
(`work`: state, due instant, who has it), who holds the case (`owner`), and what the gate says of a collection call now (`call`: allowed,
or the rule).
"""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from plimsoll.app.wiring import COMMANDS, parts_of
from plimsoll.collections.case import case_of
from plimsoll.loan.book import Decision
from plimsoll.units.refusal import Refused
from tests.counter import Counter, opened
from tests.golden import read_yaml

FOLDER = Path(__file__).resolve().parents[1] / "cases" / "collections"
FILES = ("cases.yaml", "promises.yaml")
CHECKS = ("do", "on", "at", "as", "refused", "answer", "filed", "work", "call", "owner")
MINE = (
    "open_case",
    "move_case",
    "close_case",
    "claim_case",
    "release_case",
    "escalate_case",
    "follow_up",
    "note_outcome",
    "make_promise",
    "settle_promise",
    "cancel_promise",
)


def cases() -> list:
    """Return every case, in the order of the files."""
    found = [case for name in FILES for case in read_yaml((FOLDER / name).read_text("utf-8"))]
    assert len({case["id"] for case in found}) == len(found), "an id is used twice"
    return [pytest.param(case, id=case["id"]) for case in found]


def in_arrears(customer_id: int = 1) -> Counter:
    """A customer whose loan 11 asked for the first of twelve instalments on 15 February and got nothing."""
    counter = opened()
    drawn = counter.run("draw", "2026-01-15", loan_id=11, currency="CNY", amount="9000.00", rate="0.0005", instalments=12)
    assert isinstance(drawn, Decision), drawn
    counter.sheet.customer_id = customer_id
    return counter


@pytest.mark.parametrize("case", cases())
def test_case(case: dict):
    counter = in_arrears(case.get("customer", 1))
    for number, step in enumerate(case["steps"], 1):
        wrong = check(counter, step)
        assert not wrong, f"{case['why']} Step {number}: {wrong}"


def check(counter: Counter, step: dict) -> list[str]:
    """Take a step; say where it did not go as expected."""
    counter.now = datetime.fromisoformat(step.get("at", f"{step['on']}T04:00:00")).replace(tzinfo=UTC)
    counter.actor = step.get("as", "test")
    fields = {key: value for key, value in step.items() if key not in CHECKS}
    if "currency" in parts_of(step["do"]):
        fields.setdefault("currency", "CNY")
    outcome = counter.run(step["do"], step["on"], **fields)
    if isinstance(outcome, Refused):
        return [] if step.get("refused") == outcome.code else [f"expected {step.get('refused', 'an answer')}, got {outcome.text()}"]
    answer = json.loads(outcome.answer)
    case = case_of(counter.sheet.filed)
    found = {
        "refused": "",
        "answer": {key: answer.get(key) for key in step.get("answer", {})},
        "filed": [one.kind for one in outcome.filings],
        "work": [[one.state, one.due_at, one.assigned_to] for one in outcome.work],
        "owner": case.held_by(counter.now) if case is not None else "",
        "call": called(counter, step["on"]) if "call" in step else "",
    }
    wanted = {"refused": step.get("refused", ""), **{key: step[key] for key in found if key in step and key != "refused"}}
    return [f"{key}: expected {value}, got {found[key]}" for key, value in wanted.items() if value != found[key]]


def called(counter: Counter, on: str) -> str:
    """Ask the gate about a call to collect, and give what it says; the call is then on record as unanswered."""
    said = {"channel": "call", "purpose": "collect", "by": "lender", "zone": "Asia/Shanghai", "number": "n1"}
    counter.keys += 1
    outcome = counter.run("attempt_contact", on, contact_id=f"asked-{counter.keys}", **said)
    assert isinstance(outcome, Decision), outcome
    answer = json.loads(outcome.answer)
    return "allowed" if answer["allowed"] else answer["rule"]


def test_every_verb_has_a_case_that_works_and_one_that_is_refused():
    steps = [step for case in cases() for step in case.values[0]["steps"]]
    assert set(MINE) <= COMMANDS.keys()
    assert not set(MINE) - {step["do"] for step in steps if "refused" not in step}, "no case in which it works"
    assert not set(MINE) - {step["do"] for step in steps if "refused" in step}, "no case in which it is refused"
