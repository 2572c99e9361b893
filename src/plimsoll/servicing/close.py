"""The close of a day, for one loan whose day has come: what to note as a fact, and what to tell.

Everything follows from where the loan stands on the day, so it does not matter what else happened to it that day. Only the days on which
lateness begins or grows into the next class are noted; that it ends is seen in the repayment that ends it.
"""

from bisect import bisect_right
from datetime import date

from plimsoll.loan.agenda import BOUNDARIES
from plimsoll.loan.book import Decision, Held, standing_of
from plimsoll.loan.facts import Fact
from plimsoll.loan.fold import Standing, fold
from plimsoll.loan.layout import NOTED, T_GRACE_DAYS
from plimsoll.loan.owed import dues
from plimsoll.loan.state import State, read_state
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

    A bill that was cut, a due day that came (the autopay instruction), lateness that began, a class that changed.
    A loan that has moved past the day is looked at as it stood then where its history is loaded, else as it stands now.
    """
    standing = _standing_on(held, day)
    messages: list[tuple[str, str]] = []
    bill = bill_of(standing, day) if held.terms.kind != LOAN else None
    if bill is not None:
        messages.append(announce(held, bill))
    instruction = instruct(held, standing, day)
    if instruction is not None:
        messages.append(instruction)
    state = read_state(held.terms, standing)
    first = max(held.terms.vector[T_GRACE_DAYS] + 1, BOUNDARIES[0])
    if state.past_due_days != first and (state.past_due_days < first or state.past_due_days not in BOUNDARIES):
        return Decision(messages=tuple(messages))
    return _late(held, standing, state, messages, rules)


def _standing_on(held: Held, day: int) -> Standing:
    if day < held.summary.as_of and held.facts is not None:
        earlier = fold(held.terms, held.facts, day)
        assert not isinstance(earlier, Refused), f"loan {held.loan_id}: what was folded once folds again"
        return earlier
    return standing_of(held, max(day, held.summary.as_of))


def _late(held: Held, standing: Standing, state: State, messages: list[tuple[str, str]], rules: Rules) -> Decision:
    """Note the bucket and class that begin on this day, and tell of them."""
    on = date.fromordinal(state.as_of)
    names = lateness(rules, on)
    version = agreed(rules, held)
    tolerance_days = 0 if isinstance(version, Refused) else version.tolerance_days
    days = state.past_due_days
    days_before = _days_at_last_look(days, held.terms.vector[T_GRACE_DAYS])
    before, now = (_class(names, count, tolerance_days) for count in (days_before, days))
    told: dict[str, object] = {"loan_id": held.loan_id, "on": on.isoformat(), "past_due_days": days, "bucket": names.bucket(days)}
    if days_before == 0:
        late_minor = sum(due.minor for due in dues(standing) if due.due_on < state.as_of)
        amount = {"amount": text_of(late_minor, held.terms.currency), "currency": held.terms.currency}
        messages.append(("late", tell(told | amount)))
    if before[1] != now[1]:
        messages.append(("class", tell(told | {"five_class": FIVE_CLASSES[now[1]], "five_class_before": FIVE_CLASSES[before[1]]})))
    if before == now:
        return Decision(messages=tuple(messages))
    note = Fact(NOTED, state.as_of, 0, *now)
    return Decision(facts=((held.loan_id, note, ""),), messages=tuple(messages))


def _days_at_last_look(days: int, grace_days: int) -> int:
    """Give how late a loan was on the day of its agenda before this one, 0 for not late."""
    return max((boundary for boundary in (*BOUNDARIES, grace_days + 1) if grace_days < boundary < days), default=0)


def _class(names: Lateness, days: int, tolerance_days: int) -> tuple[int, int]:
    """Give the number of the bucket and of the five-class: what `a` and `b` of a note say."""
    return bisect_right(names.bucket_days, days), FIVE_CLASSES.index(names.five_class(days, tolerance_days))
