"""Agree to a plan that waits: by as many people of the house as it needs, and with its contract signed; then it is booked."""

from dataclasses import dataclass
from datetime import date

from plimsoll.collections.book_plan import start
from plimsoll.collections.hardship import find_live
from plimsoll.collections.plan import find_loan, find_plan, people_needed, refuse_again
from plimsoll.collections.propose_plan import weighed_as
from plimsoll.loan.book import Book, Decision
from plimsoll.loan.filing import NewFiling, body_of
from plimsoll.risk.plan.instalments import refuse_choice
from plimsoll.risk.plan.owing import owed_on
from plimsoll.risk.plan.policy import plan_policy
from plimsoll.risk.plan.record import APPROVED, READS_FILE, WAITS, Plan
from plimsoll.rulebook.rules import Rules
from plimsoll.units.money import text_of
from plimsoll.units.refusal import Refused

READS = f"loan+open loans+{READS_FILE}"


@dataclass(frozen=True, slots=True)
class AgreePlan:
    """Agree to a plan; `signed` names its contract in the vault, where the proposal did not."""

    key: str
    customer_id: int
    on: date
    plan_id: str
    loan_id: int
    signed: str = ""


def decide(book: Book, command: AgreePlan, rules: Rules) -> Decision | Refused:
    """Approve the plan, and book it once enough people have; what it asks is weighed again on the day.

    Refuses customer_unknown, loan_unknown, fact_does_not_fit, loan_charged_off, nothing_owed, plan_unknown, plan_not_ready,
    hardship_not_open, maker_cannot_check (a second person is needed), plan_not_signed, plan_not_affordable, and what `propose_plan` does.
    """
    held = find_loan(book, command.loan_id, command.on)
    if isinstance(held, Refused):
        return held
    plan = find_plan(book, command.plan_id, command.loan_id, WAITS)
    if isinstance(plan, Refused):
        return plan
    found = find_live(book)
    if isinstance(found, Refused):
        return found
    policy, owed = plan_policy(rules, command.on), owed_on(held, command.on.toordinal())
    refused = refuse_choice(owed, plan.choice, policy.terms_max) or refuse_again(book, command.loan_id, plan.choice, policy)
    if refused is not None:
        return refused
    weighed = weighed_as(book, held, owed, plan.choice, found, rules, command.on)
    if isinstance(weighed, Refused):
        return weighed
    if not weighed.fits:
        asked = [text_of(minor, owed.currency) for minor in (weighed.booked.highest_minor, weighed.asked.most_minor)]
        return Refused("plan_not_affordable", "POLICY.LOAD.CAPACITY", f"{asked[0]} in a month, {asked[1]} {owed.currency} can be paid")
    needed = people_needed(book, held.loan_id, owed, is_worth=weighed.is_worth, rules=rules, on=command.on)
    people = {*plan.people, book.actor}
    if len(people) < needed:
        return _approved(plan, book.actor, needed)
    signed = command.signed or plan.signed
    if not signed:
        return Refused("plan_not_signed", "", plan.plan_id)
    signed_plan = Plan(plan.plan_id, plan.loan_id, plan.hardship_id, plan.choice, (*plan.people, book.actor), signed, WAITS)
    return start(book, held, signed_plan, weighed.booked, found, command.on, rules)


def _approved(plan: Plan, actor: str, needed: int) -> Decision | Refused:
    """Put one approval on record, where others have to follow; nobody counts twice."""
    if actor in plan.people:
        return Refused("maker_cannot_check", "POLICY.PLAN.FOUR_EYES", actor)
    told = {"plan_id": plan.plan_id, "loan_id": plan.loan_id, "state": WAITS, "people": len(plan.people) + 1, "needed": needed}
    return Decision(filings=(NewFiling(APPROVED, plan.plan_id, body_of({"loan_id": plan.loan_id})),), answer=body_of(told))
