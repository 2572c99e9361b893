"""The kernel compiled: the same source, function by function, for machine integers.

Every function of the kernel's modules is compiled as it stands, in a namespace of its own; nothing is written twice but `annuity`,
which needs whole numbers longer than 64 bits and is done here on limbs, and the few words of `loan.vectors` and `units.divide.floored`
that say how a machine holds a vector and divides. A parity test holds both kernels equal.

There are two builds. The whole one can do all that a loan can do. The plain one is the same source with the ways in to what most loans
never do cut off (`CUT`): a loan that comes to one of them is left to the whole build, from its beginning. What remains is small enough
to be one function, which keeps the state of a loan in registers.
Import this only where columns of loans are worked on: it needs the extra `fast`.
"""

import hashlib
import importlib
import sys
import types
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.abc import SourceLoader
from typing import Any

import numba
import numpy as np
from numba import typeof
from numba.core import cgutils
from numba.core.compiler_lock import global_compiler_lock
from numba.extending import intrinsic

from plimsoll.loan import (
    account,
    accrue,
    agenda,
    allocate,
    ask,
    bill,
    change,
    flat,
    layout,
    level,
    life,
    measure,
    plan,
    schedule,
    vectors,
)
from plimsoll.units import days, divide

if not {"scipy.linalg", "numba.np.arraymath"} & set(sys.modules):
    # Before its first function the compiler looks for SciPy, for products of matrices, which no loan is: a third of the time that
    # it takes to get ready. A module that is None is one that cannot be imported.
    sys.modules["scipy.linalg"] = None  # type: ignore[assignment]
    importlib.import_module("numba.np.arraymath")
    del sys.modules["scipy.linalg"]

# Callees before callers, for the eye; the compiler resolves names when it first runs.
MODULES = (vectors, divide, days, layout, level, accrue, allocate, schedule, change, life, bill, plan, account, agenda, measure, flat, ask)
LIMB_BITS = 20
LIMB = 1 << LIMB_BITS
FACTOR_MAX = 1 << 42
"""Factors of the limb arithmetic stay below this, so that limb × factor + carry stays below 2^63."""


HOT = frozenset(
    [
        "accrue_interest",
        "accrued_interest",
        "advance",
        "close_paid_rows",
        "due_day",
        "fall_due",
        "half_up",
        "open_period",
        "order_facts",
        "pay",
        "pay_due",
        "settle_status",
        "start_stepping",
        "take_fact",
    ]
)
"""Run for every due day and every fact: put in place of their calls."""


def annuity(principal, rows, first, until, rate_num, rate_den):  # type: ignore[no-untyped-def]
    """Give what `loan.level.annuity` gives, on limbs of 20 bits: P·Π(1+r) ÷ f, rounded half-up."""
    size = 4 * (until - first + 2)
    numerator = np.zeros(size, np.int64)
    denominator = np.zeros(size, np.int64)
    scale = np.zeros(size, np.int64)
    numerator[0] = principal % LIMB
    numerator[1] = principal // LIMB % LIMB
    numerator[2] = principal // LIMB // LIMB
    scale[0] = 1
    for i in range(first, until):
        growth = rate_den + rate_num * rows[i * layout.R_SIZE + layout.R_WEIGHT]
        times(numerator, growth)
        times(denominator, growth)
        times(scale, rate_den)
        for k in range(size):
            denominator[k] += scale[k]
        carry_over(denominator)
    # The rounded quotient is the largest level with (2·level − 1) · denominator at most 2 · numerator.
    times(numerator, 2)
    tried = np.empty(size, np.int64)
    low = 0
    high = principal + 1
    while fits_level(denominator, numerator, tried, high):
        low = high
        high *= 2
    while high - low > 1:
        middle = (low + high) // 2
        if fits_level(denominator, numerator, tried, middle):
            low = middle
        else:
            high = middle
    return low


def fits_level(denominator, numerator, tried, level):  # type: ignore[no-untyped-def]
    """Tell whether (2·level − 1) · denominator is at most the numerator, on limbs; `tried` is scratch."""
    for k in range(len(tried)):
        tried[k] = denominator[k]
    times(tried, 2 * level - 1)
    return is_at_most(tried, numerator)


def times(limbs, factor):  # type: ignore[no-untyped-def]
    """Multiply a long number by a factor below FACTOR_MAX, in place."""
    carry = 0
    for k in range(len(limbs)):
        whole = limbs[k] * factor + carry
        limbs[k] = whole % LIMB
        carry = whole // LIMB


def carry_over(limbs):  # type: ignore[no-untyped-def]
    """Bring every limb below LIMB again, in place."""
    carry = 0
    for k in range(len(limbs)):
        whole = limbs[k] + carry
        limbs[k] = whole % LIMB
        carry = whole // LIMB


def is_at_most(a, b):  # type: ignore[no-untyped-def]
    """Tell whether one long number is at most another of the same size."""
    k = len(a) - 1
    while k >= 0:
        if a[k] != b[k]:
            return a[k] < b[k]
        k -= 1
    return True


WORD = cgutils.intp_t
PLACE = numba.types.CPointer(numba.types.int64)
"""A vector inside the kernel: where it begins. Half the work of an array is to look whether a place is counted from its end."""


@intrinsic
def place(_context, vector):  # type: ignore[no-untyped-def]
    """Give where a vector of 64-bit integers begins, which lie side by side."""
    if not isinstance(vector, numba.types.Array) or (vector.ndim, vector.layout, vector.dtype) != (1, "C", numba.types.int64):
        return None

    def build(context, builder, signature, given):  # type: ignore[no-untyped-def]
        return context.make_array(signature.args[0])(context, builder, given[0]).data

    return PLACE(vector), build


@intrinsic
def place_from(_context, vector, _start):  # type: ignore[no-untyped-def]
    """Give where the numbers of a vector begin that stand from one of them on."""

    def build(context, builder, signature, given):  # type: ignore[no-untyped-def]
        return builder.gep(context.make_array(signature.args[0])(context, builder, given[0]).data, [given[1]])

    return PLACE(vector, numba.types.int64), build


@intrinsic
def own_state(_context, room):  # type: ignore[no-untyped-def]
    """Give a state of zeros that belongs to one loan and is seen by nobody else, so that it need not stand in memory."""

    def build(_target, builder, _signature, _given):  # type: ignore[no-untyped-def]
        own = cgutils.alloca_once(builder, WORD, layout.S_SIZE)
        cgutils.memset(builder, own, WORD(8 * layout.S_SIZE), 0)
        return own

    return PLACE(room), build


@intrinsic
def own_terms(_context, terms):  # type: ignore[no-untyped-def]
    """Give a copy of the terms of a loan, as `own_state`."""

    def build(_target, builder, _signature, given):  # type: ignore[no-untyped-def]
        own = cgutils.alloca_once(builder, WORD, layout.T_SIZE)
        cgutils.raw_memcpy(builder, own, given[0], WORD(layout.T_SIZE), 8)
        return own

    return PLACE(terms), build


@intrinsic
def floored(_context, _numerator, _denominator):  # type: ignore[no-untyped-def]
    """Divide by a positive number, rounding down; where it is 0 nothing is raised.

    A number below 0 is turned over and turned back, which leaves one division and no correction. Nor does the compiler then ask of
    every number whether it is small, which is as often so as not and costs more than the division.
    """

    def build(_target, builder, _signature, given):  # type: ignore[no-untyped-def]
        above, below = given
        is_zero = builder.icmp_signed("==", below, WORD(0))
        divisor = builder.select(is_zero, WORD(-1), below)
        sign = builder.ashr(above, WORD(63))
        return builder.xor(builder.udiv(builder.xor(above, sign), divisor), sign)

    return numba.types.int64(numba.types.int64, numba.types.int64), build


def left(_terms, s, *_others):  # type: ignore[no-untyped-def]
    """Stand for a function that the plain build has not: leave the loan to the whole one."""
    s[layout.S_STATUS] = layout.ELSEWHERE
    return layout.ELSEWHERE


def left_at_once(*_given):  # type: ignore[no-untyped-def]
    """Stand for a function that the plain build has not and that gives a code."""
    return layout.ELSEWHERE


def set_due(rows, row_at, due):  # type: ignore[no-untyped-def]
    """Stand for emptying a row: the plain build reads no number of a row that it has not written."""
    rows[row_at + layout.R_DUE] = due


def left_with_credit(s, amount):  # type: ignore[no-untyped-def]
    """Stand for keeping credit: leave a loan that gets some with instalments to come to the whole build.

    Any other that gets some has no balance any more.
    """
    s[layout.S_CREDIT] += amount
    if amount > 0 and s[layout.S_NEXT] < s[layout.S_ROWS]:
        s[layout.S_STATUS] = layout.ELSEWHERE


def no_fee(_s, _rows, _row_at, amount):  # type: ignore[no-untyped-def]
    """Stand for paying a fee: plain loans have none."""
    return amount


def whole_balance(s):  # type: ignore[no-untyped-def]
    """Stand for what earns: in the plain build no credit stands beside a balance."""
    return s[layout.S_BALANCE]


def as_planned(_s, whole):  # type: ignore[no-untyped-def]
    """Stand for the interest that the plan counted on: in the plain build nothing comes that the plan did not count on."""
    return whole


def nothing(*_given):  # type: ignore[no-untyped-def]
    """Stand for using credit, of which there is none here, and for notes that the plain build gives nobody."""


CUT: dict[str, Callable[..., Any]] = {
    "apply_other": left,
    "spread_again": left,
    "fold_account": left_at_once,
    "level_equal_instalments": left,
    "order_facts": left_at_once,
    "set_row": set_due,
    "pay_fee": no_fee,
    "keep_credit": left_with_credit,
    "use_credit": nothing,
    "earning": whole_balance,
    "planned_interest": as_planned,
    "note_asked": nothing,
}
"""What most loans never come to: all facts but repayments, facts out of order, instalments levelled anew, credit with instalments to
come, accounts. And what then never differs, or nobody reads: fees, a plan beside what came, emptied rows."""
SEPARATE = frozenset(["_day_worked_out", "fold_range", "month_of", "weigh_unevenly", "year_of"])
"""Functions of the plain build that are called, not put in place of their calls: they take numbers, no state."""
TABLE_MIN = 100
"""A tuple this long is a table: an array for the compiler, which would hold a tuple as so many variables."""


@contextmanager
def one_by_one() -> Iterator[None]:
    """Let the compiler make no loop work on eight rows at a time: a loan has one or two, and the state would have to be in memory."""
    config: Any = numba.config
    with global_compiler_lock:
        before = config.LOOP_VECTORIZE, config.SLP_VECTORIZE
        config.LOOP_VECTORIZE, config.SLP_VECTORIZE = 0, 0
        try:
            yield
        finally:
            config.LOOP_VECTORIZE, config.SLP_VECTORIZE = before


class Compiled:
    """One function of the kernel, compiled for the types of its arguments when it is first called with them."""

    def __init__(self, function: Any) -> None:
        """Take what the compiler made of the function."""
        self.function = function
        self.is_ready = False

    def cache_folder(self) -> str:
        """Give the folder that it is kept in."""
        return str(self.function.stats.cache_path)

    def cached_as(self) -> str:
        """Give the name that it is kept under there."""
        return str(self.function.py_func.__qualname__)

    def __call__(self, *given: Any) -> Any:
        """Call it."""
        if not self.is_ready:
            with one_by_one():
                self.function.compile(tuple(typeof(one) for one in given))
            self.is_ready = True
        return self.function(*given)


def compile_together(*drivers: types.ModuleType, is_plain: bool = False) -> dict[str, Compiled]:
    """Give the kernel's functions and those of more modules by name, compiled in one namespace, so that each is compiled once.

    The first call of each costs seconds; later processes load it from a cache beside the source. The name under which it is cached
    carries a digest of all sources, since the compiler itself looks only at the file of one function.
    """
    modules = (*MODULES, *drivers)
    build = "plain" if is_plain else "whole"
    digest = hashlib.sha256("".join(source_of(module) for module in (*modules, sys.modules[__name__])).encode()).hexdigest()[:12]
    space: dict[str, Any] = {"np": np, "layout": layout, "LIMB": LIMB, "__name__": __name__}
    functions = functions_of(modules, space)
    for written in (annuity, fits_level, times, carry_over, is_at_most):
        functions[written.__name__] = written
    own: dict[str, Any] = {"place": place, "place_from": place_from, "floored": floored}
    if is_plain:
        functions |= CUT
        own |= {"own_state": own_state, "own_terms": own_terms}
        space["ONLY_PLAIN"] = True
    for name, function in functions.items():
        renamed = types.FunctionType(function.__code__, space, name, function.__defaults__)
        renamed.__module__ = function.__module__
        renamed.__qualname__ = f"{name}_{digest}_{build}"
        # Arrays are handed from call to call without counting references, which would cost ten times the work; so nothing but the
        # annuity may make one.
        options: dict[str, Any] = {
            "cache": True,
            "nogil": True,
            "error_model": "numpy",
            "_nrt": name == "annuity",
            "forceinline": name not in SEPARATE if is_plain else name in HOT,
        }
        space[name] = own.get(name) or numba.njit(**options)(renamed)
    return {name: Compiled(space[name]) for name in functions if name not in own}


def functions_of(modules: tuple[types.ModuleType, ...], space: dict[str, Any]) -> dict[str, Callable[..., Any]]:
    """Give the functions of modules by name, and put their numbers into the namespace."""
    functions: dict[str, Callable[..., Any]] = {}
    for module in modules:
        for name, value in vars(module).items():
            if isinstance(value, types.FunctionType) and value.__module__ == module.__name__:
                assert name not in functions, f"two kernel functions are called {name}"
                functions[name] = value
            elif isinstance(value, tuple) and len(value) >= TABLE_MIN:
                space[name] = np.array(value, np.int64)
            elif isinstance(value, int | tuple):
                space[name] = value
    return functions


def source_of(module: types.ModuleType) -> str:
    """Give the source of a module as it was imported."""
    loader = module.__spec__.loader if module.__spec__ else None
    source = loader.get_source(module.__name__) if isinstance(loader, SourceLoader) else None
    assert source, f"{module.__name__} has no source to compile"
    return source
