"""`plimsoll treasury settle` and `reconcile`: the file of every funder for a day, and a funder's own file held against it."""

import json
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any

import typer

from plimsoll.app.config import book_url, now, tape_folder
from plimsoll.app.database.opening import open_store
from plimsoll.app.treasury.fund_draws import Act
from plimsoll.app.treasury.reconcile_day import Compared, reconcile_day
from plimsoll.app.treasury.settle_day import Days, settle_day, told
from plimsoll.app.treasury.shares import funders_of
from plimsoll.interfaces.cli.aligned import RULE, aligned, with_commas
from plimsoll.interfaces.cli.exits import NOT_FOUND, REFUSED, USAGE, Stop
from plimsoll.interfaces.cli.options import AsJson, Db, read_on
from plimsoll.interfaces.cli.treasury_fund import Actor
from plimsoll.risk.lawful import lawful_rules
from plimsoll.treasury.route import LENDER
from plimsoll.treasury.settle import KINDS, Sums
from plimsoll.units.money import text_of
from plimsoll.units.refusal import Malformed, Refused

On = Annotated[str, typer.Option("--on", metavar="DATE", help="The day that is settled.")]
Day = Annotated[str, typer.Option("--day", metavar="DATE", help="The day that the file is about.")]
Since = Annotated[
    str, typer.Option("--since", metavar="DATE", help="The day of the tape that it is settled from. Default: the day before.")
]
Out = Annotated[Path, typer.Option("--out", metavar="FOLDER", help="Where the files go.")]
TapeFolder = Annotated[str, typer.Option("--tape", metavar="FOLDER", help="The tape. Default: $PLIMSOLL_TAPE, else beside the book.")]
Funder = Annotated[str, typer.Argument(metavar="FUNDER", help="Whose file it is.")]
File = Annotated[Path, typer.Argument(metavar="FILE", help="CSV with the columns of our own file, its totals in a line that says total.")]


def settle(
    on: On, out: Out, since: Since = "", tape: TapeFolder = "", actor: Actor = "treasury", db: Db = "", as_json: AsJson = False
) -> None:
    """Settle a day with every funder from two days of the tape: a file each, totals of all, and a digest on record."""
    day = read_on(on, "--on")
    days = Days(day, read_on(since, "--since") if since else day - timedelta(days=1), tape_folder(book_url(db), tape))
    if days.since >= day:
        raise Stop(USAGE, f"--since {since}: a day before {day}")
    with open_store(book_url(db)) as store:
        done = settle_day(store, days, out, Act(actor, now(), lawful_rules()))
    if isinstance(done, Refused):
        raise Stop(REFUSED, done.text())
    said = told(done)
    print(json.dumps(said | {"out": str(out)}) if as_json else _text(said, out))


def reconcile(
    funder: Funder, file: File, day: Day, tape: TapeFolder = "", actor: Actor = "treasury", db: Db = "", as_json: AsJson = False
) -> None:
    """Hold a funder's file of a settled day against ours, loan by loan; a file with wrong totals is taken by no line."""
    on = read_on(day, "--day")
    with open_store(book_url(db)) as store:
        try:
            done = reconcile_day(store, funder, file, on, tape_folder(book_url(db), tape), Act(actor, now(), lawful_rules()))
        except Malformed as wrong:
            raise Stop(NOT_FOUND if wrong.code == "file_missing" else USAGE, wrong.text()) from None
        if isinstance(done, Refused):
            raise Stop(REFUSED, done.text())
        currency = funders_of(store)[funder].currency
    said = _compared(done, currency)
    if as_json:
        print(json.dumps({"funder": funder, "day": on.isoformat(), "currency": currency} | said))
        return
    print(f"{funder}, {on}: {done.ours:,} lines of ours, {done.theirs:,} of theirs, {len(done.differences):,} differences.")
    if done.differences:
        rows: list[Sequence[str]] = [("customer", "loan", "why", "kind", "ours", "theirs", "theirs less ours"), RULE]
        rows += [
            (str(one.customer_id), str(one.loan_id), one.why, kind, *_three(ours, theirs, currency))
            for one in done.differences
            for kind, ours, theirs in zip(KINDS, one.ours, one.theirs, strict=True)
            if ours != theirs
        ]
        print("\n" + aligned(rows, left=4))


def _three(ours: int, theirs: int, currency: str) -> tuple[str, ...]:
    return tuple(with_commas(text_of(minor, currency)) for minor in (ours, theirs, theirs - ours))


def _compared(done: Compared, currency: str) -> dict[str, Any]:
    """Give what was found as plain values."""

    def amounts(sums: Sums) -> dict[str, str]:
        return {kind: text_of(minor, currency) for kind, minor in sums._asdict().items()}

    differences = [
        {"customer_id": one.customer_id, "loan_id": one.loan_id, "why": one.why, "ours": amounts(one.ours), "theirs": amounts(one.theirs)}
        for one in done.differences
    ]
    return {"ours": done.ours, "theirs": done.theirs, "sha256": done.digest, "differences": differences}


def _text(said: dict[str, Any], out: Path) -> str:
    """Write a settled day for people."""
    parts = [f"{said['day']}, from the tape of {said['since']} to that of {said['day']}."]
    for currency, of_it in said["currencies"].items():
        rows: list[Sequence[str]] = [(currency, "lines", *KINDS, "net"), RULE]
        for name, one in of_it["funders"].items():
            shown = "the lender" if name == LENDER else name
            rows.append((shown, f"{one['lines']:,}", *(with_commas(one[kind]) for kind in KINDS), with_commas(one["net"])))
        rows += [RULE, ("by the tape", "", *(with_commas(of_it["tape"][kind]) for kind in KINDS), "")]
        parts.append(aligned(rows))
    files = [f"{one['file']}  {one['sha256']}" for one in said["files"].values()]
    parts.append("\n".join([f"The parts add up to what flowed by the tape. In {out}:", *(f"  {one}" for one in files)]))
    return "\n\n".join(parts)
