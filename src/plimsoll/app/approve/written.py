"""The one text in which a command waits: written once, read back exactly, and what is executed is what was read back.

It is not how people write commands (`plimsoll.app.wiring.read_command`): every field stands in it, amounts as minor units.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, fields
from datetime import date
from typing import Any, Final

from plimsoll.app.approve.need import Act, verb_of
from plimsoll.app.wiring import ALL_COMMANDS
from plimsoll.loan.filing import Body
from plimsoll.units.rate import Rate

ACT: Final = "act"


def write(command: Any) -> dict[str, Any]:
    """Give a command as plain values of JSON, its key left out: under which key it is executed is decided then."""
    if isinstance(command, Act):
        return {ACT: {name: value for name, value in asdict(command).items() if name != "key"}}
    said = {one.name: _plain(getattr(command, one.name)) for one in fields(command) if one.name != "key"}
    return {"verb": verb_of(command), "said": said}


def text_of(said: Mapping[str, Any]) -> str:
    """Give the one text of plain values: names sorted, nothing between them."""
    return json.dumps(said, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def read(said: Mapping[str, Any], key: str) -> Any:
    """Give back the command that `write` wrote, under a key. A field that it does not name, since it was added later, has its default."""
    if ACT in said:
        found = dict(said[ACT])
        return Act(**{**found, "key": key, "body": Body(found["body"]), "said": tuple(tuple(line) for line in found["said"])})
    command = ALL_COMMANDS[said["verb"]]
    types = {one.name: one.type for one in fields(command)}
    return command(key=key, **{name: _valued(types[name], value) for name, value in said["said"].items()})


def _plain(value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Rate):
        return value.text()
    return [_plain(one) for one in value] if isinstance(value, tuple) else value


def _valued(kind: object, value: Any) -> Any:
    """Give a plain value back as the type of its field says it."""
    if value is None:
        return None
    if kind in (date, date | None):
        return date.fromisoformat(value)
    if kind in (Rate, Rate | None):
        return Rate.parse(value)
    if kind == tuple[date, ...]:
        return tuple(date.fromisoformat(day) for day in value)
    return tuple(value) if isinstance(value, list) else value
