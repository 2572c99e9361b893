"""The ways that lead on from a page: a link stands only where who looks may follow it."""

from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from re import Pattern
from typing import Final

from starlette.routing import compile_path

from plimsoll.interfaces.pages.visit import Screen, Visit
from plimsoll.units.refusal import Refused

WEAK: Final = "second_factor_needed"
"""What is kept from somebody only until they show a second factor is led to: there they are asked for it."""


class Ways:
    """Which of the screens of a site one visitor may go to. It asks the house at most once for each address."""

    def __init__(self, visit: Visit, screens: Sequence[Screen]) -> None:
        self.visit, self.screens = visit, screens
        self.known: dict[str, bool] = {}

    def lead(self, path: str) -> bool:
        """Tell whether an address under the root may be seen; one that belongs to no screen may."""
        path = path.partition("?")[0].partition("#")[0]
        found = self.known.get(path)
        if found is None:
            found = self.known[path] = self._lead(path)
        return found

    def _lead(self, path: str) -> bool:
        visit = self.visit
        for screen in self.screens:
            match = _pattern(screen.path).match(path)
            if match is None:
                continue
            if screen.is_open or not screen.permission:
                return True
            if not visit.door.holds(visit.who, screen.permission):
                return False
            if visit.door.sight(visit.who, screen.permission).is_everybody:
                return True
            there = screen.target(replace(visit, path=match.groupdict()))
            answer = visit.door.may(visit.who, screen.permission, there)
            return not isinstance(answer, Refused) or answer.code == WEAK
        return True


@lru_cache(maxsize=1024)
def _pattern(path: str) -> Pattern[str]:
    return compile_path(path)[0]
