"""Work on one case: who holds it, what a rank may grant, and the words that a reviewer may use. Shared by the verbs of review."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta

from plimsoll.loan.book import Book, refuse_customer
from plimsoll.loan.filing import instant_text
from plimsoll.origination.application import Application, find_application, refuse_state
from plimsoll.rulebook.rules import Rules
from plimsoll.units.money import text_of
from plimsoll.units.refusal import Refused


def find_case(book: Book, application_id: str, on: date, *states: str) -> Application | Refused:
    """Give an application that is in one of some states; refuses customer_unknown, application_unknown, application_not_ready."""
    refused = refuse_customer(book, on)
    if refused is not None:
        return refused
    found = find_application(book.filings, application_id, on.toordinal())
    if isinstance(found, Refused):
        return found
    return refuse_state(found, *states) or found


def instant_of(book: Book) -> datetime:
    """Give the instant of the command; every door tells it."""
    assert book.now is not None, "a command of review comes with its instant"
    return book.now


def refuse_held_by_other(application: Application, book: Book) -> Refused | None:
    """Refuse a case that another reviewer holds: review_claimed."""
    claim = application.claim
    if claim is None or claim.actor == book.actor or claim.until <= instant_text(instant_of(book)):
        return None
    return Refused("review_claimed", "POLICY.REVIEW.CLAIM.SECONDS", f"{application.application_id} by {claim.actor} until {claim.until}")


def refuse_not_held(application: Application, book: Book) -> Refused | None:
    """Refuse to work on a case that the actor does not hold: review_claimed (by another), review_not_claimed (by nobody, or no longer)."""
    refused = refuse_held_by_other(application, book)
    if refused is not None:
        return refused
    claim = application.claim
    if claim is not None and claim.actor == book.actor and claim.until > instant_text(instant_of(book)):
        return None
    return Refused("review_not_claimed", "", application.application_id)


def claim_until(book: Book, rules: Rules, on: date) -> str:
    """Give the instant until which a case claimed now is held, as text in UTC."""
    seconds = rules.whole("POLICY.REVIEW.CLAIM.SECONDS", on)
    return instant_text(instant_of(book) + timedelta(seconds=seconds or 0))


def refuse_authority(role: str, minor: int, currency: str, rules: Rules, on: date) -> Refused | None:
    """Refuse a rank that is not known (role_unknown), or that may not grant as much (authority_exceeded)."""
    ranks = rules.value("POLICY.REVIEW.AUTHORITY", on)
    assert isinstance(ranks, Mapping)
    if role not in ranks:
        return Refused("role_unknown", "POLICY.REVIEW.AUTHORITY", f"{role!r}; known: {', '.join(ranks)}")
    unit = rules.rule("POLICY.REVIEW.AUTHORITY").unit
    most = ranks[role]
    assert isinstance(most, int)
    assert not isinstance(unit, str)
    if currency != unit[role]:
        return Refused("authority_exceeded", "POLICY.REVIEW.AUTHORITY", f"{role} in {unit[role]}, asked in {currency}")
    if minor > most:
        asked = f"{text_of(minor, currency)}, {role} up to {text_of(most, currency)} {currency}"
        return Refused("authority_exceeded", "POLICY.REVIEW.AUTHORITY", asked)
    return None


def read_words(text: str) -> tuple[str, ...]:
    """Give words with spaces or commas between them, each once, in order."""
    return tuple(dict.fromkeys(text.replace(",", " ").split()))
