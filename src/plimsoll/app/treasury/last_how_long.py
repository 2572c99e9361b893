"""How long the money of a book lasts: a usual month as the tape measured it, the balance of today, and each stress on both."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import NamedTuple

from plimsoll.app.treasury.measure_book import Measured, Stand, course_of
from plimsoll.risk.throttle import ladder_on
from plimsoll.rulebook.rules import Rules
from plimsoll.treasury.policy import measures_on, register_on
from plimsoll.treasury.route import Funder
from plimsoll.treasury.survive import STANDARD, Balance, Stress, Survival, survive


class Lasting(NamedTuple):
    """The course that was measured, the balance of the day, and how long each stress is borne: without the throttle, and with it."""

    measured: Measured
    balance: Balance
    found: Mapping[str, tuple[Survival, Survival]]


def course_on(stands: Sequence[Stand], funders: Sequence[Funder], rules: Rules, on: date) -> Measured:
    """Measure a usual month on the last months of the tape. Raises Malformed tape_too_short."""
    policy, limit = measures_on(rules, on), register_on(rules, on).triggers["delinquency"].limit
    return course_of(stands[-policy.months - 1 :], funders, limit, policy.cost, policy.advance)


def balance_on(stands: Sequence[Stand], rules: Rules, on: date, cash_minor: int) -> Balance:
    """Give where the book stands on the last day of the tape, in minor units, with the cash that is to stay."""
    last = stands[-1]
    debt = last.principal - last.lent.own_minor
    own = last.lent.own_minor / last.principal
    return Balance(last.principal, own, cash_minor, debt, measures_on(rules, on).buffer * last.principal)


def lasting(
    stands: Sequence[Stand], funders: Sequence[Funder], rules: Rules, on: date, cash_minor: int, more: Sequence[Stress] = ()
) -> Lasting:
    """Give how long the money lasts under the standard stresses and others. Raises Malformed tape_too_short."""
    measured, balance, ladder = course_on(stands, funders, rules, on), balance_on(stands, rules, on, cash_minor), ladder_on(rules, on)
    found = {}
    for one in (*STANDARD, *more):
        free, held = (survive(balance, measured.course, one, ladder=steps) for steps in ((), ladder))
        found[one.name] = free, held
    return Lasting(measured, balance, found)
