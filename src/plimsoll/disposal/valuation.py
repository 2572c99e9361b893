"""The valuation book of a package: what it is worth by age, how far that hangs on each estimate, and where the reserve belongs."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from plimsoll.disposal.appraise import Appraisal, worth_of
from plimsoll.disposal.candidate import Candidate
from plimsoll.disposal.recovery import Curve, Shape
from plimsoll.disposal.reserve import best_reserve
from plimsoll.disposal.value import Worth, is_sold, worth_minor
from plimsoll.disposal.vintage import Vintage
from plimsoll.units.money import text_of

BUYERS_SPREAD: Final = 0.35
"""Standard deviation of the logarithm of what buyers think a package is worth."""
BANDS: Final = ((6, "under 6 months"), (12, "6 to 11"), (24, "12 to 23"), (10**6, "24 and over"))
"""Months since a debt was 91 days past due, below which a band ends."""
CHANGES: Final[Mapping[str, tuple[float, float, float]]] = {
    # factor on what comes in the end, added to the buyer's cost, added to the buyer's yield
    "recoveries 20 % lower": (0.8, 0.0, 0.0),
    "recoveries 20 % higher": (1.2, 0.0, 0.0),
    "cost 10 points higher": (1.0, 0.10, 0.0),
    "yield 5 points higher": (1.0, 0.0, 0.05),
}


def valuation(
    loans: Sequence[Candidate], worth: Mapping[int, Worth], by: Appraisal, vintages: Mapping[str, Vintage], liquidity: float, currency: str
) -> dict[str, Any]:
    """Give the valuation book as plain values; amounts are decimal text, estimates are rounded to four digits."""
    weight = sum(one.weight_minor for one in loans)
    keep, price = (sum(worth[one.loan_id][at] for one in loans) for at in (0, 1))
    reserve = worth_minor(best_reserve(keep / weight, price / weight, BUYERS_SPREAD), weight) if weight and price else 0
    return {
        "principal_and_interest": text_of(weight, currency),
        "kept": text_of(keep, currency),
        "to_a_buyer": text_of(price, currency),
        "liquidity": liquidity,
        "better_sold": sum(is_sold(worth[one.loan_id], liquidity) for one in loans),
        "reserve_suggested": text_of(reserve, currency),
        "valued_by": {
            "total": round(by.shape.total, 4),
            "speed": round(by.shape.speed, 4),
            "own_claims": by.claims,
            "segments": {segment: {"total": round(one.total, 4), "speed": round(one.speed, 4)} for segment, one in by.shapes.items()},
            "seller": by.seller._asdict(),
            "buyer": by.buyer._asdict(),
        },
        "by_age": {name: _band(held, worth, currency) for name, held in _banded(loans).items()},
        "price_if": {name: text_of(_price(loans, by, change), currency) for name, change in CHANGES.items()},
        "vintages": {
            quarter: {
                "loans": one.loans,
                "owed": text_of(one.owed_minor, currency),
                "came_by_90_days": [text_of(minor, currency) for minor in one.came_minor],
                # A vintage that is not through its first age has come to nothing yet, and tells nothing of what it comes to.
                "ultimate_share": round(one.ultimate, 4) if one.came_minor else None,
            }
            for quarter, one in vintages.items()
        },
        "recovered": {segment or "all": _months(curve, currency) for segment, curve in by.curves.items()},
    }


def _months(curve: Curve, currency: str) -> list[dict[str, object]]:
    """Give a recovery curve by month: what share of the debt watched to its end came in it and by then, and how many claims that were."""
    rows = zip(curve.rates, curve.cumulative(), curve.watched_minor, curve.claims, strict=True)
    return [
        {"month": month, "came": round(rate, 4), "by_then": round(by_then, 4), "watched": text_of(minor, currency), "claims": claims}
        for month, (rate, by_then, minor, claims) in enumerate(rows, 1)
    ]


def _banded(loans: Sequence[Candidate]) -> dict[str, list[Candidate]]:
    found: dict[str, list[Candidate]] = {}
    for one in sorted(loans, key=lambda loan: loan.bad_months):
        found.setdefault(next(name for below, name in BANDS if one.bad_months < below), []).append(one)
    return found


def _band(held: Sequence[Candidate], worth: Mapping[int, Worth], currency: str) -> dict[str, object]:
    keep, price = (sum(worth[one.loan_id][at] for one in held) for at in (0, 1))
    return {
        "loans": len(held),
        "principal_and_interest": text_of(sum(one.weight_minor for one in held), currency),
        "kept": text_of(keep, currency),
        "to_a_buyer": text_of(price, currency),
    }


def _price(loans: Sequence[Candidate], by: Appraisal, change: tuple[float, float, float]) -> int:
    """Give what a buyer would pay if one estimate were another."""
    times, cost, yearly = change
    buyer = by.buyer._replace(cost=by.buyer.cost + cost, yearly=by.buyer.yearly + yearly)
    shapes = {segment: _times(one, times) for segment, one in by.shapes.items()}
    other = by._replace(shape=_times(by.shape, times), shapes=shapes, buyer=buyer)
    return sum(worth_of(one, other).price_minor for one in loans)


def _times(shape: Shape, times: float) -> Shape:
    return Shape(min(shape.total * times, 1.0), shape.speed)
