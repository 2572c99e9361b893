"""Compile the kernel before anybody waits for it: live a month of a tiny town in a folder that is thrown away, and prove its book."""

import time
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Final

from plimsoll.app.opening import create_store
from plimsoll.app.verify import verify
from plimsoll.risk.lawful import lawful_rules
from plimsoll.simulator.town import days_of, live, make_town

PEOPLE: Final = 40
MONTHS: Final = 1


def warm_up() -> float:
    """Run everything that is compiled, on the way that real commands take it, and give the seconds it took."""
    begun = time.perf_counter()
    rules = lawful_rules()
    with TemporaryDirectory() as folder:
        town = make_town(PEOPLE, MONTHS, rules, Random(1))  # noqa: S311 -- people are made up, nothing is secret
        with create_store(f"sqlite:///{folder}/book.db") as store:
            for _ in live(store, town, days_of(MONTHS), tape=Path(folder, "tape")):
                pass
            verify(store)
    return time.perf_counter() - begun
