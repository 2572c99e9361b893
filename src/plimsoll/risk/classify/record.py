"""Classes as they are on record: each change with its cause, filed as `class.changed` with the loan as subject.

A filing holds the changes from a day on: {"since", "is_reaged", "changes"}. What an earlier filing said of that day and later is replaced,
so that a back-dated payment, which tells the history anew, replaces it from the first day on which it differs. A loan that was always
normal has no filing.
"""

from collections.abc import Iterable, Sequence
from typing import Any, Final, NamedTuple

from plimsoll.loan.filing import Filing, of_kind, read_body
from plimsoll.risk.classify.policy import NORMAL
from plimsoll.risk.classify.state import Change
from plimsoll.rulebook.lateness import FIVE_CLASSES

CHANGED: Final = "class.changed"
READS_CLASSES: Final = "file:class,hardship"
"""What a verb reads that puts classes on record: what was noted, what became of requests for help, and what is on record."""


class Recorded(NamedTuple):
    """One change on record: from which day, what the class is since, why, what holds it down, and the facts of that day."""

    on: int
    five_class: str
    bucket: str
    overdue: str
    stage: int
    is_observed: bool
    is_poci: bool
    cause: tuple[str, ...]
    because: tuple[str, ...]
    facts: tuple[int, ...]


class Difference(NamedTuple):
    """What is to be filed: from which day, whether what was on record of it is replaced, and the changes since."""

    since: int
    is_reaged: bool
    changes: tuple[Recorded, ...]

    def said(self) -> dict[str, Any]:
        """Give what goes into the filing."""
        return {"since": self.since, "is_reaged": self.is_reaged, "changes": [one._asdict() for one in self.changes]}


def recorded(filings: Iterable[Filing], loan_id: int) -> tuple[Recorded, ...]:
    """Give the changes of a loan that are on record, oldest first."""
    found: list[Recorded] = []
    for filing in of_kind(filings, CHANGED, str(loan_id)):
        said = read_body(filing)
        found = [one for one in found if one.on < said["since"]] + [_read(one) for one in said["changes"]]
    return tuple(found)


def last_change(filing: Filing) -> Recorded | None:
    """Give the last change that one filing says, None where it takes back all that was on record since a day."""
    said = read_body(filing)["changes"]
    return _read(said[-1]) if said else None


def to_record(changes: Sequence[Change]) -> tuple[Recorded, ...]:
    """Give a history as it goes on record: all of it, but for a beginning that is normal."""
    found = [_recorded(one) for one in changes]
    is_plain = bool(found) and changes[0].before is None and changes[0].after.five == NORMAL and not changes[0].after.is_poci
    return tuple(found[1:] if is_plain else found)


def difference(known: Sequence[Recorded], wanted: Sequence[Recorded]) -> Difference | None:
    """Give what is to be filed so that the record says what is wanted; None where it does."""
    place = next((at for at, (one, other) in enumerate(zip(known, wanted, strict=False)) if one != other), min(len(known), len(wanted)))
    if place == len(known) == len(wanted):
        return None
    since = min(one.on for one in (*known[place : place + 1], *wanted[place : place + 1]))
    return Difference(since, place < len(known), tuple(wanted[place:]))


def _read(said: dict[str, Any]) -> Recorded:
    lists = {name: tuple(said[name]) for name in ("cause", "because", "facts")}
    return Recorded(**(said | lists))


def _recorded(one: Change) -> Recorded:
    after = one.after
    return Recorded(
        one.on,
        FIVE_CLASSES[after.five],
        after.bucket,
        after.overdue,
        after.stage,
        after.is_observed,
        after.is_poci,
        one.cause,
        after.because,
        one.facts,
    )
