"""Part rows into folds that hold bad and good rows in the proportion of all."""

from collections.abc import Iterator

from sklearn.model_selection import StratifiedKFold

from plimsoll.risk.score.table import Floats, Ints


def folds(bad: Floats, count: int, seed: int) -> Iterator[tuple[Ints, Ints]]:
    """Give for each fold the places of the rows to train on and of those to measure: scikit-learn's StratifiedKFold, shuffled by seed.

    Each kind of row must be there at least `count` times.
    """
    yield from StratifiedKFold(count, shuffle=True, random_state=seed).split(bad, bad.astype(int))
