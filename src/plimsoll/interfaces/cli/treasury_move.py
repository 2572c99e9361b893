"""`plimsoll treasury guarantee` and `exit`: guaranteed parts of late loans paid out, and all parts of a funder that leaves."""

import json
from typing import Annotated

import typer

from plimsoll.app.config import book_url, now
from plimsoll.app.database.opening import open_store
from plimsoll.app.treasury.fund_draws import Act
from plimsoll.app.treasury.move_parts import Moved, claim_guarantees, leave
from plimsoll.interfaces.cli.aligned import grouped
from plimsoll.interfaces.cli.exits import REFUSED, Stop
from plimsoll.interfaces.cli.options import AsJson, Db, read_on
from plimsoll.interfaces.cli.treasury_fund import Actor
from plimsoll.risk.lawful import lawful_rules
from plimsoll.treasury.route import LENDER
from plimsoll.units.money import text_of
from plimsoll.units.refusal import Refused

On = Annotated[str, typer.Option("--on", metavar="DATE", help="The day of the moves; they hold from the next.")]
Funder = Annotated[str, typer.Argument(metavar="FUNDER", help="Who leaves.")]
To = Annotated[str, typer.Option("--to", metavar="NAME", help="Who takes over: the lender, or another funder.")]


def guarantee(on: On, actor: Actor = "treasury", db: Db = "", as_json: AsJson = False) -> None:
    """Pay out the parts of guaranteed funders in loans that are late by rule; running it again pays nothing twice."""
    day = read_on(on, "--on")
    with open_store(book_url(db)) as store:
        _tell(claim_guarantees(store, day, Act(actor, now(), lawful_rules())), as_json)


def exit_command(funder: Funder, on: On, to: To = LENDER, actor: Actor = "treasury", db: Db = "", as_json: AsJson = False) -> None:
    """Move every part of a funder that leaves, at its principal; running it again moves what is left."""
    day = read_on(on, "--on")
    with open_store(book_url(db)) as store:
        _tell(leave(store, funder, day, Act(actor, now(), lawful_rules()), to), as_json)


def _tell(done: Moved | Refused, as_json: bool) -> None:
    if isinstance(done, Refused):
        raise Stop(REFUSED, done.text())
    if as_json:
        price = {currency: text_of(minor, currency) for currency, minor in done.price.items()}
        print(json.dumps({"parts": done.parts, "price": price, "refused": done.refused}))
        return
    prices = ", ".join(f"{grouped(minor, currency)} {currency}" for currency, minor in sorted(done.price.items()))
    print(f"{done.parts:,} parts moved{' for ' + prices if prices else ''}.")
    for code, count in sorted(done.refused.items()):
        print(f"Refused: {count:,} {code}.")
