"""What a loan is at the end of a month, as the credit bureau asks: its facts alone decide, not what may be said of it."""

from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

from plimsoll.loan.facts import Fact
from plimsoll.loan.fold import fold
from plimsoll.loan.layout import (
    CHARGED_OFF,
    O_CLAIM,
    O_FEE,
    O_INTEREST,
    O_INTEREST_LATE,
    O_LATE_DAYS,
    O_PENALTY,
    O_PRINCIPAL,
    O_PRINCIPAL_LATE,
    O_SIZE,
    O_STATUS,
    PAID_OFF,
    RESCHEDULED,
    REVERSED,
    TRANSFERRED,
)
from plimsoll.loan.state import measured
from plimsoll.loan.terms import Terms, begun_on
from plimsoll.risk.classify.history import Course
from plimsoll.risk.classify.policy import Policies
from plimsoll.risk.classify.timeline import grace_of, timeline
from plimsoll.risk.classify.trigger import NO_DIFFICULTY, Noted
from plimsoll.risk.credit.default import Default, defaults_of
from plimsoll.risk.credit.month import BEFORE, letter
from plimsoll.rulebook.lateness import FIVE_CLASSES
from plimsoll.units.refusal import Refused

RESTRUCTURED, SETTLED, WRITTEN_OFF, SOLD = "restructured", "settled", "written_off", "transferred"
SPECIAL: Final = (RESTRUCTURED, SETTLED, WRITTEN_OFF, SOLD)
"""Special transactions: the terms were eased, the loan was paid off in the month, it was written off, its claim went to a buyer."""
CURRENT, LATE, OFF, PAID = "normal", "overdue", "written_off", "settled"
STATUSES: Final = (CURRENT, LATE, OFF, PAID)


class Account(NamedTuple):
    """Which loan a statement is about. Days are day numbers, the limit is that of the product's part of the line, in minor units."""

    loan_id: int
    product: str
    currency: str
    opened_on: int
    limit_minor: int


class Statement(NamedTuple):
    """A loan at the end of a month, in minor units; `payments` has a letter for each month of the window, oldest first."""

    loan_id: int
    product: str
    currency: str
    opened_on: int
    limit_minor: int
    balance_minor: int
    overdue_minor: int
    late_days: int
    status: str
    five_class: str
    special: tuple[str, ...]
    payments: str
    defaults: tuple[Default, ...]

    def said(self) -> dict[str, Any]:
        """Give the statement as a body holds it."""
        return self._asdict() | {"special": list(self.special), "defaults": [list(one) for one in self.defaults]}


def read_statement(said: Mapping[str, Any]) -> Statement:
    """Give back the statement that `said` wrote."""
    found = {name: said[name] for name in Statement._fields}
    defaults = tuple(Default(*one) for one in said["defaults"])
    return Statement(**(found | {"special": tuple(said["special"]), "defaults": defaults}))


def statement_of(
    account: Account,
    terms: Terms,
    facts: Sequence[Fact],
    noted: Sequence[Noted],
    policies: Policies,
    ends: Sequence[int],
    tolerance_days: int = 0,
) -> Statement | Refused:
    """Give a loan at the end of the last of some months, folded from its facts by the day they take effect."""
    found = judged(terms, facts, noted, policies, ends[-1], tolerance_days)
    if isinstance(found, Refused):
        return found
    rows = [measured_on(terms, facts, day) for day in ends]
    five, defaults = found
    marks = marks_of(facts, noted, ends[-1])
    return put_together(account, rows[-1], payments_of(rows), five, defaults, marks)


def judged(
    terms: Terms, facts: Sequence[Fact], noted: Sequence[Noted], policies: Policies, on: int, tolerance_days: int = 0
) -> tuple[str, tuple[Default, ...]] | Refused:
    """Give a loan's class of the five on a day, and the defaults that it has been in by then."""
    spans = timeline(terms, facts, on)
    if isinstance(spans, Refused):
        return spans
    if not spans:
        return FIVE_CLASSES[0], ()
    grace_days = grace_of(terms)
    changes = Course(facts, noted, policies, grace_days, tolerance_days).run(spans, on)
    return changes[-1].after.five_class(), defaults_of(spans, grace_days, on)


def measured_on(terms: Terms, facts: Sequence[Fact], day: int) -> list[int]:
    """Give the measured numbers of a loan at the end of a day; zeros before it began."""
    if begun_on(terms) > day:
        return [0] * O_SIZE
    standing = fold(terms, facts, day)
    assert not isinstance(standing, Refused), "facts that were accepted fold again"
    return measured(terms, standing)


def payments_of(rows: Sequence[Sequence[int]]) -> str:
    """Give the payment record of a loan from its measured numbers at the end of each month; a month after it was settled says nothing."""
    found = ""
    for out in rows:
        owed = out[O_PRINCIPAL] + out[O_INTEREST] + out[O_PENALTY] + out[O_FEE]
        found += letter(out[O_STATUS], out[O_LATE_DAYS], owed, out[O_CLAIM])
    return found


def marks_of(facts: Sequence[Fact], noted: Sequence[Noted], through: int) -> tuple[str, ...]:
    """Give the special transactions that only the facts tell: terms eased, claim transferred."""
    marks = ((RESTRUCTURED, is_eased(facts, noted, through)), (SOLD, is_sold(facts, through)))
    return tuple(name for name, holds in marks if holds)


def put_together(
    account: Account, out: Sequence[int], payments: str, five_class: str, defaults: Sequence[Default], marks: Sequence[str] = ()
) -> Statement:
    """Give the statement of a loan from its measured numbers at the end of the month.

    The last default of a loan whose claim was transferred goes on: whether it has ended only the buyer knows.
    """
    status = out[O_STATUS]
    is_off = status == CHARGED_OFF
    owed = out[O_PRINCIPAL] + out[O_INTEREST] + out[O_PENALTY] + out[O_FEE]
    late = out[O_PRINCIPAL_LATE] + out[O_INTEREST_LATE] + out[O_PENALTY] if out[O_LATE_DAYS] > 0 else 0
    is_settled = status == PAID_OFF
    special = {*marks, *((SETTLED,) if is_settled else ()), *((WRITTEN_OFF,) if is_off else ())}
    if SOLD in special and defaults:
        defaults = (*defaults[:-1], defaults[-1]._replace(until=0))
    return Statement(
        account.loan_id,
        account.product,
        account.currency,
        account.opened_on,
        account.limit_minor,
        out[O_CLAIM] if is_off else owed,
        out[O_CLAIM] if is_off else late,
        out[O_LATE_DAYS],
        OFF if is_off else PAID if is_settled else LATE if out[O_LATE_DAYS] > 0 else CURRENT,
        five_class,
        tuple(name for name in SPECIAL if name in special),
        payments,
        tuple(defaults),
    )


def is_eased(facts: Sequence[Fact], noted: Sequence[Noted], through: int) -> bool:
    """Tell whether the terms were changed for a debtor in difficulty by a day."""
    spared = {one.due_on or one.on for one in noted if one.trigger == NO_DIFFICULTY}
    return any(fact.on not in spared for fact in _standing(facts, RESCHEDULED, through))


def is_sold(facts: Sequence[Fact], through: int) -> bool:
    """Tell whether the claim was transferred to a buyer by a day."""
    return bool(_standing(facts, TRANSFERRED, through))


def _standing(facts: Sequence[Fact], kind: int, through: int) -> list[Fact]:
    """Give the facts of a kind that took effect by a day and were not taken back by then."""
    taken_back = {fact.a for fact in facts if fact.kind == REVERSED and fact.on <= through}
    return [one for number, one in enumerate(facts, 1) if one.kind == kind and one.on <= through and number not in taken_back]


def is_gone(payments: str) -> bool:
    """Tell whether the loan was over before the month: settled at the end of the month before, or not begun by this one's."""
    return payments[-1] == BEFORE or payments[-2:] in ("CC", "GG")
