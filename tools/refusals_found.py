"""Find which refusals each operation may answer with, by reading the source: what its handler, or the decision of its verb, can refuse.

python -m tools.refusals_found        writes src/plimsoll/interfaces/http/told/refusals.json

What every operation may answer (sign in, permissions, a body that cannot be read, a busy store) is not repeated for each.
"""

import ast
import inspect
import json
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Final, NamedTuple

from plimsoll.app.access.verbs import VERBS
from plimsoll.app.dated_ahead import DATED
from plimsoll.app.wiring import ALL_COMMANDS, DOSSIER_WIRING, WIRING
from plimsoll.interfaces.http import operations
from plimsoll.interfaces.http.describe import handler_of
from plimsoll.interfaces.http.operation import Operation
from plimsoll.interfaces.http.statuses import status_of
from plimsoll.interfaces.http.told.of_any import COMMON
from plimsoll.units.sentences import SENTENCES

ROOT: Final = Path(__file__).resolve().parent.parent
SRC: Final = ROOT / "src"
FILE: Final = SRC / "plimsoll" / "interfaces" / "http" / "told" / "refusals.json"
DEEP: Final = 3
"""Modules that are followed from a handler or a decision."""
RAISERS: Final = ("Refused", "Malformed", "Said")
PASSED_BY: Final = frozenset({
    "plimsoll.app.database.store", "plimsoll.app.database.sqlite", "plimsoll.app.database.postgres", "plimsoll.app.execute",
    "plimsoll.app.execute_many", "plimsoll.app.execute_any", "plimsoll.app.commit_together", "plimsoll.app.database.opening",
    "plimsoll.app.closing.scan", "plimsoll.app.database.sheet", "plimsoll.app.closing.close", "plimsoll.app.access.door",
    "plimsoll.interfaces.http.shown", "plimsoll.interfaces.http.cursor",
})  # fmt: skip
"""Modules that every operation goes through, whose refusals are told once."""
OF_OPERATORS: Final = frozenset({
    "file_missing", "file_not_text", "store_url_malformed", "engine_unknown", "map_malformed", "map_unknown", "template_incomplete",
    "template_banned_word",
})  # fmt: skip
"""Refusals of files that the house itself has, which no request can cause."""
OF_FILES: Final = ("file_", "yaml_", "rule_", "model_")
COMMON_NAMES: Final = frozenset({"put", "get", "find", "add", "of", "show", "log", "erase", "reveal", "execute", "submit", "close"})
"""Names of methods that many things have: the thing before the dot has to be called as the module is."""
_WORD: Final = re.compile(r"[a-z][a-z0-9_]+")
_SAYS: Final = re.compile(r"[Rr]efus|[Rr]aises")


@dataclass(slots=True)
class Module:
    """The functions of a module by name, what it imports, and the words that it gives names to."""

    functions: dict[str, ast.FunctionDef | ast.AsyncFunctionDef] = field(default_factory=dict)
    imports: dict[str, tuple[str, str]] = field(default_factory=dict)
    words: dict[str, tuple[str, ...]] = field(default_factory=dict)


@cache
def module_of(name: str) -> Module | None:
    """Read a module of the house; None for one of others."""
    path = SRC / Path(*name.split("."))
    file = path.with_suffix(".py") if path.with_suffix(".py").exists() else path / "__init__.py"
    if not name.startswith("plimsoll") or not file.exists():
        return None
    found = Module()
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            found.functions.setdefault(node.name, node)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            for one in node.names:
                found.imports[one.asname or one.name] = (node.module, one.name)
        elif isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None:
            for target in [node.target] if isinstance(node, ast.AnnAssign) else node.targets:
                if isinstance(target, ast.Name):
                    found.words[target.id] = tuple(words_in(node.value))
    return found


def words_in(node: ast.AST) -> Iterator[str]:
    """Give the codes that stand in an expression as text."""
    for one in ast.walk(node):
        if isinstance(one, ast.Constant) and isinstance(one.value, str) and one.value in SENTENCES:
            yield one.value


def said_in(function: ast.FunctionDef | ast.AsyncFunctionDef) -> set[str]:
    """Give the codes that a docstring says are refused."""
    said = ast.get_docstring(function) or ""
    at = _SAYS.search(said)
    return {word for word in _WORD.findall(said[at.start() :]) if word in SENTENCES} if at else set()


class Step(NamedTuple):
    """A function that is reached: its module and name, and whether it lies in another module than who calls it."""

    module: str
    function: str
    is_elsewhere: bool


class Read(NamedTuple):
    """What one function says: the codes that it refuses itself, and what it calls."""

    codes: frozenset[str]
    calls: tuple[Step, ...]


@cache
def read(name: str, function: str) -> Read:
    """Read one function of a module."""
    module = module_of(name)
    if module is None or name in PASSED_BY or function not in module.functions:
        return Read(frozenset(), ())
    node = module.functions[function]
    codes, calls = said_in(node), []
    for one in ast.walk(node):
        if not isinstance(one, ast.Call):
            continue
        called = one.func.id if isinstance(one.func, ast.Name) else one.func.attr if isinstance(one.func, ast.Attribute) else ""
        if called in RAISERS and one.args:
            codes |= set(words_in(one.args[0]))
            codes |= set(module.words.get(one.args[0].id, ())) if isinstance(one.args[0], ast.Name) else set()
        else:
            calls += [step for each in (one.func, *one.args) for step in reached(name, module, each)]
    return Read(frozenset(codes), tuple(dict.fromkeys(calls)))


def reached(name: str, module: Module, one: ast.expr) -> Iterator[Step]:
    """Give the functions that a name or an attribute may mean: of the same file, imported, or methods of a module that is imported."""
    if isinstance(one, ast.Name):
        if one.id in module.functions:
            yield Step(name, one.id, is_elsewhere=False)
        elif one.id in module.imports:
            yield Step(*module.imports[one.id], is_elsewhere=True)
    elif isinstance(one, ast.Attribute):
        where, what = module.imports.get(one.value.id, ("", "")) if isinstance(one.value, ast.Name) else ("", "")
        if where and module_of(f"{where}.{what}") is not None:
            yield Step(f"{where}.{what}", one.attr, is_elsewhere=True)
        elif isinstance(one.value, ast.Name) and one.value.id == "self" and one.attr in module.functions:
            yield Step(name, one.attr, is_elsewhere=False)
        else:
            near = {place for place, _ in module.imports.values()}
            of = ast.unparse(one.value).lower()
            for owner in methods().get(one.attr, ()):
                is_meant = owner.rpartition(".")[2] in of if one.attr in COMMON_NAMES else owner in near
                if is_meant:
                    yield Step(owner, one.attr, is_elsewhere=True)


def refused_in(name: str, function: str) -> set[str]:
    """Give the codes that a function may refuse, and what it calls, so many modules deep."""
    found: set[str] = set()
    best: dict[tuple[str, str], int] = {}
    waiting = [(name, function, DEEP)]
    while waiting:
        where, what, deep = waiting.pop()
        if best.get((where, what), -1) >= deep:
            continue
        best[where, what] = deep
        codes, calls = read(where, what)
        found |= codes
        waiting += [(one.module, one.function, deep - one.is_elsewhere) for one in calls if deep >= one.is_elsewhere]
    return found


@cache
def methods() -> dict[str, tuple[str, ...]]:
    """Give the modules of the application that have a method of a name."""
    found: dict[str, tuple[str, ...]] = {}
    for path in sorted((SRC / "plimsoll" / "app").rglob("*.py")):
        name = ".".join(path.relative_to(SRC).with_suffix("").parts)
        for node in ast.parse(path.read_text("utf-8")).body:
            if isinstance(node, ast.ClassDef):
                for one in node.body:
                    if isinstance(one, ast.FunctionDef):
                        found[one.name] = (*found.get(one.name, ()), name)
    return found


def entry_of(one: Operation) -> list[tuple[str, str]]:
    """Give where an operation begins: the decision of its verb, or its handler (and what its handler closes over)."""
    command: Any = ALL_COMMANDS.get(one.name)
    if command is not None:
        verb = WIRING.get(command) or DOSSIER_WIRING[command]
        return [(verb.decide.__module__, verb.decide.__name__)]
    handle = handler_of(one)
    inner = inspect.getclosurevars(handle).nonlocals.values() if inspect.isfunction(handle) else ()
    told = [handle, *(value for value in inner if inspect.isfunction(value))]
    return [(each.__module__, each.__name__) for each in told if hasattr(each, "__name__")]


def refusals() -> dict[str, list[str]]:
    """Give the codes of each operation, beside those that every operation may answer."""
    found = {}
    for one in operations.ALL:
        codes = set().union(*(refused_in(*entry) for entry in entry_of(one)))
        codes |= {"date_in_future"} if ALL_COMMANDS.get(one.name) in DATED else set()
        if one.name in VERBS and VERBS[one.name].makes_loan:
            codes |= {"limit_exceeded", "sub_limit_exceeded", "load_line_passed"}
        if one.method == "GET":
            # What is not there, or not to be seen, is told in one way: absent.
            codes = {code for code in codes if status_of(code) != 404 and not code.startswith(OF_FILES)}
        found[one.name] = sorted(codes - COMMON - OF_OPERATORS)
    return found


def text() -> str:
    """Give the file."""
    return json.dumps(refusals(), indent=1, sort_keys=True) + "\n"


def main() -> int:
    """Write the file."""
    FILE.write_text(text(), "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
