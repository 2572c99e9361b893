"""Move a case: look at it again as it stands now, with what is newly thought of ability and willingness."""

from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from plimsoll.collections import open_case
from plimsoll.collections.assess import Seen, assessed, refuse_traits
from plimsoll.collections.case import MOVED, STATE_OPEN, Case, assessed_as, find_case
from plimsoll.collections.debt import debt_of
from plimsoll.collections.open_case import after
from plimsoll.loan.book import Book, Decision, refuse_customer
from plimsoll.loan.filing import NewFiling, body_of
from plimsoll.rulebook.rules import Rules
from plimsoll.units.refusal import Refused

READS = open_case.READS
MOVING: Final = frozenset(("days", "owed_minor", "late_minor", "value_minor", "because", "told"))
"""What changes from day to day without a case being another one (the last two are compared for themselves)."""


@dataclass(frozen=True, slots=True)
class MoveCase:
    """Assess the open case again. What was told before holds where nothing is told; `effect_ppm` as in opening."""

    key: str
    customer_id: int
    on: date
    ability: str = ""
    willingness: str = ""
    effect_ppm: int = 0


def decide(book: Book, command: MoveCase, rules: Rules) -> Decision | Refused:
    """Put on file how the case stands, where more than days and amounts differ from what is there; in the queue it moves in any case.

    Refuses customer_unknown, case_word_unknown, case_not_open.
    """
    refused = refuse_customer(book, command.on) or refuse_traits(command.ability, command.willingness)
    if refused is not None:
        return refused
    case = find_case(book)
    if isinstance(case, Refused):
        return case
    told = (command.ability or case.told[0], command.willingness or case.told[1])
    said = said_again(book, case, Seen(*told, case.broken(), command.effect_ppm or case.effect_told_ppm), rules, command.on)
    filing = NewFiling(MOVED, case.case_id, body_of(said))
    is_same = all(said[name] == value for name, value in case._asdict().items() if name in said and name not in MOVING)
    is_same = is_same and tuple(said["because"]) == case.because and tuple(said["told"]) == case.told
    return after(book, (), command.on, (filing,)) if is_same else after(book, (filing,), command.on)


def said_again(book: Book, case: Case, seen: Seen, rules: Rules, on: date) -> dict[str, Any]:
    """Give what a case is assessed as on a day, in the arm that it was drawn into."""
    return assessed(book, debt_of(book, on), seen, case.arm, rules, on)


def moved(book: Book, case: Case, rules: Rules, on: date, broken: int = 0) -> NewFiling:
    """Give what goes on file about a case that is looked at again on the same thoughts; `broken` more of its promises are broken by now."""
    return NewFiling(MOVED, case.case_id, body_of(said_again(book, case, _thought(case, broken), rules, on)))


def looked_at(book: Book, case: Case, rules: Rules, on: date) -> Case:
    """Give an open case as it would be assessed on a day, on the same thoughts; nothing goes on file. One that is closed stays as it is."""
    return assessed_as(case, said_again(book, case, _thought(case), rules, on)) if case.state == STATE_OPEN else case


def _thought(case: Case, broken: int = 0) -> Seen:
    """Give what is thought of a customer as somebody told it, with `broken` more promises broken than the file says."""
    return Seen(*case.told, case.broken() + broken, case.effect_told_ppm)
