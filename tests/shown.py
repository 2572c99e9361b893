"""A small book to be looked at, made by the real commands: two borrowers, one who pays and one who is late."""

import json
from datetime import UTC, date, datetime
from typing import Any

from plimsoll.app.closing.close import Orders
from plimsoll.app.closing.through import NEVER, close_through
from plimsoll.app.database.store import Store
from plimsoll.app.execute import Answer, execute
from plimsoll.app.wiring import WIRING, read_command
from plimsoll.rulebook.rules import Rules, load
from plimsoll.servicing.close import decide

RULES: Rules = load()
ANN, BO = 17, 18
"""Ann draws, pays ahead and buys on her account; Bo draws and pays nothing."""
ACCOUNT, LOAN = 1, 2
TODAY = date(2026, 3, 20)


def give(store: Store, customer: int, on: str, command: str, *, actor: str = "zhao", **said: object) -> dict[str, Any]:
    """Execute one command written as text and give its answer."""
    amounts = {"currency": "CNY"} if said.keys() & {"amount", "limit", "interest", "penalty", "capacity"} else {}
    key = f"{customer}-{on}-{command}-{said.get('loan_id', '')}-{said.get('ref', '')}-{said.get('fact', '')}"
    read = read_command({"key": key, "customer_id": customer, "on": on, **amounts, **said}, command)
    now = datetime.fromisoformat(f"{on}T04:00:00").replace(tzinfo=UTC)
    outcome = execute(store, WIRING, read, actor=actor, now=now, rules=RULES)
    assert isinstance(outcome, Answer), outcome
    return dict(json.loads(outcome.text))


def close(store: Store, through: date) -> None:
    """Close every day through one."""
    now = datetime(2026, 3, 20, 4, 0, tzinfo=UTC)
    closed = list(close_through(store, through.toordinal(), Orders(decide, RULES, now), tape=None, scans=NEVER, now=now))
    assert not [parked for one in closed for parked in one.night.parked]


def made(store: Store) -> Store:
    """Fill an empty book: it is open on TODAY."""
    for customer in (ANN, BO):
        give(store, customer, "2026-01-10", "open_customer")
        give(store, customer, "2026-01-10", "open_line", limit="50000.00", cash_limit="30000.00", later_limit="20000.00", loan_id=ACCOUNT)
        give(store, customer, "2026-01-15", "draw", loan_id=LOAN, amount="10000.00", rate="0.0004", instalments=12)
    give(store, ANN, "2026-01-12", "mark_load_line", capacity="40000.00", room="6000.00", stress_ppb=100_000_000)
    give(store, ANN, "2026-02-14", "purchase", loan_id=ACCOUNT, amount="1200.00", merchant="shop 5", ref="p1")
    close(store, date(2026, 2, 14))
    give(store, ANN, "2026-02-15", "repay", loan_id=LOAN, amount="900.41", ref="bank 1")
    close(store, date(2026, 3, 4))
    give(store, ANN, "2026-03-05", "repay", loan_id=LOAN, amount="1000.00", ref="bank 2")
    close(store, date(2026, 3, 9))
    give(store, ANN, "2026-03-10", "reverse", loan_id=LOAN, fact=2, reason="bounced")
    close(store, date(2026, 3, 19))
    return store
