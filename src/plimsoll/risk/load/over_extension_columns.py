"""Over-extension of a whole book in columns: the same as `plimsoll.risk.load.over_extension`, customer by customer, and its counts.

Classes and amounts are equal; chances agree to about 1e-12, since the complementary error function is worked out here by W. J. Cody's
rational approximations (1969), which hold to the last digits of a double.
"""

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt

from plimsoll.risk.load.over_extension import ACTIVE, CLASSES, DISTRESSED, FIT, LATENT, MASKED, Extension

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
CHUNK: Final = 65_536
"""Customers worked on at once: what is in hand stays in the cache of the processor."""

_SMALL: Final = (
    (3.16112374387056560e00, 1.13864154151050156e02, 3.77485237685302021e02, 3.20937758913846947e03, 1.85777706184603153e-1),
    (2.36012909523441209e01, 2.44024637934444173e02, 1.28261652607737228e03, 2.84423683343917062e03),
)
_MIDDLE: Final = (
    (
        5.64188496988670089e-1,
        8.88314979438837594e00,
        6.61191906371416295e01,
        2.98635138197400131e02,
        8.81952221241769090e02,
        1.71204761263407058e03,
        2.05107837782607147e03,
        1.23033935479799725e03,
        2.15311535474403846e-8,
    ),
    (
        1.57449261107098347e01,
        1.17693950891312499e02,
        5.37181101862009858e02,
        1.62138957456669019e03,
        3.29079923573345963e03,
        4.36261909014324716e03,
        3.43936767414372164e03,
        1.23033935480374942e03,
    ),
)
_LARGE: Final = (
    (
        3.05326634961232344e-1,
        3.60344899949804439e-1,
        1.25781726111229246e-1,
        1.60837851487422766e-2,
        6.58749161529837803e-4,
        1.63153871373020978e-2,
    ),
    (2.56852019228982242e00, 1.87295284992346725e00, 5.27905102951428412e-1, 6.05183413124413191e-2, 2.33520497626869185e-3),
)
_ROOT_PI: Final = 5.6418958354775628695e-1


class Book(NamedTuple):
    """The columns of `Laden`, one row a customer, in the same units and order."""

    limit_minor: Ints
    balance_minor: Ints
    line_minor: Ints
    late_days: Ints
    has_plan: Flags
    mu: Floats
    sigma: Floats
    essentials: Floats
    essentials_deviation: Floats
    elsewhere: Floats
    elsewhere_deviation: Floats
    weight: Floats
    elsewhere_grown_minor: Ints
    paid_minor: Ints
    new_lenders: Ints


class Standing(NamedTuple):
    """The columns of `Extended`."""

    kind: npt.NDArray[np.int8]
    chance: Floats
    band: npt.NDArray[np.int8]
    over_minor: Ints


class Tally(NamedTuple):
    """One class: customers, what they owe, its share of all that is owed, and how many of them are flagged."""

    name: str
    customers: int
    balance_minor: int
    share: float
    flagged: int


def shown_by_claims(line_minor: Ints, claims_minor: Ints) -> Ints:
    """Give the lines L*, and 0 where none was drawn and a claim is left of a loan that was written off: it was not carried."""
    found: Ints = np.where((line_minor < 0) & (claims_minor > 0), 0, line_minor)
    return found


def stand(book: Book, policy: Extension) -> Standing:
    """Give where every customer stands."""
    count = len(book.limit_minor)
    found = Standing(np.empty(count, np.int8), np.empty(count), np.empty(count, np.int8), np.empty(count, np.int64))
    for first in range(0, count, CHUNK):
        part = slice(first, first + CHUNK)
        cut: Any = [column[part] for column in book]
        some = _part(Book(*cut), policy)
        found.kind[part], found.chance[part], found.band[part], found.over_minor[part] = some
    return found


def _part(book: Book, policy: Extension) -> Standing:
    chance = chances(book)
    band = (chance >= policy.watch).astype(np.int8) + (chance >= policy.flag)
    line = book.line_minor
    is_fed = (book.elsewhere_grown_minor > 0) & (book.elsewhere_grown_minor >= policy.rolling * book.paid_minor)
    is_late = (book.late_days > 0) | book.has_plan
    over = np.where(is_late, DISTRESSED, np.where(is_fed | (book.new_lenders >= policy.lenders), MASKED, ACTIVE))
    kind = np.where(book.balance_minor > line, over, np.where(book.limit_minor > line, LATENT, FIT))
    above = np.maximum(np.maximum(book.limit_minor, book.balance_minor) - line, 0)
    has_line = line >= 0
    return Standing(np.where(has_line, kind, FIT).astype(np.int8), chance, band.astype(np.int8), np.where(has_line, above, 0))


def chances(book: Book) -> Floats:
    """Give P(OI > 1) of every customer."""
    need = book.essentials + book.elsewhere + book.balance_minor * book.weight
    is_due = need > 0
    due = np.where(is_due, need, 1.0)
    variance = book.sigma**2 + (book.essentials_deviation**2 + book.elsewhere_deviation**2) / due**2
    found: Floats = np.where(is_due, 0.5 * erfc((book.mu - np.log(due)) / np.sqrt(2 * variance)), 0.0)
    return found


def erfc(values: Floats) -> Floats:
    """Give the complementary error function (Cody 1969); what is below 1e-300 is nought."""
    size = np.abs(values)
    found = np.zeros(len(size))
    small, middle = size <= 0.46875, (size > 0.46875) & (size <= 4.0)
    large = (size > 4.0) & (size < 26.5)
    if small.any():
        square = size[small] ** 2
        found[small] = 1.0 - size[small] * _ratio(square, *_SMALL)
    if middle.any():
        found[middle] = np.exp(-(size[middle] ** 2)) * _ratio(size[middle], *_MIDDLE)
    if large.any():
        square = 1.0 / size[large] ** 2
        tail = _ROOT_PI - square * _ratio(square, *_LARGE)
        found[large] = np.exp(-(size[large] ** 2)) * tail / size[large]
    return np.where(values < 0, 2.0 - found, found)


def _ratio(x: Floats, above: Sequence[float], below: Sequence[float]) -> Floats:
    """Give the quotient of two polynomials as Cody writes them: the leading coefficient above stands last, that below is 1."""
    up, down = above[-1] * x, x.copy()
    for a, b in zip(above[:-2], below[:-1], strict=True):
        up = (up + a) * x
        down = (down + b) * x
    found: Floats = (up + above[-2]) / (down + below[-1])
    return found


def tally(book: Book, standing: Standing) -> tuple[Tally, ...]:
    """Count customers and what they owe by class."""
    count = len(CLASSES)
    customers = np.bincount(standing.kind, minlength=count)
    flagged = np.bincount(standing.kind[standing.band > 1], minlength=count)
    owed = np.array([book.balance_minor[standing.kind == kind].sum() for kind in range(count)])
    whole = max(int(owed.sum()), 1)
    return tuple(Tally(name, int(customers[k]), int(owed[k]), float(owed[k]) / whole, int(flagged[k])) for k, name in enumerate(CLASSES))


def flow(before: Standing, after: Standing) -> list[list[int]]:
    """Count who moved from which class to which; both hold the same customers in the same order."""
    count = len(CLASSES)
    moved = np.bincount(before.kind.astype(np.int64) * count + after.kind, minlength=count * count)
    found: list[list[int]] = moved.reshape(count, count).tolist()
    return found
