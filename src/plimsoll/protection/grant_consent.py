"""Record that a person agrees to one use of the data, by the version of the notice that was shown."""

from dataclasses import dataclass
from datetime import date

from plimsoll.loan.book import Book, Decision, refuse_customer
from plimsoll.loan.filing import NewFiling, body_of
from plimsoll.risk.consent import GRANTED, consents, required_version
from plimsoll.rulebook.rules import Rules
from plimsoll.units.refusal import LANGUAGES, Refused

READS = "line+file:consent.granted,consent.withdrawn"


@dataclass(frozen=True, slots=True)
class GrantConsent:
    """Agree to one purpose. `version` is that of the notice on the screen; one command agrees to one purpose and to nothing else."""

    key: str
    customer_id: int
    on: date
    purpose: str
    version: int
    language: str = "zh-CN"


def decide(book: Book, command: GrantConsent, rules: Rules) -> Decision | Refused:
    """Put the consent on record; it counts from this instant.

    Refuses customer_unknown, consent_purpose_unknown, consent_outdated (the notice shown is not the one in force), language_unknown,
    consent_already_given.
    """
    assert book.now is not None, "a consent counts from an instant"
    refused = refuse_customer(book, command.on)
    if refused is not None:
        return refused
    if command.language not in LANGUAGES:
        return Refused("language_unknown", "", f"{command.language!r}; one of: {', '.join(LANGUAGES)}")
    version = required_version(rules, command.purpose, command.on)
    if isinstance(version, Refused):
        return version
    if command.version != version:
        return Refused("consent_outdated", "", f"{command.purpose}: version {command.version} shown, {version} in force")
    known = consents(book.filings, book.now).get(command.purpose)
    if known is not None and known.is_granted and known.version == version:
        return Refused("consent_already_given", "", f"{command.purpose}, version {version}")
    body = body_of({"version": version, "language": command.language})
    return Decision(filings=(NewFiling(GRANTED, command.purpose, body),), answer=body_of({"purpose": command.purpose, "version": version}))
