"""The reviewers' queue: one row for each case that waits for a person, most pressing first, with the time by which it must be decided."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Final

from plimsoll.loan.filing import WorkItem, instant_text
from plimsoll.origination.application import Application
from plimsoll.rulebook.rules import Rules
from plimsoll.units.money import text_of

KIND: Final = "review"
REFERRED, DEMANDED = 50, 100
"""Priority of a case where the engine names none, and of one whose borrower asked for a person; a larger amount goes first among equals."""
AMOUNT_STEP_MINOR: Final = 1_000_000
AMOUNT_WEIGHT_MAX: Final = 40
REASONS_SHOWN: Final = 4


def case(application: Application, state: str, rules: Rules, on: date, *, assigned_to: str = "") -> WorkItem:
    """Give the row of a case in a state ("open", "claimed", "waiting", "done"); its time runs from the instant it came to review."""
    asked = application.asked
    amount = f"{asked.product} {text_of(asked.amount_minor, asked.currency)} {asked.currency}"
    return WorkItem(
        kind=KIND,
        subject=application.application_id,
        state=state,
        priority=priority_of(application),
        due_at=due_at(application, rules, on),
        assigned_to=assigned_to,
        note="; ".join([amount, *application.why[:REASONS_SHOWN]]),
    )


def demanded(application: Application, now: datetime, rules: Rules, on: date) -> WorkItem:
    """Give the row of a case whose borrower asks for a person now."""
    return case(replace(application, is_demanded=True, review_since=now), "open", rules, on)


def priority_of(application: Application) -> int:
    """Give how pressing a case is."""
    weight = min(application.asked.amount_minor // AMOUNT_STEP_MINOR, AMOUNT_WEIGHT_MAX)
    return (DEMANDED if application.is_demanded else application.priority or REFERRED) + weight


def due_at(application: Application, rules: Rules, on: date) -> str:
    """Give the instant by which a case must be decided, as text in UTC; "" where it never came to review, or no time is promised."""
    seconds = rules.value("POLICY.REVIEW.SLA.SECONDS", on)
    if application.review_since is None or seconds is None:
        return ""
    assert isinstance(seconds, tuple)
    promised = seconds[1] if application.is_demanded else seconds[0]
    assert isinstance(promised, int)
    return instant_text(application.review_since + timedelta(seconds=promised))


def is_overdue(item_due_at: str, now: datetime) -> bool:
    """Tell whether the time promised for a case is over."""
    return bool(item_due_at) and item_due_at < instant_text(now)
