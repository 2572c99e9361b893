"""`plimsoll watch run`: what monitoring does after a day: classes, freezes, plans, over-extension, and at a month's end warnings."""

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated, Any

import typer

from plimsoll.app.config import book_url, now, threads
from plimsoll.app.database.opening import open_store
from plimsoll.interfaces.cli.aligned import RULE, aligned
from plimsoll.interfaces.cli.bar import bar
from plimsoll.interfaces.cli.exits import FAILURE, USAGE, Stop
from plimsoll.interfaces.cli.options import AllowUnsafe, AsJson, Db, read_on
from plimsoll.risk.lawful import lawful_rules

if TYPE_CHECKING:
    from plimsoll.app.watching.run import Ran

DAYS_MAX = 3_660
On = Annotated[str, typer.Option("--on", metavar="DATE", help="The day, closed already, such as 2026-12-31.")]
Since = Annotated[str, typer.Option("--since", metavar="DATE", help="Run every day from this one on. Default: the one day.")]
Whole = Annotated[bool, typer.Option("--whole", help="Look at all customers though no month ends; as a rule only those who moved.")]


def run(on: On, since: Since = "", whole: Whole = False, db: Db = "", allow_unsafe: AllowUnsafe = False, as_json: AsJson = False) -> None:
    """Do what monitoring does after a day: of customers of whom something changed, and at a month's end of all. Repeatable."""
    from plimsoll.app.watching.find import is_closed
    from plimsoll.app.watching.run import Orders, watch_day

    day = read_on(on, "--on")
    first = read_on(since, "--since") if since else day
    days = (day - first).days + 1
    if not 0 < days <= DAYS_MAX:
        raise Stop(USAGE, f"--since {since}: no later than --on, and at most {DAYS_MAX:,} days")
    orders = Orders(lawful_rules(), now(), threads())
    with open_store(book_url(db), allow_unsafe=allow_unsafe) as store, bar(days, "days watched") as step:
        if not is_closed(store, day):
            raise Stop(USAGE, f"{day} still takes entries: close it first (plimsoll close --through {day})")
        done = []
        for ahead in range(days):
            done.append(watch_day(store, first + timedelta(days=ahead), orders, is_whole=True if whole else None))
            step(done[-1].on.isoformat())
    report(done, as_json)
    if any(one.failures for one in done):
        raise Stop(FAILURE, f"{sum(one.failures for one in done)} commands met a bug; the rest was done")


def told_of(ran: "Ran") -> dict[str, Any]:
    """Give what one day did as an object of plain values."""
    return {
        "on": ran.on.isoformat(),
        "customers": ran.customers,
        "moved": ran.moved,
        "looked_at": ran.looked_at,
        "touched": ran.touched,
        "parked": ran.parked,
        "done": dict(sorted(ran.done.items())),
        "refused": dict(sorted(ran.refused.items())),
        "failures": ran.failures,
        "failed": ran.failed,
        "month": ran.month,
    }


def report(done: "list[Ran]", as_json: bool) -> None:
    """Print what the days did, one line a day, and for people what is to be known of months and of what was not taken."""
    if as_json:
        print(json.dumps([told_of(one) for one in done], ensure_ascii=False))
        return
    head = ("day", "customers", "moved", "touched", "commands", "refused", "failed", "parked")
    rows = [
        (one.on.isoformat(), *(f"{count:,}" for count in (one.customers, one.moved, one.touched, *_fates(one), one.parked))) for one in done
    ]
    print(aligned([head, RULE, *rows], left=1))
    for one in done:
        if lines_of(one):
            print(lines_of(one))


def _fates(ran: "Ran") -> tuple[int, int, int]:
    return sum(ran.done.values()), sum(ran.refused.values()), ran.failures


def lines_of(ran: "Ran") -> str:
    """Give what one day did by verb, what was refused and why, and the month."""
    lines = []
    if ran.done:
        lines.append(f"{ran.on} done: " + ", ".join(f"{name} {count:,}" for name, count in sorted(ran.done.items())))
    if ran.refused:
        lines.append(f"{ran.on} refused: " + ", ".join(f"{name} {count:,}" for name, count in sorted(ran.refused.items())))
    lines += [f"{ran.on} failed: {one}" for one in ran.failed]
    if ran.month:
        month = ran.month
        by = (
            "by a plain rule, since no model is champion" if month["ranked_by"] == "plain rule" else f"by the champion {month['ranked_by']}"
        )
        lines.append(
            f"{ran.on} month's end: {month['clean']:,} clean customers ranked {by}; warnings {month['warnings_standing']:,} standing, "
            f"{month['warnings_new']:,} new, {month['warnings_ended']:,} ended, {month['held_out']:,} held out"
        )
    return "\n".join(lines)
