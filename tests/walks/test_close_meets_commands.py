"""A close and the commands of customers at the same moment: nothing is lost, nothing is done twice, and the book is proved."""

import json
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy import func, select

from plimsoll.app.closing import close
from plimsoll.app.closing.close import Orders
from plimsoll.app.closing.through import NEVER, close_through
from plimsoll.app.database import schema
from plimsoll.app.database.store import Store
from plimsoll.app.execute import Answer, execute
from plimsoll.app.execute_many import execute_many
from plimsoll.app.verify import verify
from plimsoll.app.wiring import WIRING, read_command
from plimsoll.loan.layout import NOTED, REPAID
from plimsoll.risk.lawful import lawful_rules
from plimsoll.servicing.close import decide

pytest.importorskip("plimsoll.app.closing.hands", reason="the extra `fast` is not installed")

NOW = datetime(2026, 7, 1, 8, 30, tzinfo=UTC)
RULES = lawful_rules()
CUSTOMERS = 120
DRAWN, DUE, LATE = date(2026, 1, 15), date(2026, 2, 15), date(2026, 2, 16)


def command(name: str, key: str, on: date, customer: int, **said: object) -> Any:
    """Read a command from words."""
    return read_command({"key": key, "on": on.isoformat(), "customer_id": customer, **said}, name)


def beginning(customer: int) -> list[Any]:
    """Open a customer and draw a loan that falls due on 15 February, 900.41."""
    amounts = {"limit": "20000.00", "cash_limit": "20000.00", "later_limit": "0.00", "currency": "CNY"}
    drawn = {"amount": "10000.00", "currency": "CNY", "rate": "0.0004", "instalments": 12, "repayment": "equal-instalment"}
    return [
        command("open_customer", f"c{customer}", DRAWN, customer),
        command("open_line", f"l{customer}", DRAWN, customer, **amounts),
        command("draw", f"d{customer}", DRAWN, customer, loan_id=customer, **drawn),
    ]


def close_days(store: Store, through: date) -> int:
    """Close through a day and give how many loans were due."""
    nights = close_through(store, through.toordinal(), Orders(decide, RULES, NOW), tape=None, scans=NEVER, now=NOW)
    done = [closed.night for closed in nights]
    assert not [one for night in done for one in (*night.parked, *night.failed)]
    return sum(night.due for night in done)


@pytest.mark.parametrize("turned_min", [1, 10**9], ids=["in columns", "one by one"])
def test_repayments_come_while_the_days_they_are_due_are_closed(store: Store, monkeypatch: pytest.MonkeyPatch, turned_min: int) -> None:
    """Half of the customers repay on the due day or after it, while the close works shard by shard."""
    monkeypatch.setattr(close, "SHARD_LOANS", 8)
    monkeypatch.setattr(close, "TURNED_MIN", turned_min)
    commands = [one for customer in range(1, CUSTOMERS + 1) for one in beginning(customer)]
    assert all(isinstance(one, Answer) for one in execute_many(store, WIRING, commands, actor="t", now=NOW, rules=RULES))
    close_days(store, date(2026, 2, 14))

    def repay(customer: int) -> Any:
        paid = command("repay", f"r{customer}", LATE if customer % 3 else DUE, customer, loan_id=customer, amount="900.41", currency="CNY")
        return execute(store, WIRING, paid, actor="t", now=NOW, rules=RULES)

    with ThreadPoolExecutor(3) as pool:
        closing = pool.submit(close_days, store, date(2026, 2, 17))
        answers = list(pool.map(repay, range(1, CUSTOMERS + 1, 2)))
        closing.result()
    assert [one for one in answers if not isinstance(one, Answer)] == []
    assert verify(store).breaches == {}
    with store.engine.connect() as connection:
        kinds = dict(connection.execute(select(schema.fact.c.kind, func.count()).group_by(schema.fact.c.kind)).all())
        said = connection.execute(select(schema.outbox.c.kind, schema.outbox.c.payload)).all()
    assert kinds[REPAID] == CUSTOMERS // 2
    told = Counter((kind, json.loads(payload).get("loan_id")) for kind, payload in said)
    assert {told["autopay", loan_id] for loan_id in range(2, CUSTOMERS + 1, 2)} == {1}, "who does not pay is asked once"
    assert {told["late", loan_id] for loan_id in range(2, CUSTOMERS + 1, 2)} == {1}, "and told once of being late"
    assert kinds[NOTED] >= CUSTOMERS // 2
    assert max(told.values()) == 1
