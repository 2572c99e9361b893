"""Plans of the naive model: how principal and fee are laid over the due dates, and laid again when something changes."""

from dataclasses import dataclass
from fractions import Fraction
from math import prod

from tests.machine.naive_numbers import Period, half_up, split


@dataclass
class Coming:
    """An instalment that has not fallen due: its period, principal and fee. Its interest is whatever accrues."""

    period: Period
    principal: int = 0
    fee: int = 0


def interest_of(balance: int, rate: Fraction, begun: Fraction) -> int:
    """Round the interest that a period still adds to what it had accrued before."""
    return half_up(begun + balance * rate) - half_up(begun)


def exact_instalment(balance: int, rates: list[Fraction]) -> Fraction:
    """Give the level instalment before rounding."""
    f = Fraction(1)
    for rate in rates[1:]:
        f = 1 + f * (1 + rate)
    return balance * prod((1 + rate for rate in rates), start=Fraction(1)) / f


def principals_at(balance: int, rates: list[Fraction], instalment: int, begun: Fraction) -> tuple[list[int], int]:
    """Lay a balance over the periods at a given instalment; also give the last instalment, which takes the difference."""
    parts = []
    for i, rate in enumerate(rates):
        interest = interest_of(balance, rate, begun if i == 0 else Fraction(0))
        part = balance if i == len(rates) - 1 else min(max(instalment - interest, 0), balance)
        parts.append(part)
        balance -= part
    return parts, parts[-1] + interest


def level(balance: int, rates: list[Fraction], begun: Fraction) -> tuple[list[int], int]:
    """Level the instalments: principals and instalment, with the instalment nudged while that shrinks an uneven last one."""
    count = len(rates)
    instalment = half_up(exact_instalment(balance, rates))
    parts, last = principals_at(balance, rates, instalment, begun)
    while abs(last - instalment) > count // 2:
        other = instalment + half_up(Fraction(last - instalment, count))
        other_parts, other_last = principals_at(balance, rates, other, begun)
        if abs(other_last - other) >= abs(last - instalment):
            break
        instalment, parts, last = other, other_parts, other_last
    return parts, instalment


def same_instalment(balance: int, rates: list[Fraction], instalment: int, begun: Fraction) -> list[int]:
    """Pay the same instalment until the balance is gone; the last due date takes whatever is left then."""
    parts, _ = principals_at(balance, rates, instalment, begun)
    return parts


def equal_parts(balance: int, count: int) -> list[int]:
    """Share a balance over equal-principal instalments: rounded half-up, the last takes the difference."""
    each, parts = half_up(Fraction(balance, count)), []
    for i in range(count):
        parts.append(balance if i == count - 1 else min(each, balance))
        balance -= parts[-1]
    return parts


def cut_from_end(parts: list[int], balance: int) -> list[int]:
    """Keep the parts in order until the balance is used up."""
    kept = []
    for part in parts:
        kept.append(min(part, balance))
        balance -= kept[-1]
    return kept


def cut_from_front(parts: list[int], balance: int) -> list[int]:
    """Take what is paid off the first parts, so that the parts left add up to the balance."""
    return cut_from_end(parts[::-1], balance)[::-1]


def fresh_parts(method: str, has_fee: bool, balance: int, rates: list[Fraction], begun: Fraction) -> tuple[list[int], int]:
    """Lay a balance over periods from nothing by the repayment method; also give the level instalment (0 where there is none)."""
    count = len(rates)
    if has_fee:
        return split(balance, count), 0
    if method == "equal-instalment":
        return level(balance, rates, begun)
    if method == "equal-principal":
        return equal_parts(balance, count), 0
    return [0] * (count - 1) + [balance], 0


def respread(plan: list[Coming], parts: list[int]) -> list[Coming]:
    """Give the plan with new principals; instalments that come after the last principal are gone."""
    kept = max((i for i, part in enumerate(parts) if part), default=-1) + 1
    return [Coming(item.period, part, item.fee) for item, part in zip(plan[:kept], parts, strict=False)]
