"""The file that says how a model is made: outcome, columns, special values, directions, reasons, and the rows kept for measuring.

Whatever is wrong in it is named by line and key. What a command is told by its options goes before what the file says.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from plimsoll.risk.score.bin import DIRECTIONS
from plimsoll.rulebook.read import Field, read

KEYS: Final = (
    "name", "population", "kind", "target", "bad", "good", "only", "include", "exclude", "special", "directions", "reasons", "split",
    "window",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Config:
    """What a config file says; empty where it says nothing.

    `only` keeps rows where a column has one of some values. `window` is a date column that tells from when to when the training is.
    """

    name: str = ""
    population: str = ""
    kind: str = ""
    target: str = ""
    bad: tuple[str, ...] = ()
    good: tuple[str, ...] = ()
    only: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    special: tuple[str, ...] = ()
    directions: Mapping[str, str] = field(default_factory=dict)
    reasons: Mapping[str, str] = field(default_factory=dict)
    split: str = ""
    window: str = ""


def read_config(path: Path) -> Config:
    """Read a config file; raises Malformed with file, line and key."""
    found = read(path, str(path)).fields((), KEYS)

    def text(name: str) -> str:
        return found[name].text() if name in found else ""

    def words(name: str) -> tuple[str, ...]:
        return _words(found[name]) if name in found else ()

    def entries(name: str) -> dict[str, Field]:
        return found[name].entries() if name in found else {}

    return Config(
        name=text("name"),
        population=text("population"),
        kind=text("kind"),
        target=text("target"),
        bad=words("bad"),
        good=words("good"),
        only={name: _words(values) for name, values in entries("only").items()},
        include=words("include"),
        exclude=words("exclude"),
        special=words("special"),
        directions={name: one.one_of(DIRECTIONS) for name, one in entries("directions").items()},
        reasons={name: one.text() for name, one in entries("reasons").items()},
        split=text("split"),
        window=text("window"),
    )


def _words(field: Field) -> tuple[str, ...]:
    """Read one value, or a list of them."""
    return tuple(one.text() for one in field.each()) if field.is_sequence() else (field.text(),)
