"""Deposits and prices in the books: every entry sums to zero, and when everybody is paid nothing is left of them but what was forfeited."""

from itertools import accumulate

import pytest

from plimsoll.app.held_money import balances_of
from plimsoll.disposal.held_money import CASH, DEPOSIT, FORFEIT, SALE, package_entries, tender_entries
from tests.made_tender import NONCE, bound, done, tender

DEPOSITS = 3 * 800_00
BIDS = {"a": 9_500_00, "b": 9_000_00, "c": 8_500_00}


def played(**more: object):
    """Give a house in which a, b and c bid sealed, and a wins at 9500.00 of which 800.00 is its deposit."""
    house = tender(**more)
    for name, minor in BIDS.items():
        done(house.run("commit_bid", "T1", "2026-11-02T09:30", name, bidder=name, hash=bound(minor, name)))
    for name, minor in BIDS.items():
        said = {"bidder": name, "amount": f"{minor // 100}.00", "currency": "CNY", "nonce": NONCE.format(name)}
        done(house.run("reveal_bid", "T1", "2026-11-02T11:00", name, **said))
    done(house.run("decide_tender", "T1", "2026-11-02T12:00", "wang", currency="CNY", bidders=list(BIDS)))
    return house


def returned(house, bidder: str, amount: str = "800.00"):
    said = {"bidder": bidder, "amount": amount, "currency": "CNY", "ref": f"back {bidder}"}
    return house.run("return_deposit", "T1", "2026-11-03T09:00", "finance", **said)


def stands(house) -> dict[str, int]:
    """Give the balances that are not nought."""
    entries = [*tender_entries(house.of("tender", "T1")), *package_entries(house.of("package", "P1"))]
    assert all(sum(minor for _, minor in entry.legs) == 0 for entry in entries)
    return {code: minor for code, minor in balances_of(entries).get("CNY", {}).items() if minor}


def test_a_deposit_is_held_until_it_goes_back():
    house = played()
    assert stands(house) == {CASH: DEPOSITS, DEPOSIT: -DEPOSITS}
    assert returned(house, "a").code == "deposit_not_due", "the winner's counts against the price"
    assert returned(house, "b", "799.00").code == "deposit_differs"
    assert returned(house, "x").code == "bidder_not_in_tender"
    done(returned(house, "b"))
    assert returned(house, "b").code == "deposit_not_due", "once"
    done(returned(house, "c"))
    assert stands(house) == {CASH: 800_00, DEPOSIT: -800_00}


def test_nothing_goes_back_before_the_end():
    house = tender()
    assert returned(house, "a").code == "deposit_not_due"
    done(house.run("cancel_tender", "T1", "2026-10-21T09:00", "wang", reason="withdrawn"))
    for name in BIDS:
        done(returned(house, name))
    assert stands(house) == {}


def test_a_buyer_who_does_not_pay_loses_the_deposit_to_the_seller():
    house = played()
    done(house.run("confirm_sale", "T1", "2026-11-03T09:00", "zhao", contract="C-1"))
    done(house.run("fail_sale", "T1", "2026-11-30T09:00", "wang", reason="no money"))
    assert stands(house) == {CASH: DEPOSITS, DEPOSIT: -1_600_00, FORFEIT: -800_00}
    for name in ("b", "c"):
        done(returned(house, name))
    assert stands(house) == {CASH: 800_00, FORFEIT: -800_00}


@pytest.mark.parametrize("held_back", [{}, {"12": "disputed"}])
def test_a_price_is_held_until_the_loans_go_over_and_the_rest_is_paid(held_back):
    house = played()
    done(house.run("confirm_sale", "T1", "2026-11-03T09:00", "zhao", contract="C-1"))
    done(house.run("pay_price", "T1", "2026-11-04T09:00", "finance", amount="8700.00", currency="CNY"))
    for name in ("b", "c"):
        done(returned(house, name))
    assert stands(house) == {CASH: 9_500_00, SALE: -9_500_00}
    done(house.run("sell_package", "P1", "2026-11-04T10:00", "wang", tender="T1"))
    share = 9_500_00 * 500_000 // 10_500_000 if held_back else 0
    account = {"transferred_minor": 9_500_00 - share, "passed_on_minor": 300_00, "held_back": held_back}
    done(house.run("close_package", "P1", "2026-11-05T09:00", "wang", account=account))
    due = share + 300_00
    # The loans have booked the rest as cash by now, less the 300.00 that came in for the buyer.
    assert stands(house) == {CASH: due, SALE: -due}
    paid = {"amount": f"{due // 100}.{due % 100:02d}", "currency": "CNY"}
    assert house.run("pay_buyer", "P1", "2026-11-06T09:00", "finance", amount="1.00", currency="CNY").code == "price_differs"
    done(house.run("pay_buyer", "P1", "2026-11-06T09:00", "finance", **paid))
    assert house.run("pay_buyer", "P1", "2026-11-06T10:00", "finance", **paid).code == "price_differs"
    assert stands(house) == {}


def test_entries_follow_one_another():
    house = played()
    sums = list(accumulate(minor for entry in tender_entries(house.of("tender", "T1")) for code, minor in entry.legs if code == CASH))
    assert sums == [800_00, 1_600_00, DEPOSITS]
