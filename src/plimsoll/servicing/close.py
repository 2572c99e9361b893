"""The close of a day, for one loan whose day has come: what to note as a fact, and what to tell.

Everything follows from where the loan stands on the day, so it does not matter what else happened to it that day. The days on which
lateness begins or grows into the next class are noted; that it ends is seen in the repayment that ends it.
"""

from bisect import bisect_right
from datetime import date
from typing import NamedTuple

from plimsoll.loan.agenda import BOUNDARIES
from plimsoll.loan.book import Decision, Held, standing_of
from plimsoll.loan.facts import Fact
from plimsoll.loan.fold import Standing
from plimsoll.loan.layout import NOTED, T_GRACE_DAYS
from plimsoll.loan.owed import dues
from plimsoll.loan.state import read_state
from plimsoll.loan.terms import LOAN
from plimsoll.rulebook.lateness import FIVE_CLASSES, Lateness, lateness
from plimsoll.rulebook.rules import Rules
from plimsoll.servicing.autopay import instruct
from plimsoll.servicing.bill import announce, bill_of
from plimsoll.servicing.offer import agreed
from plimsoll.servicing.tell import tell
from plimsoll.units.money import text_of
from plimsoll.units.refusal import Refused


def decide(held: Held, day: int, rules: Rules) -> Decision:
    """Give the facts to note and the messages to send for one loan on a day of its agenda.

    A bill that was cut, a due day that came (the autopay instruction), lateness that began, a class that changed. A loan that commands
    of later days have moved past the day is looked at as it stands now, its days past due counted back.
    """
    standing = standing_of(held, max(day, held.summary.as_of))
    messages: list[tuple[str, str]] = []
    bill = bill_of(standing, day) if held.terms.kind != LOAN else None
    if bill is not None:
        messages.append(announce(held, bill))
    instruction = instruct(held, standing, day)
    if instruction is not None:
        messages.append(instruction)
    state = read_state(held.terms, standing)
    grace_days = held.terms.vector[T_GRACE_DAYS]
    days = state.past_due_days - (state.as_of - day)
    if days <= grace_days or (days != grace_days + 1 and days not in BOUNDARIES):
        return Decision(messages=tuple(messages))
    return _late(held, standing, Look(day, days, _days_at_last_look(days, grace_days)), messages, rules)


class Look(NamedTuple):
    """How late a loan is on a day of its agenda, and was on the one before, in days past due."""

    day: int
    days: int
    days_before: int


def _late(held: Held, standing: Standing, late: Look, messages: list[tuple[str, str]], rules: Rules) -> Decision:
    """Note the bucket and class that begin on this day, and tell of them."""
    on = date.fromordinal(late.day)
    names = lateness(rules, on)
    version = agreed(rules, held)
    tolerance_days = 0 if isinstance(version, Refused) else version.tolerance_days
    before, now = (_class(names, days, tolerance_days) for days in (late.days_before, late.days))
    told: dict[str, object] = {
        "loan_id": held.loan_id,
        "on": on.isoformat(),
        "past_due_days": late.days,
        "bucket": names.bucket(late.days),
    }
    if late.days_before == 0:
        late_minor = sum(due.minor for due in dues(standing) if due.due_on < late.day)
        amount = {"amount": text_of(late_minor, held.terms.currency), "currency": held.terms.currency}
        messages.append(("late", tell(told | amount)))
    if before[1] != now[1]:
        messages.append(("class", tell(told | {"five_class": FIVE_CLASSES[now[1]], "five_class_before": FIVE_CLASSES[before[1]]})))
    if before == now:
        return Decision(messages=tuple(messages))
    note = Fact(NOTED, late.day, 0, *now)
    return Decision(facts=((held.loan_id, note, ""),), messages=tuple(messages))


def _days_at_last_look(days: int, grace_days: int) -> int:
    """Give how late a loan was on the day of its agenda before this one, 0 for not late."""
    return max((boundary for boundary in (*BOUNDARIES, grace_days + 1) if grace_days < boundary < days), default=0)


def _class(names: Lateness, days: int, tolerance_days: int) -> tuple[int, int]:
    """Give the number of the bucket and of the five-class: what `a` and `b` of a note say."""
    return bisect_right(names.bucket_days, days), FIVE_CLASSES.index(names.five_class(days, tolerance_days))
