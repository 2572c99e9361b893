"""Tell a borrower before an overdue record goes to the credit bureau: what, which loan, how much, by when to pay or object."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from plimsoll.collections.reminded import PREFERENCE, wishes_of
from plimsoll.loan.book import Book, Decision, Held, refuse_customer
from plimsoll.loan.filing import NewFiling, body_of
from plimsoll.loan.fold import fold
from plimsoll.loan.layout import O_CLAIM, O_INTEREST_LATE, O_LATE_DAYS, O_PENALTY, O_PRINCIPAL_LATE
from plimsoll.loan.state import measured
from plimsoll.loan.terms import begun_on
from plimsoll.risk.classify.timeline import grace_of, timeline
from plimsoll.risk.credit.default import Default, default_on, defaults_of
from plimsoll.risk.credit.on_file import NOTICE, Notice, notices_of
from plimsoll.rulebook.adverse_notice import words_on
from plimsoll.rulebook.rules import Rules
from plimsoll.units.money import text_of
from plimsoll.units.refusal import Malformed, Refused

READS: Final = f"loan+facts+file:adverse,{PREFERENCE}"
CHANNELS: Final = ("in_app", "sms", "email", "letter")


@dataclass(frozen=True, slots=True)
class GiveAdverseNotice:
    """Give notice of one loan's default by one channel."""

    key: str
    customer_id: int
    on: date
    loan_id: int
    channel: str = "in_app"


def decide(book: Book, command: GiveAdverseNotice, rules: Rules) -> Decision | Refused:
    """Put the notice on file and let it leave; it counts from the day its delivery is confirmed.

    Refuses customer_unknown, loan_unknown, channel_unknown, nothing_past_due, adverse_notice_given (one of this default is on its way
    or has arrived), template_not_in_force.
    """
    refused = refuse_customer(book, command.on)
    if refused is not None:
        return refused
    if command.channel not in CHANNELS:
        return Refused("channel_unknown", "", repr(command.channel))
    held = next((one for one in book.loans if one.loan_id == command.loan_id), None)
    if held is None:
        return Refused("loan_unknown", "", f"loan {command.loan_id}")
    found = default_of(held, command.on)
    if isinstance(found, Refused):
        return found
    default, overdue_minor, days = found
    notices = notices_of(book.filings, held.loan_id)
    if _is_given(notices, default):
        return Refused("adverse_notice_given", "CN.CREDIT.ADVERSE.NOTICE", f"loan {held.loan_id}")
    wait = rules.whole("POLICY.CREDIT.NOTICE.DAYS", command.on)
    assert wait is not None, "the days of a notice are a rule"
    until = command.on + timedelta(days=wait)
    try:
        words = words_on(command.on)
    except Malformed as wrong:
        return Refused(wrong.code, "", wrong.detail)
    language = wishes_of(book.filings).language
    notice_id = f"{held.loan_id}-{len(notices) + 1}"
    said = {
        "loan_id": held.loan_id,
        "late_on": default.late_on,
        "due_on": default.due_on,
        "late_days": days,
        "overdue_minor": overdue_minor,
        "currency": held.terms.currency,
        "until": until.toordinal(),
        "channel": command.channel,
        "version": words.version,
        "language": language,
    }
    parts = {
        "lender": rules.lender.name[language],
        "product": _title(rules, held, language),
        "loan": f"{held.loan_id}",
        "due_on": f"{date.fromordinal(default.due_on)}",
        "amount": f"{text_of(overdue_minor, held.terms.currency)} {held.terms.currency}",
        "until": f"{until}",
        "phone": rules.lender.phone,
    }
    leaves = {"notice_id": notice_id, "customer_id": command.customer_id, "channel": command.channel, "text": words.filled(language, parts)}
    return Decision(
        filings=(NewFiling(NOTICE, notice_id, body_of(said)),),
        messages=(("adverse_notice", body_of(leaves)),),
        answer=body_of({"notice_id": notice_id, "loan_id": held.loan_id, "overdue": parts["amount"], "until": parts["until"]}),
    )


def default_of(held: Held, on: date) -> tuple[Default, int, int] | Refused:
    """Give the default that a loan, read with its facts, is in on a day, with what is overdue and since how many days.

    Refuses nothing_past_due.
    """
    assert held.facts is not None, "the facts of the loan are read"
    day = on.toordinal()
    spans = timeline(held.terms, held.facts, day)
    standing = fold(held.terms, held.facts, day)
    if isinstance(spans, Refused) or isinstance(standing, Refused):
        return spans if isinstance(spans, Refused) else standing if isinstance(standing, Refused) else Refused("nothing_past_due")
    default = default_on(defaults_of(spans, grace_of(held.terms), day), day)
    if default is None:
        return Refused("nothing_past_due", "", f"loan {held.loan_id} on {on}")
    out = measured(held.terms, standing)
    return default, out[O_CLAIM] or out[O_PRINCIPAL_LATE] + out[O_INTEREST_LATE] + out[O_PENALTY], out[O_LATE_DAYS]


def _title(rules: Rules, held: Held, language: str) -> str:
    """Give the product of a loan as borrowers know it."""
    version = rules.product(held.product, date.fromordinal(begun_on(held.terms)))
    return held.product if isinstance(version, Refused) else version.title[language]


def _is_given(notices: Sequence[Notice], default: Default) -> bool:
    """Tell whether a notice of the default is on its way or has arrived; one that failed may be given again."""
    return any(one.on >= default.late_on and not one.has_failed for one in notices)
