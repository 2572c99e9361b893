"""Turn a small book made by real commands into a large one: copy each customer many times under new numbers, in SQL.

The copies of one customer stand far apart, so that what is due on a day is scattered over the whole table, as in a book that grew.
A copy has its own customer, loan and key numbers; everything else is as the commands left it, so the books balance and `verify`
holds, but for the audit trail where a benchmark leaves it out. Numbers of copy s are those of the first customer plus s times a stride.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, Table, text

STRIDE = 10_000_000
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


def copy_customers(connection: Connection, tables: Sequence[Table], copies: int) -> None:
    """Add `copies` copies of every customer in the tables given, in that order. All numbers must be below the stride."""
    series = SERIES[connection.dialect.name]
    for table in tables:
        names = [column.name for column in table.columns]
        targets = ", ".join(f'"{name}"' for name in names)
        sources = ", ".join(copied(name) for name in names)
        sql = f"insert into {table.name} ({targets}) select {sources} from {table.name}, {series} order by s, customer_id"
        connection.execute(text(sql), {"copies": copies})
