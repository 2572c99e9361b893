"""Treasury at work on both databases: draws of a day funded, days settled, files of funders taken whole or not at all."""

import json
from datetime import UTC, date, datetime, timedelta

import pytest

from plimsoll.app.dossier import dossier_of, execute_dossier
from plimsoll.app.execute import Answer, execute
from plimsoll.app.file import filings_of
from plimsoll.app.treasury.fund_draws import Act, fund_draws
from plimsoll.app.treasury.shares import funders_of, holdings_of, lent_now
from plimsoll.app.verify import verify
from plimsoll.app.wiring import DOSSIER_WIRING, WIRING, read_command
from plimsoll.rulebook.rules import load
from plimsoll.treasury.funded import FUNDED, holdings
from plimsoll.treasury.route import LENDER
from plimsoll.treasury.share import Share
from plimsoll.units.refusal import Refused

RULES = load()
DRAWN_ON = date(2026, 1, 15)
NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
ACT = Act("treasury", NOON, RULES)
TERMS = {"currency": "CNY", "price": "0.04"}


class House:
    """Gives commands written as text, on customers and on funders."""

    def __init__(self, store):
        self.store, self.keys = store, 0

    def do(self, name: str, on: str, **said):
        self.keys += 1
        command = read_command({"key": f"k{self.keys}", "on": on, **said}, name)
        now = datetime.combine(date.fromisoformat(on), datetime.min.time(), UTC) + timedelta(hours=9, seconds=self.keys)
        if type(command) in WIRING:
            outcome = execute(self.store, WIRING, command, actor="desk", now=now, rules=RULES)
        else:
            outcome = execute_dossier(self.store, DOSSIER_WIRING, command, actor="desk", now=now, rules=RULES)
        assert isinstance(outcome, Answer | Refused), outcome
        return json.loads(outcome.text) if isinstance(outcome, Answer) else outcome.code


@pytest.fixture
def house(store) -> House:
    """Give a book with a bank for 1,000.00, notes for more, and three draws of 1,000.00 on one day."""
    found = House(store)
    found.do("register_funder", "2026-01-05", subject="bank", kind="partner", committed="1000.00", most="0.6", **TERMS)
    found.do("register_funder", "2026-01-05", subject="notes", kind="notes", committed="50000.00", most="0.5", **TERMS | {"price": "0.05"})
    for customer in (1, 2, 3):
        found.do("open_customer", "2026-01-10", customer_id=customer)
        limits = {"currency": "CNY", "limit": "5000.00", "cash_limit": "5000.00", "later_limit": "0.00"}
        found.do("open_line", "2026-01-10", customer_id=customer, **limits)
        draw = {"currency": "CNY", "amount": "1000.00", "rate": "0.0004", "instalments": 6}
        found.do("draw", "2026-01-15", customer_id=customer, loan_id=10 + customer, **draw)
    return found


def shares(house: House, customer: int) -> list[Share]:
    """Give the shares of a customer's one loan."""
    found = holdings(filings_of(house.store, customer), 10 + customer)
    return list(found[-1].shares) if found else []


def test_a_funder_is_filled_to_its_limit_and_the_next_takes_the_rest(house):
    (done,) = fund_draws(house.store, DRAWN_ON, ACT)
    assert shares(house, 1) == [Share("bank", 600_000), Share("notes", 100_000), Share(LENDER, 300_000)]
    assert shares(house, 2) == [Share("bank", 400_000), Share("notes", 300_000), Share(LENDER, 300_000)]
    assert shares(house, 3) == [Share("notes", 500_000), Share(LENDER, 500_000)]
    assert {got.funder: (got.minor, got.draws) for got in done.got} == {"bank": (100_000, 2), "notes": (90_000, 3), LENDER: (110_000, 3)}
    assert sum(got.minor for got in done.got) == done.minor == 300_000
    assert done.left_out == {("bank", "funder_full"): 1}
    lent = lent_now(house.store, holdings_of(house.store, NOON.toordinal()), funders_of(house.store), NOON.toordinal())["CNY"]
    assert (lent.all_minor, lent.own_minor, dict(lent.of)) == (300_000, 110_000, {"bank": 100_000, "notes": 90_000})


def test_running_again_files_nothing_twice(house):
    first = fund_draws(house.store, DRAWN_ON, ACT)
    (again,) = fund_draws(house.store, DRAWN_ON, ACT)
    assert (again.before, again.got) == (3, first[0].got)
    assert [len([one for one in filings_of(house.store, customer) if one.kind == FUNDED]) for customer in (1, 2, 3)] == [1, 1, 1]
    assert verify(house.store).breaches == {}


def test_without_cash_a_draw_waits_and_nothing_is_filed_about_it(house):
    (done,) = fund_draws(house.store, DRAWN_ON, ACT, cash={"CNY": 65_000})
    assert done.short == ((3, 13),)
    assert shares(house, 3) == []
    (later,) = fund_draws(house.store, DRAWN_ON, ACT)
    assert (later.before, later.short, shares(house, 3)[0]) == (2, (), Share("notes", 500_000))


def test_a_day_to_come_is_refused(house):
    assert fund_draws(house.store, date(2026, 6, 2), ACT).code == "date_in_future"
    assert fund_draws(house.store, date(2026, 1, 16), ACT) == []


def test_no_share_is_filed_on_a_day_that_is_settled(house):
    body = {"day": "2026-01-15", "totals": dict.fromkeys(("disbursed", "principal", "interest", "penalty", "fee", "recovered"), 0)}
    house.do("file_settlement", "2026-01-16", subject="bank", day="2026-01-15", body=body)
    assert fund_draws(house.store, DRAWN_ON, ACT).code == "settlement_filed"
    assert shares(house, 1) == []
    assert len(dossier_of(house.store, "funder", "bank")) == 2
