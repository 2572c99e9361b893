"""Signals and warnings: figures by hand, the budget, warnings that do not flicker, the holdout, and hazards of competing endings."""

from datetime import UTC, date, datetime

import numpy as np
import pytest

from plimsoll.loan.filing import Filing
from plimsoll.monitoring.signals import Months, from_file, from_months, is_raised, payment_drift, raised
from plimsoll.monitoring.warn import Scored, WatchPolicy, warn, watch_policy
from plimsoll.risk.answer import answer_text, filed_answer, read_answer
from plimsoll.risk.hazard.evaluate import at_budget, persistence
from plimsoll.risk.hazard.spells import Spells, at_risk, cumulated, fold_of
from plimsoll.risk.lawful import lawful_rules
from plimsoll.risk.score.split import Split, is_chosen
from plimsoll.rulebook.feature import load as load_features
from plimsoll.rulebook.signal import load

CATALOGUE = load()
FEATURES = load_features()
NOBODY = Split("warning holdout", 0)
FIFTH = WatchPolicy(0.2, 0.4, 2, NOBODY)


def test_signals_by_hand():
    found = from_months(Months(1_000, [500, 600, 950], [0, 500, 10], [-1, -1, 0]))
    assert found["utilisation"] == 0.95
    assert found["utilisation_jump"] == pytest.approx(0.35)
    assert found["pay_share"] == pytest.approx(10 / 600)
    assert found["pay_step_down"] == 3
    assert found["drawn_minor"] == 360
    assert found["draw_to_repay"] == 0.5
    assert found["nothing_paid"] == 0, "a month that asked for nothing is none without a payment"


@pytest.mark.parametrize(
    ("paid", "states", "share"),
    [
        ([0, 0, 0], [0, 0, 0], None),
        ([0, 0, 100], [-2, 0, 0], 0.0),
        ([0, 0, 100], [0, 1, 1], 0.5),
        ([0, 0, 0], [0, 1, 2], 1.0),
    ],
    ids=["drawn, and not due before summer", "due once, and paid", "missed once, then paid too little", "missed since it was due"],
)
def test_a_month_in_which_nothing_was_due_is_no_month_without_a_payment(paid, states, share):
    assert from_months(Months(1_000, [500, 500, 500], paid, states))["nothing_paid"] == share


def test_one_month_alone_knows_no_change():
    found = from_months(Months(1_000, [0], [0], [-2]))
    assert [found[name] for name in ("utilisation_jump", "pay_share", "drawn_minor", "draw_to_repay", "pay_step_down")] == [None] * 5


def test_every_signal_of_the_months_is_in_the_catalogue():
    assert set(from_months(Months(1, [1], [1], [0]))) == {name for name, one in CATALOGUE.by_name.items() if one.source == "book"}


def test_the_bound_itself_is_raised_and_the_unknown_is_not():
    full = CATALOGUE.by_name["utilisation"]
    assert [is_raised(full, value) for value in (0.8999, 0.9, None)] == [False, True, False]
    assert [one.name for one in raised(CATALOGUE, {"utilisation": 1.0, "overdue_elsewhere": 1.0})] == ["overdue_elsewhere", "utilisation"]


def test_payments_that_slip_towards_the_due_day():
    assert payment_drift([-10, -9, -2, 0]) == 8.5
    assert payment_drift([-2, 0]) is None


def told(number, on, **values):
    """Give an answer of a bureau or a payroll as the command would file it."""
    at = datetime(2026, 8, on, 12, tzinfo=UTC)
    items = [{"name": name, "kind": "payroll" if name.startswith("income") else "", "value": value, "event_at": f"{at:%Y-%m-%d}"}
             for name, value in values.items()]  # fmt: skip
    source = "bureau" if next(iter(values)).startswith("bureau") else "income"
    return Filing(
        number, "evidence", source, at.toordinal(), at, "test", filed_answer(read_answer(answer_text(items), source, FEATURES, at), 1)
    )


def test_signals_of_what_is_on_file():
    filings = (
        told(1, 1, income_monthly_minor=1_000_000),
        told(2, 2, bureau_new_lenders_30d=2, bureau_current_overdue_minor=0),
        told(3, 20, income_monthly_minor=600_000),
        Filing(4, "complaint.filed", "c1", date(2026, 8, 3).toordinal(), datetime(2026, 8, 3, tzinfo=UTC), "test", "{}"),
    )
    early = from_file(filings, date(2026, 8, 10).toordinal(), FEATURES)
    assert (early["lenders_new"], early["overdue_elsewhere"], early["income_shrunk"], early["complaints_open"]) == (2, 0, None, 1)
    late = from_file(filings, date(2026, 8, 20).toordinal(), FEATURES)
    assert late["income_shrunk"] == pytest.approx(0.4)
    assert late["inquiries"] is None, "never told is not nought"
    assert {"lenders_new", "income_shrunk"} <= {one.name for one in raised(CATALOGUE, late)}


def chances(*values):
    return [Scored(number, value, {}) for number, value in enumerate(values, 1)]


def test_the_budget_holds_and_warnings_do_not_flicker():
    first = warn(chances(*(0.9, 0.8, 0.3, 0.2, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1)), {}, 1, FIFTH, CATALOGUE)
    assert [one.customer_id for one in first.standing] == [1, 2]
    before = {one.customer_id: one for one in first.standing}
    # 2 falls to rank 4, still within what keeps; 1 to rank 6, outside it.
    second = warn(chances(*(0.2, 0.4, 0.9, 0.8, 0.7, 0.3, 0.1, 0.1, 0.1, 0.1)), before, 2, FIFTH, CATALOGUE)
    assert {one.customer_id: one.months_below for one in second.standing} == {1: 1, 2: 0}
    assert not second.new, "what stands uses up the budget"
    third = warn(
        chances(*(0.2, 0.4, 0.9, 0.8, 0.7, 0.3, 0.1, 0.1, 0.1, 0.1)), {one.customer_id: one for one in second.standing}, 3, FIFTH, CATALOGUE
    )
    assert [one.customer_id for one in third.ended] == [1]
    assert [one.customer_id for one in third.new] == [3]


def test_who_is_held_out_is_told_by_a_sticky_hash():
    policy = watch_policy(lawful_rules(), date(2026, 12, 1))
    everybody = warn([Scored(n, 0.5, {}) for n in range(1, 2_001)], {}, 1, policy._replace(budget=1.0), CATALOGUE).standing
    held = {one.customer_id for one in everybody if one.is_held_out}
    assert held == {n for n in range(1, 2_001) if is_chosen(n, policy.held_out)}
    assert 0.07 < len(held) / 2_000 < 0.13


def spells(rows):
    return Spells(*np.array(rows, np.int64).T)


def test_months_at_risk_end_with_the_first_ending_or_with_what_was_seen():
    rows = at_risk(spells([(1, 1, 2, 0, 3), (2, 1, 0, 0, 2), (3, 1, 3, 1, 3), (4, 1, 1, 1, 3), (5, 1, 0, 0, 0)]), 3)
    assert rows.unit.tolist() == [0, 0, 1, 1, 2, 3]
    assert rows.step.tolist() == [1, 2, 1, 2, 1, 1]
    assert rows.late.tolist() == [0, 1, 0, 0, 0, 1]
    assert rows.out.tolist() == [0, 0, 0, 0, 1, 0]


def test_a_constant_hazard_adds_up_as_the_formula_says():
    late, out = np.array([0.1]), np.array([0.2])
    assert cumulated([late] * 3, [out] * 3)[0] == pytest.approx(0.1 + 0.7 * 0.1 + 0.49 * 0.1)


def test_all_months_of_a_customer_are_in_one_fold():
    ids = np.arange(1, 1_001)
    assert (fold_of(np.concatenate([ids, ids]), 5).reshape(2, -1)[0] == fold_of(ids, 5)).all()
    assert np.bincount(fold_of(ids, 5)).min() > 150


def test_precision_recall_lift_and_lead_by_hand():
    units = spells([(1, 1, 2, 0, 3), (2, 1, 1, 0, 3), (3, 1, 0, 0, 3), (4, 1, 0, 0, 3), (1, 2, 3, 0, 3), (5, 2, 0, 0, 3)])
    score = np.array([0.9, 0.8, 0.7, 0.1, 0.2, 0.6])
    found = at_budget(score, units, 3, 0.5)
    assert (found.warnings, found.right) == (3, 2)
    assert (found.precision, found.recall) == (pytest.approx(2 / 3), pytest.approx(2 / 3))
    assert found.lift == pytest.approx(4 / 3)
    assert (found.lead_median, found.lead_two, found.useful) == (1.5, 0.5, pytest.approx(1 / 3))
    by_month = at_budget(score, units, 3, 0.5, by_month=True)
    assert (by_month.warnings, by_month.right) == (3, 2)
    assert persistence(score, units, 0.5) == 0.0
