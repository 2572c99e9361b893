"""Assign at most one treatment to each customer so that what is gained is most, under the capacity of every channel and a budget.

    max Σ x_ik · v_ik   with   Σ_k x_ik ≤ 1,   Σ_ik x_ik · u_kc ≤ C_c,   x in {0, 1}

v_ik is what a treatment is expected to gain less what it costs; a pair that the contact rules forbid has none. With prices λ_c ≥ 0 on
the capacities every customer chooses alone: argmax_k (v_ik − Σ_c λ_c · u_kc), or nothing. The prices follow the projected subgradient,
used less capacity; the least value of L(λ) = Σ_i max(0, …) + Σ_c λ_c · C_c bounds what any assignment can gain (weak duality). A greedy
pass then makes the choice fit: customers who lose most by another treatment choose first. λ_c is what one more unit of capacity is worth.
"""

from typing import Final, NamedTuple

import numpy as np

from plimsoll.risk.score.table import Floats, Ints
from plimsoll.risk.treat.flags import Flags

NONE: Final = -1
"""No treatment."""
SAMPLE: Final = 8_000
STEPS_SAMPLE, STEPS_ALL = 250, 40
SLACK: Final = 1e-9
ROUNDS: Final = 5
"""How often customers may change to what gains more, at most."""


class Offer(NamedTuple):
    """What there is to give: how much of each capacity a treatment uses (treatments x capacities), and how much of each there is."""

    use: Floats
    capacity: Floats


class Assigned(NamedTuple):
    """Who gets what (NONE: nothing), what that gains, the most that anything could gain, and the price of each capacity."""

    treatment: Ints
    gain: float
    bound: float
    prices: Floats

    @property
    def gap(self) -> float:
        """Give by what share the gain may be below the best there is."""
        return (self.bound - self.gain) / self.bound if self.bound > 0 else 0.0

    def used(self, offer: Offer) -> Floats:
        """Give how much of each capacity is used."""
        given: Floats = offer.use[self.treatment[self.treatment != NONE]].sum(axis=0)
        return given


def assign(value: Floats, allowed: Flags, offer: Offer) -> Assigned:
    """Give the assignment. `value` and `allowed` are customers x treatments; a capacity of 0 forbids what uses it."""
    worth = np.where(allowed, value, -np.inf)
    prices, _ = _descend(worth[:: max(len(worth) // SAMPLE, 1)], offer, len(worth), np.zeros(len(offer.capacity)), STEPS_SAMPLE)
    prices, bound = _descend(worth, offer, len(worth), prices, STEPS_ALL)
    treatment = _fit(worth, offer, prices)
    chosen = treatment != NONE
    gain = float(value[chosen, treatment[chosen]].sum())
    return Assigned(treatment, gain, bound, prices)


def bound_at(worth: Floats, offer: Offer, prices: Floats) -> float:
    """Give L(λ): no assignment gains more, whatever the prices."""
    best = (worth - offer.use @ prices).max(axis=1)
    return float(np.maximum(best, 0.0).sum() + prices @ offer.capacity)


def _descend(worth: Floats, offer: Offer, count: int, prices: Floats, steps: int) -> tuple[Floats, float]:
    """Give the prices at which the bound is least, and the bound; rows that are a part stand for all `count`, capacities in proportion.

    Each step is Polyak's for an aim a little below the least bound so far; the aim comes nearer where no step gets there.
    """
    weight = count / max(len(worth), 1)
    capacity = offer.capacity / weight
    scale = np.maximum(capacity, 1.0)
    rows = np.arange(len(worth))
    best, best_prices, aim, stale = np.inf, prices, 0.1, 0
    for _ in range(steps):
        reduced = worth - offer.use @ prices
        chosen = reduced.argmax(axis=1)
        surplus = reduced[rows, chosen]
        takes = surplus > 0
        bound = float(surplus[takes].sum() + prices @ capacity)
        if bound < best:
            best, best_prices, stale = bound, prices, 0
        else:
            stale += 1
            if stale >= 5:
                aim, stale, prices = aim / 2, 0, best_prices
        counts = np.bincount(chosen[takes], minlength=worth.shape[1])
        excess = (counts @ offer.use - capacity) / scale
        length = float((excess**2).sum())
        if length < SLACK:
            break
        # In units of one capacity each, so that minutes, messages and money move alike.
        prices = np.maximum(prices + (bound - (1 - aim) * best) / length * excess / scale, 0.0)
    return best_prices, best * weight


def _fit(worth: Floats, offer: Offer, prices: Floats) -> Ints:
    """Give a choice that fits: in the order of regret each customer takes the best treatment that there is capacity for.

    What nobody wanted at these prices is given in a second pass, dearest first.
    """
    count = len(worth)
    reduced = worth - offer.use @ prices
    ranked = np.argsort(-reduced, axis=1, kind="stable")
    ordered = np.take_along_axis(reduced, ranked, axis=1)
    second = np.maximum(ordered[:, 1], 0.0) if worth.shape[1] > 1 else np.zeros(count)
    left = offer.capacity.astype(np.float64).tolist()
    use = [[(c, float(u)) for c, u in enumerate(row) if u > 0] for row in offer.use]
    taken = np.full(count, NONE, dtype=np.int64)
    wants = np.flatnonzero(ordered[:, 0] > 0)
    order = wants[np.argsort(-(ordered[wants, 0] - second[wants]), kind="stable")]
    _give(order, ranked, ordered, taken, left, use)
    idle = np.flatnonzero(taken == NONE)
    most = worth[idle].max(axis=1) if len(idle) else np.zeros(0)
    order = idle[np.argsort(-most, kind="stable")]
    order = order[worth[order].max(axis=1) > 0] if len(order) else order
    by_worth = np.argsort(-worth, axis=1, kind="stable")
    _give(order, by_worth, np.take_along_axis(worth, by_worth, axis=1), taken, left, use)
    for _ in range(ROUNDS):
        if not _improve(worth, offer, taken, left):
            break
    return taken


def _improve(worth: Floats, offer: Offer, taken: Ints, left: list[float]) -> bool:
    """Let customers change to what gains more and still fits, most gained first; changes `taken` and `left`, and tells whether any did.

    At the prices many can be as well off with one treatment as with another; then nobody has taken what is scarce.
    """
    fits = (offer.use <= np.array(left) + SLACK).all(axis=1)
    if not fits.any():
        return False
    rows = np.arange(len(taken))
    now = np.where(taken == NONE, 0.0, worth[rows, np.maximum(taken, 0)])
    more = np.where(fits, worth, -np.inf) - now[:, None]
    best = more.argmax(axis=1)
    gains = more[rows, best]
    wants = np.flatnonzero(gains > SLACK)
    has_changed = False
    for customer in wants[np.argsort(-gains[wants], kind="stable")].tolist():
        new, old = int(best[customer]), int(taken[customer])
        back = offer.use[old] if old != NONE else np.zeros(len(left))
        after = np.array(left) + back - offer.use[new]
        if (after >= -SLACK).all():
            left[:] = after.tolist()
            taken[customer] = new
            has_changed = True
    return has_changed


def _give(order: Ints, ranked: Ints, ordered: Floats, taken: Ints, left: list[float], use: list[list[tuple[int, float]]]) -> None:
    """Let customers take, in an order, the first treatment of their ranking that gains and fits; changes `taken` and `left`."""
    rankings, gains = ranked[order].tolist(), ordered[order].tolist()
    for at, customer in enumerate(order.tolist()):
        for treatment, gain in zip(rankings[at], gains[at], strict=True):
            if gain <= 0:
                break
            if all(left[c] >= u - SLACK for c, u in use[treatment]):
                for c, u in use[treatment]:
                    left[c] -= u
                taken[customer] = treatment
                break
