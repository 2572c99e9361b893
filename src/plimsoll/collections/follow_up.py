"""Follow up: set the day on which a case comes back before everything else, and why."""

from dataclasses import dataclass
from datetime import date
from typing import Final

from plimsoll.collections.case import FOLLOWED, READS_CASE, find_case
from plimsoll.collections.case_policy import promise_policy
from plimsoll.collections.open_case import after
from plimsoll.loan.book import Book, Decision, refuse_customer
from plimsoll.loan.filing import NewFiling, body_of
from plimsoll.rulebook.rules import Rules
from plimsoll.units.refusal import Refused

READS: Final = f"line+file:{READS_CASE}"
REASON_LENGTH_MAX: Final = 80


@dataclass(frozen=True, slots=True)
class FollowUp:
    """Come back to a case on a day; the reason is one line without personal data."""

    key: str
    customer_id: int
    on: date
    due_on: date
    reason: str


def decide(book: Book, command: FollowUp, rules: Rules) -> Decision | Refused:
    """Set the follow-up in the place of the one before.

    Refuses customer_unknown, case_not_open, case_reason_missing, follow_up_out_of_reach (a day that is past, or farther away than a
    promise may be).
    """
    refused = refuse_customer(book, command.on)
    if refused is not None:
        return refused
    case = find_case(book)
    if isinstance(case, Refused):
        return case
    if not 0 < len(command.reason.strip()) <= REASON_LENGTH_MAX:
        return Refused("case_reason_missing", "", f"{len(command.reason)} characters, 1 to {REASON_LENGTH_MAX}")
    wait, longest = (command.due_on - command.on).days, promise_policy(rules, command.on).longest
    if not 0 <= wait <= longest:
        return Refused("follow_up_out_of_reach", "POLICY.PROMISE.LIMITS", f"{command.due_on}, 0 to {longest} days from {command.on}")
    said = body_of({"due_on": command.due_on.toordinal(), "reason": command.reason})
    return after(book, (NewFiling(FOLLOWED, case.case_id, said),), command.on)
