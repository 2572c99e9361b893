"""The close of a day, for one loan whose day has come: what to note as a fact, and what to tell.

Everything follows from where the loan stands on the day, so it does not matter what else happened to it that day. The days on which
lateness begins or grows into the next class are noted; that it ends is seen in the repayment that ends it.
"""

from bisect import bisect_right
from datetime import date
from functools import cache

from plimsoll.loan.agenda import BOUNDARIES
from plimsoll.loan.facts import Fact
from plimsoll.loan.layout import NOTED, Q_LATE
from plimsoll.loan.look import Look, Said
from plimsoll.rulebook.lateness import FIVE_CLASSES, Lateness, lateness
from plimsoll.rulebook.rules import Rules
from plimsoll.servicing.autopay import instruct
from plimsoll.servicing.bill import announce
from plimsoll.servicing.tell import tell
from plimsoll.units.dates import day_text
from plimsoll.units.money import text_of
from plimsoll.units.refusal import Refused


def decide(look: Look, day: int, rules: Rules) -> Said:
    """Give the facts to note and the messages to send for one loan on a day of its agenda.

    A bill that was cut, a due day that came (the autopay instruction), lateness that began, a class that changed.
    """
    bill, instruction = announce(look), instruct(look, day)
    messages = () if instruction is None else (instruction,)
    if bill is not None:
        messages = (bill, *messages)
    days = look.past_due_days
    if days <= look.grace_days or (days != look.grace_days + 1 and days not in BOUNDARIES):
        return Said((), messages)
    return _late(look, day, list(messages), rules)


def _late(look: Look, day: int, messages: list[tuple[str, str]], rules: Rules) -> Said:
    """Note the bucket and class that begin on this day, and tell of them."""
    names = lateness(rules, date.fromordinal(day))
    version = rules.product(look.product, date.fromordinal(look.begun_on))
    tolerance_days = 0 if isinstance(version, Refused) else version.tolerance_days
    days_before = _days_at_last_look(look.past_due_days, look.grace_days)
    before, now = (_class(names, days, tolerance_days) for days in (days_before, look.past_due_days))
    told: dict[str, object] = {
        "loan_id": look.loan_id,
        "on": day_text(day),
        "past_due_days": look.past_due_days,
        "bucket": names.bucket(look.past_due_days),
    }
    if days_before == 0:
        amount = {"amount": text_of(look.asked[Q_LATE], look.currency), "currency": look.currency}
        messages.append(("late", tell(told | amount)))
    if before[1] != now[1]:
        messages.append(("class", tell(told | {"five_class": FIVE_CLASSES[now[1]], "five_class_before": FIVE_CLASSES[before[1]]})))
    if before == now:
        return Said(messages=tuple(messages))
    note = Fact(NOTED, day, 0, *now)
    return Said(facts=((look.loan_id, note, ""),), messages=tuple(messages))


@cache
def _days_at_last_look(days: int, grace_days: int) -> int:
    """Give how late a loan was on the day of its agenda before this one, 0 for not late."""
    return max((boundary for boundary in (*BOUNDARIES, grace_days + 1) if grace_days < boundary < days), default=0)


def _class(names: Lateness, days: int, tolerance_days: int) -> tuple[int, int]:
    """Give the number of the bucket and of the five-class: what `a` and `b` of a note say."""
    return bisect_right(names.bucket_days, days), FIVE_CLASSES.index(names.five_class(days, tolerance_days))
