"""Pay-later accounts and their funders on both databases: routed at a purchase, every flow of an account shared to the minor unit."""

from datetime import date
from pathlib import Path

import pytest

from plimsoll.app.file import filings_of
from plimsoll.app.treasury.fund_draws import fund_draws
from plimsoll.app.treasury.reconcile_day import reconcile_day
from plimsoll.app.treasury.settle_day import Days, settle_day
from plimsoll.app.treasury.shares import funders_of, holdings_of, lent_now
from plimsoll.app.treasury.shop_accounts import promised
from plimsoll.app.verify import verify
from plimsoll.treasury.funded import holdings
from plimsoll.treasury.route import LENDER
from plimsoll.treasury.settle import Sums, total
from plimsoll.treasury.share import Share
from tests.walks.test_treasury import ACT, NOON, RULES, TERMS, House, write_tape

FUNDED_ON = date(2026, 1, 15)
LATER = {"currency": "CNY", "limit": "5000.00", "cash_limit": "0.00", "later_limit": "5000.00"}


@pytest.fixture
def house(store) -> House:
    """Give a bank that takes 0.6 of anything, and two accounts: 1 is new on the day, 2 bought before and owes 100.01 of it."""
    found = House(store)
    found.do("register_funder", "2026-01-05", subject="bank", kind="partner", committed="100000.00", most="0.6", **TERMS)
    for customer in (1, 2):
        found.do("open_customer", "2026-01-08", customer_id=customer)
        found.do("open_line", "2026-01-08", customer_id=customer, **LATER)
        found.do("open_account", "2026-01-08", customer_id=customer, loan_id=30 + customer, currency="CNY")
    buy(found, 2, "2026-01-09", "150.01")
    found.do("refund", "2026-01-13", customer_id=2, loan_id=32, currency="CNY", amount="50.00", purchase=1)
    buy(found, 1, "2026-01-15", "333.33")
    buy(found, 2, "2026-01-15", "200.00")
    return found


def buy(house: House, customer: int, on: str, amount: str, **said: object) -> None:
    house.do("purchase", on, customer_id=customer, loan_id=30 + customer, currency="CNY", amount=amount, **said)


def pay(house: House, customer: int, on: str, amount: str) -> None:
    house.do("repay", on, customer_id=customer, loan_id=30 + customer, currency="CNY", amount=amount)


def shares(house: House, customer: int) -> list[Share]:
    found = holdings(filings_of(house.store, customer), 30 + customer)
    return list(found[-1].shares) if found else []


def settled(house: House, folder: Path, since: int, day: int):
    return settle_day(house.store, Days(date(2026, 1, day), date(2026, 1, since), folder), folder / "out", ACT)


def test_an_account_is_routed_at_its_first_purchase_and_what_follows_shares_alike(house, tmp_path):
    (done,) = fund_draws(house.store, FUNDED_ON, ACT)
    assert [shares(house, customer) for customer in (1, 2)] == [[Share("bank", 600_000), Share(LENDER, 400_000)]] * 2
    assert (done.draws, done.minor) == (2, 333_33 + 300_01)
    assert {got.funder: got.minor for got in done.got} == {"bank": 199_99 + 180_00, LENDER: 133_34 + 120_01}
    buy(house, 1, "2026-01-16", "66.67")
    write_tape(house.store, tmp_path, date(2026, 1, 14), FUNDED_ON, date(2026, 1, 16))
    (again,) = fund_draws(house.store, date(2026, 1, 16), ACT)
    assert (again.before, again.minor) == (1, 66_67)
    assert [line.sums for line in settled(house, tmp_path, 15, 16).lines["bank"]] == [Sums(disbursed=240_00 - 199_99)]
    assert verify(house.store).breaches == {}


def test_who_joins_takes_its_part_of_what_is_owed_and_nothing_of_what_was_before(house, tmp_path):
    """Of 150.01 bought on the 9th 50.00 went back on the 13th: both the lender's. On the 15th the bank brings 0.6 of 300.01."""
    fund_draws(house.store, FUNDED_ON, ACT)
    write_tape(house.store, tmp_path, date(2026, 1, 10), FUNDED_ON)
    done = settled(house, tmp_path, 10, 15)
    lines = {name: {line.loan_id: line.sums for line in lines} for name, lines in done.lines.items()}
    assert lines["bank"] == {31: Sums(disbursed=199_99), 32: Sums(disbursed=180_00)}
    assert lines[LENDER][32] == Sums(disbursed=200_00 - 180_00, principal=50_00)
    assert done.adds_up()
    lent = lent_now(house.store, holdings_of(house.store, NOON.toordinal()), funders_of(house.store), NOON.toordinal())["CNY"]
    assert lent.of == {"bank": total(done.lines["bank"]).disbursed}


def test_plans_and_refunds_and_what_is_paid_on_them_add_up_to_the_tape(house, tmp_path):
    fund_draws(house.store, FUNDED_ON, ACT)
    write_tape(house.store, tmp_path, date(2026, 1, 14), FUNDED_ON)
    buy(house, 1, "2026-01-16", "300.00", instalments=3)
    house.do("refund", "2026-01-17", customer_id=1, loan_id=31, currency="CNY", amount="33.33", purchase=1)
    pay(house, 1, "2026-02-10", "500.00")
    write_tape(house.store, tmp_path, date(2026, 2, 10))
    done = settle_day(house.store, Days(date(2026, 2, 10), FUNDED_ON, tmp_path), tmp_path / "out", ACT)
    assert done.adds_up()
    for name, place in (("bank", 0), (LENDER, 1)):
        assert total(done.lines[name]).disbursed == (180_00, 120_00)[place]
    file = tmp_path / "out" / "settlement_2026-02-10_bank.csv"
    found = reconcile_day(house.store, "bank", file, date(2026, 2, 10), tmp_path, ACT)
    assert (found.ours, found.differences) == (1, [])


def test_nobody_joins_an_account_that_owes_interest_or_is_late(house):
    """Account 2 does not pay its bill of 1 February, due on the 10th; it is the lender's until that is paid."""
    buy(house, 2, "2026-02-15", "20.00")
    (done,) = fund_draws(house.store, date(2026, 2, 15), ACT)
    assert (done.waits, shares(house, 2)) == ({"account_not_clean": 1}, [])
    assert house.do("fund_loan", "2026-02-15", customer_id=2, loan_id=32, shares=["bank:0.5"]) == "account_not_clean"
    pay(house, 2, "2026-02-16", "400.00")
    buy(house, 2, "2026-02-20", "30.00")
    (done,) = fund_draws(house.store, date(2026, 2, 20), ACT)
    assert (done.waits, shares(house, 2)[0]) == ({}, Share("bank", 600_000))


def test_unused_limits_of_funded_accounts_take_room(house):
    """A tenth of what is not used counts: (5000.00 - 333.33) / 10 of account 1, of which the bank has 0.6; so account 2 finds less room."""
    house.do("amend_funder", "2026-01-14", subject="bank", committed="500.00", most="0.6", **TERMS)
    fund_draws(house.store, FUNDED_ON, ACT)
    assert shares(house, 1)[0] == Share("bank", 600_000)
    held = holdings_of(house.store, NOON.toordinal())
    first = promised(house.store, {one: own for one, own in held.items() if one[0] == 1}, RULES, FUNDED_ON)["CNY"]["bank"]
    assert first == 466_67 * 600_000 // 1_000_000
    left = 500_00 - (333_33 + 466_67) * 6 // 10
    assert shares(house, 2)[0] == Share("bank", left * 1_000_000 // (300_01 + (5000_00 - 300_01 + 9) // 10))
