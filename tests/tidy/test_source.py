"""The style guide, executed on the code: exact numbers, small files, words where a reader needs them."""

import ast
import re
import sys
from collections import Counter
from pathlib import Path

from tests.tidy.source import (
    EXACT_ROOMS,
    PURE_ROOMS,
    ROOT,
    SRC,
    functions,
    in_rooms,
    nodes,
    package,
    place,
    python,
    room,
    text,
    tree,
)

FILE_LINES_MAX = 500
FUNCTION_LINES_MAX = 60
LONG_FUNCTIONS = Path(__file__).with_name("long_functions.txt")
"""The ratchet: functions that were longer before the rule; a name may leave the list, none may join it."""

ROLE_NAMES = {"service", "services", "utils", "util", "helpers", "helper", "common", "manager", "managers", "models", "handlers", "handler"}
ROLE_NAMES |= {"misc", "base", "core", "lib", "tools", "types", "constants", "stuff"}
TRADE_NAMES = {"debt_service"}
"""Names that end like a role and are the trade's: what is paid on debts each month."""

INEXACT_NAMES = {"float", "round", "Decimal", "Fraction", "complex", "truediv", "fsum", "__truediv__", "__rtruediv__", "__float__"}
INEXACT_MODULES = {"cmath", "decimal", "fractions", "statistics"}
EXACT_MATH = {"comb", "gcd", "isqrt", "lcm", "prod"}
"""What `math` gives that is a whole number of whole numbers."""

WORLD_CALLS = {"open", "print", "input", "exec", "eval", "compile", "breakpoint", "__import__"}
STANDARD_ROOMS = ("units", "loan", "ledger")
"""Rooms that a Spark executor can carry: nothing outside the standard library."""

COMPILER = {
    SRC / "loan" / "columns.py": {"numpy"},
    SRC / "loan" / "coming_columns.py": {"numpy"},
    SRC / "loan" / "compiled.py": {"numba", "numpy"},
}
CATCH_ALL = {SRC / "app" / "execute.py", SRC / "app" / "closing" / "close.py"}
DOMAIN_NOUNS = ("repay", "loan", "draw", "purchase", "bill", "instal", "refund", "interest", "penalty", "principal", "merchant", "overdue")


def test_exact_rooms_hold_no_float_and_no_true_division():
    wrong = [
        f"{place(path, node.lineno)} {inexact}" for path in in_rooms(EXACT_ROOMS) for node in nodes(path) if (inexact := _inexact(node))
    ]
    assert not wrong, f"integers only; divide through units.divide; join paths with joinpath: {wrong}"


def _inexact(node: ast.AST) -> str:
    if isinstance(node, ast.Constant) and isinstance(node.value, float | complex):
        return f"the number {node.value}"
    if isinstance(node, ast.BinOp | ast.AugAssign) and isinstance(node.op, ast.Div):
        return "the operator /"
    if isinstance(node, ast.Name) and node.id in INEXACT_NAMES:
        return f"the name {node.id}"
    if isinstance(node, ast.Attribute) and node.attr in INEXACT_NAMES | {"float64", "float32"}:
        return f"the attribute {node.attr}"
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Pow) and isinstance(node.right, ast.UnaryOp):
        return "a power below nothing"
    return _inexact_import(node)


def _inexact_import(node: ast.AST) -> str:
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "math" and node.attr not in EXACT_MATH:
        return f"math.{node.attr}"
    if isinstance(node, ast.Import) and (found := INEXACT_MODULES & {alias.name for alias in node.names}):
        return f"an import of {', '.join(found)}"
    if isinstance(node, ast.ImportFrom):
        names = {alias.name for alias in node.names}
        if INEXACT_NAMES & names or node.module in INEXACT_MODULES or (node.module == "math" and names - EXACT_MATH):
            return f"an import from {node.module}"
    return ""


def test_below_app_nothing_is_opened_printed_or_run():
    wrong = [
        place(path, node.lineno) + f" {node.func.id}"
        for path in in_rooms(PURE_ROOMS)
        for node in nodes(path)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in WORLD_CALLS
    ]
    assert not wrong, f"only app touches the world: {wrong}"


def _imported(path: Path) -> set[str]:
    """Return the top-level names that a file imports."""
    direct = {alias.name.partition(".")[0] for node in nodes(path) if isinstance(node, ast.Import) for alias in node.names}
    return direct | {(node.module or "").partition(".")[0] for node in nodes(path) if isinstance(node, ast.ImportFrom)}


def test_kernel_rooms_need_nothing_outside_the_standard_library():
    allowed = sys.stdlib_module_names | {"plimsoll"}
    wrong = {place(path): extra for path in in_rooms(STANDARD_ROOMS) if (extra := _imported(path) - allowed - COMPILER.get(path, set()))}
    assert not wrong, f"only the columns may import the compiler: {wrong}"


def test_no_file_is_longer_than_500_lines():
    wrong = {place(path): count for path in python() if (count := len(text(path).splitlines())) > FILE_LINES_MAX}
    assert not wrong, wrong


def test_no_function_is_newly_longer_than_60_lines():
    listed = {line for line in text(LONG_FUNCTIONS).splitlines() if line and not line.startswith("#")}
    long = {
        f"{place(path)}:{name}"
        for path in python()
        for name, node in functions(path)
        if (node.end_lineno or node.lineno) - node.lineno + 1 > FUNCTION_LINES_MAX
    }
    assert not long - listed, f"split these: {sorted(long - listed)}"
    assert not listed - long, f"short enough now, take them off {LONG_FUNCTIONS.name}: {sorted(listed - long)}"


def test_modules_and_public_names_say_what_you_get():
    wrong = [place(path) for path in package() if text(path).strip() and not ast.get_docstring(tree(path))]
    wrong += [
        place(path, node.lineno) + f" {node.name}" for path in package() for node in _public(tree(path)) if not ast.get_docstring(node)
    ]
    assert not wrong, f"no docstring: {wrong}"


def _public(holder: ast.Module | ast.ClassDef) -> list[ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef]:
    """Return the functions, classes and methods that other files may use."""
    kinds = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
    found = [node for node in holder.body if isinstance(node, kinds) and not node.name.startswith("_")]
    return found + [inner for node in found if isinstance(node, ast.ClassDef) for inner in _public(node)]


def test_no_file_is_named_for_its_role():
    wrong = [place(path) for path in package() for part in path.relative_to(SRC).with_suffix("").parts if _is_role(part)]
    assert not wrong, f"name a file for its verb or its noun: {wrong}"


def _is_role(part: str) -> bool:
    """Tell whether a name is a role, or ends in one: `helpers`, `loan_manager`."""
    return part in ROLE_NAMES or (part.rpartition("_")[2] in ROLE_NAMES - {"base", "core", "types"} and part not in TRADE_NAMES)


def test_no_folder_is_a_heap():
    """In the room with effects a family of files lies in a folder of its own, which says what they would all begin with."""
    families = Counter(path.stem.partition("_")[0] for path in package() if path.parent == SRC / "app" and "_" in path.stem.strip("_"))
    crowded = {name: count for name, count in families.items() if count > 3}
    assert not crowded, f"give these a folder: {crowded}"


def test_no_function_takes_arguments_without_names():
    wrong = [place(path, node.lineno) + f" {name}" for path in package() for name, node in functions(path) if node.args.kwarg]
    assert not wrong, f"a function says what it takes: {wrong}"


def test_no_function_is_named_for_a_year():
    wrong = [
        place(path, node.lineno) + f" {name}" for path in package() for name, node in functions(path) if re.search(r"(19|20)\d\d", name)
    ]
    assert not wrong, f"dates stand in the data: {wrong}"


def test_everything_is_caught_in_two_files_only():
    wrong = [
        place(path, node.lineno)
        for path in package()
        if path not in CATCH_ALL
        for node in nodes(path)
        if isinstance(node, ast.ExceptHandler) and _catches_all(node) and not _passes_on(node)
    ]
    assert not wrong, f"name the exception, or let it stop the work: {wrong}"


def _catches_all(handler: ast.ExceptHandler) -> bool:
    caught = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    return any(one is None or (isinstance(one, ast.Name) and one.id in {"Exception", "BaseException"}) for one in caught)


def _passes_on(handler: ast.ExceptHandler) -> bool:
    """Tell whether a handler only cleans up: its last statement raises what it caught."""
    last = handler.body[-1]
    return isinstance(last, ast.Raise) and last.exc is None


def test_execute_names_no_domain_noun():
    found = [noun for noun in DOMAIN_NOUNS if noun in text(SRC / "app" / "execute.py").lower()]
    assert not found, f"app/execute.py knows commands and facts, not the trade: {found}"


def test_every_room_stands_in_the_import_contract():
    layers = text(ROOT / ".importlinter").partition("layers =")[2].partition("exhaustive")[0]
    missing = sorted({room(path) for path in package()} - {""} - set(re.findall(r"[a-z]+", layers)))
    assert not missing, f"place these rooms in .importlinter: {missing}"


def test_nothing_is_left_to_do_without_a_number():
    wrong = [
        place(path, number)
        for path in python()
        for number, line in enumerate(text(path).splitlines(), 1)
        if re.search(r"#.*\b(TO[D]O|FI[X]ME)\b(?!.*#\d)", line)
    ]
    assert not wrong, f"do it, or give it the number of its issue: {wrong}"
