"""How fast a book may grow: its course under growth, read off how loans of an age have fared, held against every limit.

Early reads, collectors, capital and funding are used up by growth; the fastest growth that keeps inside all of them is planned, and where
one is passed already the throttle ladder says how much of today's grants stays. Statistics; no account is touched by them.
"""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from typing import Any, Final, NamedTuple

from plimsoll.portfolio.cohorts import NOTHING, Cohort, Stand, plus
from plimsoll.portfolio.growth import Ages, Paced, bad_share, pace
from plimsoll.risk.parameters import figures
from plimsoll.risk.throttle import Ladder, at_ends, ladder_on
from plimsoll.rulebook.rules import Rules
from plimsoll.units.refusal import Malformed

RATES: Final = (-0.05, 0.0, 0.02, 0.05, 0.10, 0.15)
"""Growth a month that is always told."""

RECENT: Final = 3
"""Months of opening that today's grants, and early reads, are taken from."""

EARLY_AGE: Final = 3
PARTS: Final = ("late", "balance", "bad")


class Limits(NamedTuple):
    """What growth keeps inside. `late_most` loans that collectors can take, `capital` and `funding` minor units; others as in policy.

    `ladder` says how much of today's grants stays where one is passed.
    """

    early: float
    band: float
    rise: float
    charge: float
    loss: float
    horizon: int
    late_most: float
    capital: float
    funding: float
    ladder: Ladder


class Early(NamedTuple):
    """Early reads of the last vintages that are old enough: loans, those over 30 days late within three months, the upper end of a band."""

    loans: int
    late: int
    upper: float


class Course(NamedTuple):
    """What a loan opened comes to by age: loans late, balance and bad balance, each for one loan opened."""

    late: tuple[float, ...]
    balance: tuple[float, ...]
    bad: tuple[float, ...]

    def at(self, part: str, age: int) -> float:
        """Give a part at an age; a loan older than any that was seen stays as the oldest."""
        by_age: tuple[float, ...] = getattr(self, part)
        return by_age[min(age, len(by_age) - 1)]


class Seen(NamedTuple):
    """A book as it stands: its vintages by month of opening, the course of a loan, the sums today, those of loans older than the tape, and
    loans opened a month of late."""

    cohorts: Sequence[Cohort]
    course: Course
    now: Stand
    older: Stand
    opened: float


class Pace(NamedTuple):
    """What is told: growth found, what binds it, the step of the throttle; today's growth; by growth the bad share in the long run; and
    by growth how much of each limit is used."""

    paced: Paced
    today: float | None
    early: Early | None
    bad: Mapping[float, float]
    used: Mapping[float, Mapping[str, float]]


def limits_of(rules: Rules, on: date, now: Stand, late_most: int = 0, capital: int = 0, funding: int = 0) -> Limits:
    """Give the limits of a day for a book; what is not handed in is a share of the book. Raises Malformed rule_not_in_force."""
    said = figures(rules, "POLICY.GROWTH.LIMITS", on)
    return Limits(
        said["early"],
        said["band"],
        said["rise"],
        said["charge"],
        said["loss"],
        int(said["horizon"]),
        late_most or said["late"] * now.late,
        capital or said["capital"] * now.balance,
        funding or said["funding"] * now.balance,
        at_ends(ladder_on(rules, on), (1.0, said["most_to"], said["few_to"])),
    )


def seen_of(cohorts: Sequence[Cohort], worth: Iterable[Sequence[Any]], months: Sequence[int], until: int) -> Seen:
    """Give a book as it stands at a month; `cohorts` are by month, `worth` rows of `worth_text`. Raises Malformed tape_too_short."""
    oldest = max((len(one.stands) for one in cohorts), default=0)
    if oldest <= EARLY_AGE:
        raise Malformed("tape_too_short", f"no loan is seen for more than {EARLY_AGE} months after it was opened")
    parts: dict[str, list[float]] = {part: [] for part in PARTS}
    for age in range(oldest):
        old = [one for one in cohorts if len(one.stands) > age]
        loans = sum(one.loans for one in old)
        for part in PARTS:
            parts[part].append(sum(getattr(one.stands[age], part) for one in old) / loans)
    now = older = NOTHING
    for row in worth:
        if row[1] == until:
            now = plus(now, row[3:])
            older = plus(older, row[3:]) if row[0] < months[0] else older
    by_month = {one.begin: one.loans for one in cohorts}
    opened = sum(by_month.get(until - back, 0) for back in range(RECENT)) / RECENT
    return Seen(cohorts, Course(*(tuple(parts[part]) for part in PARTS)), now, older, opened)


def ahead(seen: Seen, part: str, growth: float, months: int) -> list[float]:
    """Give a part of the book at the end of each coming month, when grants grow by a share a month.

    Vintages that are there follow the course of their age, from where they stand; loans older than the tape stay as they are.
    """
    course = seen.course
    held = float(getattr(seen.now, part) - getattr(seen.older, part))
    modelled = sum(one.loans * course.at(part, len(one.stands) - 1) for one in seen.cohorts)
    scale = held / modelled if modelled else 1.0
    found = []
    for month in range(1, months + 1):
        there = sum(one.loans * course.at(part, len(one.stands) - 1 + month) for one in seen.cohorts)
        new = sum((1 + growth) ** step * course.at(part, month - step) for step in range(1, month + 1))
        found.append(getattr(seen.older, part) + scale * there + seen.opened * new)
    return found


def early_of(hits: Iterable[Sequence[Any]], months: Sequence[int], until: int, band: float) -> Early | None:
    """Give early reads from rows of `hits_text`, of the last vintages that are old enough; None where there are none.

    The upper end is that of Wilson (1927), Probable inference, Journal of the American Statistical Association 22.
    """
    loans = late = 0
    for row in hits:
        if months[0] <= row[0] and until - EARLY_AGE - RECENT < row[0] <= until - EARLY_AGE:
            loans += row[6]
            late += row[6] if 0 <= row[2] <= EARLY_AGE else 0
    if not loans:
        return None
    share, spread = late / loans, band * band / loans
    root = math.sqrt(spread * (share * (1 - share) + spread / 4))
    return Early(loans, late, (share + spread / 2 + root) / (1 + spread))


def used_by(seen: Seen, limits: Limits, early: Early | None) -> dict[str, Callable[[float], float]]:
    """Give for each limit how much of it a growth uses; a limit that nothing tells of is left out."""
    found: dict[str, Callable[[float], float]] = {}
    if early is not None and limits.early:
        found["early reads"] = lambda growth: early.upper / limits.early * (1 + limits.rise * max(growth, 0.0))
    if limits.late_most:
        found["collections"] = lambda growth: max(ahead(seen, "late", growth, limits.horizon)) / limits.late_most
    if limits.capital:
        found["capital"] = lambda growth: _bound(seen, limits, growth) / limits.capital
    if limits.funding:
        found["liquidity"] = lambda growth: (
            max(0.0, max(ahead(seen, "balance", growth, limits.horizon)) - seen.now.balance) / limits.funding
        )
    return found


def _bound(seen: Seen, limits: Limits, growth: float) -> float:
    """Give the most capital that is bound: the charge on the book, and the loss on what became bad since."""
    book, bad = (ahead(seen, part, growth, limits.horizon) for part in ("balance", "bad"))
    return max(limits.charge * held + limits.loss * max(worse - seen.now.bad, 0.0) for held, worse in zip(book, bad, strict=True))


def paced(seen: Seen, limits: Limits, early: Early | None, most: float) -> Pace:
    """Give the fastest growth up to `most` a month, and the bad share and the limits used at several growths."""
    used = used_by(seen, limits, early)
    found = pace(used, most, limits.ladder)
    rates = sorted({*RATES, found.growth})
    good = tuple(whole - bad for whole, bad in zip(seen.course.balance, seen.course.bad, strict=True))
    ages = Ages(good, seen.course.bad)
    shares = {growth: bad_share(ages, growth) for growth in rates}
    return Pace(found, _today(seen), early, shares, {growth: {name: one(growth) for name, one in used.items()} for growth in rates})


def _today(seen: Seen) -> float | None:
    """Give today's growth a month: the last months of opening by those before; None where there are too few."""
    by_month = {one.begin: one.loans for one in seen.cohorts}
    last = max(by_month)
    now, before = (sum(by_month.get(last - back, 0) for back in range(start, start + RECENT)) for start in (0, RECENT))
    return float((now / before) ** (1 / RECENT) - 1) if now and before else None
