"""Parts of funders that somebody files by hand: they ask what routing asks, by what the funders of the book have lent and promised."""

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

from plimsoll.app.database.store import Store
from plimsoll.app.execute import Verb, Wiring
from plimsoll.app.treasury.shares import Lent, funders_of, holdings_of, lent_now, paid_out
from plimsoll.app.treasury.shop_accounts import promised
from plimsoll.loan.book import Book, Decision, Held
from plimsoll.loan.filing import Filing
from plimsoll.loan.layout import M_COUNT, PURCHASED, T_INSTALMENTS
from plimsoll.loan.terms import LOAN
from plimsoll.rulebook.rules import Rules
from plimsoll.treasury.ask_funder import Part, refuse_part
from plimsoll.treasury.fund_loan import FundLoan
from plimsoll.treasury.funded import holdings
from plimsoll.treasury.funder import read_parts
from plimsoll.treasury.move_share import GUARANTEE, MoveShare
from plimsoll.treasury.policy import off_balance_minor
from plimsoll.treasury.route import LENDER, Draw, Funder, House
from plimsoll.treasury.share import WHOLE
from plimsoll.units.refusal import Refused

DECISION: Final = "decision"
NOBODY: Final = Lent(0, 0, 0, {})
BY_HAND: Final = (FundLoan, MoveShare)
NEEDED_BY: Final = frozenset(("fund_loan", "move_share"))
"""Commands on customers that ask the funders of a book."""


class Standing(NamedTuple):
    """The funders of a book, and by currency what is lent and what counts of unused limits."""

    funders: dict[str, Funder]
    lent: dict[str, Lent]
    promised: dict[str, dict[str, int]]


def with_parts(store: Store, wiring: Wiring) -> Wiring:
    """Give commands with those that file parts bound to the funders of a book; hold `funding_turn` while they run."""
    run = Run(store)
    own = {
        FundLoan: Verb("fund_loan", Asking(run, wiring[FundLoan].decide).fund, f"{wiring[FundLoan].reads},{DECISION}"),
        MoveShare: Verb("move_share", Asking(run, wiring[MoveShare].decide).move, f"{wiring[MoveShare].reads},{DECISION}"),
    }
    return {**wiring, **own}


@dataclass
class Granted:
    """What the commands of a run were granted by funder, in minor units; one that is decided again, after a clash, counts once."""

    by_key: dict[str, Mapping[str, int]] = field(default_factory=dict)
    total: Counter[str] = field(default_factory=Counter)

    def besides(self, key: str, funder: str) -> int:
        """Give what others than one command were granted of a funder."""
        return self.total[funder] - self.by_key.get(key, {}).get(funder, 0)

    def grant(self, key: str, more: Mapping[str, int]) -> None:
        """Note what a command is granted."""
        self.total.subtract(self.by_key.get(key, {}))
        self.by_key[key] = more
        self.total.update(more)


@dataclass
class Run:
    """What is known of the funders in one run of commands: read when it is first asked for; what the run itself files counts too."""

    store: Store
    standing: Standing | None = None
    filed: Granted = field(default_factory=Granted)
    paid: Granted = field(default_factory=Granted)

    def known(self, book: Book, command: FundLoan | MoveShare, rules: Rules) -> Standing:
        """Give how the funders stand, as of the run's first question."""
        if self.standing is None:
            today = max(command.on, book.now.date()) if book.now else command.on
            held, funders = holdings_of(self.store, today.toordinal()), funders_of(self.store)
            lent = lent_now(self.store, held, funders, today.toordinal())
            self.standing = Standing(funders, lent, promised(self.store, held, rules, command.on))
        return self.standing


@dataclass
class Asking:
    """Decides on parts that are filed by hand: as the command would, and then as routing would."""

    run: Run
    otherwise: Any

    def fund(self, book: Book, command: FundLoan, rules: Rules) -> Decision | Refused:
        """Decide on the parts of a loan; refuses funder_unknown and what `refuse_part` refuses beside what the command refuses.

        The parts of an account that has funders are struck by the day's routing alone: loan_funded.
        """
        decided: Decision | Refused = self.otherwise(book, command, rules)
        if isinstance(decided, Refused):
            return decided
        before = holdings(book.filings, command.loan_id)
        if before and len(before[-1].shares) > 1:
            return Refused("loan_funded", "", f"loan {command.loan_id}")
        return self._asked(book, command, read_parts(command.shares).items(), rules) or decided

    def move(self, book: Book, command: MoveShare, rules: Rules) -> Decision | Refused:
        """Decide on a part that moves: another funder that takes it is asked for all it then has of the loan; the lender takes any,
        and a part of what owes nothing any more goes to anybody.

        What is paid out of a guarantee has to be within it: guarantee_not_given.
        """
        decided: Decision | Refused = self.otherwise(book, command, rules)
        if isinstance(decided, Refused):
            return decided
        if command.why == GUARANTEE:
            refused = self._refuse_guarantee(book, command, rules)
            if refused is not None:
                return refused
        if command.to == LENDER:
            return decided
        parts = {one.funder: one.ppm for one in holdings(book.filings, command.loan_id)[-1].shares}
        if not _held(book, command).summary.principal_minor:
            return decided
        gets = parts[command.funder] + parts.get(command.to, 0)
        return self._asked(book, command, ((command.to, gets),), rules) or decided

    def _refuse_guarantee(self, book: Book, command: MoveShare, rules: Rules) -> Refused | None:
        """Refuse to pay out a funder that has no guarantee, or more than what is left of its first loss: guarantee_not_given."""
        funder, run = self.run.known(book, command, rules).funders.get(command.funder), self.run
        left = (
            0
            if funder is None
            else funder.guaranteed_minor() - paid_out(run.store)[command.funder] - run.paid.besides(command.key, command.funder)
        )
        if funder is None or not funder.is_guaranteed or command.price_minor > left:
            return Refused("guarantee_not_given", "", f"{command.funder}: {command.price_minor} minor units, {max(left, 0)} are left")
        run.paid.grant(command.key, {command.funder: command.price_minor})
        return None

    def _asked(self, book: Book, command: FundLoan | MoveShare, parts: Iterable[tuple[str, int]], rules: Rules) -> Refused | None:
        held = _held(book, command)
        standing, minor, currency = self.run.known(book, command, rules), _minor(book, held, command, rules), held.terms.currency
        lent, kept = standing.lent.get(currency, NOBODY), standing.promised.get(currency, {})
        has = {one.funder: one.ppm for before in holdings(book.filings, held.loan_id)[-1:] for one in before.shares}
        draw = Draw(held.product, currency, minor, _months(held, command), _grade(book.filings), command.on)
        # The loan stands among all loans already.
        house = House(minor, max(lent.all_minor - minor, 0), lent.guaranteed_minor, rules.lender.licence)
        more = {}
        for name, ppm in parts:
            funder = standing.funders.get(name)
            if funder is None:
                return Refused("funder_unknown", "", repr(name))
            more[name] = minor * ppm // WHOLE - minor * has.get(name, 0) // WHOLE
            stands = funder._replace(lent_minor=lent.of.get(name, 0) + kept.get(name, 0) + self.run.filed.besides(command.key, name))
            refused = refuse_part(stands, Part(ppm, more[name]), draw, house, rules)
            if refused is not None:
                return refused
        self.run.filed.grant(command.key, more)
        return None


def _held(book: Book, command: FundLoan | MoveShare) -> Held:
    (held,) = (one for one in book.loans if one.loan_id == command.loan_id)
    return held


def _minor(book: Book, held: Held, command: FundLoan | MoveShare, rules: Rules) -> int:
    """Give the principal that is owed, of an account with what counts of the unused limit."""
    unused = max(book.line.later_limit_minor - book.line.later_used_minor, 0) if book.line and held.terms.kind != LOAN else 0
    return held.summary.principal_minor + (off_balance_minor(unused, rules, command.on) if unused else 0)


def _months(held: Held, command: FundLoan | MoveShare) -> int:
    """Give the term of a loan, of an account the longest plan bought on the day."""
    if held.terms.kind == LOAN:
        return int(held.terms.vector[T_INSTALMENTS])
    day = command.on.toordinal()
    return max((fact.more[M_COUNT] for fact in held.facts or () if fact.kind == PURCHASED and fact.on == day and fact.more), default=1)


def _grade(filings: Iterable[Filing]) -> str:
    """Give the grade of a customer's last decision, "" without one."""
    told = [filing for filing in filings if filing.kind == DECISION]
    return str((json.loads(told[-1].body).get("score") or {}).get("grade", "")) if told else ""
