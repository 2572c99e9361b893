"""Part rows into folds that hold bad and good rows in the proportion of all."""

from collections.abc import Iterator

import numpy as np

from plimsoll.risk.score.table import Floats, Ints


def folds(bad: Floats, count: int, seed: int) -> Iterator[tuple[Ints, Ints]]:
    """Give for each fold the places of the rows to train on and of those to measure.

    The folds are those of scikit-learn's StratifiedKFold, shuffled by seed: whoever has that can measure the same rows. Each kind of
    row must be there at least `count` times.
    """
    chance = np.random.RandomState(seed)
    _, first, places = np.unique(bad, return_index=True, return_inverse=True)
    kinds = np.argsort(np.argsort(first))[places]
    ordered = np.sort(kinds)
    shares = np.array([np.bincount(ordered[fold::count], minlength=len(first)) for fold in range(count)])
    fold_of = np.empty(len(bad), np.int64)
    for kind in range(len(first)):
        held = np.repeat(np.arange(count), shares[:, kind])
        chance.shuffle(held)
        fold_of[kinds == kind] = held
    for fold in range(count):
        yield np.flatnonzero(fold_of != fold), np.flatnonzero(fold_of == fold)
