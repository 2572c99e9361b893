"""Who is reminded of what on a day: the steps of the ladder that fall on it, by the channels that the borrower takes."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import NamedTuple

from plimsoll.rulebook.reminder import Ladder, Step
from plimsoll.units.days import day_in_month, month_of, year_of

LANGUAGE_USUAL = "zh-CN"


class Wishes(NamedTuple):
    """What a borrower wishes, and what is known of one: `channels` None are the usual ones, `payday` the day of the month, 0 not known."""

    language: str = LANGUAGE_USUAL
    channels: tuple[str, ...] | None = None
    payday: int = 0
    is_risky: bool = False

    def takes(self, channel: str, ladder: Ladder) -> bool:
        """Tell whether the borrower takes messages by a channel."""
        return ladder.channels[channel].is_usual if self.channels is None else channel in self.channels


class Planned(NamedTuple):
    """A reminder to be sent on a day, from a minute of the borrower's clock on, about all that is due on `due_on` in a currency."""

    step: str
    channel: str
    due_on: int
    currency: str
    on: int
    minute: int
    template: str


def plan_reminders(due: Mapping[tuple[int, str], int], wishes: Wishes, ladder: Ladder, on: int) -> tuple[Planned, ...]:
    """Give the reminders of a day, earliest first: no more by a channel than it may carry in a day, nothing about what is paid.

    `due` has amounts in minor units by due day and currency. What is due sooner comes first where a channel is full.
    """
    if on < ladder.since.toordinal():
        return ()
    left = {name: channel.most_a_day for name, channel in ladder.channels.items()}
    found: list[Planned] = []
    for (due_on, currency), minor in sorted(due.items()):
        if minor <= 0:
            continue
        for step in steps_on(ladder.steps, due_on, on, wishes):
            for channel in _channels(step, wishes, ladder):
                if left[channel] > 0:
                    left[channel] -= 1
                    found.append(Planned(step.name, channel, due_on, currency, on, step.minute, step.template))
    return tuple(sorted(found, key=lambda one: (one.minute, one.due_on)))


def steps_on(steps: Iterable[Step], due_on: int, on: int, wishes: Wishes) -> list[Step]:
    """Give the steps about one due day that fall on a day. Of several that wait for the same payday the last one speaks."""
    fall = [step for step in steps if (wishes.is_risky or not step.is_for_risky) and day_of(step, due_on, wishes.payday) == on]
    moved = [step for step in fall if due_on + step.days != on]
    stay = [step for step in fall if step not in moved]
    if any(step.waits_for_payday for step in stay):
        return stay
    return [*stay, *moved[-1:]]


def day_of(step: Step, due_on: int, payday: int) -> int:
    """Give the day on which a step is taken: its own, or the payday that comes after it and before the due day."""
    own = due_on + step.days
    if not step.waits_for_payday or payday == 0:
        return own
    paid_on = next_payday(own, payday)
    return paid_on if own < paid_on < due_on else own


def next_payday(day: int, payday: int) -> int:
    """Give the first payday on a day or after it; in a short month it is the last day."""
    month = 12 * year_of(day) + month_of(day) - 1
    this = day_in_month(month, payday)
    return this if this >= day else day_in_month(month + 1, payday)


def _channels(step: Step, wishes: Wishes, ladder: Ladder) -> tuple[str, ...]:
    taken = tuple(channel for channel in step.channels if wishes.takes(channel, ladder))
    return taken[:1] if step.is_first_only else taken


def weeks_until(due_on: int, on: int) -> int:
    """Give in how many weekly parts a sum can be set aside before a day, at least one."""
    return max((due_on - on) // 7, 1)


def day_text(day: int, language: str) -> str:
    """Give a day as people of a language write it."""
    found = date.fromordinal(day)
    return f"{found.month}月{found.day}日" if language == LANGUAGE_USUAL else found.isoformat()
