"""Words of distress in what somebody wrote: counted when it is written, so that the words themselves can lie sealed and unread."""

import re
from datetime import date
from typing import Final

from plimsoll.rulebook.rules import Rules

NOT_LOOKED_AT: Final = -1
"""For what nobody could look at, such as a complaint by telephone."""


def distress_in(text: str, rules: Rules, on: date) -> int:
    """Count the phrases of the list of a day (POLICY.WATCH.WORDS) that a text holds, each once; NOT_LOOKED_AT where no list is in force.

    A phrase of Latin letters stands for whole words, whatever their case; a Chinese one for its characters.
    """
    phrases = rules.value("POLICY.WATCH.WORDS", on)
    if not isinstance(phrases, tuple):
        return NOT_LOOKED_AT
    said = " ".join(text.casefold().replace("\u2019", "'").split())
    return sum(_holds(said, str(phrase).casefold()) for phrase in phrases)


def _holds(said: str, phrase: str) -> bool:
    if not phrase.isascii():
        return phrase in said
    return re.search(rf"(?<![a-z0-9]){re.escape(phrase)}(?![a-z0-9])", said) is not None
