"""What of a bad debt comes back by month: one measure for a sale and for a provision, so both tell the same of the same debts."""

import pytest

from plimsoll.disposal.recovery import Claim, curve_of
from plimsoll.portfolio.ecl.of_tape import recovered_shares
from plimsoll.risk.recovery import Month, rates_of, shares_by_then


def test_a_month_is_told_by_what_was_watched_in_it():
    assert rates_of([Month(1, 100, 10), Month(1, 300, 10), Month(2, 100, 50)]) == {1: 0.05, 2: 0.5}
    assert rates_of([Month(1, 0, 0)]) == {1: 0.0}
    assert shares_by_then([0.2, -0.1, 0.9]) == (0.2, 0.2, 1.0)


def test_a_sale_and_a_provision_measure_the_same_debts_alike():
    """100 and 300 went bad two months and one month ago; the tape tells them as vintages, cumulated, and the month of the write-off too."""
    claims = [Claim("", 100, 2, {1: 10, 2: 50}), Claim("", 300, 1, {1: 10})]
    vintages = [(0, 0, 100, 0), (0, 1, 100, 10), (0, 2, 100, 60), (1, 0, 300, 0), (1, 1, 300, 10)]
    assert recovered_shares(vintages)[1:] == pytest.approx(curve_of(claims).cumulative())
