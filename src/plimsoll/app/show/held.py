"""One customer as the book holds them at one moment: read without a lock, so that nobody who writes waits for it."""

from collections.abc import Sequence
from typing import Any

from plimsoll.app.closing.scan import Snapshot, snapshot
from plimsoll.app.database import statements
from plimsoll.app.database.days import DayNumbers
from plimsoll.app.database.sheet import ENTRIES_COUNT, Want, fact_of, filing_of, held_of, sheet_of
from plimsoll.app.database.store import Store
from plimsoll.loan.book import Book, Held

EVERYTHING: tuple[str, ...] = ()
"""Kinds of filings: the whole file."""


def held_book(store: Store, want: Want) -> Book | None:
    """Give what the book holds of a customer, None for a stranger. Rows read: one, the loans asked for, their facts, the filings.

    Nothing is locked and nothing changed; all of it is of one moment.
    """
    with snapshot(store) as seen:
        return book_in(seen, want)


def book_in(seen: Snapshot, want: Want) -> Book | None:
    """Give what the book holds of a customer at the moment of a snapshot, None for a stranger."""
    numbers = DayNumbers()
    rows = rows_of(seen, statements.CUSTOMER + "= ?", (want.customer_id,))
    if not rows:
        return None
    sheet = sheet_of(rows[0], numbers)
    for row in rows_of(seen, *_loans_wanted(want)):
        held = held_of(row, numbers)
        sheet.hold(_with_facts(seen, want, held, numbers), row[ENTRIES_COUNT])
    if want.kinds is not None:
        sheet.filings = [filing_of(row, numbers) for row in rows_of(seen, *_filings_wanted(want))]
    return sheet.book(want)


def _loans_wanted(want: Want) -> tuple[str, Sequence[object]]:
    """Give the statement and parameters for the loans of a want: every one, the open ones, or those named."""
    named = f"st.loan_id IN ({', '.join('?' * len(want.loan_ids)) or 'NULL'})"
    which = "1 = 1" if want.is_every else f"({statements.IS_OPEN} OR {named})" if want.is_all_open else named
    asked = () if want.is_every else want.loan_ids
    return f"{statements.HELD}st.customer_id = ? AND {which} ORDER BY st.loan_id", (want.customer_id, *asked)


def _filings_wanted(want: Want) -> tuple[str, Sequence[object]]:
    kinds = want.kinds or ()
    chosen = f" AND kind IN ({', '.join('?' * len(kinds))})" if kinds else ""
    return f"{statements.FILINGS}= ?{chosen}{statements.BY_NUMBER}", (want.customer_id, *kinds)


def _with_facts(seen: Snapshot, want: Want, held: Held, numbers: DayNumbers) -> Held:
    if not want.with_facts or (want.loan_ids and held.loan_id not in want.loan_ids):
        return held
    rows = rows_of(seen, statements.FACTS, (want.customer_id, held.loan_id))
    return held._replace(facts=tuple(fact_of(row, numbers) for row in rows))


def rows_of(seen: Snapshot, statement: str, parameters: Sequence[object]) -> list[tuple[Any, ...]]:
    """Give the rows of a statement with `?` for its parameters, at the moment of a snapshot."""
    said: Any = statement.replace("%", "%%").replace("?", "%s").encode() if seen.kind == "postgresql" else statement
    rows: list[tuple[Any, ...]] = seen.driver.execute(said, parameters).fetchall()
    return rows
