"""The tutorial does what it says: its commands and its scripts are run as they stand on the page."""

import os
import re
import shlex
import subprocess
import sys
from contextlib import chdir, redirect_stdout
from io import StringIO
from pathlib import Path

import pytest

from plimsoll.interfaces.cli.main import main

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "tutorial" / "first-book.md").read_text("utf-8")
COMMAND = re.compile(r"^    \.venv/bin/plimsoll (.+)$", re.MULTILINE)
SCRIPT = re.compile(r"```python\n(.*?)```", re.DOTALL)


def run(folder: Path, *words: str) -> str:
    """Run Python in a folder, and give what it printed."""
    environment = os.environ | {"PYTHONPATH": str(ROOT / "src"), "COLUMNS": "200"}
    ended = subprocess.run([sys.executable, *words], cwd=folder, env=environment, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, f"{words}: {ended.stdout}{ended.stderr}"
    return ended.stdout


@pytest.fixture(scope="module")
def printed(tmp_path_factory):
    """What each command and script of the page printed, in the order of the page; the demo has a test of its own."""
    folder = tmp_path_factory.mktemp("tutorial")
    first, correct, tape = SCRIPT.findall(PAGE)
    (folder / "first.py").write_text(first, "utf-8")
    (folder / "correct.py").write_text(correct, "utf-8")
    commands = [shlex.split(words) for words in COMMAND.findall(PAGE) if "build/demo" not in words]
    kinds = [words[0] for words in commands]
    assert kinds == ["quote", "rules", "book", "close", "close", "verify"]

    def plimsoll(number: int) -> str:
        """Run a command in this process, which knows the program already; scripts of the page run as programs of their own."""
        with chdir(folder), redirect_stdout(StringIO()) as said:
            assert main(commands[number]) == 0, said.getvalue()
        return said.getvalue()

    said = {"quote": plimsoll(0), "rules": plimsoll(1), "book": plimsoll(2), "first": run(folder, "first.py"), "close": plimsoll(3)}
    said |= {"correct": run(folder, "correct.py"), "again": plimsoll(4), "tape": run(folder, "-c", tape), "verify": plimsoll(5)}
    return said


def test_the_quote_shows_the_instalments(printed):
    assert "900.41" in printed["quote"]
    assert "900.42" in printed["quote"]


def test_the_rule_names_its_source(printed):
    assert "source:" in printed["rules"]


def test_the_answers_are_those_that_the_page_explains(printed):
    lines = printed["first"].splitlines()
    assert len(lines) == 7
    assert "limit_exceeded" in lines[3]
    assert lines[5] == lines[4].replace("is_replayed=False", "is_replayed=True")
    assert "key_reused" in lines[6]


def test_the_close_agrees_before_and_after_the_correction(printed):
    assert "agree" in printed["close"]
    assert "agree" in printed["again"]


def test_the_tape_keeps_what_was_believed(printed):
    april, may = re.findall(r"'past_due_days': (\d+), 'principal_minor': (\d+)", printed["tape"])
    assert (april, may) == (("46", "922359"), ("16", "842648"))


def test_the_book_is_proved(printed):
    assert printed["verify"]
