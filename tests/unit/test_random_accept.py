"""The cell of random accepts: who is in it, who never is, and what one of it stands for; and the figures of the rules on models."""

from datetime import date

import pytest

from plimsoll.risk.measure.policy import model_policy
from plimsoll.risk.score.random_accept import RandomAccept, random_accept
from plimsoll.risk.score.split import Split, challenger_split
from plimsoll.rulebook.rules import load
from plimsoll.units.refusal import Malformed

RULES = load()
ON = date(2026, 12, 1)
EVERYBODY = RandomAccept(Split("s", 10_000), 200_000)


@pytest.mark.parametrize(
    ("stages", "is_in"),
    [(["score"], True), (["score", "score"], True), ([], False), (["policy"], False), (["score", "load line"], False), (["fraud"], False)],
)
def test_only_whom_the_score_alone_declines_is_taken(stages, is_in):
    assert EVERYBODY.is_in(7, stages) is is_in


def test_the_cell_is_small_sticky_and_weighted():
    cell = random_accept(RULES, ON)
    assert (cell.split.share_bp, cell.limit_minor) == (50, 200_000)
    chosen = [customer_id for customer_id in range(20_000) if cell.is_in(customer_id, ["score"])]
    assert abs(len(chosen) - 100) < 50
    assert chosen == [customer_id for customer_id in range(20_000) if random_accept(RULES, ON).is_in(customer_id, ["score"])]
    assert len(chosen) * cell.weight() == pytest.approx(20_000, rel=0.5)
    assert RandomAccept(Split("s", 0), 0).weight() == 0.0
    assert not RandomAccept(Split("s", 0), 0).is_in(7, ["score"])


def test_the_figures_of_a_day():
    policy = model_policy(RULES, ON)
    assert (policy.psi_alert, policy.psi_act, policy.psi_months, policy.validation_months) == (0.10, 0.25, 1, 12)
    assert challenger_split(RULES, ON, "digest") == Split("digest", 0)


@pytest.mark.parametrize("read", [model_policy, random_accept, lambda rules, on: challenger_split(rules, on, "x")])
def test_before_there_were_rules_nothing_is_made_up(read):
    with pytest.raises(Malformed) as wrong:
        read(RULES, date(2010, 1, 1))
    assert wrong.value.code == "rule_not_in_force"
