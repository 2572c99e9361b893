"""Signals in columns: the same numbers as one customer at a time, and nothing known where nothing is."""

import math

import numpy as np
import pytest

from plimsoll.app.watching.signal_columns import signal_columns
from plimsoll.monitoring.signals import Months, from_months


@pytest.mark.parametrize("months", [1, 2, 3, 6, 7])
def test_a_book_in_columns_is_each_customer(months):
    rng = np.random.default_rng(months)
    count = 400
    limit = rng.integers(1, 50_000, count)
    owed = np.where(rng.random((count, months)) < 0.3, 0, rng.integers(-50, 60_000, (count, months)))
    paid = np.where(rng.random((count, months)) < 0.4, 0, rng.integers(0, 60_000, (count, months)))
    paid = np.where(rng.random((count, months)) < 0.2, np.maximum(owed, 0), paid)
    states = rng.integers(-2, 3, (count, months))
    columns = signal_columns(limit, owed, paid, states)
    for row in range(count):
        one = from_months(Months(int(limit[row]), owed[row].tolist(), paid[row].tolist(), states[row].tolist()))
        assert set(one) == set(columns)
        for name, value in one.items():
            found = float(columns[name][row])
            assert math.isnan(found) if value is None else found == pytest.approx(value, rel=1e-12, abs=1e-12), (row, name, value, found)
