"""Treatments for 100,000 customers: seconds, and how far the gain may be below the best there is; HiGHS beside ours on a small book."""

from __future__ import annotations

import numpy as np

from bench.report import Goal, Result
from bench.setting import Setting, Unavailable
from bench.timing import Contestant, take_turns
from plimsoll.risk.treat.assign import Assigned, Offer, assign

TITLE = "8 treatments assigned under 4 channels, a budget and contact rules"
TREATMENTS = 8
OURS, SMALL, EXACT = "plimsoll", "plimsoll, small book", "HiGHS, small book"
SECONDS, GAP = 5.0, 0.01


def book(count: int) -> tuple[np.ndarray, np.ndarray, Offer]:
    """Return what treatments are worth, which of them the rules allow, and what there is of each channel."""
    chance = np.random.default_rng(20_261_122)
    cost = np.linspace(0.2, 12, TREATMENTS)
    value = np.exp(chance.normal(8, 1, count))[:, None] * chance.beta(1.2, 12, (count, TREATMENTS)) - cost
    use = np.zeros((TREATMENTS, 5))
    use[np.arange(TREATMENTS), np.arange(TREATMENTS) % 4] = 1
    use[:, 4] = cost
    capacity = np.append(np.array([0.15, 0.10, 0.08, 0.05]) * count, cost.mean() * 0.25 * count)
    return value, chance.random((count, TREATMENTS)) < 0.8, Offer(use, capacity)


def exact(value: np.ndarray, allowed: np.ndarray, offer: Offer) -> float:
    """Return the most that shares of treatments gain, by HiGHS."""
    try:
        from scipy.optimize import linprog
        from scipy.sparse import identity, kron, vstack
    except ModuleNotFoundError:
        raise Unavailable("scipy is not installed") from None
    count, treatments = value.shape
    each = kron(identity(count), np.ones((1, treatments)))
    together = np.tile(offer.use.T, count)
    bounds = np.column_stack((np.zeros(value.size), allowed.ravel().astype(float)))
    most = np.concatenate((np.ones(count), offer.capacity))
    return -float(linprog(-value.ravel(), A_ub=vstack((each, together)).tocsr(), b_ub=most, bounds=bounds, method="highs").fun)


def run(setting: Setting, result: Result) -> None:
    """Fill `result` with customers a second, the seconds of the whole book, and the gap."""
    count, few = setting.size(10_000, 100_000), setting.size(500, 2_000)
    great, small = book(count), book(few)
    found: list[Assigned] = []

    def ours() -> int:
        found.append(assign(*great))
        return count

    def ours_small() -> int:
        assign(*small)
        return few

    def highs() -> int:
        exact(*small)
        return few

    contestants = [Contestant(OURS, ours), Contestant(SMALL, ours_small), Contestant(EXACT, highs)]
    measured = take_turns(contestants, setting.size(2, 5), step=setting.step)
    result.add(measured, "customer", ours=SMALL)
    rate = next(one.rate() for one in measured if one.name == OURS)
    best, near = exact(*small), assign(*small)
    result.notes.append(f"of {few:,} customers ours gains {100 * near.gain / best:.2f} % of what HiGHS does with shares of treatments")
    result.goals.append(Goal(f"seconds for {count:,} customers", count / rate, SECONDS, at_most=True))
    result.goals.append(Goal("share by which the gain may be below the best", found[-1].gap, GAP, at_most=True))
