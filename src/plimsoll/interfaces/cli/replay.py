"""`plimsoll replay`: real accounts of other lenders, booked by the real commands and held against what was recorded of them."""

import json
import time
from collections.abc import Callable, Sequence
from collections.abc import Set as AbstractSet
from pathlib import Path
from typing import Annotated, Final, TypeVar

import typer

from plimsoll.app.closing.close import Orders
from plimsoll.app.config import book_url, now, threads
from plimsoll.app.database.address import read_address
from plimsoll.app.database.opening import create_store, open_store
from plimsoll.app.database.store import Store
from plimsoll.app.database.trouble import StoreTrouble
from plimsoll.interfaces.cli.bar import bar
from plimsoll.interfaces.cli.exits import FAILURE, NOT_FOUND, REFUSED, USAGE, VERIFICATION_FAILED, Stop
from plimsoll.interfaces.cli.options import AllowUnsafe, AsJson, Db
from plimsoll.risk.lawful import lawful_rules
from plimsoll.servicing.close import decide
from plimsoll.simulator.play import Played, others_in
from plimsoll.units.refusal import Malformed

SHOWN_MAX: Final = 5
INSTALMENTS_NEAR_MIN: Final = 0.956
"""Share of loans whose instalment must come within two cents of the recorded one."""

app = typer.Typer(
    help="Book real accounts of other lenders and hold the book against the record.", no_args_is_help=True, add_completion=False
)

File = Annotated[Path, typer.Argument(metavar="FILE", help="The file as it was published: CSV, plain or gzip. It is read, never copied.")]
Limit = Annotated[int, typer.Option("--limit", metavar="N", min=0, help="Only the first N rows. Default: all.")]
Published = Annotated[Path | None, typer.Option("--published", metavar="FILE", help="A published charge-off curve to compare with.")]
T = TypeVar("T")


@app.command()
def taiwan(file: File, db: Db = "", limit: Limit = 0, allow_unsafe: AllowUnsafe = False, as_json: AsJson = False) -> None:
    """Turn the Taiwan card panel into a pay-later book: implied purchases, bills cut by the close, recorded payments repaid."""
    from plimsoll.app.closing.look_back import Past
    from plimsoll.interfaces.cli import replay_taiwan_tables as tables
    from plimsoll.simulator import replay_taiwan as replay
    from plimsoll.simulator.taiwan_panel import read_panel

    url, rules, begun = book_url(db), lawful_rules(), time.perf_counter()
    clients = wanted(lambda: read_panel(file, limit))
    with bar(len(clients), "what was bought") as step:
        lives = replay.imply_all(clients, rules, step)
    with opened(url, allow_unsafe=allow_unsafe) as store:
        refuse_others(store, replay.ACTOR, {client.customer_id for client in clients})
        with bar(replay.commands_count(lives), "commands") as step:
            played = replay.replay(store, clients, lives, Orders(decide, rules, now()), step)
        seconds = time.perf_counter() - begun
        report = replay.report(Past(store, threads()), clients, lives, played, seconds)
    told = {"book": read_address(url).shown(), **tables.as_object(report)}
    print(json.dumps(told, ensure_ascii=False) if as_json else tables.text_of_report(report))
    end(played, url, as_json=as_json)


@app.command()
def lendingclub(
    file: File, db: Db = "", limit: Limit = 0, published: Published = None, allow_unsafe: AllowUnsafe = False, as_json: AsJson = False
) -> None:
    """Book LendingClub's published loans, replay their cash, charge off those that were; check instalments, cash and curve."""
    from plimsoll.app.closing.look_back import Past
    from plimsoll.interfaces.cli import replay_lendingclub_tables as tables
    from plimsoll.simulator import replay_lendingclub as replay
    from plimsoll.simulator.lendingclub_loans import read_loans

    url, rules, begun = book_url(db), lawful_rules(), time.perf_counter()
    loans = wanted(lambda: read_loans(file, limit))
    curve = None if published is None else wanted(lambda: replay.read_published(published))
    with bar(len(loans), "when it was paid") as step:
        booked = replay.book_all(loans, rules, step)
    with opened(url, allow_unsafe=allow_unsafe) as store:
        refuse_others(store, replay.ACTOR, {loan.number for loan in loans})
        with bar(replay.commands_count(booked), "commands") as step:
            played = replay.replay(store, booked, Orders(decide, rules, now()), step)
        seconds = time.perf_counter() - begun
        report = replay.report(Past(store, threads()), booked, played, seconds, curve)
    told = {"book": read_address(url).shown(), **tables.as_object(report)}
    print(json.dumps(told, ensure_ascii=False) if as_json else tables.text_of_report(report))
    end(played, url, as_json=as_json)
    if report.cash_wrong:
        raise Stop(
            VERIFICATION_FAILED,
            f"the cash of loans does not add up: {sample(sorted({n for ids in report.cash_wrong.values() for n in ids}))}",
        )
    if any(quarter.is_published is False for quarter in report.quarters):
        names = [quarter.name for quarter in report.quarters if quarter.is_published is False]
        raise Stop(VERIFICATION_FAILED, f"the charge-off curve is not the published one in {', '.join(names)}")
    if report.instalments_near < INSTALMENTS_NEAR_MIN * report.accounts:
        raise Stop(
            VERIFICATION_FAILED, f"only {report.instalments_near:,} of {report.accounts:,} instalments are within 2 cents of the record"
        )


def wanted(read: Callable[[], T]) -> T:
    """Read a file; one that is not there ends the command with 3, one that cannot be read with 2. Nothing is stored before."""
    try:
        return read()
    except Malformed as wrong:
        raise Stop(NOT_FOUND if wrong.code == "file_missing" else USAGE, f"{wrong.text()} Nothing was stored.") from None


def opened(url: str, *, allow_unsafe: bool) -> Store:
    """Open the book, or make it where there is none."""
    try:
        return open_store(url, allow_unsafe=allow_unsafe)
    except StoreTrouble as trouble:
        if trouble.code != "store_missing":
            raise
        return create_store(url, allow_unsafe=allow_unsafe)


def refuse_others(store: Store, actor: str, customers: AbstractSet[int]) -> None:
    """End with 4 where the book is not that of this replay: its report speaks of the whole book."""
    if others_in(store, actor, customers):
        shown = store.address.shown()
        raise Stop(
            REFUSED, f"{shown} holds customers or commands that are not of this replay. Give the replay a book of its own: --db URL."
        )


def end(played: Played, url: str, *, as_json: bool) -> None:
    """Say what to do next, and end with the code that fits what was played."""
    if played.not_taken:
        counts = ", ".join(f"{count:,} {code}" for code, count in played.not_taken.most_common())
        raise Stop(FAILURE, f"commands were not taken: {counts}. {'; '.join(played.examples[:SHOWN_MAX])}")
    if played.parked:
        raise Stop(
            FAILURE, f"{len(played.parked):,} loans failed an assertion and are parked: {sample([one[:2] for one in played.parked])}"
        )
    if played.control is not None and played.control.breaches:
        raise Stop(VERIFICATION_FAILED, "the control totals do not agree; run plimsoll verify to see which loans")
    if not as_json:
        print(f"\nNext: plimsoll verify --db {read_address(url).shown()}")


def sample(found: Sequence[object]) -> str:
    """Give the first few of many, in words."""
    more = f" and {len(found) - SHOWN_MAX:,} more" if len(found) > SHOWN_MAX else ""
    return ", ".join(str(one) for one in found[:SHOWN_MAX]) + more
