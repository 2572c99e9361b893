"""The `plimsoll` command: find the module of one command, import that one alone, run it, end with a documented code.

A command is one line in `COMMANDS`. What the line names may be a Typer app, a function with Typer parameters, or, where the start
must cost nothing, a function of `arguments` (the words after the command) that answers the exit code.
"""

import difflib
import gc
import importlib
import os
import sys
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

from plimsoll import __version__
from plimsoll.app.database.trouble import StoreTrouble
from plimsoll.app.settings import take_settings
from plimsoll.interfaces.cli.exits import FAILURE, NOT_FOUND, OK, STORE_TROUBLE, USAGE, Stop
from plimsoll.units.refusal import LANGUAGES, Malformed


class Command(NamedTuple):
    """Where a command lives (`module:name`) and its one line in `plimsoll --help`.

    `opens` names what is entered, with the words after the command, before the command is imported, and left when it ends; what that
    gives the command finds in its context.
    """

    target: str
    summary: str
    opens: str = ""


COMMANDS: dict[str, Command] = {
    "agency": Command("plimsoll.interfaces.cli.agency:app", "collection agencies: who they are, whom they have, how they do"),
    "apply": Command("plimsoll.interfaces.cli.apply:command", "walk a made-up applicant from consent to signed draw"),
    "audit": Command("plimsoll.interfaces.cli.audit:app", "the audit chain: seal, sign, anchor, prove that nothing was changed"),
    "approval": Command("plimsoll.interfaces.cli.approval:app", "what waits for a second pair of eyes: see it in words, agree, reject"),
    "autopay": Command("plimsoll.interfaces.cli.autopay:command", "debit what falls due, and try again what failed by why it failed"),
    "book": Command("plimsoll.interfaces.cli.book:app", "make a book, or bring its tables to this version"),
    "bureau": Command("plimsoll.interfaces.cli.bureau:app", "the credit bureau: notices, the monthly file, what was said, disputes"),
    "case": Command("plimsoll.interfaces.cli.case:command", "answer loan and account cases, one JSON object a line"),
    "class": Command("plimsoll.interfaces.cli.classes:command", "how late and how sound a customer's loans are, and since when"),
    "clock": Command("plimsoll.interfaces.cli.clock:app", "test clocks: a made-up life moved forward by the real close"),
    "close": Command(
        "plimsoll.interfaces.cli.close:command", "close every open day through a date", "plimsoll.interfaces.cli.start_close:crew"
    ),
    "collect": Command(
        "plimsoll.interfaces.cli.collect:command", "collect a day: promises, cases, treatments, contacts under the gate, and a report"
    ),
    "complaints": Command("plimsoll.interfaces.cli.complaints:app", "complaints that wait for an answer, and which are overdue"),
    "contract": Command("plimsoll.interfaces.cli.contract:command", "the contract about a loan as PDF, in Chinese or English"),
    "decide": Command("plimsoll.interfaces.cli.decide:command", "decide on a file of applicants: outcomes, reasons, limits, prices"),
    "decision": Command("plimsoll.interfaces.cli.decision:app", "show and explain a decision on record, or take it again"),
    "demo": Command("plimsoll.interfaces.cli.demo:command", "make a book of made-up borrowers and show what it holds"),
    "doctor": Command("plimsoll.interfaces.cli.doctor:command", "what is wrong with an installation or a book, and the remedy"),
    "evidence": Command("plimsoll.interfaces.cli.evidence:app", "how well sources answer, and what is known of a customer"),
    "gate": Command("plimsoll.interfaces.cli.gate:command", "decide on contacts with debtors before they are made, one JSON object a line"),
    "import": Command("plimsoll.interfaces.cli.imports:app", "files of commands: try one, bring it, see its effect, apply it once"),
    "glass": Command("plimsoll.interfaces.cli.glass:app", "emergency access: asked for, agreed to by another, looked at by a third"),
    "key": Command("plimsoll.interfaces.cli.key:app", "keys of the API: make, rotate, revoke, list"),
    "learn": Command("plimsoll.interfaces.cli.learn:app", "what borrowing really costs: the minimum payment, a smaller draw, the lesson"),
    "limitation": Command("plimsoll.interfaces.cli.limitation:command", "debts that can soon no longer be sued for, and whom to have look"),
    "model": Command("plimsoll.interfaces.cli.model:app", "measure, train and use the models that score applicants"),
    "night": Command(
        "plimsoll.interfaces.cli.night:command",
        "everything that a house does by itself at a day's end, in one list",
        "plimsoll.interfaces.cli.start_close:crew",
    ),
    "npl": Command("plimsoll.interfaces.cli.npl:app", "bad loans on their way out: statistics sheet, package, tender, transfer"),
    "plan": Command("plimsoll.interfaces.cli.plan:app", "what a borrower in difficulty can pay, and the plans under it"),
    "policy": Command("plimsoll.interfaces.cli.policy:app", "look at decision tables, try them, and take them from draft to active"),
    "portfolio": Command("plimsoll.interfaces.cli.portfolio:app", "read any tape: vintages, roll rates, bad loans, early reads"),
    "post": Command("plimsoll.interfaces.cli.post:command", "give a book a file of commands, with an outcome for every row"),
    "price": Command("plimsoll.interfaces.cli.price:app", "which risks a cap leaves room for, and what each grade is asked"),
    "queue": Command("plimsoll.interfaces.cli.queue:app", "the collectors' queue, the next case for somebody, and one case as a whole"),
    "quote": Command("plimsoll.interfaces.cli.quote:command", "the schedule of a loan or plan, and what it costs a year"),
    "remind": Command(
        "plimsoll.interfaces.cli.remind:command", "remind borrowers of what falls due, by the ladder and under the contact gate"
    ),
    "replay": Command("plimsoll.interfaces.cli.replay:app", "book real accounts of other lenders and compare with their record"),
    "report": Command("plimsoll.interfaces.cli.report:app", "what committees read: the report of a month"),
    "review": Command("plimsoll.interfaces.cli.review:app", "the queue of cases that wait for a person, and what reviewers do"),
    "rules": Command("plimsoll.interfaces.cli.rules:app", "what is in force on a day, by what source, and what comes next"),
    "sanctions": Command("plimsoll.interfaces.cli.sanctions:command", "restrict use after notice and by the table, and lift it when paid"),
    "share": Command("plimsoll.interfaces.cli.share:app", "overdue cases for other institutions, with nobody in them"),
    "treasury": Command("plimsoll.interfaces.cli.treasury:app", "who funds the loans, whether the money lasts, what investors are told"),
    "trial-key": Command("plimsoll.interfaces.cli.trial_key:command", "a key for trying the API of a sandbox, of a role or a borrower"),
    "up": Command("plimsoll.interfaces.cli.up:command", "serve a book over HTTP: the API and its reference"),
    "user": Command("plimsoll.interfaces.cli.user:app", "who works with the house, their roles, and the first administrator"),
    "vault": Command("plimsoll.interfaces.cli.vault:app", "personal data: keep, find, show with a reason, erase for good"),
    "verify": Command("plimsoll.interfaces.cli.verify:command", "prove that a book is what its facts say"),
    "watch": Command("plimsoll.interfaces.cli.watch:app", "early warnings and over-extension of a book, and how good warnings are"),
    "webhooks": Command("plimsoll.interfaces.cli.webhooks:app", "where events are sent to, what was delivered, and sending it again"),
    "willing": Command("plimsoll.interfaces.cli.willing:command", "what late customers can and want to pay, told apart"),
    "world": Command("plimsoll.interfaces.cli.world:app", "a whole made-up house: history, staff, live queues, and a server"),
}

EXTRAS = {
    "apprise": "notify",
    "duckdb": "portfolio",
    "ibis": "portfolio",
    "lightgbm": "ml",
    "matplotlib": "charts",
    "numba": "fast",
    "numpy": "fast",
    "psycopg": "postgres",
    "pyarrow": "fast",
    "pyspark": "spark",
    "sklearn": "ml",
    "typst": "documents",
    "xlsxwriter": "sheets",
}

LANGUAGE_OPTIONS = ("--lang", "--language")
INTERRUPTED = 130
"""What shells expect of a program ended by Ctrl-C (128 + SIGINT)."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command named by the first of `arguments` (default: the process's own) and return its exit code."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    first = words[0] if words else "--help"
    if first in ("--help", "-h", "help"):
        print(overview())
        return OK
    if first in ("--version", "-V"):
        print(f"plimsoll {__version__}")
        return OK
    if first not in COMMANDS:
        print(unknown(first), file=sys.stderr)
        return USAGE
    code = run(first, words[1:])
    if arguments is None and "duckdb" not in sys.modules:
        # The process ends here: what it holds need not be searched for garbage first, which takes longer than some commands.
        # DuckDB takes what is still there at the end for leaks, and says so in a hundred lines.
        gc.freeze()
    return code


def run(name: str, words: list[str]) -> int:
    """Import and run one command of the table; say which extra is missing where that is why it cannot run."""
    try:
        take_settings(os.environ, Path())
        return opened(name, words)
    except Stop as stop:
        print(f"plimsoll {name}: {stop.message}", file=sys.stderr)
        return stop.code
    except Malformed as wrong:
        print(f"plimsoll {name}: {wrong.text(spoken(words))}", file=sys.stderr)
        return NOT_FOUND if wrong.code == "file_missing" else USAGE
    except StoreTrouble as trouble:
        print(f"plimsoll {name}: {trouble.text(spoken(words))}", file=sys.stderr)
        return STORE_TROUBLE.get(trouble.code, FAILURE)
    except ModuleNotFoundError as missing:
        extra = EXTRAS.get((missing.name or "").partition(".")[0])
        if extra is None:
            raise
        print(
            f"plimsoll {name}: this needs the package {missing.name}, which is not installed. "
            f"Install the extra: pip install 'plimsoll-credit[{extra}]'",
            file=sys.stderr,
        )
        return FAILURE
    except BrokenPipeError:
        # The reader (head, less) has what it wanted; Python must not complain again when it flushes standard output at the end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return OK
    except KeyboardInterrupt:
        print(f"plimsoll {name}: interrupted. What was committed stays; run the same command again to go on.", file=sys.stderr)
        return INTERRUPTED


def spoken(words: Sequence[str]) -> str:
    """Return the language that a command was asked to speak; what goes wrong outside of it is told in the same."""
    asked = [told for word, told in pairwise([*(part for word in words for part in word.split("=", 1)), ""]) if word in LANGUAGE_OPTIONS]
    return asked[-1] if asked and asked[-1] in LANGUAGES else "en"


def opened(name: str, words: list[str]) -> int:
    """Enter what a command of the table opens, import the command and run it; return the exit code."""
    command = COMMANDS[name]
    if not command.opens:
        return call(name, load(command.target), words)
    opens = load(command.opens)
    assert callable(opens), command.opens
    with opens(words) as held:
        return call(name, load(command.target), words, held)


def load(target: str) -> object:
    """Return what `module:name` names, importing that module only."""
    module, _, name = target.partition(":")
    is_collecting = gc.isenabled()
    # What is imported stays: to search it for garbage again and again on the way is a fifth of what an import costs.
    gc.disable()
    try:
        found: object = getattr(importlib.import_module(module), name)
    finally:
        if is_collecting:
            gc.enable()
    return found


def call(name: str, command: object, words: list[str], held: object = None) -> int:
    """Run a plain function of `arguments` directly, anything else through Typer; return the exit code."""
    if is_plain(command):
        assert callable(command)
        code = command(words) if held is None else command(words, held)
        return code if isinstance(code, int) else OK
    return call_typer(name, command, words, held)


def is_plain(command: object) -> bool:
    """Tell whether `command` takes the words after its name as its parameter `arguments`, and so needs no parser.

    What was entered for it comes as its second, `held`, None where that is nothing.
    """
    code = getattr(command, "__code__", None)
    return code is not None and code.co_varnames[: code.co_argcount] in (("arguments",), ("arguments", "held"))


def call_typer(name: str, command: object, words: list[str], held: object = None) -> int:
    """Run a Typer app, or a function as the only command of one, as `plimsoll NAME`; return the exit code.

    `held` is what the command finds in its context.
    Such a function returns nothing: it ends with another code than 0 by raising `Stop` or `typer.Exit`.
    """
    import typer

    app = command
    if not isinstance(app, typer.Typer):
        assert callable(command), f"{command!r} is neither a Typer app nor a function"
        app = typer.Typer(add_completion=False)
        app.command()(command)
    app.pretty_exceptions_enable = False
    try:
        app(args=words, prog_name=f"plimsoll {name}", obj=held)
    except SystemExit as ended:
        return ended.code if isinstance(ended.code, int) else OK
    return OK


def overview() -> str:
    """Return the text of `plimsoll --help`: every command with its one line, without importing any."""
    width = max((len(name) for name in COMMANDS), default=0)
    lines = [f"  {name:<{width}}  {command.summary}" for name, command in COMMANDS.items()]
    return "\n".join(
        [
            "Usage: plimsoll COMMAND [OPTIONS]",
            "",
            "A consumer-credit book that keeps every borrower above water.",
            "",
            "Commands:",
            *lines,
            "",
            "plimsoll COMMAND --help explains one command; plimsoll --version tells the version.",
            "Exit codes: 0 ok, 1 failure, 2 usage or malformed input, 3 not found, 4 refused by a rule,",
            "5 verification failed, 75 try again.",
        ]
    )


def unknown(name: str) -> str:
    """Return what to say about a command that does not exist, with the nearest that does."""
    near = difflib.get_close_matches(name, COMMANDS, n=1)
    hint = f" Did you mean {near[0]}?" if near else ""
    return f"plimsoll: there is no command {name!r}.{hint} plimsoll --help lists the commands."


if __name__ == "__main__":
    sys.exit(main())
