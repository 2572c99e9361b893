"""`plimsoll verify`: prove a book, or say which loans are wrong."""

import json
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from plimsoll.app.chain.key import configured_keys
from plimsoll.app.config import book_url, tape_folder, threads
from plimsoll.app.database.opening import open_store
from plimsoll.app.verify import NOBODY, Verdict, verify
from plimsoll.interfaces.cli.exits import VERIFICATION_FAILED, Stop
from plimsoll.interfaces.cli.options import AllowUnsafe, AsJson, Db

IDS_TOLD_MAX = 20
Folder = Annotated[str, typer.Option("--tape-folder", metavar="DIR", help="Where closes wrote the tape. Default: beside the book.")]


def command(db: Db = "", tape_folder_given: Folder = "", allow_unsafe: AllowUnsafe = False, as_json: AsJson = False) -> None:
    """Prove that states are the fold of their facts, entries their difference, lines and limits as told, nothing gone, tape = ledger."""
    url = book_url(db)
    with open_store(url, allow_unsafe=allow_unsafe) as store:
        keys = configured_keys()
        verdict = verify(store, threads=threads(), publics=keys.publics if keys else (), tape=tape_folder(url, tape_folder_given))
    if as_json:
        print(json.dumps(as_object(verdict), ensure_ascii=False))
    else:
        show(verdict)
    if not verdict.is_proved:
        raise Stop(VERIFICATION_FAILED, "the book is not what its facts say; stop posting to the loans named and look at them")


def as_object(verdict: Verdict) -> dict[str, object]:
    """Give the verdict as an object of plain values."""
    return {
        "proved": verdict.is_proved,
        "customers": verdict.customers,
        "loans": verdict.loans,
        "facts": verdict.facts,
        "entries": verdict.entries,
        "sealed": verdict.sealed,
        "tapes": {"told": verdict.tapes.told, "compared": verdict.tapes.found},
        "totals": verdict.totals,
        "breaches": {
            said: [{"customer": customer, "loan": loan} for customer, loan in ids if (customer, loan) != NOBODY]
            for said, ids in verdict.breaches.items()
        },
    }


def show(verdict: Verdict) -> None:
    """Print the verdict."""
    console = Console()
    table = Table(title="Proved" if verdict.is_proved else "NOT proved", title_justify="left")
    counts = {
        "customers": verdict.customers,
        "loans": verdict.loans,
        "facts": verdict.facts,
        "entries": verdict.entries,
        "sealed": verdict.sealed,
        "tapes": verdict.tapes.found,
    }
    for name in counts:
        table.add_column(name, justify="right")
    table.add_row(*(f"{count:,}" for count in counts.values()))
    console.print(table)
    for said, ids in verdict.breaches.items():
        named = (
            f"customer {customer}" + f" loan {loan}" * bool(loan) for customer, loan in ids[:IDS_TOLD_MAX] if (customer, loan) != NOBODY
        )
        told = ", ".join(named)
        more = f" and {len(ids) - IDS_TOLD_MAX} more" if len(ids) > IDS_TOLD_MAX else ""
        console.print(f"{said}{': ' * bool(told)}{told}{more}", soft_wrap=True, markup=False)
    if verdict.tapes.found < verdict.tapes.told:
        console.print(f"{verdict.tapes.told - verdict.tapes.found} of {verdict.tapes.told} tapes are not in the folder, and were left out.")
