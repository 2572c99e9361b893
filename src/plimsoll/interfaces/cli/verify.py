"""`plimsoll verify`: prove a book, or say which loans are wrong."""

import json

from rich.console import Console
from rich.table import Table

from plimsoll.app.chain.key import configured_keys
from plimsoll.app.config import book_url, threads
from plimsoll.app.database.opening import open_store
from plimsoll.app.verify import Verdict, verify
from plimsoll.interfaces.cli.exits import VERIFICATION_FAILED, Stop
from plimsoll.interfaces.cli.options import AllowUnsafe, AsJson, Db

IDS_TOLD_MAX = 20


def command(db: Db = "", allow_unsafe: AllowUnsafe = False, as_json: AsJson = False) -> None:
    """Prove that states are the fold of their facts, entries the difference of states, use within what was lent, and the ledger zero."""
    with open_store(book_url(db), allow_unsafe=allow_unsafe) as store:
        keys = configured_keys()
        verdict = verify(store, threads=threads(), publics=keys.publics if keys else ())
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
        "totals": verdict.totals,
        "breaches": {said: [{"customer": customer, "loan": loan} for customer, loan in ids] for said, ids in verdict.breaches.items()},
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
    }
    for name in counts:
        table.add_column(name, justify="right")
    table.add_row(*(f"{count:,}" for count in counts.values()))
    console.print(table)
    for said, ids in verdict.breaches.items():
        told = ", ".join(f"customer {customer} loan {loan}" for customer, loan in ids[:IDS_TOLD_MAX])
        more = f" and {len(ids) - IDS_TOLD_MAX} more" if len(ids) > IDS_TOLD_MAX else ""
        console.print(f"{said}: {told}{more}")
