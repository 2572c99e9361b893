"""What was noted of a loan, or of all loans of a customer, that its class goes by beside the days past due.

On file as `class.trigger`, with the loan as subject ("" for all of them): {"trigger", "is_over", "share", "due_on"}.
"""

from collections.abc import Iterable
from typing import Final, NamedTuple

from plimsoll.loan.filing import Filing, read_body
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

LASTING: Final = (REFINANCED, PURPOSE_BREACH, IMPAIRED, EVASION, BANKRUPT, DIFFICULTY)
"""Hold until they are noted as over."""
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
    return tuple(sorted(found, key=lambda one: one.on))
