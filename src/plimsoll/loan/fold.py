"""The fold, as the rest of the house calls it: terms and facts in, where the loan stands out."""

from collections.abc import Sequence
from typing import NamedTuple

from plimsoll.loan.account import advance_account, fold_account, take_account_fact
from plimsoll.loan.accrue import accrue_penalty
from plimsoll.loan.allocate import close_paid_rows
from plimsoll.loan.facts import REFUSALS, Fact
from plimsoll.loan.layout import (
    L_SIZE,
    LOAN_ROW_SIZE,
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
    S_SIZE,
    SPLIT_SIZE,
    T_DISBURSED_ON,
    T_INSTALMENTS,
)
from plimsoll.loan.life import advance, take_fact
from plimsoll.loan.life import fold as fold_loan
from plimsoll.loan.terms import LOAN, Terms
from plimsoll.units.refusal import Refused

DAYS_BETWEEN_BILLS_MIN = 28


class Standing(NamedTuple):
    """Where a loan stands on a day: the kernel's vectors. Treat as a value: `go_on` copies before it changes anything."""

    s: list[int]
    rows: list[list[int]]
    plans: list[list[int]]
    lots: list[list[int]]
    splits: list[list[int]]


def rows_needed(terms: Terms, facts: Sequence[Fact], as_of: int) -> int:
    """Give how many rows the life of a loan can fill by a day: due dates, or bills."""
    if terms.kind == LOAN:
        return terms.vector[T_INSTALMENTS] + sum(fact.more[M_INSTALMENTS] for fact in facts if fact.kind == RESCHEDULED and fact.more)
    last = max([as_of, *(fact.on for fact in facts)])
    return max(last - terms.vector[T_DISBURSED_ON], 0) // DAYS_BETWEEN_BILLS_MIN + 2


def pack_facts(facts: Sequence[Fact]) -> tuple[list[list[int]], list[int]]:
    """Give facts as the kernel reads them: rows of F_SIZE numbers, and the `more` of all of them end to end."""
    more: list[int] = []
    packed: list[list[int]] = []
    for fact in facts:
        packed.append([fact.kind, fact.on, fact.amount_minor, fact.a, fact.b, len(more), len(fact.more)])
        more.extend(fact.more)
    return packed, more


def refusal(code: int, facts: Sequence[Fact], numbered_from: int = 1) -> Refused:
    """Give the refusal for a kernel code `code + 100 · number`."""
    number = code // 100
    on = f" on day {facts[number - 1].on}" if 0 < number <= len(facts) else ""
    return Refused(REFUSALS[code % 100], "", f"fact {number + numbered_from - 1}{on}")


def fold(terms: Terms, facts: Sequence[Fact], as_of: int) -> Standing | Refused:
    """Fold the facts of a loan, in the order recorded, into where it stands on a day; refuse at the first fact that cannot be.

    The answer depends on terms, facts and day alone.
    """
    packed, more = pack_facts(facts)
    count = len(facts)
    width = LOAN_ROW_SIZE if terms.kind == LOAN else R_SIZE
    rows = [[0] * width for _ in range(rows_needed(terms, facts, as_of))]
    s = [0] * S_SIZE
    order = [0] * count
    splits = [[0] * SPLIT_SIZE for _ in range(count)]
    if terms.kind == LOAN:
        plans: list[list[int]] = []
        lots: list[list[int]] = []
        code = fold_loan(terms.vector, terms.dues, 0, packed, count, more, as_of, s, rows, order, splits)
    else:
        plans = [[0] * P_SIZE for _ in range(count)]
        lots = [[0] * L_SIZE for _ in range(count)]
        code = fold_account(terms.vector, packed, count, more, as_of, s, rows, plans, lots, order, splits)
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
    rows = [list(row) for row in standing.rows]
    lots = [list(lot) for lot in standing.lots] + [[0] * L_SIZE for _ in facts]
    plans = [list(plan) for plan in standing.plans] + [[0] * P_SIZE for _ in facts]
    splits = [[0] * SPLIT_SIZE for _ in facts]
    _make_room(terms, s, rows, facts, as_of)
    for i, fact in enumerate(packed):
        if terms.kind == LOAN:
            code = take_fact(vector, s, rows, fact, more)
        else:
            code = take_account_fact(vector, s, rows, plans, lots, packed, i, more)
        if code != OK:
            return refusal(code + 100 * (i + 1), facts)
        splits[i] = s[S_LAST_FEE : S_LAST_FEE + SPLIT_SIZE]
    if terms.kind == LOAN:
        advance(vector, s, rows, as_of)
    else:
        advance_account(vector, s, rows, plans, lots, as_of)
    for i in range(s[S_OPEN], s[S_NEXT]):
        accrue_penalty(vector, s, rows[i], as_of)
    if terms.kind != LOAN:
        close_paid_rows(s, rows)
    return Standing(s, rows, plans, lots, splits)


def _make_room(terms: Terms, s: list[int], rows: list[list[int]], facts: Sequence[Fact], as_of: int) -> None:
    """Add the rows that the coming days can fill."""
    width = LOAN_ROW_SIZE if terms.kind == LOAN else R_SIZE
    if terms.kind == LOAN:
        needed = len(rows) + sum(fact.more[M_INSTALMENTS] for fact in facts if fact.kind == RESCHEDULED)
    else:
        last = max([as_of, *(fact.on for fact in facts)])
        needed = s[S_NEXT] + max(last - s[S_PERIOD_FROM], 0) // DAYS_BETWEEN_BILLS_MIN + 2
    rows.extend([0] * width for _ in range(needed - len(rows)))
