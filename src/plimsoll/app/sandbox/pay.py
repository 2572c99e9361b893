"""What the sandbox bank and the house do with each other on a day: notices, debits of what falls due, payouts; each booked once.

Money in: `plimsoll.app.autopay`, as for any bank. A notice that comes again is recognised by the key of its booking; money that the bank
takes back is a reversal of that booking, after which it is owed as if it had never been paid.
Money out: an instruction of the outbox leaves once under its own name and waits there until the bank says that it arrived. Money that
did not arrive, or came back, is booked as repaid on the day after the draw, the interest of that day waived: nobody pays for what they
never had. The bank lies about
draws alone; merchants, and credit that is paid back, it pays at once.
"""

import json
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, Final, NamedTuple

from sqlalchemy import select, update

from plimsoll.app.autopay import COLLECTED, FAILED, PART, UNCLEAR, Orders, autopay, key_of
from plimsoll.app.database.outbox import Message, delivered
from plimsoll.app.database.schema import command, filing, loan, outbox
from plimsoll.app.debits.port import Collected, Failed
from plimsoll.app.execute import Answer
from plimsoll.app.execute_many import RowOutcome
from plimsoll.app.house import House
from plimsoll.app.sandbox.bank import DEBIT, PAYOUT, RETURNED, LyingBank, Notice
from plimsoll.app.sandbox.clock import BANK_ENDING, refuse_clock_book
from plimsoll.app.sandbox.stops import DEBIT_DONE, DEBIT_NOT, DEBIT_UNCLEAR, Happened
from plimsoll.app.sandbox.stops import RETURNED as PAYMENT_RETURNED
from plimsoll.loan.fold import fold
from plimsoll.loan.owed import payoff
from plimsoll.loan.terms import Terms
from plimsoll.risk.consent import GRANTED
from plimsoll.servicing.repay import Repay
from plimsoll.servicing.reverse import Reverse
from plimsoll.servicing.waive import Waive
from plimsoll.units.money import parse_minor
from plimsoll.units.pack import unpack
from plimsoll.units.refusal import Refused

ACTOR: Final = "sandbox-bank"
WHY: Final = "returned by the bank"
DRAWN: Final = "pay_out"
PAID_OUT: Final = (DRAWN, "pay_merchant")
DEBIT_PURPOSE: Final = "debit"
STATES: Final = {COLLECTED: DEBIT_DONE, PART: DEBIT_NOT, FAILED: DEBIT_NOT, UNCLEAR: DEBIT_UNCLEAR}


class Out(NamedTuple):
    """One payout: the message that asks for it, the name of its instruction, the loan, and the day and amount of it."""

    message: Message
    name: str
    loan_id: int
    on: date
    minor: int
    currency: str


class Gone(NamedTuple):
    """A payout whose money did not stay where it was sent: its instruction, the loan, the day and amount of the draw."""

    name: str
    customer_id: int
    loan_id: int
    on: date
    minor: int
    currency: str


def bank_of(house: House) -> LyingBank | Refused:
    """Give the bank of a house under a test clock; refuses clock_needed for any other."""
    path = house.store.address.path
    if path is None or refuse_clock_book(path) is None:
        return Refused("clock_needed")
    return LyingBank(Path(f"{path}{BANK_ENDING}"))


def money_of(house: House, on: date, at: datetime) -> Happened:
    """Let bank and house do with each other what a day brings, and give what happened to whom."""
    bank = bank_of(house)
    if isinstance(bank, Refused):
        return Happened()
    types, customers = set[str](), set[int]()
    for notice in bank.notices(on) if bank.path.exists() else ():
        customers.add(_hear(house, notice, on))
        bank.heard(notice, on)
        types |= {PAYMENT_RETURNED} if notice.what == RETURNED else set()
    if _somebody_agreed(house):
        orders = Orders(bank, lambda customer_id: f"account-{customer_id}", at, house.rules, ACTOR)
        asked = [one for one in autopay(house.store, on, orders) if one.state in STATES]
        types |= {STATES[one.state] for one in asked}
        customers |= {one.wanted.customer_id for one in asked}
    _tell_everybody(house, at)
    for out in _going_out(house, on):
        _pay_out(house, bank, out, on, at)
        customers.add(out.message.customer_id)
    return Happened(frozenset(types), frozenset(customers))


def _tell_everybody(house: House, at: datetime) -> None:
    """Let every message that is no payment reach whom it is for: nobody waits for letters in the sandbox, and they stay in the book."""
    waiting = (outbox.c.delivered_at.is_(None), outbox.c.kind.not_in(PAID_OUT))
    with house.store.changing() as connection:
        connection.execute(update(outbox).where(*waiting).values(delivered_at=at))


def _somebody_agreed(house: House) -> bool:
    """Tell whether anybody ever agreed to be debited: without that no day needs to be looked through."""
    agreed = select(filing.c.customer_id).where(filing.c.kind == GRANTED, filing.c.subject == DEBIT_PURPOSE).limit(1)
    with house.store.engine.connect() as connection:
        return connection.execute(agreed).first() is not None


def _hear(house: House, notice: Notice, on: date) -> int:
    """Take in what the bank says by itself, and give of whom. What was booked is not booked again; money that came back is undone."""
    paper = notice.paper
    if paper.way == DEBIT:
        whose, which = (int(part) for part in paper.name.split("-")[:2])
        booked = Repay(key_of(paper.name), whose, paper.on_day, paper.minor, paper.currency, which, paper.name)
        if notice.what != RETURNED:
            _must(house.execute(booked, actor=ACTOR))
            return whose
        told = _answer(house, booked.key)
        if told is not None:
            _must(house.execute(_undone(booked, told, on), actor=ACTOR))
        return whose
    assert paper.way == PAYOUT, paper
    _, customer, loan_id, _ = paper.name.split("-", 3)
    if notice.what == RETURNED:
        _give_back(house, Gone(paper.name, int(customer), int(loan_id), paper.on_day, paper.minor, paper.currency))
    return int(customer)


def _undone(booked: Repay, told: dict[str, Any], on: date) -> Reverse:
    """Give the reversal of a repayment by what it answered: the fact, and the credit that the same payment left."""
    fact = told.get("facts", [told])[0]
    left = booked.amount_minor - parse_minor(fact["amount"], booked.currency) if "amount" in fact else 0
    return Reverse(f"{booked.key}:returned", booked.customer_id, on, booked.loan_id, fact["fact"], left, booked.currency, WHY)


def _answer(house: House, key: str) -> dict[str, Any] | None:
    with house.store.engine.connect() as connection:
        answer = connection.scalar(select(command.c.answer).where(command.c.key == key))
    return None if answer is None else dict(json.loads(answer))


def _going_out(house: House, on: date) -> Iterator[Out]:
    """Give the payouts that wait, in the order in which they were asked for."""
    names = ("customer_id", "command_n", "n", "kind", "payload")
    waiting = select(*(outbox.c[name] for name in names)).where(outbox.c.delivered_at.is_(None), outbox.c.kind.in_(PAID_OUT))
    with house.store.engine.connect() as connection:
        rows = connection.execute(waiting.order_by(outbox.c.created_at, outbox.c.customer_id, outbox.c.command_n, outbox.c.n)).all()
    for row in rows:
        message, said = Message(*row), json.loads(row.payload)
        loan_id, drawn = said.get("loan_id", 0), date.fromisoformat(said["on"]) if "on" in said else on
        name = f"out-{message.customer_id}-{loan_id}-{message.command_n}.{message.n}"
        yield Out(message, name, loan_id, drawn, parse_minor(said["amount"], said["currency"]), said["currency"])


def _pay_out(house: House, bank: LyingBank, out: Out, on: date, at: datetime) -> None:
    """Instruct the bank, or ask after what it was told before; what has no answer yet waits, and what failed today until tomorrow."""
    is_draw = out.message.kind == DRAWN and out.loan_id > 0
    answer = bank.pay_out(out.name, out.minor, out.currency, at, lies=is_draw)
    if isinstance(answer, Failed) and on <= out.on:
        return
    if isinstance(answer, Failed):
        _give_back(house, Gone(out.name, out.message.customer_id, out.loan_id, out.on, out.minor, out.currency))
    if isinstance(answer, Collected | Failed):
        delivered(house.store, [out.message], at)


def _give_back(house: House, gone: Gone) -> None:
    """Book a payout that did not arrive, or came back, as repaid on the day after the draw, without the interest of that day."""
    on = gone.on + timedelta(days=1)
    words = (gone.customer_id, on)
    interest_minor = _interest(house, gone, on)
    if interest_minor > 0:
        waived = Waive(f"{gone.name}:waived", *words, gone.loan_id, gone.currency, interest_minor=interest_minor, reason=WHY)
        _must(house.execute(waived, actor=ACTOR))
    _must(house.execute(Repay(f"{gone.name}:back", *words, gone.minor, gone.currency, gone.loan_id, gone.name), actor=ACTOR))


def _interest(house: House, gone: Gone, on: date) -> int:
    """Give the interest that the loan asks for on a day if nothing else happened to it."""
    same = (loan.c.customer_id == gone.customer_id, loan.c.loan_id == gone.loan_id)
    with house.store.engine.connect() as connection:
        row = connection.execute(select(loan.c.currency, loan.c.terms).where(*same)).one()
    terms = Terms.unpack(row.currency, tuple(unpack(row.terms)))
    standing = fold(terms, (), on.toordinal())
    return 0 if isinstance(standing, Refused) else payoff(terms, standing) - gone.minor


def _must(outcome: RowOutcome) -> None:
    """Hold that the house took in what the bank did; where it refuses, the day fails and says why."""
    if not isinstance(outcome, Answer):
        raise RuntimeError(outcome.text() if isinstance(outcome, Refused) else outcome.raised)
