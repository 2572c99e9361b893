"""What a rule says, as people write it: amounts with their currency, rates with at least two digits."""

from plimsoll.rulebook.rule import Value
from plimsoll.units.money import EXPONENTS, text_of
from plimsoll.units.rate import Rate


def value_text(value: Value | None, unit: object) -> str:
    """Write a value as people write it, amounts with their currency; "-" for none."""
    if value is None:
        return "-"
    if isinstance(value, Rate):
        return rate_text(value, unit)
    if isinstance(value, tuple):
        return ", ".join(value_text(part, unit) for part in value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | str):
        return f"{text_of(value, unit)} {unit}" if isinstance(value, int) and isinstance(unit, str) and unit in EXPONENTS else str(value)
    units = unit if isinstance(unit, dict) else {}
    return ", ".join(f"{name} {value_text(part, units.get(name, ''))}" for name, part in value.items())


def rate_text(rate: Rate, unit: object) -> str:
    """Write a rate with at least two digits after the point, as percentages are spoken; a multiple as short as it goes."""
    text = rate.text()
    if unit == "multiple":
        return text
    whole, _, part = text.partition(".")
    return f"{whole}.{part:0<2}"
