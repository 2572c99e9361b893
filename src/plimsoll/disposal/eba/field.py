"""A field of a template: index, name, whether it is mandatory, its format, when it applies, what fills it, and why it stays empty."""

import re
from collections.abc import Callable, Mapping
from datetime import date
from typing import Final, NamedTuple

from plimsoll.disposal.candidate import Candidate
from plimsoll.disposal.particulars import Particulars
from plimsoll.disposal.token import token_of
from plimsoll.units.divide import half_up
from plimsoll.units.money import EXPONENTS, text_of

TEXT, DAY, AMOUNT, WHOLE_NUMBER, PERCENT = "text", "date", "amount", "whole number", "percent"
YES_NO, CHOICE, CHOICES, COUNTRY, CURRENCY = "yes or no", "choice", "choices", "country", "currency"
FORMATS: Final[Mapping[str, str]] = {
    TEXT: "text",
    DAY: "YYYY-MM-DD",
    AMOUNT: "decimal text with all digits of the currency",
    WHOLE_NUMBER: "digits",
    PERCENT: "per cent, decimal text with four digits after the point",
    YES_NO: "Yes or No",
    CHOICE: "one of the permitted values",
    CHOICES: "permitted values, parted by semicolon and blank",
    COUNTRY: "ISO 3166-1 alpha-2",
    CURRENCY: "ISO 4217",
}
"""How each format is written."""
BETWEEN: Final = "; "
"""What parts several permitted values in one cell."""
YES, NO = "Yes", "No"
PERCENT_DIGITS: Final = 10_000
_PATTERNS: Final[Mapping[str, re.Pattern[str]]] = {
    TEXT: re.compile(r"[^\r\n]+"),
    WHOLE_NUMBER: re.compile(r"0|[1-9]\d*", re.ASCII),
    PERCENT: re.compile(r"(0|[1-9]\d*)\.\d{4}", re.ASCII),
    YES_NO: re.compile(f"{YES}|{NO}"),
    COUNTRY: re.compile("[A-Z]{2}"),
}

NOT_HELD: Final = "not held by this book"
UNTIL_CLOSING: Final = "personal data, handed over at closing"
CORPORATE: Final = "of companies only"


class Row(NamedTuple):
    """What a row of a template is written from: a loan, and in template 1 every loan of its borrower in the package."""

    loan: Candidate
    secret: str
    cut_off: date
    of_borrower: tuple[Candidate, ...] = ()

    @property
    def more(self) -> Particulars:
        """Give what the book knows of the loan beside its amounts."""
        return self.loan.more


class Field(NamedTuple):
    """A field of a template. Without `fill` it stays empty, for `why_not`; where it does not apply it is empty too, and not missing."""

    number: str  # the index of Annex I
    name: str
    is_mandatory: bool
    form: str
    fill: Callable[[Row], str] | None = None
    why_not: str = ""
    applies: Callable[[Row], bool] | None = None
    permitted: tuple[str, ...] = ()

    @property
    def heading(self) -> str:
        """Give the heading of its column: index and name."""
        return f"{self.number} {self.name}"

    def cell(self, row: Row) -> str:
        """Give what a row to which the field applies says; "" where the book does not know."""
        return self.fill(row) if self.fill is not None else ""

    def is_asked(self, row: Row) -> bool:
        """Tell whether the field applies to a row."""
        return self.applies is None or self.applies(row)


def never(_: Row) -> bool:
    """Tell of a field that no loan of this house is asked for."""
    return False


def borrower(row: Row) -> str:
    """Give the token of the borrower."""
    return token_of(row.secret, "B", row.loan.customer_id)


def loan(row: Row) -> str:
    """Give the token of the loan."""
    return token_of(row.secret, "L", row.loan.loan_id)


def day(number: int) -> str:
    """Give a day number as text, "" for none."""
    return date.fromordinal(number).isoformat() if number else ""


def yes(is_so: bool | None) -> str:
    """Give Yes or No, "" where nobody knows."""
    return "" if is_so is None else YES if is_so else NO


def amount(minor: Callable[[Row], int]) -> Callable[[Row], str]:
    """Give what writes an amount of a row in the currency of its loan."""
    return lambda row: text_of(minor(row), row.loan.currency)


def percent(num: int, den: int) -> str:
    """Give a fraction in per cent, rounded half up to four digits after the point."""
    whole, part = divmod(half_up(num * 100 * PERCENT_DIGITS, den), PERCENT_DIGITS)
    return f"{whole}.{part:04d}"


def is_well_formed(field: Field, text: str, currency: str = "") -> bool:
    """Tell whether a value follows the format of its field; an amount of a known currency has that one's digits."""
    if field.form == DAY:
        return _is_day(text)
    if field.form == AMOUNT:
        digits = rf"\.\d{{{EXPONENTS[currency]}}}" if EXPONENTS.get(currency) else "" if currency else r"(\.\d+)?"
        return re.fullmatch(r"\d+" + digits, text, re.ASCII) is not None
    if field.form == CURRENCY:
        return text in EXPONENTS
    if field.form in (CHOICE, CHOICES):
        said = text.split(BETWEEN) if field.form == CHOICES else [text]
        return len(set(said)) == len(said) and set(said) <= set(field.permitted)
    return _PATTERNS[field.form].fullmatch(text) is not None


def _is_day(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False
