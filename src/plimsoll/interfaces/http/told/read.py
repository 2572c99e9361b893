"""Read what is told beside shapes; each file once."""

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final

FOLDER: Final = Path(__file__).parent


@cache
def refusals() -> Mapping[str, tuple[str, ...]]:
    """Give the codes that each operation refuses by itself, beside those that every operation may answer (`tools.refusals_found`)."""
    return {name: tuple(codes) for name, codes in _file("refusals").items()}


@cache
def recorded() -> Mapping[str, Mapping[str, Any]]:
    """Give requests and answers of a small house by operation: path, query, body, answer (`tests.recorded`)."""
    return _file("recorded")


@cache
def verbs() -> Mapping[str, Mapping[str, Any]]:
    """Give for each verb a body and its answer, as the cases of the trade had them."""
    return _file("verbs")


def _file(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((FOLDER / f"{name}.json").read_text("utf-8"))
    return found
