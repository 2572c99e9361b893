"""Figures that take seconds, made once for a business date: who asks next on the same day is given what was made."""

from collections.abc import Callable
from datetime import date
from threading import Lock
from typing import Any, Final, TypeVar, cast

from plimsoll.app.house import House

PART: Final = "kept figures"
F = TypeVar("F")


class KeptFigures:
    """What was made on a business date, by name. The figures of an earlier day are let go of when the first of a later one is asked for."""

    def __init__(self) -> None:
        self.on: date | None = None
        self._made: dict[object, Any] = {}
        self._making: dict[object, Lock] = {}
        self._turning = Lock()

    def give(self, on: date, name: object, make: Callable[[], F]) -> F:
        """Give what has been made under a name on a day, else make it; two who ask at once wait for one making. What raises is not kept."""
        with self._turning:
            if self.on != on:
                self.on, self._made, self._making = on, {}, {}
            made, making = self._made, self._making.setdefault(name, Lock())
        with making:
            if name not in made:
                made[name] = make()
            return cast("F", made[name])

    def has(self, on: date, name: object) -> bool:
        """Tell whether something has been made under a name on a day."""
        return self.on == on and name in self._made

    def close(self) -> None:
        """Let go of everything."""
        self.on, self._made, self._making = None, {}, {}


def kept_figures(house: House) -> KeptFigures:
    """Give the figures of a house."""
    return house.part(PART, KeptFigures)
