"""The level instalment: exact annuity, then the gap of the last instalment spread over the others."""

from collections.abc import MutableSequence

from plimsoll.loan.layout import R_SIZE, R_WEIGHT
from plimsoll.units.divide import half_up

Vector = MutableSequence[int]


def annuity(principal: int, rows: Vector, first: int, until: int, rate_num: int, rate_den: int) -> int:
    """Give P·Π(1+r) ÷ f, rounded half-up to the minor unit, over rows `[first, until)` with r = rate_num · weight ÷ rate_den.

    f_1 = 1, f_i = 1 + f_{i-1}(1+r_i). Exact at any length: the fraction is kept as two whole numbers. The compiled kernel
    replaces this one function by the same sums on limbs (`loan/columns.py`), since its integers have 64 bits.
    """
    numerator = principal
    denominator = 0
    scale = 1
    for i in range(first, until):
        growth = rate_den + rate_num * rows[i * R_SIZE + R_WEIGHT]
        numerator *= growth
        denominator = denominator * growth + scale * rate_den
        scale *= rate_den
    return half_up(numerator, denominator)


def last_gap(level: int, principal: int, start_num: int, rows: Vector, first: int, until: int, rate_num: int, rate_den: int) -> int:
    """Give by how much the last instalment differs from the level one, in minor units, when each period's interest is rounded."""
    balance = principal
    num = start_num
    for i in range(first, until - 1):
        num += balance * rate_num * rows[i * R_SIZE + R_WEIGHT]
        balance -= level - half_up(num, rate_den)
        num = 0
    num += balance * rate_num * rows[(until - 1) * R_SIZE + R_WEIGHT]
    return balance + half_up(num, rate_den) - level


def level_instalment(principal: int, start_num: int, rows: Vector, first: int, until: int, rate_num: int, rate_den: int) -> int:
    """Give the instalment that pays `principal` over rows `[first, until)`, in minor units.

    While the last instalment is off by more than half a minor unit a period, its gap is spread over all of them, as long as that
    makes it smaller. `start_num` is interest already earned in the first period and not yet rounded away (over `rate_den`).
    """
    count = until - first
    level = annuity(principal, rows, first, until, rate_num, rate_den)
    gap = last_gap(level, principal, start_num, rows, first, until, rate_num, rate_den)
    while abs(gap) > count // 2:
        step = half_up(gap, count) if gap > 0 else -half_up(-gap, count)
        tried = last_gap(level + step, principal, start_num, rows, first, until, rate_num, rate_den)
        if abs(tried) >= abs(gap):
            return level
        level += step
        gap = tried
    return level
