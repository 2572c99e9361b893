"""Ask a server for the pages of a made-up house, and say how heavy each is and how long it takes: of a small house and of 1,000,000 loans.

Of the large house every page of the back office is asked for that has a name, twice: the first look of a day and the next. The server
makes figures of the whole book meanwhile, as `plimsoll up` does, so that a first look meets them being made.
"""

from __future__ import annotations

import re
import statistics
import time
from pathlib import Path

import httpx

from bench.large_house import grow_house
from bench.report import Goal, Result, Row
from bench.setting import Setting
from bench.sown import PostgresPlace

TITLE = "weight and time of pages, served to one person at a time"
FIRST_LOAD_MAX = 100_000
PAGE_S = 0.5
TURNS, TURNS_QUICK = 15, 3
LOADED = re.compile(r'(?:href|src)="(/\w+/static/[^"#]+)')
BORROWER = ("b-home", "b-borrow", "b-loan", "b-bills", "b-limit", "b-applications")
LOANS, LOANS_QUICK = 1_000_000, 20_000


def run(setting: Setting, result: Result) -> None:
    """Make the house that the tests of pages look at, serve it, and ask for each page in turn; then the same grown large."""
    from tests.browser import site

    folder = setting.fresh("pages")
    (folder / "small").mkdir()
    setting.step("making the house")
    site.make(folder / "small")
    asked = small(setting, folder / "small", result)
    for kind in ("sqlite", "postgresql"):
        url = PostgresPlace(setting.postgres()).empty("pages") if kind == "postgresql" else f"sqlite:///{folder / kind / 'book.db'}"
        loans = grow_house(folder / "small", folder / kind, url, setting.size(LOANS_QUICK, LOANS), setting.step)
        setting.step(f"asking for every page of a house of {loans:,} loans on {kind}")
        large(folder / kind, url, f"{kind}, {loans:,} loans", asked, result)


def small(setting: Setting, folder: Path, result: Result) -> list[tuple[str, str, str]]:
    """Measure pages of the small house, their weight and the middle of some turns; give name, who and path of those of the back office."""
    from tests.browser import places, site

    turns, first_load, slowest = setting.size(TURNS_QUICK, TURNS), 0, 0.0
    with site.served(folder) as found:
        office = [(one.name, str(one.who), one.path) for one in places.back_office(found) if one.who]
        asked = [(name, f"/console{path}", found.session(who)) for name, who, path in office]
        asked += [
            (one.name, f"/me{one.path}", found.borrower(int(one.who))) for one in places.borrower_pages(found) if one.name in BORROWER
        ]
        for name, path, session in asked:
            packed = {"Accept-Encoding": "gzip"}
            with httpx.Client(base_url=found.address, cookies={"plimsoll": session}, headers=packed, timeout=60) as client:
                seconds, page, with_files = look(client, path, turns)
            middle = statistics.median(seconds)
            told = f"{name}: {middle * 1000:.0f} ms, {page / 1000:.1f} kB, {with_files / 1000:.1f} kB with its files"
            result.rows.append(Row(told, "small house", 1 / middle, 1 / max(seconds), 1 / min(seconds), 0.0, PAGE_S / middle))
            slowest, first_load = max(slowest, middle), with_files if name == "b-home" else first_load
    result.goals.append(Goal("slowest page of a small house, median, in seconds", slowest, PAGE_S, at_most=True))
    result.goals.append(Goal("first load of a borrower, in bytes", first_load, FIRST_LOAD_MAX, at_most=True))
    result.notes.append("Bytes as they cross the wire; a browser keeps the files for a year. The last column is 0.5 s over the time taken.")
    return office


def large(folder: Path, url: str, kind: str, asked: list[tuple[str, str, str]], result: Result) -> None:
    """Measure the first and the next look at every page of the back office of a large house, the slowest first."""
    from plimsoll.app.kept_figures import WAIT_S, kept_figures
    from plimsoll.app.show.figures import make_figures
    from plimsoll.interfaces.serve.beside import FIGURES_EVERY_S, Beside
    from tests.browser import site

    with site.served(folder, url) as found:
        kept_figures(found.house).wait_s = WAIT_S
        # Only this step: borrowers that were copied have no history that could be sealed.
        with Beside((("figures", FIGURES_EVERY_S, lambda: make_figures(kept_figures(found.house))),)):
            seconds = {name: looks(found, who, path) for name, who, path in asked}
        for name, (first, following) in sorted(seconds.items(), key=lambda one: -max(one[1])):
            told = f"{name}: first look {first * 1000:.0f} ms, then {following * 1000:.0f} ms"
            slower = max(first, following)
            result.rows.append(Row(told, kind, 1 / slower, 1 / slower, 1 / min(first, following), 0.0, PAGE_S / slower))
        for place, said in enumerate(("first look", "next look")):
            slowest = max(one[place] for one in seconds.values())
            result.goals.append(Goal(f"{kind}: slowest page, {said}, in seconds", slowest, PAGE_S, at_most=True))
        result.notes += [f"{kind}: {name} made in {took:.1f} s" for name, took in sorted(kept_figures(found.house).took().items())]


def looks(found: object, who: str, path: str) -> tuple[float, float]:
    """Give the seconds of the first look at a page and of the next."""
    seconds = []
    with httpx.Client(base_url=found.address, cookies={"plimsoll": found.session(who)}, timeout=60) as client:  # type: ignore[attr-defined]
        for _ in range(2):
            begun = time.perf_counter()
            client.get(f"/console{path}").raise_for_status()
            seconds.append(time.perf_counter() - begun)
    return seconds[0], seconds[1]


def look(client: httpx.Client, path: str, turns: int) -> tuple[list[float], int, int]:
    """Give the seconds of each turn, the bytes of the page, and the bytes of the page with all that it loads."""
    seconds: list[float] = []
    text = client.get(path).raise_for_status().text
    page = 0
    for _ in range(turns):
        begun = time.perf_counter()
        answer = client.get(path)
        seconds.append(time.perf_counter() - begun)
        page = answer.num_bytes_downloaded
    files = set(LOADED.findall(text))
    return seconds, page, page + sum(client.get(one).num_bytes_downloaded for one in files)
