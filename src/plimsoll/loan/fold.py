"""The fold, as the rest of the house calls it: terms and facts in, where the loan stands out."""

from collections.abc import Sequence
from typing import NamedTuple

from plimsoll.loan.account import advance_account, fold_account, take_account_fact
from plimsoll.loan.accrue import accrue_penalty
from plimsoll.loan.allocate import close_paid_rows
from plimsoll.loan.facts import REFUSALS, Fact
from plimsoll.loan.layout import (
    F_SIZE,
    L_SIZE,
    M_INSTALMENTS,
    OK,
    P_SIZE,
    R_SIZE,
    RESCHEDULED,
    REVERSED,
    S_DAY,
    S_LAST_FEE,
    S_NEXT,
    S_OPEN,
    S_PERIOD_FROM,
    S_ROWS,
    S_SIZE,
    SPLIT_SIZE,
    T_DISBURSED_ON,
    T_INSTALMENTS,
)
from plimsoll.loan.life import advance, take_fact
from plimsoll.loan.life import fold as fold_loan
from plimsoll.loan.terms import LOAN, Terms
from plimsoll.units.dates import day_text
from plimsoll.units.refusal import Refused

DAYS_BETWEEN_BILLS_MIN = 28


class Standing(NamedTuple):
    """Where a loan stands on a day: the kernel's vectors. Treat as a value: `go_on` copies before it changes anything."""

    s: list[int]
    rows: list[int]
    plans: list[int]
    lots: list[int]
    splits: list[int]

    def row(self, i: int) -> list[int]:
        """Give one row (R_*)."""
        return self.rows[i * R_SIZE : (i + 1) * R_SIZE]

    def plan(self, i: int) -> list[int]:
        """Give one plan (P_*)."""
        return self.plans[i * P_SIZE : (i + 1) * P_SIZE]

    def split(self, i: int) -> list[int]:
        """Give how the amount of one fact was split: fee, penalty, interest, principal, credit."""
        return self.splits[i * SPLIT_SIZE : (i + 1) * SPLIT_SIZE]


def rows_needed(terms: Terms, facts: Sequence[Fact], as_of: int) -> int:
    """Give how many rows the life of a loan can fill by a day: due dates, or bills."""
    if terms.kind == LOAN:
        return terms.vector[T_INSTALMENTS] + sum(fact.more[M_INSTALMENTS] for fact in facts if fact.kind == RESCHEDULED and fact.more)
    last = max([as_of, *(fact.on for fact in facts)])
    return max(last - terms.vector[T_DISBURSED_ON], 0) // DAYS_BETWEEN_BILLS_MIN + 2


def pack_facts(facts: Sequence[Fact]) -> tuple[list[int], list[int]]:
    """Give facts as the kernel reads them: F_SIZE numbers each, and the `more` of all of them end to end."""
    more: list[int] = []
    packed: list[int] = []
    for fact in facts:
        packed += (fact.kind, fact.on, fact.amount_minor, fact.a, fact.b, len(more), len(fact.more))
        more.extend(fact.more)
    return packed, more


def refusal(code: int, facts: Sequence[Fact], numbered_from: int = 1) -> Refused:
    """Give the refusal for a kernel code `code + 100 · number`."""
    number = code // 100
    on = f" on {day_text(facts[number - 1].on)}" if 0 < number <= len(facts) else ""
    return Refused(REFUSALS[code % 100], "", f"fact {number + numbered_from - 1}{on}")


def fold(terms: Terms, facts: Sequence[Fact], as_of: int) -> Standing | Refused:
    """Fold the facts of a loan, in the order recorded, into where it stands on a day; refuse at the first fact that cannot be.

    The answer depends on terms, facts and day alone.
    """
    packed, more = pack_facts(facts)
    count = len(facts)
    rows = [0] * (rows_needed(terms, facts, as_of) * R_SIZE)
    s = [0] * S_SIZE
    order = [0] * count
    splits = [0] * (count * SPLIT_SIZE)
    is_account = terms.kind != LOAN
    plans = [0] * (count * P_SIZE if is_account else 0)
    lots = [0] * (count * L_SIZE if is_account else 0)
    if is_account:
        code = fold_account(terms.vector, packed, count, more, as_of, s, rows, plans, lots, order, splits, True)
    else:
        code = fold_loan(terms.vector, terms.dues, 0, packed, count, more, as_of, s, rows, order, splits, True)
    if code != OK:
        return refusal(code, facts)
    return Standing(s, rows, plans, lots, splits)


def go_on(terms: Terms, standing: Standing, facts: Sequence[Fact], as_of: int) -> Standing | Refused:
    """Take new facts on top of a standing, and move to a day; equal to folding all facts anew.

    The facts must not be earlier than the standing, and none may be a reversal, a refund of a purchase or the conversion of one:
    these need the whole history (`fold`).
    """
    assert as_of >= standing.s[S_DAY] or not facts, "going on needs a day not before the standing"
    assert all(fact.kind != REVERSED for fact in facts), "a reversal needs the whole history"
    packed, more = pack_facts(facts)
    vector = terms.vector
    s = list(standing.s)
    rows = list(standing.rows)
    lots = standing.lots + [0] * (len(facts) * L_SIZE)
    plans = standing.plans + [0] * (len(facts) * P_SIZE)
    splits: list[int] = []
    _make_room(terms, s, rows, facts, as_of)
    for i in range(len(facts)):
        if terms.kind == LOAN:
            code = take_fact(vector, s, rows, packed, i * F_SIZE, more)
        else:
            code = take_account_fact(vector, s, rows, plans, lots, packed, i, more)
        if code != OK:
            return refusal(code + 100 * (i + 1), facts)
        splits += s[S_LAST_FEE : S_LAST_FEE + SPLIT_SIZE]
    if terms.kind == LOAN:
        advance(vector, s, rows, as_of)
    else:
        advance_account(vector, s, rows, plans, lots, as_of)
    for i in range(s[S_OPEN], s[S_NEXT]):
        accrue_penalty(vector, s, rows, i * R_SIZE, as_of)
    if terms.kind != LOAN:
        close_paid_rows(s, rows)
    return Standing(s, rows, plans, lots, splits)


def _make_room(terms: Terms, s: list[int], rows: list[int], facts: Sequence[Fact], as_of: int) -> None:
    """Add the rows that the coming days can fill."""
    if terms.kind == LOAN:
        needed = s[S_ROWS] + sum(fact.more[M_INSTALMENTS] for fact in facts if fact.kind == RESCHEDULED)
    else:
        last = max([as_of, *(fact.on for fact in facts)])
        needed = s[S_NEXT] + max(last - s[S_PERIOD_FROM], 0) // DAYS_BETWEEN_BILLS_MIN + 2
    rows.extend([0] * (needed * R_SIZE - len(rows)))
