"""Read the fields of a case: text becomes money, a rate or a day here, once; every complaint names its key."""

from collections.abc import Mapping

from plimsoll.units.dates import parse_day
from plimsoll.units.money import parse_minor
from plimsoll.units.rate import Rate
from plimsoll.units.refusal import Malformed

Fields = Mapping[str, object]


def known(fields: object, keys: frozenset[str], key: str) -> Fields:
    """Give an object after checking that it is one and has no key outside `keys`."""
    if not isinstance(fields, dict):
        raise Malformed("field_malformed", "an object is needed", key=key)
    for name in fields:
        if name not in keys:
            place = f"{key}.{name}" if key else str(name)
            raise Malformed("field_unknown", str(name), key=place, remedy=f"Known: {', '.join(sorted(keys))}.")
    return fields


def needed(fields: Fields, key: str) -> object:
    """Give the value of a key that must be there."""
    if key not in fields:
        raise Malformed("field_missing", key, key=key)
    return fields[key]


def read_amount(fields: Fields, key: str, currency: str) -> int:
    """Give an amount in minor units; it must be more than zero."""
    text = needed(fields, key)
    try:
        minor = parse_minor(text, currency)  # type: ignore[arg-type]  # what is not text is refused there
    except Malformed as wrong:
        raise wrong.at(key=key) from None
    if minor <= 0:
        raise Malformed("amount_must_be_positive", str(text), key=key)
    return minor


def read_rate(fields: Fields, key: str) -> Rate:
    """Give an exact rate from decimal text."""
    try:
        return Rate.parse(needed(fields, key))  # type: ignore[arg-type]  # what is not text is refused there
    except Malformed as wrong:
        raise wrong.at(key=key) from None


def read_day(fields: Fields, key: str) -> int:
    """Give a day number from an ISO date."""
    return day_of(needed(fields, key), key)


def day_of(text: object, key: str) -> int:
    """Give the day number of ISO text such as "2026-01-15"; only years 1900 to 2199."""
    try:
        return parse_day(text)  # type: ignore[arg-type]  # what is not text is refused there
    except Malformed as wrong:
        raise wrong.at(key=key) from None


def read_count(fields: Fields, key: str, low: int, high: int) -> int:
    """Give a whole number between two bounds."""
    value = needed(fields, key)
    if type(value) is not int or not low <= value <= high:
        raise Malformed("field_malformed", f"{value!r}: a whole number from {low} to {high} is needed", key=key)
    return value


def read_choice(fields: Fields, key: str, choices: Mapping[str, int]) -> int:
    """Give the number of one of several names."""
    value = needed(fields, key)
    if not isinstance(value, str) or value not in choices:
        raise Malformed("field_malformed", f"{value!r}: one of {', '.join(choices)} is needed", key=key)
    return choices[value]


def read_list(fields: Fields, key: str) -> list[object]:
    """Give a list."""
    value = needed(fields, key)
    if not isinstance(value, list):
        raise Malformed("field_malformed", "a list is needed", key=key)
    return value
