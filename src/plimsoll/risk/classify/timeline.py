"""A loan's life as far as its class goes: on which days what is unpaid changed, folded from its facts, never stored.

Between two such days nothing but the count of days past due moves. A payment recorded late with an earlier day therefore changes the
history from that earlier day on. A reversal takes effect on its own day: until then history stands as it was.
"""

from collections.abc import Sequence
from typing import NamedTuple

from plimsoll.loan.allocate import unpaid
from plimsoll.loan.facts import Fact
from plimsoll.loan.fold import Standing, fold, go_on
from plimsoll.loan.layout import (
    CHARGED_OFF,
    CONVERTED,
    NOTED,
    O_CLAIM,
    O_FEE,
    O_INTEREST,
    O_NEXT_DAY,
    O_OLDEST,
    O_PENALTY,
    O_PRINCIPAL,
    O_STATUS,
    R_DUE,
    R_SIZE,
    REFUNDED,
    REVERSED,
    S_NEXT,
    S_OPEN,
    T_GRACE_DAYS,
)
from plimsoll.loan.state import measured
from plimsoll.loan.terms import LOAN, Terms, begun_on
from plimsoll.units.refusal import Refused


class Span(NamedTuple):
    """Days on which the same due day is the oldest that is not paid. Days are day numbers."""

    since: int
    until: int  # the first day after it
    oldest_due: int  # 0 where nothing is unpaid
    is_paid_up: bool  # nothing that has fallen due is unpaid, penalty included
    is_empty: bool  # nothing is owed at all
    is_charged_off: bool
    is_due_day: bool  # something fell due on `since`
    facts: tuple[int, ...]  # numbers, from 1, of the facts that took effect on `since`

    def late_days(self, day: int, grace_days: int) -> int:
        """Give days past due on a day of the span, once the days of grace are over, as the kernel counts them."""
        if self.oldest_due == 0:
            return 0
        days = day - self.oldest_due
        return days if days > (0 if self.is_charged_off else grace_days) else 0


def timeline(terms: Terms, facts: Sequence[Fact], through: int) -> tuple[Span, ...] | Refused:
    """Give the spans of a loan's life from its first day through a day, without a gap; nothing where it begins later.

    Refused where the facts cannot stand, with the kernel's code.
    """
    day = begun_on(terms)
    by_day: dict[int, list[int]] = {}
    for number, fact in enumerate(facts, 1):
        if fact.on <= through and fact.kind != NOTED:
            by_day.setdefault(fact.on, []).append(number)
    to_come = sorted(by_day)
    spans: list[Span] = []
    standing: Standing | None = None
    while day <= through:
        numbers = tuple(by_day.get(day, ()))
        taken = [facts[number - 1] for number in numbers]
        if standing is None or any(_asks_for_all(terms, fact) for fact in taken):
            found = fold(terms, facts, day)
        else:
            found = go_on(terms, standing, taken, day)
        if isinstance(found, Refused):
            return found
        standing = found
        out = measured(terms, standing)
        coming = [on for on in (out[O_NEXT_DAY], next((on for on in to_come if on > day), 0)) if on > day]
        until = min([*coming, through + 1])
        spans.append(_span(standing, out, day, until, numbers))
        day = until
    return tuple(spans)


def _asks_for_all(terms: Terms, fact: Fact) -> bool:
    """Tell whether a fact can only be taken with the whole history at hand."""
    return fact.kind == REVERSED or (terms.kind != LOAN and fact.kind in (REFUNDED, CONVERTED))


def _span(standing: Standing, out: list[int], day: int, until: int, numbers: tuple[int, ...]) -> Span:
    s, rows = standing.s, standing.rows
    is_charged_off = out[O_STATUS] == CHARGED_OFF
    oldest = out[O_OLDEST]
    if is_charged_off:
        is_paid_up = is_empty = out[O_CLAIM] == 0
        oldest = 0 if is_paid_up else oldest
    else:
        is_paid_up = not any(rows[i * R_SIZE + R_DUE] <= day and unpaid(s, rows, i * R_SIZE) > 0 for i in range(s[S_OPEN], s[S_NEXT]))
        is_empty = out[O_PRINCIPAL] + out[O_INTEREST] + out[O_PENALTY] + out[O_FEE] == 0
    is_due_day = any(rows[i * R_SIZE + R_DUE] == day for i in range(s[S_NEXT] - 1, -1, -1))
    return Span(day, until, oldest, is_paid_up, is_empty, is_charged_off, is_due_day, numbers)


def grace_of(terms: Terms) -> int:
    """Give the days of grace of a loan."""
    return terms.vector[T_GRACE_DAYS]
