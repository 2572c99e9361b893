"""`plimsoll night`: everything that a house does by itself from one business date to the next, for a machine that runs it by the hour."""

import json
from contextlib import ExitStack
from datetime import date, datetime
from functools import partial
from typing import Annotated, Any, Final

import typer

from plimsoll.app.chain.anchor import anchor
from plimsoll.app.chain.key import configured_keys
from plimsoll.app.chain.seal import Sealed, seal
from plimsoll.app.closing.close import days_to_close
from plimsoll.app.closing.through import DAILY, LAST, NEVER
from plimsoll.app.config import book_url, now, tape_folder, threads
from plimsoll.app.house import LIVE, READ_ONLY, House
from plimsoll.app.night import NAMES, WORK, Done, Way, work_day
from plimsoll.interfaces.cli.aligned import RULE, aligned
from plimsoll.interfaces.cli.bar import bar
from plimsoll.interfaces.cli.close import last_of
from plimsoll.interfaces.cli.exits import FAILURE, REFUSED, USAGE, VERIFICATION_FAILED, Stop
from plimsoll.interfaces.cli.options import AllowUnsafe, AsJson, Db, Folder, Scans, Through
from plimsoll.interfaces.cli.signed_in import opened_house
from plimsoll.interfaces.serve.beside import anchor_place

OF_NO_DAY: Final = frozenset(one.name for one in WORK if one.name not in ("approvals", "seal"))
"""What is left out where no day is open: the rest is of no day."""
Skip = Annotated[list[str] | None, typer.Option("--skip", metavar="WORK", help=f"Leave one out; several: {', '.join(NAMES)}.")]
MadeUp = Annotated[bool, typer.Option("--made-up", help="Do the day's debits and contacts too, with the made-up bank and people.")]


def command(
    context: typer.Context,
    through: Through,
    made_up: MadeUp = False,
    skip: Skip = None,
    tape: Scans = DAILY,
    tape_folder_given: Folder = "",
    db: Db = "",
    allow_unsafe: AllowUnsafe = False,
    as_json: AsJson = False,
) -> None:
    """Work every open day through a date by the one list of a house: placements, close, monitoring, approvals, the audit chain.

    Debits and contacts meet the world while people are awake: run `plimsoll autopay` and `plimsoll collect` through the day. Each work is
    repeatable; what was stopped goes on with the same command.
    """
    skipped = frozenset(skip or ())
    if skipped - set(NAMES) or tape not in (DAILY, LAST, NEVER):
        raise Stop(USAGE, f"--skip: one of {', '.join(NAMES)}; --tape: one of {DAILY}, {LAST}, {NEVER}")
    with ExitStack() as opened:
        house = opened.enter_context(opened_house(db, allow_unsafe=allow_unsafe))
        if house.mode == READ_ONLY:
            raise Stop(REFUSED, "a read-only house writes nothing: set PLIMSOLL_MODE otherwise")
        if made_up and house.mode == LIVE:
            raise Stop(REFUSED, "--made-up: never in live mode")
        last = last_of(through, house.mode, now())
        days = days_to_close(house.store, last)
        done = []
        with bar(len(days), "days worked") as step:
            for day in days:
                is_scanned = tape == DAILY or (tape == LAST and day == days[-1])
                way = _way(house, context.obj, tape_folder_given, is_made_up=made_up, scans=DAILY if is_scanned else NEVER, db=db)
                done += [(day, one) for one in work_day(house, date.fromordinal(day), way, skipped)]
                step(date.fromordinal(day).isoformat())
        if not days:
            way = _way(house, None, "", is_made_up=False, scans=NEVER, db=db)
            done += [(last, one) for one in work_day(house, date.fromordinal(last), way, skipped | OF_NO_DAY)]
    _report(done, as_json)
    failed = [why for _, one in done for why in one.failed]
    if any(one.breaches for _, one in done):
        raise Stop(VERIFICATION_FAILED, "the control totals do not agree; run plimsoll verify to see which loans")
    if failed:
        raise Stop(FAILURE, f"{len(failed)} failed, the rest was done; the first of them: {failed[0]}")


def _way(house: House, crew: Any, folder: str, *, is_made_up: bool, scans: str, db: str) -> Way:
    """Give how the house meets the world: through the day by commands of its own, or here by the made-up bank and people."""
    clock, money, contacts = _now, None, None
    if is_made_up:
        from plimsoll.interfaces.cli.night_made_up import contacts_of, debit

        clock, money, contacts = _as_planned, debit, contacts_of
    tape = tape_folder(book_url(db), folder) if scans != NEVER else None
    return Way(clock, money, contacts, partial(_seal, house), tape, scans, threads(), crew)


def _now(planned: datetime) -> datetime:  # noqa: ARG001 -- a house of record does it now
    return now()


def _as_planned(planned: datetime) -> datetime:
    return planned


def _seal(house: House) -> Sealed:
    """Seal what is committed, sign where a key is configured, and anchor where a place is."""
    keys, place = configured_keys(), anchor_place()
    sealed = seal(house.store, keys, now())
    if keys is not None and place is not None:
        anchor(house.store, place)
    return sealed


def _report(done: list[tuple[int, Done]], as_json: bool) -> None:
    if as_json:
        told = [
            {
                "on": date.fromordinal(day).isoformat(),
                "work": one.name,
                "counts": dict(sorted(one.counts.items())),
                "failed": one.failed,
                "breaches": one.breaches,
                "left_out": one.left_out,
            }
            for day, one in done
        ]
        print(json.dumps(told, ensure_ascii=False))
        return
    rows = [
        (date.fromordinal(day).isoformat(), one.name, one.left_out or ", ".join(f"{name} {count:,}" for name, count in one.counts.items()))
        for day, one in done
    ]
    print(aligned([("day", "work", "what was done"), RULE, *rows], left=3))
    for day, one in done:
        for why in (*one.failed, *one.breaches):
            print(f"{date.fromordinal(day)} {one.name}: {why}")
