"""What the file of a customer says about contact: what is known for the gate, and where each contact stands."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from plimsoll.collections.case import READS_CASE, day_of, waited_for
from plimsoll.collections.contact_rules import BY_ANOTHER, CONNECTED, CONTACT_PERSON, DEBTOR, UNANSWERED, CountryRules
from plimsoll.collections.debtor import FACTS, PROMISED, Attempt, Known, Told
from plimsoll.loan.book import Book, Held, unpack_standing
from plimsoll.loan.filing import Filing, Kept, read_body, said_of
from plimsoll.loan.layout import CHARGED_OFF, S_CLAIM
from plimsoll.risk.complaint import CLOSED, FILED, RESUMED, STOPPED
from plimsoll.units.refusal import Refused

ATTEMPTED: Final = "contact.attempted"
DENIED: Final = "contact.denied"
OUTCOME: Final = "contact.outcome"
FACT: Final = "contact.fact"
READS_FILE: Final = f"file:{ATTEMPTED},{OUTCOME},{FACT},{FILED},{CLOSED},{STOPPED},{RESUMED},{READS_CASE}"

REFUSED, WRONG_NUMBER, THIRD_PARTY = "refused", "wrong_number", "third_party"
OUTCOMES: Final[Mapping[str, str]] = {
    "connected": CONNECTED,
    "unanswered": UNANSWERED,
    REFUSED: CONNECTED,
    WRONG_NUMBER: BY_ANOTHER,
    THIRD_PARTY: BY_ANOTHER,
}
"""What can come of a contact, and what the gate counts it as."""

CLOCKS_APART: Final = timedelta(days=1)
"""Contacts of a day may be put on file in any order; below the spread of calendars no count is changed by it."""

TOLD_ELSEWHERE: Final = frozenset(
    (
        "complained",
        "complaint_closed",
        "hardship_opened",
        "hardship_closed",
        "plan_started",
        "plan_broken",
        "plan_kept",
        "paid_off",
        "owing",
    )
)
"""Facts that have verbs of their own, or follow from the loans."""

TELLABLE: Final = tuple(fact for fact in FACTS if fact not in TOLD_ELSEWHERE)
NAME: Final = ""
"""A customer's file is about one debtor, who needs no name in it."""

_STOPS_BY_SUBJECT: Final = (("plan:", "plan_started"), ("hardship:", "hardship_opened"), ("", "complained"))
"""Who stopped collection, by how the subject of the filing begins; plans first, because a plan decides the request before it."""


def known_of(book: Book, countries: Iterable[CountryRules]) -> Known:
    """Give what the gate knows of a customer by the file; where nothing is owed any more, that too."""
    known = Known(countries)
    outcomes = {one.subject: read_body(one)["outcome"] for one in book.filings if one.kind == OUTCOME}
    since = known.counted_since(book.now) if book.now is not None and not any(one.kind == FACT for one in book.filings) else None
    for filing in book.filings:
        if filing.kind == FACT:
            known.hear(_told(read_body(filing), filing.at))
        elif filing.kind == ATTEMPTED:
            if since is not None and filing.at < since and _is_past(filing, outcomes):
                continue
            said = read_body(filing)
            known.note(_made(said, filing.at, outcomes.get(filing.subject, "")), said["day"])
            _hear_outcome(known, said, outcomes.get(filing.subject, ""), filing.at)
    at = book.filings[-1].at if book.filings else datetime.min.replace(tzinfo=UTC)
    for fact, subject in _open_stops(book.filings):
        known.hear(Told(fact, NAME, at, subject=subject))
    promise = waited_for(book.filings, day_of(book.now)) if book.now is not None else None
    if promise is not None:
        known.hear(Told(PROMISED, NAME, at, subject=promise.promise_id))
    if not is_owing(book):
        known.hear(Told("paid_off", NAME, at))
    return known


def refuse_clock(book: Book) -> Refused | None:
    """Refuse a contact earlier than one on file by more than the clocks of a day can differ: clock_moved_back.

    Contacts are counted from the last one backwards; one put on file out of its time would hide those before it.
    """
    assert book.now is not None, "a contact is made at an instant"
    last = max((one.at for one in book.filings if one.kind == ATTEMPTED), default=None)
    if last is None or book.now >= last - CLOCKS_APART:
        return None
    return Refused("clock_moved_back", "", f"{book.now:%Y-%m-%dT%H:%M:%SZ}, the last contact on file is of {last:%Y-%m-%dT%H:%M:%SZ}")


def is_owing(book: Book) -> bool:
    """Tell whether a loan of the book asks for anything; a claim that was charged off is still owed."""
    return any(_asks(held) for held in book.loans)


def _asks(held: Held) -> bool:
    one = held.summary
    if one.status == CHARGED_OFF:
        return unpack_standing(held.state).s[S_CLAIM] > 0
    return one.principal_minor + one.interest_minor + one.penalty_minor + one.fee_minor > 0


def find_contact(filings: Iterable[Filing], contact_id: str) -> dict[str, Any] | None:
    """Give what is on record about a contact that was made or denied, with the filing's `kind`; None for none."""
    for filing in filings:
        if filing.kind in (ATTEMPTED, DENIED) and filing.subject == contact_id:
            return {"kind": filing.kind, **read_body(filing)}
    return None


def _is_past(filing: Filing, outcomes: Mapping[str, str]) -> bool:
    """Tell whether a contact that no rule counts any more says nothing beside the count: one to the debtor, at a number of the debtor's."""
    body = filing.body
    to = said_of(body)["to"] if type(body) is Kept else read_body(filing)["to"]
    return bool(to == DEBTOR) and outcomes.get(filing.subject, "") != WRONG_NUMBER


def _told(said: Mapping[str, str], at: datetime) -> Told:
    return Told(said["fact"], NAME, at, said["person"], said["number"], said["about"])


def _made(said: Mapping[str, Any], at: datetime, outcome: str) -> Attempt:
    return Attempt(
        said["channel"],
        NAME,
        said["to"],
        said["person"],
        said["number"],
        said["by"],
        at,
        UTC,
        said["country"],
        said["purpose"],
        OUTCOMES.get(outcome, ""),
    )


def _hear_outcome(known: Known, said: Mapping[str, Any], outcome: str, at: datetime) -> None:
    """Take in what an outcome says beside the count: a contact person who refuses, a number that is a stranger's."""
    if outcome == REFUSED and said["to"] == CONTACT_PERSON:
        known.hear(Told("refused_contact", NAME, at, said["person"]))
    if outcome == WRONG_NUMBER and said["number"]:
        known.hear(Told("wrong_number", NAME, at, number=said["number"]))


def _open_stops(filings: Iterable[Filing]) -> list[tuple[str, str]]:
    """Give the stops that hold now, as facts with what each is about."""
    held: dict[tuple[str, str], None] = {}
    for filing in filings:
        key = ("complaint" if filing.kind in (FILED, CLOSED) else "stop", filing.subject)
        if filing.kind in (FILED, STOPPED):
            held[key] = None
        elif filing.kind in (CLOSED, RESUMED):
            held.pop(key, None)
    found = sorted((_place(kind, subject), f"{kind} {subject}") for kind, subject in held)
    return [(_STOPS_BY_SUBJECT[place][1], name) for place, name in found]


def _place(kind: str, subject: str) -> int:
    """Give the place among `_STOPS_BY_SUBJECT` of what stopped collection; whatever is neither plan nor request is a complaint's."""
    prefixes = [prefix for prefix, _ in _STOPS_BY_SUBJECT]
    return next(place for place, prefix in enumerate(prefixes) if not prefix or (kind == "stop" and subject.startswith(prefix)))
