"""What was signed binds the house: no draw is dearer than the price that was signed for, and the first one is no larger than was agreed.

A line that was opened in another way, without an offer on file, is bound by its product alone.
"""

from collections.abc import Sequence
from typing import Final

from plimsoll.loan.filing import Filing, NewFiling, body_of, read_body
from plimsoll.units.money import text_of
from plimsoll.units.rate import Rate
from plimsoll.units.refusal import Refused

SIGNED: Final = "offer.signed"
DRAWN: Final = "offer.drawn"
READS_OFFER: Final = f"{SIGNED},{DRAWN}"
"""What a verb that draws reads of the file about this."""


def pass_signed(filings: Sequence[Filing], product: str, minor: int, currency: str, rate: Rate) -> tuple[NewFiling, ...] | Refused:
    """Give what goes on record with a draw: that the first one is made. Refuses rate_above_signed, first_draw_exceeded."""
    signed = next((one for one in reversed(filings) if one.kind == SIGNED and read_body(one)["cash_product"] == product), None)
    if signed is None:
        return ()
    said = read_body(signed)
    agreed = Rate.parse(said["rate"])
    if rate.exceeds(agreed):
        return Refused("rate_above_signed", "", f"{rate.text()}, signed {agreed.text()}")
    if any(one.kind == DRAWN and one.subject == signed.subject for one in filings):
        return ()
    most = said["first_draw_minor"]
    if minor > most:
        return Refused(
            "first_draw_exceeded", "POLICY.LIMIT.FIRST_DRAW", f"{text_of(minor, currency)} of {text_of(most, currency)} {currency}"
        )
    return (NewFiling(DRAWN, signed.subject, body_of({"amount_minor": minor})),)
