"""What a tape tells of worth: the profit of its vintages, how fast it may grow, and who pays more interest than principal."""

from collections.abc import Callable
from datetime import date
from functools import cache
from typing import NamedTuple

from plimsoll.app.tape.reading import Tape
from plimsoll.app.tape.risk import day_of
from plimsoll.portfolio.cohorts import cohorts_of
from plimsoll.portfolio.expressions.vintage import hits_text
from plimsoll.portfolio.expressions.worth import lives_text, worth_text
from plimsoll.portfolio.pacing import Limits, Pace, Seen, early_of, limits_of, paced, seen_of
from plimsoll.portfolio.profit import Profit, earned
from plimsoll.risk.price.policy import Costs, price_policy
from plimsoll.rulebook.rules import Rules


def costs_of(tape: Tape, rules: Rules) -> Callable[[int], Costs]:
    """Give what prices are made with, by month of the tape."""
    by_day = cache(lambda day: price_policy(rules, day).costs)

    def of_month(month: int) -> Costs:
        day: date = day_of(tape, month)
        found: Costs = by_day(day)
        return found

    return of_month


def profits(tape: Tape, rules: Rules, every: str, by: str) -> tuple[list[str], list[Profit], int]:
    """Ask what vintages have earned: the queries, the vintages in order, and the loans left out because they are older than the tape."""
    queries = [worth_text(tape.source, by), lives_text(tape.source, by)]
    worth, lives = (tape.ask(query) for query in queries)
    found = cohorts_of(worth, lives, tape.source.months, every)
    costs = costs_of(tape, rules)
    return queries, [earned(one, costs) for one in found.cohorts], found.left_out


class Pacing(NamedTuple):
    """How fast a book may grow as of a month: the queries, the book, the limits it was held to, and what was found."""

    queries: list[str]
    month: int
    seen: Seen
    limits: Limits
    pace: Pace


def pacing(tape: Tape, month: int, rules: Rules, most: float, *, late_most: int = 0, capital: int = 0, funding: int = 0) -> Pacing:
    """Work out the fastest growth of a month's book; limits that are not handed in are shares of policy."""
    source = tape.source
    queries = [worth_text(source), lives_text(source), hits_text(source)]
    worth, lives, hits = (tape.ask(query) for query in queries)
    cohorts = cohorts_of(worth, lives, source.months, until=month, keeps_owed=False).cohorts
    seen = seen_of(cohorts, worth, source.months, month)
    limits = limits_of(rules, day_of(tape, month), seen.now, late_most, capital, funding)
    early = early_of(hits, source.months, month, limits.band)
    return Pacing(queries, month, seen, limits, paced(seen, limits, early, most))
