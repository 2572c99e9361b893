"""Early reads on a tape of days: first payments, entries into lateness, and collection within 7 and 30 days."""

from datetime import date, timedelta
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from plimsoll.app.tape.reading import Order, open_tape
from plimsoll.portfolio.concentration import concentration_of
from plimsoll.portfolio.early import entries_of, first_payments
from plimsoll.portfolio.expressions.early import entries_text, first_payment_text
from plimsoll.portfolio.expressions.usage import borrowers_text, path_text, places_text, usage_text

FIRST, DAYS = date(2026, 1, 1), 100
MAP = """\
layout: long
loan: loan
customer: who
currency: CNY
period: day
opened: opened
past_due_days: late
status: {column: status, values: {open: open, paid: paid}}
balance: balance
past_due: due
limit: room
dimensions: {product: product}
"""


def rows(loan: int, late_from: int, late_until: int, paid_from: int = 999, opened: int = 0) -> list[dict[str, object]]:
    """Give a loan whose payment falls due a day before `late_from` and is paid on `late_until` (days from the first)."""
    found = []
    for number in range(opened, DAYS):
        is_late = late_from <= number < late_until
        found.append(
            {
                "loan": loan,
                "who": f"c{loan // 2}",
                "day": FIRST + timedelta(number),
                "opened": FIRST + timedelta(opened),
                "late": number - late_from + 1 if is_late else 0,
                "status": "paid" if number >= paid_from else "open",
                "balance": 0 if number >= paid_from else 100 * loan,
                "due": 10 * loan if is_late else 0,
                "room": 400,
                "product": "bill" if loan == 3 else "cash",
            }
        )
    return found


def tape(folder: Path, *loans: list[dict[str, object]]):
    where = folder / "tape.parquet"
    pq.write_table(pa.Table.from_pylist([row for loan in loans for row in loan]), where)
    (folder / "map.yaml").write_text(MAP, "utf-8")
    return open_tape(Order(str(where), str(folder / "map.yaml")))


def test_entries_are_collected_where_the_oldest_late_payment_is_paid(tmp_path):
    loans = [
        rows(1, 10, 16),  # six days late: collected in seven
        rows(2, 10, 17),  # paid on the seventh day after its first late day
        rows(3, 10, 18),  # a day later: in thirty, not in seven
        rows(4, 12, 60),  # not in thirty
        rows(5, 95, 999),  # too near to the end to tell
        rows(6, 999, 0),
        rows(7, 10, 15, paid_from=15),
    ]
    with tape(tmp_path, *loans) as found:
        assert found.is_daily
        january, february, march, april = entries_of(found.ask(entries_text(found.source)))
    assert (january.entries, january.money) == (5, 10 * (1 + 2 + 3 + 4 + 7))
    assert (january.seen, january.collected) == ((5, 5), (3, 4))
    assert january.collected_money == (100, 130)
    assert (february.entries, march.entries) == (0, 0)
    assert (april.entries, april.seen, april.collected) == (1, (0, 0), (0, 0))
    # Seven loans on 31 days, less the days on which they were late or paid off.
    assert january.clean_days == 7 * 31 - (6 + 7 + 8 + 19 + 5) - 16


def test_a_payment_after_the_first_late_day_that_leaves_another_due_is_collected_for_the_old_one(tmp_path):
    """Late since day 10, and a later payment is missed on day 20: paying the old one leaves the new one, which is less late."""
    moved = rows(1, 10, 999)
    for number in range(30, DAYS):
        moved[number]["late"] = number - 20 + 1
    with tape(tmp_path, moved, rows(2, 999, 0)) as found:
        (january, *_) = entries_of(found.ask(entries_text(found.source)))
    assert (january.entries, january.collected) == (1, (0, 1))


def test_first_payments(tmp_path):
    loans = [
        rows(1, 31, 33),  # due on day 30 (31 January), late by two days
        rows(2, 35, 80),  # due in February, late by 30 and more
        rows(3, 70, 80),  # late on a payment of March: not the first
        rows(4, 999, 0),
        rows(5, 999, 0, opened=60),  # too young
    ]
    with tape(tmp_path, *loans) as found:
        told = first_payments(found.ask(first_payment_text(found.source, 1)), 1, found.source.months, "month")
    assert [(one.begin - 2026 * 12, one.loans, one.late) for one in told] == [(0, (4, 4, 4), (2, 1, 1))]


def test_use_of_limits_and_places_of_the_money(tmp_path):
    with tape(tmp_path, rows(1, 999, 0), rows(2, 999, 0), rows(3, 5, 999), rows(5, 999, 0)) as found:
        usage = found.ask(usage_text(found.source))
        path = found.ask(path_text(found.source))
        made = concentration_of(found.ask(places_text(found.source, "product")), found.ask(borrowers_text(found.source)))
    month = 2026 * 12
    # Limits of 400 each; 500 of 400 is over the limit and over nine tenths.
    assert usage == [(month + n, "", 4, 1600, 1100, 1, 1) for n in range(4)]
    # Loan 3 is 95 days late at the end: bad in April alone, seen three months before.
    assert path == [(n, 1, 400, 300) for n in range(4)]
    assert [(place.name, place.balance, place.bad) for place in made.places] == [("cash", 800, 0), ("bill", 300, 300)]
    assert made.herfindahl is not None
    assert round(made.herfindahl) == round(10_000 * (800**2 + 300**2) / 1100**2)
    # Loans 2 and 3 are of one borrower, who owes as much as loan 5 does.
    assert made.largest == ((1, 500), (10, 1100), (100, 1100))
