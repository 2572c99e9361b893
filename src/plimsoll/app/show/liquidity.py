"""How the lender's own money stands: ladder and buffer, triggers, how long cash lasts under stress, debits without an answer.

What costs seconds is read once (`Position`, `Stand`); cash in hand is not of the book, and is said by who asks.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import case, func, select

from plimsoll.app.database.schema import filing
from plimsoll.app.database.store import Store
from plimsoll.app.show.funding import PPM, LadderShown, TriggerRow, ladders_of, trigger_rows_of
from plimsoll.app.treasury.liquidity import Position
from plimsoll.collections.ask_debit import ASKED, DONE
from plimsoll.collections.reminded import DEBIT_FAILED
from plimsoll.loan.filing import read_body
from plimsoll.rulebook.rules import Rules
from plimsoll.treasury.policy import measures_on
from plimsoll.treasury.route import Funder
from plimsoll.units.refusal import Malformed, Refused

if TYPE_CHECKING:
    from plimsoll.app.treasury.measure_book import Stand

UNANSWERED_MAX: Final = 100


@dataclass(frozen=True, slots=True)
class LadderBuffered:
    """A ladder with the cash that is to stay, in minor units."""

    ladder: LadderShown
    buffer_minor: int


@dataclass(frozen=True, slots=True)
class SurvivalRow:
    """A stress: after how many months cash is under its buffer (None: it lasts), with the throttle too, and how little is granted then."""

    name: str
    months: int | None
    months_with_throttle: int | None
    least_granted_ppm: int
    turns: int | None
    """The month in which the financing turns round, None for never."""


@dataclass(frozen=True, slots=True)
class SurvivalShown:
    """How long cash lasts, on a usual month as so many months of the tape measured it; the buffer in minor units."""

    currency: str
    on: date
    months: int
    cash_minor: int
    buffer_minor: int
    delinquent_ppm: int
    trigger_ppm: int
    rows: tuple[SurvivalRow, ...]


@dataclass(frozen=True, slots=True)
class Stood:
    """What the tape says of the months before its last day in one currency, and the funders of it: what triggers and survival rest on."""

    currency: str
    on: date
    stands: "tuple[Stand, ...]"
    funders: tuple[Funder, ...]


@dataclass(frozen=True, slots=True)
class UnansweredRow:
    """A debit that was asked for and has no answer yet: not to be repeated, since the bank may have taken the money."""

    customer_id: int
    loan_id: int
    due_on: str
    instruction: str
    minor: int
    asked_on: date


def buffered(positions: Sequence[Position], rules: Rules, on: date, cash_minor: int, currency: str) -> tuple[LadderBuffered, ...]:
    """Give the ladder of each currency from positions that were read; cash in hand is of one currency."""
    policy = measures_on(rules, on)
    told = ladders_of(positions, rules, on, {currency: cash_minor})
    found = zip(told, positions, strict=True)
    return tuple(LadderBuffered(one, round(policy.buffer * position.lent.all_minor)) for one, position in found)


def stood(store: Store, tape: Path, on: date, currency: str, rules: Rules) -> Stood | Refused:
    """Read the last day of a tape up to a day, and the month ends before it. Refuses extra_missing; raises Malformed tape_missing.

    Cost: some days of the tape, and what is on file of funded loans.
    """
    try:
        from plimsoll.app.treasury.measure_book import stands
        from plimsoll.app.treasury.tape_day import days_there
    except ModuleNotFoundError as missing:
        return Refused("extra_missing", "", str(missing))
    from plimsoll.app.treasury.shares import funders_of, holdings_of
    from plimsoll.treasury.policy import register_on

    days = [one for one in days_there(tape) if one <= on]
    if not days:
        raise Malformed("tape_missing", "", file=str(tape))
    last = days[-1]
    found = stands(tape, last, register_on(rules, last).months, currency, holdings_of(store, last.toordinal()))
    own = tuple(one for _, one in sorted(funders_of(store).items()) if one.currency == currency)
    return Stood(currency, last, tuple(found), own)


def triggers(seen: Stood, rules: Rules) -> tuple[TriggerRow, ...]:
    """Give where each trigger of the register stands. Needs the extra `fast`."""
    return trigger_rows_of(seen.stands, seen.funders, rules, seen.on)


def survival(seen: Stood, rules: Rules, cash_minor: int) -> SurvivalShown:
    """Give how long cash lasts under the standard stresses. Raises Malformed tape_too_short. Needs the extra `fast`."""
    from plimsoll.app.treasury.last_how_long import lasting

    one = lasting(seen.stands, seen.funders, rules, seen.on, cash_minor)
    rows = tuple(_survival(name, free, held) for name, (free, held) in one.found.items())
    course = one.measured.course
    figures = (round(course.delinquent * PPM), round(course.trigger * PPM))
    return SurvivalShown(seen.currency, seen.on, one.measured.months, cash_minor, round(one.balance.buffer), *figures, rows)


def _survival(name: str, free: Any, held: Any) -> SurvivalRow:
    least = min((month.throttle for month in held.path), default=1.0)
    turns = next((place for place, month in enumerate(free.path, 1) if month.has_turned), None)
    return SurvivalRow(name, free.months, held.months, round(least * PPM), turns)


def unanswered(store: Store) -> tuple[UnansweredRow, ...]:
    """Give debits without an answer, the oldest first, some hundred at most.

    Cost: one pass over what is on file of debits by their index, and the file of each loan on which one is open.
    """
    asked, columns = (filing.c.kind == ASKED), filing.c
    balance = func.sum(case((asked, 1), else_=-1))
    with store.engine.connect() as connection:
        told = select(columns.customer_id, columns.subject).where(columns.kind.in_((ASKED, DONE, DEBIT_FAILED)))
        told = told.group_by(columns.customer_id, columns.subject).having(balance > 0).limit(UNANSWERED_MAX)
        found: list[UnansweredRow] = []
        for customer_id, subject in connection.execute(told).all():
            mine = select(columns.kind, columns.subject, columns.effective_on, columns.body).where(
                columns.customer_id == customer_id, columns.subject == subject, columns.kind.in_((ASKED, DONE, DEBIT_FAILED))
            )
            found += _open_debits(customer_id, int(subject), connection.execute(mine.order_by(columns.n)).all())
    return tuple(sorted(found, key=lambda one: (one.asked_on, one.customer_id, one.loan_id)))


def _open_debits(customer_id: int, loan_id: int, rows: Sequence[Any]) -> list[UnansweredRow]:
    """Give the last instruction of each due day where nothing answers it."""
    waiting: dict[str, UnansweredRow] = {}
    for row in rows:
        said = read_body(row)
        if row.kind == ASKED:
            minor, due_on = int(said["minor"]), str(said["due_on"])
            waiting[due_on] = UnansweredRow(customer_id, loan_id, due_on, str(said["instruction"]), minor, row.effective_on)
        else:
            waiting.pop(str(said["due_on"]), None)
    return list(waiting.values())
