"""What suits an investor, as an officer would check it: `tests/cases/treasury/suitability.yaml`."""

import json
from datetime import date
from itertools import pairwise
from pathlib import Path

import pytest

from plimsoll.loan.dossier import Written
from plimsoll.rulebook.rules import load
from plimsoll.treasury.funder import DOSSIER, funder_of
from plimsoll.treasury.route import LENDER, Draw, House, route
from plimsoll.treasury.share import WHOLE
from plimsoll.treasury.suitability import KEYS, expected_loss, suits_on
from plimsoll.units.refusal import Refused
from tests.dossiers import Dossiers
from tests.golden import read_yaml

CASES = read_yaml((Path(__file__).resolve().parents[1] / "cases" / "treasury" / "suitability.yaml").read_text("utf-8"))
RULES = load()
HOUSE = House(cash_minor=10**9, loans_minor=10**9, guaranteed_minor=0, licence="cfc")
DAY = "2026-01-05"
ASSESSED = {
    "investor_class": "qualified", "loss_capacity": "0.4", "horizon_months": 24, "answers_digest": "5f1c" * 16, "assessed_on": DAY,
    "assessed_by": "wang.fang",
}  # fmt: skip
AGREED = {"currency": "CNY", "committed": "1000.00", "price": "0.04", "most": "0.7", "months_most": 12, "grades": ["A", "B", "C"]}


def do(shelf: Dossiers, step: dict, day: str) -> Written | Refused | None:
    """Do a step of a case; None where it asks routing."""
    at = f"{day}T09:00"
    if "assess" in step:
        return shelf.run("assess_investor", "fund", at, "desk", **ASSESSED | step["assess"])
    if "register" in step:
        return shelf.run("register_funder", "fund", at, "desk", **{"kind": "investor"} | AGREED | step["register"])
    return shelf.run("amend_funder", "fund", at, "desk", **AGREED | step["amend"]) if "amend" in step else None


def routed(shelf: Dossiers, said: dict, day: str) -> dict[str, str]:
    """Give the part that the investor takes of 1,000.00, or why it is left out."""
    funder = funder_of("fund", shelf.of(DOSSIER, "fund"), said.get("lent", 200) * 100)
    draw = Draw("cash-line", "CNY", 1_000_00, said["months"], said["grade"], date.fromisoformat(day))
    found = route(draw, [funder], HOUSE, RULES)
    takes = {one.funder: f"{one.ppm / WHOLE:g}" for one in found.shares if one.funder != LENDER}
    return {"takes": takes["fund"]} if takes else {"left_out": found.left_out[0][1]}


@pytest.mark.parametrize("case", [pytest.param(case, id=case["id"]) for case in CASES])
def test_case(case):
    shelf = Dossiers(RULES)
    for step in case["steps"]:
        day = str(step.get("on", DAY))
        before = shelf.of(DOSSIER, "fund")
        done = do(shelf, step, day)
        if done is None:
            assert routed(shelf, step["draw"], day) == {name: step[name] for name in ("takes", "left_out") if name in step}, step
        elif isinstance(done, Refused):
            assert done.code == step.get("refused"), (step, done)
            assert shelf.of(DOSSIER, "fund") == before
        else:
            told = json.loads(done.answer)
            assert {name: told[name] for name in ("level", "until") if name in step} == {
                n: step[n] for n in ("level", "until") if n in step
            }
            assert "refused" not in step, step


def test_a_level_above_another_holds_back_no_more():
    """What suits the careful suits the bold: by term, by loss and by part of the commitment."""
    shelf, found = Dossiers(RULES), []
    for capacity in ("0.1", "0.3", "0.6"):
        shelf.run("assess_investor", capacity, f"{DAY}T09:00", "desk", **ASSESSED | {
            "investor_class": "institution", "loss_capacity": capacity, "horizon_months": 60,
        })  # fmt: skip
        shelf.run("register_funder", capacity, f"{DAY}T09:00", "desk", **AGREED | {"kind": "investor", "months_most": 1, "grades": ["A"]})
        found.append(funder_of(capacity, shelf.of(DOSSIER, capacity)).assessed[-1])
    assert [one.level for one in found] == list(KEYS)
    suits = [suits_on((one,), RULES, date.fromisoformat(DAY)) for one in found]
    for careful, bold in pairwise(suits):
        assert careful.months <= bold.months
        assert not careful.loss.exceeds(bold.loss)
        assert not careful.lent.exceeds(bold.lent)


def test_a_grade_that_is_not_known_may_lose_all():
    on = date.fromisoformat(DAY)
    assert [expected_loss(grade, RULES, on).text() for grade in ("A", "C", "F", "", "Z")] == ["0.0088", "0.044", "0.88", "1", "1"]
