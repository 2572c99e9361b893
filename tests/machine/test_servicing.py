"""Random lives of a customer by the real commands: whatever is asked in whatever order, it is decided or refused, and the book holds.

After each step the counter checks: entries balance, every cached state is the fold of all facts, the line knows what is in use.
"""

import json
from datetime import date

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from plimsoll.loan.book import Decision
from plimsoll.units.refusal import Refused
from tests.counter import Counter, opened

START = date(2026, 1, 10).toordinal()
MINOR = st.integers(1, 400_000)
LOAN = st.integers(1, 4)
SMALL = st.integers(1, 9)


def text(minor: int) -> str:
    return f"{minor // 100}.{minor % 100:02d}"


def iso(day: int) -> str:
    return date.fromordinal(day).isoformat()


class Lives(RuleBasedStateMachine):
    """One customer whose days pass; money in and out is counted beside the book."""

    counter: Counter
    day: int
    loans: int

    @initialize(wait=st.sampled_from((5, 240)))
    def begin(self, wait: int) -> None:
        self.counter = opened()
        self.day = START + wait
        self.loans = 1

    def ask(self, name: str, back: int = 0, **said: object) -> Decision | Refused:
        money = {"currency": "CNY"} if {"amount", "penalty", "interest", "credit", "limit"} & said.keys() or name == "use_credit" else {}
        return self.counter.run(name, iso(self.day - back), **money, **said)

    @rule(days=st.integers(1, 45))
    def wait(self, days: int) -> None:
        self.day += days

    @rule()
    def close(self) -> None:
        self.counter.close(iso(self.day))

    @rule(
        minor=st.integers(50_000, 800_000),
        rate=st.sampled_from(("0.00015", "0.0004", "0.0005")),
        instalments=st.sampled_from((3, 6, 12)),
        repayment=st.sampled_from(("equal-instalment", "equal-principal", "interest-first", "bullet")),
    )
    def draw(self, minor: int, rate: str, instalments: int, repayment: str) -> None:
        said = {"amount": text(minor), "rate": rate, "instalments": instalments, "repayment": repayment}
        if isinstance(self.ask("draw", loan_id=self.loans + 1, **said), Decision):
            self.loans += 1

    @rule(minor=MINOR, instalments=st.sampled_from((0, 0, 3, 6, 12)), verb=st.sampled_from(("purchase", "fund_by_merchant")))
    def buy(self, minor: int, instalments: int, verb: str) -> None:
        self.ask(verb, loan_id=1, amount=text(minor), instalments=instalments or (0 if verb == "purchase" else 3))

    @rule(minor=MINOR, back=st.integers(0, 20))
    def repay_everything(self, minor: int, back: int) -> None:
        cash = self.counter.balance["asset.cash"]
        taken = isinstance(self.ask("repay", back, amount=text(minor)), Decision)
        assert self.counter.balance["asset.cash"] - cash == (minor if taken else 0)

    @rule(minor=MINOR, loan=LOAN, back=st.integers(0, 20), verb=st.sampled_from(("repay", "prepay", "recover")))
    def repay_one(self, minor: int, loan: int, back: int, verb: str) -> None:
        cash = self.counter.balance["asset.cash"]
        taken = isinstance(self.ask(verb, back, loan_id=loan, amount=text(minor)), Decision)
        assert self.counter.balance["asset.cash"] - cash == (minor if taken else 0)

    @rule(loan=LOAN)
    def settle(self, loan: int) -> None:
        cash = self.counter.balance["asset.cash"]
        settled = self.ask("settle", loan_id=loan)
        if isinstance(settled, Decision):
            assert text(self.counter.balance["asset.cash"] - cash) == json.loads(settled.answer)["amount"]
            assert self.counter.state(loan).payoff == 0

    @rule()
    def use_credit(self) -> None:
        cash = self.counter.balance["asset.cash"]
        self.ask("use_credit")
        assert self.counter.balance["asset.cash"] == cash

    @rule(loan=LOAN, fact=SMALL, back=st.integers(0, 5))
    def reverse(self, loan: int, fact: int, back: int) -> None:
        self.ask("reverse", back, loan_id=loan, fact=fact)

    @rule(loan=LOAN, minor=MINOR, fact=st.integers(0, 9), back=st.integers(0, 20))
    def refund(self, loan: int, minor: int, fact: int, back: int) -> None:
        self.ask("refund", back, loan_id=loan, amount=text(minor), purchase=fact)

    @rule(instalments=st.sampled_from((3, 6, 9)), fact=st.integers(0, 9))
    def convert(self, instalments: int, fact: int) -> None:
        bill_on = date.fromordinal(self.day).replace(day=1).isoformat()
        self.ask("convert", loan_id=1, instalments=instalments, **({"purchase": fact} if fact else {"bill_on": bill_on}))

    @rule(loan=LOAN, component=st.sampled_from(("penalty", "interest")), minor=st.integers(1, 2_000))
    def waive(self, loan: int, component: str, minor: int) -> None:
        self.ask("waive", loan_id=loan, **{component: text(minor)})

    @rule(loan=LOAN, instalments=st.integers(1, 12), rate=st.sampled_from((None, "0.0003")), back=st.integers(0, 5))
    def reschedule(self, loan: int, instalments: int, rate: str | None, back: int) -> None:
        self.ask("reschedule", back, loan_id=loan, instalments=instalments, rate=rate)

    @rule(loan=LOAN, begins=st.integers(0, 20), days=st.integers(1, 40))
    def pause(self, loan: int, begins: int, days: int) -> None:
        self.ask("pause", loan_id=loan, from_on=iso(self.day + begins), until_on=iso(self.day + begins + days))

    @rule(loan=LOAN)
    def charge_off(self, loan: int) -> None:
        self.ask("charge_off", loan_id=loan)

    @rule(verb=st.sampled_from(("freeze", "unfreeze", "unfreeze", "unfreeze")))
    def freeze(self, verb: str) -> None:
        self.ask(verb)

    @invariant()
    def the_book_holds(self) -> None:
        if hasattr(self, "counter"):
            self.counter.check()


TestLives = Lives.TestCase
TestLives.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
