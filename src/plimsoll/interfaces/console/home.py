"""The first page: the overview to the house, and to whoever acts for a party the page that their work begins on."""

from typing import Final

from plimsoll.interfaces.console import overview
from plimsoll.interfaces.console.around import places
from plimsoll.interfaces.pages.visit import Go, Screen, Shown, Visit


def show(visit: Visit) -> Shown:
    """Show the overview, or lead to the first place that somebody of a party has."""
    if not visit.who.party:
        return overview.show(visit)
    seen = [one for _, inside in places(visit) for one in inside]
    own = [one for one in seen if one.party or one.name == "tender"]
    return Go((own or seen)[0].path) if seen else overview.show(visit)


SCREENS: Final = (Screen("overview", "/", "", "page.html", show),)
