"""The project's own files, as the tidy tests read them: each parsed once."""

import ast
import functools
import subprocess
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SRC = ROOT / "src" / "plimsoll"
EXACT_ROOMS = ("units", "rulebook", "loan", "ledger", "servicing")
PURE_ROOMS = (*EXACT_ROOMS, "risk", "origination", "protection", "collections", "monitoring", "disposal", "portfolio", "treasury")
"""Rooms below app: no clock, no chance, no file, no database."""


@functools.cache
def files() -> tuple[Path, ...]:
    """Every file of the project that git tracks or would track, sorted."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"], cwd=ROOT, capture_output=True, check=False
    )
    if listed.returncode == 0:
        names = listed.stdout.decode().split("\0")
        return tuple(sorted(ROOT / name for name in names if name and (ROOT / name).is_file()))
    inside = (ROOT / name for name in ("src", "tests", "docs", "bench", "tools", "requirements", "changelog.d"))
    return tuple(sorted(path for folder in inside for path in folder.rglob("*") if path.is_file() and "__pycache__" not in path.parts))


@functools.cache
def python() -> tuple[Path, ...]:
    """Every Python file of the project."""
    return tuple(path for path in files() if path.suffix == ".py")


@functools.cache
def package() -> tuple[Path, ...]:
    """Every Python file of the package itself."""
    return tuple(path for path in python() if path.is_relative_to(SRC))


def room(path: Path) -> str:
    """The room of the package that a file stands in, empty for files beside the rooms."""
    parts = path.relative_to(SRC).parts
    return parts[0] if len(parts) > 1 else ""


def in_rooms(rooms: tuple[str, ...]) -> tuple[Path, ...]:
    """Every Python file that stands in one of some rooms."""
    return tuple(path for path in package() if room(path) in rooms)


@functools.cache
def text(path: Path) -> str:
    """The text of a file; empty where it is not text."""
    try:
        return path.read_text("utf-8")
    except UnicodeDecodeError:
        return ""


@functools.cache
def tree(path: Path) -> ast.Module:
    """The syntax tree of a Python file."""
    return ast.parse(text(path), str(path))


@functools.cache
def nodes(path: Path) -> tuple[ast.AST, ...]:
    """Every node of a Python file's syntax tree."""
    return tuple(ast.walk(tree(path)))


def functions(path: Path) -> Iterator[tuple[str, ast.FunctionDef | ast.AsyncFunctionDef]]:
    """Every function and method of a file, with its dotted name inside the file."""
    yield from _functions(tree(path), "")


def _functions(node: ast.AST, prefix: str) -> Iterator[tuple[str, ast.FunctionDef | ast.AsyncFunctionDef]]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef):
            yield prefix + child.name, child
        inner = prefix + child.name + "." if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) else prefix
        yield from _functions(child, inner)


def place(path: Path, line: int = 0) -> str:
    """A file, and a line where there is one, as messages name it."""
    name = path.relative_to(ROOT).as_posix()
    return f"{name}:{line}" if line else name
