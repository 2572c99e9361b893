"""Where a loan stands as to its class on a day, a change of that with its cause, and a customer's loans taken together."""

from collections.abc import Iterable
from typing import NamedTuple

from plimsoll.risk.classify.policy import NORMAL, SUBSTANDARD, ClassPolicy
from plimsoll.rulebook.lateness import FIVE_CLASSES


class Class(NamedTuple):
    """A loan's class on a day. `because` names what makes a better class impossible, "" parts never; empty for a normal loan.

    `stage` is that of IFRS 9; a POCI loan is measured as one whatever its stage.
    """

    late_days: int
    bucket: str
    overdue: str
    five: int  # place in FIVE_CLASSES
    stage: int
    is_observed: bool  # restructured, and still to prove itself
    is_poci: bool
    because: tuple[str, ...]

    @property
    def is_npl(self) -> bool:
        """Tell whether the loan is non-performing: substandard, doubtful or loss."""
        return self.five >= SUBSTANDARD

    def five_class(self) -> str:
        """Give the class by name."""
        return FIVE_CLASSES[self.five]


class Change(NamedTuple):
    """A day on which a loan's class, bucket or stage, or what it rests on, became another one, and why.

    `cause` names what happened on the day: facts by their kind, triggers, "days" (the count went on), "rule", "missed", "upgraded",
    "observation_over". `facts` are the numbers of the facts that took effect.
    """

    on: int
    before: Class | None
    after: Class
    cause: tuple[str, ...]
    facts: tuple[int, ...]


class CustomerClass(NamedTuple):
    """A customer's loans taken together: the most days past due, and the worst of each."""

    late_days: int
    bucket: str
    overdue: str
    five: int
    stage: int


def changed(before: Class | None, after: Class) -> bool:
    """Tell whether anything but the count of days differs."""
    return before is None or before[1:] != after[1:]


def customer_class(loans: Iterable[Class], policy: ClassPolicy) -> CustomerClass:
    """Give a customer's classes: names by the most days past due of any loan, class and stage of the worst one."""
    found = tuple(loans)
    late_days = max((one.late_days for one in found), default=0)
    worst = max((one.five for one in found), default=NORMAL)
    stage = max((one.stage for one in found), default=1)
    return CustomerClass(late_days, policy.names.bucket(late_days), policy.names.overdue_class(late_days), worst, stage)
