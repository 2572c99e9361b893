"""Apply for a line: a product, an amount, a term and a purpose. What may not be borrowed for is refused here, by the law that says so."""

from dataclasses import dataclass
from datetime import date
from typing import Final

from plimsoll.loan.book import Book, Decision, refuse_customer
from plimsoll.loan.filing import body_of
from plimsoll.origination.application import APPLY, LIVE, READS_APPLICATION, Asked, filed, fold_applications
from plimsoll.risk.offer import product_in, refuse_amount
from plimsoll.rulebook.product import AccountOffer, LoanOffer
from plimsoll.rulebook.rules import Rules
from plimsoll.units.refusal import Refused

READS = READS_APPLICATION
ID_LENGTH_MAX: Final = 64


@dataclass(frozen=True, slots=True)
class Apply:
    """Ask for a line of an amount; `instalments` 0 takes the usual number. The id is given by the caller.

    `also` names another product that the same line is to open; nobody gets one that was not asked for.
    """

    key: str
    customer_id: int
    on: date
    application_id: str
    product: str
    amount_minor: int
    currency: str
    purpose: str
    instalments: int = 0
    also: str = ""


def decide(book: Book, command: Apply, rules: Rules) -> Decision | Refused:
    """Put the application on record.

    Refuses customer_unknown, application_unnamed, application_exists, application_open, purpose_banned, purpose_unknown, and an
    amount or a term that the product does not offer.
    """
    refused = refuse_customer(book, command.on) or _refuse_twice(book, command)
    refused = refused or refuse_purpose(command.purpose, rules, command.on)
    if refused is not None:
        return refused
    asked = asked_of(command, rules)
    if isinstance(asked, Refused):
        return asked
    answer = {"application_id": command.application_id, "product": asked.product, "instalments": asked.instalments}
    filing = filed(APPLY, command.application_id, asked._asdict())
    return Decision(filings=(filing,), answer=body_of(answer))


def refuse_purpose(purpose: str, rules: Rules, on: date) -> Refused | None:
    """Refuse a purpose that the law forbids (purpose_banned) or that the house does not know (purpose_unknown)."""
    banned, known = rules.value("CN.USE.BANNED", on), rules.value("POLICY.USE.KNOWN", on)
    assert banned is None or isinstance(banned, tuple)
    assert known is None or isinstance(known, tuple)
    if banned is not None and purpose in banned:
        return Refused("purpose_banned", "CN.USE.BANNED", purpose)
    if known is not None and purpose not in known:
        return Refused("purpose_unknown", "POLICY.USE.KNOWN", f"{purpose!r}; known: {', '.join(str(one) for one in known)}")
    return None


def asked_of(command: Apply, rules: Rules) -> Asked | Refused:
    """Give what is asked for, within what the product offers on the day.

    Refuses product_unknown, product_not_in_force, currency_must_match, amount_must_be_positive, amount_out_of_range, term_not_offered.
    """
    version = product_in(rules, command.product, command.on, command.currency)
    if isinstance(version, Refused):
        return version
    offer = version.offer
    least, most = (offer.amount_min_minor, offer.amount_max_minor) if isinstance(offer, LoanOffer) else _limits(offer)
    refused = refuse_amount(command.amount_minor, least, most, command.currency)
    if refused is not None:
        return refused
    instalments = 0
    if isinstance(offer, LoanOffer):
        instalments = command.instalments or offer.instalments_usual
        if instalments not in offer.instalments_offered:
            offered = ", ".join(str(count) for count in offer.instalments_offered)
            return Refused("term_not_offered", version.product, f"{instalments}; offered: {offered}")
    if command.also:
        other = product_in(rules, command.also, command.on, command.currency)
        if isinstance(other, Refused):
            return other
        if isinstance(other.offer, LoanOffer) == isinstance(offer, LoanOffer):
            return Refused("product_not_beside", command.also, command.product)
    return Asked(command.product, command.currency, command.amount_minor, instalments, command.purpose, command.also)


def _limits(offer: AccountOffer) -> tuple[int, int]:
    return offer.limit_min_minor, offer.limit_max_minor


def _refuse_twice(book: Book, command: Apply) -> Refused | None:
    """Refuse an id without a name or used before, and a second application for a product while one still goes somewhere."""
    named = command.application_id
    if not named or len(named) > ID_LENGTH_MAX:
        return Refused("application_unnamed", "", f"{len(named)} characters, 1 to {ID_LENGTH_MAX}")
    for one in fold_applications(book.filings, command.on.toordinal()).values():
        if one.application_id == named:
            return Refused("application_exists", "", named)
        if one.asked.product == command.product and one.state in LIVE:
            return Refused("application_open", "", f"{one.application_id} for {command.product} is {one.state}")
    return None
