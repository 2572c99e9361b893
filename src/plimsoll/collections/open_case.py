"""Open a case: something is past due. One case holds all loans of a customer, of both products, until the last of them is well again."""

from dataclasses import dataclass
from datetime import date
from typing import Final

from plimsoll.collections.assess import Seen, arm_of, assessed, refuse_traits
from plimsoll.collections.case import OPENED, READS_CASE, case_of, cases_of
from plimsoll.collections.debt import debt_of
from plimsoll.collections.queue import item_of
from plimsoll.loan.book import Book, Decision, refuse_customer
from plimsoll.loan.filing import Filing, NewFiling, body_of
from plimsoll.rulebook.rules import Rules
from plimsoll.units.refusal import Refused

READS: Final = f"every loan+file:{READS_CASE},hardship,plan,collection"
"""What every verb reads that assesses a case: all loans with claims, cases, promises, requests for help, plans, and what stops."""


@dataclass(frozen=True, slots=True)
class OpenCase:
    """Open a customer's case. `ability` and `willingness` are what is thought of them, "" where nobody tells; `effect_ppm` is the share
    of the debt that a contact brings in, per million, 0 for that of the policy.
    """

    key: str
    customer_id: int
    on: date
    ability: str = ""
    willingness: str = ""
    effect_ppm: int = 0


def decide(book: Book, command: OpenCase, rules: Rules) -> Decision | Refused:
    """Open the case, draw its arm and put it into the queue.

    Refuses customer_unknown, case_word_unknown, case_open_already, case_without_cause (nothing is past due).
    """
    refused = refuse_customer(book, command.on) or refuse_traits(command.ability, command.willingness)
    if refused is not None:
        return refused
    standing = case_of(book.filings)
    if standing is not None:
        return Refused("case_open_already", "", standing.case_id)
    debt = debt_of(book, command.on)
    if debt.days < 1 or debt.late_minor == 0:
        return Refused("case_without_cause", "", f"customer {book.customer_id}")
    arm = arm_of(command.customer_id, rules, command.on)
    seen = Seen(command.ability, command.willingness, 0, command.effect_ppm)
    said = assessed(book, debt, seen, arm.name, rules, command.on) | {"arm": arm.name, "propensity_ppm": arm.propensity_ppm}
    filing = NewFiling(OPENED, f"case-{len(cases_of(book.filings)) + 1}", body_of(said))
    return after(book, (filing,), command.on)


def after(book: Book, filed: tuple[NewFiling, ...], on: date, shown: tuple[NewFiling, ...] = ()) -> Decision:
    """Give the decision that puts something on file about the customer's case: with its place in the queue, and how it stands then.

    What is `shown` counts for its place and goes on no file.
    """
    assert book.now is not None, "a case has its instants"
    day = on.toordinal()
    whole = (*book.filings, *(Filing(0, *one[:2], day, book.now, book.actor, one.body) for one in (*filed, *shown)))
    case = list(cases_of(whole).values())[-1]
    answer = {
        "case_id": case.case_id,
        "state": case.state,
        "segment": case.segment,
        "bucket": case.bucket,
        "days": case.days,
        "arm": case.arm,
        "treatment": case.treatment,
        "row": case.row,
        "assigned_to": case.assigned_to,
    }
    return Decision(filings=filed, work=(item_of(case, day),), answer=body_of(answer))
