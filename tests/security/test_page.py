"""The page of what is refused names tests that there are, and leaves none out that attacks."""

import ast
import re
from functools import cache

from tests.tidy.source import ROOT

PAGE = (ROOT / "docs" / "explanation" / "security.md").read_text(encoding="utf-8")
TESTS = ROOT / "tests"


@cache
def named_in(path):
    return {node.name for node in ast.parse((TESTS / path).read_text(encoding="utf-8")).body if isinstance(node, ast.FunctionDef)}


def test_every_test_that_the_page_names_is_there():
    named = re.findall(r"`(\w+/\w+\.py)(?:::(\w+))?`", PAGE)
    assert len(named) > 60
    for path, name in named:
        assert not name or name in named_in(path), f"{path}::{name}"


def test_every_attack_stands_on_the_page():
    for path in sorted((TESTS / "security").glob("test_*.py")):
        for name in named_in(f"security/{path.name}"):
            assert not name.startswith("test_attack_") or f"security/{path.name}::{name}`" in PAGE, name


def test_every_risk_of_the_list_has_its_line():
    assert re.findall(r"^\| API(\d+) ", PAGE, re.M) == [str(n) for n in range(1, 11)]
