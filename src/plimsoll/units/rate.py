"""Exact rates: a numerator and a power of ten, read from decimal text and kept small."""

from dataclasses import dataclass
from typing import Final

from plimsoll.units.refusal import Malformed

DECIMALS_MAX: Final = 9
WHOLE_DIGITS_MAX: Final = 3


@dataclass(frozen=True, slots=True)
class Rate:
    """A non-negative rate, exactly num / den; den is a power of ten with no zero to strip, so "0.0004" is 4 / 10000."""

    num: int
    den: int

    @classmethod
    def parse(cls, text: str) -> "Rate":
        """Read decimal text without sign or exponent; trailing zeros are stripped, so equal rates are equal values.

        Raises Malformed: rate_malformed, rate_too_precise (more than 9 digits after the point), rate_too_large (1000 or more).
        """
        if type(text) is not str or len(text) > 40 or not text.isascii():
            raise Malformed("rate_malformed", f"{text!r}"[:60])
        whole, point, part = text.partition(".")
        if not whole.isdigit() or (point and not part.isdigit()):
            raise Malformed("rate_malformed", f"{text!r}")
        part = part.rstrip("0")
        if len(part) > DECIMALS_MAX:
            raise Malformed("rate_too_precise", f"{text!r}")
        if len(whole.lstrip("0")) > WHOLE_DIGITS_MAX:
            raise Malformed("rate_too_large", f"{text!r}")
        return cls(int(whole + part), 10 ** len(part))

    def text(self) -> str:
        """Write the rate as the shortest decimal text: 4 / 10000 is "0.0004"."""
        digits = len(str(self.den)) - 1
        if digits == 0:
            return str(self.num)
        padded = str(self.num).zfill(digits + 1)
        return padded[:-digits] + "." + padded[-digits:]

    def times(self, other: "Rate") -> "Rate":
        """Give the exact product, again with no zero to strip; it may have more than 9 decimals."""
        num, den = self.num * other.num, self.den * other.den
        while den > 1 and num % 10 == 0:
            num, den = num // 10, den // 10
        return Rate(num, den)

    def exceeds(self, other: "Rate") -> bool:
        """Tell whether this rate is above the other, exactly."""
        return self.num * other.den > other.num * self.den
