"""Propose a plan for a loan: a person of the house, or the borrower, who gets the answer at once where policy allows."""

from dataclasses import dataclass
from datetime import date
from typing import Final, NamedTuple

from plimsoll.collections.book_plan import Booked, agreed_on, prepare, start
from plimsoll.collections.hardship import asked_of, find_live, payable
from plimsoll.collections.plan import find_loan, people_needed, refuse_again
from plimsoll.loan.book import Book, Decision, Held
from plimsoll.loan.filing import NewFiling, body_of
from plimsoll.risk.plan.instalments import Choice, Owed, refuse_choice
from plimsoll.risk.plan.menu import Asked, Option, design, shortest, weigh, without
from plimsoll.risk.plan.owing import owed_on
from plimsoll.risk.plan.policy import PlanPolicy, plan_policy
from plimsoll.risk.plan.record import COUNTERED, PROPOSED, READS_FILE, WAITS, Hardship, Plan, plans_of, said_of
from plimsoll.rulebook.rules import Rules
from plimsoll.units.money import text_of
from plimsoll.units.rate import Rate
from plimsoll.units.refusal import Refused

READS = f"loan+open loans+{READS_FILE}"
ID_LENGTH_MAX: Final = 64
ASKED_FOR: Final = "asked"


@dataclass(frozen=True, slots=True)
class ProposePlan:
    """Propose equal instalments a month apart; with `payment_minor` instead of `instalments`, as few as that payment allows.

    `rate` is a yearly one, none as the contract; `holiday` are months before the first instalment. `signed` names the contract of the
    plan in the vault. `is_borrowers` says that it is the borrower who proposes.
    """

    key: str
    customer_id: int
    on: date
    plan_id: str
    loan_id: int
    currency: str
    rate: Rate | None = None
    instalments: int = 0
    payment_minor: int = 0
    penalty_waived_minor: int = 0
    interest_waived_minor: int = 0
    holiday: int = 0
    signed: str = ""
    is_borrowers: bool = False


class Weighed(NamedTuple):
    """A proposal that can be: the request, the loan, what it owes, for whom, and the plan weighed and as it would be booked."""

    found: Hardship
    held: Held
    owed: Owed
    asked: Asked
    policy: PlanPolicy
    option: Option
    booked: Booked

    @property
    def fits(self) -> bool:
        """Tell whether no month asks more than can be paid."""
        return self.booked.highest_minor <= self.asked.most_minor

    @property
    def is_worth(self) -> bool:
        """Tell whether the plan is worth at least what the debt is worth without it."""
        return self.option.value_minor >= max(without(self.owed, self.policy))


def decide(book: Book, command: ProposePlan, rules: Rules) -> Decision | Refused:
    """Put the proposal on record; a borrower's own that policy allows starts at once, one that does not fit is answered with one that does.

    Refuses customer_unknown, hardship_not_open, plan_unnamed, plan_exists, loan_unknown, fact_does_not_fit, loan_charged_off,
    nothing_owed, currency_must_match, amount_must_be_positive, promise_above_debt, plan_below_interest, plan_too_long,
    plan_rate_above_contract, plan_waives_too_much, plan_waives_out_of_order, plan_in_performance, plan_extended_too_long,
    plan_extended_too_often, load_income_missing, and plan_not_affordable where a person of the house proposes what does not fit.
    """
    refused = _refuse(book, command)
    if refused is not None:
        return refused
    weighed = _weigh(book, command, rules)
    if isinstance(weighed, Refused):
        return weighed
    if not weighed.fits:
        if command.is_borrowers:
            return _countered(command, weighed)
        asked = [text_of(minor, command.currency) for minor in (weighed.booked.highest_minor, weighed.asked.most_minor)]
        return Refused("plan_not_affordable", "POLICY.LOAD.CAPACITY", f"{asked[0]} in a month, {asked[1]} {command.currency} can be paid")
    choice = weighed.option.choice
    people = () if command.is_borrowers else (book.actor,)
    plan = Plan(command.plan_id, command.loan_id, weighed.found.hardship_id, choice, people, command.signed, WAITS)
    proposed = _filed(plan, WAITS, weighed, is_borrowers=command.is_borrowers)
    if command.is_borrowers and command.signed and may_start(book, weighed, rules, command.on):
        begun = start(book, weighed.held, plan, weighed.booked, weighed.found, command.on, rules)
        return _with(begun, proposed)
    told = {"plan_id": plan.plan_id, "loan_id": plan.loan_id, "state": WAITS, "is_worth": weighed.is_worth}
    return Decision(filings=(proposed,), answer=body_of(told | weighed.option.said(command.currency)))


def may_start(book: Book, weighed: Weighed, rules: Rules, on: date) -> bool:
    """Tell whether a borrower's proposal is agreed to at once: the first, of a small debt, short, at a rate of the policy, worth it."""
    amount, terms = rules.whole("POLICY.PLAN.SELF.AMOUNT", on), rules.whole("POLICY.PLAN.SELF.TERM", on)
    choice = weighed.option.choice
    is_small = amount is not None and weighed.owed.total_minor <= amount and terms is not None and choice.terms <= terms
    is_usual = choice.interest_waived_minor == 0 and (choice.rate is None or choice.rate in weighed.policy.rates)
    return (
        is_small
        and is_usual
        and people_needed(book, weighed.held.loan_id, weighed.owed, is_worth=weighed.is_worth, rules=rules, on=on) == 1
    )


def _refuse(book: Book, command: ProposePlan) -> Refused | None:
    """Refuse a proposal without a name of its own, and amounts that cannot be."""
    if not 0 < len(command.plan_id) <= ID_LENGTH_MAX:
        return Refused("plan_unnamed", "", f"{len(command.plan_id)} characters, 1 to {ID_LENGTH_MAX}")
    if command.plan_id in plans_of(book.filings):
        return Refused("plan_exists", "", command.plan_id)
    if min(command.payment_minor, command.instalments, command.penalty_waived_minor, command.interest_waived_minor) < 0:
        return Refused("amount_must_be_positive")
    return None


def _weigh(book: Book, command: ProposePlan, rules: Rules) -> Weighed | Refused:
    """Give the proposal weighed, or why it cannot be."""
    held = find_loan(book, command.loan_id, command.on, command.currency)
    if isinstance(held, Refused):
        return held
    found = find_live(book)
    if isinstance(found, Refused):
        return found
    policy, owed = plan_policy(rules, command.on), owed_on(held, command.on.toordinal())
    choice = _choice(command, owed, policy)
    if isinstance(choice, Refused):
        return choice
    refused = refuse_choice(owed, choice, policy.terms_max) or refuse_again(book, command.loan_id, choice, policy)
    if refused is not None:
        return refused
    return weighed_as(book, held, owed, choice, found, rules, command.on)


def weighed_as(book: Book, held: Held, owed: Owed, choice: Choice, found: Hardship, rules: Rules, on: date) -> Weighed | Refused:
    """Give a choice weighed for a loan; refuses as `payable` and `prepare` do."""
    can = payable(found.told, rules, on)
    if isinstance(can, Refused):
        return can
    booked = prepare(held, owed, choice, rules, on)
    if isinstance(booked, Refused):
        return booked
    policy = plan_policy(rules, on)
    asked = asked_of(book, can, held.loan_id, owed.on, choice.holiday)
    return Weighed(found, held, owed, asked, policy, weigh(owed, asked, choice, policy, ASKED_FOR), booked)


def _choice(command: ProposePlan, owed: Owed, policy: PlanPolicy) -> Choice | Refused:
    """Give the terms that are proposed; a payment finds its own number of instalments."""
    terms = command.instalments
    if command.payment_minor > owed.total_minor:
        asked, owing = (text_of(minor, owed.currency) for minor in (command.payment_minor, owed.total_minor))
        return Refused("promise_above_debt", "", f"{asked}, owed {owing} {owed.currency}")
    if command.payment_minor and not terms:
        found = shortest(owed, command.payment_minor, command.rate, policy)
        if isinstance(found, Refused):
            return found
        terms = found
    return Choice(command.rate, terms, command.penalty_waived_minor, command.interest_waived_minor, command.holiday)


def _countered(command: ProposePlan, weighed: Weighed) -> Decision:
    """Answer a borrower whose proposal does not fit with the line of the menu that is offered first, if there is one."""
    menu = design(weighed.owed, weighed.asked, weighed.policy)
    first = None if isinstance(menu, Refused) or menu.first is None else menu.options[menu.first].said(command.currency)
    plan = Plan(command.plan_id, command.loan_id, weighed.found.hardship_id, weighed.option.choice, (), command.signed, COUNTERED)
    told = {
        "plan_id": command.plan_id,
        "loan_id": command.loan_id,
        "state": COUNTERED,
        "asked": text_of(weighed.booked.highest_minor, command.currency),
        "affordable": text_of(weighed.asked.most_minor, command.currency),
        "offer": first,
    }
    return Decision(filings=(_filed(plan, COUNTERED, weighed, is_borrowers=True),), answer=body_of(told))


def _filed(plan: Plan, state: str, weighed: Weighed, *, is_borrowers: bool) -> NewFiling:
    said = {
        "loan_id": plan.loan_id,
        "hardship_id": plan.hardship_id,
        "choice": said_of(plan.choice),
        "signed": plan.signed,
        "state": state,
        "is_borrowers": is_borrowers,
        "agreed": agreed_on(weighed.owed, plan.choice, weighed.booked),
    }
    return NewFiling(PROPOSED, plan.plan_id, body_of(said))


def _with(decision: Decision, first: NewFiling) -> Decision:
    """Give a decision with one more filing before its own."""
    return decision._replace(filings=(first, *decision.filings))
