"""Over-extended customers: the four classes, the chance that grows where less is seen, and a whole book in columns as one by one."""

import math
import time
from datetime import date

import numpy as np
import pytest

from plimsoll.risk.lawful import lawful_rules
from plimsoll.risk.load import over_extension_columns as columns
from plimsoll.risk.load.over_extension import CLASSES, Laden, chance_of, extension_policy, over_extension

POLICY = extension_policy(lawful_rules(), date(2026, 12, 1))
CALM = Laden(
    1_000_000, 500_000, 1_000_000, 0, False, math.log(1_500_000), 0.3, 400_000.0, 40_000.0, 50_000.0, 10_000.0, 0.095, 0, 60_000, 0
)
CASES = [
    ("at the line", {}, "fit", 0),
    ("limit one cent above the line", {"limit_minor": 1_000_001}, "latent", 1),
    ("debt at the line", {"limit_minor": 2_000_000, "balance_minor": 1_000_000}, "latent", 1_000_000),
    ("debt one cent above", {"limit_minor": 2_000_000, "balance_minor": 1_000_001}, "active", 1_000_000),
    ("debt above a limit that came down", {"limit_minor": 500_000, "balance_minor": 1_200_000}, "active", 200_000),
    ("fed by other lenders", {"balance_minor": 1_200_000, "elsewhere_grown_minor": 30_000}, "masked", 200_000),
    ("not quite fed", {"balance_minor": 1_200_000, "elsewhere_grown_minor": 29_999}, "active", 200_000),
    ("two new lenders", {"balance_minor": 1_200_000, "new_lenders": 2}, "masked", 200_000),
    ("late counts before masked", {"balance_minor": 1_200_000, "new_lenders": 2, "late_days": 1}, "distressed", 200_000),
    ("under a plan", {"balance_minor": 1_200_000, "has_plan": True}, "distressed", 200_000),
    ("late below the line", {"late_days": 40}, "fit", 0),
    ("no line", {"line_minor": -1, "balance_minor": 9_000_000}, "fit", 0),
    ("line at nought", {"line_minor": 0}, "active", 1_000_000),
]


@pytest.mark.parametrize(("changes", "kind", "over"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_classes(changes, kind, over):
    found = over_extension(CALM._replace(**changes), POLICY)
    assert (CLASSES[found.kind], found.over_minor) == (kind, over)


def test_chance_is_the_one_of_a_log_normal_month():
    need = 400_000 + 50_000 + 500_000 * 0.095
    sigma = math.sqrt(0.3**2 + (40_000**2 + 10_000**2) / need**2)
    assert chance_of(CALM) == pytest.approx(0.5 * math.erfc((math.log(1_500_000) - math.log(need)) / sigma / math.sqrt(2)), rel=1e-12)


def test_less_seen_widens_the_chance_of_a_customer_who_looks_calm():
    assert chance_of(CALM._replace(elsewhere_deviation=300_000.0)) > chance_of(CALM) * 2


def drawn(count, seed=7):
    rng = np.random.default_rng(seed)
    whole = lambda least, most: rng.integers(least, most, count)  # noqa: E731 -- one line a column
    return columns.Book(
        whole(0, 5_000_000),
        whole(0, 3_000_000),
        whole(-1, 4_000_000),
        whole(0, 2) * whole(0, 90),
        rng.random(count) < 0.05,
        rng.normal(13.5, 0.4, count),
        rng.uniform(0.15, 0.5, count),
        rng.uniform(1e5, 6e5, count),
        rng.uniform(1e4, 6e4, count),
        rng.uniform(0, 4e5, count),
        rng.uniform(0, 1e5, count),
        np.full(count, 0.095),
        whole(-100_000, 400_000),
        whole(0, 600_000),
        whole(0, 4),
    )


def test_columns_are_the_rows():
    book = drawn(3_000)
    standing = columns.stand(book, POLICY)
    rows = [over_extension(Laden(*(column[i].item() for column in book)), POLICY) for i in range(3_000)]
    assert standing.kind.tolist() == [row.kind for row in rows]
    assert standing.band.tolist() == [row.band for row in rows]
    assert standing.over_minor.tolist() == [row.over_minor for row in rows]
    assert np.abs(standing.chance - [row.chance for row in rows]).max() < 1e-12
    assert len(set(standing.kind.tolist())) == len(CLASSES)


def test_erfc_is_that_of_the_standard_library():
    values = np.concatenate([np.linspace(-8, 26, 20_001), [0.0, 0.46875, -0.46875, 4.0, -4.0]])
    assert np.allclose(columns.erfc(values), [math.erfc(value) for value in values.tolist()], rtol=1e-12, atol=1e-300)


def test_a_million_customers_are_recomputed_well_within_a_minute():
    book = drawn(1_000_000)
    begun = time.process_time()
    standing = columns.stand(book, POLICY)
    counts = columns.tally(book, standing)
    assert time.process_time() - begun < 30
    assert sum(one.customers for one in counts) == 1_000_000
    assert sum(one.balance_minor for one in counts) == int(book.balance_minor.sum())


def test_flow_counts_everybody_once():
    before, after = columns.stand(drawn(5_000, 1), POLICY), columns.stand(drawn(5_000, 2), POLICY)
    moved = columns.flow(before, after)
    assert [sum(row) for row in moved] == np.bincount(before.kind, minlength=5).tolist()
    assert [sum(column) for column in zip(*moved, strict=True)] == np.bincount(after.kind, minlength=5).tolist()
