"""What was noted of a loan, or of all loans of a customer, that its class goes by beside the days past due.

On file as `class.trigger`, with the loan as subject ("" for all of them): {"trigger", "is_over", "share", "due_on"}. Requests for help say
by themselves which rest of a loan belongs to them, and what was decided.
"""

from collections.abc import Iterable
from typing import Final, NamedTuple

from plimsoll.loan.filing import Filing, read_body
from plimsoll.risk.plan.record import ACCEPTED, CLOSED, DECIDED, OPENED
from plimsoll.units.rate import Rate

TRIGGER: Final = "class.trigger"
READS_FILE: Final = f"file:{TRIGGER}"

REFINANCED, PURPOSE_BREACH, IMPAIRED, EVASION, BANKRUPT = "refinanced", "purpose_breach", "impaired", "evasion", "bankrupt"
RESTRUCTURED: Final = "restructured"
"""The loan was eased for a debtor in difficulty otherwise than by a fact of its own, such as by a new loan that repaid it."""
NO_DIFFICULTY: Final = "no_difficulty"
"""The change of terms of that day is no restructuring: the debtor was in no difficulty."""
DIFFICULTY: Final = "difficulty"
"""The debtor still is in difficulty, so observation does not end."""
TECHNICAL: Final = "technical_delay"
"""The delay of one due day comes from a system or an account, not from the debtor."""
ECL: Final = "ecl"
POCI: Final = "poci"
"""Bought, or made, when it was impaired already."""

REST_ASKED: Final = "rest_asked"
"""A loan rests because help was asked for that day, until `due_on` at most; nobody has found a difficulty yet, so nothing was eased."""
REST_KEPT: Final = "rest_kept"
"""The request was accepted: what rested was eased for a debtor in difficulty. Over when the request is, with its plan or without."""

LASTING: Final = (REFINANCED, PURPOSE_BREACH, IMPAIRED, EVASION, BANKRUPT, DIFFICULTY)
"""Hold until they are noted as over."""
REQUESTS: Final = (OPENED, DECIDED, CLOSED)
"""Filings of a request for help that a class goes by."""
TRIGGERS: Final = (*LASTING, RESTRUCTURED, NO_DIFFICULTY, TECHNICAL, ECL, POCI)


class Noted(NamedTuple):
    """One trigger as it was noted. `share` is the expected loss of `ecl`, `due_on` the due day of a technical delay."""

    on: int
    trigger: str
    is_over: bool = False
    share: Rate | None = None
    due_on: int = 0


def triggers_of(filings: Iterable[Filing], loan_id: int) -> tuple[Noted, ...]:
    """Give what was noted of a loan and of all loans of its customer, in order of days, then as recorded."""
    found = []
    for filing in filings:
        if filing.kind == TRIGGER and filing.subject in ("", str(loan_id)):
            said = read_body(filing)
            share = Rate.parse(said["share"]) if said["share"] else None
            found.append(Noted(filing.on, said["trigger"], said["is_over"], share, said["due_on"]))
        elif filing.kind in REQUESTS:
            found += _requested(filing)
    return tuple(sorted(found, key=lambda one: one.on))


def _requested(filing: Filing) -> tuple[Noted, ...]:
    """Give what a step of a request for help says of the rest that came with it."""
    said = read_body(filing)
    if filing.kind == OPENED:
        return (Noted(filing.on, REST_ASKED, due_on=said["due_on"]),) if said["is_paused"] else ()
    if filing.kind == CLOSED:
        return (Noted(filing.on, REST_KEPT, is_over=True),)
    return (Noted(filing.on, REST_KEPT),) if said["state"] == ACCEPTED else ()
