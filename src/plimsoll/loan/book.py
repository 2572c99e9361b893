"""What a store holds of a customer, and how new facts change it: shapes for the store, decisions for the verbs."""

from collections.abc import Sequence
from datetime import date, datetime
from operator import itemgetter
from typing import Final, NamedTuple

from plimsoll.loan.facts import Fact
from plimsoll.loan.filing import Filing, NewFiling, WorkItem
from plimsoll.loan.flat import flat_size, flatten, unflatten
from plimsoll.loan.fold import Standing, fold, go_on
from plimsoll.loan.layout import (
    CONVERTED,
    O_AS_OF,
    O_CREDIT,
    O_FEE,
    O_INTEREST,
    O_NEXT_DAY,
    O_OLDEST,
    O_PENALTY,
    O_PRINCIPAL,
    O_STATUS,
    P_SIZE,
    R_SIZE,
    REFUNDED,
    REVERSED,
    S_DAY,
    S_OPEN,
    S_ROWS,
    S_SIZE,
)
from plimsoll.loan.state import measured, position_of
from plimsoll.loan.terms import LOAN, Terms
from plimsoll.units.pack import pack, unpack
from plimsoll.units.position import Position
from plimsoll.units.refusal import Refused

LINE_OPEN: Final = "open"
LINE_FROZEN: Final = "frozen"
LINE_CLOSED: Final = "closed"


class Summary(NamedTuple):
    """Numbers of a state worth a column. Money in minor units on the day of the state; 0 for a day that is not there."""

    as_of: int
    principal_minor: int
    interest_minor: int
    penalty_minor: int
    fee_minor: int
    credit_minor: int
    in_use_minor: int  # principal that uses the limit
    oldest_due: int  # oldest unpaid due day
    next_day: int  # next day on which something happens
    status: int  # S_STATUS of the kernel


class Held(NamedTuple):
    """A loan (or a pay-later account) as a store holds it: terms, and the fold of its facts so far (`state`, a cache)."""

    loan_id: int
    product: str
    terms: Terms
    facts_count: int
    last_on: int  # latest effective day among its facts
    state: bytes  # standing, packed; opaque to the store
    posted: tuple[int, ...]  # balances posted so far, by account of the chart
    summary: Summary
    facts: tuple[Fact, ...] | None = None  # the whole history, where it was asked for


class Line(NamedTuple):
    """The one limit of a customer, with sub-limits; used is principal in use. Amounts in minor units."""

    currency: str
    limit_minor: int
    used_minor: int
    cash_limit_minor: int
    cash_used_minor: int
    later_limit_minor: int
    later_used_minor: int
    status: str  # LINE_OPEN, LINE_FROZEN or LINE_CLOSED
    credit_minor: int  # money of the customer that no loan has used yet


class LoadLine(NamedTuple):
    """How much a borrower can carry, in minor units: an estimate that goes up and down; what was lent before stays as it is."""

    currency: str
    capacity_minor: int  # principal of all loans together that the borrower can carry
    room_minor: int  # what may fall due in any one month, all loans together
    stress_ppb: int  # monthly service of revolving principal, parts per 1e9 of the principal, rounded up
    drawn_on: int  # day number it was drawn


class Book(NamedTuple):
    """What the store holds of one customer, as a decision sees it: the line and the loans asked for, oldest first.

    `filings` is the whole file, oldest first, where the verb reads it ("+file"). `actor` and `now` (UTC) are those of the command.
    """

    customer_id: int
    opened_on: int
    line: Line | None
    loans: tuple[Held, ...]
    load_line: LoadLine | None = None
    filings: tuple[Filing, ...] = ()
    actor: str = ""
    now: datetime | None = None


class NewLoan(NamedTuple):
    """A loan to be opened. Its first state is the fold of no facts on `terms`' first day."""

    loan_id: int
    product: str
    version: str
    terms: Terms


class Decision(NamedTuple):
    """What a verb decided: new loans, facts by loan (with detail for people, JSON), a new line, messages to send, the answer.

    Loans in `moves` are moved to the day of the command whether or not a fact comes with it (the close does this). `filings` are put
    on record, `work` takes its places in the queues, `load_line` is drawn: all in the transaction of the command.
    """

    facts: tuple[tuple[int, Fact, str], ...] = ()
    loans: tuple[NewLoan, ...] = ()
    line: Line | None = None
    customer_opened_on: int = 0
    messages: tuple[tuple[str, str], ...] = ()
    moves: tuple[int, ...] = ()
    answer: str = "{}"
    filings: tuple[NewFiling, ...] = ()
    work: tuple[WorkItem, ...] = ()
    load_line: LoadLine | None = None


def refuse_customer(book: Book, on: date) -> Refused | None:
    """Refuse a customer who is not there: customer_unknown, customer_not_yet_open."""
    if not book.opened_on:
        return Refused("customer_unknown", "", f"customer {book.customer_id}")
    if on.toordinal() < book.opened_on:
        return Refused("customer_not_yet_open", "", f"customer {book.customer_id} from {date.fromordinal(book.opened_on)}, not {on}")
    return None


def find_line(book: Book) -> Line | Refused:
    """Give the customer's line; refuses customer_unknown, line_missing."""
    if not book.opened_on:
        return Refused("customer_unknown", "", f"customer {book.customer_id}")
    if book.line is None:
        return Refused("line_missing", "", f"customer {book.customer_id}")
    return book.line


def find_live_line(book: Book) -> Line | Refused:
    """Give the customer's line unless it is closed; refuses customer_unknown, line_missing, line_closed."""
    line = find_line(book)
    if isinstance(line, Refused) or line.status != LINE_CLOSED:
        return line
    return Refused("line_closed", "", f"customer {book.customer_id}")


def pack_standing(standing: Standing) -> bytes:
    """Give a standing as bytes, for a store (`loan/flat.py` says what is kept)."""
    flat = [0] * flat_size(standing.s, standing.plans)
    flatten(standing.s, standing.rows, standing.plans, flat)
    return pack(flat)


def unpack_standing(packed: bytes) -> Standing:
    """Give back the standing that `pack_standing` wrote; rows paid in full come back empty."""
    flat = unpack(packed)
    s = [0] * S_SIZE
    rows = [0] * (max(flat[S_ROWS], flat[S_OPEN] + flat[S_SIZE]) * R_SIZE)
    plans = [0] * (flat[S_SIZE + 1] * P_SIZE)
    unflatten(flat, s, rows, plans)
    return Standing(s, rows, plans, [], [])


SUMMARY_OF: Final = (O_AS_OF, O_PRINCIPAL, O_INTEREST, O_PENALTY, O_FEE, O_CREDIT, O_PRINCIPAL, O_OLDEST, O_NEXT_DAY, O_STATUS)
"""Where the numbers of a Summary stand among those measured (O_*)."""
_SUMMARY_OF: Final = itemgetter(*SUMMARY_OF)


def summary_of(out: Sequence[int]) -> Summary:
    """Give of measured numbers (O_*) those that a store keeps as columns."""
    return Summary._make(_SUMMARY_OF(out))


def open_loan(new: NewLoan, on: int) -> Held:
    """Give a new loan as a store holds it, before any fact, on the day it begins."""
    standing = fold(new.terms, (), on)
    assert not isinstance(standing, Refused), "no fact, nothing to refuse"
    return Held(
        new.loan_id,
        new.product,
        new.terms,
        0,
        on,
        pack_standing(standing),
        (),
        summary_of(measured(new.terms, standing)),
        (),
    )


def needs_history(held: Held, facts: Sequence[Fact]) -> bool:
    """Tell whether these facts can only be judged with the whole history: earlier than the state, a reversal, a purchase named."""
    for fact in facts:
        if fact.on < held.summary.as_of or fact.kind == REVERSED:
            return True
        if held.terms.kind != LOAN and (fact.kind == REFUNDED or (fact.kind == CONVERTED and fact.b > 0)):
            return True
    return False


def apply(held: Held, facts: Sequence[Fact], as_of: int) -> tuple[Held, Position] | Refused:
    """Give the loan after new facts and its position, on the later of `as_of` and the day of its state; or why a fact is refused.

    Goes on from the cached state where it can; with `needs_history` it folds `held.facts`, which must then be there. The balances
    posted stay as they were: the caller posts the difference.
    """
    terms = held.terms
    day = max([as_of, held.summary.as_of, *(fact.on for fact in facts)])
    if needs_history(held, facts):
        assert held.facts is not None, f"loan {held.loan_id}: these facts need the whole history"
        standing = fold(terms, (*held.facts, *facts), day)
    else:
        standing = go_on(terms, unpack_standing(held.state), facts, day)
    if isinstance(standing, Refused):
        return standing
    out = measured(terms, standing)
    after = Held(
        held.loan_id,
        held.product,
        terms,
        held.facts_count + len(facts),
        max([held.last_on, *(fact.on for fact in facts)]),
        pack_standing(standing),
        held.posted,
        summary_of(out),
        None if held.facts is None else (*held.facts, *facts),
    )
    return after, position_of(out)


def standing_of(held: Held, as_of: int) -> Standing:
    """Give where a held loan stands on a day not before its state."""
    standing = unpack_standing(held.state)
    if as_of <= standing.s[S_DAY]:
        return standing
    moved = go_on(held.terms, standing, (), as_of)
    assert not isinstance(moved, Refused), f"loan {held.loan_id}: moving to a day refuses nothing"
    return moved
