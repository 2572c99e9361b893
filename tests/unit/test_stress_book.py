"""Stress of made tapes: worse is dearer, collections that fail too, and what breaks is just past what does not."""

import json
from datetime import date

import numpy as np
import pytest

from plimsoll.app.tape.risk import fitted, stand
from plimsoll.interfaces.cli.main import main
from plimsoll.portfolio.ecl.of_tape import ecl_policy, measure
from plimsoll.portfolio.stress.book import breaking, chance_of, economies, less_collected, satellite, shift_of, stressed, unpaid_by_cap
from plimsoll.rulebook.rules import load
from tests.made_tapes import MAP, made_tape, rows_of, write_rows
from tests.refusing import refuses

RULES = load()
ON = date(2026, 6, 30)
STRINGS = {
    **{f"good{n}": "00000000" for n in range(60)},
    **{f"late{n}": "00012100" for n in range(12)},
    **{f"falls{n}": "00012344" for n in range(6)},
    "now": "00000012",
}


@pytest.fixture
def book(tmp_path):
    with made_tape(tmp_path, STRINGS) as tape:
        policy = ecl_policy(RULES, ON)
        yield stand(tape, tape.source.months[-1]).loans, fitted(tape, policy), policy, satellite(RULES, ON)


def test_every_scenario_costs_more_than_today(book):
    loans, fit, policy, model = book
    today = int(measure(loans, fit, policy).allowance_minor.sum())
    found = {economy.name: stressed(loans, fit, policy, economy, model) for economy in economies(RULES, ON)}
    assert all(one.allowance_minor > today for one in found.values() if one.name != "mild")
    assert found["mild"].allowance_minor < found["severe"].allowance_minor
    assert found["collections-halved"].shift == 0
    assert found["collections-halved"].chance > chance_of(loans, measure(loans, fit, policy))
    assert shift_of(model, economies(RULES, ON)[1]) > shift_of(model, economies(RULES, ON)[0]) > 0


def test_what_is_not_collected_goes_a_bucket_further(book):
    _, fit, _, _ = book
    found = less_collected(fit.moves, 0.5).chances
    assert np.allclose(found.sum(axis=2), 1)
    assert np.allclose(found[0], fit.moves.chances[0]), "who is not late is not collected from"
    assert np.allclose(found[1][:, 0], 0.5 * fit.moves.chances[1][:, 0])
    assert np.allclose(less_collected(fit.moves, 0.0).chances, fit.moves.chances)
    with refuses("scenario_malformed"):
        less_collected(fit.moves, 1.1)


def test_what_breaks_is_just_past_what_does_not(book):
    loans, fit, policy, model = book
    worst = next(economy for economy in economies(RULES, ON) if economy.name == "severe")
    found = breaking(loans, fit, policy, worst, model, 500_00)
    assert found[0].size is not None
    base = int(measure(loans, fit, policy).allowance_minor.sum())

    def more(shock):
        economy = worst._replace(**{name: getattr(worst, name) * shock.get(name, 0) for name in ("unemployment", "income", "supply")})
        return stressed(loans, fit, policy, economy._replace(uncollected=0, loss_times=1), model).allowance_minor - base

    assert more(found[0].shock) > 500_00
    assert more({name: 0.98 * part for name, part in found[0].shock.items()}) <= 500_00
    assert all(one.size is None for one in breaking(loans, fit, policy, worst, model, 10**12))


def test_a_cap_that_pays_for_nothing_pays_for_nobody(book):
    loans, fit, policy, _ = book
    measured = measure(loans, fit, policy)
    assert unpaid_by_cap(loans, measured, {0.1: 0.0, 0.9: 1.0}) == {0.1: 1.0, 0.9: 0.0}


def test_on_the_command_line(tmp_path, capsys):
    where = write_rows(tmp_path / "tape.csv", rows_of(STRINGS))
    (tmp_path / "map.yaml").write_text(MAP, "utf-8")
    said = ["portfolio", "stress", "--tape", str(where), "--map", str(tmp_path / "map.yaml")]
    assert main([*said, "--json", "--capital", "500.00"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert [one["name"] for one in told["scenarios"]] == ["mild", "severe", "others-withdraw", "collections-halved"]
    assert {one["direction"] for one in told["breaks"]} == {"unemployment", "income", "supply", "together"}
    assert main(said) == 0
    assert "Vasicek" in capsys.readouterr().out
    assert main([*said, "--capital", "abc"]) == 2
