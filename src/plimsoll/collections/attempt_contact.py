"""Ask the gate before a contact is made: let it out, or say by which rule not; either goes on record and stays there.

The contact itself leaves by the outbox. Counted are all contacts with the customer, of the lender and of every agency, by the
customer's own file; dials to the same number for other customers are handed in (`elsewhere`), and so is the time zone.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from typing import Final

from plimsoll.collections.agency_gate import Agencies, deny_agency
from plimsoll.collections.contact import ATTEMPTED, DENIED, NAME, READS_FILE, find_contact, known_of, refuse_clock
from plimsoll.collections.contact_rules import CHANNELS, CONTACT_PERSON, DEBTOR, INTERACTIVE, NUMBER, PURPOSES, UNANSWERED, country_rules
from plimsoll.collections.debtor import Attempt, Known
from plimsoll.collections.gate import Denied, may_contact
from plimsoll.collections.placement import READS_PLACEMENTS
from plimsoll.loan.book import Book, Decision, refuse_customer
from plimsoll.loan.filing import NewFiling, body_of
from plimsoll.rulebook.rules import Rules
from plimsoll.units.dates import years_later
from plimsoll.units.refusal import Malformed, Refused

READS: Final = f"every loan+{READS_FILE},{DENIED},{READS_PLACEMENTS}"
ID_LENGTH_MAX: Final = 64


@dataclass(frozen=True, slots=True)
class AttemptContact:
    """Contact a customer, or a person who may know where the customer is, now. `zone` is that of the customer's home.

    `person` is a reference into the vault, `number` the blinded number; `template` says what is sent, `recording` where the call is kept.
    """

    key: str
    customer_id: int
    on: date
    contact_id: str
    channel: str
    purpose: str
    by: str
    zone: str
    country: str = "cn"
    to: str = DEBTOR
    person: str = ""
    number: str = ""
    template: str = ""
    recording: str = ""


def decide(
    book: Book,
    command: AttemptContact,
    rules: Rules,
    zone: tzinfo,
    elsewhere: Sequence[tuple[datetime, int]] = (),
    agencies: Agencies | None = None,
) -> Decision | Refused:
    """Put the contact on record and let it out, or put its denial on record; the answer says which, by which rule and until when.

    `elsewhere` are dials to the number for other customers that nobody answered, or of which nobody told yet, oldest first: instant, day.
    `agencies` are those registered: one of them contacts only who is placed with it.
    Refuses customer_unknown, contact_unnamed, contact_exists, contact_malformed, country_unknown, clock_moved_back.
    """
    refused = refuse_customer(book, command.on) or _refuse(book, command) or refuse_clock(book)
    if refused is not None:
        return refused
    assert book.now is not None, "a contact is made at an instant"
    try:
        country = country_rules(rules, command.country, with_policy=True)
    except Malformed as wrong:
        return Refused(wrong.code, "", wrong.detail)
    attempt = _attempt(command, book.now, zone)
    known = known_of(book, [country])
    count_elsewhere(known, command.number, elsewhere)
    day = book.now.astimezone(zone).toordinal()
    said = deny_agency(book.filings, command.by, day, rules, agencies) or may_contact(known, attempt, country)
    row = country.on(day)
    body: dict[str, object] = {
        "channel": command.channel,
        "to": command.to,
        "person": command.person,
        "number": command.number,
        "by": command.by,
        "purpose": command.purpose,
        "country": command.country,
        "zone": command.zone,
        "day": day,
        "template": command.template,
        "recording": command.recording,
        "keep_until": years_later(command.on, row.records_years).isoformat(),
        "keep_years_after_settlement": row.records_after_years,
    }
    if isinstance(said, Denied):
        until = said.until.isoformat() if said.until else None
        denied = NewFiling(DENIED, command.contact_id, body_of(body | {"rule": said.rule, "until": until}))
        answer = body_of({"contact_id": command.contact_id, "allowed": False, "rule": said.rule, "until": until})
        return Decision(filings=(denied,), answer=answer)
    letter = {name: body[name] for name in ("channel", "to", "person", "number", "purpose", "template", "by")}
    return Decision(
        filings=(NewFiling(ATTEMPTED, command.contact_id, body_of(body)),),
        messages=(("contact", body_of({"contact_id": command.contact_id, "customer_id": command.customer_id} | letter)),),
        answer=body_of({"contact_id": command.contact_id, "allowed": True}),
    )


def _refuse(book: Book, command: AttemptContact) -> Refused | None:
    if not command.contact_id or len(command.contact_id) > ID_LENGTH_MAX:
        return Refused("contact_unnamed", "", f"{len(command.contact_id)} characters, 1 to {ID_LENGTH_MAX}")
    if find_contact(book.filings, command.contact_id) is not None:
        return Refused("contact_exists", "", command.contact_id)
    if command.channel not in CHANNELS:
        return Refused("channel_unknown", "", repr(command.channel))
    if command.purpose not in PURPOSES:
        return Refused("contact_malformed", "", f"purpose {command.purpose!r}; one of: {', '.join(PURPOSES)}")
    if command.to not in (DEBTOR, CONTACT_PERSON):
        return Refused("contact_malformed", "", f"to {command.to!r}; one of: {DEBTOR}, {CONTACT_PERSON}")
    if not command.by:
        return Refused("contact_malformed", "", "by: the lender or an agency")
    if command.to == CONTACT_PERSON and not command.person:
        return Refused("contact_malformed", "", "person: a contact person is named by a reference")
    if command.channel in INTERACTIVE and not command.number:
        return Refused("contact_malformed", "", "number: a call names its blinded number")
    return None


def _attempt(command: AttemptContact, at: datetime, zone: tzinfo) -> Attempt:
    return Attempt(
        command.channel,
        NAME,
        command.to,
        command.person,
        command.number,
        command.by,
        at,
        zone,
        command.country,
        command.purpose,
        "",
    )


def count_elsewhere(known: Known, number: str, elsewhere: Sequence[tuple[datetime, int]]) -> None:
    """Add dials to the same number for other customers to what is known."""
    if elsewhere:
        key = (NUMBER, number, UNANSWERED)
        known.times[key] = sorted([*known.times.get(key, []), *elsewhere])
