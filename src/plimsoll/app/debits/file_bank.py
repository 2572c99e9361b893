"""Debits by files: instructions into one that the bank fetches, what became of them out of another that it delivers."""

import json
import os
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from plimsoll.app.debits.port import Collected, Failed, Instruction, Unclear
from plimsoll.units.money import text_of
from plimsoll.units.refusal import Malformed

LINE_LENGTH_MAX: Final = 10_000
OWNER_ONLY: Final = 0o600
COLLECTED, FAILED = "collected", "failed"


class FileBank:
    """Appends instructions to one file, readable by its owner alone; what became of them is read from another, if there is one."""

    def __init__(self, path: Path, results: Path | None = None) -> None:
        """Read the results. Raises Malformed with file and line: file_missing, file_not_text, row_malformed, debit_contradicts."""
        self._path = path
        self._known = {} if results is None else read_results(results)
        self._told = _instructions(path)

    def debit(self, instruction: Instruction, now: datetime) -> Collected | Failed | Unclear:
        """Tell what the results say; an instruction that they do not know is written, once, and is unclear until they do."""
        name = instruction.instruction
        if name in self._known:
            return self._known[name]
        if name in self._told:
            return Unclear("waits for its result")
        said = {
            "instruction": name,
            "amount": text_of(instruction.minor, instruction.currency),
            "currency": instruction.currency,
            "account": instruction.account,
            "at": now.isoformat(timespec="seconds"),
        }
        try:
            with os.fdopen(os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, OWNER_ONLY), "a", encoding="utf-8") as lines:
                lines.write(json.dumps(said, ensure_ascii=False) + "\n")
        except OSError as failed:
            return Unclear(failed.strerror or "")
        self._told.add(name)
        return Unclear("written")


def read_results(path: Path) -> dict[str, Collected | Failed]:
    """Read a file of results, each line {"instruction", "state": "collected" or "failed", "code" or "reference"}.

    A line that is there twice is read once. Raises Malformed with file and line: file_missing, file_not_text, row_malformed,
    debit_contradicts (collected and failed).
    """
    found: dict[str, Collected | Failed] = {}
    for number, said in _lines(path):
        name, state = str(said["instruction"]), said.get("state")
        code, reference = said.get("code", ""), said.get("reference", "")
        if not all(isinstance(word, str) for word in (code, reference)) or state not in (COLLECTED, FAILED):
            raise Malformed("row_malformed", f"{said}"[:60], file=path.name, line=number)
        result = Collected(reference) if state == COLLECTED else Failed(code)
        if type(found.setdefault(name, result)) is not type(result):
            raise Malformed("debit_contradicts", name, file=path.name, line=number)
    return found


def _instructions(path: Path) -> set[str]:
    return {said["instruction"] for _, said in _lines(path)} if path.exists() else set()


def _lines(path: Path) -> list[tuple[int, dict[str, Any]]]:
    found = []
    try:
        with path.open(encoding="utf-8") as lines:
            for number, line in enumerate(lines, 1):
                if not line.strip():
                    continue
                try:
                    said = json.loads(line[:LINE_LENGTH_MAX])
                except (ValueError, RecursionError):
                    said = None
                if not isinstance(said, dict) or not isinstance(said.get("instruction"), str):
                    raise Malformed("row_malformed", line[:60], file=path.name, line=number)
                found.append((number, said))
    except OSError as missing:
        raise Malformed("file_missing", missing.strerror or "", file=path.name) from None
    except UnicodeDecodeError as foreign:
        raise Malformed("file_not_text", f"byte {foreign.start}", file=path.name) from None
    return found
