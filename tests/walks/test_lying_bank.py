"""A bank that lies, under a test clock: whatever it does with a debit or a payout, money is booked once and nobody owes what they paid."""

from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple

import pytest
from sqlalchemy import func, select

from plimsoll.app.database import schema
from plimsoll.app.execute import Answer
from plimsoll.app.house import House
from plimsoll.app.sandbox.bank import BY_CENTS, OUTCOMES, SUCCESS, LyingBank
from plimsoll.app.sandbox.clock import Clock
from plimsoll.app.sandbox.of_house import sandbox_of
from plimsoll.app.sandbox.pay import bank_of
from plimsoll.app.sandbox.stops import RETURNED as RETURNED_STOP
from plimsoll.app.verify import verify
from plimsoll.app.wiring import read_command
from plimsoll.ledger.chart import CODES
from plimsoll.loan.layout import PAID_OFF, REPAID
from plimsoll.risk.lawful import lawful_rules

pytestmark = pytest.mark.parametrize("kind", ["sqlite"])
RULES = lawful_rules()
BEGINS = datetime(2026, 1, 15, 1, tzinfo=UTC)
DUE = date(2026, 2, 15)
FIRST = 10_426
"""The first of six instalments."""
CASH = CODES.index("asset.cash")


class Stands(NamedTuple):
    """How the loan stands: what is owed, since which day it is late, its status."""

    principal: int
    oldest_due: date | None
    status: int


class Life:
    """One borrower under a clock with a bank that lies."""

    def __init__(self, house: House) -> None:
        sandbox = sandbox_of(house)
        self.sandbox = sandbox
        self.clock = sandbox.clocks.make("life", BEGINS, "li")
        self.house = sandbox.opened.house_of(self.clock.clock_id)
        self.bank = bank_of(self.house)
        assert isinstance(self.bank, LyingBank)

    def give(self, command: str, on: str, **said: object) -> None:
        key = f"{command}-{on}-{said}"
        outcome = self.house.execute(read_command({"key": key, "customer_id": 1, "on": on, **said}, command), actor="test")
        assert isinstance(outcome, Answer), outcome

    def draws(self, amount: str = "600.00", *, agreed: bool = True) -> None:
        limits = {"currency": "CNY", "limit": "9000.00", "cash_limit": "9000.00", "later_limit": "9000.00"}
        self.give("open_customer", "2026-01-15")
        if agreed:
            self.give("grant_consent", "2026-01-15", purpose="debit", version=1)
        self.give("open_line", "2026-01-15", **limits)
        self.give("draw", "2026-01-15", loan_id=2, amount=amount, currency="CNY", rate="0.0004", instalments=6)

    def through(self, on: date, *stops: str) -> Clock:
        """Close every day through one."""
        to = datetime.combine(on + timedelta(days=1), datetime.min.time(), UTC)
        moved = self.sandbox.mover.advance(self.clock.clock_id, to, stops)
        assert isinstance(moved, Clock), moved
        assert moved.failure == ""
        return moved

    def loan(self) -> Stands:
        columns = (schema.loan_state.c.principal_minor, schema.loan_state.c.oldest_due, schema.loan_state.c.status)
        with self.house.store.engine.connect() as connection:
            return Stands(*connection.execute(select(*columns)).one())

    def cash(self) -> int:
        """What the ledger says went through the bank: in less out."""
        with self.house.store.engine.connect() as connection:
            found = select(func.coalesce(func.sum(schema.journal.c.minor), 0)).where(schema.journal.c.account == CASH)
            return int(connection.scalar(found))

    def moved(self) -> int:
        """What the bank says went through it: in less out."""
        return sum(paper.moved if paper.way == "debit" else -paper.moved for paper in self.bank.papers())


@pytest.fixture
def life(store, tmp_path, monkeypatch):
    monkeypatch.setenv("PLIMSOLL_CLOCKS", str(tmp_path / "clocks"))
    with House(store, RULES) as house:
        yield Life(house)


@pytest.mark.parametrize(
    ("outcome", "left", "owed", "is_late"),
    [
        ("success", 0, 50_318, False),
        ("fail", FIRST, 50_318, False),  # tried again the day after, and taken
        ("success_after_timeout", FIRST, 50_318, False),
        ("duplicate_notice", 0, 50_318, False),
        ("returned", 0, 60_000, True),
        ("partial", FIRST - FIRST // 2, 50_318, False),  # the rest is taken the day after
        ("never_answers", FIRST, 60_000, True),
    ],
)
def test_debits(life, outcome, left, owed, is_late):
    """What is left of the instalment when its due day is closed; a week later what is owed, who is late, and cash as the bank has it."""
    life.draws()
    life.through(DUE - timedelta(days=1))
    life.bank.wish("1-2-", outcome)
    life.through(DUE)
    with life.house.store.engine.connect() as connection:
        booked = connection.scalar(select(func.coalesce(func.sum(schema.fact.c.amount_minor), 0)).where(schema.fact.c.kind == REPAID))
    assert FIRST - booked == left
    life.through(DUE + timedelta(days=7))
    stands = life.loan()
    assert stands.principal == owed
    assert (stands.oldest_due is not None) == is_late
    assert life.cash() == life.moved()
    assert verify(life.house.store).is_proved


def test_success_after_a_timeout_counts_on_the_day_the_money_was_taken(life):
    """The borrower paid in time: nothing was late, though the house heard of it a day later."""
    life.draws()
    life.through(DUE - timedelta(days=1))
    life.bank.wish("1-2-", "success_after_timeout")
    moved = life.through(DUE + timedelta(days=10), "delinquency.begun")
    assert moved.stopped_by == ""
    (paper,) = [one for one in life.bank.papers() if one.way == "debit"]
    assert (paper.asked, paper.moved) == (2, FIRST)


def test_ten_notices_of_one_payment_are_one_booking(life):
    life.draws()
    life.through(DUE - timedelta(days=1))
    assert life.bank.wish("1-2-", "duplicate_notice", duplicates=10) is None
    life.through(DUE + timedelta(days=3))
    assert life.bank.notices(date(2026, 12, 1)) == [], "all were heard"
    assert life.cash() == life.moved() == FIRST - 60_000


def test_money_that_came_back_is_owed_again_and_told_to_who_waits_for_it(life):
    life.draws()
    life.through(DUE - timedelta(days=1))
    life.bank.wish("1-2-", "returned")
    moved = life.through(DUE + timedelta(days=9), RETURNED_STOP)
    assert (moved.stopped_by, moved.business_date) == (RETURNED_STOP, DUE + timedelta(days=3))
    stands = life.loan()
    assert stands.principal == 60_000
    late = life.through(DUE + timedelta(days=60), "delinquency.bucket_changed")
    assert late.stopped_by == "delinquency.bucket_changed"


def test_a_bank_that_never_answers_is_asked_after_and_never_instructed_twice(life):
    life.draws()
    life.through(DUE - timedelta(days=1))
    life.bank.wish("1-2-", "never_answers")
    life.through(DUE + timedelta(days=20))
    debits = [one for one in life.bank.papers() if one.way == "debit"]
    assert [(one.name, one.moved) for one in debits] == [("1-2-20260215-1", 0)]
    assert debits[0].asked == 21


@pytest.mark.parametrize(
    ("cents", "status", "delivered_on"),
    [
        ("00", 1, 0),
        ("01", PAID_OFF, 1),
        ("02", 1, 1),
        ("03", 1, 0),
        ("04", PAID_OFF, 0),
        ("05", 1, 1),
        ("06", 1, None),
    ],
)
def test_payouts_by_their_cents(life, cents, status, delivered_on):
    """The draw itself: 600.01 does not arrive, 600.02 is heard of a day later, and so on; nobody owes interest on what they never had."""
    life.draws(f"600.{cents}", agreed=False)
    life.through(date(2026, 1, 20))
    stands = life.loan()
    assert stands.status == status
    assert stands.principal == (0 if status == PAID_OFF else 60_000 + int(cents))
    (paper,) = life.bank.papers()
    assert paper.outcome == BY_CENTS.get(int(cents), SUCCESS)
    instructed = 60_000 + int(cents) if cents == "06" else 0
    assert life.cash() == life.moved() - instructed, "what is instructed and not answered is out of the books, and waits"
    with life.house.store.engine.connect() as connection:
        told = connection.scalar(select(schema.outbox.c.delivered_at).where(schema.outbox.c.kind == "pay_out"))
    assert (told is None) == (delivered_on is None)
    if told is not None:
        day = datetime.fromisoformat(str(told)).date()
        assert (day - BEGINS.date()).days == delivered_on
    assert paper.asked == (1 if delivered_on == 0 else 2 if delivered_on == 1 else 6), "once it is answered it is not asked after"
    assert verify(life.house.store).is_proved


def test_a_branch_remembers_what_the_bank_moved(life):
    life.draws()
    life.through(DUE)
    branch = life.sandbox.clocks.branch(life.clock.clock_id, "b", "li")
    other = bank_of(life.sandbox.opened.house_of(branch.clock_id))
    assert other.papers() == life.bank.papers() != []


def test_wishes_that_are_none(life):
    for outcome, duplicates in (("explode", 1), ("", 1), (SUCCESS, 0), (SUCCESS, 11)):
        assert life.bank.wish("1-2-", outcome, duplicates).code == "payment_outcome_unknown"
    assert bank_of(life.sandbox.clocks.house).code == "clock_needed"
    assert len(OUTCOMES) == 7
