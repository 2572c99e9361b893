"""Print what a command did: as words, or as one JSON object for who asked for that."""

import json
from collections.abc import Mapping
from dataclasses import asdict, is_dataclass
from datetime import date, datetime
from typing import Any

from plimsoll.loan.filing import instant_text


def tell(said: object, words: str, *, as_json: bool) -> None:
    """Print `said` as JSON on one line, or else the words."""
    print(json.dumps(said, ensure_ascii=False, default=plainly) if as_json else words)


def plain(one: Any) -> dict[str, Any]:
    """Give a named tuple or a dataclass as JSON takes it: instants in UTC, days as dates."""
    said = asdict(one) if is_dataclass(one) and not isinstance(one, type) else one._asdict()
    return {name: plainly(value) for name, value in said.items()}


def plainly(value: Any) -> Any:
    """Give a value as JSON takes it."""
    if isinstance(value, datetime):
        return instant_text(value)
    if isinstance(value, date):
        return value.isoformat()
    return dict(value) if isinstance(value, Mapping) else value
