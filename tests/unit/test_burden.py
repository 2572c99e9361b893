"""What a loan asks month by month, and the promise of the load line: all that can be carried fits the room when it is drawn at once."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plimsoll.loan.book import open_loan, standing_of
from plimsoll.loan.burden import Burden, burden, burden_of, month_number
from plimsoll.risk.drawn import Drawing, Drawn, drawn
from plimsoll.risk.load.debt_service import stressed
from plimsoll.risk.load.policy import load_policy
from plimsoll.risk.whole import UP, whole
from plimsoll.rulebook.product import LoanOffer
from plimsoll.rulebook.rules import load
from tests.counter import opened

RULES = load()
PPB = 10**9
STRESS_PPB = whole(stressed(load_policy(RULES, date(2026, 12, 1)).stress) * PPB, UP)
JAN, FEB, MARCH, APRIL = (12 * 2026 + month for month in range(4))


def loan(on: date, minor: int, instalments: int = 12, repayment: str = "equal-instalment") -> Burden:
    version = RULES.product("cash-line", on)
    assert not hasattr(version, "code")
    assert isinstance(version.offer, LoanOffer)
    found = drawn(7, Drawing(on, minor, "CNY", version.offer.rate_max, instalments, repayment, "cash-line"), RULES)
    assert isinstance(found, Drawn)
    held = open_loan(found.new, on.toordinal())
    return burden(held.terms, standing_of(held, on.toordinal()))


@settings(max_examples=150, deadline=None)
@given(st.dates(date(2021, 1, 1), date(2029, 12, 31)), st.integers(5_100, 2_000_000))
def test_the_whole_capacity_drawn_over_twelve_instalments_fits_the_room(on, room):
    """Whatever the day and the rate of the day, up to 0.06 % a day; by equal principal too, at the 0.05 % on offer since 2026."""
    capacity = min(room * PPB // STRESS_PPB, 20_000_000)
    for repayment in ("equal-instalment", "equal-principal") if on.year >= 2026 else ("equal-instalment",):
        months = loan(on, capacity, 12, repayment).months
        assert len(months) == 12, "one instalment in each month"
        assert max(months.values()) <= room


def test_a_loan_asks_what_its_schedule_says():
    """1,000.00 at 0.05 % a day from 15 January in three instalments of 1000 x 1.0155 x 1.014 x 1.0155 / 3.045217 = 343.38."""
    asked = loan(date(2026, 1, 15), 100_000, 3)
    assert list(asked.months) == [FEB, MARCH, APRIL]
    assert sum(asked.months.values()) == 103_015
    assert (asked.revolving, asked.late) == (0, 0)
    assert loan(date(2026, 1, 15), 100_000, 3, "bullet").months == {APRIL: 100_000 + 4_500}


@pytest.mark.parametrize(("on", "number"), [(date(2026, 1, 1), JAN), (date(2026, 1, 31), JAN), (date(2026, 2, 1), FEB)])
def test_months_are_numbered_by_the_calendar(on, number):
    assert month_number(on.toordinal()) == number


def test_an_account_asks_what_its_plans_say_and_the_rest_revolves():
    counter = opened()
    counter.run("purchase", "2026-01-15", loan_id=1, amount="1000.00", currency="CNY", instalments=3)
    counter.run("purchase", "2026-01-16", loan_id=1, amount="500.00", currency="CNY")
    loans = tuple(counter.sheet.loans.values())
    # 1,000.00 in three with a fee of 23.00: 333.34 + 7.68 first, then 333.33 + 7.66, each due on the 10th after its bill.
    assert burden_of(loans, date(2026, 1, 20).toordinal()) == Burden({FEB: 34_102, MARCH: 34_099, APRIL: 34_099}, 50_000, 0)
    # On the bill of February stand the first instalment and the 500.00; paid by nobody, both are late or revolve after the 10th.
    assert burden_of(loans, date(2026, 2, 5).toordinal()) == Burden({FEB: 34_102, MARCH: 34_099, APRIL: 34_099}, 50_000, 0)
    after = burden_of(loans, date(2026, 2, 11).toordinal())
    assert (after.months, after.revolving) == ({MARCH: 34_099, APRIL: 34_099}, 45_000)
    assert after.late == 34_102 + 5_000 + 19, "the instalment, a tenth of the purchase, and a day of penalty on 383.34 of principal"
    counter.run("charge_off", "2026-02-12", loan_id=1)
    assert burden_of(counter.sheet.loans.values(), date(2026, 2, 12).toordinal()) == Burden({}, 0, 0)
