"""`plimsoll close`: close every open day through a date, and report."""

import argparse
import json
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from plimsoll.app.closing.close import Later, Orders, days_to_close
from plimsoll.app.closing.through import DAILY, LAST, NEVER, Closed, close_through
from plimsoll.app.config import UTC_AHEAD, book_url, now, tape_folder, threads
from plimsoll.app.database.opening import open_store
from plimsoll.app.database.store import Store
from plimsoll.app.mode import LIVE
from plimsoll.interfaces.cli.bar import bar
from plimsoll.interfaces.cli.exits import FAILURE, OK, REFUSED, VERIFICATION_FAILED, Stop
from plimsoll.interfaces.cli.given import Words, read_mode, read_on
from plimsoll.risk.lawful import lawful_rules
from plimsoll.servicing.close import decide
from plimsoll.units.refusal import Refused

if TYPE_CHECKING:
    from plimsoll.app.closing.crew import Crew
    from plimsoll.app.watching.run import Ran

PARKED_SHOWN = 20
Parked: TypeAlias = list[tuple[int, int, int, str]]
"""Day, customer, loan, reason."""

HELP = """Usage: plimsoll close --through DATE [OPTIONS]

Close every open day through a date: bills, due days, classes; then tape, standing accrual, control totals.

  --through DATE     the last day to close
  --db URL           the book: sqlite:///PATH or postgresql://…; default: $PLIMSOLL_DB, else sqlite:///plimsoll.db
  --tape WHEN        write tape and control totals daily (default), on the last day, or never
  --tape-folder DIR  where the tape goes; default: beside the book
  --watch            run monitoring after each closed day, as plimsoll watch run does
  --allow-unsafe     accept a PostgreSQL that may lose what it has committed
  --json             print one JSON object instead of text"""


def command(arguments: list[str], held: "Crew | None" = None) -> int:
    """Close every open day through a date: bills, due days, classes; then tape, standing accrual, control totals.

    `held` is who helps, where somebody does.
    """
    if "--help" in arguments:
        print(HELP)
        return OK
    given = _read(arguments)
    url = book_url(given.db)
    folder = tape_folder(url, given.tape_folder)
    last = last_of(given.through, read_mode(), now())
    watched: list[Ran] = []
    with open_store(url, allow_unsafe=given.allow_unsafe) as store:
        instant = now()
        orders = Orders(decide, Later(lawful_rules), instant, crew=held)
        done = []
        with bar(len(days_to_close(store, last)), "days closed") as step:
            for closed in close_through(store, last, orders, tape=folder, scans=given.tape, now=instant, threads=threads()):
                done.append(closed)
                if given.watch:
                    watched.append(_watched(store, date.fromordinal(closed.night.day), orders))
                step(date.fromordinal(closed.night.day).isoformat())
    report(done, folder, given.as_json, watched)
    if any(one.failures for one in watched):
        raise Stop(FAILURE, f"{sum(one.failures for one in watched)} commands of monitoring met a bug; the rest was done")
    if any(closed.control is not None and closed.control.breaches for closed in done):
        raise Stop(VERIFICATION_FAILED, "the control totals do not agree; run plimsoll verify to see which loans")
    return OK


def _read(arguments: list[str]) -> argparse.Namespace:
    words = Words()
    words.add_argument("--through", required=True)
    words.add_argument("--db", default="")
    words.add_argument("--tape", default=DAILY, choices=(DAILY, LAST, NEVER))
    words.add_argument("--tape-folder", default="")
    for flag in ("--watch", "--allow-unsafe"):
        words.add_argument(flag, action="store_true")
    words.add_argument("--json", action="store_true", dest="as_json")
    return words.parse_args(arguments)


def last_of(through: str, mode: str, instant: datetime) -> int:
    """Give the last day to close, by its number. Where there is real money, a day that is not over ends the command with 4."""
    last = read_on(through, "--through")
    if mode == LIVE and last >= (instant + UTC_AHEAD).date():
        raise Stop(REFUSED, Refused("day_not_over", "", last.isoformat()).text("en"))
    return last.toordinal()


def _watched(store: Store, on: date, orders: Orders) -> "Ran":
    """Run monitoring for a day; what it needs is imported only by a close that watches."""
    from plimsoll.app.watching.run import Orders as WatchOrders
    from plimsoll.app.watching.run import watch_day

    return watch_day(store, on, WatchOrders(orders.in_force(), orders.now, threads()))


def report(done: list[Closed], folder: Path, as_json: bool, watched: "list[Ran]") -> None:
    """Print what the nights did, in all and for the last one, and what monitoring did where it ran."""
    parked = [(closed.night.day, *one) for closed in done for one in closed.night.parked]
    sums = {
        "days": len(done),
        "due": sum(closed.night.due for closed in done),
        "facts": sum(closed.night.facts for closed in done),
        "entries": sum(closed.night.entries for closed in done),
        "messages": sum(closed.night.messages for closed in done),
        "parked": len(parked),
    }
    control = done[-1].control if done else None
    if as_json:
        said = {
            **sums,
            "through": date.fromordinal(done[-1].night.day).isoformat() if done else None,
            "parked_loans": [{"day": date.fromordinal(d).isoformat(), "customer": c, "loan": n, "reason": r} for d, c, n, r in parked],
            "control": json.loads(control.text()) if control else None,
            "tape": str(folder) if control else None,
        }
        if watched:
            from plimsoll.interfaces.cli.watch_run import told_of

            said["watched"] = [told_of(one) for one in watched]
        print(json.dumps(said, ensure_ascii=False))
        return
    if not done:
        print("Nothing to close: the day is closed already, or the book has no customer yet.")
        return
    _show(done[-1], sums, parked, folder, watched)


def _show(last: Closed, sums: dict[str, int], parked: Parked, folder: Path, watched: "list[Ran]") -> None:
    """Print for people; what draws tables is imported only then, and not by a night that a machine runs."""
    from rich.console import Console
    from rich.table import Table

    table = Table(title=f"Closed through {date.fromordinal(last.night.day)}", title_justify="left")
    for name in sums:
        table.add_column(name, justify="right")
    table.add_row(*(f"{value:,}" for value in sums.values()))
    console = Console()
    console.print(table)
    if watched:
        from plimsoll.interfaces.cli.watch_run import lines_of
    for one in watched:
        console.print(lines_of(one), highlight=False, end="\n" if lines_of(one) else "")
    for day, customer, loan, reason in parked[:PARKED_SHOWN]:
        console.print(f"parked on {date.fromordinal(day)}: customer {customer} loan {loan}: {reason}")
    control = last.control
    if control is not None:
        console.print(f"Control totals of {control.loans:,} loans: " + ("agree." if not control.breaches else "DO NOT AGREE."))
        for breach in control.breaches:
            console.print(f"  {breach}")
        console.print(f"Tape: {folder}")
