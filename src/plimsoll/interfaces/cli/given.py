"""What commands were given: words read without a library for command lines, where the start must cost little, and values checked."""

import argparse
from datetime import date
from typing import NoReturn

from plimsoll.app.mode import MODES, VARIABLE, named_mode
from plimsoll.interfaces.cli.exits import USAGE, Stop
from plimsoll.units.dates import parse_date
from plimsoll.units.refusal import LANGUAGES, Malformed


class Words(argparse.ArgumentParser):
    """Reads the words after the name of a plain command; what it does not know ends the command with 2."""

    def __init__(self) -> None:
        super().__init__(add_help=False, allow_abbrev=False)

    def error(self, message: str) -> NoReturn:
        """Say what is wrong with the words, and where help is."""
        raise Stop(USAGE, f"{message}; --help tells the options")


def read_language(text: str) -> str:
    """Read the language of an option; anything else ends the command with 2."""
    if text not in LANGUAGES:
        raise Stop(USAGE, f"--language {text}: one of {', '.join(LANGUAGES)}")
    return text


def read_mode() -> str:
    """Give the mode that the settings name; one that is none ends the command with 2."""
    mode = named_mode()
    if mode not in MODES:
        raise Stop(USAGE, f"{VARIABLE}={mode}: one of {', '.join(MODES)}")
    return mode


def read_numbers(text: str, option: str) -> dict[str, float]:
    """Read numbers by name, such as "delinquency=2.5,partners_leave=0.5"; what is no number ends the command with 2."""
    said: dict[str, float] = {}
    for part in text.split(","):
        name, _, value = part.partition("=")
        try:
            said[name.strip()] = float(value)
        except ValueError:
            raise Stop(USAGE, f"{option} {text}: {part!r} is no number") from None
    return said


def read_on(text: str, option: str) -> date:
    """Read the date of an option; anything else ends the command with 2."""
    try:
        return parse_date(text)
    except Malformed as wrong:
        raise Stop(USAGE, f"{option}: {wrong.text()}") from None
