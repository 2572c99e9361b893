"""Files of customers as they were read, kept by whoever reads them again and again: of one known before only what came since is read.

What is on file stays as it is and is numbered without a gap, so what was read once holds for good; what a transaction adds is taken in
when a later one reads it. The files that were not asked for longest are forgotten first.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from plimsoll.app.database.sheet import filing_of
from plimsoll.loan.filing import Filing, Kept

FILINGS_MAX: Final = 100_000
"""How many filings are kept, of all customers together: some 60 MB."""

ReadAfter = Callable[[tuple[int, int]], Iterable[tuple[Any, ...]]]
"""Gives the rows of a customer's file (customer, after which number) in their order, as the driver gives them."""


@dataclass(slots=True)
class Read:
    """What was read of one file: through which number, all of it, and what of it is of some kinds."""

    n: int = 0
    filings: list[Filing] = field(default_factory=list)
    chosen: dict[tuple[str, ...], list[Filing]] = field(default_factory=dict)

    def take(self, more: Iterable[Filing]) -> int:
        """Take in what came since; give how many that were."""
        before = self.n
        for one in more:
            self.filings.append(one)
            self.n = one.n
            for kinds, known in self.chosen.items():
                if one.kind in kinds:
                    known.append(one)
        return self.n - before

    def of(self, kinds: tuple[str, ...]) -> list[Filing]:
        """Give the filings of some kinds, () for all."""
        if not kinds:
            return self.filings
        if kinds not in self.chosen:
            self.chosen[kinds] = [one for one in self.filings if one.kind in kinds]
        return self.chosen[kinds]


class KeptFiles:
    """The files that one store keeps for a while; used under its lock of writers only."""

    def __init__(self, most: int = FILINGS_MAX) -> None:
        self.most = most
        self.count = 0
        self._files: dict[int, Read] = {}

    def of(self, customer_id: int, count: int, kinds: tuple[str, ...], after: ReadAfter, numbers: Mapping[Any, int]) -> list[Filing]:
        """Give the filings of some kinds of a file that has `count`; the list is the caller's."""
        known = self._files.pop(customer_id, None) or Read()
        if known.n < count:
            new = (filing_of(row, numbers) for row in after((customer_id, known.n)))
            self.count += known.take(one._replace(body=Kept(one.body)) for one in new if one.n <= count)
        found = list(known.of(kinds))
        self._files[customer_id] = known
        while self.count > self.most and len(self._files) > 1:
            oldest = next(iter(self._files))
            self.count -= self._files.pop(oldest).n
        return found
