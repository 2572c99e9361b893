"""Sign in on the command line: with the password, then a one-time code where one is enrolled, typed or from a file, never an option."""

import getpass
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Annotated, Final, TypeVar

import typer

from plimsoll.app.access.principal import Principal
from plimsoll.app.access.recognise import by_session
from plimsoll.app.access.session import sign_out
from plimsoll.app.access.sign_in import show_one_time, sign_in
from plimsoll.app.config import book_url
from plimsoll.app.database.opening import open_store
from plimsoll.app.house import House
from plimsoll.app.keyring import VARIABLE, keyring_path, read_keyring
from plimsoll.app.vault import Vault
from plimsoll.interfaces.cli.exits import NOT_FOUND, REFUSED, TRY_AGAIN, USAGE, Stop
from plimsoll.interfaces.cli.options import read_mode
from plimsoll.risk.lawful import lawful_rules
from plimsoll.units.refusal import Refused

STDIN: Final = "-"
LATER: Final = ("store_busy", "command_in_flight", "outcome_unknown", "asked_too_fast")

User = Annotated[str, typer.Option("--user", metavar="NAME", help="Who you are in the house.")]
Secrets = Annotated[
    str,
    typer.Option(
        "--password-file", metavar="FILE", help='The password, and on a second line a one-time code. "-" is standard input; else asked for.'
    ),
]


@contextmanager
def opened_house(db: str, *, allow_unsafe: bool = False) -> Iterator[House]:
    """Open the house of a book as the server does: its rules, its keys where they are configured, its mode."""
    mode = read_mode()
    with ExitStack() as opened:
        store = opened.enter_context(open_store(book_url(db), allow_unsafe=allow_unsafe))
        vault = Vault(store, read_keyring(keyring_path())) if os.environ.get(VARIABLE, "") else None
        yield opened.enter_context(House(store, lawful_rules(), vault, mode))


@contextmanager
def signed_in(house: House, user: str, secrets: str | Sequence[str], language: str) -> Iterator[Principal]:
    """Give who signs in, by a file of secrets or its lines, for as long as the block runs. Ends the command with 4 where it is refused."""
    lines = _lines(secrets) if isinstance(secrets, str) else secrets
    begun = refuse(sign_in(house, user, lines[0] if lines else _ask("Password: ")), language)
    token = begun.token
    if begun.waits_for:
        code = lines[1] if len(lines) > 1 else _ask("One-time code: ")
        token = refuse(show_one_time(house, token, code), language).token
    try:
        yield refuse(by_session(house, token), language)
    finally:
        sign_out(house, token)


T = TypeVar("T")


def refuse(found: T | Refused, language: str) -> T:
    """Give what was found; end the command where it is a refusal: 3 for what is not there, 75 for what may be tried again, else 4."""
    if isinstance(found, Refused):
        raise stop_of(found, language)
    return found


def stop_of(refused: Refused, language: str) -> Stop:
    """Give how a refusal ends the command."""
    code = NOT_FOUND if refused.code == "absent" else TRY_AGAIN if refused.code in LATER else REFUSED
    return Stop(code, f"{refused.code}: {refused.text(language)}")


def lines_of(secrets: str, what: str) -> list[str]:
    """Give the lines of a file of secrets, or the one that is typed when asked for."""
    return _lines(secrets) or [_ask(what)]


def _lines(secrets: str) -> list[str]:
    if not secrets:
        return []
    try:
        text = sys.stdin.read() if secrets == STDIN else Path(secrets).read_text("utf-8")
    except OSError as failed:
        raise Stop(NOT_FOUND, f"--password-file {secrets}: {failed.strerror}") from None
    return [line for line in text.splitlines() if line]


def _ask(what: str) -> str:
    if not sys.stdin.isatty():
        raise Stop(USAGE, "give --password-file FILE: there is no terminal to ask on")
    return getpass.getpass(what)
