"""How somebody wants to be reached, with the time zone looked up, which the rooms below take as it is."""

from plimsoll.app.zones import zone_of
from plimsoll.collections import prefer_reminders
from plimsoll.collections.prefer_reminders import PreferReminders
from plimsoll.loan.book import Book, Decision
from plimsoll.rulebook.rules import Rules
from plimsoll.units.refusal import Malformed, Refused


def decide_preference(book: Book, command: PreferReminders, rules: Rules) -> Decision | Refused:
    """Decide on a wish in the zone that it names; refuses zone_unknown beside what the verb does."""
    try:
        zone_of(command.zone)
    except Malformed as wrong:
        return Refused(wrong.code, "", wrong.detail)
    return prefer_reminders.decide(book, command, rules)
