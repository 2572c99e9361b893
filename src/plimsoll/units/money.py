"""Money in minor units of a currency, read once from decimal text at the door and never from a float."""

from dataclasses import dataclass
from typing import Final

from plimsoll.units.refusal import Malformed

# Digits after the point, ISO 4217 (2026): the currencies that the house can be asked to book.
EXPONENTS: Final[dict[str, int]] = {
    "AED": 2, "AUD": 2, "BHD": 3, "BRL": 2, "CAD": 2, "CHF": 2, "CLP": 0, "CNY": 2, "CZK": 2, "DKK": 2, "EUR": 2, "GBP": 2,
    "HKD": 2, "HUF": 2, "IDR": 2, "ILS": 2, "INR": 2, "ISK": 0, "JOD": 3, "JPY": 0, "KES": 2, "KRW": 0, "KWD": 3, "MOP": 2,
    "MXN": 2, "MYR": 2, "NGN": 2, "NOK": 2, "NZD": 2, "OMR": 3, "PHP": 2, "PKR": 2, "PLN": 2, "SAR": 2, "SEK": 2, "SGD": 2,
    "THB": 2, "TND": 3, "TRY": 2, "TWD": 2, "USD": 2, "VND": 0, "ZAR": 2,
}  # fmt: skip
SIGNS: Final = {"CNY": "¥", "USD": "$", "EUR": "€", "GBP": "£", "JPY": "¥", "HKD": "HK$"}
MINOR_MAX: Final = 10**15
_TEXT_LENGTH_MAX: Final = 40


def sign_of(currency: str) -> str:
    """Give what stands before an amount of a currency: ¥ of CNY, the code with a space where there is no sign."""
    return SIGNS.get(currency, f"{currency} ")


def written(minor: int, currency: str) -> str:
    """Write minor units for people: 496161 CNY is ¥4,961.61."""
    whole, point, part = text_of(abs(minor), currency).partition(".")
    return f"{'-' if minor < 0 else ''}{sign_of(currency)}{int(whole):,}{point}{part}"


def parse_minor(text: str, currency: str) -> int:
    """Read decimal text such as "-120.00" as minor units; at most 10^15 either way.

    Raises Malformed: currency_unknown, amount_malformed, amount_too_precise (digits that the currency does not have; zeros lose
    nothing and pass), amount_too_large.
    """
    exponent = EXPONENTS.get(currency) if type(currency) is str else None
    if exponent == 2 and type(text) is str and text.isascii() and len(text) < _TEXT_LENGTH_MAX:
        # Nearly every amount has two digits after the point: this path is the one that a million rows take.
        whole, _, part = text.partition(".")
        if len(part) == 2 and part.isdigit() and (whole.isdigit() or (whole[:1] == "-" and whole[1:].isdigit())):
            minor = int(whole + part)
            if -MINOR_MAX <= minor <= MINOR_MAX:
                return minor
    if exponent is None:
        raise Malformed("currency_unknown", f"{currency!r}")
    return _parse_slowly(text, exponent)


def _parse_slowly(text: str, exponent: int) -> int:
    """Read what the quick path left: whole amounts, other exponents, and every mistake, each with its own code."""
    if type(text) is not str:
        raise Malformed("amount_malformed", f"{text!r} is a {type(text).__name__}")
    if len(text) > _TEXT_LENGTH_MAX:
        raise Malformed("amount_malformed", f"{len(text)} characters")
    whole, point, part = text.partition(".")
    unsigned = whole[1:] if whole[:1] == "-" else whole
    if not text.isascii() or not unsigned.isdigit() or (point and not part.isdigit()):
        raise Malformed("amount_malformed", f"{text!r}")
    if part[exponent:].strip("0"):
        raise Malformed("amount_too_precise", f"{text!r}: {exponent} digits after the point")
    minor = int(whole + part[:exponent].ljust(exponent, "0"))
    if not -MINOR_MAX <= minor <= MINOR_MAX:
        raise Malformed("amount_too_large", f"{text!r}")
    return minor


def text_of(minor: int, currency: str) -> str:
    """Write minor units as decimal text with all digits of the currency: 12000 CNY is "120.00"."""
    exponent = EXPONENTS[currency]
    if exponent == 0:
        return str(minor)
    if minor < 0:
        return "-" + text_of(-minor, currency)
    digits = str(minor)
    if len(digits) <= exponent:
        digits = digits.zfill(exponent + 1)
    return digits[:-exponent] + "." + digits[-exponent:]


SAID: Final = {
    "CNY": ("{}元", "{} yuan"),
    "USD": ("{}美元", "{} dollars"),
    "EUR": ("{}欧元", "{} euros"),
    "HKD": ("{}港元", "{} Hong Kong dollars"),
}
"""How an amount is read out, in Chinese and in English."""


def spoken(minor: int, currency: str, language: str) -> str:
    """Write minor units as they are read out: 496161 CNY is "4,961.61元" in zh-CN, "4,961.61 yuan" in en; whole amounts without a point."""
    sign, digits = "-" if minor < 0 else "", text_of(abs(minor), currency)
    whole, _, part = digits.partition(".")
    number = f"{sign}{int(whole):,}{f'.{part}' if part.strip('0') else ''}"
    zh, en = SAID.get(currency, (f"{{}} {currency}", f"{{}} {currency}"))
    return (zh if language == "zh-CN" else en).format(number)


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in minor units of one currency."""

    minor: int
    currency: str

    @classmethod
    def parse(cls, text: str, currency: str) -> "Money":
        """Read decimal text; raises Malformed as `parse_minor` does."""
        return cls(parse_minor(text, currency), currency)

    def text(self) -> str:
        """Write the amount as decimal text, without the currency."""
        return text_of(self.minor, self.currency)
