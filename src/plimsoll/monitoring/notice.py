"""Notices of limits that move: what the borrower is told, what goes on file, and until when one may object.

A notice names what was done, by which row of the policy and for which reason, in the words of the catalogue; the borrower may object for
some days, and a person then looks.
"""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any, Final, NamedTuple

from plimsoll.loan.book import Book, Held, Line, unpack_standing
from plimsoll.loan.filing import Filing, NewFiling, body_of, of_kind, read_body
from plimsoll.loan.layout import CHARGED_OFF, S_OFF_FEE, S_OFF_INTEREST, S_OFF_PENALTY, S_OFF_PRINCIPAL, S_RECOVERED
from plimsoll.risk.line_limits import told_limits
from plimsoll.risk.parameters import figures
from plimsoll.rulebook.rules import Rules
from plimsoll.units.days import add_months
from plimsoll.units.money import text_of
from plimsoll.units.refusal import Refused

NOTICE: Final = "limit.notice"
OBJECTION: Final = "limit.objection"
LATE: Final = "late"
READS_NOTICES: Final = f"{NOTICE},{OBJECTION},{LATE}"
NO_INCREASE, RAISE, FREEZE, THAW, ASSESS = "no-increase", "raise", "freeze", "unfreeze", "assess"


class Move(NamedTuple):
    """The policy of limits that move: the most up in parts per million of the limit, days between ups, clean cycles before one, days to
    object, days to the next assessment, and clean cycles before a freeze ends."""

    up_ppm: int
    between: int
    cycles: int
    object_days: int
    assess_days: int
    thaw: int


class Done(NamedTuple):
    """What is done to a limit and why: the action, the reason of the catalogue, the row of the policy, another reference."""

    action: str
    reason: str
    rule: str = ""
    ref: str = ""


def move_policy(rules: Rules, on: date) -> Move:
    """Give the policy of a day; raises Malformed rule_not_in_force."""
    said = figures(rules, "POLICY.LIMIT.MOVE", on)
    days = (int(said[name]) for name in ("between", "cycles", "object", "assess", "thaw"))
    return Move(round(said["up"] * 1_000_000), *days)


def notice(line: Line, after: Line, done: Done, on: date, policy: Move) -> tuple[NewFiling, dict[str, Any]]:
    """Give what goes on file about a limit that moved, and what the borrower is told."""
    until = date.fromordinal(on.toordinal() + policy.object_days)
    filed = {
        "action": done.action,
        "reason": done.reason,
        "rule": done.rule,
        "ref": done.ref,
        "limit_before_minor": line.limit_minor,
        "limit_minor": after.limit_minor,
        "object_until": until.toordinal(),
    }
    told = {
        "on": on.isoformat(),
        "action": done.action,
        "reason": done.reason,
        "limit_before": text_of(line.limit_minor, line.currency),
        **told_limits(after),
        "currency": line.currency,
        "object_until": until.isoformat(),
    }
    return NewFiling(NOTICE, done.action, body_of(filed)), told


def late_days(loans: Iterable[Held], on: int) -> int:
    """Give the days past due of the latest loan, over both products, 0 where none is.

    A loan that was written off is late by a day at least, until all of its claim has come back from the borrower: who bought a claim was
    not paid by being sold it, and neither was the house.
    """
    return max((_late_days(held, on) for held in loans), default=0)


def _late_days(held: Held, on: int) -> int:
    if held.summary.status == CHARGED_OFF:
        return max(on - (held.summary.oldest_due or on), 1) if is_unpaid(unpack_standing(held.state).s) else 0
    return on - held.summary.oldest_due if 0 < held.summary.oldest_due < on else 0


def is_unpaid(state: Sequence[int]) -> bool:
    """Tell of a loan that was written off, by its state (S_*), whether less came back than was claimed."""
    return state[S_RECOVERED] < state[S_OFF_PRINCIPAL] + state[S_OFF_INTEREST] + state[S_OFF_PENALTY] + state[S_OFF_FEE]


def last_notice(filings: Iterable[Filing], actions: Iterable[str] = ()) -> Filing | None:
    """Give the last notice, of some actions where they are named."""
    wanted = frozenset(actions)
    found = [one for one in of_kind(filings, NOTICE) if not wanted or one.subject in wanted]
    return found[-1] if found else None


def refuse_unclean(book: Book, on: date, cycles: int) -> Refused | None:
    """Refuse while a loan is late, still_past_due, or before so many months have passed since one was, cycles_not_clean."""
    day = on.toordinal()
    days = late_days(book.loans, day)
    if days:
        return Refused("still_past_due", "", f"{days} days")
    frozen = last_notice(book.filings, (FREEZE,))
    since = max([one.on for one in of_kind(book.filings, LATE)] + ([frozen.on] if frozen else []), default=0)
    if since and add_months(since, cycles) > day:
        return Refused("cycles_not_clean", "POLICY.LIMIT.MOVE", f"late on {date.fromordinal(since)}; {cycles} cycles are asked for")
    return None


def object_until(filing: Filing) -> int:
    """Give the last day on which one may object to a notice, as a day number."""
    until: int = read_body(filing)["object_until"]
    return until
