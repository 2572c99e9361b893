"""LendingClub's published loans, each with its terms, how it ended, and the cash that came in by component, in total only."""

from collections.abc import Iterator, Sequence
from datetime import date
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from pathlib import Path
from typing import Final, NamedTuple

from plimsoll.simulator.read_rows import read_rows
from plimsoll.units.dates import parse_date
from plimsoll.units.refusal import Malformed

CURRENCY: Final = "USD"
COLUMNS: Final = (
    "loan_no",
    "funded_amnt",
    "term",
    "int_rate",
    "installment",
    "issue_d",
    "loan_status",
    "total_pymnt",
    "total_rec_prncp",
    "total_rec_int",
    "total_rec_late_fee",
    "recoveries",
    "last_pymnt_d",
    "last_pymnt_amnt",
)
PAID, CHARGED_OFF = "Fully Paid", "Charged Off"
OUT_OF_POLICY: Final = "Does not meet the credit policy. Status:"
TERMS: Final = (36, 60)
RATE_DIGITS: Final = 6
CENTS_MAX: Final = 10**12
ID_MAX: Final = 10**12
PRINCIPAL_OFF_MAX: Final = 100
"""Cents by which the principal that came back may pass what was lent."""


class Loan(NamedTuple):
    """One finished loan, amounts in cents, the rate in millionths a year. `last_paid_on` is None where nothing was ever paid.

    LendingClub gives months, not days: dates are the first of their month.
    """

    number: int
    principal: int
    instalments: int
    rate_ppm: int
    instalment: int
    issued_on: date
    is_paid: bool
    is_in_policy: bool
    paid_total: int
    paid_principal: int
    paid_interest: int
    paid_late_fee: int
    recovered: int
    last_paid_on: date | None
    last_paid: int

    @property
    def months(self) -> int:
        """Give the months from issue to the last payment, 0 where there was none."""
        return months_between(self.issued_on, self.last_paid_on) if self.last_paid_on else 0

    @property
    def quarter(self) -> str:
        """Give the quarter of issue, such as 2007Q4."""
        return f"{self.issued_on.year}Q{(self.issued_on.month + 2) // 3}"


def months_between(start: date, end: date) -> int:
    """Give the calendar months from one date's month to another's."""
    return (end.year - start.year) * 12 + end.month - start.month


def read_loans(path: Path, limit: int = 0) -> list[Loan]:
    """Read and check the whole file; give its loans, or the first `limit` of them. Raises Malformed with file, line and column."""
    loans: list[Loan] = []
    seen: set[int] = set()
    for row in read_rows(path, COLUMNS):
        try:
            loan = _loan(dict(zip(COLUMNS, row.values, strict=True)))
        except Malformed as wrong:
            raise wrong.at(file=str(path), line=row.line) from None
        if loan.number in seen:
            raise Malformed("row_malformed", f"loan {loan.number} stands twice", file=str(path), line=row.line, key="loan_no")
        seen.add(loan.number)
        loans.append(loan)
    return loans[:limit] if limit else loans


def _loan(said: dict[str, str]) -> Loan:
    """Read one row; raises Malformed with the column."""
    status = said["loan_status"].removeprefix(OUT_OF_POLICY)
    if status not in (PAID, CHARGED_OFF):
        raise Malformed("field_malformed", repr(said["loan_status"]), key="loan_status", remedy="Only finished loans can be replayed.")
    issued_on, last = _month(said, "issue_d"), said["last_pymnt_d"].strip()
    last_paid_on = _month(said, "last_pymnt_d") if last else None
    if last_paid_on is not None and last_paid_on < issued_on:
        raise Malformed("date_out_of_range", f"{last}: before the loan was issued", key="last_pymnt_d")
    if status == PAID and last_paid_on is None:
        raise Malformed("field_missing", "a loan that is paid has a last payment", key="last_pymnt_d")
    loan = Loan(
        number=_whole(said, "loan_no", 1, ID_MAX),
        principal=_cents(said, "funded_amnt"),
        instalments=_whole(said, "term", 1, max(TERMS)),
        rate_ppm=_rate(said),
        instalment=_cents(said, "installment"),
        issued_on=issued_on,
        is_paid=status == PAID,
        is_in_policy=not said["loan_status"].startswith(OUT_OF_POLICY),
        paid_total=_cents(said, "total_pymnt"),
        paid_principal=_cents(said, "total_rec_prncp"),
        paid_interest=_cents(said, "total_rec_int"),
        paid_late_fee=_cents(said, "total_rec_late_fee"),
        recovered=_cents(said, "recoveries"),
        last_paid_on=last_paid_on,
        last_paid=_cents(said, "last_pymnt_amnt"),
    )
    if loan.instalments not in TERMS:
        raise Malformed("term_not_offered", said["term"], key="term")
    _check_amounts(loan, said)
    return loan


def _check_amounts(loan: Loan, said: dict[str, str]) -> None:
    """Refuse amounts that no life of a loan can bring: amount_must_be_positive, amount_out_of_range."""
    if loan.principal == 0:
        raise Malformed("amount_must_be_positive", said["funded_amnt"], key="funded_amnt")
    principal, got = said["funded_amnt"], said["total_rec_prncp"]
    if loan.is_paid and loan.paid_principal + loan.paid_interest < loan.principal:
        raise Malformed("amount_out_of_range", f"{got}: a loan of {principal} that was paid brought back less", key="total_rec_prncp")
    if loan.paid_principal > loan.principal + (PRINCIPAL_OFF_MAX if loan.is_paid else -1):
        raise Malformed("amount_out_of_range", f"{got} of a loan of {principal}", key="total_rec_prncp")


def _number(said: dict[str, str], name: str) -> Decimal:
    """Read a decimal number, not negative."""
    text = said[name].strip()
    try:
        found = Decimal(text)
    except InvalidOperation:
        raise Malformed("amount_malformed", repr(text), key=name) from None
    if not (found.is_finite() and 0 <= found <= CENTS_MAX):
        raise Malformed("amount_out_of_range", repr(text), key=name)
    return found


def _cents(said: dict[str, str], name: str) -> int:
    """Read dollars as cents: the file has numbers such as 14.9699999967 for 14.97, so the nearest cent is meant."""
    return int((_number(said, name) * 100).quantize(Decimal(1), ROUND_HALF_UP))


def _rate(said: dict[str, str]) -> int:
    """Read the yearly rate in millionths: the file has 0.11220000000000001 for 0.1122."""
    ppm = int(_number(said, "int_rate").scaleb(RATE_DIGITS).quantize(Decimal(1), ROUND_HALF_UP))
    if not 0 < ppm < 10**RATE_DIGITS:
        raise Malformed("rate_out_of_range", said["int_rate"], key="int_rate", remedy="A fraction such as 0.1122.")
    return ppm


def _whole(said: dict[str, str], name: str, least: int, most: int) -> int:
    digits = said[name].strip().removesuffix(".0")
    if not (digits.isascii() and digits.isdigit() and len(digits) <= len(str(most)) and least <= int(digits) <= most):
        raise Malformed("field_malformed", repr(said[name]), key=name, remedy=f"A whole number from {least} to {most}.")
    return int(digits)


def _month(said: dict[str, str], name: str) -> date:
    try:
        return parse_date(said[name].strip()).replace(day=1)
    except Malformed as wrong:
        raise wrong.at(key=name) from None


def contradictions(loan: Loan) -> Iterator[str]:
    """Give the kind of every contradiction in what was recorded of one loan (docs/reference/replay.md defines them)."""
    if loan.paid_total != loan.paid_principal + loan.paid_interest + loan.paid_late_fee + loan.recovered:
        yield "total_a_cent_off"
    if loan.is_paid and loan.paid_principal != loan.principal:
        yield "principal_cents_off"
    if loan.is_paid and loan.recovered:
        yield "recovered_though_paid"
    if not loan.is_paid and loan.recovered > loan.principal - loan.paid_principal:
        yield "recovered_more_than_principal"


def curve(loans: Sequence[tuple[str, int | None]], horizons: Sequence[int]) -> dict[str, tuple[int, tuple[int, ...]]]:
    """Count charge-offs by quarter of issue: loans made, and how many were charged off with a last payment at most so many months after.

    `loans`: quarter and, for a loan charged off, months from issue to its last payment; None for any other, and where nothing was paid.
    """
    made: dict[str, list[int]] = {}
    for quarter, months in loans:
        counts = made.setdefault(quarter, [0] * (len(horizons) + 1))
        counts[0] += 1
        for place, horizon in enumerate(horizons, 1):
            counts[place] += months is not None and months <= horizon
    return {quarter: (counts[0], tuple(counts[1:])) for quarter, counts in sorted(made.items())}
