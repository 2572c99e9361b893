"""When a debit that failed is tried again: by why it failed, how often it was tried, and the payday."""

from typing import NamedTuple

from plimsoll.collections.plan_reminders import next_payday
from plimsoll.rulebook.reminder import Reminders
from plimsoll.units.refusal import Refused


class Retry(NamedTuple):
    """The day of the next try, 0 for none, and whether the borrower has to do something first."""

    on: int
    is_told: bool


def retry_autopay(failure: str, tries: int, failed_on: int, payday: int, said: Reminders) -> Retry | Refused:
    """Give the next try of a debit that failed for the `tries`-th time on a day; `payday` is a day of the month, 0 not known.

    Refuses autopay_failure_unknown: what nobody knows is not tried again by itself.
    """
    assert tries >= 1, "it failed at least once"
    rule = said.failures.get(failure)
    if rule is None:
        return Refused("autopay_failure_unknown", "", f"{failure!r}; one of: {', '.join(said.failures)}")
    if tries > len(rule.days):
        return Retry(0, rule.is_told)
    if rule.is_on_payday and payday:
        paid_on = next_payday(failed_on + 1, payday)
        if paid_on <= failed_on + said.payday_within:
            return Retry(paid_on, rule.is_told)
    return Retry(failed_on + rule.days[tries - 1], rule.is_told)
