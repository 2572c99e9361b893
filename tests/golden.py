"""Golden cases: where they lie, and how an answer is held against what a case expects of it.

`expect` names only what matters to the case. Beside the keys of an answer it may hold a column of the schedule (`principal`, `interest`,
`due`: one text an instalment), `principal_last`, and `due_first`, `due_regular` (the second), `due_last`. In `allocations` a part that is
not named is nil, in `ledger` an account that is not named may hold anything.
"""

import json
import os
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parent.parent
CASES = ROOT / "tests" / "cases"
NIL = "0.00"
ALLOCATION_PARTS = ("fee", "penalty", "interest", "principal", "credit")


def read_yaml(text: str) -> Any:
    """Read YAML with the parser in C where there is one: the cases are a megabyte, and every worker reads them."""
    return yaml.load(text, getattr(yaml, "CSafeLoader", yaml.SafeLoader))


def read_texts(text: str) -> Any:
    """Read YAML with every value as the text that stands there."""
    return yaml.load(text, getattr(yaml, "CBaseLoader", yaml.BaseLoader))


@cache
def golden_cases() -> list[dict]:
    """Return the project's own cases of loans and accounts, in the order of their files."""
    paths = [path for room in ("loan", "account") for path in sorted((CASES / room).glob("*.yaml"))]
    found = [case for path in paths for case in read_yaml(path.read_text("utf-8"))]
    assert len({case["id"] for case in found}) == len(found), "an id is used twice"
    return found


def reference_folder() -> Path:
    """Return the folder of reference material: PLIMSOLL_REFERENCE, else `shared` beside the repository. It need not exist."""
    return Path(os.environ.get("PLIMSOLL_REFERENCE") or ROOT.parent / "shared")


def reference_cases() -> list[dict]:
    """Return cases with answers from elsewhere, one a line in `oracles/*.jsonl` of the reference folder; none where it is missing."""
    lines = (line for path in sorted((reference_folder() / "oracles").glob("*.jsonl")) for line in path.read_text("utf-8").splitlines())
    return [json.loads(line) for line in lines if line.strip()]


def differences(expect: dict, answer: dict) -> list[str]:
    """Say where an answer is not as expected; nothing where it is."""
    if "refused" in expect or "refused" in answer:
        return list(subset("refused", expect.get("refused"), answer.get("refused")))
    rows = answer.get("schedule", [])
    found: list[str] = []
    for key, wanted in expect.items():
        if key in COLUMNS:
            found += subset(key, wanted, COLUMNS[key](rows))
        elif key == "allocations":
            found += subset(key, [{**dict.fromkeys(ALLOCATION_PARTS, NIL), **row} for row in wanted], answer[key])
        elif key == "ledger":
            found += subset(key, wanted, {**dict.fromkeys(wanted, NIL), **answer[key]})
        else:
            found += subset(key, wanted, answer.get(key))
    return found


COLUMNS: dict[str, Callable[[list[dict]], object]] = {
    "principal": lambda rows: [row["principal"] for row in rows],
    "interest": lambda rows: [row["interest"] for row in rows],
    "due": lambda rows: [row["due"] for row in rows],
    "principal_last": lambda rows: rows[-1]["principal"],
    "due_first": lambda rows: rows[0]["due"],
    "due_regular": lambda rows: rows[1]["due"],
    "due_last": lambda rows: rows[-1]["due"],
}


def subset(place: str, wanted: object, given: object) -> Iterator[str]:
    """Yield each place where something wanted is not given: every key of a mapping, every row of a list."""
    if isinstance(wanted, dict) and isinstance(given, dict):
        for key, value in wanted.items():
            yield from subset(f"{place}.{key}", value, given.get(key))
    elif isinstance(wanted, list) and isinstance(given, list) and len(wanted) == len(given):
        for n, (want, give) in enumerate(zip(wanted, given, strict=True), 1):
            yield from subset(f"{place}[{n}]", want, give)
    elif wanted != given:
        yield f"{place}: expected {wanted}, got {given}"
