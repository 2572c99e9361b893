"""Reschedule a loan: new due days, a new rate or a new way to repay for everything that is unpaid."""

from dataclasses import dataclass
from datetime import date

from plimsoll.loan.book import Book, Decision
from plimsoll.loan.facts import SAME_REPAYMENT, rescheduled
from plimsoll.loan.layout import BULLET
from plimsoll.loan.terms import INSTALMENTS_MAX, NO_DUE_DAYS, DueDays
from plimsoll.loan.words import REPAYMENTS
from plimsoll.risk.offer import agreed, contract_rate, loan_offer, penalty_on, rolled
from plimsoll.rulebook.product import LoanOffer, Version, read_every
from plimsoll.rulebook.rules import Rules
from plimsoll.servicing.find import find_held, refuse_account
from plimsoll.servicing.tell import detail, recorded, tell, with_late
from plimsoll.units.days import NO_STEP
from plimsoll.units.rate import Rate
from plimsoll.units.refusal import Refused

READS = "loan+open loans"


@dataclass(frozen=True, slots=True)
class Reschedule:
    """Give a loan new terms from a day on; what is not named stays.

    Due days: `instalments` of them, one step `every` ("" as the product) after `on` or from `first_due_on`; or all of them in `due_on`.
    """

    key: str
    customer_id: int
    on: date
    loan_id: int
    rate: Rate | None = None
    repayment: str = ""
    instalments: int = 0
    every: str = ""
    first_due_on: date | None = None
    due_on: tuple[date, ...] = ()
    reason: str = ""


def decide(book: Book, command: Reschedule, rules: Rules) -> Decision | Refused:
    """Record the new terms; unpaid interest, penalty and fee fall due with the first new due day.

    Refuses loan_unknown, fact_does_not_fit (an account), rate_out_of_range (above the product's), repayment_not_offered,
    reschedule_malformed, terms_out_of_range, due_days_must_increase, calendar_not_confirmed.
    """
    held = find_held(book, command.loan_id)
    if isinstance(held, Refused):
        return held
    refused = refuse_account(held)
    if refused is not None:
        return refused
    version = agreed(rules, held)
    if isinstance(version, Refused):
        return version
    offer = loan_offer(version)
    if isinstance(offer, Refused):
        return offer
    refused = _refuse_terms(command, version, offer)
    if refused is not None:
        return refused
    due = _due_days(command, offer)
    if due.count > 0:
        moved = rolled(rules, version, due, command.on.toordinal())
        if isinstance(moved, Refused):
            return moved
        due = moved
    rate = None if command.rate is None else contract_rate(offer, command.rate)
    penalty = (0, 1) if rate is None else penalty_on(rules, version, rate, command.on)
    repayment = REPAYMENTS[command.repayment] if command.repayment else SAME_REPAYMENT
    fact = rescheduled(command.on.toordinal(), rate, penalty, repayment, due)
    decision = Decision(facts=((held.loan_id, fact, detail("", command.reason)),), answer=tell(recorded(held)))
    return with_late(book, decision, command.on, rules)


def _refuse_terms(command: Reschedule, version: Version, offer: LoanOffer) -> Refused | None:
    """Refuse new terms that say nothing, contradict themselves, or are dearer than the product."""
    count = command.instalments or len(command.due_on)
    if command.instalments and command.due_on:
        return Refused("reschedule_malformed", "", "instalments or due_on, one of them")
    if count == 0 and command.rate is None:
        return Refused("reschedule_malformed", "", "new due days or a new rate are needed")
    if not 0 <= count <= INSTALMENTS_MAX:
        return Refused("terms_out_of_range", "", f"{count} instalments, at most {INSTALMENTS_MAX}")
    if command.every and read_every(command.every) == (0, 0):
        return Refused("reschedule_malformed", "", f'every {command.every!r}: such as "1 month", "2 weeks" or "30 days"')
    if command.rate is not None and command.rate.exceeds(offer.rate_max):
        return Refused("rate_out_of_range", version.product, f"{command.rate.text()}, at most {offer.rate_max.text()}")
    if command.repayment and command.repayment not in offer.repayments:
        return Refused("repayment_not_offered", version.product, f"{command.repayment!r}; offered: {', '.join(offer.repayments)}")
    if command.repayment and REPAYMENTS[command.repayment] == BULLET and count > 1:
        return Refused("reschedule_malformed", "", f"a bullet has one due day, not {count}")
    return None


def _due_days(command: Reschedule, offer: LoanOffer) -> DueDays:
    """Give the new due days, none where they stay."""
    if command.due_on:
        return DueDays(len(command.due_on), NO_STEP, 0, 0, tuple(day.toordinal() for day in command.due_on))
    if not command.instalments:
        return NO_DUE_DAYS
    unit, step = read_every(command.every or offer.every)
    if command.first_due_on is None:
        return DueDays(command.instalments, unit, step, command.on.toordinal(), (), 1)
    return DueDays(command.instalments, unit, step, command.first_due_on.toordinal())
