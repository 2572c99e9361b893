"""Days, instants and chance are handed in by app: below it nobody takes them, by whatever name, and nothing is imported that could."""

import ast
import re
from collections.abc import Iterator
from functools import partial

import pytest

from tests.tidy.source import PURE_ROOMS, in_rooms, nodes, place

IMPORTS = {
    "__future__",
    "bisect",
    "codecs",
    "collections",
    "concurrent",
    "contextlib",
    "csv",
    "dataclasses",
    "datetime",
    "difflib",
    "functools",
    "hashlib",
    "hmac",
    "ibis",
    "importlib",
    "itertools",
    "json",
    "lightgbm",
    "math",
    "numba",
    "numpy",
    "operator",
    "pathlib",
    "plimsoll",
    "pyxirr",
    "re",
    "statistics",
    "stdnum",
    "struct",
    "sys",
    "types",
    "typing",
    "unicodedata",
    "yaml",
}
"""All that may be imported below app. A list of what may, so that a clock under another name (email.utils, calendar) needs no entry."""
DATES = {"date", "datetime"}
CLOCKS = {"today", "now", "utcnow", "fromtimestamp", "utcfromtimestamp", "monotonic", "perf_counter", "time_ns", "st_mtime", "st_ctime"}
WORDS = {"now", "today"}
"""What numpy and others read as the clock where they make a date of text."""
DATED = {"datetime64", "timestamp", "date", "Timestamp", "to_datetime", "array", "asarray", "full", "full_like", "Period", "literal"}
SEEDED = {"RandomState", "default_rng", "Generator", "SeedSequence", "PCG64", "MT19937"}
CHANCE = {"random", "uuid", "sample"}
"""What expressions of tables call chance."""
SQL = re.compile(r"\b(now|random|rand|uuid|gen_random_uuid|today)\s*\(\s*\)|\bcurrent_(date|time|timestamp)\b", re.IGNORECASE)


def taken(found: tuple[ast.AST, ...]) -> Iterator[tuple[int, str]]:
    """Give the lines on which a file takes the time or chance by itself, and what it says there."""
    dates = DATES | _aliases(found, "datetime", DATES)
    numpy = {"np", "numpy", *_aliases(found, "", {"numpy"})}
    ibis = _aliases(found, "", {"ibis"})
    begun = {id(node.func.value) for node in found if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and _begins(node)}
    said = {id(node.value) for node in found if isinstance(node, ast.Expr)}
    is_taken = partial(_is_taken, dates=dates, numpy=numpy, ibis=ibis, begun=begun)
    for node in found:
        if isinstance(node, ast.Import | ast.ImportFrom):
            yield from ((node.lineno, name) for name in _imported(node))
        elif _asks(node, numpy) if isinstance(node, ast.Call) else isinstance(node, ast.Attribute) and is_taken(node):
            yield node.lineno, ast.unparse(node)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in said and SQL.search(node.value):
            yield node.lineno, node.value


def _aliases(found: tuple[ast.AST, ...], module: str, names: set[str]) -> set[str]:
    """Give the names by which a file knows some names of a module, or some modules."""
    imports = [
        node
        for node in found
        if (isinstance(node, ast.ImportFrom) and node.module == module) or (isinstance(node, ast.Import) and not module)
    ]
    return {alias.asname or alias.name for node in imports for alias in node.names if alias.name in names}


def _imported(node: ast.Import | ast.ImportFrom) -> list[str]:
    """Give what an import brings that is not on the list, or is numpy's chance by itself."""
    if isinstance(node, ast.ImportFrom):
        modules = [f"{node.module or ''}.{alias.name}" for alias in node.names]
    else:
        modules = [alias.name for alias in node.names]
    return [name for name in modules if name.partition(".")[0] not in IMPORTS or name.startswith("numpy.random")]


def _begins(node: ast.Call) -> bool:
    """Tell whether a call begins chance from a seed that was given."""
    given = [*node.args, *(keyword.value for keyword in node.keywords if keyword.arg == "seed")]
    is_given = bool(given) and not (isinstance(given[0], ast.Constant) and given[0].value is None)
    return isinstance(node.func, ast.Attribute) and node.func.attr in SEEDED and is_given


def _is_taken(node: ast.Attribute, dates: set[str], numpy: set[str], ibis: set[str], begun: set[int]) -> bool:
    """Tell whether an attribute is the clock of a type of dates, called or handed on, or chance that nobody gave a seed."""
    owner = node.value
    name = owner.id if isinstance(owner, ast.Name) else owner.attr if isinstance(owner, ast.Attribute) else ""
    is_clock = node.attr in CLOCKS and (name in dates or name in ibis)
    is_chance = (node.attr == "random" and name in numpy and id(node) not in begun) or (node.attr in CHANCE and name in ibis)
    return is_clock or is_chance


def _asks(node: ast.Call, numpy: set[str]) -> bool:
    """Tell whether a call asks a clock: by a method, by a name that is looked up, or by a word that a library reads as one."""
    func, given = node.func, [*node.args, *(keyword.value for keyword in node.keywords)]
    words = {one.value for one in given if isinstance(one, ast.Constant) and isinstance(one.value, str)}
    name = func.id if isinstance(func, ast.Name) else func.attr if isinstance(func, ast.Attribute) else ""
    if isinstance(func, ast.Attribute) and name in CLOCKS:
        return True
    if name in {"attrgetter", "methodcaller"} or (isinstance(func, ast.Name) and name == "getattr"):
        return bool(words & (CLOCKS | {"random"}))
    if name in {"import_module", "__import__"}:
        return any(word.partition(".")[0] not in IMPORTS for word in words)
    deep = {
        one.value.lower() for top in given for one in ast.walk(top) if isinstance(one, ast.Constant) and isinstance(one.value, str)
    } & WORDS
    is_numpy = isinstance(func, ast.Attribute) and isinstance(func.value, ast.Name) and func.value.id in numpy
    return bool(deep) and (name in DATED or is_numpy or (name == "astype"))


def test_below_app_there_is_no_clock_and_no_chance():
    wrong = [f"{place(path, line)} {said}" for path in in_rooms(PURE_ROOMS) for line, said in taken(nodes(path))]
    assert not wrong, f"days, instants and random numbers are given by app, not taken: {wrong}"


@pytest.mark.parametrize(
    "said",
    [
        "import time",
        "import numpy.random as chance",
        "from numpy import random",
        "from numpy.random import default_rng",
        "from email.utils import localtime",
        "import calendar, ctypes",
        "importlib.import_module('time')",
        "import numpy as np\nnp.datetime64('now')",
        "import numpy as np\nnp.datetime64('Today', 'D')",
        "import numpy as n\nn.array(['now'], 'datetime64[s]')",
        "from numpy import datetime64\ndatetime64('today')",
        "import numpy as n\nn.random.rand()",
        "import numpy as np\nnp.random.default_rng()",
        "import numpy as np\nnp.random.default_rng(None)",
        "import numpy as np\nnp.random.RandomState(seed=None)",
        "from datetime import datetime as d\nclock = d.now",
        "import datetime\ndatetime.date.today()",
        "getattr(date, 'today')()",
        "operator.methodcaller('now')(datetime)",
        "import ibis\nibis.now()",
        "import ibis\nshuffled = rows.order_by(ibis.random())",
        "rows.sql('select current_date')",
        "rows.sql('select now()')",
        "path.stat().st_mtime_ns()\ndatetime.fromtimestamp(0)",
    ],
)
def test_a_clock_under_another_name_is_seen(said):
    assert list(taken(tuple(ast.walk(ast.parse(said)))))


@pytest.mark.parametrize(
    "said",
    [
        "import numpy as np\nnp.datetime64('2026-01-15')",
        "import numpy as np\nnp.random.default_rng(seed)",
        "import numpy as np\nnp.random.RandomState(seed=seed)",
        "chance.random()",
        "rows.group_by('was', 'now')",
        "def moves():\n    'What is so now () and by current_date.'",
        "from datetime import date, datetime\ndatetime.fromisoformat(said)",
    ],
)
def test_what_was_given_is_no_clock(said):
    assert not list(taken(tuple(ast.walk(ast.parse(said)))))
