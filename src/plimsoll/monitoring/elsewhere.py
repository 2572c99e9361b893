"""What evidence on file tells of a customer's debt at other lenders: whether it grew, who lent anew, and whether something is overdue."""

from collections.abc import Iterable
from datetime import datetime
from typing import Final, NamedTuple

from plimsoll.loan.filing import Filing, of_kind
from plimsoll.risk.answer import EVIDENCE, items_of
from plimsoll.risk.consent import GRANTED, WITHDRAWN, consent_in_force
from plimsoll.rulebook.feature import Catalogue
from plimsoll.units.refusal import Refused

BUREAU: Final = "bureau"
KINDS: Final = (EVIDENCE, GRANTED, WITHDRAWN)
"""What has to be read of the file."""
WINDOW_DAYS: Final = 92
"""Three months and a day or two: what was fetched longer ago is no news."""


class Elsewhere(NamedTuple):
    """Debt taken elsewhere within three months in minor units, new lenders, and whether a debt elsewhere is overdue (None: not known)."""

    grown_minor: int = 0
    new_lenders: int = 0
    is_overdue: bool | None = None


def elsewhere(filings: Iterable[Filing], on: int, at: datetime, catalogue: Catalogue) -> Elsewhere:
    """Give what is known on a day, with the consent to look the bureau up in force at an instant; nothing without it.

    Debt grew from what was told last before the window, or first within it, to what was told last.
    """
    known = tuple(filings)
    if isinstance(consent_in_force(known, BUREAU, at), Refused):
        return Elsewhere()
    told: dict[str, list[tuple[int, int]]] = {}
    for filing in of_kind(known, EVIDENCE, BUREAU):
        if filing.on <= on:
            for item in items_of((filing,), catalogue):
                if type(item.value) is int and not item.flags:
                    told.setdefault(item.name, []).append((filing.on, item.value))
    since = on - WINDOW_DAYS
    overdue = _last(told.get("bureau_current_overdue_minor", []), since)
    return Elsewhere(
        grown_minor=_grown(told.get("bureau_debt_minor", []), since),
        new_lenders=_last(told.get("bureau_new_lenders_30d", []), since) or 0,
        is_overdue=None if overdue is None else overdue > 0,
    )


def _last(told: list[tuple[int, int]], since: int) -> int | None:
    return next((value for day, value in reversed(told) if day > since), None)


def _grown(told: list[tuple[int, int]], since: int) -> int:
    within = [value for day, value in told if day > since]
    before = [value for day, value in told if day <= since]
    if not within or (not before and len(within) == 1):
        return 0
    return max(within[-1] - (before[-1] if before else within[0]), 0)
