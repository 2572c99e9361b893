"""A night on which nothing is due: what it does not do, and which days come next."""

from datetime import UTC, date, datetime
from typing import Any

from plimsoll.app.closing.close import Later, Orders, days_to_close
from plimsoll.app.closing.through import NEVER, close_through
from plimsoll.app.database.store import Store
from plimsoll.app.execute import Answer
from plimsoll.app.execute_many import execute_many
from plimsoll.app.wiring import WIRING, read_command
from plimsoll.risk.lawful import lawful_rules
from plimsoll.servicing.close import decide

NOW = datetime(2026, 7, 1, 8, 30, tzinfo=UTC)
DRAWN, DUE = date(2026, 1, 15), date(2026, 2, 15)
DRAW = {"amount": "10000.00", "currency": "CNY", "rate": "0.0004", "instalments": 12, "repayment": "equal-instalment"}
LINE = {"limit": "20000.00", "cash_limit": "20000.00", "later_limit": "0.00", "currency": "CNY"}


def begin(store: Store) -> None:
    """Open a customer with one loan that falls due on 15 February."""
    said: tuple[tuple[str, dict[str, Any]], ...] = (("open_customer", {}), ("open_line", LINE), ("draw", {"loan_id": 1, **DRAW}))
    commands = [read_command({"key": name, "on": DRAWN.isoformat(), "customer_id": 1, **more}, name) for name, more in said]
    assert all(isinstance(one, Answer) for one in execute_many(store, WIRING, commands, actor="t", now=NOW, rules=lawful_rules()))


def close(store: Store, through: date, rules: Any) -> int:
    """Close through a day and give how many loans were due."""
    nights = close_through(store, through.toordinal(), Orders(decide, rules, NOW), tape=None, scans=NEVER, now=NOW)
    return sum(closed.night.due for closed in nights)


def test_rules_are_read_when_the_first_loan_is_due(store: Store) -> None:
    """Not before: they take longer to read than a night with nothing due."""
    read = []

    def give() -> Any:
        read.append(1)
        return lawful_rules()

    begin(store)
    assert close(store, date(2026, 2, 14), Later(give)) == 0
    assert read == []
    assert close(store, DUE, Later(give)) == 1
    assert read


def test_the_first_day_to_close_is_that_of_the_first_customer_and_then_the_one_that_is_open(store: Store) -> None:
    """A book that takes any day begins with its first customer; after a close the day that is open says it all."""
    assert list(days_to_close(store, DUE.toordinal())) == []
    begin(store)
    assert days_to_close(store, DUE.toordinal())[0] == DRAWN.toordinal()
    close(store, date(2026, 1, 20), lawful_rules())
    assert list(days_to_close(store, date(2026, 1, 22).toordinal())) == [date(2026, 1, 21).toordinal(), date(2026, 1, 22).toordinal()]
    assert list(days_to_close(store, date(2026, 1, 20).toordinal())) == []
