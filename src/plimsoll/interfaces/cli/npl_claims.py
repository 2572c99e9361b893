"""`plimsoll npl claims`: loans written off whose claims are kept, what came back of them, and who approved each."""

import json
from datetime import date
from typing import Annotated, Final

import typer

from plimsoll.app.config import book_url
from plimsoll.app.database.opening import open_store
from plimsoll.app.disposal.kept_claims import Kept, kept_claims
from plimsoll.interfaces.cli.aligned import RULE, aligned, grouped
from plimsoll.interfaces.cli.options import AsJson, Db, read_on
from plimsoll.units.money import text_of

HEAD: Final = (
    "customer",
    "loan",
    "product",
    "currency",
    "written off",
    "ground",
    "approved",
    "claim then",
    "recovered",
    "left",
    "days",
    "sold in",
)
NOBODY: Final = "not on file"

On = Annotated[str, typer.Option("--on", metavar="DATE", help="The day on which they are told.")]


def claims(on: On, db: Db = "", as_json: AsJson = False) -> None:
    """List the claims kept after write-offs, with what came back, and the totals by currency."""
    day = read_on(on, "--on")
    with open_store(book_url(db)) as store:
        found = list(kept_claims(store, day))
    if as_json:
        print(json.dumps([_said(one) for one in found], ensure_ascii=False))
        return
    if not found:
        print(f"Nothing was written off by {day}.")
        return
    rows: list[tuple[str, ...]] = [HEAD, RULE, *(_row(one) for one in found), RULE]
    for currency in sorted({one.currency for one in found}):
        same = [one for one in found if one.currency == currency]
        sums = [grouped(sum(getattr(one, name) for one in same), currency) for name in ("claimed_minor", "recovered_minor", "left_minor")]
        rows.append(("all", f"{len(same):,}", "", currency, "", "", "", *sums, "", ""))
    print(aligned(rows, left=3))


def _row(one: Kept) -> tuple[str, ...]:
    amounts = (grouped(minor, one.currency) for minor in (one.claimed_minor, one.recovered_minor, one.left_minor))
    off = date.fromordinal(one.written_off_on).isoformat()
    who = one.approved_by or NOBODY
    return (f"{one.customer_id}", f"{one.loan_id}", one.product, one.currency, off, one.ground, who, *amounts, f"{one.days:,}", one.sold_to)


def _said(one: Kept) -> dict[str, object]:
    """Give a claim as plain values."""
    said = {name: value for name, value in one._asdict().items() if not name.endswith("_minor")}
    said |= {name.removesuffix("_minor"): text_of(value, one.currency) for name, value in one._asdict().items() if name.endswith("_minor")}
    return said | {"written_off_on": date.fromordinal(one.written_off_on).isoformat()}
