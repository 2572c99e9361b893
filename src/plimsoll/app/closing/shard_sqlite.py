"""A shard of the close on SQLite: read and written under the lock of the database, so that what was read stays true."""

import sqlite3
from collections.abc import Iterable, Sequence
from itertools import repeat
from operator import itemgetter
from typing import Any, Final

import numpy as np

from plimsoll.app.closing.shard import Joined, Shard, Stamped, Turned
from plimsoll.app.database import schema, statements
from plimsoll.app.database.days import DayNumbers, StoredTexts
from plimsoll.app.database.sqlite import MARK, instant, troubles
from plimsoll.loan.layout import O_CREDIT, O_FEE, O_INTEREST, O_NEXT_DAY, O_OLDEST, O_PENALTY, O_PRINCIPAL, O_STATUS

_READ: Final = """
SELECT st.customer_id, st.loan_id, st.rowid, st.facts_count, st.entries_count, st.in_use_minor, st.last_on, st.next_on,
    lo.product || ' ' || lo.currency, st.posted, st.state, lo.terms
FROM loan_state st JOIN loan lo ON lo.customer_id = st.customer_id AND lo.loan_id = st.loan_id
WHERE st.next_on IN ({days}) AND st.customer_id >= ? AND st.customer_id <= ?
"""
_TURN: Final = """
UPDATE loan_state SET principal_minor = ?, interest_minor = ?, penalty_minor = ?, fee_minor = ?, credit_minor = ?,
    oldest_due = ?, next_on = ?, status = ?, facts_count = ?, entries_count = ?, last_on = ?, as_of = ?, posted = ?, state = ?
WHERE rowid = ?
"""


class SqliteShards:
    """Reads and writes one shard in a transaction that has begun."""

    days = StoredTexts()
    numbers = DayNumbers()

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.connection = connection

    def read(self, first: int, last: int, due_days: Sequence[int]) -> Shard:
        """Read the loans of customers from `first` to `last` that are due on one of these days."""
        statement = _READ.format(days=", ".join("?" * len(due_days)))
        with troubles():
            rows = self.connection.execute(statement, (*(self.days[day] for day in due_days), first, last)).fetchall()
        # With one due day the index gives them in this order already.
        rows.sort(key=itemgetter(0, 1))
        columns: list[Any] = list(zip(*rows, strict=True)) or [()] * 12
        posted, state, terms = (Joined(b"".join(blobs), np.array([len(one) for one in blobs], np.int64)) for blobs in columns[9:])
        last_on, next_on = (np.array([self.numbers[stored] for stored in days], np.int64) for days in columns[6:8])
        customer, loan, row, facts_count, entries_count, in_use = (np.array(column, np.int64) for column in columns[:6])
        return Shard(customer, loan, row, facts_count, entries_count, in_use, last_on, next_on, list(columns[8]), posted, state, terms)

    def write(self, turned: Turned, night: Stamped) -> Turned:
        """Write what became of a shard with its checkpoint, and commit."""
        at, on = instant(night.at), self.days[night.day]
        counts = (len(turned.loan_id), len(turned.facts), turned.entries())
        with troubles():
            self.connection.executemany(_TURN, self._states(turned, on))
            self._insert(schema.journal, self._legs(turned, night))
            self._insert(schema.fact, self._facts(turned, night))
            customers = turned.customer_id.tolist()
            self._insert(
                schema.outbox, ((customers[place], night.number, n, at, None, kind, told) for place, n, kind, told in turned.messages)
            )
            self.connection.execute(statements.insert_new(schema.rulebook, MARK), (night.rules_id, night.digest, at))
            self._insert(schema.close_shard, [(on, night.shard, at, *counts, 0, "{}")])
            self.connection.execute("COMMIT")
        return turned

    def rollback(self) -> None:
        """Leave it to the transaction, which rolls back what was not committed."""

    def _insert(self, table: Any, rows: Iterable[tuple[object, ...]]) -> None:
        self.connection.executemany(statements.insert(table, MARK), rows)

    def _states(self, turned: Turned, on: object) -> Iterable[tuple[object, ...]]:
        """Give the parameters of `_TURN`, loan by loan."""
        out = turned.out
        return zip(
            *(out[:, place].tolist() for place in (O_PRINCIPAL, O_INTEREST, O_PENALTY, O_FEE, O_CREDIT)),
            *([self.days[day] for day in out[:, place].tolist()] for place in (O_OLDEST, O_NEXT_DAY)),
            *(column.tolist() for column in (out[:, O_STATUS], turned.facts_count, turned.entries_count)),
            [self.days[day] for day in turned.last_on.tolist()],
            repeat(on),
            turned.posted,
            turned.state,
            turned.row.tolist(),
            strict=False,
        )

    def _legs(self, turned: Turned, night: Stamped) -> Iterable[tuple[object, ...]]:
        """Give the rows of `journal`."""
        place = turned.leg_place
        return zip(
            *(column[place].tolist() for column in (turned.customer_id, turned.loan_id, turned.entries_count)),
            turned.leg_account.tolist(),
            repeat(night.number),
            turned.leg_minor.tolist(),
            repeat(instant(night.at)),
            repeat(self.days[night.day]),
            [turned.currency[loan] for loan in place.tolist()],
            strict=False,
        )

    def _facts(self, turned: Turned, night: Stamped) -> Iterable[tuple[object, ...]]:
        """Give the rows of `fact`."""
        customers, loans, at = turned.customer_id.tolist(), turned.loan_id.tolist(), instant(night.at)
        for place, n, (kind, on, amount_minor, a, b, _) in turned.facts:
            who = (customers[place], loans[place], n, night.number, amount_minor, a, b, night.rules_id, at)
            yield *who, self.days[on], kind, None, None
