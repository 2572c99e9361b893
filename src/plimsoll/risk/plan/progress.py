"""How a plan goes: performing, missed, broken or kept, read off the loan as it stands; nothing of it is stored."""

from datetime import date
from typing import Final, NamedTuple

from plimsoll.loan.fold import Standing
from plimsoll.loan.layout import PAID_OFF, S_DAY, S_STATUS
from plimsoll.loan.owed import dues
from plimsoll.risk.parameters import figures
from plimsoll.risk.plan.record import PERFORMING
from plimsoll.rulebook.rules import Rules

MISSED, BROKEN, KEPT = "missed", "broken", "kept"
RULE: Final = "POLICY.PLAN.BREAK"


class Tolerance(NamedTuple):
    """When a plan is broken: so many instalments unpaid at once, or the oldest so many days past due."""

    misses: int
    days: int


class Progress(NamedTuple):
    """Where a plan stands: its state, instalments past due, days past due, and what is past due in minor units."""

    state: str
    missed: int
    late_days: int
    late_minor: int


def progress(standing: Standing, tolerance: Tolerance) -> Progress:
    """Give how the plan of a loan goes on the day of its standing; a due day has passed once the next day begins."""
    day = standing.s[S_DAY]
    if standing.s[S_STATUS] == PAID_OFF:
        return Progress(KEPT, 0, 0, 0)
    late = [due for due in dues(standing) if due.due_on < day]
    if not late:
        return Progress(PERFORMING, 0, 0, 0)
    days = day - late[0].due_on
    state = BROKEN if len(late) >= tolerance.misses or days >= tolerance.days else MISSED
    return Progress(state, len(late), days, sum(due.minor for due in late))


def tolerance_of(rules: Rules, on: date) -> Tolerance:
    """Give when a plan is broken by the rules of a day."""
    said = figures(rules, RULE, on)
    return Tolerance(int(said["misses"]), int(said["days"]))
