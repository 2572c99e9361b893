"""Classes as a credit officer would check them: `tests/cases/class/*.yaml`, each case a loan, its facts, what was noted, and days."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from plimsoll.interfaces.case.facts import read_facts
from plimsoll.interfaces.case.terms import read_account_terms, read_loan_terms
from plimsoll.loan.filing import Filing, body_of
from plimsoll.loan.terms import write_account, write_loan
from plimsoll.risk.classify.history import class_on, history
from plimsoll.risk.classify.policy import Policies
from plimsoll.risk.classify.state import Class
from plimsoll.risk.classify.trigger import TRIGGERS, Noted, triggers_of
from plimsoll.risk.plan.record import ACCEPTED, CLOSED, DECIDED, OPENED
from plimsoll.rulebook.rules import load
from plimsoll.units.days import add_months
from plimsoll.units.rate import Rate
from plimsoll.units.refusal import Refused
from tests.golden import read_yaml

FOLDER = Path(__file__).resolve().parents[1] / "cases" / "class"
POLICIES = {is_strict: Policies(load(), is_strict=is_strict) for is_strict in (None, True)}


def cases() -> list:
    """Return every case, in the order of the files."""
    found = [case for path in sorted(FOLDER.glob("*.yaml")) for case in read_yaml(path.read_text("utf-8"))]
    assert len({case["id"] for case in found}) == len(found), "an id is used twice"
    return [pytest.param(case, id=case["id"]) for case in found]


def day_of(text: str) -> int:
    return date.fromisoformat(text).toordinal()


def life_of(case: dict) -> tuple:
    """Return terms, facts and what was noted."""
    given = list(case.get("facts", []))
    if "paid_monthly" in case:
        first, last, *amount = case["paid_monthly"]
        on, index = day_of(first), 0
        while on <= day_of(last):
            given.append({"fact": "repaid", "on": date.fromordinal(on).isoformat(), "amount": amount[0] if amount else "100.00"})
            index += 1
            on = add_months(day_of(first), index)
    is_account = "account" in case
    agreed = read_account_terms(case["account"], 0) if is_account else read_loan_terms(case["terms"])
    terms = write_account(agreed) if is_account else write_loan(agreed)
    facts = read_facts(given, "CNY", {} if is_account else case["terms"], is_account).facts
    noted = [
        Noted(
            day_of(one["on"]),
            one["trigger"],
            one.get("is_over", False),
            Rate.parse(one["share"]) if "share" in one else None,
            day_of(one["due_on"]) if "due_on" in one else 0,
        )
        for one in case.get("noted", [])
    ]
    assert all(one.trigger in TRIGGERS for one in noted)
    return terms, facts, sorted([*noted, *triggers_of(filed(case), 1)], key=lambda one: one.on)


def filed(case: dict) -> list[Filing]:
    """Return what is on file of requests for help, in order."""
    found = []
    for n, one in enumerate(case.get("requests", []), 1):
        steps = [(one["opened"], OPENED, {"due_on": day_of(one["due"]), "is_paused": one.get("is_paused", True)})]
        steps += [(one["accepted"], DECIDED, {"state": ACCEPTED})] if "accepted" in one else []
        steps += [(one["declined"], DECIDED, {"state": "declined"})] if "declined" in one else []
        steps += [(one["closed"], CLOSED, {"reason": ""})] if "closed" in one else []
        found += [
            Filing(len(found) + k, kind, f"h{n}", day_of(on), datetime(2026, 1, 1, tzinfo=UTC), "li", body_of(said))
            for k, (on, kind, said) in enumerate(steps, 1)
        ]
    return found


def told(found: Class) -> str:
    """Return a class as the cases write it."""
    words = [found.five_class(), found.bucket, found.overdue, str(found.stage), str(found.late_days)]
    words += ["observed"] if found.is_observed else []
    return " ".join([*words, *(["poci"] if found.is_poci else [])])


@pytest.mark.parametrize("case", cases())
def test_case(case: dict):
    terms, facts, noted = life_of(case)
    policies, tolerance_days = POLICIES[case.get("strict")], case.get("tolerance_days", 0)
    found = {}
    for on in case["on"]:
        known = class_on(terms, facts, noted, policies, day_of(on), tolerance_days)
        assert isinstance(known, Class), known
        found[on] = told(known)
    assert found == case["on"], case["why"]
    if "history" in case:
        changes = history(terms, facts, noted, policies, day_of(max(case["on"])), tolerance_days)
        assert not isinstance(changes, Refused)
        listed = [[date.fromordinal(one.on).isoformat(), one.after.five_class(), *one.cause] for one in changes]
        assert listed == case["history"], case["why"]


@pytest.mark.parametrize("case", cases())
def test_history_says_of_every_day_what_the_day_says(case: dict):
    """Walking to the last day and stopping on any earlier one give the same class: nothing of the future reaches back."""
    terms, facts, noted = life_of(case)
    policies, tolerance_days = POLICIES[case.get("strict")], case.get("tolerance_days", 0)
    last = day_of(max(case["on"]))
    changes = history(terms, facts, noted, policies, last, tolerance_days)
    assert not isinstance(changes, Refused)
    for day in range(changes[0].on, last + 1, 17):
        whole = [one for one in changes if one.on <= day][-1].after
        alone = class_on(terms, facts, noted, policies, day, tolerance_days)
        assert isinstance(alone, Class)
        assert alone[1:] == whole[1:], date.fromordinal(day)
