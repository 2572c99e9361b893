"""Turn a small book made by real commands into a large one: copy each customer many times under new numbers, in SQL.

A copy has its own customer, loan and key numbers; everything else is as the commands left it, so the books balance and `verify`
holds, but for the audit trail where a benchmark leaves it out. Numbers of copy s are those of the first customer plus s times a stride.

Customers' numbers are spread evenly, so that what is due on a day is scattered over every index. How rows lie in their tables is chosen
by `parts`: 1 scatters what is due on a day evenly as well, the worst case; GROWN lets it lie as it does in a book that grew, where loans
drawn on one day came to lie side by side, and payments in any order mixed them since. Measured (PostgreSQL, 57,000 loans drawn over 380
days by real commands, half of them by customers who had one already, every instalment paid on its day in any order, late, or not at all,
every night closed, vacuumed as autovacuum would; and 144,000 over 240 days): before a night 3.3 to 3.7 of the loans due lay on each page
of `loan_state` that held any, of 14 on a page; here it is 3.3. Scattered evenly it would have been 1.2 there, and is 1.0 here. Pay-later
accounts, which are opened once and whose due day the customer may choose, were not among them.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, Table, text

STRIDE = 10_000_000
SCATTERED, GROWN = 1, 5
"""How many parts the tables of a book are laid out in, each part with the copies of some customers: of 30, so of 6."""
SERIES = {
    "postgresql": "generate_series(1, :copies) as series(s)",
    "sqlite": "(with recursive one(s) as (select 1 union all select s + 1 from one where s < :copies) select s from one) as series",
}
SHIFTED = {"customer_id", "loan_id"}


def copied(column: str) -> str:
    """Return the SQL of a column of a copy."""
    if column in SHIFTED:
        return f"{column} + cast(s as bigint) * {STRIDE}"
    return "\"key\" || '-' || s" if column == "key" else f'"{column}"'


def copy_customers(connection: Connection, tables: Sequence[Table], copies: int, parts: int) -> None:
    """Add `copies` copies of every customer in the tables given, in that order, and lay them out in `parts`.

    All numbers must be below the stride.
    """
    series = SERIES[connection.dialect.name]
    for table in tables:
        names = [column.name for column in table.columns]
        targets = ", ".join(f'"{name}"' for name in names)
        sources = ", ".join(copied(name) for name in names)
        found = f"select {sources} from {table.name}, {series} order by customer_id % {parts}, s, customer_id"
        connection.execute(text(f"insert into {table.name} ({targets}) {found}"), {"copies": copies})
