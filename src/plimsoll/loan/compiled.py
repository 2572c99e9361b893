"""The kernel compiled: the same source, function by function, for machine integers.

Every function of the kernel's modules is compiled as it stands, in a namespace of its own; nothing is written twice but one
function: `annuity` needs whole numbers longer than 64 bits, and is done here on limbs. A parity test holds both kernels equal.
Import this only where columns of loans are worked on: it needs the extra `fast`.
"""

import hashlib
import importlib
import sys
import types
from importlib.abc import SourceLoader
from typing import Any

import numba
import numpy as np

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
)
from plimsoll.units import days, divide

if not {"scipy.linalg", "numba.np.arraymath"} & set(sys.modules):
    # Before its first function the compiler looks for SciPy, for products of matrices, which no loan is: a third of the time that
    # it takes to get ready. A module that is None is one that cannot be imported.
    sys.modules["scipy.linalg"] = None  # type: ignore[assignment]
    importlib.import_module("numba.np.arraymath")
    del sys.modules["scipy.linalg"]

# Callees before callers, for the eye; the compiler resolves names when it first runs.
MODULES = (divide, days, layout, level, accrue, allocate, schedule, change, life, bill, plan, account, agenda, measure, flat, ask)
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
"""Run for every due day and every fact: put in place of their calls, since to hand over an array is to hand over seven words."""


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


def compile_together(*drivers: types.ModuleType) -> dict[str, object]:
    """Give the kernel's functions and those of more modules by name, compiled in one namespace, so that each is compiled once.

    The first call of each costs seconds; later processes load it from a cache beside the source. The name under which it is cached
    carries a digest of all sources, since the compiler itself looks only at the file of one function.
    """
    modules = (*MODULES, *drivers)
    digest = hashlib.sha256("".join(source_of(module) for module in (*modules, sys.modules[__name__])).encode()).hexdigest()[:12]
    space: dict[str, object] = {"np": np, "layout": layout, "LIMB": LIMB, "__name__": __name__}
    functions: dict[str, types.FunctionType] = {}
    for module in modules:
        for name, value in vars(module).items():
            if isinstance(value, types.FunctionType) and value.__module__ == module.__name__:
                assert name not in functions, f"two kernel functions are called {name}"
                functions[name] = value
            elif isinstance(value, int | tuple):
                space[name] = value
    for written in (annuity, fits_level, times, carry_over, is_at_most):
        assert isinstance(written, types.FunctionType)
        functions[written.__name__] = written
    for name, function in functions.items():
        own = types.FunctionType(function.__code__, space, name, function.__defaults__)
        own.__module__ = function.__module__
        own.__qualname__ = f"{name}_{digest}"
        # Arrays are handed from call to call without counting references, which would cost ten times the work; so nothing but the
        # annuity may make one.
        options: dict[str, Any] = {
            "cache": True,
            "nogil": True,
            "error_model": "numpy",
            "_nrt": name == "annuity",
            "forceinline": name in HOT,
        }
        space[name] = numba.njit(**options)(own)
    return space


def source_of(module: types.ModuleType) -> str:
    """Give the source of a module as it was imported."""
    loader = module.__spec__.loader if module.__spec__ else None
    source = loader.get_source(module.__name__) if isinstance(loader, SourceLoader) else None
    assert source, f"{module.__name__} has no source to compile"
    return source
