"""What a tape tells of worth: the profit of its vintages, how fast it may grow, and who pays more interest than principal."""

from collections.abc import Callable
from datetime import date
from functools import cache

from plimsoll.app.tape_reading import Tape
from plimsoll.app.tape_risk import day_of
from plimsoll.portfolio.cohorts import cohorts_of
from plimsoll.portfolio.expressions.worth import lives_text, worth_text
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
