"""What a person has agreed to, folded from the file: which purpose, which version of the notice, since when, withdrawn or not.

A consent counts from the instant it was recorded and ends at the instant its withdrawal was; nothing is used on the day's end or
by grace. A newer version of the notice asks again: what was agreed to under the older one does not carry over.
"""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Final, NamedTuple

from plimsoll.loan.filing import Filing, read_body
from plimsoll.rulebook.rules import Rules
from plimsoll.units.refusal import Refused

GRANTED: Final = "consent.granted"
WITHDRAWN: Final = "consent.withdrawn"


class Consent(NamedTuple):
    """Where one purpose stands at an instant: the version agreed to last, since when, and whether it was withdrawn."""

    purpose: str
    version: int
    is_granted: bool
    n: int  # the filing that decided
    since: datetime


def consents(filings: Iterable[Filing], at: datetime) -> dict[str, Consent]:
    """Give where each purpose stands at an instant, by name; a purpose that was never asked about is not there."""
    found: dict[str, Consent] = {}
    for filing in filings:
        if filing.kind == GRANTED and filing.at <= at:
            found[filing.subject] = Consent(filing.subject, read_body(filing)["version"], True, filing.n, filing.at)
        elif filing.kind == WITHDRAWN and filing.at <= at and filing.subject in found:
            found[filing.subject] = found[filing.subject]._replace(is_granted=False, n=filing.n, since=filing.at)
    return found


def consent_in_force(filings: Iterable[Filing], purpose: str, at: datetime, version: int = 0) -> Consent | Refused:
    """Give the consent to a purpose at an instant; with a version, only one to that version of the notice or a later one.

    Refuses consent_missing, consent_withdrawn, consent_outdated.
    """
    found = consents((filing for filing in filings if filing.subject == purpose), at).get(purpose)
    if found is None:
        return Refused("consent_missing", "", purpose)
    if not found.is_granted:
        return Refused("consent_withdrawn", "", f"{purpose} at {found.since.isoformat(timespec='seconds')}")
    if found.version < version:
        return Refused("consent_outdated", "", f"{purpose}: version {found.version} agreed to, {version} in force")
    return found


def required_version(rules: Rules, purpose: str, on: date) -> int | Refused:
    """Give the version of a purpose's notice that is in force on a day; refuses consent_purpose_unknown."""
    known = rules.purposes.get(purpose)
    notice = None if known is None else known.notice(on)
    return Refused("consent_purpose_unknown", "", f"{purpose!r} on {on}") if notice is None else notice.version


def refuse_without_consent(filings: Iterable[Filing], purpose: str, at: datetime, rules: Rules) -> Refused | None:
    """Refuse to fetch or use data for a purpose at an instant.

    Refuses consent_purpose_unknown, consent_missing, consent_withdrawn, consent_outdated.
    """
    version = required_version(rules, purpose, at.date())
    if isinstance(version, Refused):
        return version
    found = consent_in_force(filings, purpose, at, version)
    return found if isinstance(found, Refused) else None
