"""Agencies and placements as an officer would check them: `tests/cases/agencies/*.yaml`."""

import json
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from plimsoll.app.posting import load_facts, want_of
from plimsoll.app.wiring import DOSSIER_COMMANDS, DOSSIER_WIRING, WIRING, parts_of, read_command
from plimsoll.collections.agency import Agency, agency_of, refuse_agency
from plimsoll.collections.attempt_contact import AttemptContact
from plimsoll.collections.place_with_agency import PlaceWithAgency, Standing
from plimsoll.loan.book import Decision
from plimsoll.loan.dossier import Dossier, Written
from plimsoll.loan.filing import Filing
from plimsoll.units.refusal import Refused
from tests.counter import NOW, RULES, Counter, no_facts
from tests.golden import read_yaml

CASES = Path(__file__).resolve().parents[1] / "cases" / "agencies"
CHECKS = ("do", "on", "by", "refused", "answer", "work", "north_has")
POOL = 10
NORTH = {"title_zh": "北方催收", "title_en": "North Collections", "licence": "L-1", "valid_until": "2026-12-31", "page": "whitelist#north"}
NORTH |= {"contract_until": "2026-06-30", "commission": ["61:0.15", "181:0.25"]}
SOUTH = NORTH | {
    "title_en": "South Collections",
    "valid_until": "2028-12-31",
    "contract_until": "2028-12-31",
    "commission": ["1:0.1", "181:0.3"],
}


class Shelf:
    """Dossiers in memory: commands decided one after another as the executor would."""

    def __init__(self) -> None:
        self.dossiers: dict[str, tuple[Filing, ...]] = {}
        self.actor = "test"

    def run(self, name: str, on: str, **said: Any) -> Written | Refused:
        command = read_command({"key": "k", "on": on, **said}, name)
        verb = DOSSIER_WIRING[type(command)]
        seen = Dossier(verb.kind, command.subject, self.dossiers.get(command.subject, ()), {}, self.actor, NOW)
        written = verb.decide(seen, command, RULES)
        if isinstance(written, Written):
            new = enumerate(written.filings, len(seen.filings) + 1)
            filed = [Filing(n, one.kind, one.subject, command.on.toordinal(), NOW, self.actor, one.body) for n, one in new]
            self.dossiers[command.subject] = (*seen.filings, *filed)
        return written

    def agencies(self) -> dict[str, Agency]:
        found = {name: agency_of(name, filings) for name, filings in self.dossiers.items()}
        return {name: agency for name, agency in found.items() if agency is not None}


class Desk(Counter):
    """A customer at the counter, whose commands see the agencies of a shelf."""

    def __init__(self, shelf: Shelf) -> None:
        super().__init__()
        self.shelf = shelf
        self.north_has = 0

    def do(self, command: Any) -> Decision | Refused:
        agencies = self.shelf.agencies()
        standings = {name: Standing(one, self.north_has if name == "north" else 0, POOL) for name, one in agencies.items()}
        more = {PlaceWithAgency: {"standings": standings}, AttemptContact: {"agencies": agencies}}.get(type(command))
        if more is None:
            return super().do(command)
        verb = WIRING[type(command)]
        want = want_of(command, verb.reads)
        load_facts(self.sheet, want, no_facts)
        decision = partial(verb.decide, **more)(self.sheet.book(want, self.actor, self.now), command, self.rules)
        return decision if isinstance(decision, Refused) else self._post(decision, command.on.toordinal())


def shelf_with_two() -> Shelf:
    shelf = Shelf()
    for name, said in (("north", NORTH), ("south", SOUTH)):
        assert isinstance(shelf.run("register_agency", "2026-01-05", subject=name, **said), Written)
    return shelf


def in_arrears(shelf: Shelf) -> Desk:
    desk = Desk(shelf)
    assert isinstance(desk.run("open_customer", "2026-01-10"), Decision)
    line = {"currency": "CNY", "limit": "50000.00", "cash_limit": "30000.00", "later_limit": "20000.00", "loan_id": 1}
    assert isinstance(desk.run("open_line", "2026-01-10", **line), Decision)
    drawn = desk.run("draw", "2026-01-15", loan_id=11, currency="CNY", amount="9000.00", rate="0.0005", instalments=12)
    assert isinstance(drawn, Decision), drawn
    return desk


def cases(name: str) -> list:
    found = read_yaml((CASES / name).read_text("utf-8").replace("DIGEST", "ab" * 32))
    return [pytest.param(case, id=case["id"]) for case in found]


@pytest.mark.parametrize("case", cases("dossier.yaml"))
def test_dossier(case: dict):
    shelf = shelf_with_two()
    for number, step in enumerate(case["steps"], 1):
        if "stands" in step:
            refused = refuse_agency(shelf.agencies()["north"], date.fromisoformat(step["on"]), RULES)
            assert (refused.code if refused else "ok") == step["stands"], f"{case['why']} Step {number}"
        else:
            check(shelf, shelf, {"subject": "north"} | step, f"{case['why']} Step {number}")


@pytest.mark.parametrize("case", cases("placing.yaml"))
def test_placing(case: dict):
    shelf = shelf_with_two()
    desk = in_arrears(shelf)
    for number, step in enumerate(case["steps"], 1):
        told = f"{case['why']} Step {number}"
        desk.now = datetime.fromisoformat(f"{step['on']}T12:00:00+08:00").astimezone(UTC)
        if "contact" in step:
            said = {
                "contact_id": f"c{number}",
                "channel": "call",
                "purpose": "collect",
                "zone": "Asia/Shanghai",
                "number": f"blind-{number}",
            }
            done = desk.run("attempt_contact", step["on"], by=step["contact"], **said)
            assert isinstance(done, Decision), done
            answer = json.loads(done.answer)
            assert answer.get("rule", "allowed") == step["rule"], told
            assert len(done.messages) == int(answer["allowed"])
            desk.run("record_outcome", step["on"], contact_id=f"c{number}", outcome="unanswered")
            continue
        desk.north_has = step.get("north_has", 0)
        check(desk, shelf, step, told)


def check(desk: Any, shelf: Shelf, step: dict, told: str) -> None:
    """Take a step and compare its refusal, answer and place in a queue."""
    fields = {key: value for key, value in step.items() if key not in CHECKS}
    assert step["do"] not in DOSSIER_COMMANDS or "subject" in step, told
    who: Any = shelf if step["do"] in DOSSIER_COMMANDS else desk
    who.actor = step.get("by", "test")
    assert set(fields) <= set(parts_of(step["do"])), told
    outcome = who.run(step["do"], step["on"], **fields)
    if isinstance(outcome, Refused):
        assert outcome.code == step.get("refused"), f"{told}: {outcome.text()}"
        return
    assert "refused" not in step, f"{told}: {outcome.answer}"
    answer = json.loads(outcome.answer)
    assert {key: answer.get(key) for key in step.get("answer", {})} == step.get("answer", {}), told
    if "work" in step:
        assert [[one.kind, one.state, one.assigned_to] for one in outcome.work] == step["work"], told
