"""Shares of a loan by funder, to the minor unit: each gets its part of what flowed so far, rounded down, and the lender the rest.

Parts are taken of the sum since the loan began, never of a single flow: so no rounding ever adds up, and what a funder got in all is its
part of all there was, whatever came in between, reversals too.
"""

from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

from plimsoll.units.refusal import Malformed

WHOLE: Final = 1_000_000
"""A whole loan, in parts per million."""


class Share(NamedTuple):
    """One funder's part of a loan, in parts per million."""

    funder: str
    ppm: int


def refuse_shares(shares: Sequence[Share], lender: str) -> None:
    """Raise Malformed shares_malformed unless each funder stands once, the lender too, no part is below nought, and all make a whole."""
    names = [one.funder for one in shares]
    if len(set(names)) < len(names) or lender not in names or any(one.ppm < 0 for one in shares):
        raise Malformed("shares_malformed", ", ".join(f"{one.funder} {one.ppm}" for one in shares) or "no share")
    if sum(one.ppm for one in shares) != WHOLE:
        raise Malformed("shares_malformed", f"parts add up to {sum(one.ppm for one in shares)} in a million")


def split(total_minor: int, shares: Sequence[Share], lender: str) -> dict[str, int]:
    """Give each funder's part of a sum since the loan began, in minor units; the parts add up to it. Raises as `refuse_shares`."""
    refuse_shares(shares, lender)
    parts = {one.funder: total_minor * one.ppm // WHOLE for one in shares if one.funder != lender}
    parts[lender] = total_minor - sum(parts.values())
    return parts


def split_flow(before: Mapping[str, int], total_minor: int, shares: Sequence[Share], lender: str) -> dict[str, int]:
    """Give each funder's part of the flow that made the sum grow to `total_minor` from where each stood before."""
    return {funder: minor - before.get(funder, 0) for funder, minor in split(total_minor, shares, lender).items()}
