"""The first page: the overview to the house, and to whoever acts for a party the page that their work begins on."""

from typing import Final

from plimsoll.interfaces.console import overview
from plimsoll.interfaces.console.around import places
from plimsoll.interfaces.pages.parts import Heading, Panel, Said, board
from plimsoll.interfaces.pages.visit import Go, Screen, Shown, Visit

OWN: Final = ("own-agency", "funder", "tender")
"""Where the work of a party begins, the first that somebody has: what is placed with it, what it funds, what is offered to it."""


def show(visit: Visit) -> Shown:
    """Show the overview, or lead to the first place that somebody of a party has."""
    if not visit.who.party:
        return overview.show(visit)
    seen = {one.name: one.path for _, inside in places(visit) for one in inside}
    own = next((seen[name] for name in OWN if name in seen), "")
    return Go(own) if own else board(Heading(visit.t("home.party"), ""), [Panel("", [Said("", visit.t("home.party.none"))])])


SCREENS: Final = (Screen("overview", "/", "", "page.html", show),)
