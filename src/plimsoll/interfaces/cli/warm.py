"""Compile the kernel before anybody waits for it: live a month of a small town in a folder that is thrown away, and prove its book."""

import time
from datetime import date
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Final

from plimsoll.app.database.opening import create_store
from plimsoll.app.treasury.liquidity import positions
from plimsoll.app.verify import verify
from plimsoll.loan.columns import get_ready
from plimsoll.risk.lawful import lawful_rules
from plimsoll.simulator.town import Span, live, make_town

PEOPLE: Final = 600
"""Enough for the first bill day to be worked off in columns, as those of a real book are."""
DAYS: Final = 32


def warm_up() -> float:
    """Run everything that is compiled, on the way that real commands take it, and give the seconds it took."""
    begun = time.perf_counter()
    get_ready()
    rules = lawful_rules()
    with TemporaryDirectory() as folder:
        town = make_town(PEOPLE, Span(1), rules, Random(1))  # noqa: S311 -- people are made up, nothing is secret
        with create_store(f"sqlite:///{folder}/book.db") as store:
            first = Span(1).days.start
            for _ in live(store, town, range(first, first + DAYS), tape=Path(folder, "tape")):
                pass
            verify(store)
            last = date.fromordinal(first + DAYS - 1)
            positions(store, last, last)
    return time.perf_counter() - begun
