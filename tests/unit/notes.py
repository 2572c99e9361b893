"""Small files of finished instalment loans, made up for tests: 10,000.00 at 12 % a year unless said otherwise, drawn in January 2008."""

import csv
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from plimsoll.simulator.lendingclub_loans import COLUMNS

# Worked with a spreadsheet: 10,000.00, 1 % a month, 36 months -> 332.14; interest of the first n months, half-up each month.
INSTALMENT: Final = "332.14"
USUAL: Final = {
    "funded_amnt": "10000",
    "term": "36",
    "int_rate": "0.12",
    "installment": INSTALMENT,
    "issue_d": "2008-01-01",
    "loan_status": "Fully Paid",
    "total_rec_prncp": "10000.0",
    "total_rec_int": "1957.18",
    "total_rec_late_fee": "0.0",
    "recoveries": "0.0",
    "last_pymnt_d": "2011-01-01",
    "last_pymnt_amnt": "332.28",
}
LOST: Final = {"loan_status": "Charged Off", "total_rec_prncp": "1195.66", "total_rec_int": "464.99", "last_pymnt_d": "2008-06-01"}
LOANS: Final[dict[str, dict[str, str]]] = {
    "as planned": {},
    "a month after the last instalment": {"last_pymnt_d": "2011-02-01"},
    "paid off early": {"total_rec_int": "1100.00", "last_pymnt_d": "2009-03-01", "last_pymnt_amnt": "6500.00"},
    "paid ahead": {"total_rec_int": "900.00", "last_pymnt_d": "2010-06-01", "last_pymnt_amnt": "300.00"},
    "paid off between due days": {"total_rec_int": "120.50", "last_pymnt_d": "2008-02-01", "last_pymnt_amnt": "10120.50"},
    "more interest than planned": {"total_rec_int": "1990.00"},
    "late fees": {"total_rec_late_fee": "29.9999999997"},
    "cents of principal too few": {"total_rec_prncp": "9999.99"},
    "another term": {
        "term": "60",
        "installment": "222.44",
        "total_rec_int": "3346.77",
        "last_pymnt_d": "2013-01-01",
        "last_pymnt_amnt": "222.81",
    },
    "a rounded rate": {"installment": "332.16"},
    "outside the policy": {"loan_status": "Does not meet the credit policy. Status:Fully Paid"},
    "lost": LOST,
    "lost, with recoveries": {**LOST, "recoveries": "500.25"},
    "lost, recovered more than is claimed": {**LOST, "recoveries": "25000.00"},
    "lost, with a late fee": {**LOST, "total_rec_late_fee": "15.00"},
    "lost, interest before principal": {**LOST, "total_rec_prncp": "150.00", "total_rec_int": "430.00"},
    "lost, paid ahead": {**LOST, "total_rec_prncp": "5000.00", "total_rec_int": "400.00"},
    "lost outside the policy": {**LOST, "loan_status": "Does not meet the credit policy. Status:Charged Off"},
    "never paid": {"loan_status": "Charged Off", "total_rec_prncp": "0", "total_rec_int": "0", "last_pymnt_d": "", "last_pymnt_amnt": "0"},
}
CENTS: Final = ("total_rec_prncp", "total_rec_int", "total_rec_late_fee", "recoveries")


def row(number: int, told: dict[str, str]) -> dict[str, Any]:
    """Give a loan as a row of the file."""
    said: dict[str, Any] = USUAL | told | {"loan_no": number}
    return {"total_pymnt": f"{sum(float(said[name]) for name in CENTS):.10f}"} | said


def write(path: Path, loans: Sequence[dict[str, str]], **changed: str) -> Path:
    """Write a file of loans; `changed` replaces values of the first row."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, COLUMNS)
        writer.writeheader()
        for number, told in enumerate(loans, 1):
            writer.writerow(row(number, told) | (changed if number == 1 else {}))
    return path
