"""What the commands of `plimsoll policy` share: the day, the lender, and the tables that a word on the command line stands for."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Annotated, NamedTuple

import typer

from plimsoll.app.config import now
from plimsoll.interfaces.cli.exits import NOT_FOUND, USAGE, Stop
from plimsoll.interfaces.cli.options import read_on
from plimsoll.rulebook.rules import Rules, load
from plimsoll.rulebook.table.ask import Compiled
from plimsoll.rulebook.table.read_table import read_table
from plimsoll.rulebook.table.table import Table
from plimsoll.rulebook.underwriting import compile_tables, in_force, standing_tables
from plimsoll.units.refusal import LANGUAGES, Malformed, Refused

On = Annotated[str, typer.Option("--on", metavar="DATE", help="The day asked about, such as 2026-12-01. Default: today.")]
Lender = Annotated[str, typer.Option("--licence", metavar="KIND", help="The kind of lender. Default: that of the lender.")]
Lang = Annotated[str, typer.Option("--language", "--lang", metavar="LANG", help="zh-CN or en.")]


class Bench(NamedTuple):
    """A day, a kind of lender and the rulebook: under which tables are looked at."""

    rules: Rules
    on: date
    licence: str

    def standing(self) -> tuple[Table, ...]:
        """Give the tables of the package that are in force."""
        return in_force(standing_tables(), self.rules, self.on, self.licence)

    def compile(self, tables: Sequence[Table]) -> tuple[Compiled, ...]:
        """Make tables quick to ask."""
        return compile_tables(tables, self.rules, self.on, self.licence)


def bench(on: str, licence: str) -> Bench:
    """Give what tables are looked at under; an unknown licence ends the command with 2."""
    rules = load()
    licence = licence or rules.lender.licence
    if licence not in rules.licences:
        raise Stop(USAGE, f"--licence: {licence!r} is not one of {', '.join(rules.licences)}.")
    return Bench(rules, read_on(on, "--on") if on else now().date(), licence)


def named(words: Sequence[str], held: Bench) -> tuple[Table, ...]:
    """Give the tables that words stand for: a file, or the name of a table of the package; all in force where there is no word."""
    standing = held.standing()
    found = []
    for word in words:
        path = Path(word)
        if path.suffix.lower() in (".yaml", ".yml", ".csv"):
            found.append(read_table(path))
            continue
        table = next((one for one in standing if one.name == word), None)
        if table is None:
            known = ", ".join(one.name for one in standing)
            raise Stop(NOT_FOUND, Malformed("table_unknown", repr(word), remedy=f"There are: {known}; or name a file.").text())
        found.append(table)
    return tuple(found) or standing


def check_language(lang: str) -> str:
    """Give a language that there is; any other ends the command with 2."""
    if lang not in LANGUAGES:
        raise Stop(USAGE, f"--lang: {lang!r} is not one of {', '.join(LANGUAGES)}.")
    return lang


def say(refused: Refused) -> str:
    """Give a refusal for people, in both languages."""
    return f"{refused.text()}\n{refused.text('zh-CN')}"
