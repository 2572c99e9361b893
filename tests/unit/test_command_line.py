"""The table of commands: what it imports, what it says, what it ends with."""

import os
import subprocess
import sys
from collections.abc import Sequence

import pytest
import typer

from plimsoll.app.database.trouble import StoreTrouble
from plimsoll.interfaces.cli import main as cli
from plimsoll.interfaces.cli.exits import NOT_FOUND, TRY_AGAIN, Stop
from plimsoll.units.refusal import Malformed, sentence

HEAVY = ("numba", "numpy", "pyarrow", "sqlalchemy", "alembic", "typer", "rich", "pydantic", "yaml")


@pytest.fixture
def table(monkeypatch):
    """A table of commands that live in this file."""
    here = __name__
    sys.modules[here] = sys.modules.get(here) or __import__(here)
    commands = {
        name: cli.Command(f"{here}:{name}", f"Do {name}.") for name in ("plain", "typed", "busy", "unreadable", "away", "lost", "extra")
    }
    monkeypatch.setattr(cli, "COMMANDS", commands)


def plain(arguments: Sequence[str]) -> int:
    print(*arguments)
    return NOT_FOUND


def typed(amount: int = 1) -> None:
    print(amount + 1)


def busy() -> None:
    raise Stop(TRY_AGAIN, "the command is in flight. Repeat it with the same key.")


def unreadable() -> None:
    raise Malformed("amount_too_precise", "1.005", file="cases.yaml", line=7)


def away() -> None:
    raise StoreTrouble("store_busy")


def lost() -> None:
    raise ModuleNotFoundError("No module named 'surprise'", name="surprise")


def extra() -> None:
    raise ModuleNotFoundError("No module named 'pyarrow'", name="pyarrow.parquet")


def test_a_plain_command_gets_its_words_and_answers_its_code(table, capsys):
    assert cli.main(["plain", "a", "--b"]) == NOT_FOUND
    assert capsys.readouterr().out == "a --b\n"


def test_a_typed_command_is_parsed(table, capsys):
    assert cli.main(["typed", "--amount", "41"]) == 0
    assert capsys.readouterr().out == "42\n"


@pytest.mark.parametrize("words", [["typed", "--amount", "x"], ["typed", "--no-such"], ["typo"], ["busy", "too", "many"]])
def test_wrong_words_end_with_2(table, words):
    assert cli.main(words) == 2


@pytest.mark.parametrize(
    ("words", "language"),
    [
        (["--lang", "zh-CN"], "zh-CN"),
        (["x", "--language=zh-CN"], "zh-CN"),
        (["--lang", "zh-CN", "--lang", "en"], "en"),
        (["--lang"], "en"),
        (["--lang", "fr"], "en"),
        (["zh-CN"], "en"),
    ],
)
def test_what_goes_wrong_is_told_in_the_language_that_was_asked_for(monkeypatch, capsys, words, language):
    def refuses(arguments: Sequence[str]) -> int:
        raise Malformed("table_cell_formula", str(len(arguments)))

    monkeypatch.setattr(cli, "load", lambda _: refuses)
    assert cli.main(["policy", *words]) == 2
    assert sentence("table_cell_formula", language) in capsys.readouterr().err


def test_the_package_is_the_command_where_none_is_installed():
    ran = subprocess.run([sys.executable, "-m", "plimsoll", "rob"], capture_output=True, text=True, check=False)
    assert (ran.returncode, ran.stderr) == (2, "plimsoll: there is no command 'rob'. plimsoll --help lists the commands.\n")


def test_an_unknown_command_names_the_nearest(table, capsys):
    cli.main(["type"])
    assert "Did you mean typed?" in capsys.readouterr().err


def test_a_command_that_stops_says_why_and_ends_with_its_code(table, capsys):
    assert cli.main(["busy"]) == TRY_AGAIN
    assert capsys.readouterr().err == "plimsoll busy: the command is in flight. Repeat it with the same key.\n"


def test_unreadable_input_ends_with_2_and_names_its_place(table, capsys):
    assert cli.main(["unreadable"]) == 2
    assert capsys.readouterr().err.startswith("plimsoll unreadable: cases.yaml:7: ")


@pytest.mark.parametrize(
    "words", [("watch", "evaluate", "taiwan"), ("remind", "--receipts"), ("share", "overdue", "--on", "2026-10-01", "--people")]
)
def test_a_file_that_is_not_there_ends_with_3(words, tmp_path, capsys):
    from plimsoll.app.database.opening import create_store

    book = f"sqlite:///{tmp_path / 'book.db'}"
    create_store(book).close()
    more = [] if words[0] == "watch" else ["--db", book]
    more += ["--out", str(tmp_path / "out.csv")] if words[0] == "share" else []
    assert cli.main([*words, str(tmp_path / "nowhere.csv"), *more]) == NOT_FOUND
    assert "nowhere.csv" in capsys.readouterr().err


@pytest.mark.parametrize(
    "words", [("contract",), ("evidence", "show"), ("learn", "lesson"), ("policy", "ask"), ("post",), ("queue", "show"), ("rules", "list")]
)
@pytest.mark.parametrize("option", ["--lang", "--language"])
def test_the_language_is_asked_for_by_one_name_everywhere(words, option, capsys):
    cli.main([*words, option, "xx"])
    assert "No such option" not in capsys.readouterr().err


def test_a_busy_store_is_worth_trying_again(table, capsys):
    assert cli.main(["away"]) == TRY_AGAIN
    assert capsys.readouterr().err.startswith("plimsoll away: ")


def test_a_missing_extra_is_named(table, capsys):
    assert cli.main(["extra"]) == 1
    assert "plimsoll-credit[fast]" in capsys.readouterr().err


def test_a_reader_who_leaves_early_is_no_error():
    code = (
        "import sys; from plimsoll.interfaces.cli import main as m; m.COMMANDS['many'] = m.Command('', '');"
        "m.load = lambda _: lambda arguments: [print(n) for n in range(10**6)] and 0; sys.exit(m.main(['many']))"
    )
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout.readline() == "0\n"
        process.stdout.close()
        assert (process.stderr.read(), process.wait()) == ("", 0)


def test_a_missing_module_of_our_own_is_a_bug_and_shows_itself(table):
    with pytest.raises(ModuleNotFoundError):
        cli.main(["lost"])


def test_overview_lists_every_command_with_its_line(table, capsys):
    assert cli.main([]) == 0
    printed = capsys.readouterr().out
    assert all(f"{name:<10}  Do {name}." in printed for name in cli.COMMANDS)


@pytest.mark.parametrize("command", cli.COMMANDS.values(), ids=list(cli.COMMANDS))
def test_what_the_table_names_exists_and_offers_no_completion_of_its_own(command):
    found = cli.load(command.target)
    assert not getattr(found, "_add_completion", False), "completion would be installed for a program called `plimsoll NAME`"


@pytest.mark.parametrize("words", [["--help"], ["--version"]])
def test_help_and_version_import_nothing_heavy(words):
    code = f"import sys; from plimsoll.interfaces.cli.main import main; main({words!r}); print([m for m in {HEAVY!r} if m in sys.modules])"
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ended.stdout.splitlines()[-1] == "[]"


def test_case_imports_no_database_no_parser_and_no_compiler():
    code = f"import sys; from plimsoll.interfaces.cli.main import main; main(['case']); print([m for m in {HEAVY!r} if m in sys.modules])"
    ended = subprocess.run([sys.executable, "-c", code], input="", capture_output=True, text=True, check=True)
    assert ended.stdout.splitlines()[-1] == "[]"


def test_version_answers_within_half_a_second():
    """Seconds of the processor: a machine that is busy with other tests is slow."""
    before = os.times()
    subprocess.run([sys.executable, "-m", "plimsoll.interfaces.cli.main", "--version"], check=True, capture_output=True)
    after = os.times()
    assert after.children_user + after.children_system - before.children_user - before.children_system < 0.5


def test_the_page_of_commands_says_what_the_commands_say():
    from tools.commands_page import PAGE, page

    assert PAGE.read_text("utf-8") == page(), "run `make docs`"


NO_JSON = {
    "case": "takes and gives one JSON object a line already",
    "gate": "takes and gives one JSON object a line already",
    "audit prove": "prints the proof, which is one JSON object, and nothing else",
}


def every_command():
    """Every command that can be asked, as its words and its parameters; the words of help of those that need no parser."""
    for name, command in cli.COMMANDS.items():
        found = cli.load(command.target)
        if cli.is_plain(found):
            yield name, vars(sys.modules[command.target.partition(":")[0]])["HELP"].split()
            continue
        app = found
        if not isinstance(app, typer.Typer):
            app = typer.Typer(add_completion=False)
            app.command()(found)
        yield from below(name, typer.main.get_command(app))


def below(title, command):
    inner = getattr(command, "commands", {})
    for name, one in inner.items():
        yield from below(f"{title} {name}", one)
    if not inner:
        yield title, [option for parameter in command.params for option in parameter.opts]


def test_every_command_prints_json_for_who_asks():
    without = {title for title, options in every_command() if "--json" not in options}
    assert without == set(NO_JSON), "a command that prints has --json, or a reason here why not"
