"""Credit reporting, disputes and sanctions as an officer would check them: `tests/cases/credit/*.yaml`, each from an open line on.

A step does a command as in the cases of protection, or reports a month (`report`, on the day `on`, for the loans `loans`): `told` names
parts of each record by its loan, `left_out` why a record is not among them, `corrected` months with what was and is said, `deleted` the
first days of defaults that are taken back. Or it asks for limitation (`limitation`, a loan): since when, because of what, until when.
"""

import json
from datetime import date
from pathlib import Path

import pytest

from plimsoll.collections.report_records import ReportRecords
from plimsoll.loan.book import Decision
from plimsoll.loan.filing import body_of
from plimsoll.risk.classify.policy import Policies
from plimsoll.risk.classify.trigger import triggers_of
from plimsoll.risk.credit.month import month_ends
from plimsoll.risk.credit.record import digest_of
from plimsoll.risk.credit.statement import Account, Statement, statement_of
from plimsoll.risk.limitation import limitation_of
from plimsoll.units.refusal import Refused
from tests.counter import RULES, Counter, opened
from tests.golden import read_yaml
from tests.unit.test_protection_cases import check

FOLDER = Path(__file__).resolve().parents[1] / "cases" / "credit"
POLICIES = Policies(RULES)
MINE = [
    "give_adverse_notice",
    "confirm_notice",
    "report_records",
    "dispute_record",
    "answer_dispute",
    "apply_sanction",
    "lift_sanction",
    "record_court_step",
    "record_interruption",
    "warn_limitation",
]


def cases() -> list:
    """Return every case, in the order of the files."""
    found = [case for path in sorted(FOLDER.glob("*.yaml")) for case in read_yaml(path.read_text("utf-8"))]
    assert len({case["id"] for case in found}) == len(found), "an id is used twice"
    return [pytest.param(case, id=case["id"]) for case in found]


@pytest.mark.parametrize("case", cases())
def test_case(case: dict):
    counter, known = opened(**case.get("limits", {})), {}
    for number, step in enumerate(case["steps"], 1):
        if "limitation" in step:
            assert limitation(counter, step) == step["is"], f"{case['why']} Step {number}"
            continue
        said = {key: value for key, value in step.items() if key != "line"}
        wrong = check_report(counter, step) if "report" in step else check(counter, said, known)
        assert not wrong, f"{case['why']} Step {number}: {wrong}"
        status = counter.sheet.line.status
        assert status == step.get("line", status), f"{case['why']} Step {number}: the line is {status}"


def statements(counter: Counter, month: str, loans: list[int], months: int = 24) -> list[Statement]:
    """Give what loans were at the end of a month."""
    found = []
    for loan_id in loans:
        held = counter.held(loan_id)
        account = Account(loan_id, held.product, held.terms.currency, date(2026, 1, 10).toordinal(), 5_000_000)
        noted = triggers_of(counter.sheet.filed, loan_id)
        one = statement_of(account, held.terms, counter.facts(held), noted, POLICIES, month_ends(month, months))
        assert isinstance(one, Statement)
        found.append(one)
    return found


def check_report(counter: Counter, step: dict) -> list[str]:
    """Report a month; say where it did not go as expected."""
    said = [one.said() for one in statements(counter, step["report"], step.get("loans", [10]))]
    counter.keys += 1
    body = body_of({"statements": said})
    outcome = counter.do(ReportRecords(f"k{counter.keys}", 1, date.fromisoformat(step["on"]), step["report"], body))
    if isinstance(outcome, Refused):
        return [] if step.get("refused") == outcome.code else [f"expected {step.get('refused', 'an answer')}, got {outcome.text()}"]
    assert isinstance(outcome, Decision)
    answer = json.loads(outcome.answer)
    assert all(one["digest"] == digest_of(one) for one in answer["records"])
    told = {one["loan_id"]: one for one in answer["records"] if one["kind"] == "R"}
    wanted = step.get("told", {})
    found = {
        "refused": "",
        "told": {loan: {key: shortened(one.get(key)) for key in wanted.get(loan, {})} for loan, one in told.items()},
        "left_out": {one["loan_id"]: one["why"] for one in answer["left_out"]},
        "corrected": {one["month"]: one["corrects"] + one["payments"] for one in answer["records"] if one["kind"] == "C"},
        "deleted": [one["default_began_on"] for one in answer["records"] if one["kind"] == "D"],
    }
    expected = {"refused": "", "told": {}, "left_out": {}, "corrected": {}, "deleted": []} | {
        key: value for key, value in step.items() if key in found
    }
    return [f"{key}: expected {expected[key]}, got {found[key]}" for key in found if expected[key] != found[key]]


def limitation(counter: Counter, step: dict) -> list | None:
    """Give how far limitation of a loan has run: since when, because of what, the last day."""
    held, on = counter.held(step["limitation"]), date.fromisoformat(step["on"])
    found = limitation_of(held.terms, counter.facts(held), held.loan_id, counter.sheet.filed, on, RULES)
    return found and [f"{date.fromordinal(found.since)}", found.because, f"{date.fromordinal(found.last_on)}"]


def shortened(value: object) -> object:
    """Give a payment record without the months before the loan began."""
    return value.lstrip("/") if isinstance(value, str) else value


def test_every_verb_has_a_case_that_works_and_one_that_is_refused():
    steps = [step for case in cases() for step in case.values[0]["steps"] if "limitation" not in step]
    done = {step.get("do", "report_records") for step in steps if "refused" not in step}
    refused = {step.get("do", "report_records") for step in steps if "refused" in step}
    assert not set(MINE) - done, "no case in which it works"
    assert not set(MINE) - refused, "no case in which it is refused"
