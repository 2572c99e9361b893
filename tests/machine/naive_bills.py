"""The pieces of a naive pay-later account: what fell due with a bill, the bill's printed columns, instalment plans."""

from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction

from tests.machine.naive_numbers import half_even, half_up, split

PARTS = ("fee", "penalty", "interest", "principal")
PRINCIPAL_FIRST = ("principal", "interest", "penalty", "fee")


@dataclass
class Due:
    """What fell due with one bill. Its share of the minimum joins `principal` only when the due day has passed unpaid."""

    due_on: date
    owed: dict[str, int]
    accrued_penalty: Fraction = Fraction(0)
    penalty_met: int = 0
    penalty_billed: int = 0

    def penalty(self) -> int:
        return half_up(self.accrued_penalty) - self.penalty_met

    def billed_penalty(self) -> int:
        return max(self.penalty_billed - self.penalty_met, 0)

    def billed(self) -> int:
        return self.owed["fee"] + self.owed["interest"] + self.owed["principal"] + self.billed_penalty()

    def meet(self, part: str, amount: int) -> int:
        used = min(amount, self.penalty() if part == "penalty" else self.owed[part])
        if part == "penalty":
            self.penalty_met += used
        else:
            self.owed[part] -= used
        return used


@dataclass
class Bill:
    """A bill's printed columns, in minor units."""

    billed_on: date
    due_on: date
    purchases: int
    instalments_due: int
    carried: int
    interest: int
    penalty: int
    minimum: int
    minimum_principal: int
    base: int
    refunds: int = 0
    converted: int = 0
    paid: int = 0

    @property
    def total(self) -> int:
        return self.purchases + self.instalments_due + self.carried + self.interest + self.penalty - self.refunds

    @property
    def outstanding(self) -> int:
        return self.total - self.converted - self.paid


@dataclass
class Slice:
    """One instalment of a plan."""

    start: date
    bill_on: date
    due_on: date
    principal: int
    fee: int
    is_billed: bool = False


@dataclass
class Plan:
    """An instalment plan of a purchase or a bill."""

    ref: str
    slices: list[Slice] = field(default_factory=list)

    def coming(self) -> list[Slice]:
        return [part for part in self.slices if not part.is_billed]

    def undue(self) -> int:
        return sum(part.principal for part in self.coming())

    def shrink(self, amount: int) -> int:
        """Take a refund off the principal not billed: spread again, the fee in proportion. Give what was used."""
        coming, before = self.coming(), self.undue()
        used = min(amount, before)
        if not used:
            return 0
        fee = half_even(Fraction(sum(part.fee for part in coming) * (before - used), before))
        self.slices = [part for part in self.slices if part.is_billed]
        if before > used:
            for part, principal, part_fee in zip(coming, split(before - used, len(coming)), split(fee, len(coming)), strict=True):
                self.slices.append(Slice(part.start, part.bill_on, part.due_on, principal, part_fee))
        return used
