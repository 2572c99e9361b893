"""Applications and their review as an underwriter would check them: `tests/cases/application/*.yaml`, each from an empty file on.

A step does a command (`do`; on 1 December 2026 at nine where it does not say when), lets the engine decide (`engine`), or looks at another
day (`at_day`). It may name the refusal, part of the answer, of the row of the queue and of the offer, the messages, and the state after it.
"""

import json
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from plimsoll.app.wiring import WIRING, parts_of
from plimsoll.loan.book import Decision
from plimsoll.loan.filing import Filing
from plimsoll.origination.application import APPROVE, DECIDE, MAKE, Offer, filed, find_application
from plimsoll.origination.queue import KIND, case
from plimsoll.units.rate import Rate
from plimsoll.units.refusal import Malformed, Refused
from tests.filed import File
from tests.golden import read_yaml

FOLDER = Path(__file__).resolve().parents[1] / "cases" / "application"
DAY = "2026-12-01"
CHECKS = ("do", "refused", "malformed", "answer", "state", "queue", "offer", "says")


def cases() -> list:
    """Return every case, in the order of the files."""
    found = [one for path in sorted(FOLDER.glob("*.yaml")) for one in read_yaml(path.read_text("utf-8"))]
    assert len({one["id"] for one in found}) == len(found), "an id is used twice"
    return [pytest.param(one, id=one["id"]) for one in found]


@pytest.mark.parametrize("told", cases())
def test_case(told: dict):
    file = File(opened_on=DAY)
    for number, step in enumerate(told["steps"], 1):
        wrong = check(file, step)
        assert not wrong, f"{told['why']} Step {number}: {wrong}"


def check(file: File, step: dict) -> list[str]:
    """Take a step; say where the file is not as expected."""
    before = file.book
    if "do" in step:
        wrong = do(file, step)
        if wrong or "refused" in step or "malformed" in step:
            return wrong + ([] if file.book is before else ["a refusal changed the file"])
    elif "engine" in step:
        wrong = engine(file, step)
    else:
        wrong = []
    on = date.fromisoformat(step.get("at_day", step.get("on", DAY))).toordinal()
    found = find_application(file.book.filings, step["application_id"], on)
    assert not isinstance(found, Refused), found
    wrong += differs("state", step.get("state", found.state), found.state)
    item = file.work.get((KIND, step["application_id"]))
    wrong += [w for name, value in step.get("queue", {}).items() for w in differs(name, value, getattr(item, name))]
    for name, value in step.get("offer", {}).items():
        value = date.fromisoformat(value).toordinal() if name == "expires_on" else value
        wrong += differs(name, value, getattr(found.offer, name))
    return wrong + (differs("says", step["says"], [kind for kind, _ in file.said]) if "says" in step else [])


def do(file: File, step: dict) -> list[str]:
    """Do the command of a step."""
    fields = {name: value for name, value in step.items() if name not in (*CHECKS, "actor", "at", "on")}
    if "currency" in parts_of(step["do"]):
        fields.setdefault("currency", "CNY")
    try:
        outcome = file.run(step["do"], step.get("on", DAY), step.get("actor", "borrower"), step.get("at", ""), **fields)
    except Malformed as wrong:
        return differs("malformed", step.get("malformed", ""), wrong.code)
    if isinstance(outcome, Refused):
        assert outcome.text("zh-CN")
        return differs("refused", step.get("refused", ""), outcome.code)
    assert isinstance(outcome, Decision)
    answer = json.loads(outcome.answer)
    wrong = differs("refused", step.get("refused", ""), "")
    return wrong + [w for name, value in step.get("answer", {}).items() for w in differs(name, value, answer.get(name))]


def engine(file: File, step: dict) -> list[str]:
    """Put on record what the engine decided, as its verb would."""
    on, now = date.fromisoformat(DAY), datetime.fromisoformat(f"{DAY}T09:00").replace(tzinfo=UTC)
    limit = step.get("limit", 800_000)
    offer = Offer(
        product="cash-line",
        cash_product="cash-line",
        later_product="pay-later",
        currency="CNY",
        loan_minor=limit,
        limit_minor=limit,
        cash_limit_minor=limit,
        later_limit_minor=0,
        rate=Rate.parse("0.0004"),
        instalments=12,
        grade="b",
        capacity_minor=step.get("capacity", 15_000_000),
        room_minor=2_000_000,
        stress_ppb=94_560_000,
        expires_on=on.toordinal() + 14,
    )
    said = {"outcome": step["engine"], "leaning": step["leaning"], "suggested": offer.said() if limit else None}
    said |= {"reasons": [], "priority": 0, "purposes": step.get("purposes", [])}
    new = [filed(DECIDE, step["application_id"], said)]
    if step["engine"] == APPROVE:
        new.append(filed(MAKE, step["application_id"], offer.said()))
    first = len(file.book.filings) + 1
    filings = [Filing(n, one.kind, one.subject, on.toordinal(), now, "engine", one.body) for n, one in enumerate(new, first)]
    file.book = file.book._replace(filings=(*file.book.filings, *filings))
    found = find_application(file.book.filings, step["application_id"], on.toordinal())
    if found.state == "in_review":
        file.work[KIND, step["application_id"]] = case(found, "open", file.rules, on)
    return []


def differs(place: str, wanted: object, found: object) -> list[str]:
    """Say where what was found is not what is wanted."""
    return [] if wanted == found else [f"{place}: expected {wanted!r}, got {found!r}"]


OF_REVIEW = (
    "apply", "withdraw_application", "claim_review", "release_review", "request_documents", "provide_documents", "review", "approve_review",
    "demand_review",
)  # fmt: skip


def test_every_command_of_review_has_a_case_that_works_and_one_that_is_refused():
    steps = [step for one in cases() for step in one.values[0]["steps"] if "do" in step]
    assert set(OF_REVIEW) <= {verb.name for verb in WIRING.values()}
    assert not set(OF_REVIEW) - {step["do"] for step in steps if "refused" not in step}
    assert not set(OF_REVIEW) - {step["do"] for step in steps if "refused" in step}
