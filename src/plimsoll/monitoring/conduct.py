"""Signals of single events: debits that failed, days it took to pay, contacts missed, what changed of devices and address."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from plimsoll.loan.filing import Filing, of_kind, read_body
from plimsoll.monitoring.signals import Values
from plimsoll.risk.classify.timeline import Span

QUARTER_DAYS: Final = 90
HALF_DAYS: Final = 180
REACHED: Final = ("connected", "refused")
"""Outcomes of a contact that had the debtor at the other end."""
UNREACHABLE: Final = "unreachable"
HARD_CAUSES: Final = ("collection_conduct", "cost_unclear", "wrong_amount")
"""What complaints of people under pressure are about."""


def from_conduct(filings: Sequence[Filing], on: int) -> Values:
    """Give the signals that filings other than evidence say by a day; nothing on file of a kind is nought, but for contacts."""
    known = [one for one in filings if one.on <= on]
    failed = [read_body(one) for one in of_kind(known, "autopay.failed") if one.on > on - QUARTER_DAYS]
    unpaid = {(one.subject, read_body(one)["due_on"]) for one in of_kind(known, "autopay.failed") if one.on > on - QUARTER_DAYS}
    hard = [one for one in of_kind(known, "complaint.filed") if one.on > on - HALF_DAYS and read_body(one).get("about") in HARD_CAUSES]
    asked = [one for one in of_kind(known, "hardship.opened") if one.on > on - HALF_DAYS]
    return {
        "debits_failed": float(len(unpaid)),
        "debit_impossible": float(bool(failed) and failed[-1]["borrower_acts"] and not failed[-1]["retry_on"]),
        "contacts_missed": contacts_missed(known, on),
        "complaints_hard": float(len(hard)),
        "hardship_told": float(len(asked)),
        "complaint_words": complaint_words(known, on),
    }


def complaint_words(filings: Iterable[Filing], on: int) -> float | None:
    """Give how many complaints of half a year speak of distress; None where none was seen to and the words of some were not looked at."""
    filed = [read_body(one).get("distress") for one in of_kind(filings, "complaint.filed") if one.on > on - HALF_DAYS]
    speaking = sum(count is not None and count > 0 for count in filed)
    return None if speaking == 0 and None in filed else float(speaking)


def contacts_missed(filings: Iterable[Filing], on: int) -> float | None:
    """Give how many contacts in a row, the last ones of ninety days, did not reach the debtor; None where none was tried.

    That somebody told us the debtor cannot be reached counts as one more.
    """
    to_debtor = {one.subject for one in of_kind(filings, "contact.attempted") if read_body(one)["to"] == "debtor"}
    missed: float | None = None
    for one in filings:
        if one.on <= on - QUARTER_DAYS:
            continue
        if one.kind == "contact.outcome" and one.subject in to_debtor:
            missed = 0.0 if read_body(one)["outcome"] in REACHED else (missed or 0.0) + 1
        elif one.kind == "contact.fact" and one.subject == UNREACHABLE:
            missed = (missed or 0.0) + 1
        elif one.kind == "contact.fact" and one.subject == "reached":
            missed = 0.0
    return missed


def paid_after(spans: Sequence[Span]) -> tuple[tuple[int, int], ...]:
    """Give every due day of a loan, oldest first, with how many days after it nothing of it was unpaid; 0 on it or before.

    What is still unpaid at the end of the spans is left out: how late it will be is not known yet.
    """
    dues = [span.since for span in spans if span.is_due_day]
    found = []
    for due in dues:
        paid = next((span.since for span in spans if span.since >= due and not 0 < span.oldest_due <= due), 0)
        if paid:
            found.append((due, paid - due))
    return tuple(found)


def days_to_pay(spans: Sequence[Span]) -> tuple[int, ...]:
    """Give the days from due day to payment alone, as `payment_drift` takes them."""
    return tuple(days for _, days in paid_after(spans))


def churn(since: Mapping[str, Sequence[int]], on: int) -> Values:
    """Give what is new of a customer's devices and numbers, and how often the address was changed.

    `since` are days by kind: "device" and "phone" as first seen on record, "phone_written" and "address" as written into the vault.
    What there was first is no change. None where nothing of the kind is on record.
    """
    return {
        "devices_new": _later(since.get("device", ()), on, QUARTER_DAYS),
        "phones_new": _later([*since.get("phone", ()), *since.get("phone_written", ())], on, HALF_DAYS),
        "address_changes": _later(since.get("address", ()), on, HALF_DAYS),
    }


def _later(days: Sequence[int], on: int, window: int) -> float | None:
    """Count the days within a window, those of the first day ever left out."""
    known = [day for day in days if day <= on]
    return float(len({day for day in known if day > min(known) and day > on - window})) if known else None
