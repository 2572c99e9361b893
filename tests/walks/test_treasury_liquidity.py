"""The ladder of a book on both databases: what falls due to the lender is its part of every schedule; limits are measured on the tape."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plimsoll.app.dossier import dossier_of
from plimsoll.app.execute import Answer
from plimsoll.app.execute_many import execute_many
from plimsoll.app.treasury.cash import cash_by_currency
from plimsoll.app.treasury.liquidity import balance, ladder, positions, ratios, read_planned
from plimsoll.app.treasury.measure_book import course_of, places, stands
from plimsoll.app.treasury.shares import funders_of, holdings_of
from plimsoll.app.treasury.throttle import Step, set_throttle, step_of, with_throttle
from plimsoll.app.verify import verify
from plimsoll.app.wiring import WIRING, read_command
from plimsoll.risk.throttle import ladder_on
from plimsoll.treasury.route import LENDER
from plimsoll.treasury.survive import Balance, Course
from plimsoll.treasury.throttle import has_turn, throttle_of
from plimsoll.treasury.trigger import BREACHED
from plimsoll.units.rate import Rate
from tests.refusing import refuses
from tests.walks.test_treasury import ACT, DRAWN_ON, RULES, House, fund_draws, write_tape

TODAY = datetime(2026, 6, 1, tzinfo=UTC).date()


@pytest.fixture
def house(store) -> House:
    """Give a book with one draw of 1,200.00 in six parts, half of it a bank's, and a limit of 3,800.00 not drawn."""
    found = House(store)
    bank = {"kind": "partner", "currency": "CNY", "committed": "1000.00", "price": "0.04", "most": "0.5"}
    found.do("register_funder", "2026-01-05", subject="bank", **bank)
    found.do("open_customer", "2026-01-10", customer_id=1)
    limits = {"currency": "CNY", "limit": "5000.00", "cash_limit": "5000.00", "later_limit": "0.00"}
    found.do("open_line", "2026-01-10", customer_id=1, **limits)
    draw = {"currency": "CNY", "amount": "1200.00", "rate": "0.0004", "instalments": 6, "repayment": "equal-principal"}
    found.do("draw", "2026-01-15", customer_id=1, loan_id=11, **draw)
    fund_draws(store, DRAWN_ON, ACT)
    return found


def test_the_ladder_is_the_lenders_part_of_every_schedule(house):
    """Of 200.00 of principal a month and interest of 31 days on 1,200.00 at 0.0004 (14.88) half is the bank's."""
    (one,) = positions(house.store, date(2026, 1, 15), TODAY)
    assert one.due.own[31] == 10_744
    assert (one.undrawn_minor, one.lent.all_minor, dict(one.lent.of)) == (380_000, 120_000, {"bank": 60_000})
    assert sum(one.due.own.values()) + sum(one.due.funders.values()) > 120_000
    assert all(one.due.own[day] - one.due.funders[day] in (0, 1) for day in one.due.own), "the odd cent is the lender's"
    steps = ladder(one, 50_000, [], RULES)
    assert steps.agreed[-1].cumulative_minor == 50_000 + sum(one.due.own.values())
    assert [rung.inward_minor for rung in steps.agreed][:2] == [0, 0]
    assert steps.agreed_short is None
    assert steps.behaved_short is not None, "limits are drawn and nobody brings money"


def test_money_planned_and_the_ratios_of_the_law(house, tmp_path):
    path = tmp_path / "flows.csv"
    path.write_text("on,currency,amount,what\n2026-02-10,CNY,-1000.00,bond\n2026-05-10,CNY,-9.00,rent\n2026-02-10,USD,-5.00,other\n")
    (one,) = positions(house.store, date(2026, 1, 15), TODAY)
    planned = read_planned(path)
    steps = ladder(one, 50_000, planned, RULES)
    assert (steps.agreed[1].outward_minor, steps.agreed_short) == (100_000, 26)
    law = ratios(one, 50_000, 4_599, planned, RULES, "cfc")
    assert (law.liquid_minor, law.soon_minor, law.liquidity.millionths, law.liquidity.is_enough) == (50_000, 100_000, 500_000, True)
    assert (law.assets_minor, law.leverage.least) == (50_000 + 60_000 + 38_000, Rate(4, 100))
    assert not law.leverage.is_enough
    sides = balance(one, 50_000, 4_599)
    assert sum(sides["assets"].values()) == sum(sides["funding"].values()) == 170_000
    path.write_text("on,currency,amount,what\n2026-01-14,CNY,-1.00,late\n")
    with refuses("flow_past"):
        ladder(one, 0, read_planned(path), RULES)
    path.write_text("on,currency,amount,what\n2026-01-14,CNY,much,late\n")
    with refuses("flow_malformed"):
        read_planned(path)


def test_the_ladder_looks_ahead_only(house):
    assert positions(house.store, date(2026, 6, 2), TODAY).code == "date_in_future"


def test_triggers_stand_where_the_tape_says(house, tmp_path):
    """Paid in full on the first due day, in part on the second, nothing on the third: late from 15 March on."""
    house.do("repay", "2026-02-15", customer_id=1, loan_id=11, amount="214.88", currency="CNY")
    write_tape(house.store, tmp_path, date(2026, 1, 31), date(2026, 2, 28), date(2026, 3, 31), date(2026, 4, 30))
    held, funders = holdings_of(house.store, TODAY.toordinal()), tuple(funders_of(house.store).values())
    found = stands(tmp_path, date(2026, 4, 30), 6, "CNY", held)
    assert [(one.principal, one.late) for one in found] == [(120_000, 0), (100_000, 0), (100_000, 0), (100_000, 100_000)]
    told = dict(places(found, funders, RULES, TODAY))
    assert (told["delinquency"].value, told["delinquency"].state, told["delinquency"].days) == (1.0, BREACHED, 0.0)
    assert told["funder-used bank"].value == 0.5
    assert told["largest-funder"].value == 0.5
    usual = course_of(found, funders, 0.06, 0.003, 0.85)
    assert usual.months == 3
    assert usual.course.price == pytest.approx(0.04 / 12)
    assert usual.course.repaid == pytest.approx(20_000 / (89 * 12 / 365) / (320_000 / 3))
    with refuses("tape_too_short"):
        course_of(found[:1], funders, 0.06, 0.003, 0.85)
    with refuses("tape_day_missing"):
        stands(tmp_path, date(2026, 4, 29), 6, "CNY", held)
    assert LENDER not in found[0].lent.of


BALANCE = Balance(1_000_000, 0.5, 200_000, 400_000, 10_000)
STEADY = Course(0.05, 0.01, 0.03, 0.1, 0.002, 0.003, 1.0, 0.85, 0.06)


@pytest.mark.parametrize(
    ("late", "cash", "step"),
    [
        (0.03, 200_000, Step(1.0, 0.5, "delinquency")),
        (0.048, 200_000, Step(0.6, 0.8, "delinquency")),
        (0.0546, 200_000, Step(0.2, 0.91, "delinquency")),
        (0.06, 200_000, Step(0.0, 1.0, "delinquency")),
        (0.03, 10_000, Step(0.0, 1.0, "cash")),
        (0.03, 0, Step(0.0, 1.0, "cash")),
    ],
)
def test_the_step_of_a_day_is_that_of_the_tighter_limit(late, cash, step):
    found = step_of(BALANCE._replace(cash=cash), STEADY._replace(delinquent=late), ladder_on(RULES, TODAY))
    assert (found.granted, found.why, round(found.used, 6)) == (step.granted, step.why, pytest.approx(step.used))


@settings(max_examples=10, deadline=None)
@given(st.sampled_from((20, 60, 100)), st.dates(date(2026, 1, 1), date(2027, 12, 31)))
def test_as_many_have_their_turn_as_are_granted_and_nobody_loses_it_as_more_is(percent, day):
    having = [has_turn("CNY", customer_id, day, Rate(percent, 100)) for customer_id in range(2_000)]
    assert abs(sum(having) - 20 * percent) < 130
    wider = [has_turn("CNY", customer_id, day, Rate(min(percent + 20, 100), 100)) for customer_id in range(2_000)]
    assert all(more for less, more in zip(having, wider, strict=True) if less)


def test_cash_is_stated_by_day_and_the_last_statement_of_a_day_holds(house):
    assert house.do("state_cash", "2026-01-20", subject="XYZ", minor=5) == "cash_malformed"
    for on, minor in (("2026-01-20", 500), ("2026-01-22", 700), ("2026-01-20", 600)):
        assert house.do("state_cash", on, subject="CNY", minor=minor) == {"minor": minor, "source": ""}
    by_day = {day: cash_by_currency(house.store, date(2026, 1, day).toordinal()) for day in (19, 20, 21, 22)}
    assert by_day == {19: {}, 20: {"CNY": 600}, 21: {"CNY": 600}, 22: {"CNY": 700}}
    assert verify(house.store).breaches == {}


def test_draws_stop_while_the_throttle_is_shut(house):
    store, draw = (
        house.store,
        read_command(
            {"key": "d", "on": "2026-02-02", "customer_id": 1, "loan_id": 12, "currency": "CNY", "amount": "600.00", "rate": "0.0004"},
            "draw",
        ),
    )
    assert house.do("set_throttle", "2026-01-20", subject="CNY", granted="0.5", used="0.9", why="cash") == "throttle_malformed"
    assert house.do("set_throttle", "2026-01-20", subject="EUR", granted="0", used="0.9", why="mood") == "throttle_malformed"
    shut = Step(0.0, 1.2, "delinquency")
    assert json.loads(set_throttle(store, "CNY", date(2026, 2, 1), shut, ACT).text) == {"granted": "0", "used": "1.2", "why": "delinquency"}
    assert set_throttle(store, "CNY", date(2026, 2, 1), shut, ACT).is_replayed
    (outcome,) = execute_many(store, with_throttle(store, WIRING), [draw], actor="post", now=ACT.now, rules=RULES)
    assert outcome.code == "origination_stopped"
    set_throttle(store, "CNY", date(2026, 2, 2), Step(0.2, 0.9, "cash"), ACT)
    wiring, tomorrow = with_throttle(store, WIRING), replace(draw, key="d3", on=date(2026, 2, 3))
    outcomes = list(execute_many(store, wiring, [draw, tomorrow], actor="post", now=ACT.now, rules=RULES))
    assert (outcomes[0].code, outcomes[0].rule) == ("origination_slowed", "POLICY.TREASURY.THROTTLE"), "no turn on the 2nd"
    outcome = outcomes[1]
    assert isinstance(outcome, Answer), outcome
    assert throttle_of(dossier_of(store, "throttle", "CNY"), date(2026, 2, 1).toordinal()).is_shut()
    assert verify(store).breaches == {}
