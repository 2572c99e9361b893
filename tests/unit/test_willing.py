"""Willingness and ability told apart: figures an officer can check, and made-up people whose hidden truth the estimate has to find."""

from pathlib import Path

import numpy as np
import pytest

from plimsoll.risk.classify.timeline import Span
from plimsoll.risk.measure.strength import auc as auc_of
from plimsoll.risk.willing.chance import AFTER_PAYDAY, NOTHING, PAID, PART, PLAIN, SHORT, Chance, Known, Lives, chances_of
from plimsoll.risk.willing.estimate import CAN, CANNOT, UNKNOWN, WILL, WONT, chance_of, counted, estimate, population
from plimsoll.risk.willing.features import example_of, features_of
from plimsoll.risk.willing.policy import willing_policy
from plimsoll.rulebook.rules import load
from plimsoll.simulator.borrowers import Borrower, borrower_of, cash_minor, chance, payday_after
from plimsoll.units.dates import parse_date
from plimsoll.units.days import add_months
from tests.golden import read_texts

ON = parse_date("2026-06-30")
DAY = ON.toordinal()
POLICY = willing_policy(load(), ON)
SEED = 20_261_122


def chances(*said: tuple[int, bool, str, str]) -> list[Chance]:
    """Chances by how many days before the day of asking they were."""
    return [Chance(DAY - before, asked, cash, outcome) for before, asked, cash, outcome in said]


CASES = read_texts((Path(__file__).parents[1] / "cases" / "willing" / "traits.yaml").read_text("utf-8"))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["what"])
def test_case(case):
    said = [(int(before), asked == "yes", cash, outcome) for before, asked, cash, outcome in case["chances"]]
    told = estimate(chances(*said), DAY, POLICY)
    assert (told.ability, told.willingness) == (case["ability"], case["willingness"])


def test_nothing_known_is_unknown_and_what_the_population_is_like():
    told = estimate([], DAY, POLICY)
    assert (told.ability, told.willingness) == (UNKNOWN, UNKNOWN)
    assert told.able == pytest.approx(POLICY.ability[2] + POLICY.ability[3])
    assert told.weight == 0


def test_who_misses_before_payday_and_pays_after_it_cannot_rather_than_will_not():
    told = estimate(
        chances(*((30 * k, False, PLAIN, NOTHING) for k in range(6)), *((30 * k, False, AFTER_PAYDAY, PAID) for k in range(6))), DAY, POLICY
    )
    assert told.willingness == WILL
    assert told.ability == CANNOT


def test_who_misses_right_after_payday_though_asked_will_not():
    told = estimate(chances(*((10 * k, True, AFTER_PAYDAY, NOTHING) for k in range(5))), DAY, POLICY)
    assert told.willingness == WONT


def test_who_forgets_until_asked_is_neither_unwilling_nor_unable():
    said = [(20 * k, False, AFTER_PAYDAY, NOTHING) for k in range(4)] + [(20 * k, True, PLAIN, PAID) for k in range(6)]
    told = estimate(chances(*said), DAY, POLICY)
    assert (told.ability, told.willingness) == (CAN, WILL)
    assert told.attentive < 0.5


def test_a_debit_that_failed_for_lack_of_money_says_nothing_of_the_will():
    before = estimate([], DAY, POLICY)
    after = estimate(chances(*((k, True, SHORT, NOTHING) for k in range(5))), DAY, POLICY)
    assert after.willing == pytest.approx(before.willing)
    assert after.ability == CANNOT


def test_a_part_shows_will_and_want():
    told = estimate(chances(*((15 * k, False, PLAIN, PART) for k in range(4))), DAY, POLICY)
    assert (told.ability, told.willingness) == (CANNOT, WILL)


def test_what_is_old_weighs_less():
    (weight,) = counted(chances((POLICY.half_life, False, PLAIN, PAID)), DAY, POLICY).values()
    assert weight == pytest.approx(0.5)


@pytest.mark.parametrize("asked", [False, True])
@pytest.mark.parametrize("cash", [PLAIN, AFTER_PAYDAY])
def test_the_outcomes_of_a_chance_add_up_to_one(asked, cash):
    levels = (POLICY.levels[0], POLICY.levels[2], POLICY.levels[1])
    assert sum(chance_of((asked, cash, outcome), levels, POLICY) for outcome in (PAID, PART, NOTHING)) == pytest.approx(1)


def span(since: int, until: int, oldest: int = 0, is_due: bool = False) -> Span:
    return Span(DAY + since, DAY + until, DAY + oldest if oldest else 0, not oldest, False, False, is_due, ())


def test_chances_are_due_days_and_while_late_paydays_and_days_of_being_asked():
    # Due on -60: paid. Due on -30: missed until -12. Payday on the 15th: -15. Asked on -20.
    spans = [span(-90, -60), span(-60, -31, 0, True), span(-31, -30), span(-30, -12, -30, True), span(-12, 1)]
    found = chances_of(Lives([spans], frozenset({DAY - 12})), Known(15, (DAY - 20, DAY - 70)), DAY - 90, DAY, 3)
    assert [(one.day - DAY, one.is_prompted, one.cash, one.outcome) for one in found] == [
        (-60, False, PLAIN, PAID),
        (-30, False, PLAIN, NOTHING),
        (-20, True, PLAIN, NOTHING),
        (-15, False, AFTER_PAYDAY, PAID),
    ]


def test_what_nobody_knows_yet_is_no_chance():
    spans = [span(-40, -2), span(-2, 1, -2, True)]
    assert chances_of(Lives([spans], frozenset()), Known(), DAY - 40, DAY, 3) == ()


# People whose truth is known.


def auc(bad: list[bool], score: list[float]) -> float:
    return auc_of(np.array(bad), np.array(score, np.float64))


def life_of(one: Borrower, months: int = 12) -> list[Chance]:
    """Live some months of due days: what is missed can be made good after a payday, or when somebody asks eight days later."""
    due_minor, found = round(one.wages_minor * 0.25), []
    first = add_months(DAY, -months)
    late_since = 0
    asks: set[int] = set()
    paydays, at = set(), payday_after(one.payday, first - 40)
    while at < DAY:
        paydays.add(at)
        at = payday_after(one.payday, at)
    for day in range(first, DAY):
        is_due = (day - first) % 30 == one.customer_id % 28
        is_payday = day in paydays
        if not (is_due or (late_since and (is_payday or day in asks))):
            continue
        is_asked = day in asks
        heeds = (is_asked or chance(SEED, one.customer_id, day, "heeds") < one.attention) and (
            chance(SEED, one.customer_id, day, "wants") < one.willingness
        )
        cash = cash_minor(SEED, one, day)
        outcome = PAID if heeds and cash >= due_minor else PART if heeds and cash > due_minor // 3 else NOTHING
        nearby = any(day - back in paydays for back in range(POLICY.days + 1))
        found.append(Chance(day, is_asked, AFTER_PAYDAY if nearby else PLAIN, outcome))
        late_since = 0 if outcome == PAID else late_since or day
        if is_due and outcome != PAID and chance(SEED, one.customer_id, day, "reached") < one.answers:
            asks.add(day + 8)
    return found


@pytest.fixture(scope="module")
def people() -> list[tuple[Borrower, list[Chance]]]:
    made = [borrower_of(SEED, number, DAY) for number in range(1, 1_501)]
    lives = [(one, life_of(one)) for one in made]
    return [(one, life) for one, life in lives if any(chance.outcome != PAID for chance in life)]


def examples_csv(count: int) -> str:
    """The table that `plimsoll willing --out` writes, of made-up people."""
    rows = []
    for number in range(1, count + 1):
        example = example_of(life_of(borrower_of(SEED, number, DAY)))
        if example is not None:
            rows.append([str(number), *("" if value is None else f"{value:.6f}" for value in example.features.values())])
            rows[-1].append(str(int(example.paid_nothing)))
    head = ["customer_id", *features_of((), DAY), "paid_nothing"]
    return "\n".join(",".join(row) for row in [head, *rows]) + "\n"


def share_paid(life: list[Chance]) -> float:
    return sum(one.outcome == PAID for one in life) / len(life)


def test_the_estimate_orders_made_up_people_by_their_hidden_will(people):
    wills = [one.willingness >= 0.5 for one, _ in people]
    assert auc(wills, [estimate(life, DAY, POLICY).willing for _, life in people]) > 0.97
    # Among those who pay seldom it is harder: some cannot, some will not.
    seldom = [(one, life) for one, life in people if share_paid(life) < 0.6]
    assert auc([one.willingness >= 0.5 for one, _ in seldom], [estimate(life, DAY, POLICY).willing for _, life in seldom]) > 0.97


def test_the_estimate_orders_made_up_people_by_the_money_they_have_which_the_share_paid_does_not(people):
    days = range(DAY - 180, DAY, 7)
    able = [sum(cash_minor(SEED, one, day) >= one.wages_minor // 4 for day in days) >= 0.7 * len(days) for one, _ in people]
    by_estimate = auc(able, [estimate(life, DAY, POLICY).able for _, life in people])
    assert by_estimate > 0.73
    assert by_estimate > auc(able, [share_paid(life) for _, life in people]) + 0.12


def test_who_can_and_will_not_is_not_taken_for_less_able_than_who_would_and_cannot(people):
    two = [(one.kind, life) for one, life in people if one.kind in ("cannot, would", "can, will not")]
    able = [kind == "can, will not" for kind, _ in two]
    assert auc(able, [share_paid(life) for _, life in two]) < 0.05, "by what they pay, they look the least able of all"
    assert auc(able, [estimate(life, DAY, POLICY).able for _, life in two]) > 0.45, "by the estimate, nobody knows"


def test_classes_are_mostly_right_where_they_are_named(people):
    named = [(one, estimate(life, DAY, POLICY)) for one, life in people]
    will = [one.willingness >= 0.5 for one, told in named if told.willingness == WILL]
    wont = [one.willingness < 0.5 for one, told in named if told.willingness == WONT]
    assert len(will) + len(wont) > 0.6 * len(named)
    assert sum(will) / len(will) > 0.9
    assert sum(wont) / len(wont) > 0.8


def test_the_population_is_found_again(people):
    found = population([counted(life, DAY, POLICY) for _, life in people[:400]], POLICY)
    truth = sum(one.willingness >= 0.5 for one, _ in people[:400]) / 400
    assert sum(found.willingness) == pytest.approx(1)
    assert found.willingness[2] + found.willingness[3] == pytest.approx(truth, abs=0.1)


def test_features_come_from_before_the_chance_that_is_told(people):
    examples = [(one, example) for one, life in people if (example := example_of(life)) is not None]
    assert len(examples) > 800
    assert example_of(chances((3, False, AFTER_PAYDAY, PAID))) is None, "with nothing before it there is nothing to tell from"
    nothing = features_of([], DAY)
    assert nothing["paid_share"] is None
    assert nothing["chances"] == 0
    # Even one column is told by the truth.
    known = [(one, example) for one, example in examples if example.features["misses_with_money"] is not None]
    assert auc([one.willingness < 0.5 for one, _ in known], [example.features["misses_with_money"] for _, example in known]) > 0.65
