"""Put on file which treatment a case gets on a day, how it was chosen and what it is claimed to gain, so that claims can be checked."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from plimsoll.collections.case import READS_CASE, case_of
from plimsoll.loan.book import Book, Decision, refuse_customer
from plimsoll.loan.filing import Filing, NewFiling, body_of, of_kind, read_body
from plimsoll.rulebook.rules import Rules
from plimsoll.rulebook.strategy import TREATMENTS
from plimsoll.units.refusal import Refused

ASSIGNED: Final = "treatment.assigned"
READS: Final = f"line+file:{READS_CASE},{ASSIGNED}"
HOWS: Final = ("strategy", "optimised", "explored")
"""How a treatment was chosen: by the table alone (those held out), by the optimiser, or by chance among what is allowed."""
PPM: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class AssignTreatment:
    """Treat the open case of a customer on a day. `propensity_ppm` is how likely the treatment was to be chosen, per million;
    `claimed_minor` what it is thought to gain over the plain baseline, which may be below zero."""

    key: str
    customer_id: int
    on: date
    treatment: str
    channel: str
    how: str
    currency: str
    late_minor: int
    claimed_minor: int = 0
    propensity_ppm: int = PPM


def decide(book: Book, command: AssignTreatment, rules: Rules) -> Decision | Refused:  # noqa: ARG001 -- every verb is called alike
    """Put the treatment on file, one a day.

    Refuses customer_unknown, case_not_open, case_word_unknown, treatment_assigned, promise_waits, currency_must_match.
    """
    refused = refuse_customer(book, command.on)
    if refused is not None:
        return refused
    for word, known in ((command.treatment, TREATMENTS), (command.how, HOWS)):
        if word not in known:
            return Refused("case_word_unknown", "", f"{word!r}; one of: {', '.join(known)}")
    case = case_of(book.filings)
    if case is None:
        return Refused("case_not_open", "", f"customer {book.customer_id}")
    if any(one.on == command.on.toordinal() for one in of_kind(book.filings, ASSIGNED, case.case_id)):
        return Refused("treatment_assigned", "", f"{case.case_id} on {command.on}")
    promise = case.open_promise()
    if promise is not None and command.on.toordinal() <= promise.waits_until:
        return Refused("promise_waits", "", promise.promise_id)
    if command.currency != case.currency:
        return Refused("currency_must_match", "", f"{command.currency}, the case is in {case.currency}")
    said = {
        "treatment": command.treatment,
        "channel": command.channel,
        "how": command.how,
        "arm": case.arm,
        "segment": case.segment,
        "bucket": case.bucket,
        "currency": command.currency,
        "late_minor": command.late_minor,
        "claimed_minor": command.claimed_minor,
        "propensity_ppm": command.propensity_ppm,
    }
    answer = body_of({"case_id": case.case_id, "treatment": command.treatment, "channel": command.channel})
    return Decision(filings=(NewFiling(ASSIGNED, case.case_id, body_of(said)),), answer=answer)


def assigned_on(filings: Iterable[Filing], day: int) -> dict[str, Any] | None:
    """Give what a customer's case was assigned on a day, None for nothing."""
    found = [one for one in filings if one.kind == ASSIGNED and one.on == day]
    return read_body(found[-1]) if found else None
