"""Who gets which treatment, what is learnt from what came, and made-up debtors who answer alike in any order."""

from collections import Counter
from datetime import UTC, date, datetime
from random import Random

import numpy as np
import pytest

from plimsoll.app.collecting.choose import EXPLORED, LESS, OPTIMISED, STRATEGY, choose, cost_minor
from plimsoll.app.collecting.late import Standing
from plimsoll.app.collecting.learn import CELLS, GIVEN, Effects, cell_of, learnt_from, thought
from plimsoll.app.collecting.past import Treated
from plimsoll.app.collecting.people import Contact
from plimsoll.collections.case import Case
from plimsoll.collections.debt import Debt
from plimsoll.collections.make_promise import MakePromise
from plimsoll.collections.open_hardship import OpenHardship
from plimsoll.collections.prefer_reminders import PreferReminders
from plimsoll.collections.tell_contact_fact import TellContactFact
from plimsoll.interfaces.cli.main import main
from plimsoll.loan.book import Book
from plimsoll.protection.file_complaint import FileComplaint
from plimsoll.rulebook.rules import load
from plimsoll.servicing.repay import Repay
from plimsoll.simulator.answer_contacts import SandboxPeople
from plimsoll.simulator.borrowers import borrower_of, cash_minor, days_since_payday, payday_after, payday_before

RULES = load()
ON = date(2026, 6, 1)
DAY = ON.toordinal()
CAPACITY = RULES.value("POLICY.COLLECT.CAPACITY", ON)


def standing(customer_id: int, treatment: str = "call", arm: str = "champion", late_minor: int = 100_000, bucket: str = "mid") -> Standing:
    case = Case("case-1", DAY - 5, "open", "unknown", bucket, 40, late_minor * 3, "CNY", "", arm, "", False, (), 0)
    case = case._replace(treatment=treatment, channel="call" if treatment == "call" else "sms")
    return Standing(customer_id, case, Debt("CNY", late_minor * 3, late_minor, 0, 40), Book(customer_id, 1, None, ()))


def known() -> Effects:
    return learnt_from((), RULES, ON)


def test_nobody_gets_more_than_the_strategy_says_and_capacity_holds():
    due = [
        standing(one, ("message", "ai_call", "call", "senior_call", "offer_plan", "rest")[one % 6], late_minor=500_000)
        for one in range(1, 2401)
    ]
    found = choose(due, known(), {}, RULES, ON)
    by_customer = {one.standing.customer_id: one for one in found.chosen}
    assert len(by_customer) == len(found.chosen)
    assert all(one.treatment in LESS[one.standing.case.treatment] for one in found.chosen)
    assert not [one for one in found.chosen if one.standing.case.treatment == "rest"]
    counts = Counter(one.treatment for one in found.chosen)
    assert all(counts[name] <= CAPACITY[name] for name in GIVEN)
    assert counts["call"] == CAPACITY["call"], "calls are scarce, so none is left"
    assert sum(cost_minor(one.channel) for one in found.chosen) <= CAPACITY["budget"]
    assert found.gap < 0.01
    assert found.prices["call"] > 0


def test_what_is_scarce_goes_where_it_brings_most():
    due = [standing(one, late_minor=1_000 * one) for one in range(1, 1_001)]
    chosen = {one.standing.customer_id: one for one in choose(due, known(), {}, RULES, ON).chosen if one.how == OPTIMISED}
    called = [one for one, found in chosen.items() if found.treatment == "call"]
    others = [one for one, found in chosen.items() if found.treatment != "call"]
    assert min(called) > max(others)


def test_those_held_out_get_the_baseline_before_anybody_else():
    due = [standing(one, arm="holdout" if one <= 200 else "champion") for one in range(1, 1_001)]
    found = choose(due, known(), {}, RULES, ON)
    held_out = [one for one in found.chosen if one.standing.customer_id <= 200]
    assert len(held_out) == 200
    assert {(one.treatment, one.how, one.propensity_ppm) for one in held_out} == {("call", STRATEGY, 1_000_000)}


def test_the_vulnerable_get_their_treatment_before_everybody_and_nobody_tries_things_on_them():
    most = CAPACITY["offer_plan"]
    due = [standing(one, "offer_plan", "holdout", late_minor=9_000_000) for one in range(1, 201)]
    due += [standing(one, "offer_plan", late_minor=10) for one in range(201, 201 + most)]
    due[200:] = [one._replace(case=one.case._replace(is_vulnerable=True)) for one in due[200:]]
    found = choose(due, known(), {}, RULES, ON).chosen
    assert {one.standing.customer_id for one in found if one.treatment == "offer_plan"} == set(range(201, 201 + most))
    assert all(one.how == STRATEGY for one in found if one.standing.case.is_vulnerable)


def test_a_share_explores_what_it_may_get_and_its_chance_is_kept():
    due = [standing(one, "senior_call", late_minor=10) for one in range(1, 2_001)]
    explored = [one for one in choose(due, known(), {}, RULES, ON).chosen if one.how == EXPLORED]
    assert 150 < len(explored) < 250
    assert {one.propensity_ppm for one in explored} == {250_000}
    assert Counter(one.treatment for one in explored).keys() == set(LESS["senior_call"])
    assert explored == [one for one in choose(due, known(), {}, RULES, ON).chosen if one.how == EXPLORED]


def test_a_run_that_goes_on_has_what_the_first_one_left():
    due = [standing(one) for one in range(1, 1_001)]
    left = choose(due, known(), {"call": CAPACITY["call"] - 7}, RULES, ON)
    assert Counter(one.treatment for one in left.chosen)["call"] == 7
    nothing = choose(due, known(), {name: CAPACITY[name] for name in GIVEN}, RULES, ON)
    assert nothing.chosen == ()


def test_who_is_reminded_today_of_what_is_late_gets_no_message_beside_it():
    due = [standing(one, "message" if one % 2 else "ai_call") for one in range(1, 101)]
    found = choose(due, known(), {}, RULES, ON, frozenset(range(1, 101))).chosen
    assert {one.treatment for one in found} == {"ai_call"}
    assert {one.standing.customer_id for one in found} == set(range(2, 101, 2))


def test_the_claim_is_over_what_the_baseline_does():
    (short,) = choose([standing(1, "message", bucket="short", arm="holdout")], known(), {}, RULES, ON).chosen
    assert short.claimed_minor == 0, "the baseline sends a message itself"
    (long,) = choose([standing(1, "message", bucket="long", arm="holdout")], known(), {}, RULES, ON).chosen
    assert long.claimed_minor < 0, "where the baseline calls, a message is thought to lose"


def treated(
    count: int, treatment: str, share: float, how: str = "explored", arm: str = "champion", chance: Random | None = None
) -> list[Treated]:
    draws = chance or Random(1)
    return [
        Treated(one, DAY, treatment, how, arm, "unknown", "mid", "call", 10_000, 0, 10_000 if draws.random() < share else 0)
        for one in range(count)
    ]


def test_effects_move_towards_what_chance_showed_and_only_there():
    base, _ = thought(RULES, ON)
    found = learnt_from([*treated(400, "message", 0.10), *treated(400, "call", 0.30)], RULES, ON)
    cell, call = cell_of("unknown", "mid"), GIVEN.index("call")
    assert found.learnt_from == 800
    assert base[cell, call] < found.effects[cell, call] < 0.2 + base[cell, 0]
    assert found.errors[cell, call] < thought(RULES, ON)[1][cell, call]
    other = cell_of("forgetful", "short")
    assert found.effects[other, call] == pytest.approx(known().effects[other, call])


def test_what_the_optimiser_chose_teaches_nothing():
    chosen = [*treated(400, "message", 0.1, how=OPTIMISED), *treated(400, "call", 0.9, how=OPTIMISED)]
    assert np.allclose(learnt_from(chosen, RULES, ON).effects, known().effects)


def test_a_few_cases_teach_nothing_and_no_effect_is_below_nought():
    few = [*treated(9, "message", 0.0), *treated(9, "call", 1.0)]
    assert np.allclose(learnt_from(few, RULES, ON).effects, known().effects)
    harm = [*treated(2_000, "message", 0.9), *treated(2_000, "call", 0.0)]
    found = learnt_from(harm, RULES, ON)
    assert found.effects.min() >= 0
    assert found.effects[cell_of("unknown", "mid"), GIVEN.index("call")] < known().effects[cell_of("unknown", "mid"), GIVEN.index("call")]


def test_costly_treatments_are_judged_by_a_lower_bound():
    base, _ = thought(RULES, ON)
    found = known().effects
    assert len(found) == len(CELLS)
    assert np.all(found[:, GIVEN.index("call")] < base[:, GIVEN.index("call")])
    assert np.allclose(found[:, 0], base[:, 0])


# Made-up debtors.


def contact(customer_id: int, place: int = 1, channel: str = "call") -> Contact:
    at = datetime(2026, 6, 1, 3, tzinfo=UTC)
    return Contact(customer_id, f"{customer_id}-collect-{place}", channel, channel, ON, at, place, "CNY", 80_000, True, False)


def test_debtors_answer_alike_in_any_order_and_each_in_their_own_way():
    people = SandboxPeople(7)
    asked = [contact(one, place) for one in range(1, 1_501) for place in (1, 2)]
    first = {one.contact_id: people.answer(one) for one in asked}
    shuffled = list(asked)
    Random(3).shuffle(shuffled)
    assert {one.contact_id: SandboxPeople(7).answer(one) for one in shuffled} == first
    assert {one.contact_id: SandboxPeople(8).answer(one) for one in asked} != first
    outcomes = Counter(answer.outcome for answer in first.values())
    assert outcomes.keys() == {"connected", "unanswered", "refused", "wrong_number", "third_party"}
    kinds = {type(command) for answer in first.values() for command in answer.commands}
    assert kinds == {Repay, MakePromise, FileComplaint, OpenHardship, TellContactFact, PreferReminders}
    assert all(not answer.commands for answer in first.values() if answer.outcome in ("unanswered", "wrong_number", "third_party"))


def test_a_message_says_nothing_of_itself():
    people = SandboxPeople(7)
    answers = [people.answer(contact(one, channel="sms")) for one in range(1, 1_001)]
    assert {answer.outcome for answer in answers} == {""}
    assert 0 < sum(bool(answer.commands) for answer in answers) < 400


def test_whoever_may_promise_no_more_promises_nothing():
    people = SandboxPeople(7)
    said = [people.answer(contact(one).__class__(**{**fields_of(contact(one)), "can_promise": False})) for one in range(1, 1_001)]
    assert not [command for answer in said for command in answer.commands if isinstance(command, MakePromise)]


def fields_of(one: Contact) -> dict[str, object]:
    return {name: getattr(one, name) for name in one.__dataclass_fields__}


@pytest.mark.parametrize(
    ("payday", "day", "before", "after"), [(31, "2026-03-01", "2026-02-28", "2026-03-31"), (1, "2026-03-01", "2026-03-01", "2026-04-01")]
)
def test_paydays_of_short_months(payday, day, before, after):
    on = date.fromisoformat(day).toordinal()
    assert payday_before(payday, on) == date.fromisoformat(before).toordinal()
    assert payday_after(payday, on) == date.fromisoformat(after).toordinal()
    assert days_since_payday(payday, on) == on - date.fromisoformat(before).toordinal()


def test_there_is_more_money_after_the_payday_than_before_it():
    made = [borrower_of(1, one, DAY) for one in range(1, 501)]
    after = sum(cash_minor(1, one, payday_after(one.payday, DAY)) for one in made)
    before = sum(cash_minor(1, one, payday_after(one.payday, DAY) - 1) for one in made)
    assert after > 1.5 * before


def test_a_model_of_willingness_is_made_by_the_commands_of_every_model(tmp_path, capsys):
    from tests.unit.test_willing import examples_csv

    table = tmp_path / "willing.csv"
    table.write_text(examples_csv(1_200), "utf-8")
    words = ["--config", "docs/how-to/models/willing.yaml"]
    assert main(["model", "crossval", str(table), *words, "--folds", "3", "--json"]) == 0
    told = capsys.readouterr().out
    assert '"auc"' in told
    assert float(told.partition('"auc": ')[2].partition(",")[0]) > 0.75
    assert main(["model", "train", str(table), *words, "--out", str(tmp_path / "m.json")]) == 0
