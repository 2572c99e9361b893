"""Write docs/reference/tape.md: the columns of the loan tape as the program writes them, each with what it means.

python -m tools.tape_page
"""

import sys
from pathlib import Path
from typing import Final

import numpy as np

from plimsoll.app.closing.columns import Loans
from plimsoll.app.closing.shard import Joined
from plimsoll.app.closing.tape import Part, table_of
from plimsoll.ledger.chart import CHART
from plimsoll.loan.layout import O_SIZE

PAGE: Final = Path(__file__).resolve().parent.parent / "docs" / "reference" / "tape.md"
HEAD: Final = """\
# The loan tape

Written by `make docs` from what `plimsoll close` writes: one row a loan a day, as Parquet, `FOLDER/day=YYYY-MM-DD/tape.parquet`, in place
only when whole. The folder is beside a SQLite book (`book.tape` for `book.db`), `$PLIMSOLL_TAPE`, or `--tape-folder`. Loans are in the
order of customer and loan id. A pay-later account is one loan.

| column | type | meaning |
| --- | --- | --- |
"""
TAIL: Final = """
Amounts are minor units of the row's currency. The control totals of the day (`close_run.sums`) hold the sums of these columns against the
general ledger, to the minor unit.
"""
MEANING: Final = {
    "day": "the day that was closed",
    "customer_id": "whose",
    "loan_id": "which loan or account of the customer",
    "product": "as agreed",
    "currency": "ISO 4217, of every amount in the row",
    "opened_on": "draw, or opening of the account",
    "status": "pending, open, paid-off, charged-off, parked",
    "past_due_days": "from the oldest unpaid due date",
    "bucket": "0 not late, 1 for 1-30 days … 6 for 151-180, 7 for 181 and over",
    "overdue_class": "none, short (1-30), mid (31-90), long (91 and over)",
    "five_class": "by days alone: normal, special-mention, substandard, doubtful, loss",
    "oldest_due_on": "the oldest unpaid due date, null if there is none",
    "is_suspended": "interest and penalty are not income until paid",
    "principal_minor": "outstanding",
    "principal_past_due_minor": "of it past due",
    "interest_minor": "owed and unpaid, accrued to the day",
    "interest_past_due_minor": "of it past due",
    "penalty_minor": "owed",
    "fee_minor": "owed",
    "credit_minor": "the borrower's money not yet used",
    "claim_minor": "what is still claimed after charge-off",
    "disbursed_minor": "since the loan began: paid out, or bought",
    "received_minor": "since the loan began: received of the borrower",
    "refunded_minor": "since the loan began: refunded by merchants",
    "recovered_minor": "since the loan began: recovered after charge-off",
    "interest_paid_minor": "since the loan began",
    "penalty_paid_minor": "since the loan began",
    "fee_paid_minor": "since the loan began",
    "charged_off_minor": "since the loan began: principal that left the assets",
}


def page() -> str:
    """Give the page; raises KeyError for a column whose meaning nobody wrote down."""
    schema = table_of(_one_loan()).schema
    assert set(schema.names) == set(MEANING), set(schema.names) ^ set(MEANING)
    rows = "".join(f"| `{field.name}` | {_kind(str(field.type))} | {MEANING[field.name]} |\n" for field in schema)
    return HEAD + rows + TAIL


def _kind(written: str) -> str:
    return {"string": "text", "date32[day]": "date"}.get(written, written)


def _one_loan() -> Part:
    """Give a part of one loan of noughts: the table it becomes has the columns of every tape."""
    none = np.zeros(1, np.int64)
    joined = Joined(b"", none)
    loans = Loans(none, none, none, none, none, ["product CNY"], none, joined, joined, joined)
    return Part(1, loans, np.zeros((1, O_SIZE), np.int64), np.zeros((1, len(CHART)), np.int64), np.zeros((1, len(CHART)), np.int64))


def main() -> int:
    """Write the page."""
    PAGE.write_text(page(), "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
