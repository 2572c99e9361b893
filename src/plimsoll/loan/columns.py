"""Columns of loans through the compiled kernel: fold many histories, move many cached states to a day.

Work is shared by threads, the kernel holding no lock. Loans whose products could pass 2^63 are left to the interpreted kernel
(`fits`). Needs the extra `fast`.
"""

import struct
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from plimsoll.loan import coming, drive
from plimsoll.loan.compiled import FACTOR_MAX, Compiled, compile_together
from plimsoll.loan.layout import (
    ELSEWHERE,
    F_SIZE,
    L_SIZE,
    O_CUMULATIVE,
    O_SIZE,
    OK,
    P_SIZE,
    Q_SIZE,
    R_SIZE,
    S_DAY,
    S_PENALTY_NUM,
    S_RATE_DEN,
    S_RATE_NUM,
    S_ROWS,
    S_SIZE,
    T_DAY_COUNT,
    T_PENALTY_NUM,
    T_PRINCIPAL,
    T_RATE_DEN,
    T_RATE_NUM,
    T_SIZE,
)
from plimsoll.units.days import ACTUAL_ACTUAL
from plimsoll.units.position import Position

Ints = npt.NDArray[np.int64]
Bytes = npt.NDArray[np.uint8]

KERNEL: dict[str, Compiled] = compile_together(drive, coming)
KERNEL["fold_plain_range"] = compile_together(drive, is_plain=True)["fold_range"]
MIXERS = np.array([0x1E3779B97F4A7C15, 0x3F58476D1CE4E5B9, 0x14D049BB133111EB, 0x2545F4914F6CDD1D], np.int64)
"""Large odd numbers; a row times these, added up without regard to overflow, tells nearly every row from every other."""
LINE_NUMBERS = 8
"""Numbers in a cache line."""
RANGE_LOANS = 16_384
"""Loans a thread takes at a time, of very many: to begin a range costs as much as to fold a hundred loans."""
FEW_LOANS = 4096
"""Loans that are not worth a second thread."""
YEARS_MAX = 40
"""The longest period that `fits` allows for."""
ACCOUNT_MAX_MINOR = 10**11
SINGLE_BYTES_MAX = 32_768
SINGLE_FLAT_MAX = 8_192
SINGLE_ROWS_MAX = 400
SINGLE_FACTS_MAX = 64
"""Room for one loan at a time; one that needs more is left to the interpreted kernel."""


@dataclass(frozen=True, slots=True)
class Folded:
    """Loans after a fold or a move: `out` has one row of measured numbers (O_* in layout) a loan, `codes` 0 or why it was refused.

    `flat` and `flat_sizes` hold the states as vectors where they were asked for, else nothing.
    """

    out: Ints
    codes: Ints
    flat: Ints
    flat_sizes: Ints

    def position(self) -> Position:
        """Give the numbers the books need, a column each, for `ledger.balances`."""
        at = O_CUMULATIVE
        columns = [self.out[:, i] for i in (*range(at, at + 5), 1, 3, 5, 6, 7, *range(at + 5, at + 15), 11, 13)]
        return Position._make(columns)


@dataclass(frozen=True, slots=True)
class Histories:
    """Terms and facts of many loans. Facts number facts_at[i] to facts_at[i + 1] belong to loan i; each is F_SIZE numbers, end to end.

    `more` and `dues` are counted from their own start; `is_account` is 1 for a pay-later account.
    """

    terms: Ints
    is_account: Ints
    dues: Ints
    dues_at: Ints
    facts: Ints
    facts_at: Ints
    more: Ints


def fits(terms: Sequence[int], amount_max_minor: int) -> bool:
    """Tell whether a loan's products stay below 2^63: amount × rate × the longest weight, and the factors of the annuity."""
    finest = 366 if terms[T_DAY_COUNT] >= ACTUAL_ACTUAL else 1
    earned = amount_max_minor * max(terms[T_RATE_NUM], terms[T_PENALTY_NUM], 1) * YEARS_MAX * 366 * finest
    return 2 * earned < 2**62 and terms[T_RATE_DEN] + terms[T_RATE_NUM] * 366 * finest < FACTOR_MAX and amount_max_minor < 2**40


@cache
def most_minor(rate_num: int, rate_den: int, day_count: int, penalty_num: int) -> int:
    """Give a bound of what a loan of these rates may owe for `fits` to hold: a power of two, at least half of the true bound."""
    own = [0] * T_SIZE
    own[T_RATE_NUM], own[T_RATE_DEN], own[T_DAY_COUNT], own[T_PENALTY_NUM] = rate_num, rate_den, day_count, penalty_num
    amount = 1
    while fits(own, amount):
        amount *= 2
    return amount // 2


def fits_many(terms: Ints, is_account: Ints) -> npt.NDArray[np.bool_]:
    """Tell for each loan whether the compiled kernel may work on it; the others are for the interpreted one, which has no bound.

    An account is taken to owe at most ACCOUNT_MAX_MINOR at any time.
    """
    kinds, kind_of = _kinds(terms[:, [T_RATE_NUM, T_RATE_DEN, T_DAY_COUNT, T_PENALTY_NUM]])
    most = np.array([most_minor(*kind) for kind in kinds.tolist()] or [0], np.int64)
    owed = np.where(is_account == 1, ACCOUNT_MAX_MINOR, terms[:, T_PRINCIPAL])
    fitting: npt.NDArray[np.bool_] = owed <= most[kind_of]
    return fitting


def _kinds(rows: Ints) -> tuple[Ints, Ints]:
    """Give the different rows there are, and for each row which of them it is."""
    mixed = (rows * MIXERS[: rows.shape[1]]).sum(axis=1)
    _, first, kind_of = np.unique(mixed, return_index=True, return_inverse=True)
    kinds = rows[first]
    if (kinds[kind_of] == rows).all():
        return kinds, kind_of
    # Two kinds were mixed into one number: compare them whole, which takes ten times as long.
    kinds, kind_of = np.unique(rows, axis=0, return_inverse=True)
    return kinds, kind_of.reshape(-1)


def fits_states(terms: Ints, is_account: Ints, states: Ints, states_at: Ints) -> npt.NDArray[np.bool_]:
    """Tell as `fits_many` does, for the rates agreed and for those in force in the cached states (a reschedule may have changed them)."""
    now = terms.copy()
    starts = states_at[:-1]
    now[:, T_RATE_NUM] = states[starts + S_RATE_NUM]
    now[:, T_RATE_DEN] = states[starts + S_RATE_DEN]
    now[:, T_PENALTY_NUM] = states[starts + S_PENALTY_NUM]
    return fits_many(terms, is_account) & fits_many(now, is_account)


def share(count: int, work: Callable[[int, int], None], threads: int) -> None:
    """Run `work(low, high)` over `[0, count)` in ranges, on some threads; an exception in any of them is raised here."""
    size = min(max(count // (4 * max(threads, 1)), FEW_LOANS), RANGE_LOANS)
    ranges = [(low, min(low + size, count)) for low in range(0, count, size)] or [(0, 0)]
    if threads <= 1 or len(ranges) <= 1:
        for low, high in ranges:
            work(low, high)
        return
    with ThreadPoolExecutor(threads) as pool:
        for done in [pool.submit(work, low, high) for low, high in ranges]:
            done.result()


class Scratch:
    """The vectors that one range of loans needs while it is worked on."""

    def __init__(self, rows: int, facts: int) -> None:
        """Make room for so many rows and facts of one loan."""
        self.s = np.zeros(S_SIZE, np.int64)
        self.rows = _at_line(rows * R_SIZE)
        self.plans = np.zeros(facts * P_SIZE, np.int64)
        self.lots = np.zeros(facts * L_SIZE, np.int64)
        self.order = np.zeros(facts, np.int64)


def _at_line(count: int) -> Ints:
    """Give so many zeros, the second of them at the beginning of a cache line: rows are emptied from their second number on."""
    room = np.zeros(count + LINE_NUMBERS, np.int64)
    return room[-(room.ctypes.data // room.itemsize + 1) % LINE_NUMBERS :][:count]


def fold_many(
    histories: Histories, as_of: Ints, rows_needed: Ints, *, flat_size_max: int = 0, threads: int = 1, into: Folded | None = None
) -> Folded:
    """Fold every loan to its day: the same answers as `loan.fold.fold`, to the last minor unit.

    `rows_needed` as `loan.fold.rows_needed` gives it. With `flat_size_max` the states come back too, one row of that many numbers a loan.
    Where loans are folded again and again, `into` is an earlier answer for as many, which is written over: to be given new memory for
    the answer can take as long as the fold.
    """
    count = len(histories.terms)
    done = into or _room(count, flat_size_max)
    done.codes.fill(OK)
    facts_most = int(np.diff(histories.facts_at).max(initial=0)) + 1
    rows_most = int(rows_needed.max(initial=0)) + 2

    def work(low: int, high: int) -> None:
        room = Scratch(rows_most, facts_most)
        given = (
            histories.terms,
            histories.is_account,
            histories.dues,
            histories.dues_at,
            histories.facts,
            histories.facts_at,
            histories.more,
            as_of,
            room.s,
            room.rows,
            room.plans,
            room.lots,
            room.order,
            done.out,
            done.codes,
            done.flat,
            done.flat_sizes,
        )
        those = OK
        if not flat_size_max:
            KERNEL["fold_plain_range"](low, high, OK, *given)
            those = ELSEWHERE
        if (done.codes[low:high] == those).any():
            KERNEL["fold_range"](low, high, those, *given)

    share(count, work, threads)
    return done


def move_many(
    terms: Ints, is_account: Ints, states: Ints, states_at: Ints, as_of: Ints, *, flat_size_max: int = 0, threads: int = 1
) -> Folded:
    """Move cached states (flat vectors end to end) to a day not before them, as `loan.fold.go_on` without facts."""
    count = len(terms)
    done = _room(count, flat_size_max)
    starts = states_at[:-1]
    months = (as_of - states[starts + S_DAY]).max(initial=0) // 28
    rows_most = int(states[starts + S_ROWS].max(initial=0) + states[starts + S_SIZE].max(initial=0))
    rows_most += int(months) + 3
    plans_most = int(states[starts + S_SIZE + 1].max(initial=0)) + 1

    def work(low: int, high: int) -> None:
        room = Scratch(rows_most, plans_most)
        KERNEL["move_range"](
            low,
            high,
            terms,
            is_account,
            states,
            states_at,
            as_of,
            room.s,
            room.rows,
            room.plans,
            room.lots,
            done.out,
            done.flat,
            done.flat_sizes,
        )

    share(count, work, threads)
    return done


@dataclass(frozen=True, slots=True)
class States:
    """Cached states of many loans (flat vectors end to end, each beginning at its place in `at`) with their terms."""

    terms: Ints
    is_account: Ints
    flat: Ints
    at: Ints


@dataclass(frozen=True, slots=True)
class News:
    """New facts of many loans, as `Histories` holds facts, and the day to move each loan to."""

    facts: Ints
    facts_at: Ints
    more: Ints
    as_of: Ints


def go_on_many(states: States, news: News, *, flat_size_max: int, threads: int = 1) -> Folded:
    """Take new facts on top of cached states and move them to a day: the same answers as `loan.fold.go_on`, to the last minor unit.

    As there, the facts need no history; and none may be a reschedule, which could need more rows than there is room for.
    """
    count = len(states.terms)
    done = _room(count, flat_size_max)
    starts = states.at[:-1]
    days = (news.as_of - states.flat[starts + S_DAY]).max(initial=0)
    rows_most = int(states.flat[starts + S_ROWS].max(initial=0) + states.flat[starts + S_SIZE].max(initial=0)) + int(days) // 28 + 3
    facts_most = int(np.diff(news.facts_at).max(initial=0)) + 1
    plans_most = int(states.flat[starts + S_SIZE + 1].max(initial=0)) + facts_most

    def work(low: int, high: int) -> None:
        room = Scratch(rows_most, plans_most)
        KERNEL["go_on_range"](
            low,
            high,
            states.terms,
            states.is_account,
            states.flat,
            states.at,
            news.facts,
            news.facts_at,
            news.more,
            news.as_of,
            room.s,
            room.rows,
            room.plans,
            room.lots,
            done.out,
            done.codes,
            done.flat,
            done.flat_sizes,
        )

    share(count, work, threads)
    return done


def get_ready() -> None:
    """Have the loops that a small book may do without compiled, or read from their cache, by working on no loan at all."""
    none, nobody, start = np.zeros(0, np.int64), np.zeros((0, T_SIZE), np.int64), np.zeros(1, np.int64)
    fold_many(Histories(nobody, none, none, none, none, start, none), none, none)
    go_on_many(States(nobody, none, none, start), News(none, start, none, none), flat_size_max=1)


def look_many(states: States, day: int, *, threads: int = 1) -> tuple[Folded, Ints]:
    """Move cached states to a day not before them, and give them with what each loan asks for on the day (Q_*, a row a loan).

    States come back packed for a store. One that outgrew the room for it (`flat_sizes` above the width of `flat`) did not.
    """
    count = len(states.terms)
    starts = states.at[:-1]
    weeks = int((day - states.flat[starts + S_DAY]).max(initial=0)) // 7
    done = _room(count, int(np.diff(states.at).max(initial=0)) + (weeks + 2) * R_SIZE)
    rows_most = int(states.flat[starts + S_ROWS].max(initial=0) + states.flat[starts + S_SIZE].max(initial=0)) + weeks + 3
    plans_most = int(states.flat[starts + S_SIZE + 1].max(initial=0)) + 1
    asked = np.zeros((count, Q_SIZE), np.int64)
    as_of = np.full(count, day)

    def work(low: int, high: int) -> None:
        room = Scratch(rows_most, plans_most)
        KERNEL["look_range"](
            low,
            high,
            states.terms,
            states.is_account,
            states.flat,
            states.at,
            as_of,
            room.s,
            room.rows,
            room.plans,
            room.lots,
            done.out,
            done.flat,
            done.flat_sizes,
            asked,
        )

    share(count, work, threads)
    return done, asked


class Moved(NamedTuple):
    """One loan after a move: 0 or why a fact was refused, its measured numbers, its state, packed."""

    code: int
    out: list[int]
    state: bytes


class Single:
    """The compiled kernel for one loan at a time, without making arrays anew for each. Every thread has its own."""

    def __init__(self) -> None:
        """Make room once."""
        self.kernel: Callable[..., int] = KERNEL["go_on_one"]
        self.blob = np.zeros(SINGLE_BYTES_MAX, np.uint8)
        self.terms = np.zeros(T_SIZE, np.int64)
        self.facts = np.zeros(SINGLE_FACTS_MAX * F_SIZE, np.int64)
        self.more = np.zeros(1, np.int64)
        self.flat = np.zeros(SINGLE_FLAT_MAX, np.int64)
        self.room = Scratch(SINGLE_ROWS_MAX, SINGLE_ROWS_MAX)
        self.out = np.zeros(O_SIZE, np.int64)
        self.packed = np.zeros(5 + 10 * SINGLE_FLAT_MAX, np.uint8)

    def get_ready(self) -> None:
        """Have the kernel for single loans compiled, or read from its cache, before the first loan comes."""
        self.blob[1:3] = 255  # a state of more numbers than there is room for: it is left alone
        self._call(False, 0, 0)
        self.kernel = KERNEL["go_on_one"].function  # ready now: straight to it

    def go_on(self, terms: Sequence[int], is_account: bool, state: bytes, facts: Sequence[int], as_of: int) -> Moved | None:
        """Take new facts on top of one cached state and move it to a day, as `go_on_many`; None where the loan does not fit."""
        owed = ACCOUNT_MAX_MINOR if is_account else terms[T_PRINCIPAL]
        if owed > most_minor(terms[T_RATE_NUM], terms[T_RATE_DEN], terms[T_DAY_COUNT], terms[T_PENALTY_NUM]):
            return None
        if len(state) > SINGLE_BYTES_MAX or len(facts) > len(self.facts):
            return None
        # Numbers of a list go into an array by their bytes: to assign them one by one costs three times as much as to fold them.
        self.blob.data[: len(state)] = state
        struct.pack_into(f"={len(terms)}q", self.terms.data, 0, *terms)
        struct.pack_into(f"={len(facts)}q", self.facts.data, 0, *facts)
        size = self._call(is_account, len(facts) // F_SIZE, as_of)
        if size <= 0:
            return Moved(-size, [], b"") if size else None
        return Moved(0, self.out.tolist(), self.packed.data[:size].tobytes())

    def _call(self, is_account: bool, count: int, as_of: int) -> int:
        room = self.room
        size: int = self.kernel(
            self.blob,
            self.terms,
            is_account,
            self.facts,
            count,
            self.more,
            as_of,
            self.flat,
            room.s,
            room.rows,
            room.plans,
            room.lots,
            self.out,
            self.packed,
        )
        return size


def _room(count: int, flat_size_max: int) -> Folded:
    """Make room for the answers of so many loans."""
    flat = np.zeros((count if flat_size_max else 1, max(flat_size_max, 1)), np.int64)
    return Folded(np.zeros((count, O_SIZE), np.int64), np.zeros(count, np.int64), flat, np.zeros(count if flat_size_max else 0, np.int64))


def unpack_many(blobs: Sequence[bytes]) -> tuple[Ints, Ints]:
    """Unpack blobs of `units.pack`: give the vectors end to end, and where each begins (one more place for the end)."""
    return unpack_joined(b"".join(blobs), np.fromiter(map(len, blobs), np.int64, len(blobs)))


def unpack_joined(blobs: bytes, sizes: Ints) -> tuple[Ints, Ints]:
    """Unpack blobs that lie end to end, each of its size in bytes, as `unpack_many`."""
    joined = np.frombuffer(blobs, np.uint8)
    blob_at = np.concatenate((np.zeros(1, np.int64), np.cumsum(sizes)))[:-1]
    lengths = joined[blob_at + 1].astype(np.int64) + 256 * joined[blob_at + 2].astype(np.int64) if len(sizes) else sizes
    flat_at = np.concatenate((np.zeros(1, np.int64), np.cumsum(lengths)))
    flat = np.zeros(int(flat_at[-1]), np.int64)
    KERNEL["unpack_range"](0, len(sizes), joined, blob_at, flat_at, flat)
    return flat, flat_at


def pack_many(flat: Ints, sizes: Ints) -> list[bytes]:
    """Pack rows of numbers, `sizes` of each, into blobs of `units.pack`."""
    blob = np.zeros((len(flat), 5 + 10 * int(sizes.max(initial=0))), np.uint8)
    blob_sizes = np.zeros(len(flat), np.int64)
    KERNEL["pack_range"](0, len(flat), flat, sizes, blob, blob_sizes)
    return [blob[i, :size].tobytes() for i, size in enumerate(blob_sizes.tolist())]


def terms_of(blobs: Sequence[bytes]) -> tuple[Ints, Ints, Ints, Ints]:
    """Unpack packed terms (`Terms.pack` through `units.pack`): the table, is_account, due days end to end, and where each loan's begin."""
    return split_terms(*unpack_many(blobs))


def split_terms(flat: Ints, flat_at: Ints) -> tuple[Ints, Ints, Ints, Ints]:
    """Spread unpacked terms as `terms_of`."""
    count = len(flat_at) - 1
    terms = np.zeros((count, T_SIZE), np.int64)
    is_account = np.zeros(count, np.int64)
    dues_at = np.zeros(count, np.int64)
    KERNEL["split_terms"](0, count, flat, flat_at, terms, is_account, dues_at)
    return terms, is_account, flat, dues_at


NO_FACTS = np.zeros(0 * F_SIZE, np.int64)
