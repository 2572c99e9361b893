"""What the demo shows last: its bad loans sold to one of five made-up bidders, in a copy of its book; the book itself stays."""

import sqlite3
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import Any

from plimsoll.app.database.address import read_address
from plimsoll.app.database.opening import open_store
from plimsoll.disposal.tender import SEALED
from plimsoll.interfaces.cli.aligned import RULE, aligned
from plimsoll.rulebook.rules import Rules
from plimsoll.simulator.sell import sell
from plimsoll.units.refusal import Refused

PACKAGE = "demo-1"
KEPT = ("package", "loans", "borrowers", "principal_and_interest", "worth_kept", "worth_sold", "kept_out")


def sold_in_a_copy(url: str, folder: Path, day: date, seed: int, rules: Rules) -> dict[str, Any]:
    """Copy the book into a folder and sell its bad loans there from a day on; what is told is the same for the same seed.

    Says under `refused` why nothing was sold: no loan is bad enough yet, the pilot is over, or the book is no file that can be copied.
    """
    path = read_address(url).path
    if path is None:
        return {"refused": "a book on PostgreSQL is not copied"}
    folder.mkdir(parents=True, exist_ok=True)
    copy = folder / "book.db"
    copy.unlink(missing_ok=True)
    with closing(sqlite3.connect(path)) as own, closing(sqlite3.connect(copy)) as other:
        own.backup(other)
    with open_store(f"sqlite:///{copy}") as store:
        told = sell(store, PACKAGE, day, folder, form=SEALED, seed=seed, rules=rules)
    if isinstance(told, Refused):
        return {"refused": told.code}
    sale = {name: value for name, value in told["sale"].items() if name not in ("story", "tender")}
    return {name: told[name] for name in KEPT} | {"sale": sale, "transfer": told["transfer"]}


def lines_of(told: Any, folder: Path, currency: str = "CNY") -> str:
    """Tell it for people."""
    if "refused" in told:
        return f"No bad debt was sold: {told['refused']}."
    sale = told["sale"]
    rows: list[tuple[str, ...]] = [("bidder", f"value {currency}", f"bid {currency}", ""), RULE]
    rows += [(one["bidder"], one["value"], one["bid"], one["note"]) for one in sale["bidders"]]
    lines = [
        f"{told['loans']} loans of {told['borrowers']} borrowers, {told['principal_and_interest']} {currency} of principal and interest,",
        f"estimated at {told['worth_kept']} kept and {told['worth_sold']} to a buyer.",
        "",
        aligned(rows),
        "",
        f"{sale['outcome']}: {sale['winner'] or 'nobody'} at {sale['price']} {currency}.",
        f"Refused on the way: {', '.join(sale['refused']) or 'nothing'}.",
        f"Notice, loan tape and hand-over file: {folder} (in a copy of the book: {folder / 'book.db'})",
    ]
    return "\n".join(lines)
