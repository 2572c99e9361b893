"""Where a score stands among those decided lately: how many lie in each band. Rows read: at most LATEST decisions by their index."""

import re
from collections import Counter
from datetime import date
from typing import Final, NamedTuple

from sqlalchemy import select

from plimsoll.app.database.schema import filing
from plimsoll.app.database.store import Store

LATEST: Final = 500
BAND: Final = 20
"""Points of a band: what doubles the odds of most cards."""
POINTS: Final = re.compile(r'"score":\{.*?"points":(-?\d+)')
DECISION: Final = "decision"


class Peers(NamedTuple):
    """Scores decided lately, up to a day: how many there were, by the first point of their band, and how many lie below one of them."""

    decided: int
    bands: tuple[tuple[int, int], ...]
    below: int


def peers(store: Store, points: int, through: date) -> Peers:
    """Give how the scores of the last decisions lie, and how many are below some points."""
    columns = filing.c
    wanted = select(columns.body).where(columns.kind == DECISION, columns.effective_on <= through)
    with store.engine.connect() as connection:
        bodies = connection.scalars(wanted.order_by(columns.effective_on.desc()).limit(LATEST)).all()
    found = [int(told[1]) for body in bodies if (told := POINTS.search(body)) is not None]
    counted = Counter(one // BAND * BAND for one in found)
    first, last = min(counted, default=points), max(counted, default=points)
    bands = tuple((at, counted[at]) for at in range(first // BAND * BAND, last + 1, BAND)) if counted else ()
    return Peers(len(found), bands, sum(one < points for one in found))
