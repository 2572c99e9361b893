"""Loss given default and exposure at default: what comes back after a default, discounted, and how much is owed when it comes."""

from collections.abc import Sequence
from itertools import pairwise

from plimsoll.portfolio.ecl.period import MonthlyRate, discounts
from plimsoll.units.refusal import Malformed


def loss_given_default(cure: float, recovered: Sequence[float], rate: MonthlyRate) -> float:
    """Give the share of the exposure that is lost: 1 - [cure + (1 - cure) x recovered, discounted to the default].

    `recovered` is the share of the exposure that came back by the end of each month after the default, cumulative and never falling
    (a curve that respects censoring). Raises Malformed curve_malformed, period_mixed.
    """
    if not 0 <= cure <= 1 or any(not 0 <= share <= 1 for share in recovered):
        raise Malformed("curve_malformed", "shares lie between 0 and 1")
    if any(later < sooner for sooner, later in pairwise(recovered)):
        raise Malformed("curve_malformed", "what was recovered never falls")
    received = [later - sooner for sooner, later in pairwise([0.0, *recovered])]
    worth = sum(share * factor for share, factor in zip(received, discounts(rate, len(received)), strict=True))
    return 1 - (cure + (1 - cure) * worth)


def conversion(drawn_before: Sequence[float], limits: Sequence[float], owed_at_default: Sequence[float]) -> float:
    """Give the credit conversion factor of lines that defaulted: of what was undrawn some months before, the share owed at default.

    Weighted by the undrawn amounts, held between 0 and 1; 0 where nothing was undrawn. Where drawing is blocked early the figure is lower
    for that reason, so a change of that policy makes it stale (Qi 2009, OCC WP 2009-2).
    """
    undrawn = more = 0.0
    for balance, limit, owed in zip(drawn_before, limits, owed_at_default, strict=True):
        room = limit - balance
        if room > 0:
            undrawn += room
            more += owed - balance
    return min(max(more / undrawn, 0.0), 1.0) if undrawn else 0.0
