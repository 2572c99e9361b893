"""Say how one wants to be reminded: by which channels, in which language, on which payday, in which time zone."""

from dataclasses import dataclass
from datetime import date
from typing import Final

from plimsoll.collections.plan_reminders import LANGUAGE_USUAL
from plimsoll.collections.reminded import PREFERENCE
from plimsoll.loan.book import Book, Decision, refuse_customer
from plimsoll.loan.filing import NewFiling, body_of
from plimsoll.rulebook.reminder import CHANNELS
from plimsoll.rulebook.rules import Rules
from plimsoll.units.refusal import LANGUAGES, Refused

READS = "line"
USUAL, NONE = "usual", "none"
PAYDAY_MAX: Final = 31
ZONE_LENGTH_MAX: Final = 40


@dataclass(frozen=True, slots=True)
class PreferReminders:
    """Wish for channels ("usual" alone: those everybody takes; "none" alone: none), a language, a payday (day of the month, 0 not told)."""

    key: str
    customer_id: int
    on: date
    channels: tuple[str, ...]
    language: str = LANGUAGE_USUAL
    payday: int = 0
    zone: str = "Asia/Shanghai"


def decide(book: Book, command: PreferReminders, rules: Rules) -> Decision | Refused:  # noqa: ARG001 -- every verb is called alike
    """Put the wish on file; it holds from now, and by a channel not named nothing is sent, whatever is due.

    Refuses customer_unknown, customer_not_yet_open, reminder_preference_malformed.
    """
    refused = refuse_customer(book, command.on)
    if refused is not None:
        return refused
    channels = command.channels
    is_word = channels in ((USUAL,), (NONE,))
    if not channels or (not is_word and not set(channels) <= set(CHANNELS)) or len(set(channels)) < len(channels):
        return Refused("reminder_preference_malformed", "", f"{' '.join(channels)!r}; one of: {', '.join((USUAL, NONE, *CHANNELS))}")
    if command.language not in LANGUAGES or command.payday > PAYDAY_MAX or not 0 < len(command.zone) <= ZONE_LENGTH_MAX:
        return Refused("reminder_preference_malformed", "", f"{command.language!r}, payday {command.payday}, zone {command.zone!r}")
    said = {
        "channels": None if channels == (USUAL,) else [] if channels == (NONE,) else list(channels),
        "language": command.language,
        "payday": command.payday,
        "zone": command.zone,
    }
    return Decision(filings=(NewFiling(PREFERENCE, "", body_of(said)),), answer=body_of(said))
