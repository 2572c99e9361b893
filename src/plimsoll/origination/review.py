"""Decide on a case as a person: approve what the engine suggests, amend its limit or term, or decline; always with reasons."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from plimsoll.loan.book import Book, Decision
from plimsoll.loan.filing import NewFiling, body_of
from plimsoll.origination.application import (
    APPROVE,
    COUNTER,
    DECLINE,
    IN_REVIEW,
    MAKE,
    OPINE,
    Application,
    Offer,
    filed,
)
from plimsoll.origination.case import find_case, read_words, refuse_authority, refuse_not_held
from plimsoll.origination.queue import case
from plimsoll.rulebook import reason
from plimsoll.rulebook.product import LoanOffer
from plimsoll.rulebook.rules import Rules
from plimsoll.units.money import text_of
from plimsoll.units.refusal import Refused

READS = "line+file"
AMEND: Final = "amend"
OUTCOMES: Final = (APPROVE, AMEND, DECLINE)


@dataclass(frozen=True, slots=True)
class Review:
    """Decide on a case that one holds.

    `reasons` are codes of the catalogue with spaces between them. `differs` says why this is not what the engine would do, where it is
    not. `limit_minor` and `instalments` are those of an amendment, 0 as the engine has them; the price is never a reviewer's to choose.
    """

    key: str
    customer_id: int
    on: date
    application_id: str
    outcome: str
    role: str
    currency: str
    reasons: str = ""
    differs: str = ""
    limit_minor: int = 0
    instalments: int = 0


def decide(book: Book, command: Review, rules: Rules) -> Decision | Refused:
    """Put the decision on record; one that needs a second reviewer waits for it, any other stands at once.

    Refuses decision_unknown, reasons_missing, reason_unknown, review_must_say_why, review_without_offer, load_line_passed,
    limit_out_of_range, term_not_offered, currency_must_match, role_unknown, authority_exceeded, review_claimed, review_not_claimed,
    and customer_unknown, application_unknown, application_not_ready.
    """
    found = find_case(book, command.application_id, command.on, IN_REVIEW)
    if isinstance(found, Refused):
        return found
    refused = refuse_not_held(found, book) or _refuse_words(command)
    if refused is not None:
        return refused
    offer = None if command.outcome == DECLINE else granted(found, command, rules)
    if isinstance(offer, Refused):
        return offer
    refused = _refuse_unsaid(found, command, offer)
    refused = refused or refuse_authority(command.role, offer.limit_minor if offer else 0, command.currency, rules, command.on)
    if refused is not None:
        return refused
    return decided(book, found, command, offer, rules)


def decided(book: Book, found: Application, command: Review, offer: Offer | None, rules: Rules) -> Decision:
    """Give what a decision that may be taken leaves behind."""
    waits = needs_second(found, offer, rules, command.on)
    said = {
        "outcome": command.outcome,
        "engine": found.leaning,
        "reasons": list(read_words(command.reasons)),
        "differs": command.differs,
        "role": command.role,
        "offer": None if offer is None else offer.said(),
        "waits": waits,
    }
    filings = [filed(OPINE, command.application_id, said)]
    if offer is not None and not waits:
        filings.append(made(command.application_id, offer))
    opinion = (book.filings[-1].n if book.filings else 0) + 1
    state = "to_approve" if waits else "declined" if offer is None else "offered"
    return Decision(
        filings=tuple(filings),
        work=(case(found, "open" if waits else "done", rules, command.on),),
        messages=() if waits else (told(command.application_id, offer, read_words(command.reasons)),),
        answer=body_of({"application_id": command.application_id, "opinion": opinion, "state": state}),
    )


def made(application_id: str, offer: Offer) -> NewFiling:
    """Give the filing that puts an offer before the borrower."""
    return filed(MAKE, application_id, offer.said())


def told(application_id: str, offer: Offer | None, reasons: tuple[str, ...]) -> tuple[str, str]:
    """Give the message by which the borrower learns what was decided."""
    if offer is None:
        return "declined", body_of({"application_id": application_id, "reasons": list(reasons)})
    amount = text_of(offer.limit_minor, offer.currency)
    until = date.fromordinal(offer.expires_on).isoformat()
    return "offer", body_of({"application_id": application_id, "limit": amount, "currency": offer.currency, "until": until})


def needs_second(found: Application, offer: Offer | None, rules: Rules, on: date) -> bool:
    """Tell whether a second reviewer must agree: a high limit, or lending where the engine would decline."""
    if offer is None:
        return False
    most = rules.whole("POLICY.REVIEW.FOUR_EYES", on)
    is_above = most is not None and offer.limit_minor > most
    return is_above or (found.leaning == DECLINE and rules.value("POLICY.REVIEW.FOUR_EYES.DIFFERS", on) is True)


def granted(found: Application, command: Review, rules: Rules) -> Offer | Refused:
    """Give the offer that a reviewer makes: the engine's, or an amendment of it under the load line and within the product."""
    offer = found.suggested
    if offer is None:
        return Refused("review_without_offer", "", found.application_id)
    if offer.currency != command.currency:
        return Refused("currency_must_match", "", f"{command.currency}, the offer in {offer.currency}")
    limit = command.limit_minor or offer.limit_minor
    if limit > offer.capacity_minor:
        asked = f"{text_of(limit, offer.currency)} of {text_of(offer.capacity_minor, offer.currency)} {offer.currency}"
        return Refused("load_line_passed", "", asked)
    version = rules.product(offer.product, command.on)
    if isinstance(version, Refused):
        return version
    terms = version.offer
    least, most = (
        (terms.amount_min_minor, terms.amount_max_minor) if isinstance(terms, LoanOffer) else (terms.limit_min_minor, terms.limit_max_minor)
    )
    if not least <= limit <= most:
        asked = f"{text_of(limit, offer.currency)}; {text_of(least, offer.currency)} to {text_of(most, offer.currency)} {offer.currency}"
        return Refused("limit_out_of_range", offer.product, asked)
    instalments = command.instalments or offer.instalments
    if isinstance(terms, LoanOffer) and instalments not in terms.instalments_offered:
        return Refused("term_not_offered", offer.product, str(instalments))
    days = rules.whole("POLICY.OFFER.DAYS", command.on) or 0
    return amended(offer, limit, instalments, (command.on + timedelta(days=days)).toordinal())


def amended(offer: Offer, limit_minor: int, instalments: int, expires_on: int) -> Offer:
    """Give an offer with another limit and term; what stood below the limit stays below it."""
    return offer._replace(
        limit_minor=limit_minor,
        loan_minor=min(offer.loan_minor, limit_minor),
        cash_limit_minor=_share(offer.cash_limit_minor, limit_minor, offer.limit_minor),
        later_limit_minor=_share(offer.later_limit_minor, limit_minor, offer.limit_minor),
        instalments=instalments,
        expires_on=expires_on,
    )


def _share(part_minor: int, limit_minor: int, whole_minor: int) -> int:
    """Give a sub-limit that keeps its share of another limit, in whole units of the currency's hundred, never above the limit."""
    return part_minor * limit_minor // whole_minor if whole_minor else 0


def _refuse_words(command: Review) -> Refused | None:
    """Refuse an outcome or reasons that are none of the house's."""
    if command.outcome not in OUTCOMES:
        return Refused("decision_unknown", "", f"{command.outcome!r}; one of: {', '.join(OUTCOMES)}")
    reasons = read_words(command.reasons)
    if not reasons:
        return Refused("reasons_missing")
    strange = reason.load().unknown(reasons)
    return Refused("reason_unknown", "", ", ".join(strange)) if strange else None


def _refuse_unsaid(found: Application, command: Review, offer: Offer | None) -> Refused | None:
    """Refuse a decision other than the engine's that does not say why: review_must_say_why."""
    suggested = found.suggested
    would_lend = found.leaning in (APPROVE, COUNTER)
    is_same = (offer is None) != would_lend and (offer is None or suggested is None or _terms(offer) == _terms(suggested))
    if is_same or command.differs.strip():
        return None
    return Refused("review_must_say_why", "", f"the engine: {found.leaning}, here: {command.outcome}")


def _terms(offer: Offer) -> tuple[int, int]:
    return offer.limit_minor, offer.instalments
