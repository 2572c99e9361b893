"""`plimsoll demo`: a book of made-up borrowers, closed day by day; who is late, the trial balance, and where the files are."""

import gc
import json
import sys
import time
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from random import Random
from typing import Annotated, Final

import typer
from sqlalchemy import select

from plimsoll.app.closing.delinquency import read_delinquency
from plimsoll.app.closing.standing import Control
from plimsoll.app.closing.through import DAILY
from plimsoll.app.collecting.report import Report, report
from plimsoll.app.config import threads
from plimsoll.app.database.address import read_address
from plimsoll.app.database.opening import made_in_haste, open_store
from plimsoll.app.database.schema import audit
from plimsoll.app.database.store import Store
from plimsoll.app.database.trouble import StoreTrouble
from plimsoll.app.watching.plans import ACTOR as PLANS
from plimsoll.app.watching.run import Orders, Ran, watch_day
from plimsoll.interfaces.cli import delinquency, trial_balance
from plimsoll.interfaces.cli.aligned import grouped
from plimsoll.interfaces.cli.bar import bar
from plimsoll.interfaces.cli.collect import lines_of
from plimsoll.interfaces.cli.demo_month import PAGE, month_written
from plimsoll.interfaces.cli.demo_sale import lines_of as sale_lines
from plimsoll.interfaces.cli.demo_sale import sold_in_a_copy
from plimsoll.interfaces.cli.exits import FAILURE, USAGE, VERIFICATION_FAILED, Stop
from plimsoll.interfaces.cli.options import AsJson, read_on
from plimsoll.interfaces.cli.watch_run import lines_of as watched_lines
from plimsoll.interfaces.cli.watch_run import told_of
from plimsoll.risk.lawful import lawful_rules
from plimsoll.simulator.collect_town import COLLECTED_DAYS, Collector
from plimsoll.simulator.enter import ENGINE, REVIEWERS, STAGES
from plimsoll.simulator.fund import Funding, fund_town, funding_lines
from plimsoll.simulator.seek_help import CARERS, Helper
from plimsoll.simulator.tell_bureau import TELLER, Reporter
from plimsoll.simulator.town import ACTOR, BEGINS_ON, MONTHLY, NIGHT, Span, Town, live, make_town

FOLDER: Final = "build/demo"
BORROWERS_MAX, MONTHS_MAX = 100_000, 60
OURS: Final = (ACTOR, ENGINE, *REVIEWERS, *CARERS, TELLER, PLANS, "close", "collect", "watch")
"""Whoever gives commands to the demo's book, or goes on with it in the sandbox."""
FAILED_SHOWN: Final = 5
FUNNEL_WIDTH: Final = 40
REASONS_SHOWN: Final = 6

Book = Annotated[str, typer.Option("--db", metavar="URL", help="Where the book is made. Default: book.db in the folder.")]
Borrowers = Annotated[int, typer.Option("--borrowers", min=1, max=BORROWERS_MAX, help="How many people are made up.")]
Months = Annotated[int, typer.Option("--months", min=1, max=MONTHS_MAX, help="How many months are lived and closed.")]
Begins = Annotated[str, typer.Option("--from", metavar="DATE", help="First day that is lived, the first of a month. Default: 2025-10-01.")]
BadMonth = Annotated[int, typer.Option("--bad-month", min=0, max=MONTHS_MAX, help="Month (from 1) that brings bad customers; 0 for none.")]
Seed = Annotated[int, typer.Option("--seed", help="The same seed makes the same people do the same things.")]
Folder = Annotated[Path, typer.Option("--folder", metavar="DIR", help="Where book, tape and report go.")]
Scans = Annotated[str, typer.Option("--tape", metavar="WHEN", help="Write tape and control totals monthly, or daily.")]
Again = Annotated[bool, typer.Option("--again", help="Remove the demo book that is there, and make it anew.")]


@dataclass(frozen=True, slots=True)
class Plan:
    """What was asked for: where, how many people for how long, and by which chance."""

    url: str
    folder: Path
    borrowers: int
    span: Span
    seed: int
    scans: str

    @property
    def tape(self) -> Path:
        """Give the folder of the tape."""
        return self.folder / "tape"

    @property
    def report(self) -> Path:
        """Give the path of the report."""
        return self.folder / "report.json"

    @property
    def disposal(self) -> Path:
        """Give the folder of the sale of bad loans, with the copy of the book that it is played in."""
        return self.folder / "npl"

    @property
    def days(self) -> range:
        """Give the days that are lived."""
        return self.span.days


def command(
    db: Book = "",
    borrowers: Borrowers = 2_000,
    months: Months = 12,
    begins: Begins = "",
    bad_month: BadMonth = 0,
    seed: Seed = 1,
    folder: Folder = Path(FOLDER),
    tape: Scans = MONTHLY,
    again: Again = False,
    as_json: AsJson = False,
) -> None:
    """Make a book of made-up borrowers by the real commands, close every day, and show what it holds."""
    if tape not in (MONTHLY, DAILY):
        raise Stop(USAGE, f"--tape {tape}: one of {MONTHLY}, {DAILY}")
    folder.mkdir(parents=True, exist_ok=True)
    plan = Plan(db or f"sqlite:///{folder / 'book.db'}", folder, borrowers, Span(months, _first_of(begins), bad_month - 1), seed, tape)
    make_room(plan, again=again)
    begun = time.perf_counter()
    town, control, watched, funding = lived(plan)
    with open_store(plan.url) as store:
        collected = report(store, date.fromordinal(first_collected(plan.days)), date.fromordinal(plan.days[-1]), lawful_rules())
    told = tell(plan, town, control, collected, time.perf_counter() - begun) | {"monitoring": told_of(watched)}
    with open_store(plan.url) as store:
        told["funding"] = fund_town(store, date.fromordinal(plan.days[-1]), plan.tape, funding, lawful_rules())
    told["disposal"] = sold_in_a_copy(plan.url, plan.disposal, date.fromordinal(plan.days[-1] + 1), plan.seed, lawful_rules())
    told["month_report"] = month_written(plan.url, plan.tape, plan.folder)
    plan.report.write_text(json.dumps(told, ensure_ascii=False, indent=1) + "\n", "utf-8")
    if as_json:
        print(json.dumps(told, ensure_ascii=False))
    else:
        show(plan, town, control, collected, told, watched)
    if town.counts.failed:
        raise Stop(FAILURE, f"{len(town.counts.failed)} commands met a bug: {'; '.join(town.counts.failed[:FAILED_SHOWN])}")
    if control.breaches:
        raise Stop(VERIFICATION_FAILED, "the control totals do not agree; run plimsoll verify to see which loans")


def _first_of(text: str) -> date:
    """Read the first day that is lived; anything but the first of a month ends the command with 2."""
    found = read_on(text, "--from") if text else BEGINS_ON
    if found.day != 1:
        raise Stop(USAGE, f"--from {text}: the first day of a month")
    return found


def make_room(plan: Plan, *, again: bool) -> None:
    """See that there is no book yet; with `again` remove the one that an earlier demo made. Anything else is left untouched."""
    shown = read_address(plan.url).shown()
    try:
        with open_store(plan.url) as store:
            is_ours = not has_other_commands(store)
    except StoreTrouble as trouble:
        if trouble.code == "store_missing":
            return
        raise
    if not is_ours:
        raise Stop(USAGE, f"{shown} holds a book that the demo did not make; it is left as it is. Choose another --db or --folder.")
    if not again:
        raise Stop(
            USAGE,
            f"there is a demo book already: {shown}. Look at it (plimsoll verify --db {shown}), make it anew with --again, "
            "or make another with --folder DIR.",
        )
    remove(plan)


def has_other_commands(store: Store) -> bool:
    """Tell whether somebody else than the demo has given commands to a book."""
    with store.engine.connect() as connection:
        return connection.execute(select(audit.c.actor).where(audit.c.actor.not_in(OURS)).limit(1)).first() is not None


def remove(plan: Plan) -> None:
    """Remove the files of an earlier demo: the book, its tape, its report."""
    path = read_address(plan.url).path
    if path is None:
        raise Stop(
            USAGE, "--again removes SQLite books only. Empty the database yourself (DROP DATABASE, CREATE DATABASE), then run it again."
        )
    for file in (path, *(path.with_name(path.name + end) for end in ("-wal", "-shm", "-journal")), plan.report, plan.folder / PAGE):
        file.unlink(missing_ok=True)
    for file in plan.tape.glob("day=*/tape.parquet"):
        file.unlink()
        file.parent.rmdir()


def lived(plan: Plan) -> tuple[Town, Control, Ran, Funding]:
    """Make the book and live its days, with a progress bar on a terminal; give the town, the last control totals, what monitoring did as it
    ended, and what was funded so far.
    """
    rules = lawful_rules()
    town = make_town(plan.borrowers, plan.span, rules, Random(plan.seed))  # noqa: S311 -- people are made up, nothing is secret
    control, last = None, plan.days[-1]
    collector = Collector(town, plan.seed, first_collected(plan.days))
    funding = Funding(plan.days, plan.seed, rules)
    chores = (funding, Helper(town, plan.seed, plan.days), Reporter(town, last, threads()), collector)
    with made_in_haste(plan.url) as store, bar(len(plan.days), "days lived and closed") as step:
        for one in live(store, town, plan.days, tape=plan.tape, scans=plan.scans, threads=threads(), chores=chores):
            on = date.fromordinal(one.day)
            step(on.isoformat())
            if on.day == 1:
                # What lives on is not looked through again and again by the collector of cycles.
                gc.freeze()
            control = one.closed.control if one.closed is not None else None
        night = Orders(rules, datetime.combine(date.fromordinal(last), NIGHT), threads())
        watched = watch_day(store, date.fromordinal(last), night, is_whole=True)
    assert control is not None, "the last day is always scanned, and somebody comes in the first months"
    gc.unfreeze()
    return town, control, watched, funding


def first_collected(days: range) -> int:
    """Give the day from which on the late customers of a made-up book are collected."""
    return max(days[-1] - COLLECTED_DAYS + 1, days[0])


def last_tape(plan: Plan) -> Path:
    """Give the file of the tape of the last day."""
    return plan.tape / f"day={date.fromordinal(plan.days[-1]).isoformat()}" / "tape.parquet"


def tell(plan: Plan, town: Town, control: Control, collected: Report, seconds: float) -> dict[str, object]:
    """Give the report as an object of plain values; all but `seconds` is the same for the same seed."""
    kinds: dict[str, int] = {}
    for person in town.people:
        kinds[person.kind.name] = kinds.get(person.kind.name, 0) + 1
    return {
        "book": read_address(plan.url).shown(),
        "tape": str(plan.tape),
        "report": str(plan.report),
        "from": date.fromordinal(plan.days[0]).isoformat(),
        "through": date.fromordinal(plan.days[-1]).isoformat(),
        "seed": plan.seed,
        "borrowers": kinds,
        "applications": funnel_of(town),
        "commands": dict(sorted(town.counts.commands.items())),
        "refused": dict(sorted(town.counts.refused.items())),
        "failed": len(town.counts.failed),
        "messages": dict(sorted(town.counts.messages.items())),
        "collections": collected.as_object(),
        "delinquency": [delinquency.as_object(one) for one in read_delinquency(last_tape(plan))],
        "trial_balance": trial_balance.as_object(control.ledger),
        "breaches": list(control.breaches),
        "seconds": round(seconds, 1),
    }


def funnel_of(town: Town) -> dict[str, dict[str, int]]:
    """Give how many people came to each outcome of their application, and the reasons that the engine gave."""
    if town.door is None:
        return {"funnel": {}, "reasons": {}}
    return {
        "funnel": {name: town.door.funnel[name] for name in STAGES},
        "reasons": dict(sorted(town.door.reasons.items(), key=lambda one: (-one[1], one[0]))),
    }


def funnel_text(town: Town) -> str:
    """Write the way of all applications as bars, and the reasons told most often."""
    told = funnel_of(town)
    counts = told["funnel"]
    most = max(counts.get("applied", 0), 1)
    lines = [f"  {name:<20}{count:>8,}  {'#' * (count * FUNNEL_WIDTH // most)}".rstrip() for name, count in counts.items()]
    reasons = ", ".join(f"{count:,} {code}" for code, count in list(told["reasons"].items())[:REASONS_SHOWN])
    return "\n".join(["Applications", "", *lines, "", f"Reasons told most often: {reasons or 'none'}."])


def show(plan: Plan, town: Town, control: Control, collected: Report, told: dict[str, object], watched: Ran) -> None:
    """Print the report for people."""
    counts, on = town.counts, date.fromordinal(plan.days[-1])
    refused = sum(counts.refused.values())
    why = f" ({', '.join(f'{count:,} {code}' for code, count in counts.refused.most_common())})" if refused else ""
    print(f"{plan.borrowers:,} made-up borrowers, {told['from']} to {told['through']}: {len(plan.days)} days closed.")
    print(f"{sum(counts.commands.values()):,} commands; {refused:,} refused{why}.\n\n{funnel_text(town)}")
    for one in read_delinquency(last_tape(plan)):
        lost, back = grouped(one.lost.principal_minor, one.currency), grouped(one.recovered_minor, one.currency)
        print(f"\nWho is late on {on}\n\n{delinquency.table_of(one)}\n")
        print(f"Charged off so far: {one.lost.loans:,} loans, {lost} {one.currency} of principal; recovered {back} {one.currency}.")
    print("\n" + "\n".join(lines_of(collected, None, {})))
    print(f"\nMonitoring\n\n{watched_lines(watched)}")
    print("\n" + "\n".join(funding_lines(told["funding"])))
    print(f"\nBad debt sold, made-up bidders on made-up days\n\n{sale_lines(told['disposal'], plan.disposal)}")
    for currency, ledger in control.ledger.items():
        print(f"\nTrial balance at the end of {on}\n\n{trial_balance.table_of(ledger, currency)}\n")
    said = "agree" if not control.breaches else "DO NOT AGREE"
    print(f"Control totals of {control.loans:,} loans, tape against ledger, {said}. {told['seconds']} s.\n")
    for name, where in (("Book", told["book"]), ("Tape", plan.tape), ("Report", plan.report), ("Month", told["month_report"])):
        print(f"{name + ':':<8}{where}")
    # As it was called: a virtual environment need not be on the path.
    program = sys.argv[0] if Path(sys.argv[0]).name == "plimsoll" else "plimsoll"
    print(f"\nNext: {program} verify --db {told['book']}")
    print(f"      {program} watch report --on {on} --db {told['book']}")
    print(f"      {program} collect --on {date.fromordinal(plan.days[-1] + 1)} --db {told['book']}")
