"""The kinds of values that stand in bodies and answers: money, rates, days, instants, ids, text. Never a float."""

from datetime import UTC, date, datetime
from typing import Annotated, Any, Final

from pydantic import AfterValidator, BeforeValidator, Field, PlainSerializer, StringConstraints, WithJsonSchema

from plimsoll.interfaces.http.ids import CUSTOMER_PATTERN, LOAN_PATTERN
from plimsoll.interfaces.http.operation import Shape
from plimsoll.units.dates import parse_date
from plimsoll.units.money import EXPONENTS, MINOR_MAX
from plimsoll.units.refusal import Malformed

WHOLE_MAX: Final = 2**63 - 1
TEXT_MAX: Final = 500
LIST_MAX: Final = 600
VISIBLE: Final = r"^[^\x00-\x1f\x7f-\x9f]*$"
"""Text on one line: nothing that steers a screen or a printer."""


def _known(currency: str) -> str:
    if currency not in EXPONENTS:
        raise Malformed("currency_unknown")
    return currency


def _visible(text: str) -> str:
    if not text.isprintable():
        raise Malformed("field_malformed", remedy="Visible characters on one line.")
    return text


def _day(value: Any) -> date:
    if type(value) is date:
        return value
    if not isinstance(value, str):
        raise Malformed("date_malformed")
    return parse_date(value)


def _instant(value: Any) -> datetime:
    if isinstance(value, datetime):
        return value
    try:
        found = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        raise Malformed("instant_malformed") from None
    if found.tzinfo is None:
        raise Malformed("instant_without_zone")
    return found.astimezone(UTC)


def instant_text(at: datetime) -> str:
    """Write an instant by RFC 3339 in UTC."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


Currency = Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$", min_length=3, max_length=3), AfterValidator(_known)]
Minor = Annotated[int, Field(strict=True, ge=0, le=MINOR_MAX)]
Whole = Annotated[int, Field(strict=True, ge=0, le=WHOLE_MAX)]
Count = Annotated[int, Field(strict=True, ge=0, le=1_000_000)]
Flag = Annotated[bool, Field(strict=True)]
Text = Annotated[str, Field(strict=True), StringConstraints(max_length=TEXT_MAX, pattern=VISIBLE), AfterValidator(_visible)]
Name = Annotated[str, Field(strict=True), StringConstraints(min_length=1, max_length=100, pattern=VISIBLE), AfterValidator(_visible)]
RateText = Annotated[str, StringConstraints(pattern=r"^[0-9]{1,3}(\.[0-9]{1,9})?$", min_length=1, max_length=13)]
Day = Annotated[
    date,
    BeforeValidator(_day),
    PlainSerializer(date.isoformat, return_type=str),
    WithJsonSchema({"type": "string", "format": "date", "pattern": r"^\d{4}-\d{2}-\d{2}$", "minLength": 10, "maxLength": 10}),
]
Instant = Annotated[
    datetime,
    BeforeValidator(_instant),
    PlainSerializer(instant_text, return_type=str),
    WithJsonSchema({"type": "string", "format": "date-time", "minLength": 20, "maxLength": 35}),
]
CustomerId = Annotated[str, StringConstraints(pattern=CUSTOMER_PATTERN, max_length=30)]
LoanId = Annotated[str, StringConstraints(pattern=LOAN_PATTERN, max_length=40)]


class Money(Shape):
    """An amount: whole minor units and the currency that says what they are."""

    amount: Minor
    currency: Currency


class Change(Shape):
    """An amount that may be below zero: a balance or a difference."""

    amount: Annotated[int, Field(strict=True, ge=-MINOR_MAX, le=MINOR_MAX)]
    currency: Currency
