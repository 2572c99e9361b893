"""Take a promise to pay an amount by a day. Until it is over nobody asks for money; whoever broke too many is asked for a plan instead."""

from dataclasses import dataclass
from datetime import date
from typing import Final

from plimsoll.collections.case import KEPT, MADE, READS_CASE, Case, cases_of, find_case
from plimsoll.collections.case_policy import PromisePolicy, promise_policy
from plimsoll.collections.contact import ATTEMPTED, DENIED, find_contact
from plimsoll.collections.contact_rules import CHANNELS
from plimsoll.collections.debt import counts_of, debt_of, owed_by, refuse_currency
from plimsoll.collections.open_case import after
from plimsoll.collections.promise import MACHINES, Given, expected_keeping, is_after_payday
from plimsoll.collections.reminded import IN_APP, PREFERENCE, wishes_of
from plimsoll.loan.book import Book, Decision, refuse_customer
from plimsoll.loan.filing import NewFiling, body_of
from plimsoll.risk.parameters import figures
from plimsoll.rulebook.rules import Rules
from plimsoll.units.money import text_of
from plimsoll.units.refusal import Refused

READS: Final = f"every loan+file:{READS_CASE},{PREFERENCE},{ATTEMPTED},{DENIED}"
WAYS: Final = (*CHANNELS, IN_APP)


@dataclass(frozen=True, slots=True)
class MakePromise:
    """Promise to pay an amount by a day, told by a channel; `contact_id` names the contact in which it was given."""

    key: str
    customer_id: int
    on: date
    currency: str
    amount_minor: int
    due_on: date
    channel: str
    contact_id: str = ""


def decide(book: Book, command: MakePromise, rules: Rules) -> Decision | Refused:
    """Put the promise on file with how likely it is to be kept.

    Refuses customer_unknown, case_not_open, currency_must_match, amount_must_be_positive, channel_unknown, contact_not_made,
    promise_date_passed, promise_too_far, promise_open_already, promise_broken_too_often, promise_above_debt.
    """
    refused = refuse_customer(book, command.on)
    if refused is not None:
        return refused
    case = find_case(book)
    if isinstance(case, Refused):
        return case
    policy = promise_policy(rules, command.on)
    refused = _refuse_words(book, command) or _refuse_promise(book, case, command, policy)
    if refused is not None:
        return refused
    due_on = command.due_on.toordinal()
    before = [one for each in cases_of(book.filings).values() for one in each.promises]
    expected = expected_keeping(_given(book, case, command), figures(rules, "POLICY.PROMISE.KEEPING", command.on))
    said = {
        "currency": command.currency,
        "amount_minor": command.amount_minor,
        "due_on": due_on,
        "waits_until": due_on + policy.grace,
        "channel": command.channel,
        "contact_id": command.contact_id,
        "expected_ppm": expected,
        "counts": [list(one) for one in counts_of(book.loans)],
    }
    promise_id = f"promise-{len(before) + 1}"
    decision = after(book, (NewFiling(MADE, promise_id, body_of(said)),), command.on)
    told = {
        "promise_id": promise_id,
        "case_id": case.case_id,
        "amount": text_of(command.amount_minor, command.currency),
        "currency": command.currency,
        "due_on": command.due_on.isoformat(),
        "waits_until": date.fromordinal(due_on + policy.grace).isoformat(),
        "expected_ppm": expected,
    }
    return Decision(filings=decision.filings, work=decision.work, answer=body_of(told))


def _refuse_words(book: Book, command: MakePromise) -> Refused | None:
    """Refuse what cannot be a promise, whatever is owed."""
    refused = refuse_currency(debt_of(book, command.on), command.currency)
    if refused is not None:
        return refused
    if command.amount_minor <= 0:
        return Refused("amount_must_be_positive")
    if command.channel not in WAYS:
        return Refused("channel_unknown", "", f"{command.channel!r}; one of: {', '.join(WAYS)}")
    if command.contact_id:
        found = find_contact(book.filings, command.contact_id)
        if found is None or found["kind"] == DENIED:
            return Refused("contact_not_made", "", command.contact_id)
    return None


def _refuse_promise(book: Book, case: Case, command: MakePromise, policy: PromisePolicy) -> Refused | None:
    """Refuse a promise for a day that is past or too far away, beside another one, after too many broken ones, above the debt."""
    wait = (command.due_on - command.on).days
    if wait < 0:
        return Refused("promise_date_passed", "", f"{command.due_on}, on {command.on}")
    if wait > policy.longest:
        return Refused("promise_too_far", "POLICY.PROMISE.LIMITS", f"{wait} days, at most {policy.longest}")
    standing = case.open_promise()
    if standing is not None:
        return Refused("promise_open_already", "", f"{standing.promise_id} until {date.fromordinal(standing.due_on)}")
    if case.broken() >= policy.broken:
        return Refused("promise_broken_too_often", "POLICY.PROMISE.LIMITS", f"{case.broken()} of {case.case_id}")
    owed = owed_by(book, command.currency, command.due_on.toordinal())
    if command.amount_minor > owed:
        asked = f"{text_of(command.amount_minor, command.currency)}, owed then {text_of(owed, command.currency)} {command.currency}"
        return Refused("promise_above_debt", "", asked)
    return None


def _given(book: Book, case: Case, command: MakePromise) -> Given:
    """Give what is known about the promise as it is made; what was promised in earlier cases counts as kept before, not as broken."""
    promises = [one for each in cases_of(book.filings).values() for one in each.promises]
    return Given(
        amount_minor=command.amount_minor,
        room_minor=book.load_line.room_minor if book.load_line is not None and book.load_line.currency == command.currency else -1,
        wait=(command.due_on - command.on).days,
        is_after_payday=is_after_payday(command.due_on.toordinal(), wishes_of(book.filings).payday),
        kept=sum(one.state == KEPT for one in promises),
        broken=case.broken(),
        is_machine=command.channel in MACHINES,
    )
