"""Restrictions of use end with the payment that cures, at the door and at night, once."""

from datetime import UTC, date, datetime

import pytest

from plimsoll.app.closing.close import Orders as CloseOrders
from plimsoll.app.closing.through import NEVER, close_through
from plimsoll.app.execute import Answer, execute
from plimsoll.app.file import filings_of
from plimsoll.app.house import House
from plimsoll.app.watching.run import Orders, watch_day
from plimsoll.app.wiring import WIRING, read_command
from plimsoll.rulebook.rules import load
from plimsoll.servicing.close import decide
from plimsoll.units.refusal import Refused

RULES = load()
LIMITS = {"currency": "CNY", "limit": "50000.00", "cash_limit": "30000.00", "later_limit": "20000.00"}
STEPS = (
    ("2026-01-10", "open_customer", {}),
    ("2026-01-10", "open_line", LIMITS),
    ("2026-01-15", "draw", {"loan_id": 10, "amount": "10000.00", "currency": "CNY", "rate": "0.0004", "instalments": 12}),
    ("2026-03-18", "give_adverse_notice", {"loan_id": 10}),
    ("2026-03-18", "confirm_notice", {"notice_id": "10-1", "proof": "app-1"}),
    ("2026-04-02", "apply_sanction", {"sanction": "restrict_use", "loan_id": 10}),
)
AT = datetime(2026, 4, 5, 9, tzinfo=UTC)


def command(n: int, on: str, name: str, **said: object):
    return read_command({"key": f"k{n}", "customer_id": 1, "on": on, **said}, name)


@pytest.fixture
def restricted(store):
    """A customer 46 days past due whose line was restricted on 2 April."""
    for n, (on, name, said) in enumerate(STEPS):
        outcome = execute(store, WIRING, command(n, on, name, **said), actor="test", now=AT, rules=RULES)
        assert isinstance(outcome, Answer), outcome
    return store


def lifted(store) -> list[date]:
    return [date.fromordinal(one.on) for one in filings_of(store, 1) if one.kind == "sanction.lifted"]


def test_who_pays_at_the_door_is_free_with_the_answer(restricted):
    with House(restricted, RULES, now=lambda: AT) as house:
        part = command(10, "2026-04-05", "repay", loan_id=10, amount="500.00", currency="CNY")
        assert isinstance(house.execute(part, actor="test"), Answer)
        assert lifted(restricted) == [], "something is past due still"
        rest = command(11, "2026-04-05", "repay", loan_id=10, amount="1400.00", currency="CNY")
        assert isinstance(house.execute(rest, actor="test"), Answer)
        assert lifted(restricted) == [date(2026, 4, 5)]
        assert isinstance(house.execute(rest, actor="test"), Answer), "the same once more"
        assert lifted(restricted) == [date(2026, 4, 5)]
        drawn = command(12, "2026-04-05", "draw", loan_id=11, amount="1000.00", currency="CNY", rate="0.0004", instalments=12)
        assert isinstance(house.execute(drawn, actor="test"), Answer), "the line is open again"


def test_who_owes_on_a_claim_stays_restricted(restricted):
    with House(restricted, RULES, now=lambda: AT) as house:
        assert isinstance(house.execute(command(10, "2026-04-04", "charge_off", loan_id=10), actor="test"), Answer)
        paid = command(11, "2026-04-05", "recover", loan_id=10, amount="1900.00", currency="CNY")
        assert isinstance(house.execute(paid, actor="test"), Answer)
        assert lifted(restricted) == []
        drawn = command(12, "2026-04-05", "draw", loan_id=11, amount="1000.00", currency="CNY", rate="0.0004", instalments=12)
        outcome = house.execute(drawn, actor="test")
        assert isinstance(outcome, Refused)
        assert outcome.code == "line_frozen"


def test_the_night_frees_whom_a_file_of_payments_cured(restricted):
    paid = command(10, "2026-04-05", "repay", loan_id=10, amount="1900.00", currency="CNY")
    assert isinstance(execute(restricted, WIRING, paid, actor="test", now=AT, rules=RULES), Answer)
    assert lifted(restricted) == []
    for day in (date(2026, 4, 5), date(2026, 4, 6)):
        for _ in close_through(restricted, day.toordinal(), CloseOrders(decide, RULES, AT), tape=None, scans=NEVER, now=AT):
            pass
        ran = watch_day(restricted, day, Orders(RULES, AT))
        assert ran.done["lift_sanction"] == (day == date(2026, 4, 5))
    assert lifted(restricted) == [date(2026, 4, 5)]
