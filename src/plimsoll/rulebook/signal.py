"""The catalogue of signals: what is watched while a loan runs, from where, over which months, and from which value it counts as raised."""

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from plimsoll.rulebook.read import Field, read_catalogue
from plimsoll.rulebook.rule import read_title
from plimsoll.units.rate import Rate

FOLDER: Final = Path(__file__).parent.joinpath("policy", "signals")
"""The catalogue that comes with the package; every file in it is part of it."""

SOURCES: Final = ("book", "facts", "evidence", "links", "vault", "notices")
"""Where a signal comes from."""
DIRECTIONS: Final = ("up", "down", "none")
UNITS: Final = ("share", "times", "months", "days", "minor")
ACTIONS: Final = ("remind", "no-increase", "review", "offer-plan", "step-down", "cap-to-line")
"""What may be recommended, the gentlest first."""


@dataclass(frozen=True, slots=True)
class Signal:
    """One signal; `raised` is None where it only enters a score, and then no action is recommended for it alone."""

    name: str
    title: Mapping[str, str]
    definition: str
    source: str
    window: int
    direction: str
    unit: str
    raised: Rate | None
    action: str


@dataclass(frozen=True, slots=True)
class Signals:
    """All signals by name, in the order of the file, and the SHA-256 of what it says."""

    by_name: Mapping[str, Signal]
    digest: str


@functools.cache
def load(folder: Path = FOLDER) -> Signals:
    """Read every file of a catalogue, once for each folder. Raises Malformed with file, line and key."""
    return Signals(*read_catalogue(folder, "signals", _read_signal))


def _read_signal(name: str, field: Field) -> Signal:
    """Read one signal; what is raised needs an action, and the other way round."""
    found = field.fields(("title", "definition", "source", "window", "direction", "unit"), ("raised", "action"))
    if ("raised" in found) != ("action" in found):
        raise field.wrong("rule_malformed", f"the signal {name!r}", "raised and action go together.")
    return Signal(
        name=name,
        title=read_title(found["title"]),
        definition=found["definition"].text(),
        source=found["source"].one_of(SOURCES),
        window=found["window"].whole(1, 24),
        direction=found["direction"].one_of(DIRECTIONS),
        unit=found["unit"].one_of(UNITS),
        raised=found["raised"].rate() if "raised" in found else None,
        action=found["action"].one_of(ACTIONS) if "action" in found else "",
    )
