"""What to do with a case next, and why: the row of the strategy that decided, what stands in the way, and what else may be done."""

from datetime import date, datetime
from typing import NamedTuple

from plimsoll.collections.budget import Budget
from plimsoll.collections.case import STATE_CLOSED, Case
from plimsoll.collections.queue import wait_of

WAIT, NONE, CLOSE = "wait", "none", "close_case"
PAID = "nothing past due"


class Next(NamedTuple):
    """The next action: what, by which channel, with which script, not before when, by whom; and why.

    `because` are the conditions of the row that decided, `row` names it; `held` is the rule that forbids the channel now.
    """

    action: str  # wait, none or close_case, or the treatment of the strategy
    channel: str
    script: str
    tone: str
    skill: str
    not_before: str  # a day, or an instant as the gate gives it; "" for now
    row: str
    because: tuple[str, ...]
    held: str


def next_action(case: Case, budget: tuple[Budget, ...], on: int, *, is_cured: bool = False) -> Next:
    """Give the next action of a case on a day, by its strategy and by what the gate leaves. A broken promise brings it on at once.

    Where nothing is past due any more (`is_cured`) nobody is asked for anything: the case is to be closed.
    """
    if case.state == STATE_CLOSED:
        return _of(case, NONE, because=(case.why,))
    if is_cured:
        return _of(case, CLOSE, because=(PAID,))
    wait = wait_of(case)
    if wait.day > on:
        return _of(case, WAIT, not_before=date.fromordinal(wait.day).isoformat(), because=(wait.what,))
    if case.channel in ("", NONE):
        return _of(case, case.treatment or NONE, because=case.because)
    found = next((one for one in budget if one.channel == case.channel), None)
    if found is None or not found.rule:
        return _of(case, case.treatment, channel=case.channel, because=case.because)
    until = _text(found.until)
    return _of(case, WAIT, channel=case.channel, not_before=until, because=case.because, held=found.rule)


def allowed_actions(
    case: Case, budget: tuple[Budget, ...], *, broken_most: int, is_resting: bool, is_cured: bool = False
) -> tuple[str, ...]:
    """Give the verbs and channels that are open for a case now, in the order in which a collector reads them."""
    if case.state == STATE_CLOSED:
        return ()
    if is_cured:
        return (CLOSE, "tell_contact_fact", "file_complaint", "release_case")
    channels = tuple(f"contact:{one.channel}" for one in budget if not one.rule)
    may_promise = case.open_promise() is None and case.broken() < broken_most and not is_resting
    promise = ("make_promise",) if may_promise else ("cancel_promise", "settle_promise") if case.open_promise() is not None else ()
    return (*channels, *promise, "open_hardship", "follow_up", "escalate_case", "tell_contact_fact", "file_complaint", "release_case")


def _of(
    case: Case,
    action: str,
    *,
    channel: str = "",
    not_before: str = "",
    because: tuple[str, ...] = (),
    held: str = "",
) -> Next:
    return Next(action, channel, case.script if channel else "", case.tone, case.needs, not_before, case.row, because, held)


def _text(at: datetime | None) -> str:
    return at.isoformat() if at is not None else ""
