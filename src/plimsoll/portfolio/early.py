"""Early reads of new loans and of new arrears, months before a vintage curve shows them."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any, Final, NamedTuple

from plimsoll.loan.classes import BUCKET_DAYS
from plimsoll.portfolio.vintage import MONTHS

FIRST_DAYS: Final = (1, 7, 30)
COLLECTED_DAYS: Final = (7, 30)


class FirstPayment(NamedTuple):
    """A vintage: for 1, 7 and 30 days, its loans old enough to have missed their first payment by so much, and those that did."""

    begin: int
    dimension: str
    loans: tuple[int, ...]
    late: tuple[int, ...]


class Entries(NamedTuple):
    """A month: days on which loans were not late, entries into lateness and their money; for 7 and 30 days, entries seen so long, of them
    collected, and the same in money.
    """

    month: int
    dimension: str
    clean_days: int
    entries: int
    money: int
    seen: tuple[int, ...]
    collected: tuple[int, ...]
    seen_money: tuple[int, ...]
    collected_money: tuple[int, ...]

    def entry_rate(self) -> float | None:
        """Give entries for each month of a loan that is not late (30 days)."""
        return self.entries * BUCKET_DAYS / self.clean_days if self.clean_days else None


def first_payments(rows: Iterable[Sequence[Any]], first_due_months: int, months: tuple[int, ...], every: str) -> list[FirstPayment]:
    """Give first payments missed by vintage, from the rows of `first_payment_text`; loans opened before the tape are left out."""
    loans: dict[tuple[str, int], list[int]] = defaultdict(lambda: [0] * len(FIRST_DAYS))
    late: dict[tuple[str, int], list[int]] = defaultdict(lambda: [0] * len(FIRST_DAYS))
    for opened, dimension, count, *missed in rows:
        if opened < months[0]:
            continue
        key = (dimension, opened - opened % MONTHS[every])
        for place, days in enumerate(FIRST_DAYS):
            # Old enough: the whole month after the first due month, and as many months more as the days need, lie in the tape.
            if opened + first_due_months + -(-days // BUCKET_DAYS) <= months[-1]:
                loans[key][place] += count
                late[key][place] += missed[place]
    return [FirstPayment(begin, name, tuple(loans[name, begin]), tuple(late[name, begin])) for name, begin in sorted(loans)]


def entries_of(rows: Iterable[Sequence[Any]]) -> list[Entries]:
    """Give entries by month from the rows of `entries_text`."""
    found = []
    for month, dimension, clean_days, entries, money, *later in rows:
        by_days = [later[4 * place : 4 * place + 4] for place in range(len(COLLECTED_DAYS))]
        seen, seen_money, paid, paid_money = (tuple(one[part] for one in by_days) for part in range(4))
        found.append(Entries(month, dimension, clean_days, entries, money, seen, paid, seen_money, paid_money))
    return found
