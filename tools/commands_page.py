"""Write docs/reference/commands.md from the command line itself, so that the page says what the commands say.

python tools/commands_page.py [PATH]
"""

import sys
from pathlib import Path
from typing import Any

import typer

from plimsoll.interfaces.cli.main import COMMANDS, is_plain, load

PAGE = Path(__file__).resolve().parent.parent / "docs" / "reference" / "commands.md"
HEAD = """\
# Commands

Written by `make docs` from the commands themselves: `plimsoll COMMAND --help` says what stands here.
Every command ends with one of the [exit codes](exit-codes.md).

| command | what it does |
| --- | --- |
"""


def main(arguments: list[str]) -> int:
    """Write the page, to a path where one is given."""
    path = Path(arguments[0]) if arguments else PAGE
    path.write_text(page(), "utf-8")
    return 0


def page() -> str:
    """Return the page: the table of all commands, then a section for each."""
    table = "".join(f"| [`{name}`](#plimsoll-{name}) | {command.summary} |\n" for name, command in COMMANDS.items())
    return HEAD + table + "".join(section(name) for name in COMMANDS)


def section(name: str) -> str:
    """Return the section of one command, with those under it."""
    target = COMMANDS[name].target
    found = load(target)
    if is_plain(found):
        words = str(vars(sys.modules[target.partition(":")[0]])["HELP"])
        return f"\n## plimsoll {name}\n\n```\n{words}\n```\n"
    app = found
    if not isinstance(app, typer.Typer):
        assert callable(found), target
        app = typer.Typer(add_completion=False)
        app.command()(found)
    return described(f"plimsoll {name}", typer.main.get_command(app), 2)


def described(title: str, command: Any, depth: int) -> str:
    """Return the heading, words and options of a command, and after it those of the commands under it."""
    text = f"\n{'#' * depth} {title}\n\n{plain(command.help)}\n"
    rows = [row(parameter) for parameter in command.params if not parameter.hidden and parameter.name != "help"]
    if rows:
        text += "\n| | |\n| --- | --- |\n" + "".join(rows)
    inner = getattr(command, "commands", {})
    return text + "".join(described(f"{title} {name}", below, depth + 1) for name, below in inner.items())


def row(parameter: Any) -> str:
    """Return the line of one option or argument: how it is written, what it means, what it is when not given."""
    is_option = parameter.param_type_name == "option"
    value = parameter.metavar or ("" if getattr(parameter, "is_flag", False) else "N" if is_option else parameter.name.upper())
    written = f"{', '.join(parameter.opts)} {value}".strip() if is_option else value.strip("{}[]")
    default = "" if isinstance(parameter.default, bool) else str(parameter.default or "")
    if default.startswith("/"):
        # Where something is on this machine is no business of the page.
        default = ""
    words = plain(parameter.help)
    if parameter.required:
        words += " Required."
    elif default and getattr(parameter, "show_default", True):
        words += f" Default: `{default}`."
    return f"| `{written}` | {words} |\n"


def plain(text: str | None) -> str:
    """Return words of help as one paragraph."""
    return " ".join((text or "").split()).replace("|", "\\|")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
