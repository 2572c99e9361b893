"""Ask a server for the main pages of a made-up house, and say how heavy each is and how long it takes."""

from __future__ import annotations

import re
import statistics
import time

import httpx

from bench.report import Goal, Result, Row
from bench.setting import Setting

TITLE = "weight and time of pages, served to one person at a time"
FIRST_LOAD_MAX = 100_000
PAGE_S = 0.5
TURNS, TURNS_QUICK = 15, 3
LOADED = re.compile(r'(?:href|src)="(/\w+/static/[^"#]+)')
CONSOLE = (
    "overview", "customer", "customer-page", "loan-page", "review-page", "case-page", "approval", "monitoring", "ledger", "portfolio",
    "treasury", "rule",
)  # fmt: skip
BORROWER = ("b-home", "b-borrow", "b-loan", "b-bills", "b-limit", "b-applications")


def run(setting: Setting, result: Result) -> None:
    """Make the house that the tests of pages look at, serve it, and ask for each page in turn."""
    from tests.browser import places, site

    folder = setting.fresh("pages")
    setting.step("making the house")
    site.make(folder)
    turns = setting.size(TURNS_QUICK, TURNS)
    slowest, first_load = 0.0, 0
    with site.served(folder) as found:
        given = places.named(found)
        asked = [(name, f"/console{places.CONSOLE[name][1]}", found.session(places.CONSOLE[name][0])) for name in CONSOLE]
        token = found.borrower(given["customer"])
        asked += [(name, f"/me{places.BORROWER[name]}", token) for name in BORROWER]
        for name, path, session in asked:
            with httpx.Client(base_url=found.address, cookies={"plimsoll": session}, headers={"Accept-Encoding": "gzip"}) as client:
                seconds, page, with_files = look(client, path.format(**given), turns)
            middle = statistics.median(seconds)
            told = f"{name}: {middle * 1000:.0f} ms, {page / 1000:.1f} kB, {with_files / 1000:.1f} kB with its files"
            result.rows.append(Row(told, "pages", 1 / middle, 1 / max(seconds), 1 / min(seconds), 0.0, None))
            slowest = max(slowest, middle)
            first_load = with_files if name == "b-home" else first_load
    result.goals.append(Goal("slowest page, median, in seconds", slowest, PAGE_S, at_most=True))
    result.goals.append(Goal("first load of a borrower, in bytes", first_load, FIRST_LOAD_MAX, at_most=True))
    result.notes.append(
        "Bytes as they cross the wire; a browser keeps the files for a year. The house is small: see `reads` for a large book."
    )


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
