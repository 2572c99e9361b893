"""Options that several commands share."""

from datetime import date
from typing import Annotated

import typer

from plimsoll.app.mode import MODES, VARIABLE, named_mode
from plimsoll.interfaces.cli.exits import USAGE, Stop
from plimsoll.units.dates import parse_date
from plimsoll.units.refusal import LANGUAGES, Malformed

Db = Annotated[
    str,
    typer.Option(
        "--db", metavar="URL", help="The book: sqlite:///PATH or postgresql://…. Default: $PLIMSOLL_DB, else sqlite:///plimsoll.db."
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object instead of text.")]
Language = Annotated[str, typer.Option("--language", "--lang", metavar="LANG", help="zh-CN or en.")]
AllowUnsafe = Annotated[bool, typer.Option("--allow-unsafe", help="Accept a PostgreSQL that may lose what it has committed.")]


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


def read_on(text: str, option: str) -> date:
    """Read the date of an option; anything else ends the command with 2."""
    try:
        return parse_date(text)
    except Malformed as wrong:
        raise Stop(USAGE, f"{option}: {wrong.text()}") from None
