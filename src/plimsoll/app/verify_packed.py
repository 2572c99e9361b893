"""Tell which records of loans can be read at all, before the compiled kernel, which trusts what it is given, takes them up."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, NamedTuple

import numpy as np

from plimsoll.ledger.chart import CHART
from plimsoll.loan.columns import Ints
from plimsoll.loan.layout import (
    A_BILL_DAY,
    A_DUE_DAY,
    A_MIN_DEN,
    S_SIZE,
    T_DISBURSED_ON,
    T_DUES,
    T_INSTALMENTS,
    T_PENALTY_DEN,
    T_RATE_DEN,
    T_SIZE,
    T_STORED,
)
from plimsoll.loan.terms import ACCOUNT, INSTALMENTS_MAX, LOAN
from plimsoll.units.dates import YEAR_MAX, YEAR_MIN
from plimsoll.units.pack import unpack

HEAD: Final = 5
"""Bytes of a packed row before its places: width of a value, length, count of values."""
WIDTHS: Final = (4, 8)
DAYS: Final = (date(YEAR_MIN, 1, 1).toordinal(), date(YEAR_MAX, 12, 31).toordinal())
MONTH_DAY_MAX: Final = 31


@dataclass(frozen=True, slots=True)
class Packed:
    """Rows as `units.pack` writes them, end to end: which are whole, how long each is, and the places that have a value.

    `row` and `place` have an entry a value, `value_at` says at which byte it stands; rows that are not whole have none.
    """

    joined: Ints
    is_whole: Any
    lengths: Ints
    row: Ints
    place: Ints
    value_at: Ints

    def low(self, place: int) -> Ints:
        """Give of each row the number at a place, by its lower four bytes; 0 where nothing is written there."""
        found = np.zeros(len(self.lengths), np.int64)
        here = np.flatnonzero(self.place == place)
        found[self.row[here]] = sum(self.joined[self.value_at[here] + i] << (8 * i) for i in range(4))
        return found


def read_packed(blobs: Sequence[bytes]) -> Packed:
    """Read the frame of packed rows: a size other than its head tells, or a place that is beyond its length, makes a row unreadable."""
    sizes = np.fromiter(map(len, blobs), np.int64, len(blobs))
    joined = np.frombuffer(b"".join(blobs) + bytes(HEAD), np.uint8).astype(np.int64)
    at = np.cumsum(sizes) - sizes
    widths, lengths, counts = joined[at], _two_bytes(joined, at + 1), _two_bytes(joined, at + 3)
    is_whole = (sizes >= HEAD) & np.isin(widths, WIDTHS) & (sizes == HEAD + counts * (2 + widths)) & (counts <= lengths)
    values = np.where(is_whole, counts, 0)
    row = np.repeat(np.arange(len(blobs)), values)
    within = np.arange(len(row)) - np.repeat(np.cumsum(values) - values, values)
    place = _two_bytes(joined, at[row] + HEAD + 2 * within)
    is_whole[row[place >= lengths[row]]] = False
    return Packed(joined, is_whole, lengths, row, place, at[row] + HEAD + 2 * counts[row] + widths[row] * within)


def _two_bytes(joined: Ints, at: Ints) -> Ints:
    """Give the numbers of two bytes that stand at some places, the lower byte first."""
    return joined[at] + (joined[np.minimum(at + 1, len(joined) - 1)] << 8)


class Records(NamedTuple):
    """What can be told of records before they are folded: which are of accounts, and the places of those that no kernel can read."""

    is_account: list[bool]
    broken: list[int]


def read_records(terms: Sequence[bytes], states: Sequence[bytes], posted: Sequence[bytes]) -> Records:
    """Look at the terms, the cached states and the balances as posted of loans, packed, without unpacking them."""
    agreed, standing, balances = read_packed(terms), read_packed(states), read_packed(posted)
    kinds, dues = agreed.low(0), agreed.low(1 + T_DUES)
    stored = 1 + T_STORED + np.where(kinds == LOAN, dues, 0)
    is_sized = (agreed.lengths == stored) | (agreed.lengths == stored + T_SIZE - T_STORED)
    is_agreed = agreed.is_whole & is_sized & np.where(kinds == ACCOUNT, _is_account(agreed), (kinds == LOAN) & _is_loan(agreed))
    is_standing = standing.is_whole & (standing.lengths > S_SIZE)
    is_readable = is_agreed & is_standing & balances.is_whole & (balances.lengths == len(CHART))
    return Records((kinds == ACCOUNT).tolist(), np.flatnonzero(~is_readable).tolist())


def numbers_of(blob: bytes) -> list[int]:
    """Give the numbers that came with a fact, none where they cannot be read."""
    return unpack(blob) if read_packed([blob]).is_whole[0] else []


def _is_account(agreed: Packed) -> Any:
    """Tell which terms can be those of an account: what is divided by is there, and its days are days of a month."""
    days = agreed.low(1 + A_BILL_DAY), agreed.low(1 + A_DUE_DAY)
    return _is_dated(agreed) & (agreed.low(1 + A_MIN_DEN) != 0) & (np.minimum(*days) > 0) & (np.maximum(*days) <= MONTH_DAY_MAX)


def _is_loan(agreed: Packed) -> Any:
    """Tell which terms can be those of a loan: room is made for as many due days as they say."""
    return _is_dated(agreed) & (np.maximum(agreed.low(1 + T_DUES), agreed.low(1 + T_INSTALMENTS)) <= INSTALMENTS_MAX)


def _is_dated(agreed: Packed) -> Any:
    """Tell which terms begin on a day of the calendar, and have rates that can be worked with."""
    begun = agreed.low(1 + T_DISBURSED_ON)
    return (begun >= DAYS[0]) & (begun <= DAYS[1]) & (agreed.low(1 + T_RATE_DEN) != 0) & (agreed.low(1 + T_PENALTY_DEN) != 0)
