"""The book of a tape under stress: scenarios, bad years, lower caps on price, and the smallest shock that breaks a capital."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Final, NamedTuple

from plimsoll.app.tape.reading import Tape
from plimsoll.app.tape.risk import day_of, fitted, stand
from plimsoll.portfolio.ecl.of_tape import ecl_policy, measure
from plimsoll.portfolio.stress import book
from plimsoll.risk.price.policy import price_policy
from plimsoll.risk.price.price import cut_offs
from plimsoll.rulebook.rules import Rules

if TYPE_CHECKING:
    from plimsoll.portfolio.stress.reverse import Broken

CAPS: Final = (0.24, 0.20)
LPR_TIMES: Final = 4
TERM: Final = 12
"""Months of the loans by which a cap is told."""


class StressedBook(NamedTuple):
    """A book of a month: today, scenarios, bad years by correlation and quantile, caps, and what breaks the capital (empty without one).

    `chance` is that of default within a year, weighted by balance. By cap: the chance it pays for at most, and the share of the balance
    whose risk it does not pay for.
    """

    month: int
    chance: float
    allowance_minor: int
    scenarios: list[book.Stressed]
    years: Mapping[float, Mapping[float, float]]
    caps: Mapping[float, tuple[float, float]]
    broken: Sequence["Broken"]


def stress_book(tape: Tape, month: int, rules: Rules, capital_minor: int = 0, own: Sequence[book.Economy] = ()) -> StressedBook:
    """Stress the book of a month, from one reading of where it stands, by the scenarios of policy and by own ones. Needs `balance`."""
    on = day_of(tape, month)
    policy, model = ecl_policy(rules, on), book.satellite(rules, on)
    fit, loans = fitted(tape, policy, month), stand(tape, month).loans
    today = measure(loans, fit, policy)
    named = {one.name: one for one in book.economies(rules, on)}
    most = {one.cap: dict(one.by_months)[TERM] for one in cut_offs(_caps(rules, on), price_policy(rules, on), (TERM,))}
    unpaid = book.unpaid_by_cap(loans, today, most)
    chance = book.chance_of(loans, today)
    broken = book.breaking(loans, fit, policy, named["severe"], model, capital_minor) if capital_minor else ()
    return StressedBook(
        month,
        chance,
        int(today.allowance_minor.sum()),
        [book.stressed(loans, fit, policy, economy, model) for economy in (*named.values(), *own)],
        book.bad_years(chance),
        {cap: (most[cap], unpaid[cap]) for cap in most},
        broken,
    )


def _caps(rules: Rules, on: date) -> list[float]:
    """Give the caps that are tried: 24 and 20 per cent, and four times the prime rate where one is known."""
    prime = rules.rate("CN.LPR1Y", on)
    return [*CAPS, *([round(LPR_TIMES * prime.num / prime.den, 6)] if prime else [])]
