"""`plimsoll watch months`: the months of a book as a table that the commands of models train a behaviour score on."""

import json
from pathlib import Path
from typing import Annotated

import typer

from plimsoll.app.config import book_url, now, threads
from plimsoll.app.database.opening import open_store
from plimsoll.interfaces.cli.exits import NOT_FOUND, Stop
from plimsoll.interfaces.cli.options import AsJson, Db, read_on
from plimsoll.risk.lawful import lawful_rules

Out = Annotated[Path, typer.Option("--out", metavar="FILE", help="The table that is written: CSV, or CSV.GZ.")]
On = Annotated[str, typer.Option("--on", metavar="DATE", help="The day up to which months are looked at. Default: today.")]


def months(out: Out, db: Db = "", on: On = "", as_json: AsJson = False) -> None:
    """Write customer-months at risk with their signals and how each ended, late or paid off; train on them with plimsoll model train."""
    from plimsoll.app.watching.book import read_panel
    from plimsoll.app.watching.months import write_months
    from plimsoll.risk.parameters import figures

    rules, today = lawful_rules(), now().date()
    horizon = int(figures(rules, "POLICY.WATCH.HAZARD", today)["horizon"])
    with open_store(book_url(db)) as store:
        panel = read_panel(store, read_on(on, "--on") if on else today, threads())
    if not len(panel.customer_id):
        raise Stop(NOT_FOUND, "no customer of the book has a line")
    counts = write_months(out, panel, horizon)
    if as_json:
        print(json.dumps({"file": str(out), "horizon": horizon, **counts}, ensure_ascii=False))
        return
    print(f"{out}: {counts['rows']:,} customer-months at risk, {counts['late']:,} ended late, {counts['out']:,} paid off.")
