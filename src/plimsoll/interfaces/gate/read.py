"""Read a line of the gate: a fact or an attempt. Every complaint names its key; nothing is guessed, least of all a time zone."""

import re
from datetime import UTC, datetime, tzinfo
from typing import Final

from plimsoll.app.zones import zone_of
from plimsoll.collections.contact_rules import CHANNELS, CONNECTED, CONTACT_PERSON, DEBTOR, INTERACTIVE, PURPOSES, UNANSWERED, CountryRules
from plimsoll.collections.debtor import FACTS, Attempt, Told
from plimsoll.units.refusal import Malformed

BESIDE: Final = ("id", "why", "source", "expect")
"""Keys that are let pass, so that a file of worked cases can be fed as it is."""

ATTEMPT_KEYS: Final = ("attempt", "debtor", "to", "person", "number", "by", "at", "zone", "country", "purpose", "outcome")
FACT_KEYS: Final = ("fact", "debtor", "person", "number", "at", "subject")
KNOWN: Final = frozenset((*ATTEMPT_KEYS, *FACT_KEYS, *BESIDE))
"""Facts may carry the keys of attempts and the other way round: a stream cut from one log has both in every line."""

ISO_3166: Final = {"gb": "uk"}
"""Where the standard has another code for a country than its people and its rules have."""

TO: Final = (DEBTOR, CONTACT_PERSON)
OUTCOMES: Final = (CONNECTED, UNANSWERED)
NAME_LENGTH_MAX: Final = 200
YEAR_MIN, YEAR_MAX = 1900, 2199
_INSTANT: Final = re.compile(
    r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(Z|[+-]\d\d:?\d\d)?",
    re.ASCII,
)


def read_fact(fields: dict[str, object]) -> Told:
    """Read a fact; raises Malformed field_missing, field_malformed, fact_kind_unknown, and what its instant raises."""
    fact = fields["fact"]
    if not isinstance(fact, str) or fact not in FACTS:
        raise Malformed("fact_kind_unknown", _short(fact), key="fact", remedy=f"One of: {', '.join(FACTS)}.")
    person, number = _name(fields, "person", is_needed=fact == "refused_contact"), _name(fields, "number", is_needed=fact == "wrong_number")
    return Told(fact, _name(fields, "debtor"), read_instant(fields), person, number, _name(fields, "subject", is_needed=False))


def read_attempt(fields: dict[str, object], countries: dict[str, CountryRules]) -> Attempt:
    """Read an attempt; raises Malformed channel_unknown, country_unknown, zone_unknown, field_missing, field_malformed and what its
    instant raises. A call names its number, a contact person is named.
    """
    channel = fields["attempt"]
    if channel not in CHANNELS:
        raise Malformed("channel_unknown", _short(channel), key="attempt")
    to, country, purpose = fields.get("to"), fields.get("country"), fields.get("purpose")
    if to not in TO:
        raise _not_one_of(fields, "to", TO)
    if purpose not in PURPOSES:
        raise _not_one_of(fields, "purpose", PURPOSES)
    if not isinstance(country, str) or (country not in countries and country not in ISO_3166):
        code = "field_missing" if country is None else "country_unknown"
        raise Malformed(code, _short(country), key="country", remedy=f"One of: {', '.join(countries)}.")
    country = ISO_3166.get(country, country)
    outcome = fields.get("outcome")
    if outcome is not None and outcome not in OUTCOMES:
        raise _not_one_of(fields, "outcome", OUTCOMES)
    return Attempt(
        channel,
        _name(fields, "debtor"),
        to,
        _name(fields, "person", is_needed=to == CONTACT_PERSON),
        _name(fields, "number", is_needed=channel in INTERACTIVE),
        _name(fields, "by"),
        read_instant(fields),
        read_zone(fields),
        country,
        purpose,
        outcome or "",
    )


def read_instant(fields: dict[str, object]) -> datetime:
    """Give the instant of a line in UTC; raises field_missing, instant_malformed, instant_without_zone, date_out_of_range."""
    text = fields.get("at")
    if text is None:
        raise Malformed("field_missing", "at", key="at")
    found = _INSTANT.fullmatch(text) if isinstance(text, str) else None
    if found is None:
        raise Malformed("instant_malformed", _short(text), key="at")
    if found[1] is None:
        raise Malformed("instant_without_zone", _short(text), key="at")
    try:
        at = datetime.fromisoformat(found[0])
    except ValueError:
        raise Malformed("instant_malformed", _short(text), key="at") from None
    if not YEAR_MIN <= at.year <= YEAR_MAX:
        raise Malformed("date_out_of_range", _short(text), key="at")
    return at.astimezone(UTC)


def read_zone(fields: dict[str, object]) -> tzinfo:
    """Give the debtor's time zone; raises field_missing, zone_unknown."""
    name = fields.get("zone")
    if name is None:
        raise Malformed("field_missing", "zone", key="zone")
    try:
        return zone_of(name)
    except Malformed as wrong:
        raise wrong.at(key="zone") from None


def _name(fields: dict[str, object], key: str, *, is_needed: bool = True) -> str:
    """Give who or what is named, by text or by a whole number; "" where none is and none has to be."""
    value = fields.get(key)
    if value is None or value == "":
        if is_needed:
            raise Malformed("field_missing", key, key=key)
        return ""
    if type(value) is int:
        value = f"{value}"
    if not isinstance(value, str) or len(value) > NAME_LENGTH_MAX:
        raise Malformed("field_malformed", _short(value), key=key, remedy=f"Text of at most {NAME_LENGTH_MAX} characters.")
    return value


def _not_one_of(fields: dict[str, object], key: str, words: tuple[str, ...]) -> Malformed:
    value = fields.get(key)
    if value is None:
        return Malformed("field_missing", key, key=key)
    return Malformed("field_malformed", _short(value), key=key, remedy=f"One of: {', '.join(words)}.")


def _short(value: object) -> str:
    return repr(value)[:60]
