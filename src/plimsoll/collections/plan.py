"""What the steps of a plan share: finding it and its loan, the rules of a second one, and how many people have to agree."""

from datetime import date

from plimsoll.loan.book import Book, Held
from plimsoll.loan.layout import CHARGED_OFF, OPEN
from plimsoll.loan.terms import LOAN
from plimsoll.risk.plan.instalments import Choice, Owed
from plimsoll.risk.plan.policy import PlanPolicy
from plimsoll.risk.plan.record import PERFORMING, Plan, plans_of, plans_on
from plimsoll.rulebook.rules import Rules
from plimsoll.units.refusal import Refused


def find_loan(book: Book, loan_id: int, on: date, currency: str = "") -> Held | Refused:
    """Give an open loan of the customer.

    Refuses customer_unknown, loan_unknown, fact_does_not_fit (an account: its bill is converted), loan_charged_off, nothing_owed,
    currency_must_match, plan_backdated (a plan is weighed on the loan as it stands, not as it stood).
    """
    if not book.opened_on:
        return Refused("customer_unknown", "", f"customer {book.customer_id}")
    held = next((one for one in book.loans if one.loan_id == loan_id), None)
    if held is None:
        return Refused("loan_unknown", "", f"loan {loan_id} of customer {book.customer_id}")
    if held.terms.kind != LOAN:
        return Refused("fact_does_not_fit", "", f"account {loan_id} of {held.product}")
    if held.summary.status != OPEN:
        return Refused("loan_charged_off" if held.summary.status == CHARGED_OFF else "nothing_owed", "", f"loan {loan_id}")
    if currency and held.terms.currency != currency:
        return Refused("currency_must_match", "", f"{currency}, loan {loan_id} in {held.terms.currency}")
    if on.toordinal() < held.summary.as_of:
        return Refused("plan_backdated", "", f"{on}, the loan stands on {date.fromordinal(held.summary.as_of)}")
    return held


def find_plan(book: Book, plan_id: str, loan_id: int, state: str) -> Plan | Refused:
    """Give a plan of a loan in a state; refuses plan_unknown, plan_not_ready."""
    found = plans_of(book.filings).get(plan_id)
    if found is None or found.loan_id != loan_id:
        return Refused("plan_unknown", "", f"{plan_id} of loan {loan_id}")
    return found if found.state == state else Refused("plan_not_ready", "", f"{plan_id} is {found.state}, not {state}")


def refuse_again(book: Book, loan_id: int, choice: Choice, policy: PlanPolicy) -> Refused | None:
    """Refuse a plan beside one in performance, and a holiday that is too long or one too many in the life of the loan.

    Refuses plan_in_performance, plan_extended_too_long, plan_extended_too_often.
    """
    started = plans_on(plans_of(book.filings).values(), loan_id)
    going = next((one for one in started if one.state == PERFORMING), None)
    if going is not None:
        return Refused("plan_in_performance", "", going.plan_id)
    if not 0 <= choice.holiday <= policy.extension_months:
        return Refused("plan_extended_too_long", "POLICY.PLAN.EXTENSION", f"{choice.holiday} months, at most {policy.extension_months}")
    if choice.holiday and sum(1 for one in started if one.choice.holiday) >= policy.extension_times:
        return Refused("plan_extended_too_often", "POLICY.PLAN.EXTENSION", f"{policy.extension_times} times in life")
    return None


def people_needed(book: Book, loan_id: int, owed: Owed, *, is_worth: bool, rules: Rules, on: date) -> int:
    """Give how many people of the house have to agree: two for a great debt, a second plan of the loan, one worth less than none."""
    most = rules.whole("POLICY.PLAN.FOUR_EYES", on)
    is_again = bool(plans_on(plans_of(book.filings).values(), loan_id))
    is_great = most is not None and owed.total_minor > most
    return 2 if is_great or is_again or not is_worth else 1
