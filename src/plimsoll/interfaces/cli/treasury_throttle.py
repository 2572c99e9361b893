"""`plimsoll treasury throttle`: how much of the plan of new loans a day grants, put on file where draws heed it."""

import json
from typing import Annotated, Final

import typer

from plimsoll.app.config import book_url, now
from plimsoll.app.database.opening import open_store
from plimsoll.app.treasury.fund_draws import Act
from plimsoll.app.treasury.last_how_long import balance_on, course_on
from plimsoll.app.treasury.throttle import set_throttle, step_of
from plimsoll.interfaces.cli.exits import REFUSED, USAGE, Stop
from plimsoll.interfaces.cli.options import AsJson, Db
from plimsoll.interfaces.cli.treasury_fund import Actor, read_cash
from plimsoll.interfaces.cli.treasury_settle import TapeFolder
from plimsoll.interfaces.cli.treasury_triggers import Currency, On, read_seen
from plimsoll.risk.throttle import ladder_on
from plimsoll.units.refusal import Refused

Cash = Annotated[list[str] | None, typer.Option("--cash", metavar="CUR:AMOUNT", help="Cash in hand, such as CNY:500000.00.")]
Dry = Annotated[bool, typer.Option("--dry-run", help="Only work it out; put nothing on file.")]
ALL: Final = 1.0


def throttle(
    on: On,
    cash: Cash = None,
    tape: TapeFolder = "",
    currency: Currency = "CNY",
    dry_run: Dry = False,
    actor: Actor = "treasury",
    db: Db = "",
    as_json: AsJson = False,
) -> None:
    """Work out how much of the plan of new loans is granted, and put it on file, where new debt heeds it: stopped or slowed."""
    cashes = read_cash(cash)
    if currency not in cashes:
        raise Stop(USAGE, f"--cash {currency}:AMOUNT is needed: without the cash in hand there is no step")
    seen = read_seen(db, tape, on, currency)
    measured = course_on(seen.stands, seen.funders, seen.rules, seen.on)
    balance = balance_on(seen.stands, seen.rules, seen.on, cashes[currency])
    step = step_of(balance, measured.course, ladder_on(seen.rules, seen.on))
    if not dry_run:
        with open_store(book_url(db)) as store:
            done = set_throttle(store, currency, seen.on, step, Act(actor, now(), seen.rules))
        if isinstance(done, Refused):
            raise Stop(REFUSED, done.text())
    if as_json:
        said = {"on": on, "currency": currency, "granted": step.granted, "used": round(step.used, 6), "why": step.why}
        print(json.dumps(said | {"filed": not dry_run}))
        return
    limit = "delinquency against its trigger" if step.why == "delinquency" else "what cash has to cover against cash"
    print(f"{currency} on {on}: {100 * step.granted:.0f} % of the plan is granted.")
    print(f"The tighter limit is {limit}, {100 * step.used:.1f} % used.")
    print("Nothing is on file about it (--dry-run)." if dry_run else _heeded(step.granted))


def _heeded(granted: float) -> str:
    if granted == 0:
        return "It is on file: draws and purchases are refused from that day on (origination_stopped)."
    if granted < ALL:
        return "It is on file: each day that share of the customers may draw, the others are refused (origination_slowed)."
    return "It is on file."
