"""Score many rows at once: the same bins, sums and probabilities as row by row, to the last bit, column by column."""

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Final, NamedTuple

import numpy as np

from plimsoll.risk.score.bins import CATEGORY, FIRST_PLACE, MISSING_PLACE, OTHER_PLACE, Bins, number_of
from plimsoll.risk.score.card import LOG_ODDS_MAX, Card, weights_of
from plimsoll.risk.score.derive import ABOVE, CHANGE, MAX, MEAN, MIN, RATIO, SPREAD, Derived
from plimsoll.risk.score.table import NUMBER, Column, Flags, Floats, Ints, Table


class Scores(NamedTuple):
    """A score for each row: points, and the probability of bad; `places` has the bin of each row for each feature of the card."""

    points: Ints
    probabilities: Floats
    places: tuple[Ints, ...]


def score_columns(card: Card, table: Table) -> Scores:
    """Score a table; a feature without a column is missing in every row."""
    columns = derive_columns(card.derived, table, card.special)
    log_odds = np.full(table.rows, card.intercept)
    points = np.full(table.rows, card.base_points)
    found = []
    for entry in card.entries:
        places = places_of(entry.bins, columns.get(entry.bins.name), table.rows)
        log_odds += np.array(weights_of(entry))[places]
        points += np.array([part.points for part in card.parts_of(entry)])[places]
        found.append(places)
    return Scores(points, probabilities_of(log_odds), tuple(found))


def probabilities_of(log_odds: Floats) -> Floats:
    """Give probabilities of log odds; by the exponential of the standard library, so that rows and columns agree to the last bit."""
    held = -np.minimum(np.maximum(log_odds, -LOG_ODDS_MAX), LOG_ODDS_MAX)
    return 1 / (1 + np.fromiter(map(math.exp, held.tolist()), np.float64, len(held)))


def places_of(bins: Bins, column: Column | None, rows: int) -> Ints:
    """Give the bin of each row."""
    if column is None:
        return np.full(rows, MISSING_PLACE)
    if bins.kind == CATEGORY:
        return _places_of_words(bins, column)
    if column.kind == CATEGORY:
        known = np.array([*(bins.place(label) for label in column.labels), MISSING_PLACE], np.int64)
        return known[column.codes]
    numbers = column.numbers
    places = bins.first_range + np.searchsorted(np.array(bins.edges, np.float64), numbers, side="left")
    for at, value in enumerate(bins.apart):
        places[numbers == value] = FIRST_PLACE + at
    places[~np.isfinite(numbers)] = MISSING_PLACE
    return places


def _places_of_words(bins: Bins, column: Column) -> Ints:
    if column.kind == CATEGORY:
        known = np.array([*(bins.place(label) for label in column.labels), MISSING_PLACE], np.int64)
        return known[column.codes]
    numbers, back = np.unique(column.numbers, return_inverse=True)
    known = np.array([bins.place(number) if math.isfinite(number) else MISSING_PLACE for number in numbers.tolist()], np.int64)
    return known[back] if len(known) else np.full(len(column), OTHER_PLACE)


def weights_in(bins: Bins, column: Column) -> Floats:
    """Give the weight of evidence of each row."""
    return np.array([one.woe for one in bins.bins])[places_of(bins, column, len(column))]


def derive_columns(derived: Sequence[Derived], table: Table, special: Sequence[float] = ()) -> dict[str, Column]:
    """Give the columns of a table with the derived ones added; a column that is not there is missing in every row."""
    found = dict(table.columns)
    made: dict[str, Floats] = {}
    for one in derived:
        numbers = [made[name] if name in made else plain_numbers(found.get(name), table.rows, special) for name in one.of]
        with np.errstate(all="ignore"):
            result = np.array(_derived(one.op, numbers), np.float64)
        result[np.isinf(result)] = np.nan
        made[one.name] = result
    return found | {name: Column(name, NUMBER, numbers=numbers) for name, numbers in made.items()}


def plain_numbers(column: Column | None, rows: int, special: Sequence[float]) -> Floats:
    """Give the numbers of a column; special values, and words that are no numbers, as missing."""
    if column is None:
        return np.full(rows, np.nan)
    if column.kind == CATEGORY:
        known = [number_of(label) for label in column.labels]
        numbers = np.array([*(math.nan if number is None else number for number in known), math.nan])[column.codes]
    else:
        numbers = column.numbers
    return np.where(np.isin(numbers, special), np.nan, numbers) if len(special) else numbers


def _derived(op: str, numbers: Sequence[Floats]) -> Floats:
    """Do to columns what `plimsoll.risk.score.derive` does to a row, in the same order."""
    if op == RATIO:
        above, below = numbers
        return np.where(below > 0, above / np.where(below > 0, below, 1.0), np.nan)
    if op == CHANGE:
        return numbers[0] - numbers[-1]
    known: list[Flags] = [~np.isnan(column) for column in numbers]
    count = np.sum(known, axis=0)
    return np.where(count > 0, _OF_SERIES[op](numbers, known, count), np.nan)


def _largest(numbers: Sequence[Floats], *_: object) -> Floats:
    return np.array(np.fmax.reduce(numbers), np.float64)


def _smallest(numbers: Sequence[Floats], *_: object) -> Floats:
    return np.array(np.fmin.reduce(numbers), np.float64)


def _spread(numbers: Sequence[Floats], *_: object) -> Floats:
    return _largest(numbers) - _smallest(numbers)


def _mean(numbers: Sequence[Floats], known: Sequence[Flags], count: Ints) -> Floats:
    total = np.zeros(len(count))
    for column, there in zip(numbers, known, strict=True):
        total += np.where(there, column, 0.0)
    return total / np.maximum(count, 1)


def _above(numbers: Sequence[Floats], *_: object) -> Floats:
    return np.array(np.sum([column > 0 for column in numbers], axis=0), np.float64)


_OF_SERIES: Final[Mapping[str, Callable[..., Floats]]] = {MAX: _largest, MIN: _smallest, SPREAD: _spread, MEAN: _mean, ABOVE: _above}
