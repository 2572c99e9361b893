"""Put on record which signals of single events are newly lit of a customer: what is lit, since when, and where each comes from.

A signal that was noted is not noted again while its own window lasts, though it went out in between: what is noted of it does not flicker.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any, Final

from plimsoll.loan.book import Book, Decision, refuse_customer
from plimsoll.loan.filing import Filing, NewFiling, body_of, of_kind, read_body
from plimsoll.rulebook.rules import Rules
from plimsoll.rulebook.signal import Signal, load
from plimsoll.units.days import add_months
from plimsoll.units.refusal import Refused

LIT: Final = "signals.lit"
READS = f"line+file:{LIT}"
OF_EVENTS: Final = ("facts", "evidence", "links", "vault")
"""Sources of single events. Months have to end first, and a notice of a shock is answered by an offer of help."""


@dataclass(frozen=True, slots=True)
class NoteSignals:
    """The signals of single events that are raised of a customer at the end of a day, by name."""

    key: str
    customer_id: int
    on: date
    signals: tuple[str, ...] = ()


def decide(book: Book, command: NoteSignals, rules: Rules) -> Decision | Refused:  # noqa: ARG001 -- every verb is called alike
    """File all that is lit where something of it is new; refuses customer_unknown, customer_not_yet_open, watch_input_unknown."""
    refused = refuse_customer(book, command.on)
    if refused is not None:
        return refused
    unknown = [name for name in command.signals if name not in event_signals()]
    if unknown:
        return Refused("watch_input_unknown", "", ", ".join(unknown))
    noted, day = noted_in(book.filings), command.on.toordinal()
    new = newly_lit(noted, command.signals, day)
    if not new:
        return Decision(answer=body_of({"new": []}))
    lit = [
        {"name": name, "since": day if name in new else noted[name], "source": event_signals()[name].source}
        for name in dict.fromkeys(command.signals)
    ]
    filing = NewFiling(LIT, "", body_of({"signals": lit, "new": list(new)}))
    return Decision(filings=(filing,), answer=body_of({"new": list(new)}))


@cache
def event_signals() -> Mapping[str, Signal]:
    """Give the signals of the catalogue that a single event can raise, by name."""
    return {name: one for name, one in load().by_name.items() if one.raised is not None and one.source in OF_EVENTS}


def newly_lit(noted: Mapping[str, int], lit: Iterable[str], on: int) -> tuple[str, ...]:
    """Give those of the lit signals that were never noted before a day, or so long ago that their window is over."""
    signals = event_signals()
    return tuple(dict.fromkeys(name for name in lit if name not in noted or on >= add_months(noted[name], signals[name].window)))


def noted_in(filings: Iterable[Filing]) -> dict[str, int]:
    """Give since which day each signal is on record, by name."""
    noted: dict[str, int] = {}
    for one in of_kind(filings, LIT):
        noted |= since_of(read_body(one))
    return noted


def since_of(said: Mapping[str, Any]) -> dict[str, int]:
    """Give since which day each signal of one filing is lit, by name."""
    return {one["name"]: one["since"] for one in said["signals"]}
