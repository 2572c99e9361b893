"""Repay one loan, or all a customer owes: oldest due first over all loans, then what comes, then ahead of time; the rest becomes credit."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from plimsoll.loan.book import Book, Decision, Held, refuse_customer
from plimsoll.loan.facts import FOR_COMING, PREPAYS, Fact
from plimsoll.loan.layout import CHARGED_OFF, RECOVERED, REPAID
from plimsoll.loan.owed import payable
from plimsoll.loan.state import read_state
from plimsoll.loan.terms import LOAN, begun_on
from plimsoll.risk.offer import CREDIT, agreed
from plimsoll.rulebook.product import INSTALMENT, LoanOffer
from plimsoll.rulebook.rules import Rules
from plimsoll.servicing.early import counted
from plimsoll.servicing.find import find_with_money, refuse_before_begun
from plimsoll.servicing.spread import spread, standing_now
from plimsoll.servicing.tell import detail, recorded, tell, with_late
from plimsoll.units.money import text_of
from plimsoll.units.refusal import Refused

READS = "open loans"


@dataclass(frozen=True, slots=True)
class Repay:
    """Repay one loan, or with `loan_id` 0 what the customer owes. `ref` is the number of the payment."""

    key: str
    customer_id: int
    on: date
    amount_minor: int
    currency: str
    loan_id: int = 0
    ref: str = ""

    @property
    def reads(self) -> str:
        """Look for the one loan that is named, or for all open ones."""
        return "loan" if self.loan_id else READS


def decide(book: Book, command: Repay, rules: Rules) -> Decision | Refused:
    """Take the money, every minor unit of it: `sum of the facts + rise of the customer's credit == amount`.

    Refuses customer_unknown, loan_unknown, currency_must_match, amount_must_be_positive, fact_before_disbursement, nothing_owed, and
    repayment_exceeds_payoff where the product keeps no credit balance.
    """
    decision = _repay_loan(book, command, rules) if command.loan_id else _repay_customer(book, command, rules)
    return decision if isinstance(decision, Refused) else with_late(book, decision, command.on, rules)


def _repay_loan(book: Book, command: Repay, rules: Rules) -> Decision | Refused:
    """Repay one loan. What is above its payoff is kept: on an account for its next bill, else as the customer's credit."""
    held = find_with_money(book, command.loan_id, command.amount_minor, command.currency)
    if isinstance(held, Refused):
        return held
    refused = refuse_before_begun(held, command.on)
    if refused is not None:
        return refused
    on, minor = command.on.toordinal(), command.amount_minor
    is_claim, is_account = held.summary.status == CHARGED_OFF, held.terms.kind != LOAN
    if not is_claim and not is_account and minor <= held.summary.principal_minor:
        # At least the principal is owed, so nothing can be left over: the usual case, without a look at the state.
        return _whole(held, command, rules)
    keeps = keeps_credit((held,), rules)
    if isinstance(keeps, Refused):
        return keeps
    if is_account and not is_claim and keeps:
        return _whole(held, command, rules)
    standing = standing_now(held, on)
    left = max(minor - (read_state(held.terms, standing).claim if is_claim else payable(held.terms, standing)), 0)
    credit_minor = credit_of(book, command.currency) + left
    refused = refuse_excess(book, command.currency, left, keeps=keeps)
    if refused is not None:
        return refused
    return paid(book, Payment(command.on, command.currency, command.ref, credit_minor), (held,), (minor - left,), rules)


def _whole(held: Held, command: Repay, rules: Rules) -> Decision:
    """Give the whole amount to one loan."""
    fact = Fact(REPAID, command.on.toordinal(), command.amount_minor, meant_for(rules, held, command.on))
    told = recorded(held) if fact.a == PREPAYS else recorded(held) | counted(held, fact)
    return Decision(facts=((held.loan_id, fact, detail(command.ref)),), answer=tell(told))


def meant_for(rules: Rules, held: Held, on: date) -> int:
    """Give what a repayment of a day is meant for beside what is due: FOR_COMING, the coming instalment, or PREPAYS.

    The last version of the product that had begun by the day of the payment says so: which debt early money is for is no part of the
    price, and a loan that was made before keeps all that was agreed.
    """
    if held.terms.kind != LOAN:
        return PREPAYS
    for version in reversed(rules.products.get(held.product, ())):
        if version.since <= on:
            offer = version.offer
            return FOR_COMING if isinstance(offer, LoanOffer) and offer.early == INSTALMENT else PREPAYS
    return PREPAYS


def meant_among(rules: Rules, loans: Sequence[Held], on: date) -> frozenset[int]:
    """Give the places of the loans among some whose coming instalment early money of a day is meant for."""
    return frozenset(place for place, held in enumerate(loans) if meant_for(rules, held, on) == FOR_COMING)


def _repay_customer(book: Book, command: Repay, rules: Rules) -> Decision | Refused:
    """Repay everything open in the currency; credit that no loan has used yet helps to pay."""
    refused = refuse_customer(book, command.on)
    if refused is not None:
        return refused
    if command.amount_minor <= 0:
        return Refused("amount_must_be_positive")
    loans = open_loans(book, command.on, command.currency)
    if not loans:
        return Refused("nothing_owed", "", f"customer {book.customer_id}: no open loan in {command.currency}")
    parts, left = spread(
        command.amount_minor + credit_of(book, command.currency), loans, command.on.toordinal(), meant_among(rules, loans, command.on)
    )
    keeps = keeps_credit(loans, rules)
    if isinstance(keeps, Refused):
        return keeps
    refused = refuse_excess(book, command.currency, left, keeps=keeps)
    if refused is not None:
        return refused
    account = next((place for place, held in enumerate(loans) if held.terms.kind != LOAN), None)
    if account is not None:
        # An account keeps its credit itself and pays its next bill with it.
        parts = (*parts[:account], parts[account] + left, *parts[account + 1 :])
        left = 0
    return paid(book, Payment(command.on, command.currency, command.ref, left), loans, parts, rules)


def open_loans(book: Book, on: date, currency: str) -> tuple[Held, ...]:
    """Give the loans and accounts of the book in a currency that had begun by a day, oldest first."""
    return tuple(held for held in book.loans if held.terms.currency == currency and begun_on(held.terms) <= on.toordinal())


def credit_of(book: Book, currency: str) -> int:
    """Give the customer's money that no loan has used yet, in minor units."""
    return book.line.credit_minor if book.line is not None and book.line.currency == currency else 0


def keeps_credit(loans: Sequence[Held], rules: Rules) -> bool | Refused:
    """Tell whether a product of some loans keeps what is paid above the payoff as a credit balance."""
    for held in loans:
        version = agreed(rules, held)
        if isinstance(version, Refused) or version.excess == CREDIT:
            return version if isinstance(version, Refused) else True
    return False


def refuse_excess(book: Book, currency: str, left: int, *, keeps: bool) -> Refused | None:
    """Refuse money above what can be paid where it cannot be kept: repayment_exceeds_payoff, line_missing."""
    if left == 0:
        return None
    if not keeps:
        return Refused("repayment_exceeds_payoff", "", f"{text_of(left, currency)} {currency} too much")
    if book.line is None or book.line.currency != currency:
        return Refused("line_missing", "", f"{text_of(left, currency)} {currency} too much, and no line to keep it")
    return None


class Payment(NamedTuple):
    """A day and currency of money that was spread, its reference, and the credit that the customer keeps after it, in minor units."""

    on: date
    currency: str
    ref: str
    credit_minor: int


def paid(book: Book, payment: Payment, loans: Sequence[Held], parts: Sequence[int], rules: Rules) -> Decision:
    """Give the facts of an amount spread over loans, and the line with the customer's credit as it stands then."""
    facts, told = [], []
    for held, part in zip(loans, parts, strict=True):
        if part > 0:
            day, is_claim = payment.on.toordinal(), held.summary.status == CHARGED_OFF
            fact = Fact(RECOVERED, day, part) if is_claim else Fact(REPAID, day, part, meant_for(rules, held, payment.on))
            facts.append((held.loan_id, fact, detail(payment.ref)))
            said = recorded(held) | {"amount": text_of(part, payment.currency)}
            told.append(said if fact.a == PREPAYS or is_claim else said | counted(held, fact))
    line = book.line
    if line is None or line.credit_minor == payment.credit_minor:
        return Decision(facts=tuple(facts), answer=tell({"facts": told}))
    line = line._replace(credit_minor=payment.credit_minor)
    return Decision(facts=tuple(facts), line=line, answer=tell({"facts": told, "credit": text_of(line.credit_minor, payment.currency)}))
