"""One customer at the counter: the real commands decided and posted in memory, with what must hold of a book checked after each."""

import json
from collections import defaultdict
from datetime import UTC, date, datetime
from typing import Any

from plimsoll.app.database.sheet import PARKED, Pending, Sheet
from plimsoll.app.posting import Request, Stamp, load_facts, post, want_of
from plimsoll.app.wiring import WIRING, read_command
from plimsoll.ledger.balances import balances
from plimsoll.ledger.chart import CODES
from plimsoll.loan.book import Decision, Held, standing_of
from plimsoll.loan.facts import Fact
from plimsoll.loan.fold import fold
from plimsoll.loan.look import look_at
from plimsoll.loan.state import State, read_position, read_state
from plimsoll.rulebook.rules import Rules, load
from plimsoll.servicing import close
from plimsoll.units.refusal import Refused

NOW = datetime(2026, 1, 20, 8, 30, tzinfo=UTC)
RULES = load()


class Same(dict):
    """Days as they are."""

    def __missing__(self, day: int) -> int:
        return day


class Counter:
    """The book of one customer, as the executor would hold it."""

    def __init__(self, customer_id: int = 1, rules: Rules = RULES) -> None:
        self.rules = rules
        self.sheet = Sheet(customer_id)
        self.balance: dict[str, int] = defaultdict(int)
        self.said: list[tuple[str, dict]] = []
        self.keys = 0
        self.now = NOW
        self.actor = "test"

    def do(self, command: Any) -> Decision | Refused:
        """Decide on a command and post it; a refusal changes nothing."""
        verb = WIRING[type(command)]
        want = want_of(command, verb.reads)
        load_facts(self.sheet, want, no_facts)
        decision = verb.decide(self.sheet.book(want, self.actor, self.now), command, self.rules)
        return decision if isinstance(decision, Refused) else self._post(decision, command.on.toordinal())

    def run(self, name: str, on: str, **said: object) -> Decision | Refused:
        """Do a command written as text."""
        self.keys += 1
        return self.do(read_command({"key": f"k{self.keys}", "customer_id": self.sheet.customer_id, "on": on, **said}, name))

    def close(self, through: str) -> list[Decision]:
        """Close every day with something on the agenda, through a day."""
        day = date.fromisoformat(through).toordinal()
        done: list[Decision] = []
        while due := [held for held in self.sheet.loans.values() if 0 < held.summary.next_day <= day]:
            first = min(due, key=lambda held: held.summary.next_day)
            on = first.summary.next_day
            decision = close.decide(look_at(first, on), on, self.rules)
            moved = Decision(facts=decision.facts, messages=decision.messages, moves=(first.loan_id,))
            assert not isinstance(self._post(moved, on), Refused)
            done.append(decision)
        return done

    def _post(self, decision: Decision, on: int) -> Decision | Refused:
        pending = Pending()
        stamp = Stamp(self.now, Same(), 1, 1, self.now)
        self.said = []
        refused = post(self.sheet, decision, Request("test", "k", b"", self.actor, on), stamp, pending, no_facts)
        if refused is not None:
            return refused
        for leg in pending.legs:
            self.balance[CODES[leg.account]] += leg.minor
        self.said = [(row.kind, json.loads(row.payload)) for row in pending.outbox]
        self.check()
        return decision

    def check(self) -> None:
        """Assert what holds of every book: it balances, each cached state is the fold of its facts, the line knows what is in use."""
        assert sum(self.balance.values()) == 0
        assert all(minor == 0 for minor in self.sums().values()), "the journal differs from the states"
        used = 0
        for held in self.sheet.loans.values():
            assert held.summary.status != PARKED
            standing = fold(held.terms, self.facts(held), held.summary.as_of)
            assert not isinstance(standing, Refused)
            state = read_state(held.terms, standing)
            assert state == read_state(held.terms, standing_of(held, held.summary.as_of)), "the cache differs from the fold"
            assert held.posted == balances(read_position(held.terms, standing))
            used += held.summary.in_use_minor
        if self.sheet.line is not None:
            assert self.sheet.line.used_minor == used
            assert self.sheet.line.credit_minor >= 0

    def sums(self) -> dict[str, int]:
        """Give by how much the journal differs from the states of the loans and the customer's own credit, by account."""
        found = defaultdict(int, self.balance)
        for held in self.sheet.loans.values():
            for code, minor in zip(CODES, held.posted, strict=True):
                found[code] -= minor
        credit = self.sheet.line.credit_minor if self.sheet.line else 0
        found["asset.cash"] -= credit
        found["liability.borrower.credit"] += credit
        return found

    def facts(self, held: Held) -> list[Fact]:
        """Give all facts of a loan."""
        return self.sheet.recorded.get(held.loan_id, [])

    def held(self, loan_id: int) -> Held:
        """Give a loan."""
        return self.sheet.loans[loan_id]

    def state(self, loan_id: int) -> State:
        """Give where a loan stands on the day of its state."""
        held = self.held(loan_id)
        return read_state(held.terms, standing_of(held, held.summary.as_of))


def no_facts(customer_id: int, loan_id: int) -> tuple[Fact, ...]:
    """Give the facts stored before: none, since everything happened at this counter."""
    return ()


def opened(**limits: str) -> Counter:
    """Give a customer opened on 2026-01-10 with a line of 50,000 (cash 30,000, pay later 20,000) and account 1, due on the 10th."""
    counter = Counter()
    assert isinstance(counter.run("open_customer", "2026-01-10"), Decision)
    line = {"currency": "CNY", "limit": "50000.00", "cash_limit": "30000.00", "later_limit": "20000.00", "loan_id": 1} | limits
    assert isinstance(counter.run("open_line", "2026-01-10", **line), Decision)
    return counter
