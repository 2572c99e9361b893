"""The Taiwan card panel as it was published: six months of bills, payments and statuses of 30,000 clients, April to September 2005.

Yeh, I-C. (2009), UCI Machine Learning Repository no. 350. The panel lists September first; here April comes first everywhere.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final, NamedTuple

from plimsoll.simulator.read_rows import read_rows
from plimsoll.units.money import parse_minor
from plimsoll.units.refusal import Malformed

CURRENCY: Final = "TWD"
MONTHS: Final = ("2005-04", "2005-05", "2005-06", "2005-07", "2005-08", "2005-09")
STATUS_COLUMNS: Final = ("PAY_6", "PAY_5", "PAY_4", "PAY_3", "PAY_2", "PAY_0")
BILL_COLUMNS: Final = tuple(f"BILL_AMT{k}" for k in (6, 5, 4, 3, 2, 1))
PAYMENT_COLUMNS: Final = tuple(f"PAY_AMT{k}" for k in (6, 5, 4, 3, 2, 1))
COLUMNS: Final = ("ID", "LIMIT_BAL", *STATUS_COLUMNS, *BILL_COLUMNS, *PAYMENT_COLUMNS)
NO_USE, IN_FULL, REVOLVING, FIRST_MISSED = -2, -1, 0, 2
"""Statuses: a first minimum that is missed is written 2, since the panel counts the month of the purchases as the first."""
STATUS_MAX: Final = 9
ID_MAX: Final = 10**12


class Client(NamedTuple):
    """One client, amounts in minor units, April first. `payments[m]` was paid in month m, on the bill of the month before."""

    customer_id: int
    limit_minor: int
    statuses: tuple[int, ...]
    bills: tuple[int, ...]
    payments: tuple[int, ...]


def read_panel(path: Path, limit: int = 0) -> list[Client]:
    """Read and check the whole panel; give its clients, or the first `limit` of them. Raises Malformed with file, line and column."""
    clients: list[Client] = []
    seen: set[int] = set()
    for row in read_rows(path, COLUMNS):
        try:
            client = _client(row.values)
        except Malformed as wrong:
            raise wrong.at(file=str(path), line=row.line) from None
        if client.customer_id in seen:
            raise Malformed("row_malformed", f"client {client.customer_id} stands twice", file=str(path), line=row.line, key="ID")
        seen.add(client.customer_id)
        clients.append(client)
    return clients[:limit] if limit else clients


def _client(values: Sequence[str]) -> Client:
    """Read one row; raises Malformed with the column."""
    count = len(MONTHS)
    customer_id = _whole(values[0], "ID", 1, ID_MAX)
    limit_minor = _amount(values[1], "LIMIT_BAL")
    if limit_minor <= 0:
        raise Malformed("amount_must_be_positive", values[1], key="LIMIT_BAL")
    pairs = list(zip(COLUMNS[2:], values[2:], strict=True))
    statuses = tuple(_whole(text, name, NO_USE, STATUS_MAX) for name, text in pairs[:count])
    bills = tuple(_amount(text, name) for name, text in pairs[count : 2 * count])
    payments = tuple(_amount(text, name) for name, text in pairs[2 * count :])
    for (name, text), minor in zip(pairs[2 * count :], payments, strict=True):
        if minor < 0:
            raise Malformed("amount_out_of_range", f"{text}: a payment is not negative", key=name)
    return Client(customer_id, limit_minor, statuses, bills, payments)


def _amount(text: str, name: str) -> int:
    try:
        return parse_minor(text.strip(), CURRENCY)
    except Malformed as wrong:
        raise wrong.at(key=name) from None


def _whole(text: str, name: str, least: int, most: int) -> int:
    """Read a whole number, which may be written as 2 or 2.0."""
    digits = text.strip().removesuffix(".0")
    unsigned = digits.removeprefix("-")
    if not (unsigned.isascii() and unsigned.isdigit() and len(unsigned) <= len(str(most)) and least <= int(digits) <= most):
        raise Malformed("field_malformed", repr(text), key=name, remedy=f"A whole number from {least} to {most}.")
    return int(digits)


def contradictions(client: Client) -> Iterator[str]:
    """Give the kind of every contradiction in what was recorded of one client, month by month (docs/reference/replay.md defines them).

    From the record alone: nothing of the book enters.
    """
    for m, (status, bill) in enumerate(zip(client.statuses, client.bills, strict=True)):
        if bill < 0:
            yield "bill_negative"
        if bill > client.limit_minor:
            yield "bill_over_limit"
        if status > 0 and bill <= 0:
            yield "late_without_a_bill"
        if status == NO_USE and bill > 0:
            yield "unused_with_a_bill"
        if m == 0:
            continue
        before, paid = client.bills[m - 1], client.payments[m]
        if paid > max(before, 0):
            yield "payment_above_bill"
        if bill < before - paid:
            yield "purchase_negative"
        if client.statuses[m - 1] == IN_FULL and paid < before:
            yield "paid_in_full_with_less"
        if client.statuses[m - 1] == REVOLVING and before > 0 and paid == 0:
            yield "minimum_paid_with_nothing"
    if client.statuses[0] > FIRST_MISSED:
        yield "late_before_the_panel"
