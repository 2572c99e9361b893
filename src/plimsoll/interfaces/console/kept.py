"""Figures of the whole book on a page: those that stand, with the instant they were made at; or that they are being made."""

import time
from collections.abc import Mapping
from typing import Any

from plimsoll.app.kept_figures import BeingMade, Figure, Made, kept_figures
from plimsoll.interfaces.pages import written
from plimsoll.interfaces.pages.parts import Heading, Panel, Part, Said, Text, board
from plimsoll.interfaces.pages.visit import Visit
from plimsoll.units.refusal import Malformed

AGAIN_S = 5
"""After how many seconds a page that waits for figures shows itself anew."""


class Figures:
    """The figures that one page shows: it waits once for all of them."""

    def __init__(self, visit: Visit) -> None:
        self.visit, self.kept = visit, kept_figures(visit.house)
        self.until = time.monotonic() + self.kept.wait_s
        self.waits = False
        """Whether something that the page is to show for today is being made."""

    def look(self, figure: Figure) -> Made | BeingMade:
        """Give a figure as it stands. Raises Malformed where what it is made of cannot be read."""
        found = self.kept.look(figure, self.until)
        self.waits = self.waits or isinstance(found, BeingMade) or found.on != self.visit.today()
        return found

    def begin(self, *figures: Figure) -> None:
        """Let several be made beside each other, before each is asked for."""
        for one in figures:
            try:
                self.kept.look(one, 0.0)
            except Malformed:
                continue

    def more(self) -> Mapping[str, Any]:
        """Give what the template needs beside the panels: that it shows itself anew while something is being made."""
        return {"again": AGAIN_S} if self.waits else {}

    def board(self, heading: Heading, panels: list[Panel | None]) -> dict[str, Any]:
        """Give a page of panels that shows itself anew while something is being made."""
        return board(heading, panels, self.more())


def being_made(visit: Visit, found: BeingMade) -> Part:
    """Give the line that says since when figures are being made."""
    return Said("wait", visit.t("kept.being-made", {"at": written.instant(found.since)}))


def made_at(visit: Visit, found: Made) -> list[Part]:
    """Give the lines that say of when figures are, and that newer ones are being made."""
    told = {"day": written.day(found.on), "at": written.instant(found.at)}
    if found.on != visit.today():
        return [Said("wait", visit.t("kept.of-a-day-before", told))]
    if found.anew_since is not None:
        return [Text(visit.t("kept.anew", told | {"since": written.instant(found.anew_since)}), "muted")]
    return [Text(visit.t("kept.made", told), "muted")]
