"""Put on record that a customer's place as to over-extension is another one: the class, the chance, and what is above the line."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Final

from plimsoll.loan.book import Book, Decision, refuse_customer
from plimsoll.loan.filing import Filing, NewFiling, body_of, of_kind, read_body
from plimsoll.risk.load.over_extension import BANDS, CLASSES, FIT
from plimsoll.rulebook.rules import Rules
from plimsoll.units.refusal import Refused

CHANGED: Final = "over_extension.changed"
READS = f"line+file:{CHANGED}"
PPM: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class NoteOverExtension:
    """Where a customer stands: the class, the band and the chance (per million), and the amount above the line in minor units."""

    key: str
    customer_id: int
    on: date
    currency: str
    over_extension: str
    chance_band: str
    chance_ppm: int
    over_minor: int = 0


def decide(book: Book, command: NoteOverExtension, rules: Rules) -> Decision | Refused:  # noqa: ARG001 -- every verb is called alike
    """File it where class or band differ from what is on record; refuses customer_unknown, customer_not_yet_open, watch_input_unknown."""
    refused = refuse_customer(book, command.on)
    if refused is not None:
        return refused
    if command.over_extension not in CLASSES or command.chance_band not in BANDS or command.chance_ppm > PPM:
        return Refused("watch_input_unknown", "", f"{command.over_extension!r}, {command.chance_band!r}, {command.chance_ppm}")
    before, band = last_place(book.filings)
    said = {
        "over_extension": command.over_extension,
        "before": before,
        "chance_band": command.chance_band,
        "chance_ppm": command.chance_ppm,
    }
    if (before, band) == (command.over_extension, command.chance_band):
        return Decision(answer=body_of(said | {"is_changed": False}))
    filed = said | {"band_before": band, "over_minor": command.over_minor, "currency": command.currency}
    return Decision(filings=(NewFiling(CHANGED, "", body_of(filed)),), answer=body_of(said | {"is_changed": True}))


def last_place(filings: Iterable[Filing]) -> tuple[str, str]:
    """Give class and band that are on record; who is not on record fits, and is calm."""
    found = of_kind(filings, CHANGED)
    if not found:
        return CLASSES[FIT], BANDS[0]
    said = read_body(found[-1])
    return said["over_extension"], said["chance_band"]
