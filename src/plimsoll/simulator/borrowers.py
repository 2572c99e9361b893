"""Made-up debtors with a hidden truth: how attentive and willing they are, what money they have on which day, whether they answer.

Everything is drawn from a digest of seed, customer, day and purpose: what one debtor does depends on nobody else, and on no order.
"""

from datetime import date
from hashlib import blake2b
from math import cos, exp, log, pi, sqrt
from typing import Final, NamedTuple

from plimsoll.units.days import add_months

WHOLE: Final = float(1 << 64)
MONTH_DAYS: Final = 30
WAGES_TYPICAL_MINOR: Final = 800_000
PAYDAYS: Final = (1, 5, 10, 15, 15, 20, 25, 28)
OUT_OF_WORK_WAGES: Final = 0.12
"""What comes in while wages do not, as a share of them."""

CASH_NOISE: Final = 0.08


class Kind(NamedTuple):
    """A hidden type of late customer: how many of a thousand, and the ranges of attention, willingness, spending, answering."""

    name: str
    share: int
    attention: tuple[float, float]
    willingness: tuple[float, float]
    spends: tuple[float, float]  # share of the wages that is gone by the next payday
    answers: tuple[float, float]
    loses_work: float  # chance that wages stop for some months


KINDS: Final = (
    Kind("forgetful", 300, (0.30, 0.70), (0.90, 1.00), (0.50, 0.80), (0.40, 0.80), 0.02),
    Kind("cannot, would", 270, (0.80, 1.00), (0.85, 1.00), (0.90, 1.25), (0.50, 0.85), 0.35),
    Kind("can, will not", 180, (0.70, 1.00), (0.05, 0.35), (0.50, 0.80), (0.10, 0.40), 0.02),
    Kind("cannot, will not", 120, (0.60, 1.00), (0.05, 0.35), (0.95, 1.35), (0.05, 0.30), 0.40),
    Kind("in between", 130, (0.70, 1.00), (0.55, 0.90), (0.70, 1.00), (0.30, 0.70), 0.10),
)


class Borrower(NamedTuple):
    """One debtor as nobody sees them. Days are day numbers; wages a month in minor units; `out_from` to `out_until` wages do not come."""

    customer_id: int
    kind: str
    attention: float
    willingness: float
    spends: float
    answers: float
    payday: int
    wages_minor: int
    out_from: int
    out_until: int


def chance(seed: int, *words: object) -> float:
    """Give a number of [0, 1) that seed and words decide."""
    text = "\x1f".join(map(str, (seed, *words)))
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest()) / WHOLE


def normal(seed: int, *words: object) -> float:
    """Give a number of the standard normal distribution that seed and words decide (Box and Muller)."""
    return sqrt(-2 * log(1 - chance(seed, *words, "radius"))) * cos(2 * pi * chance(seed, *words, "angle"))


def borrower_of(seed: int, customer_id: int, on: int) -> Borrower:
    """Give the debtor that a customer is; `on` is a day about which wages may have stopped."""
    kind = _kind(chance(seed, customer_id, "kind"))

    def between(bounds: tuple[float, float], purpose: str) -> float:
        return bounds[0] + (bounds[1] - bounds[0]) * chance(seed, customer_id, purpose)

    out_from = out_until = 0
    if chance(seed, customer_id, "work") < kind.loses_work:
        out_from = on - int(120 * chance(seed, customer_id, "lost"))
        out_until = out_from + 60 + int(240 * chance(seed, customer_id, "found"))
    return Borrower(
        customer_id,
        kind.name,
        between(kind.attention, "attention"),
        between(kind.willingness, "willingness"),
        between(kind.spends, "spends"),
        between(kind.answers, "answers"),
        PAYDAYS[int(len(PAYDAYS) * chance(seed, customer_id, "payday"))],
        round(WAGES_TYPICAL_MINOR * exp(0.4 * normal(seed, customer_id, "wages"))),
        out_from,
        out_until,
    )


def cash_minor(seed: int, one: Borrower, day: int) -> int:
    """Give the money a debtor has on a day, in minor units: wages come on the payday and are spent evenly until the next."""
    wages = one.wages_minor * (OUT_OF_WORK_WAGES if one.out_from <= day < one.out_until else 1.0)
    left = 1 - one.spends * days_since_payday(one.payday, day) / MONTH_DAYS + CASH_NOISE * normal(seed, one.customer_id, day, "cash")
    return max(round(wages * left), 0)


def days_since_payday(payday: int, day: int) -> int:
    """Give the days since wages came last, 0 on the day itself."""
    return day - payday_before(payday, day)


def payday_before(payday: int, day: int) -> int:
    """Give the last payday that is not after a day."""
    first = date.fromordinal(day).replace(day=1).toordinal()
    found = _in_month(first, payday)
    return found if found <= day else _in_month(add_months(first, -1), payday)


def payday_after(payday: int, day: int) -> int:
    """Give the first payday after a day."""
    first = date.fromordinal(day).replace(day=1).toordinal()
    found = _in_month(first, payday)
    return found if found > day else _in_month(add_months(first, 1), payday)


def _in_month(first: int, payday: int) -> int:
    return min(first + payday - 1, add_months(first, 1) - 1)


def _kind(place: float) -> Kind:
    at = place * sum(kind.share for kind in KINDS)
    for kind in KINDS:
        at -= kind.share
        if at < 0:
            return kind
    return KINDS[-1]
