"""Accept an offer and sign: the line is opened or changed, and its load line drawn, in one decision; all of it, or nothing."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from plimsoll.loan.book import LINE_CLOSED, LINE_FROZEN, LINE_OPEN, Book, Decision, Line, LoadLine, refuse_customer
from plimsoll.loan.filing import NewFiling, body_of
from plimsoll.origination.application import KINDS, OFFERED, SIGN, Application, Offer, filed, find_application, refuse_state
from plimsoll.origination.case import instant_of
from plimsoll.risk.consent import GRANTED, WITHDRAWN, refuse_without_consent
from plimsoll.risk.disclose import ACCOUNT, OFFER, Ask
from plimsoll.risk.gate import READS_FILE, pass_disclosure, refuse_untaught
from plimsoll.risk.line_limits import Limits, refuse_limits, told_limits
from plimsoll.rulebook.product import LoanOffer, Version
from plimsoll.rulebook.rules import Rules
from plimsoll.units.dates import day_text
from plimsoll.units.money import text_of
from plimsoll.units.rate import Rate
from plimsoll.units.refusal import Refused

READS: Final = f"open loans+{READS_FILE},{','.join(sorted((*KINDS, GRANTED, WITHDRAWN)))}"


@dataclass(frozen=True, slots=True)
class AcceptOffer:
    """Sign an offer. Limit, rate and term are those that the borrower has read: they must be the ones on offer."""

    key: str
    customer_id: int
    on: date
    application_id: str
    limit_minor: int
    currency: str
    rate: Rate
    instalments: int = 0


def decide(book: Book, command: AcceptOffer, rules: Rules) -> Decision | Refused:
    """Open or change the line within the load line that was drawn for it.

    Refuses offer_expired, offer_changed, consent_missing, consent_withdrawn, consent_outdated, disclosure_missing,
    disclosure_not_confirmed, disclosure_changed, lesson_needed, lesson_needed_again, line_frozen, currency_must_match,
    limit_out_of_range, load_line_passed, and customer_unknown, application_unknown, application_not_ready.
    """
    found = _find(book, command)
    if isinstance(found, Refused):
        return found
    offer = found.offer
    assert offer is not None, "what is offered has an offer"
    version = rules.product(offer.product, command.on)
    if isinstance(version, Refused):
        return version
    refused = _refuse_changed(command, offer) or _refuse_use(book, found, rules)
    refused = refused or refuse_untaught(book.filings, book.loans, version.licence, command.on, rules)
    if refused is not None:
        return refused
    line = _line(book.line, offer, rules, command.on)
    if isinstance(line, Refused):
        return line
    used = pass_disclosure(book.filings, disclosed(offer, version, command.on), version.licence, rules, command.application_id)
    if isinstance(used, Refused):
        return used
    return _signed(command, offer, line, used)


def disclosed(offer: Offer, version: Version, on: date) -> Ask:
    """Give what has to be shown and confirmed before an offer is signed: the costs of the loan that was asked for, or of the account."""
    if isinstance(version.offer, LoanOffer):
        return Ask(OFFER, on, offer.product, offer.currency, offer.loan_minor, offer.instalments, offer.rate, "", offer.limit_minor)
    return Ask(ACCOUNT, on, offer.product, offer.currency, offer.later_limit_minor)


def _find(book: Book, command: AcceptOffer) -> Application | Refused:
    """Give the application whose offer stands."""
    refused = refuse_customer(book, command.on)
    if refused is not None:
        return refused
    found = find_application(book.filings, command.application_id, command.on.toordinal())
    if isinstance(found, Refused):
        return found
    if found.state == "expired" and found.offer is not None:
        return Refused("offer_expired", "POLICY.OFFER.DAYS", f"until {day_text(found.offer.expires_on)}")
    return refuse_state(found, OFFERED) or found


def _refuse_changed(command: AcceptOffer, offer: Offer) -> Refused | None:
    """Refuse numbers that are not those of the offer: offer_changed."""
    asked = (command.limit_minor, command.currency, command.rate, command.instalments)
    if asked == (offer.limit_minor, offer.currency, offer.rate, offer.instalments):
        return None
    detail = f"{text_of(offer.limit_minor, offer.currency)} {offer.currency}, {offer.rate.text()} a day, {offer.instalments} instalments"
    return Refused("offer_changed", "", detail)


def _refuse_use(book: Book, found: Application, rules: Rules) -> Refused | None:
    """Refuse an offer that rests on evidence whose consent is no longer there."""
    now = instant_of(book)
    for purpose in found.purposes:
        refused = refuse_without_consent(book.filings, purpose, now, rules)
        if refused is not None:
            return refused
    return None


def _line(held: Line | None, offer: Offer, rules: Rules, on: date) -> Line | Refused:
    """Give the line with the limits of the offer; what was higher before stays, nobody's limit falls by signing."""
    if held is not None and held.status == LINE_FROZEN:
        return Refused("line_frozen", "", offer.product)
    if held is not None and held.status != LINE_CLOSED and held.currency != offer.currency:
        return Refused("currency_must_match", "", f"{offer.currency}, the line in {held.currency}")
    credit = held.credit_minor if held is not None else 0
    before = held if held is not None and held.status != LINE_CLOSED else Line(offer.currency, 0, 0, 0, 0, 0, 0, LINE_OPEN, credit)
    line = before._replace(
        limit_minor=max(before.limit_minor, offer.limit_minor),
        cash_limit_minor=max(before.cash_limit_minor, offer.cash_limit_minor),
        later_limit_minor=max(before.later_limit_minor, offer.later_limit_minor),
    )
    limits = Limits(line.currency, line.limit_minor, line.cash_limit_minor, line.later_limit_minor, offer.cash_product, offer.later_product)
    return refuse_limits(limits, rules, on) or line


def _signed(command: AcceptOffer, offer: Offer, line: Line, used: Sequence[NewFiling]) -> Decision:
    """Give what signing leaves behind."""
    load_line = LoadLine(offer.currency, offer.capacity_minor, offer.room_minor, offer.stress_ppb, command.on.toordinal())
    signed = {
        "limit_minor": line.limit_minor,
        "rate": offer.rate.text(),
        "instalments": offer.instalments,
        "first_draw_minor": offer.loan_minor,
        "cash_product": offer.cash_product,
    }
    told = {
        "application_id": command.application_id,
        **told_limits(line),
        "currency": line.currency,
        "rate": offer.rate.text(),
        "instalments": offer.instalments,
    }
    drawn = NewFiling("load_line", command.application_id, body_of({**load_line._asdict(), "reason": "signed"}))
    return Decision(
        line=line,
        load_line=load_line,
        filings=(filed(SIGN, command.application_id, signed), drawn, *used),
        messages=(("signed", body_of(told)),),
        answer=body_of(told),
    )
