"""What an account with funders buys later, on both databases: who has no room or has left takes no more of it, and keeps what it has."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest

from plimsoll.app.treasury.disclose import Asked, disclose
from plimsoll.app.treasury.fund_draws import fund_draws
from plimsoll.app.treasury.move_parts import leave
from plimsoll.app.treasury.settle_day import Days, settle_day
from plimsoll.app.treasury.shares import funders_of, holdings_of, lent_now
from plimsoll.app.verify import verify
from plimsoll.treasury.funded import MOVED
from plimsoll.treasury.route import LENDER
from plimsoll.treasury.settle import Sums, total
from plimsoll.treasury.share import Share
from tests.walks.test_treasury import ACT, NOON, RULES, TERMS, House, write_tape
from tests.walks.test_treasury_accounts import FUNDED_ON, LATER, buy, pay, shares

NEXT = date(2026, 1, 20)
AMENDED = {"subject": "bank", "most": "0.6", **TERMS}


@pytest.fixture
def house(store) -> House:
    """Give two accounts of which a bank has 0.6: each owes 1,000.00 since the 15th, and nothing else."""
    found = House(store)
    found.do("register_funder", "2026-01-05", kind="partner", committed="100000.00", **AMENDED)
    for customer in (1, 2):
        found.do("open_customer", "2026-01-08", customer_id=customer)
        found.do("open_line", "2026-01-08", customer_id=customer, **LATER)
        found.do("open_account", "2026-01-08", customer_id=customer, loan_id=30 + customer, currency="CNY")
        buy(found, customer, "2026-01-15", "1000.00")
    fund_draws(found.store, FUNDED_ON, ACT)
    return found


def lent(house: House) -> int:
    """Give what the bank has lent as the book stands now."""
    held = holdings_of(house.store, NOON.toordinal())
    return lent_now(house.store, held, funders_of(house.store), NOON.toordinal())["CNY"].of.get("bank", 0)


def test_a_full_funder_takes_what_it_has_room_for_and_the_lender_the_rest(house):
    """Of 1,200.00 lent the bank commits 1,350.00: of two purchases of 500.00 it takes 150.00, the first's, and nothing of the second."""
    house.do("amend_funder", "2026-01-19", committed="1350.00", **AMENDED)
    buy(house, 1, "2026-01-20", "500.00")
    buy(house, 2, "2026-01-20", "500.00")
    (done,) = fund_draws(house.store, NEXT, ACT)
    assert done.left_out == {("bank", "funder_full"): 2}
    assert [shares(house, customer)[0] for customer in (1, 2)] == [Share("bank", 500_000), Share("bank", 400_000)]
    assert {got.funder: got.minor for got in done.got} == {"bank": 150_00, LENDER: 850_00}
    assert lent(house) == 1350_00
    (again,) = fund_draws(house.store, NEXT, ACT)
    assert (again.got, again.refused, lent(house)) == (done.got, {}, 1350_00)
    assert verify(house.store).breaches == {}


def test_two_runs_at_once_take_a_funder_no_further_than_one_after_the_other(house):
    """Room for 150.00, and 500.00 bought on each of two days, which two people fund in the same moment."""
    house.do("amend_funder", "2026-01-19", committed="1350.00", **AMENDED)
    buy(house, 1, "2026-01-20", "500.00")
    buy(house, 2, "2026-01-21", "500.00")
    with ThreadPoolExecutor(2) as both:
        done = list(both.map(lambda on: fund_draws(house.store, on, ACT), (NEXT, date(2026, 1, 21))))
    assert [one[0].refused for one in done] == [{}, {}]
    assert lent(house) in range(1350_00 - 2, 1350_00 + 1)


def test_more_bought_on_a_day_that_was_funded_strikes_its_parts_once_more(house):
    house.do("amend_funder", "2026-01-19", committed="1200.00", **AMENDED)
    buy(house, 1, "2026-01-20", "500.00")
    fund_draws(house.store, NEXT, ACT)
    buy(house, 1, "2026-01-20", "900.00")
    fund_draws(house.store, NEXT, ACT)
    assert (shares(house, 1)[0], lent(house)) == (Share("bank", 250_000), 1200_00)


def test_a_funder_that_is_closed_keeps_its_principal_and_gets_it_back_to_the_cent(house, tmp_path):
    """Of 1,000.00 the bank has 600.00; 333.33 are bought after it closed. All is paid: the bank has got its 600.00, and no more."""
    house.do("close_funder", "2026-01-19", subject="bank", reason="leaves")
    write_tape(house.store, tmp_path, date(2026, 1, 14), date(2026, 1, 19))
    buy(house, 1, "2026-01-20", "333.33")
    (done,) = fund_draws(house.store, NEXT, ACT)
    assert done.left_out == {("bank", "funder_closed"): 1}
    assert shares(house, 1)[0] == Share("bank", 600_00 * 1_000_000 // 1333_33)
    assert lent(house) in (1199_99, 1200_00)
    pay(house, 1, "2026-02-10", "1333.33")
    write_tape(house.store, tmp_path, NEXT, date(2026, 2, 10))
    flows = []
    for since, day in ((date(2026, 1, 14), date(2026, 1, 19)), (date(2026, 1, 19), NEXT), (NEXT, date(2026, 2, 10))):
        done = settle_day(house.store, Days(day, since, tmp_path), tmp_path / "out", ACT)
        assert done.adds_up()
        flows.append(total([line for line in done.lines["bank"] if line.loan_id == 31] if "bank" in done.lines else []))
    assert flows[0] == Sums(disbursed=600_00)
    assert flows[1].disbursed in (-1, 0)
    assert sum(one.disbursed for one in flows) == sum(one.principal for one in flows)


def test_several_days_settle_in_one_as_they_do_one_by_one(house, tmp_path):
    house.do("amend_funder", "2026-01-19", committed="1250.00", **AMENDED)
    write_tape(house.store, tmp_path, date(2026, 1, 16))
    buy(house, 1, "2026-01-20", "500.00")
    fund_draws(house.store, NEXT, ACT)
    buy(house, 1, "2026-01-22", "77.77")
    fund_draws(house.store, date(2026, 1, 22), ACT)
    pay(house, 1, "2026-01-24", "100.01")
    write_tape(house.store, tmp_path, date(2026, 1, 25))
    done = settle_day(house.store, Days(date(2026, 1, 25), date(2026, 1, 16), tmp_path), tmp_path / "out", ACT)
    assert done.adds_up()
    got = total(done.lines["bank"])
    assert 1200_00 + got.disbursed - got.principal == lent(house)


def test_investors_are_told_of_parts_that_moved_and_not_of_purchases(house, tmp_path):
    house.do("amend_funder", "2026-01-19", committed="1200.00", **AMENDED)
    write_tape(house.store, tmp_path, date(2026, 1, 16))
    buy(house, 1, "2026-02-02", "500.00")
    fund_draws(house.store, date(2026, 2, 2), ACT)
    house.do("move_share", "2026-02-03", customer_id=2, loan_id=32, funder="bank", why="repurchase", currency="CNY", price="600.00")
    write_tape(house.store, tmp_path, date(2026, 2, 28))
    told = disclose(house.store, Asked(date(2026, 2, 1), "CNY", "", tmp_path), RULES)
    assert [(one.kind, one.on) for one in told.events if one.kind == MOVED] == [(MOVED, date(2026, 2, 3))]
    assert told.parts["bank"] == 600_00


def test_an_account_that_its_funders_left_is_joined_anew(house):
    """The bank leaves on the 16th and gives its parts to the lender; notes join at the next purchase, and take over what is owed."""
    assert leave(house.store, "bank", date(2026, 1, 16), ACT).parts == 2
    house.do("close_funder", "2026-01-16", subject="bank", reason="leaves")
    buy(house, 1, "2026-01-18", "50.00")
    (done,) = fund_draws(house.store, date(2026, 1, 18), ACT)
    assert (done.left_out, shares(house, 1)) == ({("bank", "funder_closed"): 1}, [Share(LENDER, 1_000_000)])
    house.do("register_funder", "2026-01-19", kind="notes", **AMENDED | {"subject": "notes", "most": "0.5"}, committed="900.00")
    buy(house, 1, "2026-01-20", "100.00")
    (done,) = fund_draws(house.store, NEXT, ACT)
    assert shares(house, 1)[0] == Share("notes", 500_000)
    assert done.minor == 1150_00


def test_by_hand_no_part_of_an_account_grows_and_no_loan_is_funded_twice(house):
    account = {"customer_id": 1, "loan_id": 31}
    assert house.do("fund_loan", "2026-01-20", **account, shares=["bank:0.61"]) == "loan_funded"
    assert house.do("fund_loan", "2026-01-20", **account, shares=["bank:0.6"]) == "loan_funded"
    assert house.do("fund_loan", "2026-01-20", **account, shares=["bank:0.1", "notes:0.1"]) == "loan_funded"
    assert house.do("fund_loan", "2026-01-14", **account, shares=["bank:0.1"]) == "loan_funded"
