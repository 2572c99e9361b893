"""The how-tos by role are true: each page that is named is there for that role, each button is called so, each command is a command."""

import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import typer

from plimsoll.app.access.role import roles_on
from plimsoll.interfaces.borrower.serve import SCREENS as BORROWER
from plimsoll.interfaces.cli.main import COMMANDS, is_plain, load
from plimsoll.interfaces.console.serve import SCREENS as CONSOLE
from plimsoll.interfaces.pages.visit import Screen
from plimsoll.interfaces.pages.words import catalogue

DOCS = Path(__file__).resolve().parents[2] / "docs"
PAGES = sorted((DOCS / "how-to" / "by-role").glob("*.md"))
ADDRESS = re.compile(r"`(/(?:console|me)[^`?# ]*)(?:\?[^`]*)?`")
BUTTON = re.compile(r"\*\*([A-Z][^*.]+)\*\*")
COMMAND = re.compile(r"(?:^    |^   |^|`|&& |\| )(?:\.venv/bin/)?plimsoll ([a-z][a-z-]*(?: [^`\n|]*)?)", re.MULTILINE)
OPTION = re.compile(r"--[a-z][a-z-]*")
SPEAKING = [one for one in sorted(DOCS.rglob("*.md")) if one.name != "commands.md" and one.parent.name != "decisions"]
ROLE = re.compile(r"^Roles? (`.+?)\.", re.MULTILINE)
NO_BUTTON = "integrating-developer.md"
"""Its bold words are rules, not buttons."""


@pytest.fixture(scope="module")
def words() -> set[str]:
    """Every text of the pages in English."""
    return {said for texts in catalogue().values() for said in ([texts["en"]] if isinstance(texts["en"], str) else texts["en"].values())}


def found(address: str, screens: tuple[Screen, ...]) -> Screen | None:
    """The page of an address below /console or /me."""
    path = "/" + "/".join(address.split("/")[2:])
    for screen in screens:
        if re.fullmatch(re.sub(r"\{[a-z_]+\}", "[^/]+", re.sub(r"\{[a-z_]+:int\}", "[0-9]+", screen.path)), path):
            return screen
    return None


def permissions(page: str) -> set[str]:
    """What the roles may together that a page says it is for."""
    named = ROLE.search(page)
    held = roles_on(date.max)
    return {str(one) for name in re.findall(r"`([a-z_0-9]+)`", named[1]) for one in held[name].gives} if named else set()


def said(page: Path) -> str:
    return page.read_text("utf-8")


def test_there_is_a_page_for_every_desk():
    assert len(PAGES) == 12


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_every_page_that_is_named_is_there_for_the_role(page):
    may = permissions(said(page))
    for address in ADDRESS.findall(said(page)):
        is_console = address.startswith("/console")
        screen = found(address, CONSOLE if is_console else BORROWER)
        assert screen is not None, address
        assert not is_console or not screen.permission or not may or screen.permission in may, (address, screen.permission)


@pytest.mark.parametrize("page", [one for one in PAGES if one.name != NO_BUTTON], ids=lambda page: page.stem)
def test_every_button_that_is_named_is_called_so(page, words):
    unknown = [button for button in BUTTON.findall(said(page)) if button not in words]
    assert not unknown, unknown


def told(text: str) -> Iterator[list[str]]:
    """The words after `plimsoll` of every command line of a page."""
    for line in COMMAND.findall(text):
        yield line.partition(" #")[0].split()


def lacking(line: list[str]) -> str:
    """What a command line says that the program does not know: a command, or an option; "" where all is known."""
    if line[0] not in COMMANDS:
        return line[0]
    target = load(COMMANDS[line[0]].target)
    if not isinstance(target, typer.Typer):
        if is_plain(target):
            return ""
        assert callable(target)
        app = typer.Typer()
        app.command()(target)
        target = app
    command: Any = typer.main.get_command(target)
    for word in line[1:]:
        inner = getattr(command, "commands", None)
        if inner is None or word.startswith("-"):
            break
        if word not in inner:
            return word
        command = inner[word]
    known = {"--help", *(option for parameter in command.params for option in (*parameter.opts, *parameter.secondary_opts))}
    return next((word for word in line if OPTION.fullmatch(word) and word not in known), "")


@pytest.mark.parametrize("page", SPEAKING, ids=lambda page: page.relative_to(DOCS).as_posix())
def test_every_command_that_is_named_is_a_command_with_these_options(page):
    wrong = [(" ".join(line), word) for line in told(said(page)) if (word := lacking(line))]
    assert not wrong, wrong
