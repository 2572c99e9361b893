"""Test the recovery curve on what came later: fitted as of one day, held against the cash of the days after it, loan by loan."""

from datetime import date
from typing import NamedTuple

from plimsoll.app.closing.scan import snapshot
from plimsoll.app.database.store import Store
from plimsoll.app.disposal.bad_loans import BAD_DAYS, Reader, bad_loans, recoveries
from plimsoll.disposal.appraise import appraisal, claims_of
from plimsoll.disposal.candidate import cash_since
from plimsoll.disposal.eligible import Eligibility
from plimsoll.disposal.value import worth_minor
from plimsoll.loan.layout import TRANSFERRED
from plimsoll.rulebook.rules import Rules


class BackTest(NamedTuple):
    """What was expected of the loans that were bad on a day, and what came by another; by months that they had been bad."""

    loans: int
    owed_minor: int
    expected_minor: int
    came_minor: int
    by_age: dict[str, tuple[int, int, int]]  # age band: loans, expected, came


def backtest(store: Store, fitted_on: date, until: date, currency: str, rules: Rules) -> BackTest:
    """Give the test for the loans of one currency; a loan sold meanwhile is left out, as its buyer has what came."""
    by = appraisal(rules, fitted_on, claims_of(recoveries(store, fitted_on), fitted_on))
    months = (until - fitted_on).days / 30.0
    reader = Reader(fitted_on, rules, Eligibility(frozenset(), 0), {}, {})
    loans = owed = expected = came = 0
    by_age: dict[str, tuple[int, int, int]] = {}
    held = [one for one in bad_loans(store, reader, BAD_DAYS) if one.currency == currency and one.days >= BAD_DAYS]
    with snapshot(store) as seen:
        for one in held:
            facts = seen.facts(one.customer_id, one.loan_id)
            if any(fact.kind == TRANSFERRED and fact.on <= until.toordinal() for fact in facts):
                continue
            shape = by.of(one.product)
            share = shape.left(one.bad_months) - shape.left(one.bad_months + months)
            minor, cash = worth_minor(share, one.weight_minor), cash_since(facts, fitted_on.toordinal(), until.toordinal())
            loans, owed, expected, came = loans + 1, owed + one.weight_minor, expected + minor, came + cash
            band = (
                "under 3" if one.bad_months < 3 else "3 to 5" if one.bad_months < 6 else "6 to 11" if one.bad_months < 12 else "12 and over"
            )
            before = by_age.get(band, (0, 0, 0))
            by_age[band] = (before[0] + 1, before[1] + minor, before[2] + cash)
    return BackTest(loans, owed, expected, came, by_age)
