"""Loops over columns of loans, for the compiler: fold many, move many. Written for int64 arrays; run interpreted they still work.

Every loop takes a range `[low, high)` of loans, so that threads can share the work.
"""

from collections.abc import MutableSequence, Sequence

from plimsoll.loan.account import advance_account, fold_account, take_account_fact
from plimsoll.loan.accrue import accrue_penalty
from plimsoll.loan.allocate import close_paid_rows
from plimsoll.loan.flat import flat_size, flatten, unflatten
from plimsoll.loan.layout import (
    ELSEWHERE,
    F_SIZE,
    L_SIZE,
    O_SIZE,
    OK,
    P_SIZE,
    PENDING,
    R_SIZE,
    S_DAY,
    S_NEXT,
    S_OPEN,
    S_PENALTY_NUM,
    S_RATE_DEN,
    S_RATE_NUM,
    S_ROWS,
    S_SIZE,
    S_STATUS,
    T_DAY_COUNT,
    T_DUES,
    T_FEE,
    T_PENALTY_NUM,
    T_RATE_DEN,
    T_RATE_NUM,
    T_SIZE,
    T_STORED,
    T_TOLERANCE,
)
from plimsoll.loan.life import advance, fold, take_fact
from plimsoll.loan.measure import measure
from plimsoll.loan.vectors import ONLY_PLAIN, own_state, own_terms, place, place_from
from plimsoll.units.days import ACTUAL_360

Vector = MutableSequence[int]
Rows = Sequence[MutableSequence[int]]


def clear(vector: Vector, count: int) -> None:
    """Set the first numbers of a vector to zero."""
    for i in range(count):
        vector[i] = 0


def is_plain(terms: Sequence[int]) -> bool:
    """Tell whether the terms have none of what most loans have not: fees, tolerated arrears, due days given in full, uneven days."""
    return terms[T_FEE] == 0 and terms[T_TOLERANCE] == 0 and terms[T_DUES] == 0 and terms[T_DAY_COUNT] <= ACTUAL_360


def fold_range(
    low: int,
    high: int,
    those: int,
    terms: Rows,
    is_account: Sequence[int],
    dues: Sequence[int],
    dues_at: Sequence[int],
    facts: Vector,
    facts_at: Sequence[int],
    more: Sequence[int],
    as_of: Sequence[int],
    room_s: Vector,
    room_rows: Vector,
    room_plans: Vector,
    room_lots: Vector,
    room_order: Vector,
    out: Rows,
    codes: Vector,
    packed: Rows,
    packed_sizes: Vector,
) -> None:
    """Fold those of loans `[low, high)` whose code is `those`: measured numbers into `out`, refusals into `codes`.

    States go into `packed` where it has room. The facts of loan i are numbers facts_at[i] to facts_at[i + 1] of the table, with `more`
    counted from its start. The vectors called room are scratch of one thread. The plain build gives the code ELSEWHERE to loans that it
    leaves to the whole one.
    """
    rows, plans, lots, order = place(room_rows), place(room_plans), place(room_lots), place(room_order)
    kinds, starts, days, told, asked = place(is_account), place(facts_at), place(as_of), place(codes), place(dues_at)
    for i in range(low, high):
        if told[i] != those:
            continue
        own = own_terms(place(terms[i]))
        if ONLY_PLAIN and not is_plain(own):
            told[i] = ELSEWHERE
            continue
        count = starts[i + 1] - starts[i]
        history = place_from(facts, starts[i] * F_SIZE)
        s = own_state(place(room_s))
        if kinds[i] == 1:
            code = fold_account(own, history, count, place(more), days[i], s, rows, plans, lots, order, order, False)
        else:
            code = fold(own, place(dues), asked[i], history, count, place(more), days[i], s, rows, order, order, False)
        if s[S_STATUS] == ELSEWHERE or (ONLY_PLAIN and code != OK):
            code = ELSEWHERE
        told[i] = code
        if code != OK or s[S_STATUS] == PENDING:
            clear(place(out[i]), O_SIZE)
        if code != OK:
            continue
        measure(own, s, rows, kinds[i] == 1, place(out[i]))
        if not ONLY_PLAIN and len(packed_sizes) > 0:
            packed_sizes[i] = flat_size(s, plans)
            if packed_sizes[i] <= len(packed[i]):
                flatten(s, rows, plans, place(packed[i]))


def move_range(
    low: int,
    high: int,
    terms: Rows,
    is_account: Sequence[int],
    states: Sequence[int],
    states_at: Sequence[int],
    as_of: Sequence[int],
    room_s: Vector,
    room_rows: Vector,
    room_plans: Vector,
    room_lots: Vector,
    out: Rows,
    packed: Rows,
    packed_sizes: Vector,
) -> None:
    """Move loans `[low, high)` from their cached states (flat vectors end to end in `states`) to a day, as `fold_range` reports."""
    s, rows, plans, lots = place(room_s), place(room_rows), place(room_plans), place(room_lots)
    for i in range(low, high):
        own = place(terms[i])
        flat = place(states[states_at[i] : states_at[i + 1]])
        day = max(as_of[i], flat[S_DAY])
        if is_account[i] == 1:
            unflatten(flat, s, rows, plans)
            advance_account(own, s, rows, plans, lots, day)
            close_paid_rows(s, rows)
        else:
            unflatten(flat, s, rows, plans)
            advance(own, s, rows, day)
        for k in range(s[S_OPEN], s[S_NEXT]):
            accrue_penalty(own, s, rows, k * R_SIZE, day)
        measure(own, s, rows, is_account[i] == 1, place(out[i]))
        if len(packed_sizes) > 0:
            packed_sizes[i] = flat_size(s, plans)
            if packed_sizes[i] <= len(packed[i]):
                flatten(s, rows, plans, place(packed[i]))


def go_on_range(
    low: int,
    high: int,
    terms: Rows,
    is_account: Sequence[int],
    states: Sequence[int],
    states_at: Sequence[int],
    facts: Vector,
    facts_at: Sequence[int],
    more: Sequence[int],
    as_of: Sequence[int],
    room_s: Vector,
    room_rows: Vector,
    room_plans: Vector,
    room_lots: Vector,
    out: Rows,
    codes: Vector,
    packed: Rows,
    packed_sizes: Vector,
) -> None:
    """Take new facts on top of the cached states of loans `[low, high)`, then move them to a day, as `loan.fold.go_on` does for one.

    Facts as `fold_range` takes them; what it reports comes back the same way.
    """
    s, rows, plans, lots = place(room_s), place(room_rows), place(room_plans), place(room_lots)
    for i in range(low, high):
        own = place(terms[i])
        count = facts_at[i + 1] - facts_at[i]
        history = place(facts[facts_at[i] * F_SIZE : facts_at[i + 1] * F_SIZE])
        flat = place(states[states_at[i] : states_at[i + 1]])
        is_billed = is_account[i] == 1
        codes[i] = take_and_move(own, is_billed, flat, history, count, place(more), as_of[i], s, rows, plans, lots)
        if codes[i] != 0:
            continue
        measure(own, s, rows, is_billed, place(out[i]))
        if len(packed_sizes) > 0:
            packed_sizes[i] = flat_size(s, plans)
            if packed_sizes[i] <= len(packed[i]):
                flatten(s, rows, plans, place(packed[i]))


def take_and_move(
    own: Sequence[int],
    is_account: bool,
    flat: Sequence[int],
    facts: Vector,
    count: int,
    more: Sequence[int],
    as_of: int,
    s: Vector,
    rows: Vector,
    plans: Vector,
    lots: Vector,
) -> int:
    """Take `count` facts on top of a cached state and move it to a day; give 0, or the code of a refusal and 100 × the fact's number."""
    unflatten(flat, s, rows, plans)
    for k in range(count):
        if is_account:
            code = take_account_fact(own, s, rows, plans, lots, facts, k, more)
        else:
            code = take_fact(own, s, rows, facts, k * F_SIZE, more)
        if code != 0:
            return code + 100 * (k + 1)
    day = max(as_of, s[S_DAY])
    if is_account:
        advance_account(own, s, rows, plans, lots, day)
    else:
        advance(own, s, rows, day)
    for k in range(s[S_OPEN], s[S_NEXT]):
        accrue_penalty(own, s, rows, k * R_SIZE, day)
    if is_account:
        close_paid_rows(s, rows)
    return 0


def go_on_one(
    blob: Sequence[int],
    own: Sequence[int],
    is_account: bool,
    facts: Vector,
    count: int,
    more: Sequence[int],
    as_of: int,
    flat: Vector,
    s: Vector,
    rows: Vector,
    plans: Vector,
    lots: Vector,
    out: Vector,
    packed: Vector,
) -> int:
    """Take `count` facts on top of one state, packed in `blob`, and move it to a day, as `go_on_range` does for many.

    Gives how many bytes the new state takes in `packed`, with its measured numbers in `out`; below 0 the code of a refusal; 0 where the
    loan is left alone: there is no room for it in the vectors, or its rates are no longer those agreed.
    """
    length = blob[1] + 256 * blob[2]
    if length > len(flat):
        return 0
    clear(flat, length)
    unpack_one(blob, 0, flat, 0)
    if flat[S_RATE_NUM] != own[T_RATE_NUM] or flat[S_RATE_DEN] != own[T_RATE_DEN] or flat[S_PENALTY_NUM] != own[T_PENALTY_NUM]:
        return 0
    rows_most = flat[S_ROWS] + flat[S_SIZE] + max(as_of - flat[S_DAY], 0) // 28 + 3
    if rows_most * R_SIZE > len(rows) or (flat[S_SIZE + 1] + count) * P_SIZE > len(plans) or count * L_SIZE > len(lots):
        return 0
    state, due, planned = place(s), place(rows), place(plans)
    code = take_and_move(place(own), is_account, place(flat), place(facts), count, place(more), as_of, state, due, planned, place(lots))
    if code != 0:
        return -code
    size = flat_size(state, planned)
    if size > len(flat):
        return 0
    clear(out, O_SIZE)
    measure(place(own), state, due, is_account, place(out))
    flatten(state, due, planned, place(flat))
    return pack_one(flat, size, packed)


def unpack_range(low: int, high: int, blob: Sequence[int], blob_at: Sequence[int], flat_at: Sequence[int], flat: Vector) -> None:
    """Unpack blobs `[low, high)` (units/pack.py, bytes end to end) into `flat`, where zeros stand."""
    for i in range(low, high):
        unpack_one(blob, blob_at[i], flat, flat_at[i])


def unpack_one(blob: Sequence[int], at: int, flat: Vector, start: int) -> None:
    """Unpack the blob that begins at a byte into `flat` from a place on, where zeros stand."""
    width = blob[at]
    count = blob[at + 3] + 256 * blob[at + 4]
    values = at + 5 + 2 * count
    for k in range(count):
        place = blob[at + 5 + 2 * k] + 256 * blob[at + 6 + 2 * k]
        value = 0
        for byte in range(width):
            value += blob[values + k * width + byte] << (8 * byte)
        if width == 4 and value >= 2147483648:
            value -= 4294967296
        flat[start + place] = value


def pack_range(low: int, high: int, flat: Rows, sizes: Sequence[int], blob: Rows, blob_sizes: Vector) -> None:
    """Pack vectors `[low, high)` as units/pack.py does, each into a row of bytes of its own."""
    for i in range(low, high):
        blob_sizes[i] = pack_one(flat[i], sizes[i], blob[i])


def pack_one(flat: Sequence[int], size: int, row: Vector) -> int:
    """Pack `size` numbers as units/pack.py does, into a row of bytes; give how many bytes there are."""
    count = 0
    width = 4
    for k in range(size):
        value = flat[k]
        if value != 0:
            count += 1
            if value > 2147483647 or value < -2147483647:
                width = 8
    row[0] = width
    row[1] = size & 255
    row[2] = size >> 8
    row[3] = count & 255
    row[4] = count >> 8
    at = 5
    values = 5 + 2 * count
    for k in range(size):
        value = flat[k]
        if value != 0:
            row[at] = k & 255
            row[at + 1] = k >> 8
            at += 2
            for byte in range(width):
                row[values + byte] = (value >> (8 * byte)) & 255
            values += width
    return values


def split_terms(low: int, high: int, flat: Sequence[int], flat_at: Sequence[int], terms: Rows, is_account: Vector, dues_at: Vector) -> None:
    """Spread packed terms (`Terms.pack`) `[low, high)` into a table, and say where their due days stand in `flat`."""
    for i in range(low, high):
        at = flat_at[i]
        is_account[i] = 1 if flat[at] == 2 else 0
        for k in range(T_STORED):
            terms[i][k] = flat[at + 1 + k]
        dues_at[i] = at + 1 + T_STORED
        later = dues_at[i] + (0 if is_account[i] == 1 else terms[i][T_DUES])
        if later < flat_at[i + 1]:
            for k in range(T_STORED, T_SIZE):
                terms[i][k] = flat[later + k - T_STORED]
