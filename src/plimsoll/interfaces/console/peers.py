"""Where an applicant's score stands among those decided lately: drawn as bands, their own apart, and said in words."""

from plimsoll.app.show.decision import DecisionShown
from plimsoll.app.show.peers import BAND, peers
from plimsoll.interfaces.pages.parts import Chart, Panel, Part, Said, Table, count, heads, share, text
from plimsoll.interfaces.pages.visit import Visit


def panel(visit: Visit, shown: DecisionShown) -> Panel:
    """Give the bands of scores with the applicant's own; that there are none yet where nobody else was decided."""
    points = shown.score.points
    found = peers(visit.house.store, points, visit.today())
    own = points // BAND * BAND
    rows = [
        (text(f"{first}–{first + BAND - 1}"), count(None if first == own else n), count(n if first == own else None))
        for first, n in found.bands
    ]
    parts: list[Part] = [Said("", visit.t("peers.none"))]
    if rows:
        below = share(found.below / found.decided, 0).text
        said = visit.t("peers.said", {"points": points, "below": below, "n": found.decided})
        table = Table(visit.t("peers.title"), heads(visit, "peers.band", "peers.others#", "peers.own#"), rows, is_dense=True)
        parts = [Chart("stack", said, table)]
    return Panel(visit.t("peers.title"), parts, "peers", "peers.title", width="half")
