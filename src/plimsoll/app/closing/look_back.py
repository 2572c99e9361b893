"""Look back over a book: where every loan stood at the end of any day, folded from its facts. Needs the extra `fast`.

The book is read once. What is asked of it then follows from terms and facts alone, whenever and in however many runs they were recorded.
"""

from typing import Any, Final

import numpy as np

from plimsoll.app.closing.scan import ID_MAX, Snapshot, snapshot
from plimsoll.app.database import schema
from plimsoll.app.database.store import Store
from plimsoll.ledger.chart import CODES
from plimsoll.loan.columns import Histories, Ints, fold_many, terms_of
from plimsoll.loan.fold import DAYS_BETWEEN_BILLS_MIN
from plimsoll.loan.layout import F_AMOUNT, F_KIND, F_MORE_AT, F_ON, F_SIZE, M_INSTALMENTS, RESCHEDULED, T_DISBURSED_ON, T_INSTALMENTS
from plimsoll.units.pack import unpack

_FACT: Final = ("customer_id", "loan_id", "kind", "effective_on", "amount_minor", "a", "b", "more")


class Past:
    """Everything that was recorded of the loans of a book, as columns, customers in order."""

    def __init__(self, source: Store | Snapshot, threads: int = 1, first: int = 0, until: int = ID_MAX) -> None:
        """Read a book; of a snapshot the customers from `first` up to and without `until`, without balances and credit."""
        if isinstance(source, Snapshot):
            self._read(source, first, until)
        else:
            with snapshot(source) as seen:
                self._read(seen, first, until)
                for _, account, minor in seen.sum_legs():
                    self.balances[CODES[account]] += minor
                self.credit |= dict(seen.rows(schema.line, ("customer_id", "credit_minor"), first, until))
        self.threads = threads

    def _read(self, seen: Snapshot, first: int, until: int) -> None:
        loans = seen.rows(schema.loan, ("customer_id", "loan_id", "opened_on", "terms"), first, until)
        facts = seen.rows(schema.fact, _FACT, first, until)
        self.balances, self.credit = dict.fromkeys(CODES, 0), dict[int, int]()
        self.customer_id = np.array([row[0] for row in loans], np.int64)
        self.opened_on = np.array([row[2] for row in loans], np.int64)
        self.terms, self.is_account, self.dues, self.dues_at = terms_of([row[3] for row in loans])
        self.facts = np.array([(*row[2:7], 0, 0) for row in facts], np.int64).reshape(-1, F_SIZE)
        self.place = _places(loans, facts)
        self._read_more([row[7] for row in facts])
        counts = np.bincount(self.place, minlength=len(loans))
        self.facts_at = np.concatenate((np.zeros(1, np.int64), np.cumsum(counts)))

    def _read_more(self, blobs: list[bytes | None]) -> None:
        """Lay what reschedules and plans say end to end, and count the due days that reschedules add to each loan."""
        more: list[int] = []
        self.added = np.zeros(len(self.terms), np.int64)
        for i, blob in enumerate(blobs):
            if blob:
                numbers = unpack(blob)
                self.facts[i, F_MORE_AT:] = len(more), len(numbers)
                if self.facts[i, F_KIND] == RESCHEDULED:
                    self.added[self.place[i]] += numbers[M_INSTALMENTS]
                more += numbers
        self.more = np.array([*more, 0], np.int64)

    def at(self, day: int) -> Ints:
        """Give the measured numbers (O_* in layout) of every loan at the end of a day, one row a loan; zeros before it began."""
        histories = Histories(self.terms, self.is_account, self.dues, self.dues_at, self.facts.reshape(-1), self.facts_at, self.more)
        months = np.maximum(day - self.terms[:, T_DISBURSED_ON], 0) // DAYS_BETWEEN_BILLS_MIN + 2
        needed = np.where(self.is_account == 1, months, self.terms[:, T_INSTALMENTS] + self.added)
        as_of = np.full(len(self.terms), day, np.int64)
        folded = fold_many(histories, as_of, needed, threads=self.threads)
        assert not folded.codes.any(), "facts that were accepted fold again"
        return folded.out

    def sum_of(self, kind: int) -> Ints:
        """Give the amounts of all facts of a kind, added up by loan, in minor units."""
        chosen = self.facts[:, F_KIND] == kind
        sums = np.zeros(len(self.terms), np.int64)
        np.add.at(sums, self.place[chosen], self.facts[chosen, F_AMOUNT])
        return sums

    def last_on(self, kind: int) -> Ints:
        """Give the latest day of a fact of a kind by loan, 0 where there is none."""
        chosen = self.facts[:, F_KIND] == kind
        days = np.zeros(len(self.terms), np.int64)
        np.maximum.at(days, self.place[chosen], self.facts[chosen, F_ON])
        return days


def _places(loans: list[tuple[Any, ...]], facts: list[tuple[Any, ...]]) -> Ints:
    """Give the place of the loan of every fact; both are in the order of customers and loans."""
    place = {(row[0], row[1]): i for i, row in enumerate(loans)}
    return np.array([place[row[0], row[1]] for row in facts], np.int64)
