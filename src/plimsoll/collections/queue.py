"""The collectors' queue: one row for each case, by what a contact is worth, with the instant at which it comes before everything else.

A case that waits (for a promise, for a follow-up) carries the first instant of the day on which it is due; from then on it outranks what
only has its worth. A case that is held carries the instant until which it is. Days begin as they do in China.
"""

from datetime import UTC, date, datetime, time
from typing import Final, NamedTuple

from plimsoll.collections.case import AFTER, DAY_BEGINS, QUEUE, STATE_CLOSED, Case
from plimsoll.collections.priority import priority_of
from plimsoll.loan.filing import WorkItem, instant_text
from plimsoll.rulebook.strategy import BY_PERSON, REST
from plimsoll.units.money import text_of

OPEN, CLAIMED, WAITING, DONE = "open", "claimed", "waiting", "done"


SEPARATOR: Final = "; "
TREATMENT_AT: Final = 2
"""Where the treatment stands in a note."""


class Wait(NamedTuple):
    """Until which day a case waits, and for what; day 0 where it waits for nothing."""

    day: int
    what: str


def wait_of(case: Case) -> Wait:
    """Give what a case waits for: a promise goes before a follow-up, which may be due on the same day."""
    promise = case.open_promise()
    if promise is not None:
        return Wait(promise.waits_until + 1, f"promise {promise.promise_id}")
    return Wait(case.follow_up_on, case.follow_up_reason) if case.follow_up_on else Wait(0, "")


def item_of(case: Case, on: int) -> WorkItem:
    """Give the row of a case on a day."""
    wait = wait_of(case)
    if case.state == STATE_CLOSED:
        state, due_at = DONE, ""
    elif case.claim is not None:
        state, due_at = CLAIMED, case.claim.until
    else:
        state, due_at = (WAITING if wait.day > on else OPEN), beginning_of(wait.day) if wait.day else ""
    return WorkItem(QUEUE, case.case_id, state, priority_of(case.value_minor), due_at, case.assigned_to, note_of(case, wait))


def beginning_of(day: int) -> str:
    """Give the first instant of a day in China, as text in UTC."""
    return instant_text(datetime.combine(date.fromordinal(day), time(), UTC) + DAY_BEGINS)


def is_for_people(item: WorkItem) -> bool:
    """Tell whether a row takes a person's time: its treatment does, or it comes back for something else than a machine's work."""
    treatment, *waits = item.note.split(SEPARATOR)[TREATMENT_AT:-1]
    what = SEPARATOR.join(waits)
    return treatment in BY_PERSON or not (what == "" or what == REST or what.startswith(AFTER))


def skill_of(item: WorkItem) -> str:
    """Give the skill that a row asks for, as `note_of` wrote it."""
    return item.note.rpartition(SEPARATOR)[2]


def note_of(case: Case, wait: Wait) -> str:
    """Give one line for the list: how late, how much, what to do, what is waited for, which skill it needs (last)."""
    owed = f"{text_of(case.owed_minor, case.currency)} {case.currency}" if case.currency else "nothing"
    parts = [f"{case.days} days", owed, case.treatment, wait.what, case.needs]
    return SEPARATOR.join(part for part in parts if part)
