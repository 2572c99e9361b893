"""Settle a promise: kept as soon as enough came, and once its time is over partial or broken, by what came in time."""

from dataclasses import dataclass
from datetime import date
from typing import Final

from plimsoll.collections import open_case
from plimsoll.collections.case import BROKEN, ENDS, FOLLOWED, KEPT, Promise, find_case, find_promise
from plimsoll.collections.case_policy import promise_policy
from plimsoll.collections.debt import received
from plimsoll.collections.move_case import moved
from plimsoll.collections.open_case import after
from plimsoll.collections.promise import became
from plimsoll.loan.book import Book, Decision, refuse_customer
from plimsoll.loan.filing import NewFiling, body_of
from plimsoll.rulebook.rules import Rules
from plimsoll.units.money import text_of
from plimsoll.units.refusal import Refused

READS: Final = open_case.READS.replace("every loan", "every loan+facts")
KIND_OF: Final = {state: kind for kind, state in ENDS.items()}


@dataclass(frozen=True, slots=True)
class SettlePromise:
    """Find out what became of an open promise."""

    key: str
    customer_id: int
    on: date
    promise_id: str


def decide(book: Book, command: SettlePromise, rules: Rules) -> Decision | Refused:
    """Put on file what became of the promise. One that was not kept brings the case back on the same day, as the strategy then says.

    Refuses customer_unknown, case_not_open, promise_unknown, promise_over, promise_not_due.
    """
    refused = refuse_customer(book, command.on)
    if refused is not None:
        return refused
    case = find_case(book)
    promise = case if isinstance(case, Refused) else find_promise(case, command.promise_id)
    if isinstance(case, Refused) or isinstance(promise, Refused):
        return promise if isinstance(promise, Refused) else Refused("case_not_open")
    on = command.on.toordinal()
    came = received(book.loans, dict(promise.counts), promise.currency, min(on, promise.waits_until))
    state = became(promise, came, promise_policy(rules, date.fromordinal(promise.made_on)), on)
    if not state:
        return Refused("promise_not_due", "POLICY.PROMISE.KEPT", f"{promise.promise_id} until {date.fromordinal(promise.waits_until)}")
    filed: tuple[NewFiling, ...] = (ended(promise, state, came, ""),)
    if state != KEPT:
        follow = NewFiling(FOLLOWED, case.case_id, body_of({"due_on": on, "reason": f"{promise.promise_id} {state}"}))
        filed = (*filed, moved(book, case, rules, command.on, int(state == BROKEN)), follow)
    decision = after(book, filed, command.on)
    told = {"promise_id": promise.promise_id, "state": state, "paid": text_of(came, promise.currency), "currency": promise.currency}
    return Decision(filings=decision.filings, work=decision.work, answer=body_of(told))


def ended(promise: Promise, state: str, paid_minor: int, reason: str) -> NewFiling:
    """Give what goes on file about a promise that is over."""
    return NewFiling(
        KIND_OF[state], promise.promise_id, body_of({"paid_minor": paid_minor, "currency": promise.currency, "reason": reason})
    )
