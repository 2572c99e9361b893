"""Coming in and going out: the ways of every site."""

from typing import Final

from plimsoll.interfaces.pages.sign_in import SCREENS as COMMON
from plimsoll.interfaces.pages.visit import Screen

SCREENS: Final[tuple[Screen, ...]] = COMMON
