"""Verbs of servicing as a loan officer would check them: `tests/cases/servicing/*.yaml`, each case from an open line on.

A step does a command (`do`, with its fields as a file would write them; CNY where no currency is named) or closes days (`close`). It may
name the refusal, part of the answer, and what is said to the world. `loans`, `line` and `balance` say how the book stands after it.
"""

import json
from pathlib import Path

import pytest

from plimsoll.app.wiring import WIRING, parts_of
from plimsoll.ledger.chart import CODES
from plimsoll.loan.book import Decision
from plimsoll.units.money import text_of
from plimsoll.units.refusal import Refused
from tests.counter import Counter, opened
from tests.golden import read_yaml

FOLDER = Path(__file__).resolve().parents[1] / "cases" / "servicing"
CHECKS = ("do", "on", "refused", "answer", "says", "loans", "line", "balance", "close", "notes")


def cases() -> list:
    """Return every case, in the order of the files."""
    found = [case for path in sorted(FOLDER.glob("*.yaml")) for case in read_yaml(path.read_text("utf-8"))]
    assert len({case["id"] for case in found}) == len(found), "an id is used twice"
    return [pytest.param(case, id=case["id"]) for case in found]


@pytest.mark.parametrize("case", cases())
def test_case(case: dict):
    counter = Counter() if case.get("given") == "nothing" else opened(**case.get("limits", {}))
    for number, step in enumerate(case["steps"], 1):
        wrong = check(counter, step)
        assert not wrong, f"{case['why']} Step {number}: {wrong}"


def check(counter: Counter, step: dict) -> list[str]:
    """Take a step; say where the book is not as expected."""
    if "close" in step:
        decisions = counter.close(step["close"])
        said = [(kind, json.loads(payload)) for decision in decisions for kind, payload in decision.messages]
        notes = [[fact.a, fact.b] for decision in decisions for _, fact, _ in decision.facts]
        wrong = differs("notes", step.get("notes", notes), notes)
    else:
        wrong, said = do(counter, step)
    if "says" in step:
        wrong += differs("says", [next(iter(one)) if isinstance(one, dict) else one for one in step["says"]], [kind for kind, _ in said])
        for one, (kind, payload) in zip(step["says"], said, strict=False):
            wrong += differs(kind, one[kind], payload) if isinstance(one, dict) else []
    for loan_id, wanted in step.get("loans", {}).items():
        wrong += differs(f"loan {loan_id}", wanted, loan_now(counter, loan_id))
    wrong += differs("line", step.get("line", {}), line_now(counter))
    return wrong + differs("balance", step.get("balance", {}), {code: text_of(counter.balance[code], "CNY") for code in CODES})


def do(counter: Counter, step: dict) -> tuple[list[str], list]:
    """Do the command of a step."""
    fields = {key: value for key, value in step.items() if key not in CHECKS}
    if "currency" in parts_of(step["do"]):
        fields.setdefault("currency", "CNY")
    outcome = counter.run(step["do"], step["on"], **fields)
    if isinstance(outcome, Refused):
        return differs("refused", step.get("refused", ""), outcome.code), []
    assert isinstance(outcome, Decision)
    return differs("refused", step.get("refused", ""), "") + differs(
        "answer", step.get("answer", {}), json.loads(outcome.answer)
    ), counter.said


def loan_now(counter: Counter, loan_id: int) -> dict:
    """Return a loan as an officer reads it."""
    state, currency = counter.state(loan_id), counter.held(loan_id).terms.currency
    amounts = ("principal", "principal_past_due", "interest", "penalty", "fee", "credit", "payoff", "claim")
    shown = {name: text_of(getattr(state, name), currency) for name in amounts}
    status = {1: "open", 2: "paid off", 3: "charged off"}[state.status]
    return {**shown, "past_due_days": state.past_due_days, "status": status, "facts": len(counter.facts(counter.held(loan_id)))}


def line_now(counter: Counter) -> dict:
    """Return the line as an officer reads it."""
    line = counter.sheet.line
    if line is None:
        return {}
    amounts = ("limit", "used", "cash_limit", "cash_used", "later_limit", "later_used", "credit")
    return {**{name: text_of(getattr(line, f"{name}_minor"), line.currency) for name in amounts}, "status": line.status}


def differs(place: str, wanted: object, found: object) -> list[str]:
    """Say where what was found lacks what is wanted; more than is wanted is fine in an object."""
    if isinstance(wanted, dict) and isinstance(found, dict):
        return [wrong for key, value in wanted.items() for wrong in differs(f"{place}.{key}", value, found.get(key))]
    if isinstance(wanted, list) and isinstance(found, list) and len(wanted) == len(found):
        return [wrong for n, (one, other) in enumerate(zip(wanted, found, strict=True)) for wrong in differs(f"{place}[{n}]", one, other)]
    return [] if wanted == found else [f"{place}: expected {wanted}, got {found}"]


def test_every_command_has_a_case_that_works_and_one_that_is_refused():
    steps = [step for case in cases() for step in case.values[0]["steps"] if "do" in step]
    works = {step["do"] for step in steps if "refused" not in step} | {"open_customer", "open_line"}
    refused = {step["do"] for step in steps if "refused" in step}
    ours = {verb.name for verb in WIRING.values() if verb.decide.__module__.startswith("plimsoll.servicing.")}
    assert not ours - works, "no case in which it works"
    assert not ours - refused, "no case in which it is refused"
