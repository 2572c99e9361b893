"""The bad share of a book: what growth does to it, and four views that see through."""

import pytest

from plimsoll.portfolio.npl import Parts, npl_of

AGES = 24
MONTHS = tuple(range(24_000, 24_060))
OWED = [100 * (AGES - age) for age in range(AGES)]
BAD = [0, 0, 0, 0] + [60] * (AGES - 4)
"""What a loan of every age owes, and of that what is bad."""


def grown(growth: float) -> Parts:
    """Give a book that opens more loans every month by a rate, each with the same life."""
    opened = {month: round(1_000_000 * (1 + growth) ** (month - MONTHS[0])) for month in MONTHS}
    ages = [
        (month, month + age, "", count, count * (OWED[age] + BAD[age]), count, count * BAD[age], 0, 0)
        for month, count in opened.items()
        for age in range(AGES)
        if month + age in MONTHS
    ]
    hits = [(month, "", -1, -1, -1, -1, count, 0, 0, 0, 0, 0) for month, count in opened.items()]
    return Parts(ages, (), (), hits, tells_losses=True)


@pytest.mark.parametrize("growth", [-0.05, 0.0, 0.05, 0.10, 0.15])
def test_growth_dilutes_what_is_reported_by_the_formula_and_not_what_is_at_an_even_age(growth):
    last = npl_of(grown(growth), MONTHS)[-1]
    weights = [(1 + growth) ** -age for age in range(AGES)]
    formula = sum(w * q for w, q in zip(weights, BAD, strict=True)) / sum(w * (b + q) for w, b, q in zip(weights, OWED, BAD, strict=True))
    assert last.reported() == pytest.approx(formula, rel=1e-5)
    assert last.at_even_age() == pytest.approx(sum(BAD) / (sum(OWED) + sum(BAD)), rel=1e-9)
    assert last.seen_share == 1


def test_lagged_is_on_the_balance_nine_months_before():
    found = npl_of(grown(0.1), MONTHS)
    assert found[-1].lagged() == found[-1].bad / found[-10].balance
    assert found[8].lagged() is None
    assert found[9].lagged() is not None


def test_what_was_written_off_and_sold_is_put_back_for_three_years():
    months = tuple(range(48))
    ages = [(0, month, "", 1, 1000, 0, 50, 30 if month >= 1 else 0, 0) for month in months]
    leavers = [(0, 4, "", 7, 0)]
    sold = [(9, "", 5, 10, 1, 20)]
    found = npl_of(Parts(ages, leavers, sold, (), tells_losses=True), months)
    assert [one.gone for one in (found[0], found[1], found[5], found[10], found[36], found[37], found[41], found[46])] == [
        0, 30, 37, 57, 57, 27, 20, 0,
    ]  # fmt: skip
    assert found[10].put_back() == (50 + 57) / (1000 + 57)
    assert found[10].reported() == 0.05
    assert found[10].at_even_age() is None


def test_where_the_tape_has_no_losses_the_balance_that_moved_there_counts():
    ages = [(0, month, "", 1, 1000, 0, 0, 0, 0) for month in range(3)]
    moves = [(0, "", 6, 9, 1, 40), (1, "", 6, 10, 1, 5), (1, "", 0, 8, 1, 99)]
    assert [one.gone for one in npl_of(Parts(ages, (), moves, (), tells_losses=False), (0, 1, 2))] == [0, 40, 45]


def test_a_book_without_a_balance_has_no_share():
    (one,) = npl_of(Parts([(0, 0, "", 0, 0, 0, 0, 0, 0)], (), (), (), tells_losses=True), (0,))
    assert (one.reported(), one.put_back(), one.lagged()) == (None, None, None)
