"""Ask for a debit: decided under the customer's lock on what is owed at that instant, so that who has paid is not debited again.

Each try has an instruction of its own, which is put on record before it leaves. Whoever asks again before the answer is known gets the
same instruction: the bank, which knows it, answers as it did.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Final, NamedTuple

from plimsoll.collections.owing import owing_of
from plimsoll.collections.reminded import DEBIT_FAILED
from plimsoll.loan.book import Book, Decision, refuse_customer, standing_of
from plimsoll.loan.filing import Filing, NewFiling, body_of, read_body
from plimsoll.risk.consent import refuse_without_consent
from plimsoll.risk.plan.record import READS_FILE as READS_PLAN
from plimsoll.risk.plan.record import live_hardship
from plimsoll.rulebook.rules import Rules
from plimsoll.units.refusal import Refused

ASKED: Final = "autopay.asked"
DONE: Final = "autopay.done"
READS: Final = f"loan+{READS_PLAN},consent,autopay"
PURPOSE: Final = "debit"
PAID, COLLECTED, NOT_YET, HARDSHIP, ENDED = "paid", "collected_before", "not_yet", "hardship", "ended"
"""Why no debit is asked for, beside the codes of a consent that is not in force."""


class Tried(NamedTuple):
    """Tries to debit what was due on a day: failures, the instruction without an answer, the next day (ISO), whether it was collected."""

    failures: int
    waiting: str
    retry_on: str
    is_done: bool


@dataclass(frozen=True, slots=True)
class AskDebit:
    """Ask for the debit of what a loan asked for on a day."""

    key: str
    customer_id: int
    on: date
    loan_id: int
    due_on: date


def decide(book: Book, command: AskDebit, rules: Rules) -> Decision | Refused:
    """Put the instruction on record and give it with its amount, or say why there is none.

    None is given where nothing is owed of that day any more (paid), it was collected and came back (collected_before), the next try is
    later (not_yet) or there is none (ended), a hardship request is open (hardship), or no consent to debit is in force (consent_missing,
    consent_withdrawn, consent_outdated).
    Refuses customer_unknown, customer_not_yet_open, loan_unknown.
    """
    assert book.now is not None, "a debit is asked for at an instant"
    refused = refuse_customer(book, command.on)
    if refused is not None:
        return refused
    held = next((one for one in book.loans if one.loan_id == command.loan_id), None)
    if held is None:
        return Refused("loan_unknown", "", f"loan {command.loan_id}")
    on, due_on = max(command.on.toordinal(), held.summary.as_of), command.due_on.toordinal()
    owing = owing_of(held.loan_id, held.terms, standing_of(held, on), max(on, due_on))
    minor = sum(one.minor for one in owing if one.due_on == due_on)
    tried = tried_of(book.filings, command.loan_id, command.due_on)
    why = _why_not(book, tried, minor, command.on, rules)
    said: dict[str, object] = {"loan_id": command.loan_id, "due_on": command.due_on.isoformat(), "currency": held.terms.currency}
    if why:
        return Decision(answer=body_of({**said, "is_asked": False, "why": why}))
    instruction = tried.waiting or f"{book.customer_id}-{command.loan_id}-{command.due_on:%Y%m%d}-{tried.failures + 1}"
    told = {**said, "instruction": instruction, "minor": _asked_minor(book.filings, instruction) if tried.waiting else minor}
    filings = () if tried.waiting else (NewFiling(ASKED, str(command.loan_id), body_of(told)),)
    return Decision(filings=filings, answer=body_of({**told, "is_asked": True}))


def tried_of(filings: Iterable[Filing], loan_id: int, due_on: date) -> Tried:
    """Give where the debit of what a loan asked for on a day stands."""
    failures, waiting, retry_on, is_done = 0, "", "", False
    for filing in filings:
        if filing.kind not in (ASKED, DEBIT_FAILED, DONE) or filing.subject != str(loan_id):
            continue
        said = read_body(filing)
        if said["due_on"] != due_on.isoformat():
            continue
        waiting = said["instruction"] if filing.kind == ASKED else ""
        is_done = filing.kind == DONE
        if filing.kind == DEBIT_FAILED:
            failures, retry_on = failures + 1, said["retry_on"]
    return Tried(failures, waiting, retry_on, is_done)


def _asked_minor(filings: Iterable[Filing], instruction: str) -> int:
    """Give the amount of an instruction that left: it is asked for again as it was."""
    return next(int(said["minor"]) for one in filings if one.kind == ASKED and (said := read_body(one))["instruction"] == instruction)


def _why_not(book: Book, tried: Tried, minor: int, on: date, rules: Rules) -> str:
    """Give why no debit is asked for, "" where one is. What has left is asked after, whatever came since."""
    assert book.now is not None, "a debit is asked for at an instant"
    if tried.waiting:
        return ""
    if minor <= 0:
        return PAID
    if tried.is_done:
        return COLLECTED
    if tried.failures and not tried.retry_on:
        return ENDED
    if tried.retry_on > on.isoformat():
        return NOT_YET
    if live_hardship(book.filings) is not None:
        return HARDSHIP
    withheld = refuse_without_consent(book.filings, PURPOSE, book.now, rules)
    return "" if withheld is None else withheld.code
