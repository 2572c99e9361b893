"""Ask a server for the pages of a made-up house, and say how heavy each is and how long it takes: of a small house and of 1,000,000 loans.

The server is a process of its own, as `plimsoll up` is, and so is who asks. Of the large house every page of the back office is asked for
that has a name: a first look after a change of the book, then some more. All that twice: while the figures of the whole book are made for
the first time, by the process that makes them beside the server, and when they are made. What the server and its database spent of a
processor is told beside the clock, since a machine that does other things too slows the clock alone.
"""

from __future__ import annotations

import os
import platform
import re
from collections.abc import Callable, Sequence
from pathlib import Path

import httpx

from bench.large_house import grow_house
from bench.pages_look import LOOKS, Asked, Looks, Served, look, served, table
from bench.report import Goal, Result, Row
from bench.setting import Setting
from bench.sown import PostgresPlace

TITLE = "weight and time of pages, served to one person at a time"
FIRST_LOAD_MAX = 100_000
PAGE_S, PAGE_CPU_S = 0.5, 0.25
TURNS, TURNS_QUICK = 16, 4
SLOWEST = 10
FIGURES_S = 900.0
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
    office = small(setting, folder / "small", result)
    for kind in ("sqlite", "postgresql"):
        server = setting.postgres() if kind == "postgresql" else None
        url = f"sqlite:///{folder / kind / 'book.db'}" if server is None else PostgresPlace(server).empty("pages")
        loans = grow_house(folder / "small", folder / kind, url, setting.size(LOANS_QUICK, LOANS), setting.step)
        setting.step(f"asking for every page of a house of {loans:,} loans on {kind}")
        large(folder / kind, url, f"{kind}, {loans:,} loans", office, result, server.cpu_s if server else None)
    result.notes.append(
        f"{os.cpu_count()} processors, {platform.system()}, Python {platform.python_version()}. Served by the settings of `plimsoll up`; "
        "one browser asks, from another process, on one connection that is kept, for what is packed: a first look just after a change of "
        f"the book, then {LOOKS - 1} more. The last column is 0.5 s over the longest next look."
    )


def small(setting: Setting, folder: Path, result: Result) -> list[Asked]:
    """Measure pages of the small house, their weight and the middle of some turns; give those of the back office that somebody looks at."""
    from tests.browser import places, site

    turns, first_load, slowest = setting.size(TURNS_QUICK, TURNS), 0, 0.0
    with site.served(folder) as found:
        office = [Asked(one.name, one.who, f"/console{one.path}") for one in places.back_office(found) if one.who]
        people = [one for one in places.borrower_pages(found) if one.name in BORROWER]
    with served(folder, f"sqlite:///{folder / 'book.db'}") as server:
        for asked in (*office, *(Asked(one.name, int(one.who), f"/me{one.path}") for one in people)):
            looks = look(server, asked, turns)
            with server.client(asked.who) as client:
                page, with_files = weight(client, asked.path)
            told = f"{asked.name}: {looks.median() * 1000:.0f} ms, {page / 1000:.1f} kB, {with_files / 1000:.1f} kB with its files"
            result.rows.append(row(told, "small house", looks))
            slowest, first_load = max(slowest, looks.median()), with_files if asked.name == "b-home" else first_load
    result.goals.append(Goal("slowest page of a small house, median, in seconds", slowest, PAGE_S, at_most=True))
    result.goals.append(Goal("first load of a borrower, in bytes", first_load, FIRST_LOAD_MAX, at_most=True))
    result.notes.append("Bytes as they cross the wire; a browser keeps the files for a year.")
    return office


def large(
    folder: Path, url: str, kind: str, office: Sequence[Asked], result: Result, database_cpu_s: Callable[[], float] | None = None
) -> None:
    """Measure the looks at every page of the back office of a large house: while its figures are made, and then."""
    with served(folder, url, database_cpu_s) as server:
        for phase in ("while figures are made", "figures made"):
            load = os.getloadavg()[0]
            found = [look(server, asked) for asked in office]
            told = f"{kind}, {phase}"
            result.notes += ["", f"{told}; {said_of(server)}; load of the machine {load:.1f} before, {os.getloadavg()[0]:.1f} after"]
            result.notes += table(found, SLOWEST)
            report(result, told, found)
            took = server.wait_for_figures(FIGURES_S)
        result.notes.append(f"{kind}, seconds a figure took: {', '.join(f'{name} {s:.1f}' for name, s in sorted(took.items()))}")


def said_of(server: Served) -> str:
    """Say what is made by now, and what is held in memory."""
    said = server.ask()
    return f"{len(said['took'])} figures stand at the end, {server.memory()}"


def report(result: Result, told: str, found: Sequence[Looks]) -> None:
    """Add a row a page, and the goals of all of them."""
    result.rows += [
        row(f"{one.name}: first look {one.first * 1000:.0f} ms", told, one) for one in sorted(found, key=lambda one: -one.worst())
    ]
    for said, value, most in (
        ("first look", max(one.first for one in found), PAGE_S),
        ("longest next look", max(one.worst() for one in found), PAGE_S),
        ("processor time of the server, a next look", max(one.cpu for one in found), PAGE_CPU_S),
    ):
        result.goals.append(Goal(f"{told}: slowest page, {said}, in seconds", value, most, at_most=True))


def row(name: str, unit: str, one: Looks) -> Row:
    """Give a page as a row: looks a second by the clock, processor time of the server a look."""
    return Row(name, unit, 1 / one.median(), 1 / one.worst(), 1 / min(one.following), one.cpu * 1_000_000, PAGE_S / one.worst())


def weight(client: httpx.Client, path: str) -> tuple[int, int]:
    """Give the bytes of a page, and those of the page with all that it loads."""
    answer = client.get(path).raise_for_status()
    files = set(LOADED.findall(answer.text))
    page = answer.num_bytes_downloaded
    return page, page + sum(client.get(one).num_bytes_downloaded for one in files)
