"""`plimsoll watch customer`: every signal of one customer on a day, which of them are raised, and which nobody tells."""

import json
from typing import Annotated, Any

import typer

from plimsoll.app.config import book_url, now
from plimsoll.app.database.opening import open_store
from plimsoll.interfaces.cli.aligned import RULE, aligned
from plimsoll.interfaces.cli.exits import NOT_FOUND, Stop
from plimsoll.interfaces.cli.options import AllowUnsafe, AsJson, Db, read_on

Customer = Annotated[int, typer.Argument(metavar="CUSTOMER", help="The customer's number.")]
On = Annotated[str, typer.Option("--on", metavar="DATE", help="The day. Default: today.")]


def customer(customer_id: Customer, on: On = "", db: Db = "", allow_unsafe: AllowUnsafe = False, as_json: AsJson = False) -> None:
    """Show every signal of a customer: what it is worth on a day, whether it counts as raised, and what is then recommended."""
    from plimsoll.app.watching.signals import signals_of
    from plimsoll.monitoring.signals import is_raised
    from plimsoll.rulebook.signal import load

    instant = now()
    day = read_on(on, "--on") if on else instant.date()
    with open_store(book_url(db), allow_unsafe=allow_unsafe) as store:
        values = signals_of(store, customer_id, day, instant)
    if values is None:
        raise Stop(NOT_FOUND, f"customer {customer_id} has no line")
    told: list[dict[str, Any]] = []
    for name, signal in load().by_name.items():
        value = values.get(name)
        told.append(
            {
                "name": name,
                "title": dict(signal.title),
                "source": signal.source,
                "unit": signal.unit,
                "value": None if value is None else round(value, 6),
                "is_raised": is_raised(signal, value),
                "action": signal.action if is_raised(signal, value) else "",
            }
        )
    if as_json:
        print(json.dumps({"customer": customer_id, "on": day.isoformat(), "signals": told}, ensure_ascii=False))
        return
    rows = [
        (one["name"], "not known" if one["value"] is None else f"{one['value']:g}", one["unit"], one["source"], _raised(one))
        for one in told
    ]
    print(aligned([("signal", "value", "unit", "from", "raised"), RULE, *rows], left=1))


def _raised(one: dict[str, Any]) -> str:
    return f"yes: {one['action']}" if one["is_raised"] else ""
