"""The port of the contact gate as a program: files, exit codes, messages, lines as they come."""

import io
import json
import subprocess
import sys
from pathlib import Path

import pytest

from plimsoll.app.json_lines import LINE_MAX
from plimsoll.interfaces.cli.exits import NOT_FOUND, OK, USAGE
from plimsoll.interfaces.cli.main import main
from plimsoll.interfaces.gate.serve import blocks

ATTEMPT = {"attempt": "call", "debtor": "d1", "to": "debtor", "number": "n1", "by": "lender", "at": "2026-12-01T08:30:00+08:00"}
ATTEMPT |= {"zone": "Asia/Shanghai", "country": "cn", "purpose": "collect", "outcome": "connected"}
YES, NO = '{"allowed":true}', '{"allowed":false,"rule":"POLICY.CONTACT.QUIET","until":"2026-12-01T09:00:00+08:00"}'


def asked(tmp_path: Path, *lines: object) -> str:
    """Write lines to a file, and give its path."""
    path = tmp_path / "stream.jsonl"
    path.write_text("".join((line if isinstance(line, str) else json.dumps(line)) + "\n" for line in lines), "utf-8")
    return str(path)


def test_a_file_is_answered(tmp_path, capsys):
    assert main(["gate", asked(tmp_path, ATTEMPT)]) == OK
    assert capsys.readouterr().out == YES + "\n"


def test_policy_of_the_house(tmp_path, capsys):
    assert main(["gate", "--policy", asked(tmp_path, ATTEMPT)]) == OK
    assert capsys.readouterr().out == NO + "\n"


def test_a_bad_line_is_told_by_its_number_and_the_others_are_answered(tmp_path, capsys):
    path = asked(tmp_path, ATTEMPT, "", "nonsense", ATTEMPT | {"zone": None}, {"fact": "died", "debtor": "d1"}, ATTEMPT)
    assert main(["gate", path]) == USAGE
    said = capsys.readouterr()
    answers = [json.loads(line) for line in said.out.splitlines()]
    assert [one.get("allowed") for one in answers] == [True, None, False, None, True]
    assert [(one["line"], one["error"]["code"]) for one in answers if "error" in one] == [
        (3, "json_malformed"),
        (4, "field_missing"),
        (5, "field_missing"),
    ]
    assert [line.split(":")[:2] for line in said.err.splitlines()] == [["plimsoll gate", f" line {number}"] for number in (3, 4, 5)]


def test_half_a_surrogate_is_answered_as_it_came(tmp_path, capsys):
    assert main(["gate", asked(tmp_path, '{"\\ud800":1}', ATTEMPT | {"debtor": "\ud800"})]) == USAGE
    assert [json.loads(line).get("allowed") for line in capsys.readouterr().out.splitlines()] == [None, True]


@pytest.mark.parametrize("words", [["--no-such"], ["a", "b"]])
def test_wrong_words(words):
    assert main(["gate", *words]) == USAGE


def test_a_missing_file(tmp_path, capsys):
    assert main(["gate", str(tmp_path / "nowhere.jsonl")]) == NOT_FOUND
    assert "nowhere.jsonl" in capsys.readouterr().err


def test_lines_come_as_they_are_written_and_the_last_needs_no_end():
    assert list(blocks(io.BufferedReader(io.BytesIO(b"a\nb\nc")))) == [[b"a", b"b"], [b"c"]]
    assert list(blocks(io.BufferedReader(io.BytesIO(b"")))) == []


def test_an_endless_line_is_cut_where_it_can_be_told_to_be_too_long():
    found = list(blocks(io.BufferedReader(io.BytesIO(b"x" * (5 * LINE_MAX) + b"\ny\n"))))
    lines = [line for part in found for line in part]
    assert lines[-1] == b"y"
    assert len(lines) == 2
    assert LINE_MAX < len(lines[0]) < 2 * LINE_MAX


def test_whoever_waits_for_an_answer_gets_it():
    """A dialler keeps the gate open and asks before each call."""
    command = [sys.executable, "-c", "import sys; from plimsoll.interfaces.cli.main import main; sys.exit(main(['gate']))"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as gate:
        assert gate.stdin is not None
        assert gate.stdout is not None
        for _ in range(3):
            gate.stdin.write(json.dumps(ATTEMPT) + "\n")
            gate.stdin.flush()
            assert gate.stdout.readline() == YES + "\n"
        gate.stdin.write(json.dumps(ATTEMPT) + "\n")
        gate.stdin.flush()
        assert json.loads(gate.stdout.readline())["rule"] == "CN.COLLECT.CALLS.CONNECTED.MAX"
        gate.stdin.close()
        assert gate.wait(10) == OK
