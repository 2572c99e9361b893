"""Fold the facts of many commands in one go with the compiled kernel, where it is installed and may take them.

What is folded here is exactly what `loan.book.apply` would give; whatever does not fit is left out, and folded one by one.
"""

import threading
from collections.abc import Sequence
from functools import cache
from itertools import chain
from types import ModuleType
from typing import Any, Final, NamedTuple, TypeAlias

from plimsoll.app.database.sheet import Sheet
from plimsoll.app.posting import NOTHING_READY, Ready, with_agenda
from plimsoll.ledger.balances import Balances, balances
from plimsoll.loan.book import SUMMARY_OF, Decision, Held, Summary, needs_history, summary_of
from plimsoll.loan.facts import Fact
from plimsoll.loan.fold import pack_facts, refusal
from plimsoll.loan.layout import CONVERTED, OPEN, REFUNDED, RESCHEDULED, S_SIZE
from plimsoll.loan.state import position_of
from plimsoll.loan.terms import LOAN
from plimsoll.units.refusal import Refused

TOGETHER_MIN: Final = 48
"""Below this many loans the columns cost more than they save."""

GROWN: Final = 512
"""Room for a state that has more rows or plans than before; a state that needs more is folded by itself."""

LEFT_OUT: Final = (RESCHEDULED, REFUNDED, CONVERTED)


READY_AFTER: Final = 256
"""A process that folded so many loans one by one will fold more: it gets the compiled kernel ready meanwhile."""

_OWN = threading.local()
"""Each thread's own room for single loans."""


class Readiness:
    """Whether this process has the compiled kernel ready for single loans. It takes half a second to load, so few commands never do."""

    def __init__(self) -> None:
        """Have folded nothing yet."""
        self.folded = 0
        self.kernel: ModuleType | None = None

    def count(self) -> None:
        """Count a command that was decided without it; after READY_AFTER of them a thread makes it ready beside the work."""
        self.folded += 1
        if self.folded == READY_AFTER:
            threading.Thread(target=self.get_ready, name="compiled kernel").start()

    def get_ready(self) -> None:
        """Load the kernel with what single loans need of it, where the extra `fast` is installed."""
        columns: Any = _columns()
        if columns is not None:
            columns.Single().get_ready()
            self.kernel = columns


READINESS: Final = Readiness()


class Asked(NamedTuple):
    """New facts of one loan, the day to which the command moves it, and whether that is the close of the day."""

    held: Held
    facts: Sequence[Fact]
    on: int
    is_close: bool


Folded: TypeAlias = Held | Refused
"""A loan after its facts, with its agenda, and its balances now as `posted`; or why a fact is refused."""


def fold_decisions(decided: Sequence[tuple[Sheet, Decision, int]]) -> list[Ready]:
    """Give for each decision, on a customer and a day, the loans that could be folded before it is posted."""
    if len(decided) < TOGETHER_MIN:
        return [fold_decision(sheet, decision, on) for sheet, decision, on in decided]
    asked: list[Asked] = []
    whose: list[int] = []
    for place, (sheet, decision, on) in enumerate(decided):
        for loan_id, facts in _facts_by_loan(decision).items():
            if loan_id in sheet.loans:
                asked.append(Asked(sheet.loans[loan_id], facts, on, loan_id in decision.moves))
                whose.append(place)
    ready: list[dict[int, Held | Refused]] = [{} for _ in decided]
    for place, one, folded in zip(whose, asked, fold_ahead(asked), strict=True):
        if folded is not None:
            ready[place][one.held.loan_id] = folded
    return list(ready)


def _facts_by_loan(decision: Decision) -> dict[int, list[Fact]]:
    by_loan: dict[int, list[Fact]] = {}
    for loan_id, fact, _ in decision.facts:
        by_loan.setdefault(loan_id, []).append(fact)
    return by_loan


def fold_decision(sheet: Sheet, decision: Decision, on: int) -> Ready:
    """Give the loans of one decision that the compiled kernel folds, where this process has it ready; else nothing."""
    kernel = READINESS.kernel
    if kernel is None:
        READINESS.count()
        return NOTHING_READY
    ready: dict[int, Held | Refused] = {}
    for loan_id, facts in _facts_by_loan(decision).items():
        if loan_id in sheet.loans:
            folded = _alone(kernel, Asked(sheet.loans[loan_id], facts, on, loan_id in decision.moves))
            if folded is not None:
                ready[loan_id] = folded
    return ready


def _alone(kernel: Any, one: Asked) -> Folded | None:
    """Fold plain facts of one loan."""
    if not _is_plain(one):
        return None
    held, facts, on, _ = one
    single = getattr(_OWN, "single", None)
    if single is None:
        single = _OWN.single = kernel.Single()
        single.get_ready()
    day = max([on, held.summary.as_of, *[fact.on for fact in facts]])
    moved = single.go_on(held.terms.vector, held.terms.kind != LOAN, held.state, pack_facts(facts)[0], day)
    if moved is None:
        return None
    if moved.code:
        return refusal(moved.code, facts)
    return _after(one, 0, summary_of(moved.out), moved.state, balances(position_of(moved.out)))


def fold_ahead(asked: Sequence[Asked]) -> list[Folded | None]:
    """Give each loan after its facts, or its refusal; None where it has to be folded by itself."""
    folded: list[Folded | None] = [None] * len(asked)
    places = [place for place, one in enumerate(asked) if _is_plain(one)]
    columns = _columns() if len(places) >= TOGETHER_MIN else None
    if columns is None:
        return folded
    for place, found in zip(places, _together(columns, [asked[place] for place in places]), strict=True):
        folded[place] = found
    return folded


@cache
def _columns() -> ModuleType | None:
    """Give the compiled kernel, None where the extra `fast` is not installed."""
    try:
        from plimsoll.loan import columns
    except ModuleNotFoundError:
        return None
    return columns


def _is_plain(one: Asked) -> bool:
    """Tell whether facts can go on from the cached state without history and without growing the schedule."""
    held, facts, _, _ = one
    if held.summary.status > OPEN or needs_history(held, facts):
        return False
    return not [fact for fact in facts if fact.more or fact.kind in LEFT_OUT]


def _together(columns: Any, asked: Sequence[Asked]) -> list[Folded | None]:
    """Fold plain facts of many loans; those whose numbers are too long for the compiled kernel come back as None."""
    import numpy as np

    flat, flat_at = columns.unpack_many([one.held.state for one in asked])
    terms = np.fromiter(chain.from_iterable([one.held.terms.vector for one in asked]), np.int64).reshape(len(asked), -1)
    is_account = np.array([one.held.terms.kind != LOAN for one in asked], np.int64)
    fits = columns.fits_states(terms, is_account, flat, flat_at).tolist()
    packed: list[int] = []
    counts = [0]
    for one in asked:
        packed += pack_facts(one.facts)[0]
        counts.append(counts[-1] + len(one.facts))
    days = np.array([max(one.on, one.held.summary.as_of, *(fact.on for fact in one.facts)) for one in asked], np.int64)
    news = columns.News(np.array(packed, np.int64), np.array(counts, np.int64), np.zeros(1, np.int64), days)
    states = columns.States(terms, is_account, flat, flat_at)
    room = int(np.diff(flat_at).max(initial=S_SIZE)) + GROWN
    done = columns.go_on_many(states, news, flat_size_max=room)
    blobs = columns.pack_many(done.flat, np.minimum(done.flat_sizes, room))
    posted = np.stack([np.asarray(column, np.int64) for column in balances(done.position())], axis=1).tolist()
    summaries = map(Summary._make, done.out[:, SUMMARY_OF].tolist())
    rows = zip(asked, done.codes.tolist(), summaries, blobs, posted, done.flat_sizes.tolist(), fits, strict=True)
    return [
        _after(one, code, summary, blob, tuple(now)) if does_fit and size <= room else None
        for one, code, summary, blob, now, size, does_fit in rows
    ]


def _after(one: Asked, code: int, summary: Summary, state: bytes, posted: Balances) -> Folded:
    held, facts, on, is_close = one
    if code:
        return refusal(code, facts)
    return Held(
        held.loan_id,
        held.product,
        held.terms,
        held.facts_count + len(facts),
        max([held.last_on, *[fact.on for fact in facts]]),
        state,
        posted,
        with_agenda(held.summary, summary, on, is_close=is_close),
        None if held.facts is None else (*held.facts, *facts),
    )
